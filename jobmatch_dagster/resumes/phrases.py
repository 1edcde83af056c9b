"""The head of an entry cut into phrases and dates, and lines of one text joined.

What a phrase means is decided elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jobmatch_dagster.resumes import dates, lexicon
from jobmatch_dagster.resumes.dates import DateSpan
from jobmatch_dagster.resumes.model import Line

_SEPARATOR = re.compile(
    r"\t|\s+[|·•∙]\s+|\s+[-–—]+\s+|\s*\|\s*|\s+@\s+|\s+·\s*|\s{2,}|(?<=\w)\s*—\s*(?=\w)|:\s+(?=[A-Z])|;\s+"
)
_PARENTHESES = re.compile(r"\([^()]*\)")
TRIM = " \t,;:|·•∙–—-()[]/→"
_TERMS = re.compile(
    r"^\(?(?:full[- ]time|part[- ]time|contract|permanent|temporary|vollzeit|teilzeit|temps plein|temps partiel|cdi|cdd|"  # noqa: E501
    r"jornada completa|media jornada|pełny etat|freelance contract|link|website|url|"
    r"(?:expected|anticipated)(?: graduation)?(?: date)?|graduat(?:ion|ed|ing)(?: date)?|"
    r"voraussichtlich(?:er abschluss)?|abschluss|obtention prévue|prévue?|prevista?o?|atteso|verwacht)\)?$",
    re.I,
)
_DURATION = re.compile(
    r"\(?\b\d+\s*(?:years?|yrs?|months?|mos?|jahre?|monate?|ans?|mois|años?|meses|anni|mesi|lata?|lat|mies\w*|maand\w*|jaar)\b\.?"
    r"(?:,?\s*(?:and\s+)?\d+\s*(?:months?|mos?|monate?|mois|meses|mesi|mies\w*|maand\w*)\b\.?)?\)?",
    re.I,
)


@dataclass(slots=True)
class Phrase:
    """A piece of an entry's head with its place in the body and its look."""

    text: str
    start: int
    end: int
    row: int
    bold: bool = False
    italic: bool = False
    size: float = 0.0


def cut(text: str, at: int, row: int, line: Line) -> tuple[list[Phrase], tuple[DateSpan, ...]]:
    """The phrases of a cell without its dates and durations; offsets are moved by ``at``."""
    spans = dates.find(text)
    kept = list(text)
    for span in spans:
        kept[span.start : span.end] = "\t" * (span.end - span.start)
    for match in _DURATION.finditer(text):
        kept[match.start() : match.end()] = "\t" * (match.end() - match.start())
    cell = next((c for c in line.cells if c.text == text), line.cells[0])
    if 1 < cell.lead < len(text) and text[cell.lead] == " ":
        kept[cell.lead] = "\t"
    without = "".join(kept)
    masked = _PARENTHESES.sub(lambda m: m.group() if "\t" in m.group() else "x" * len(m.group()), without)
    found = []
    begin = 0
    cuts = [m.span() for m in _SEPARATOR.finditer(masked)]
    for stop, after in [*cuts, (len(masked), len(masked))]:
        piece = without[begin:stop]
        left = len(piece) - len(piece.lstrip(TRIM))
        clean = piece.strip(TRIM)
        if "(" in clean and piece.rstrip(" \t,;").endswith(")"):
            clean += ")"
        if any(map(str.isalnum, clean)) and not _TERMS.match(clean):
            start = at + begin + left
            found.append(Phrase(clean, start, start + len(clean), row, cell.bold, cell.italic, cell.size))
        begin = after
    return found, spans


def texts(lines: list[Line], head: list[Line] | None = None) -> tuple[list[str], list[str]]:
    """The lines under a head as (paragraphs, list items); broken lines are joined.

    Args:
        lines: under the head.
        head: where it is given, text that is set in from it is a list even if its marks are no text, as in the lists
            that browsers print.
    """
    marked = any(line.bullet for line in lines)
    paragraphs: list[str] = []
    items: list[str] = []
    target = paragraphs
    before: Line | None = None
    for line in lines:
        text = " ".join(line.text.split())
        listed = line.bullet or (not marked and head is not None and _is_set_in(line, head))
        goes_on = not line.bullet and (text[:1].islower() or (target is items and _had_no_room(before, line)))
        if listed and not goes_on:
            target = items
            items.append(text)
        elif target and ((line.gap or 0) < 0.8 or text[:1].islower()):
            target[-1] = join(target[-1], text)
        else:
            target = paragraphs
            paragraphs.append(text)
        before = line
    return paragraphs, items


def _is_set_in(line: Line, head: list[Line]) -> bool:
    edges = [cell.x0 for above in head for cell in above.cells]
    return line.reach > 0 and line.x0 > min(edges) + 4 and all(abs(line.x0 - edge) > 3 for edge in edges)


def _had_no_room(before: Line | None, line: Line) -> bool:
    """Whether a line's first word had no room on the line before."""
    cell = line.cells[0]
    word = (cell.x1 - cell.x0) * (len(cell.text.split()[0]) + 1) / max(len(cell.text), 1)
    return before is not None and before.cells[-1].x1 + word > line.reach


def join(before: str, after: str) -> str:
    """Two lines of one sentence; a hyphen at the line's end stays, a soft one was dropped before."""
    if before.endswith("-") and after[:1].isalpha() and before[-2:-1].isalpha():
        return before + after
    return f"{before} {after}"


def role(text: str) -> float:
    """How much a phrase is a title rather than an employer."""
    company = lexicon.company_score(text)
    title = lexicon.role_score(text)
    return title - (0.8 * company if company >= 1.0 or title == 0 else 0.0)
