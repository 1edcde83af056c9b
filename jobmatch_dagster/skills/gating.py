"""What the tagger has a say in: it stops forms that it takes for ordinary words, admits forms that lack other evidence,
and points at spans that no form covers. How sure it must be is set here.
"""

from __future__ import annotations

import numpy as np

from jobmatch_dagster.skills import compiling, matcher, tagger
from jobmatch_dagster.skills.kernels import kernel, small_kernel
from jobmatch_dagster.skills.tokens import Gap

PART_BARS = np.array([0.0, 0.0, 0.3, 0.5])
"""Probability of being part of a span below which a form of that gate (compiling.GATES) is stopped."""
WHOLE_BARS = np.array([0.0, 0.0, 0.45, 0.62])
"""Probability of being a whole span, neither more nor less, below which a form of that gate is stopped."""
OPEN_GATE, ASKED_GATE, LOW_GATE, HIGH_GATE = range(len(compiling.GATES))
ADMIT_BAR = 0.6
"""Probability of being a whole span at which a form that lacks other evidence counts."""
CANDIDATE_BAR = 0.85
"""Probability of being a whole span at which words that no form covers become a candidate."""
_COMMA = int(Gap.COMMA)


@small_kernel
def part(s, e, lo, p):  # type: ignore[no-untyped-def]
    """Probability that [s, e) is part of a span: its least likely word's."""
    least = 1.0
    for t in range(s, e):
        least = min(least, 1.0 - p[t - lo, tagger.O])
    return least


@small_kernel
def whole(s, e, lo, last, p):  # type: ignore[no-untyped-def]
    """Probability that [s, e) is a whole span of a unit that ends at ``last``: its least likely word's or
    boundary's."""
    least = p[s - lo, tagger.B]
    for t in range(s + 1, e):
        least = min(least, p[t - lo, tagger.I])
    return min(least, 1.0 - p[e - lo, tagger.I]) if e < last else least


@small_kernel
def unlikely(s, e, lo, gate, units, p):  # type: ignore[no-untyped-def]
    """Whether [s, e) stays below the bars of its gate."""
    last = units.first[units.of[s - lo] + 1]
    return whole(s, e, lo, last, p) < WHOLE_BARS[gate] or part(s, e, lo, p) < PART_BARS[gate]


@kernel
def gate(lo, n, tokens, found, forms, units, p):  # type: ignore[no-untyped-def]
    """Stop and admit forms: sets ``found.sure``.

    Args:
        p: probabilities of B, I, O per token from ``lo``.
    """
    for m in range(n):
        f = found.form[m]
        height = forms.gate[f]
        if forms.skill[f] < 0 or height < LOW_GATE or (height == LOW_GATE and found.sure[m]):
            continue
        s, e = found.start[m], found.end[m]
        if found.sure[m]:
            if unlikely(s, e, lo, height, units, p):
                found.sure[m] = 0
        elif matcher.written_like(tokens.shape[s], forms.shape[f]):
            found.sure[m] = whole(s, e, lo, units.first[units.of[s - lo] + 1], p) >= ADMIT_BAR


@kernel
def free_spans(lo, hi, n, tokens, found, units, p, owner, spans):  # type: ignore[no-untyped-def]
    """Spans of the tagger that no taken form and no stop phrase touches; returns how many, in the order of the text.

    Args:
        owner: as in ``matcher.Notes``.
        spans: int32 (n, 2), filled with first token and token after the last.
    """
    for m in range(n):
        if found.picked[m] == 1:
            owner[found.start[m] - lo : found.end[m] - lo] = m
    k, t = 0, lo
    while t < hi:
        if p[t - lo, tagger.O] >= 0.5 or p[t - lo, tagger.B] < p[t - lo, tagger.I]:
            t += 1
            continue
        u, free, last = t, True, units.first[units.of[t - lo] + 1]
        while u < last and (u == t or (p[u - lo, tagger.I] >= 0.5 and tokens.gap[u] != _COMMA)):
            free = free and owner[u - lo] < 0
            u += 1
        if free and whole(t, u, lo, last, p) >= CANDIDATE_BAR:
            spans[k, 0], spans[k, 1] = t, u
            k += 1
        t = u
    for m in range(n):
        if found.picked[m] == 1:
            owner[found.start[m] - lo : found.end[m] - lo] = -1
    return k
