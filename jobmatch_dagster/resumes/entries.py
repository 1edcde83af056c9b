"""Entries of a section: the phrases of their heads, dates, places, and the text under them.

What the phrases mean is decided by ``work``, ``education`` and ``extras``."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobmatch_dagster.resumes import places
from jobmatch_dagster.resumes.dates import DateSpan
from jobmatch_dagster.resumes.model import Line
from jobmatch_dagster.resumes.phrases import TRIM, Phrase, cut, texts
from jobmatch_dagster.resumes.places import Place
from jobmatch_dagster.resumes.segments import URL, segment


@dataclass(slots=True)
class Entry:
    """One item of a section.

    Attributes:
        phrases: the head without dates and places, in reading order.
        span: dates with offsets into the body, or None.
        place: where it was, with its offsets.
        summary, highlights: the text under the head, as paragraphs and list items.
        start, end: offsets of the whole entry in the body.
    """

    phrases: list[Phrase]
    span: DateSpan | None = None
    place: Place | None = None
    place_at: tuple[int, int] | None = None
    url: str | None = None
    summary: list[str] = field(default_factory=list)
    highlights: list[str] = field(default_factory=list)
    start: int = 0
    end: int = 0
    head_rows: int = 0


def read(lines: list[Line]) -> list[Entry]:
    """The entries of a section.

    Args:
        lines: the section's lines, with their offsets set.
    """
    return [entry_of(head, rest) for head, rest in segment(lines)]


def entry_of(head: list[Line], rest: list[Line]) -> Entry:
    """One entry of its head's lines and those under it."""
    entry = Entry([], start=head[0].start, end=(rest or head)[-1].end, head_rows=len(head))
    for row, line in enumerate(head):
        at = line.start
        for cell in line.cells:
            phrases, spans = cut(cell.text, at, row, line)
            for span in spans:
                moved = DateSpan(span.start + at, span.end + at, span.begin, span.finish, span.current, span.range)
                if entry.span is None or (moved.range and not entry.span.range):
                    entry.span = moved
            for phrase in phrases:
                _place_or_phrase(entry, phrase)
            at += len(cell.text) + 1
    addresses = [line for line in rest if not line.bullet and URL.fullmatch(line.text.strip())]
    if addresses:
        entry.url = entry.url or addresses[0].text.strip()
    entry.summary, entry.highlights = texts([line for line in rest if line not in addresses], head)
    return entry


def _place_or_phrase(entry: Entry, phrase: Phrase) -> None:
    if match := URL.fullmatch(phrase.text):
        entry.url = entry.url or match.group()
        return
    if entry.place is None:
        place = places.parse(phrase.text, address=False)
        if place and not (place.region is None and "," not in phrase.text and not entry.phrases and not place.remote):
            entry.place, entry.place_at = place, (phrase.start, phrase.end)
            return
        if cut := places.trailing(phrase.text):
            before, place = cut
            entry.place = place
            entry.place_at = (phrase.end - len(place.text), phrase.end)
            phrase = Phrase(
                before.rstrip(TRIM),
                phrase.start,
                phrase.start + len(before),
                phrase.row,
                phrase.bold,
                phrase.italic,
                phrase.size,
            )
    entry.phrases.append(phrase)
