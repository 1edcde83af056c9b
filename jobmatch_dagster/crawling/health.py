"""Is a board's delivery of today like its own past? Selector drift and yield, from the figures of earlier runs.

Pure arithmetic over what ``private.scrape_runs`` keeps; the checks of the asset graph ask here.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# With fewer earlier runs there is no past to compare with.
LEAST_PAST = 3
_DROP_OF_RATE = 0.25
_LEAST_RATE = 0.2
_SHARE_OF_YIELD = 0.5
_MAD_TO_SIGMA = 1.4826
_SIGMAS = 3.0


@dataclass(frozen=True)
class Finding:
    """Something about today's delivery that its past does not explain.

    Args:
        kind: drift or yield.
        subject: the field, or "postings".
        today: today's figure.
        usual: the median of the past.
        sentence: for people.
    """

    kind: str
    subject: str
    today: float
    usual: float
    sentence: str


def drift(today: Mapping[str, float], past: Sequence[Mapping[str, float]]) -> list[Finding]:
    """Fields that are filled much less often than they used to be: the sign of a selector that no longer matches.

    Args:
        today: share of postings with each field.
        past: the same of earlier runs that delivered, in any order.
    """
    if not today or len(past) < LEAST_PAST:
        return []
    findings = []
    for name in sorted({name for rates in past for name in rates}):
        usual = statistics.median(rates.get(name, 0.0) for rates in past)
        now = today.get(name, 0.0)
        if usual >= _LEAST_RATE and usual - now > _DROP_OF_RATE:
            sentence = f"{name} is filled in {now:.0%} of the postings; {usual:.0%} is usual. Has its selector moved?"
            findings.append(Finding("drift", name, now, usual, sentence))
    return findings


def low_yield(today: int, past: Sequence[int]) -> Finding | None:
    """Far fewer postings than usual, measured by the median and the spread of the past.

    A board varies from day to day, so both must hold: below half of the median, and more than three robust standard
    deviations (1.4826 × median absolute deviation) under it.
    """
    if len(past) < LEAST_PAST:
        return None
    usual = statistics.median(past)
    spread = _MAD_TO_SIGMA * statistics.median(abs(count - usual) for count in past)
    if today >= _SHARE_OF_YIELD * usual or usual - today <= _SIGMAS * spread:
        return None
    sentence = f"{today} postings; {usual:.0f} are usual. Was the board changed, throttled, or asked something else?"
    return Finding("yield", "postings", float(today), float(usual), sentence)
