"""Finds the taxonomy's surface forms in tokens. What stands around a hit (required, years, section) is ``reading``'s business.

The rule for forms that overlap:

1. A form counts only if it is allowed to: a `case` form must be written like its label; a `context` form must also have
   evidence beside it, which is a skill without doubt in the same list, or a phrase that announces or closes a skill
   ("experience with Go", "Go developer"). Stop phrases ("go to market") always count, and name nothing.
2. Longer forms go first, among equals the one further left; a form that shares a word with one already taken is dropped.
3. Except that a tool or a programming language inside a longer phrase that is not itself a product, a licence or a
   stop phrase ("Python development") is kept beside it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from jobmatch_dagster.skills.concepts import KINDS
from jobmatch_dagster.skills.phrases import GAP_KIND, NO_GAP, NUMBER_WORD, ROOT, look, step
from jobmatch_dagster.skills.tokens import Gap, Shape

RULE_NONE, RULE_CASE, RULE_CONTEXT = 0, 1, 2
_GAP_KIND = np.array(GAP_KIND, np.uint8)
_TOOL, _LICENCE, _CERTIFICATE = KINDS.index("tool"), KINDS.index("licence"), KINDS.index("certificate")
_LOWER, _UPPER, _NUMBER, _MIXED = int(Shape.LOWER), int(Shape.UPPER), int(Shape.NUMBER), int(Shape.MIXED)
_NEWLINE, _SENTENCE, _TEXT, _OTHER = int(Gap.NEWLINE), int(Gap.SENTENCE), int(Gap.TEXT), int(Gap.OTHER)
_NONE_GAP = NO_GAP
MOST_MATCHES = 4096
"""Room for candidate matches of one text's stretch; a text with more is read in stretches."""


@njit(cache=True, nogil=True)
def candidates(lo, hi, hashes, gaps, shapes, skipped, keys, values, more, out_start, out_end, out_form):  # type: ignore[no-untyped-def]
    """All phrases of the table that begin at a token in [lo, hi). ``skipped``: articles that may stand inside a phrase.

    Returns:
        how many were found; they are in the order of their first token, then of their length.
    """
    n = 0
    for t in range(lo, hi):
        state = step(ROOT, np.uint8(0), hashes[t])
        slot = look(keys, state)
        if slot < 0:
            continue
        if values[slot] >= 0 and n < len(out_start):
            out_start[n], out_end[n], out_form[n] = t, t + 1, values[slot]
            n += 1
        u = t + 1
        while more[slot] and u < hi:
            kind = _GAP_KIND[gaps[u]]
            if kind == _NONE_GAP:
                if gaps[u] == _NEWLINE and shapes[u] == _LOWER:
                    kind = np.uint8(0)
                else:
                    break
            following = step(state, kind, hashes[u])
            slot2 = look(keys, following)
            if slot2 < 0 and shapes[u] == _NUMBER:
                following = step(state, kind, NUMBER_WORD)
                slot2 = look(keys, following)
            if slot2 < 0:
                if kind == 0 and is_skipped(hashes[u], skipped) and u + 1 < hi:
                    u += 1
                    continue
                break
            state, slot = following, slot2
            u += 1
            if values[slot] >= 0 and n < len(out_start):
                out_start[n], out_end[n], out_form[n] = t, u, values[slot]
                n += 1
    return n


@njit(cache=True, nogil=True, inline="always")
def is_skipped(word, skipped):  # type: ignore[no-untyped-def]
    """Whether the word is an article."""
    for other in skipped:
        if word == other:
            return True
    return False


@njit(cache=True, nogil=True)
def judge(n, start, end, form, gaps, shapes, lo, hi, form_skill, form_rule, form_shape, evidence, sure):  # type: ignore[no-untyped-def]
    """Set ``sure`` for each candidate: 1 it counts, 0 it does not. ``evidence``: per token bit 1 announces, bit 2 closes."""
    for m in range(n):
        f = form[m]
        if form_skill[f] < 0 or form_rule[f] == RULE_NONE:
            sure[m] = 1
        elif form_rule[f] == RULE_CASE:
            sure[m] = 1 if written_like(shapes[start[m]], form_shape[f]) else 0
        else:
            sure[m] = 0
    for _ in range(2):
        for m in range(n):
            if sure[m]:
                continue
            f = form[m]
            like = written_like(shapes[start[m]], form_shape[f])
            beside = in_list(m, n, start, end, form, form_skill, form_rule, gaps, sure, lo, hi)
            announced = (start[m] > lo and evidence[start[m] - 1] & 1 and gaps[start[m]] < _SENTENCE) or (
                end[m] < hi and evidence[end[m]] & 2 and gaps[end[m]] < _OTHER
            )
            if beside == 2 or (like and (beside == 1 or announced)):
                sure[m] = 1


@njit(cache=True, nogil=True, inline="always")
def written_like(shape, wanted):  # type: ignore[no-untyped-def]
    """Excel or EXCEL for a label Excel; REST only for REST; anything for a label without capitals."""
    if wanted == _LOWER or wanted == _NUMBER:
        return True
    if wanted == _UPPER:
        return shape == _UPPER
    return shape != _LOWER


@njit(cache=True, nogil=True)
def in_list(m, n, start, end, form, form_skill, form_rule, gaps, sure, lo, hi):  # type: ignore[no-untyped-def]
    """On how many sides (0 to 2) a counted skill stands directly beside candidate m."""
    left, right = 0, 0
    k = m - 1
    while k >= 0 and start[m] - start[k] < 12:
        if end[k] == start[m] and sure[k] and form_skill[form[k]] >= 0 and gaps[start[m]] != _SENTENCE:
            left = 1
        k -= 1
    k = m + 1
    while k < n and start[k] <= end[m]:
        if start[k] == end[m] and sure[k] and form_skill[form[k]] >= 0 and gaps[start[k]] != _SENTENCE:
            right = 1
        k += 1
    return left + right


@njit(cache=True, nogil=True)
def choose(n, start, end, form, sure, form_skill, form_kind, owner, lo, picked):  # type: ignore[no-untyped-def]
    """Settle overlaps among the counted candidates; ``picked`` 1 taken, 2 taken inside a longer one.

    ``owner``: int32 per token from ``lo``, scratch, -1 everywhere on entry and on return.
    """
    longest = 0
    for m in range(n):
        picked[m] = 0
        if sure[m]:
            longest = max(longest, end[m] - start[m])
    for length in range(longest, 0, -1):
        for m in range(n):
            if not sure[m] or end[m] - start[m] != length:
                continue
            inside, free = owner[start[m] - lo], True
            same = True
            for t in range(start[m], end[m]):
                if owner[t - lo] >= 0:
                    free = False
                if owner[t - lo] != inside:
                    same = False
            if free:
                picked[m] = 1
                for t in range(start[m], end[m]):
                    owner[t - lo] = m
            elif same and nests(form[inside], form[m], form_skill, form_kind):
                picked[m] = 2
    for m in range(n):
        if picked[m] == 1:
            for t in range(start[m], end[m]):
                owner[t - lo] = -1


@njit(cache=True, nogil=True, inline="always")
def nests(outer, inner, form_skill, form_kind):  # type: ignore[no-untyped-def]
    """Whether a form may stand beside the longer one that contains it (rule 3)."""
    kind = form_kind[outer]
    closed = form_skill[outer] < 0 or kind == _TOOL or kind == _LICENCE or kind == _CERTIFICATE
    return not closed and form_kind[inner] == _TOOL and form_skill[inner] != form_skill[outer]
