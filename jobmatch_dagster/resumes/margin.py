"""What résumés put on the margin, beside what it is of: dates, places, durations."""

from __future__ import annotations

import re
from functools import lru_cache

from jobmatch_dagster.resumes import dates, places
from jobmatch_dagster.resumes.model import LIST_MARK, Cell

_DURATION = re.compile(
    r"^\(?(?:\d+\s*(?:years?|yrs?|months?|mos?|jahre?|monate?|ans?|mois|años?|meses|anni|mesi|lata?|mies)\.?\s*)+\)?$",
    re.I,
)


@lru_cache(maxsize=4096)
def is_note(text: str) -> bool:
    """Whether a text is what résumés put on the margin: a date, a place, a duration."""
    if _DURATION.match(text) or dates.is_only_date(text):
        return True
    place = places.parse(text) if len(text) < 45 else None
    return place is not None


def lift(rows: list[list[Cell]]) -> None:
    """Dates and places that run down the right margin beside a list go up to the line on which they begin."""
    start: int | None = None
    edge = 0.0
    for number, row in enumerate(rows):
        last = row[-1] if row else None
        aside = last is not None and len(row) > 1 and is_note(last.text)
        alone = last is not None and len(row) == 1 and start is not None and last.x0 >= edge - 3 and is_note(last.text)
        if last is None or not (aside or alone):
            start = None
            continue
        beside_list = alone or bool(LIST_MARK.match(row[0].text)) or row[0].text[:1].islower()
        if start is None:
            start, edge = (number, last.x0) if not beside_list else (None, 0.0)
            continue
        if beside_list:
            rows[start].append(row.pop())
            edge = min(edge, last.x0)
        elif not LIST_MARK.match(row[0].text):
            start, edge = number, last.x0
