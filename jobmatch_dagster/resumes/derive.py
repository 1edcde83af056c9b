"""What follows from a profile: years of work with overlaps counted once, recent experience, seniority, sureness."""

from __future__ import annotations

from datetime import date
from typing import Any

from jobmatch_dagster.resumes import lexicon

RECENT_MONTHS = 60
# least years of work for which a title without a word of seniority stands; usual in the trade, no standard says it
_YEARS_TO_LEVEL = ((6.0, "senior"), (2.0, "mid"), (0.0, "junior"))


def _month(value: str, last: bool) -> int:
    month = int(value[5:7]) if len(value) >= 7 else (12 if last else 1)
    return int(value[:4]) * 12 + month - 1


def intervals(work: list[dict[str, Any]], today: date) -> list[tuple[int, int]]:
    """The months of each dated job as (first, after last), counted from year 0; a current one ends this month."""
    now = today.year * 12 + today.month
    found = []
    for job in work:
        begin, finish = job.get("startDate"), job.get("endDate")
        if not begin:
            continue
        first = _month(begin, last=False)
        after = now if finish is None and job.get("_current", True) else _month(finish or begin, last=True) + 1
        # two years alone: half a year is missing on either side, on average
        if finish and len(begin) == 4 and len(finish) == 4 and finish > begin:
            first, after = first + 6, after - 6
        if first < min(after, now):
            found.append((first, min(after, now)))
    return found


def _covered(spans: list[tuple[int, int]]) -> int:
    total, reach = 0, -1
    for first, after in sorted(spans):
        total += max(0, after - max(first, reach))
        reach = max(reach, after)
    return total


def experience_years(work: list[dict[str, Any]], today: date) -> float | None:
    """Years of work with overlapping jobs counted once; None where no job has dates."""
    spans = intervals(work, today)
    return round(_covered(spans) / 12, 1) if spans else None


def recent_experience(work: list[dict[str, Any]], today: date) -> float | None:
    """Years of work within the last five years; None where no job has dates."""
    spans = intervals(work, today)
    if not spans:
        return None
    edge = today.year * 12 + today.month - RECENT_MONTHS
    return round(_covered([(max(a, edge), b) for a, b in spans if b > edge]) / 12, 1)


def seniority(work: list[dict[str, Any]], label: str | None, years: float | None) -> str | None:
    """A level of seniority, intern to executive, from the latest title or the headline, else from the years."""
    latest = sorted(
        work, key=lambda j: (j.get("endDate") is None, j.get("endDate") or "", j.get("startDate") or ""), reverse=True
    )
    for title in [*(j.get("position") for j in latest[:1]), label]:
        if title and (level := lexicon.role_level(title)):
            return level
    if years is None:
        return None
    return next(level for least, level in _YEARS_TO_LEVEL if years >= least)


def highest_degree(education: list[dict[str, Any]]) -> str | None:
    """The highest level among the degrees."""
    order = ("doctorate", "master", "bachelor", "vocational", "secondary")
    levels = {school.get("_level") for school in education}
    return next((level for level in order if level in levels), None)
