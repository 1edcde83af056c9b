"""Decides which of the surface forms found in a text count. What stands around a hit (required, years, section) is
``reading``'s business.

The rule for forms that overlap:

1. A form counts only if it is allowed to: a `case` form must be written like its label; a `context` form must also have
   evidence beside it, which is a skill without doubt in the same list, or a phrase that announces or closes a skill
   ("experience with Go", "Go developer"), or, for a tool, a line of its own. Stop phrases ("go to market") always
   count, and name nothing. Never counts what means something else in the text's language, and a product that is the
   employer ("At Databricks, you …").
2. Longer forms go first, among equals the one further left; a form that shares a word with one taken already is
dropped.
3. Except that a tool or a programming language inside a longer phrase that is not itself a product, a licence or a
   stop phrase ("Python development") is kept beside it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jobmatch_dagster.skills.concepts import KINDS
from jobmatch_dagster.skills.cues import ANNOUNCES, CLOSES, EMPLOYER_ROLE, GRADES_AHEAD, GRADES_BACK, JOINT_ROLE
from jobmatch_dagster.skills.kernels import allocating_kernel, kernel, small_kernel
from jobmatch_dagster.skills.tokens import Gap, Shape

RULE_NONE, RULE_CASE, RULE_CONTEXT = 0, 1, 2
FOREIGN = 2
"""Gate of a form that means something else in English (compiling.GATES)."""
REACH_BACK = 12
"""More words than any form has."""
_TOOL, _LICENCE, _CERTIFICATE = KINDS.index("tool"), KINDS.index("licence"), KINDS.index("certificate")
_LANGUAGE = KINDS.index("language")
_LOWER, _UPPER, _NUMBER = int(Shape.LOWER), int(Shape.UPPER), int(Shape.NUMBER)
_SPACE, _HYPHEN, _COMMA, _OTHER, _SENTENCE, _NEWLINE = (
    int(g) for g in (Gap.SPACE, Gap.HYPHEN, Gap.COMMA, Gap.OTHER, Gap.SENTENCE, Gap.NEWLINE)
)


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


class Notes(NamedTuple):
    """Scratch for one text, as long as the longest of the batch needs; n is its number of tokens.

    ``owner``: int32, per token the candidate that took it, -1 everywhere between calls; ``ended``: int32 (n + 1), per
    token the latest beginning of the counted skills that end before it; ``begun``: uint8 (n + 1), whether a counted
    skill begins at it; ``longest``, ``next``: int32, lists of candidates by their length.
    """

    owner: np.ndarray
    ended: np.ndarray
    begun: np.ndarray
    longest: np.ndarray
    next: np.ndarray


@allocating_kernel
def new_candidates(room):  # type: ignore[no-untyped-def]
    """Room for so many."""
    return Candidates(
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty(room, np.uint8),
        np.empty(room, np.uint8),
    )


@allocating_kernel
def new_notes(longest, room):  # type: ignore[no-untyped-def]
    """For texts of up to ``longest`` tokens with up to ``room`` candidates."""
    return Notes(
        np.full(longest, -1, np.int32),
        np.empty(longest + 1, np.int32),
        np.empty(longest + 1, np.uint8),
        np.empty(longest + 1, np.int32),
        np.empty(room, np.int32),
    )


@kernel
def judge(n, found, lo, hi, english, tokens, forms, evidence, roles, notes):  # type: ignore[no-untyped-def]
    """Set ``found.sure``: 1 it counts, 0 it does not (rule 1).

    Args:
        evidence, roles: per token from ``lo``, what cues show beside it (``cues.ANNOUNCES`` …), and its role.
    """
    notes.ended[: hi - lo + 1] = -1
    notes.begun[: hi - lo + 1] = 0
    doubted = 0
    for m in range(n):
        f = found.form[m]
        rule = forms.rule[f]
        if (english and forms.gate[f] == FOREIGN) or _is_employer(m, found, lo, tokens, forms, roles):
            found.sure[m] = 0
        elif forms.skill[f] < 0 or rule == RULE_NONE:
            found.sure[m] = 1
        else:
            found.sure[m] = 1 if rule == RULE_CASE and written_like(tokens.shape[found.start[m]], forms.shape[f]) else 0
        if not found.sure[m]:
            doubted += 1
        elif forms.skill[f] >= 0:
            _note(found.start[m], found.end[m], lo, notes)
    for _ in range(2 if doubted else 0):
        for m in range(n):
            if (
                not found.sure[m]
                and not (english and forms.gate[found.form[m]] == FOREIGN)
                and not _is_employer(m, found, lo, tokens, forms, roles)
                and _in_context(m, found, lo, hi, tokens, forms, evidence, roles, notes)
            ):
                found.sure[m] = 1
                _note(found.start[m], found.end[m], lo, notes)


@small_kernel
def _is_employer(m, found, lo, tokens, forms, roles):  # type: ignore[no-untyped-def]
    """Whether a product's name is the employer's: "At Databricks, …" at the beginning of a sentence."""
    s = found.start[m]
    return (
        forms.kind[found.form[m]] == _TOOL
        and s > lo
        and roles[s - 1 - lo] & EMPLOYER_ROLE != 0
        and tokens.gap[s - 1] >= _SENTENCE
        and tokens.gap[s] == _SPACE
        and tokens.gap[found.end[m]] in (_SPACE, _COMMA)
    )


@small_kernel
def _note(s, e, lo, notes):  # type: ignore[no-untyped-def]
    """A counted skill stands at tokens [s, e)."""
    notes.ended[e - lo] = max(notes.ended[e - lo], s)
    notes.begun[s - lo] = 1


@small_kernel
def _in_context(m, found, lo, hi, tokens, forms, evidence, roles, notes):  # type: ignore[no-untyped-def]
    """Whether what stands beside candidate m lets it count: counted skills on both sides, or it is written like its
    label and has one on a side, is announced or closed, or is a tool alone on its line."""
    s, e, f = found.start[m], found.end[m], found.form[m]
    sides = _sides(s, e, lo, hi, tokens, roles, notes)
    if sides == 2:
        return True
    if not written_like(tokens.shape[s], forms.shape[f]):
        return False
    graded = forms.kind[f] in (_LANGUAGE, _TOOL)
    ahead = ANNOUNCES | GRADES_AHEAD if graded else ANNOUNCES
    back = CLOSES | GRADES_BACK if graded else CLOSES
    announced = s > lo and evidence[s - 1 - lo] & ahead != 0 and tokens.gap[s] < _SENTENCE
    closed = e < hi and evidence[e - lo] & back != 0 and tokens.gap[e] < _OTHER
    alone = (
        forms.kind[f] == _TOOL
        and tokens.gap[s] >= _NEWLINE
        and (e == hi or tokens.gap[e] >= _NEWLINE)
        and e - s < hi - lo
    )
    return sides == 1 or announced or closed or alone


@small_kernel
def written_like(shape, wanted):  # type: ignore[no-untyped-def]
    """Excel or EXCEL for a label Excel; REST only for REST; anything for a label without capitals."""
    if wanted in (_LOWER, _NUMBER):
        return True
    if wanted == _UPPER:
        return shape == _UPPER
    return shape != _LOWER


@small_kernel
def _sides(s, e, lo, hi, tokens, roles, notes):  # type: ignore[no-untyped-def]
    """On how many sides (0 to 2) of tokens [s, e) a counted skill stands, at most an "and" between them. What a hyphen
    joins is one word, not a list."""
    begin, stop = s, e
    if s - 1 > lo and roles[s - 1 - lo] & JOINT_ROLE and tokens.gap[s] < _SENTENCE:
        begin = s - 1
    if e < hi and roles[e - lo] & JOINT_ROLE and tokens.gap[e] < _SENTENCE:
        stop = e + 1
    latest = max(notes.ended[s - lo], notes.ended[begin - lo])
    left = latest >= 0 and s - latest < REACH_BACK and tokens.gap[begin] != _SENTENCE and tokens.gap[s] != _HYPHEN
    right = (notes.begun[e - lo] and tokens.gap[e] != _SENTENCE and tokens.gap[e] != _HYPHEN) or (
        notes.begun[stop - lo] and tokens.gap[stop] != _SENTENCE and stop > e
    )
    return int(left) + int(right)


@kernel
def choose(n, found, lo, forms, all_count, notes):  # type: ignore[no-untyped-def]
    """Settle overlaps (rules 2 and 3): ``found.picked`` 1 taken, 2 taken inside a longer one, 0 dropped.

    Args:
        all_count: take every candidate for counted.
    """
    owner = notes.owner
    for length in range(_by_length(n, found, all_count, notes), 0, -1):
        m = notes.longest[length]
        while m >= 0:
            s, e = found.start[m], found.end[m]
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
            m = notes.next[m]
    for m in range(n):
        if found.picked[m] == 1:
            for t in range(found.start[m], found.end[m]):
                owner[t - lo] = -1


@kernel
def _by_length(n, found, all_count, notes):  # type: ignore[no-untyped-def]
    """List the counted candidates of each length in their order, and drop all; returns the greatest length."""
    greatest = 0
    for m in range(n):
        if all_count or found.sure[m]:
            greatest = max(greatest, found.end[m] - found.start[m])
    notes.longest[: greatest + 1] = -1
    for m in range(n - 1, -1, -1):
        found.picked[m] = 0
        if all_count or found.sure[m]:
            length = found.end[m] - found.start[m]
            notes.next[m] = notes.longest[length]
            notes.longest[length] = m
    return greatest


@small_kernel
def _nests(outer, inner, forms):  # type: ignore[no-untyped-def]
    """Whether a form may stand beside the longer one that contains it (rule 3)."""
    kind = forms.kind[outer]
    closed = forms.skill[outer] < 0 or kind in (_TOOL, _LICENCE, _CERTIFICATE)
    return not closed and forms.kind[inner] == _TOOL and forms.skill[inner] != forms.skill[outer]
