"""A section's lines cut into entries: which lines are the head of one, and which the text under it.

The anchor of an entry is its date."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from statistics import median

from jobmatch_dagster.resumes import dates, lexicon, places
from jobmatch_dagster.resumes.model import Line
from jobmatch_dagster.resumes.phrases import cut, join

MAX_HEAD_LINES = 4
URL = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|org|net|io|dev|de|fr)/\S+", re.I)
_BEFORE_DATE = re.compile(r"\S\s+(?:in|en|im|nel|em|w|by|since|für|für das|for|au cours de|during|le|el|il)\s+$")


def segment(lines: list[Line]) -> list[tuple[list[Line], list[Line]]]:
    """Cut a section into (head lines, text lines) of each entry."""
    if not lines:
        return []
    lines = _unwrapped(lines)
    body = _body_flags(lines)
    anchors = [n for n, line in enumerate(lines) if not body[n] and _has_date(line)]
    if not anchors:
        return _without_dates(lines, body)
    starts = _starts(lines, body, anchors)
    found = []
    for k, start in enumerate(starts):
        stop = starts[k + 1] if k + 1 < len(starts) else len(lines)
        anchor = next(a for a in anchors if start <= a < stop)
        end = anchor + 1
        while end < stop and not body[end] and end - start < MAX_HEAD_LINES and _belongs(lines, end):
            if _named(lines[start:end]) >= 2 and not (_only_notes([lines[end]]) or _is_place(lines[end])):
                break
            end += 1
        if end < stop and _only_notes(lines[start:end]) and len(lines[end].text.split()) <= 12:
            end += 1
        found.append((lines[start:end], lines[end:stop]))
    return found


def _unwrapped(lines: list[Line]) -> list[Line]:
    """Phrases of a head that were broken because the column is full go back on one line. A line's end and a space are
    one character each, so offsets into the body stay right."""
    reach = max(line.cells[-1].x1 for line in lines)
    if not reach:
        return lines
    made = [lines[0]]
    for line in lines[1:]:
        before, cell = made[-1], line.cells[0]
        if _goes_on(before, line, reach) or _date_goes_over_the_page(before, line):
            *others, last = before.cells
            made[-1] = replace(before, cells=[*others, replace(last, text=join(last.text, cell.text))])
        else:
            made.append(line)
    return made


def _goes_on(before: Line, line: Line, reach: float) -> bool:
    """Whether a line's last phrase goes on in the next one, under itself, because the column is full."""
    cell, last = line.cells[0], before.cells[-1]
    if line.gap is None or line.gap >= 0.5 or len(line.cells) > 1 or line.bullet or _reads_like_text(before):
        return False
    if before.bullet or (len(before.cells) > 1 and abs(cell.x0 - last.x0) > 3):
        return False
    alike = last.bold == cell.bold and last.italic == cell.italic and abs(before.size - line.size) < 0.3
    word = (cell.x1 - cell.x0) * (len(cell.text.split()[0]) + 1) / max(len(cell.text), 1)
    full = last.x1 + word > reach and (last.x1 - last.x0) > (cell.x1 - cell.x0)
    return alike and full and len(cell.text.split()) <= 4 and len(last.text.split()) < 9 and not _has_date(line)


def _date_goes_over_the_page(before: Line, line: Line) -> bool:
    """Whether a range of dates was broken where the page ends."""
    alone = len(line.cells) == 1 and not line.bullet and line.page == before.page + 1
    return alone and dates.goes_over(before.cells[-1].text, line.cells[0].text)


def _named(head: list[Line]) -> int:
    """How many phrases that are no date, place or address a head has."""
    return sum(
        places.parse(phrase.text, address=False) is None and not URL.fullmatch(phrase.text)
        for line in head
        for cell in line.cells
        for phrase in cut(cell.text, 0, 0, line)[0]
    )


def _only_notes(head: list[Line]) -> bool:
    """Whether a head has dates and places but no name of anything."""
    return not any(cut(cell.text, 0, 0, head[0])[0] for line in head for cell in line.cells)


def _is_place(line: Line) -> bool:
    return len(line.cells) == 1 and places.parse(line.text, address=False) is not None


def _belongs(lines: list[Line], n: int) -> bool:
    """Whether a short line after the anchor is still part of the head."""
    gap = lines[n].gap
    text = lines[n].text
    if any(_BEFORE_DATE.search(text[: span.start]) for span in dates.find(text) if not span.range):
        return False
    return (
        (gap is None or gap < 1.2) and not (text.endswith((".", ":")) and not _ends_in_name(text)) and len(text) < 100
    )


def _ends_in_name(text: str) -> bool:
    """Whether the point at the end belongs to a legal form or a degree, not to a sentence."""
    last = text.rsplit(" ", 1)[-1]
    return lexicon.company_score(f"x {last}") >= 2.0 or last.count(".") > 1 or len(text.split()) < 4


def _has_date(line: Line) -> bool:
    text = line.text
    for span in dates.find(text):
        if span.range:
            return True
        if _BEFORE_DATE.search(text[: span.start]) and not text.rstrip().endswith(")"):
            continue  # "… in 2024" tells when something was done, not when a job began
        alone = any(dates.is_only_date(cell.text) for cell in line.cells)
        at_edge = span.end >= len(text.rstrip(" )].")) - 1 or span.start <= 1
        if alone or (at_edge and len(text) < 90):
            return True
    return False


