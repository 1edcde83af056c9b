"""Runs matcher and reading over a batch of tokenised texts and returns one row per mention, as plain arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from jobmatch_dagster.skills import cues as cues_module
from jobmatch_dagster.skills import matcher, reading
from jobmatch_dagster.skills.cues import TITLE_SECTION, Cues, Says
from jobmatch_dagster.skills.taxonomy import Taxonomy
from jobmatch_dagster.skills.tokens import Tokens

_ASKED, _EVIDENCE, _ARTICLE = int(Says.ASKED), int(Says.EVIDENCE), int(Says.ARTICLE)
_TITLE = TITLE_SECTION


class Mentions(NamedTuple):
    """One item per mention: text, form number, offsets into the batch's code points, and what was read around it."""

    text: np.ndarray
    form: np.ndarray
    start: np.ndarray
    end: np.ndarray
    requirement: np.ndarray
    years: np.ndarray
    level: np.ndarray
    section: np.ndarray


@njit(cache=True, nogil=True)
def _read_batch(codes, t_start, t_end, hashes, gaps, shapes, first, is_title, keys, values, more,
                form_skill, form_rule, form_shape, form_kind, cue_keys, cue_values, cue_more, before_of, after_of, section_of,
                value_of, articles, out_text, out_form, out_start, out_end, out_requirement, out_years, out_level,
                out_section):  # type: ignore[no-untyped-def]  # fmt: skip
    longest = 1
    for d in range(len(first) - 1):
        longest = max(longest, first[d + 1] - first[d])
    room = 4 * longest + 16
    m_start, m_end, m_form = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    sure, picked = np.empty(room, np.uint8), np.empty(room, np.uint8)
    c_start, c_end, c_form = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    c_before, c_after, c_section = np.empty(room, np.uint8), np.empty(room, np.uint8), np.empty(room, np.uint8)
    c_value = np.empty(room, np.float64)
    owner, evidence = np.full(longest, -1, np.int32), np.zeros(longest + 2, np.uint8)
    unit_of, unit_first = np.empty(longest, np.int32), np.empty(longest + 1, np.int32)
    unit_section = np.empty(longest + 1, np.uint8)
    none = np.empty(0, np.uint64)
    total = 0
    for d in range(len(first) - 1):
        lo, hi = first[d], first[d + 1]
        if lo == hi:
            continue
        c = matcher.candidates(
            lo, hi, hashes, gaps, shapes, none, cue_keys, cue_values, cue_more, c_start, c_end, c_form
        )
        c = _longest_cues(c, c_start, c_end, c_form, before_of, after_of)
        evidence[: hi - lo] = 0
        for k in range(c):
            f = c_form[k]
            c_before[k], c_after[k], c_section[k], c_value[k] = before_of[f], after_of[f], section_of[f], value_of[f]
            if before_of[f] == _EVIDENCE or before_of[f] == _ASKED:
                evidence[c_end[k] - 1 - lo] |= 1
            if after_of[f] == _EVIDENCE or after_of[f] == _ASKED:
                evidence[c_start[k] - lo] |= 2
        n = matcher.candidates(lo, hi, hashes, gaps, shapes, articles, keys, values, more, m_start, m_end, m_form)
        if n == 0:
            continue
        matcher.judge(
            n, m_start, m_end, m_form, gaps, shapes, lo, hi, form_skill, form_rule, form_shape, evidence, sure
        )
        matcher.choose(n, m_start, m_end, m_form, sure, form_skill, form_kind, owner, lo, picked)
        reading.units(lo, hi, gaps, c, c_start, c_end, c_section, unit_of, unit_first, unit_section)
        cue_lo = 0
        for m in range(n):
            if picked[m] == 0 or form_skill[m_form[m]] < 0:
                continue
            s, e, u = m_start[m], m_end[m], unit_of[m_start[m] - lo]
            begin, last = unit_first[u], unit_first[u + 1]
            while cue_lo < c and c_start[cue_lo] < begin:
                cue_lo += 1
            cue_hi = cue_lo
            while cue_hi < c and c_start[cue_hi] < last:
                cue_hi += 1
            k = cue_hi - cue_lo
            cs, ce, cv = c_start[cue_lo:cue_hi], c_end[cue_lo:cue_hi], c_value[cue_lo:cue_hi]
            cb, ca = c_before[cue_lo:cue_hi], c_after[cue_lo:cue_hi]
            section = np.uint8(_TITLE) if is_title[d] else unit_section[u]
            if total >= len(out_text):
                return -1
            out_text[total], out_form[total] = d, m_form[m]
            out_start[total], out_end[total] = t_start[s], t_end[e - 1]
            out_requirement[total] = reading.requirement(s, e, begin, last, gaps, k, cs, ce, cb, ca, section)
            out_years[total] = reading.years(s, e, begin, last, codes, t_start, t_end, gaps, shapes, k, cs, ce, cb, cv)
            out_level[total] = reading.level(s, e, begin, last, gaps, k, cs, ce, cb)
            out_section[total] = section
            total += 1
    return total


@njit(cache=True, nogil=True)
def _longest_cues(n, start, end, form, before_of, after_of):  # type: ignore[no-untyped-def]
    """Drop the cues that speak of a skill's requirement and lie inside a longer one that does ("plus" in "is a plus")."""
    kept, reach, k = 0, -1, 0
    while k < n:
        j = k
        while j + 1 < n and start[j + 1] == start[k]:
            j += 1
        furthest = -1
        for i in range(k, j + 1):
            if _speaks(form[i], before_of, after_of):
                furthest = end[i]
        for i in range(k, j + 1):
            if not _speaks(form[i], before_of, after_of) or (end[i] == furthest and furthest > reach):
                start[kept], end[kept], form[kept] = start[i], end[i], form[i]
                kept += 1
        reach = max(reach, furthest)
        k = j + 1
    return kept


@njit(cache=True, nogil=True, inline="always")
def _speaks(form, before_of, after_of):  # type: ignore[no-untyped-def]
    return before_of[form] < _EVIDENCE or after_of[form] < _EVIDENCE


def read_batch(
    codes: np.ndarray, tokens: Tokens, is_title: np.ndarray, taxonomy: Taxonomy, cues: Cues | None = None
) -> Mentions:
    """All mentions in a batch.

    Args:
        codes: the batch's code points.
        tokens: its tokens.
        is_title: bool per text; a title's skills are required and in section "title".
        taxonomy: where the forms come from.
        cues: the cue phrases; the package's own by default.
    """
    cues = cues or cues_module.load()
    a = taxonomy.arrays
    room = len(tokens.start) + 16
    while True:
        out = Mentions(*(np.empty(room, kind) for kind in _COLUMNS))
        n = _read_batch(
            codes, *tokens, is_title, *taxonomy.phrases, a["form_skill"], a["form_rule"], a["form_shape"], a["form_kind"],
            *cues.table, cues.before, cues.after, cues.section, cues.value, cues.articles, *out,
        )  # fmt: skip
        if n >= 0:
            return Mentions(*(column[:n] for column in out))
        room *= 2


_COLUMNS = (np.int32, np.int32, np.int64, np.int64, np.uint8, np.float64, np.uint8, np.uint8)
