"""Reads around the hits: what the text says about each skill it names. Which skills are named is the matcher's
business.

A text is read in units: sentences, lines and bullets. A short unit at the start of a line that begins with a section
cue is a heading and sets the section until the next one. Inside a unit, semicolons and turning words (but) part
clauses.

Requirement of a hit, first rule that applies: title → required; a cue behind it in its clause, unless another skill
list begins in between; the last cue before it in its clause; the section; years or a level beside it. A plain "not
required" excludes; "a plus but not required" prefers.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from jobmatch_dagster.skills.cues import SILENT, TITLE_SECTION, Says
from jobmatch_dagster.skills.tokens import Gap, Shape

REQUIREMENTS = ("required", "preferred", "mentioned", "excluded")
REQUIRED, PREFERRED, MENTIONED, EXCLUDED = range(4)
NO_SECTION = 255
NO_LEVEL = 255
LONGEST_UNIT = 120
"""A unit with more words is cut there: a text without punctuation must not cost more than others."""
LONGEST_HEADING = 7
"""Most words of a heading."""
REACH_AFTER = 14
"""Most words between a skill and a cue behind it."""
REACH_LEVEL = 4
"""Most words between a skill and the word for its level."""
MOST_YEARS = 40.0
"""A larger number before "years" is a company's age or a person's, not experience asked for."""

_SENTENCE, _NEWLINE, _COLON, _SEMICOLON, _TEXT, _COMMA, _OPEN = (
    int(g) for g in (Gap.SENTENCE, Gap.NEWLINE, Gap.COLON, Gap.SEMICOLON, Gap.TEXT, Gap.COMMA, Gap.OPEN)
)
_NUMBER = int(Shape.NUMBER)
_SILENT = SILENT
_S_REQUIRED, _S_ASKED, _S_PREFERRED, _S_EXCLUDED, _S_UNNEEDED, _S_TURN, _S_EVIDENCE = (
    int(s) for s in (Says.REQUIRED, Says.ASKED, Says.PREFERRED, Says.EXCLUDED, Says.UNNEEDED, Says.TURN, Says.EVIDENCE)
)
_S_YEARS, _S_MONTHS, _S_NUMERAL, _S_LEVEL, _S_NATIVE = (
    int(s) for s in (Says.YEARS, Says.MONTHS, Says.NUMERAL, Says.LEVEL_BASIC, Says.LEVEL_NATIVE)
)
_TITLE = TITLE_SECTION
_IN_REQUIREMENTS, _IN_PREFERRED, _IN_SKILLS, _IN_EDUCATION, _IN_EXPERIENCE, _IN_ABOUT, _IN_BENEFITS = (
    0,
    1,
    3,
    4,
    5,
    6,
    7,
)


@njit(cache=True, nogil=True)
def units(lo, hi, gaps, n_cues, cues, units):  # type: ignore[no-untyped-def]
    """Cut tokens [lo, hi) into ``units``, in the light of the text's cues. Returns their number."""
    n, t, section, cue = 0, lo, NO_SECTION, 0
    while t < hi:
        line_start = gaps[t] >= _NEWLINE
        u = t + 1
        colon = -1
        while u < hi and gaps[u] < _SENTENCE and u - t < LONGEST_UNIT:
            if gaps[u] == _COLON and colon < 0 and u - t <= LONGEST_HEADING:
                colon = u
                if line_start:
                    break
            u += 1
        if u < hi and gaps[u] == _NEWLINE and u - t > 2 * LONGEST_HEADING:
            while u < hi and (gaps[u] < _SENTENCE or gaps[u] == _NEWLINE) and u - t < LONGEST_UNIT:
                u += 1
        ended = u >= hi or gaps[u] >= _NEWLINE or gaps[u] == _COLON
        if line_start and ended and u - t <= LONGEST_HEADING and not (u >= hi and t == lo):
            while cue < n_cues and cues.start[cue] < t:
                cue += 1
            best, length = -1, 0
            k = cue
            while k < n_cues and cues.start[k] < u:
                lead = cues.start[k] - t
                if cues.section[k] != _SILENT and lead <= 1 and cues.end[k] - cues.start[k] > length:
                    rest = u - cues.end[k]
                    if gaps[u] == _COLON if u < hi else False:
                        rest -= 1
                    if rest <= 2:
                        best, length = k, cues.end[k] - cues.start[k]
                k += 1
            if best >= 0:
                section = cues.section[best]
        units.first[n], units.section[n] = t, section
        for v in range(t, u):
            units.of[v - lo] = n
        n += 1
        t = u
    units.first[n] = hi
    return n


