"""The cues that stand in one text, and what they show of the words beside them. What cues mean for a hit is
``reading``'s business.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jobmatch_dagster.skills import phrases
from jobmatch_dagster.skills.kernels import allocating_kernel, kernel, small_kernel


class CueHits(NamedTuple):
    """The cues of one text: first token, token after the last, what each says (see ``cues.Cues``)."""

    start: np.ndarray
    end: np.ndarray
    before: np.ndarray
    after: np.ndarray
    section: np.ndarray
    value: np.ndarray


class Signs(NamedTuple):
    """Per token of one text: what cues show of it (``cues.ANNOUNCES`` …) and its role (``cues.ARTICLE_ROLE`` …), uint8;
    its number among the little words, below 0 where it is none (int32); ``infos``: what the table of cues says of it
    alone (uint64)."""

    evidence: np.ndarray
    role: np.ndarray
    little: np.ndarray
    infos: np.ndarray


@allocating_kernel
def new_cue_hits(room):  # type: ignore[no-untyped-def]
    """Room for so many."""
    return CueHits(
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.uint8),
        np.empty(room, np.uint8),
        np.empty(room, np.uint8),
        np.empty(room, np.float64),
    )


@allocating_kernel
def new_signs(longest):  # type: ignore[no-untyped-def]
    """For texts of up to ``longest`` tokens."""
    return Signs(
        np.zeros(longest, np.uint8),
        np.zeros(longest, np.uint8),
        np.empty(longest, np.int32),
        np.empty(longest, np.uint64),
    )


@kernel
def find(lo, hi, tokens, cues, found, hits, signs):  # type: ignore[no-untyped-def]
    """The cues among tokens [lo, hi), in the order of their first token, then of their length; fills ``signs``.

    A cue that speaks of a requirement is left out inside a longer one that does too ("plus" in "is a plus").

    Args:
        found: scratch (``matcher.Candidates``).
        signs: ``infos`` and ``little`` are filled (``phrases.recognise``).

    Returns:
        how many there are in ``hits``.
    """
    for t in range(hi - lo):
        signs.role[t] = cues.role[max(signs.little[t], 0)] * (signs.little[t] >= 0)
    n = phrases.walk(lo, hi, tokens, signs.role, 0, cues.table, signs.infos, found)
    signs.evidence[: hi - lo] = 0
    kept, reach, k = 0, -1, 0
    while k < n:
        j, furthest = k, -1
        while j < n and found.start[j] == found.start[k]:
            if cues.speaks[found.form[j]]:
                furthest = found.end[j]
            j += 1
        for i in range(k, j):
            if not cues.speaks[found.form[i]] or (found.end[i] == furthest and furthest > reach):
                _take(found.start[i], found.end[i], found.form[i], lo, kept, cues, hits, signs)
                kept += 1
        reach = max(reach, furthest)
        k = j
    return kept


@small_kernel
def _take(s, e, cue, lo, at, cues, hits, signs):  # type: ignore[no-untyped-def]
    """Write the cue at tokens [s, e) into row ``at``."""
    hits.start[at], hits.end[at] = s, e
    hits.before[at], hits.after[at] = cues.before[cue], cues.after[cue]
    hits.section[at], hits.value[at] = cues.section[cue], cues.value[cue]
    signs.evidence[e - 1 - lo] |= cues.ahead[cue]
    signs.evidence[s - lo] |= cues.back[cue]