def _body_flags(lines: list[Line]) -> list[bool]:
    """True for list items, their continuations and paragraphs; False for lines that may be heads."""
    wide = max((line.cells[-1].x1 for line in lines), default=0) - min(line.x0 for line in lines)
    edge = min(line.x0 for line in lines)
    flags: list[bool] = []
    for n, line in enumerate(lines):
        before = lines[n - 1] if n else None
        flag = line.bullet or _reads_like_text(line)
        if not flag and before is not None and flags[-1] and before.flow == line.flow and not _has_date(line):
            close = (line.gap or 0) < 0.6 if line.gap is not None else False
            inside = line.x0 > edge + 4 if wide else False
            full = before.cells[-1].x1 - edge > 0.7 * wide if wide else len(before.text) > 70
            lower = line.text[:1].islower()
            flag = lower or (
                close and not line.bold and len(line.cells) == 1 and ((inside and before.bullet) or (full and inside))
            )
            flag = flag or (
                close and full and not line.bold and line.size == before.size and line.text.rstrip()[-1:] in ".;"
            )
        flags.append(flag)
    return flags


def _reads_like_text(line: Line) -> bool:
    text = line.text
    words = text.split()
    if _has_date(line):
        return len(words) > 22
    if text[:1].islower() and len(words) > 2:
        return True
    return (
        len(words) >= 12
        or (len(words) >= 7 and text.endswith(".") and not _ends_in_name(text))
        or (len(words) >= 9 and not line.bold and "," not in text)
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """What the section's first entry shows of all: lines above the date, and the look of an entry's first line if it
    has one of its own (None where all lines look alike)."""

    lead: int
    model: Line | None


def _starts(lines: list[Line], body: list[bool], anchors: list[int]) -> list[int]:
    """The first line of each entry, one for each anchor that opens a new one."""
    gaps = [line.gap for line in lines if line.gap is not None]
    usual = median(gaps) if gaps else 0.0
    shape: _Shape | None = None
    starts: list[int] = []
    lowest = 0
    for k, anchor in enumerate(anchors):
        start = _walk_up(lines, body, anchor, lowest, usual, shape)
        if starts and (start <= starts[-1] or _continues(lines, starts[-1], anchors, anchor, start)):
            continue
        if not starts and start == 1 and not body[0]:
            start = 0
        starts.append(start)
        if shape is None:
            until = anchors[k + 1] if k + 1 < len(anchors) else len(lines)
            others = [line for line in lines[start + 1 : until] if not line.bullet]
            own = any(not _same_look(line, lines[start]) for line in others)
            shape = _Shape(anchor - start, lines[start] if own else None)
        lowest = anchor + 1
    return starts


def _walk_up(lines: list[Line], body: list[bool], anchor: int, lowest: int, usual: float, shape: _Shape | None) -> int:
    """From a date up to the first line of its entry."""
    start = anchor
    while start > lowest and not body[start - 1] and anchor - start < MAX_HEAD_LINES - 1:
        opens = _opens(lines[start], usual)
        # a date alone begins no entry while a name may stand above it
        if (
            opens
            and _opens_more(lines, start, lowest, usual)
            and not (start == anchor and _only_notes([lines[anchor]]) and not _begin_with_dates(shape))
            and not (shape is not None and anchor - start < shape.lead and _opens(lines[start - 1], usual))
        ):
            break
        above_opens = not opens and _opens(lines[start - 1], usual)
        full = shape is not None and anchor - start >= shape.lead and not above_opens
        if full and ((opens and start != anchor) or not _may_begin(lines[start - 1], shape)):
            break
        start -= 1
    return start


def _may_begin(line: Line, shape: _Shape | None) -> bool:
    """Whether a line looks like the first line of the section's entries."""
    if shape is None or shape.model is None or not _same_look(line, shape.model):
        return False
    return not _begin_with_dates(shape) or _only_notes([line])


def _begin_with_dates(shape: _Shape | None) -> bool:
    """Whether the section's first entry has its dates on a line of their own above all else."""
    return shape is not None and shape.lead == 0 and shape.model is not None and _only_notes([shape.model])


def _opens(line: Line, usual: float) -> bool:
    return line.gap is not None and line.gap > usual + 0.35


def _opens_more(lines: list[Line], start: int, lowest: int, usual: float) -> bool:
    """Whether the white space above a line is the widest around, so that an entry begins with it."""
    here = lines[start].gap or 0
    above = max((lines[k].gap or 0 for k in range(lowest + 1, start)), default=usual)
    return here >= above


def _continues(lines: list[Line], begin: int, anchors: list[int], anchor: int, start: int) -> bool:
    """A second date in one head (an expected date, a note) opens no entry."""
    last = max(a for a in anchors if a < anchor)
    return start == anchor and anchor == last + 1 and _only_notes([lines[anchor]]) and anchor - begin < MAX_HEAD_LINES


def _same_look(a: Line, b: Line) -> bool:
    return a.bold == b.bold and a.italic == b.italic and abs(a.size - b.size) < 0.4 and abs(a.x0 - b.x0) < 4


def _without_dates(lines: list[Line], body: list[bool]) -> list[tuple[list[Line], list[Line]]]:
    """Entries of a section that has no dates: a head after text, after white space, or that looks like the first."""
    gaps = [line.gap for line in lines if line.gap is not None]
    usual = median(gaps) if gaps else 0.0
    starts = [0]
    for n in range(1, len(lines)):
        if body[n]:
            continue
        after_text = body[n - 1]
        apart = _opens(lines[n], usual)
        under = n - 1 == starts[-1] and lines[n - 1].bold and not lines[n].bold
        if under:
            continue
        if after_text or apart or (n - starts[-1] >= 1 and lines[n].bold and not lines[n - 1].bold):
            starts.append(n)
    found = []
    for k, start in enumerate(starts):
        stop = starts[k + 1] if k + 1 < len(starts) else len(lines)
        end = start
        while end < stop and not body[end] and end - start < MAX_HEAD_LINES:
            end += 1
        if end == start:
            end = start + 1
        found.append((lines[start:end], lines[end:stop]))
    return found
