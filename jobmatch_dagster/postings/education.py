"""The least degree that an ad asks for: secondary, vocational, bachelor, master or doctorate."""

from __future__ import annotations

import re

from jobmatch_dagster.postings.phrases import Hit, Hits

DEGREES = ("secondary", "vocational", "bachelor", "master", "doctorate")
_SENTENCE_END = re.compile(r"\n|[!?;。；]|\.(?=\s+[A-ZÀ-ÞŁŚŻ]|$)")
_BULLET = re.compile(r"(?:^|\n)[•*·–-] ?$")
_LINE_START = re.compile(r"\n$")
_CITY_BEFORE = re.compile(r"[a-z], $")
_NEAR = 160


def least_degree(text: str, hits: Hits) -> Hit | None:
    """The least degree of the first sentence that asks for one ("Bachelor's or Master's degree" asks for a bachelor).

    Args:
        text: plain text of the ad.
        hits: phrases found in it.
    """
    if "degree" not in hits:
        return None
    degrees = [hit for hit in _distinct(hits) if not _is_state(text, hit)]
    asks = hits.get("degree_asked", [])
    for degree in degrees:
        start, end = _sentence(text, degree)
        asked = any(start <= ask.start < end for ask in asks)
        # a bullet, or a line, that begins with the degree asks for it
        first = _BULLET.search(text, max(0, degree.start - 3), degree.start) or (
            degree.end - degree.start > 2 and _LINE_START.search(text, max(0, degree.start - 1), degree.start)
        )
        if asked or first:
            within = [hit for hit in degrees if start <= hit.start < end]
            return min(within, key=lambda hit: (DEGREES.index(hit.label), hit.start))
    return None


def _is_state(text: str, hit: Hit) -> bool:
    """ "Boston, MA" and "Jackson, MS" are places."""
    return hit.end - hit.start == 2 and _CITY_BEFORE.search(text, max(0, hit.start - 4), hit.start) is not None


def _distinct(hits: Hits) -> list[Hit]:
    """Degrees that are not part of another phrase ("scrum master", "wyższe" in "wyższe magisterskie", "degree in" in
    "Master's degree in")."""
    named, masks = hits.get("degree", []), hits.get("not_degree", [])
    ends = {hit.end: hit.label for hit in named}
    return [
        hit
        for hit in named
        if not any(mask.start < hit.end and hit.start < mask.end for mask in masks)
        and ends.get(hit.start - 1, hit.label) == hit.label
        and not any(other.start < hit.start < other.end for other in named)
        and not any(o.start <= hit.start and hit.end <= o.end and o.end - o.start > hit.end - hit.start for o in named)
    ]


def _sentence(text: str, hit: Hit) -> tuple[int, int]:
    start = max(0, hit.start - _NEAR)
    breaks = [found.end() for found in _SENTENCE_END.finditer(text, start, hit.start)]
    ending = _SENTENCE_END.search(text, hit.end, hit.end + _NEAR)
    return (breaks[-1] if breaks else start), (ending.start() if ending else hit.end + _NEAR)
