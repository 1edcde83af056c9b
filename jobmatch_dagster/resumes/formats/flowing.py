"""What word processors' formats share: runs of text to lines, cells of tables to records or to columns, and which runs
nobody sees. Where runs, cells and their looks stand in a file is each format's own business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from jobmatch_dagster.resumes import dates, lexicon
from jobmatch_dagster.resumes.hidden import MIN_EM, NEAR, WHITE, distance
from jobmatch_dagster.resumes.model import Cell, Line

BULLET = re.compile(r"^(?:[•▪‣◦●○■□▸►▶➢➤✓✔·∙*–—-]|o)\s+")
_CELLS = re.compile(r"\t+| {4,}")
DEFAULT_SIZE = 11.0
HEADING_GAP = 1.5
LINK_SCHEMES = ("http://", "https://", "mailto:", "tel:")


class Run(NamedTuple):
    """Text of one look. ``size`` is in points; a line break is ``\\n``, the next cell ``\\t``."""

    text: str
    bold: bool = False
    italic: bool = False
    size: float = DEFAULT_SIZE


def links(targets: Sequence[str]) -> list[str]:
    """The addresses among a document's links, in order, each once."""
    return list(dict.fromkeys(url for url in targets if url.lower().startswith(LINK_SCHEMES)))


def unseen(colour: str | None, size: float, *, shaded: bool) -> bool:
    """Whether nobody sees text: dust, or white where nothing lies behind it.

    Args:
        colour: six hexadecimal digits, None where none is given.
        size: in points.
        shaded: something is or may be painted behind the text.
    """
    if 0 <= size < MIN_EM:
        return True
    if colour is None or shaded or not re.fullmatch(r"#?[0-9A-Fa-f]{6}", colour):
        return False
    return distance(int(colour.lstrip("#"), 16), WHITE) < NEAR


class Seen:
    """Counts the words that were left out because nobody sees them."""

    def __init__(self) -> None:
        self.left_out = 0

    def leave_out(self, text: str) -> None:
        self.left_out += len(text.split())


def lines(runs: Sequence[Run], *, gap: float, bullet: bool = False, style: str = "") -> list[Line]:
    """The lines of a paragraph.

    Args:
        runs: in order.
        gap: white space above, in line heights; under the first line there is none.
        bullet: the paragraph is an item of a list.
        style: as in ``model.Line``.
    """
    if len(runs) == 1 and "\n" not in runs[0].text:
        return [line] if runs[0].text and (line := _line([runs[0]], gap, bullet, style)) else []
    made: list[Line] = []
    current: list[Run] = []
    for run in [*runs, Run("\n")]:
        first, *others = run.text.split("\n")
        if first:
            current.append(run if not others else run._replace(text=first))
        for other in others:
            if current and (line := _line(current, gap if not made else 0.0, bullet, style)):
                made.append(line)
            current = [run._replace(text=other)] if other else []
    return made


def _line(runs: list[Run], gap: float, bullet: bool, style: str) -> Line | None:
    if len(runs) == 1:
        text, bold, italic, size = runs[0]
    else:
        inked = [run for run in runs if run.text.strip()]
        if not inked:
            return None
        text = "".join([run.text for run in runs])
        heavy = sum(len(run.text.strip()) for run in inked if run.bold)
        bold = heavy * 2 > sum(len(run.text.strip()) for run in inked) or (runs[0].bold and runs[0] is inked[0])
        italic, size = inked[0].italic, max(run.size for run in inked)
    text = text.replace("\xa0", " ").replace("\xad", "").strip()
    match = BULLET.match(text)
    rest = text[match.end() :] if match else text
    parts = _CELLS.split(rest) if "\t" in rest or "    " in rest else [rest]
    cells = [Cell(" ".join(part.split()), size=size, bold=bold, italic=italic) for part in parts if part.strip()]
    return Line(cells, gap=gap, bullet=bullet or bool(match), style=style) if cells else None


def row(cells: Sequence[list[Line]]) -> list[Line]:
    """The lines of a table's row: one record, or cell after cell."""
    filled = [cell for cell in cells if cell]
    if len(filled) > 1 and _is_record(filled):
        return _joined(filled)
    return [line for cell in filled for line in cell]


def _is_record(cells: list[list[Line]]) -> bool:
    """Whether cells side by side are one record (a title and its dates) and not two columns of sections."""
    headings = sum(1 for cell in cells for line in cell if (known := lexicon.section_of(line.text)) and known[1])
    if headings > 1:
        return False
    if sum(len(cell) > 1 for cell in cells) == 0:
        return True
    notes = sum(all(dates.is_only_date(line.text) or len(line.text) < 30 for line in cell) for cell in cells)
    return notes > 0


def _joined(cells: list[list[Line]]) -> list[Line]:
    """Cells side by side as lines: a section's label first, then the first lines together, then what is left."""
    first = cells[0]
    known = lexicon.section_of(first[0].text) if len(first) == 1 else None
    if known and known[1]:
        label = first[0]
        label.style = label.style or "label"
        return [label, *row(cells[1:])] if len(cells) > 2 else [label, *cells[1]]
    head = Line(
        [c for cell in cells for c in cell[0].cells], gap=cells[0][0].gap, bullet=first[0].bullet, style=first[0].style
    )
    rest = [line for cell in sorted(cells, key=len) for line in cell[1:]]
    return [head, *rest]
