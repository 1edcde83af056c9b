"""Finds the taxonomy's surface forms in tokens. What stands around a hit (required, years, section) is ``reading``'s
business.

The rule for forms that overlap:

1. A form counts only if it is allowed to: a `case` form must be written like its label; a `context` form must also have
   evidence beside it, which is a skill without doubt in the same list, or a phrase that announces or closes a skill
   ("experience with Go", "Go developer"), or, for a tool, a line of its own. Stop phrases ("go to market") always
   count, and name nothing.
2. Longer forms go first, among equals the one further left; a form that shares a word with one taken already is
dropped.
3. Except that a tool or a programming language inside a longer phrase that is not itself a product, a licence or a
   stop phrase ("Python development") is kept beside it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jobmatch_dagster.skills.concepts import KINDS
from jobmatch_dagster.skills.phrases import (
    GAP_KIND,
    NO_GAP,
    NO_WORD,
    NUMBER_WORD,
    ROOT,
    goes_on,
    look,
    phrase_of,
    step,
    word_of,
)
from jobmatch_dagster.skills.tokens import Gap, Shape

RULE_NONE, RULE_CASE, RULE_CONTEXT = 0, 1, 2
ANNOUNCES, CLOSES, GRADES_AHEAD, GRADES_BACK = 1, 2, 4, 8
"""What a cue shows of the word behind or before it; only a language ("fluent Polish") is known by its grade alone."""
REACH_BACK = 12
"""More words than any form has."""
_GAP_KIND = np.array(GAP_KIND, np.uint8)
_TOOL, _LICENCE, _CERTIFICATE = KINDS.index("tool"), KINDS.index("licence"), KINDS.index("certificate")
_LANGUAGE = KINDS.index("language")
_LOWER, _UPPER, _NUMBER = int(Shape.LOWER), int(Shape.UPPER), int(Shape.NUMBER)
_NEWLINE, _SENTENCE, _OTHER = int(Gap.NEWLINE), int(Gap.SENTENCE), int(Gap.OTHER)


class Forms(NamedTuple):
    """What the matcher knows of each surface form; the columns are described in ``compiling``."""

    skill: np.ndarray
    rule: np.ndarray
    shape: np.ndarray
    kind: np.ndarray
    source: np.ndarray
    gate: np.ndarray


class Candidates(NamedTuple):
    """Phrases found in one text: first token, token after the last, phrase number (int32), counted, taken (uint8)."""

    start: np.ndarray
    end: np.ndarray
    form: np.ndarray
    sure: np.ndarray
    picked: np.ndarray


@njit(cache=True, nogil=True)
def new_candidates(room):  # type: ignore[no-untyped-def]
    """Room for so many."""
    return Candidates(
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.uint8),
        np.empty(room, np.uint8),
    )


@njit(cache=True, nogil=True)
def find(lo, hi, tokens, skipped, table, words, found):  # type: ignore[no-untyped-def]
    """All phrases of the table that begin at a token in [lo, hi), as far as there is room.

    Args:
        skipped: hashes of the articles that may stand inside a phrase.
        words: int32 per token from ``lo``, filled with the numbers of known words.

    Returns:
        how many were found; they are in the order of their first token, then of their length.
    """
    n, room, slots = 0, len(found.start), table.slots
    for t in range(lo, hi):
        state = step(ROOT, np.uint8(0), tokens.hash[t])
        slot = look(slots, state)
        if slot < 0:
            words[t - lo] = NO_WORD
            continue
        info = slots[slot, 1]
        words[t - lo] = word_of(info)
        if phrase_of(info) >= 0 and n < room:
            found.start[n], found.end[n], found.form[n] = t, t + 1, phrase_of(info)
            n += 1
        u = t + 1
        while goes_on(info) and u < hi:
            kind = _GAP_KIND[tokens.gap[u]]
            if kind == NO_GAP:
                if tokens.gap[u] != _NEWLINE or tokens.shape[u] != _LOWER:
                    break
                kind = np.uint8(0)
            following = step(state, kind, tokens.hash[u])
            slot = look(slots, following)
            if slot < 0 and tokens.shape[u] == _NUMBER:
                following = step(state, kind, NUMBER_WORD)
                slot = look(slots, following)
            u += 1
            if slot < 0:
                if kind != 0 or not _among(tokens.hash[u - 1], skipped):
                    break
                continue
            state, info = following, slots[slot, 1]
            if phrase_of(info) >= 0 and n < room:
                found.start[n], found.end[n], found.form[n] = t, u, phrase_of(info)
                n += 1
    return n


@njit(cache=True, nogil=True, inline="always")
def _among(word, words):  # type: ignore[no-untyped-def]
    for other in words:  # noqa: SIM110 (any() over a generator does not compile)
        if word == other:
            return True
    return False


@njit(cache=True, nogil=True)
def judge(n, found, lo, hi, tokens, forms, evidence, joints):  # type: ignore[no-untyped-def]
    """Set ``found.sure``: 1 it counts, 0 it does not (rule 1). ``evidence``: per token from lo, ANNOUNCES and
    CLOSES."""
    for m in range(n):
        f = found.form[m]
        rule = forms.rule[f]
        if forms.skill[f] < 0 or rule == RULE_NONE:
            found.sure[m] = 1
        else:
            found.sure[m] = 1 if rule == RULE_CASE and written_like(tokens.shape[found.start[m]], forms.shape[f]) else 0
    for _ in range(2):
        for m in range(n):
            if found.sure[m]:
                continue
            s, e = found.start[m], found.end[m]
            like = written_like(tokens.shape[s], forms.shape[found.form[m]])
            sides = _sides(m, n, found, lo, hi, tokens, forms, joints)
            language = forms.kind[found.form[m]] == _LANGUAGE
            ahead = ANNOUNCES | GRADES_AHEAD if language else ANNOUNCES
            back = CLOSES | GRADES_BACK if language else CLOSES
            announced = s > lo and evidence[s - 1 - lo] & ahead and tokens.gap[s] < _SENTENCE
            closed = e < hi and evidence[e - lo] & back and tokens.gap[e] < _OTHER
            alone = (
                forms.kind[found.form[m]] == _TOOL
                and tokens.gap[s] >= _NEWLINE
                and (e == hi or tokens.gap[e] >= _NEWLINE)
                and e - s < hi - lo
            )
            if sides == 2 or (like and (sides == 1 or announced or closed or alone)):
                found.sure[m] = 1


@njit(cache=True, nogil=True, inline="always")
def written_like(shape, wanted):  # type: ignore[no-untyped-def]
    """Excel or EXCEL for a label Excel; REST only for REST; anything for a label without capitals."""
    if wanted in (_LOWER, _NUMBER):
        return True
    if wanted == _UPPER:
        return shape == _UPPER
    return shape != _LOWER


@njit(cache=True, nogil=True)
def _sides(m, n, found, lo, hi, tokens, forms, joints):  # type: ignore[no-untyped-def]
    """On how many sides (0 to 2) a counted skill stands beside candidate m, at most an "and" between them."""
    left, right = 0, 0
    s, e = np.int64(found.start[m]), np.int64(found.end[m])
    begin = s - 1 if s - 1 > lo and _among(tokens.hash[s - 1], joints) and tokens.gap[s] < _SENTENCE else s
    stop = e + 1 if e < hi and _among(tokens.hash[e], joints) and tokens.gap[e] < _SENTENCE else e
    k = m - 1
    while k >= 0 and s - found.start[k] < REACH_BACK:
        if np.int64(found.end[k]) in (s, begin) and found.sure[k] and forms.skill[found.form[k]] >= 0:
            left = left | (1 if tokens.gap[begin] != _SENTENCE else 0)
        k -= 1
    k = m + 1
    while k < n and found.start[k] <= stop:
        if np.int64(found.start[k]) in (e, stop) and found.sure[k] and forms.skill[found.form[k]] >= 0:
            right = right | (1 if tokens.gap[found.start[k]] != _SENTENCE else 0)
        k += 1
    return left + right


@njit(cache=True, nogil=True)
def choose(n, found, lo, owner, forms, all_count):  # type: ignore[no-untyped-def]
    """Settle overlaps (rules 2 and 3): ``found.picked`` 1 taken, 2 taken inside a longer one, 0 dropped.

    Args:
        owner: int32 per token from ``lo``, scratch, -1 everywhere on entry and on return.
        all_count: take every candidate for counted.
    """
    longest = 0
    for m in range(n):
        found.picked[m] = 0
        if all_count or found.sure[m]:
            longest = max(longest, found.end[m] - found.start[m])
    for length in range(longest, 0, -1):
        for m in range(n):
            s, e = found.start[m], found.end[m]
            if e - s != length or not (all_count or found.sure[m]):
                continue
            inside, free, same = owner[s - lo], True, True
            for t in range(s, e):
                free = free and owner[t - lo] < 0
                same = same and owner[t - lo] == inside
            if free:
                found.picked[m] = 1
                for t in range(s, e):
                    owner[t - lo] = m
            elif same and _nests(found.form[inside], found.form[m], forms):
                found.picked[m] = 2
    for m in range(n):
        if found.picked[m] == 1:
            for t in range(found.start[m], found.end[m]):
                owner[t - lo] = -1


@njit(cache=True, nogil=True, inline="always")
def _nests(outer, inner, forms):  # type: ignore[no-untyped-def]
    """Whether a form may stand beside the longer one that contains it (rule 3)."""
    kind = forms.kind[outer]
    closed = forms.skill[outer] < 0 or kind in (_TOOL, _LICENCE, _CERTIFICATE)
    return not closed and forms.kind[inner] == _TOOL and forms.skill[inner] != forms.skill[outer]