@njit(cache=True, nogil=True)
def requirement(s, e, first, last, gaps, cues, section):  # type: ignore[no-untyped-def]
    """Requirement of the hit at tokens [s, e) in the unit [first, last)."""
    if section == _TITLE:
        return REQUIRED
    left, right = first, last
    for t in range(first + 1, last):
        if gaps[t] == _SEMICOLON:
            if t <= s:
                left = t
            elif t < right:
                right = t
    after, after_at, softened = -1, last + 1, False
    before, before_at = -1, -1
    for k in range(len(cues.start)):
        if cues.start[k] < left or cues.end[k] > right:
            continue
        if cues.before[k] == _S_TURN:
            if cues.start[k] >= e and cues.start[k] < after_at and after < 0:
                right = min(right, cues.start[k])
            elif cues.end[k] <= s:
                before, before_at = -1, -1
            continue
        behind = cues.start[k] >= e and cues.start[k] - e <= REACH_AFTER and cues.after[k] < _S_EVIDENCE
        says = cues.after[k] if behind else cues.before[k]
        if behind and says != _S_ASKED:
            if says == _S_PREFERRED:
                softened = True
            if cues.start[k] < after_at:
                after, after_at = says, cues.start[k]
        elif (
            cues.end[k] <= s and says < _S_EVIDENCE and (cues.end[k] > before_at or says in (_S_EXCLUDED, _S_PREFERRED))
        ):
            strong = before in (_S_PREFERRED, _S_EXCLUDED)
            if says == _S_EXCLUDED and s - cues.end[k] > 6:
                continue
            if not strong or says in (_S_PREFERRED, _S_EXCLUDED):
                before, before_at = says, cues.end[k]
    if after == _S_PREFERRED or (after == _S_UNNEEDED and softened) or (after >= 0 and before == _S_PREFERRED):
        return PREFERRED
    if after == _S_UNNEEDED or before == _S_EXCLUDED:
        return EXCLUDED
    if before == _S_PREFERRED:
        return PREFERRED
    if section == _IN_PREFERRED:
        return PREFERRED
    if after == _S_REQUIRED or before == _S_REQUIRED:
        return REQUIRED
    if section in (_IN_REQUIREMENTS, _IN_SKILLS, _IN_EDUCATION):
        return REQUIRED
    return REQUIRED if before == _S_ASKED else MENTIONED


@njit(cache=True, nogil=True, inline="always")
def asks(requirement, section):  # type: ignore[no-untyped-def]
    """Whether a posting speaks of the work or the person there, and not of itself."""
    return requirement != MENTIONED or section <= _IN_EXPERIENCE


@njit(cache=True, nogil=True, inline="always")
def may_ask(requirement, section):  # type: ignore[no-untyped-def]
    """Whether a bare mention with years or a level asks for the skill: not where the employer speaks of itself."""
    return requirement == MENTIONED and section not in (_IN_ABOUT, _IN_BENEFITS)


@njit(cache=True, nogil=True)
def years(s, e, first, last, codes, tokens, cues):  # type: ignore[no-untyped-def]
    """Years asked for at the hit [s, e): the last mention before it in the unit, else the first one just behind it;
    or nan."""
    found = np.nan
    for k in range(len(cues.start)):
        if cues.start[k] < first or cues.end[k] > last or (cues.before[k] != _S_YEARS and cues.before[k] != _S_MONTHS):
            continue
        value, at = number_before(cues.start[k], first, codes, tokens, cues)
        if np.isnan(value):
            continue
        if cues.before[k] == _S_MONTHS:
            value = np.round(value / 12.0, 2)
        if value > MOST_YEARS:
            continue
        if cues.end[k] <= s:
            if s - cues.end[k] <= 3 * REACH_AFTER:
                found = value
        elif at >= e and np.isnan(found) and at - e <= 3:
            return value
    return found


@njit(cache=True, nogil=True)
def number_before(t, first, codes, tokens, cues):  # type: ignore[no-untyped-def]
    """The number that ends just before token t (its lower end for "3-5"), and the token where it begins."""
    u = t - 1
    if u < first:
        return np.nan, t
    if tokens.shape[u] == _NUMBER:
        if u - 1 >= first and tokens.shape[u - 1] == _NUMBER and tokens.gap[u] != _COMMA:
            u -= 1
        elif u - 2 >= first and tokens.shape[u - 2] == _NUMBER and tokens.end[u - 1] - tokens.start[u - 1] <= 3:
            u -= 2
        value = 0.0
        for i in range(tokens.start[u], tokens.end[u]):
            if codes[i] >= 48 and codes[i] <= 57:
                value = value * 10.0 + (codes[i] - 48)
        return value, u
    for k in range(len(cues.start)):
        if cues.before[k] == _S_NUMERAL and cues.start[k] == u:
            return cues.value[k], u
    return np.nan, t


@njit(cache=True, nogil=True)
def level(s, e, first, last, gaps, cues):  # type: ignore[no-untyped-def]
    """Level said of the hit [s, e): the nearest level word in its unit within reach, the higher one of equals; or
    NO_LEVEL."""
    best, nearest = NO_LEVEL, REACH_LEVEL + 1
    for k in range(len(cues.start)):
        if cues.before[k] < _S_LEVEL or cues.before[k] > _S_NATIVE or cues.start[k] < first or cues.end[k] > last:
            continue
        if cues.end[k] <= s:
            away = s - cues.end[k]
            for t in range(cues.end[k], s + 1):
                if gaps[t] == _SEMICOLON:
                    away = REACH_LEVEL + 1
        elif cues.start[k] >= e:
            away = cues.start[k] - e
            for t in range(e + 1, cues.start[k] + 1):
                if gaps[t] == _COMMA or gaps[t] == _SEMICOLON:
                    away = REACH_LEVEL + 1
        else:
            away = 0
        if away < nearest or (away == nearest and best != NO_LEVEL and cues.before[k] - _S_LEVEL > best):
            best, nearest = cues.before[k] - _S_LEVEL, away
    return best
