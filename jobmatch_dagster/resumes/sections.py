"""Lines to sections: which lines are headings, and what each section is about.

A heading is known by its words and by looking like the other headings of the same résumé. What stands inside a
section is read elsewhere.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from jobmatch_dagster.resumes import dates, lexicon, spoken
from jobmatch_dagster.resumes.model import Document, Line

_MAIN = ("experience", "education", "skills")
MAX_UNKNOWN_WORDS = 5
MIN_TORN = 9


@dataclass(slots=True)
class Section:
    """A heading and the lines under it.

    ``kind`` is a section of the lexicon, "top" before the first heading, or "other".
    """

    kind: str
    heading: Line | None = None
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Style:
    size: float
    bold: bool
    upper: bool


def _style(line: Line) -> _Style:
    text = line.text
    return _Style(round(line.size * 2) / 2, line.bold, text.isupper())


def split(document: Document) -> list[Section]:
    """The document's sections in reading order; text before a column's first heading is a "top" section."""
    lines = document.lines
    found = _headings(lines)
    sections = [Section("top")]
    flow = lines[0].flow if lines else 0
    for number, line in enumerate(lines):
        if number in found:
            sections.append(Section(found[number], line))
        elif line.flow != flow:
            sections.append(Section("top", None, [line]))
        else:
            sections[-1].lines.append(line)
        flow = line.flow
    return [_as_skills(s) for s in sections if s.lines or s.heading]


def _as_skills(section: Section) -> Section:
    """A list under "Languages" that names none that people speak is one of programming languages."""
    if section.kind == "languages" and section.lines and not spoken.read(section.lines):
        section.kind = "skills"
    return section


def _headings(lines: list[Line]) -> dict[int, str]:
    """Line number → section kind, for the lines that are headings."""
    candidates = {n: known for n, line in enumerate(lines) if (known := _named(line)) is not None}
    if not candidates:
        return _by_format(lines)
    votes: dict[int, Counter[_Style]] = {}
    for n, (kind, sure) in candidates.items():
        if sure:
            votes.setdefault(lines[n].flow, Counter())[_style(lines[n])] += 2 if kind in _MAIN else 1
    if not votes:
        return _by_format(lines)
    main = sum(votes.values(), Counter()).most_common(1)[0][0]
    own = {flow: _own_style(lines, flow, counted) or main for flow, counted in votes.items()}
    found = {}
    for n, (kind, sure) in candidates.items():
        style, model = _style(lines[n]), own.get(lines[n].flow, main)
        if _as_strong(style, model) if sure else _alike(style, model) and not _listed(lines, n):
            found[n] = kind
    _add_unknown(lines, found, main)
    for n, kind in _by_format(lines).items():
        found.setdefault(n, kind)
    return found


def _own_style(lines: list[Line], flow: int, votes: Counter[_Style]) -> _Style | None:
    """The style of a column's own headings where it has some that are alike and stand out from its text."""
    style, count = votes.most_common(1)[0]
    usual = median(line.size for line in lines if line.flow == flow)
    return style if count > 1 and (style.bold or style.upper or style.size > 1.1 * usual) else None


def _named(line: Line) -> tuple[str, bool] | None:
    cells = [cell for cell in line.cells if any(map(str.isalnum, cell.text))]
    if line.bullet or not cells or (len(cells) > 1 and not _is_wide_heading(line)):
        return None
    text = " ".join(cell.text for cell in cells).strip(" :•·-–—|_#*")
    known = lexicon.section_of(text)
    if known is None and " " in text and len(text) >= MIN_TORN:
        known = lexicon.section_of(text.replace(" ", ""))  # a word that its letters' own spacing tore apart
    return (known[0], False) if known and text[:1].islower() else known


def _is_wide_heading(line: Line) -> bool:
    """Whether a line's cells are the words of one heading set wide: all in bold capitals, close to each other."""
    gaps = [after.x0 - cell.x1 for cell, after in itertools.pairwise(line.cells)]
    return (
        line.bold and line.text.isupper() and 0 < max(gaps) < 1.5 * line.size and all(cell.bold for cell in line.cells)
    )


def _as_strong(style: _Style, main: _Style) -> bool:
    """Whether a known heading word may be a heading beside the main ones: not smaller, not plainer."""
    if style.size < main.size - 0.6:
        return False
    bigger = style.size > main.size + 0.6
    return bigger or ((style.bold or not main.bold) and (style.upper or not main.upper))


def _alike(style: _Style, main: _Style) -> bool:
    return abs(style.size - main.size) <= 0.5 and style.bold == main.bold and style.upper == main.upper


def _listed(lines: list[Line], n: int) -> bool:
    """Whether the line is one of a list of short lines, not above one."""
    before = lines[n - 1] if n else None
    return before is not None and (lines[n].gap or 0) < 0.15 and len(before.text) < 30 and before.flow == lines[n].flow


def _add_unknown(lines: list[Line], found: dict[int, str], main: _Style) -> None:
    """Lines that look just like the headings, and like nothing else, end a section too."""
    usual = median(line.size for line in lines)
    distinct = main.size > 1.08 * usual or (main.upper and main.bold)
    if not distinct:
        return
    places = {(lines[n].flow, round(lines[n].x0)) for n in found}
    first = min(found, default=0)
    for n, line in enumerate(lines):
        if n <= first or n in found or line.bullet or len(line.cells) != 1 or not _alike(_style(line), main):
            continue
        text = line.text
        at_edge = any(flow == line.flow and abs(x - line.x0) < 3 for flow, x in places)
        if (
            at_edge
            and len(text.split()) <= MAX_UNKNOWN_WORDS
            and not dates.find(text)
            and text[-1] not in ".,;"
            and "@" not in text
        ):
            found[n] = "other"


def _by_format(lines: list[Line]) -> dict[int, str]:
    """Headings that the file format itself marks as such."""
    found = {}
    for n, line in enumerate(lines):
        if line.style in ("heading", "label"):
            known = lexicon.section_of(line.text.strip(" :"))
            if known:
                found[n] = known[0]
            elif line.style == "heading" and n > 2 and not dates.find(line.text):
                found[n] = "other"
    return found
