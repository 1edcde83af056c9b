"""Reads around the hits: what the text says about each skill it names. Which skills are named is the matcher's
business.

A text is read in units: sentences, lines and bullets. A short unit at the start of a line that begins with a section
cue is a heading and sets the section until the next one. Years and levels are read here; whether a skill is required is
``scope``'s business.
"""

from __future__ import annotations

import numpy as np

from jobmatch_dagster.skills.cues import SILENT, Says
from jobmatch_dagster.skills.kernels import kernel, small_kernel
from jobmatch_dagster.skills.tokens import Gap, Shape

REQUIREMENTS = ("required", "preferred", "mentioned", "excluded")
REQUIRED, PREFERRED, MENTIONED, EXCLUDED = range(4)
NO_SECTION = 255
NO_LEVEL = 255
LONGEST_UNIT = 120
"""A unit with more words is cut there: a text without punctuation must not cost more than others."""
LONGEST_HEADING = 7
"""Most words of a heading."""
REACH_YEARS = 42
"""Most words between years and a skill behind them."""
REACH_LEVEL = 4
"""Most words between a skill and the word for its level."""
MOST_YEARS = 25.0
"""A larger number before "years" is a company's age or a person's, not experience asked for."""

_SENTENCE, _NEWLINE, _COLON, _SEMICOLON, _TEXT, _COMMA, _OPEN = (
    int(g) for g in (Gap.SENTENCE, Gap.NEWLINE, Gap.COLON, Gap.SEMICOLON, Gap.TEXT, Gap.COMMA, Gap.OPEN)
)
_LOWER, _NUMBER = int(Shape.LOWER), int(Shape.NUMBER)
_SILENT = SILENT
_S_YEARS, _S_MONTHS, _S_NUMERAL, _S_LEVEL, _S_NATIVE = (
    int(s) for s in (Says.YEARS, Says.MONTHS, Says.NUMERAL, Says.LEVEL_BASIC, Says.LEVEL_NATIVE)
)
IN_REQUIREMENTS, IN_PREFERRED, IN_SKILLS, IN_EDUCATION, IN_EXPERIENCE, IN_ABOUT, IN_BENEFITS = (
    0,
    1,
    3,
    4,
    5,
    6,
    7,
)


@kernel
def units(lo, hi, gaps, shapes, n_cues, cues, units):  # type: ignore[no-untyped-def]
    """Cut tokens [lo, hi) into ``units``, in the light of the text's cues. Returns their number.

    A heading stands alone on its line, or ends in a colon where a line or a sentence begins. "Nice to have: Docker"
    speaks of its own line only. A long line goes on in the next one only where that begins with a small letter: else
    the lines of a list without bullets would be one sentence.
    """
    n, t, section, cue, outer = 0, lo, NO_SECTION, 0, -1
    while t < hi:
        line_start = gaps[t] >= _NEWLINE
        if line_start and outer >= 0:
            section, outer = outer, -1
        while cue < n_cues and cues.start[cue] < t:
            cue += 1
        u = t + 1
        while u < hi and gaps[u] < _SENTENCE and u - t < LONGEST_UNIT:
            if (
                gaps[u] == _COLON
                and u - t <= LONGEST_HEADING
                and (line_start or _heading(t, u, cue, n_cues, gaps, cues) != _SILENT)
            ):
                break
            u += 1
        if u < hi and gaps[u] == _NEWLINE and u - t > 2 * LONGEST_HEADING:
            while (
                u < hi
                and (gaps[u] < _SENTENCE or (gaps[u] == _NEWLINE and shapes[u] == _LOWER))
                and u - t < LONGEST_UNIT
            ):
                u += 1
        colon = u < hi and gaps[u] == _COLON
        alone = line_start and (u >= hi or gaps[u] >= _NEWLINE)
        if (alone or colon) and u - t <= LONGEST_HEADING and not (u >= hi and t == lo):
            heading = _heading(t, u, cue, n_cues, gaps, cues)
            if heading != _SILENT:
                outer = section if colon and heading == IN_PREFERRED else -1
                section = heading
        units.first[n], units.section[n] = t, section
        for v in range(t, u):
            units.of[v - lo] = n
        n += 1
        t = u
    units.first[n] = hi
    return n


@small_kernel
def _heading(t, u, cue, n_cues, gaps, cues):  # type: ignore[no-untyped-def]
    """Section that the words [t, u) are the heading of, or SILENT: its longest cue.

    Before it stands at most one word ("Key requirements"), and none where the cue can stand behind a skill ("Docker
    preferred"), but for a colon; behind it two, or a bracket. ``cue`` is the first cue from t on.
    """
    best, length = _SILENT, 0
    for k in range(cue, n_cues):
        if cues.start[k] >= u:
            break
        size = cues.end[k] - cues.start[k]
        room = 1 if cues.after[k] == _SILENT or gaps[cues.end[k]] == _COLON else 0
        short = u - cues.end[k] <= 2 or gaps[cues.end[k]] == _OPEN
        if cues.section[k] != _SILENT and cues.start[k] - t <= room and size > length and short:
            best, length = cues.section[k], size
    return best


@small_kernel
def asks(requirement, section):  # type: ignore[no-untyped-def]
    """Whether a posting speaks of the work or the person there, and not of itself."""
    return requirement != MENTIONED or section <= IN_EXPERIENCE


@small_kernel
def may_ask(requirement, section):  # type: ignore[no-untyped-def]
    """Whether a bare mention with years or a level asks for the skill: not where the employer speaks of itself."""
    return requirement == MENTIONED and section not in (IN_ABOUT, IN_BENEFITS)


@small_kernel
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
            if s - cues.end[k] <= REACH_YEARS:
                found = value
        elif at >= e and np.isnan(found) and at - e <= 3:
            return value
    return found


@small_kernel
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


@small_kernel
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
