"""The least degree that an ad asks for: secondary, vocational, bachelor, master or doctorate."""

from __future__ import annotations

import re

from jobmatch_dagster.postings.phrases import Hit, Hits

DEGREES = ("secondary", "vocational", "bachelor", "master", "doctorate")
_SENTENCE_END = re.compile(r"\n|[!?;。；]|\.(?=\s+[A-ZÀ-ÞŁŚŻ]|$)")
_NEAR = 160


def least_degree(text: str, hits: Hits) -> Hit | None:
    """The least degree of the first sentence that asks for one ("Bachelor's or Master's degree" asks for a bachelor).

    Args:
        text: plain text of the ad.
        hits: phrases found in it.
    """
    masks = hits.get("not_degree", [])
    degrees = [hit for hit in hits.get("degree", []) if not any(m.start < hit.end and hit.start < m.end for m in masks)]
    asks = hits.get("degree_asked", [])
    for degree in degrees:
        start, end = _sentence(text, degree)
        if any(start <= ask.start < end and not (degree.start <= ask.start < degree.end) for ask in asks):
            within = [hit for hit in degrees if start <= hit.start < end]
            return min(within, key=lambda hit: (DEGREES.index(hit.label), hit.start))
    return None


def _sentence(text: str, hit: Hit) -> tuple[int, int]:
    start = max(0, hit.start - _NEAR)
    breaks = [found.end() for found in _SENTENCE_END.finditer(text, start, hit.start)]
    ending = _SENTENCE_END.search(text, hit.end, hit.end + _NEAR)
    return (breaks[-1] if breaks else start), (ending.start() if ending else hit.end + _NEAR)
