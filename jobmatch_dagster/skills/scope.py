"""How far a cue speaks: which of the skills around it are required, preferred, left out or only offered. Where units
and sections begin, years and levels are ``reading``'s business.

A unit (a sentence, a line, a bullet) falls into clauses at semicolons and turning words (but), and a clause into items
at commas.

A cue behind a skill ("… is a plus") speaks of its own item. It speaks of the items before it too where they make one
list with it: its item joins two skills ("A, B or C is a plus"), or the cue can mean several ("A, B preferred"). A list
ends at an item that is itself joined ("A and B, C is a plus") or says more than a name, and where a cue announces the
next one ("A, knowledge of B is a plus"). In brackets a cue speaks of the one item before the bracket.

A cue before a skill ("experience with …") speaks until the next one that begins a new item. A preference or a denial
that is part of the same item wins over what follows it ("ideally experience with"); with a colon behind it, it holds
for the whole clause unless something there is called required.

Requirement of a hit, first rule that applies: title → required; the cue behind it; the cue before it; the section.
"""

from __future__ import annotations

import numpy as np

from jobmatch_dagster.skills.cues import ONE_ITEM, TITLE_SECTION, Says
from jobmatch_dagster.skills.kernels import kernel, small_kernel
from jobmatch_dagster.skills.reading import (
    EXCLUDED,
    IN_ABOUT,
    IN_BENEFITS,
    IN_EDUCATION,
    IN_PREFERRED,
    IN_REQUIREMENTS,
    IN_SKILLS,
    MENTIONED,
    PREFERRED,
    REQUIRED,
)
from jobmatch_dagster.skills.tokens import Gap

REACH_AFTER = 14
"""Most words between a skill and a cue behind it."""
REACH_DENIAL = 8
"""Most words between a denial of several words and a skill; a single one (no, kein) speaks of the next word only."""
REACH_LEAD = 2
"""Most words between a comma and the cue that begins the item there."""

_SEMICOLON, _COMMA, _OPEN, _CLOSE, _COLON = (int(g) for g in (Gap.SEMICOLON, Gap.COMMA, Gap.OPEN, Gap.CLOSE, Gap.COLON))
_S_REQUIRED, _S_ASKED, _S_PREFERRED, _S_EXCLUDED, _S_UNNEEDED, _S_OFFERED = (
    int(s) for s in (Says.REQUIRED, Says.ASKED, Says.PREFERRED, Says.EXCLUDED, Says.UNNEEDED, Says.OFFERED)
)
_S_TURN, _S_JOINT, _S_ARTICLE, _S_YEARS, _S_MONTHS, _S_LEVEL, _S_NATIVE = (
    int(s) for s in (Says.TURN, Says.JOINT, Says.ARTICLE, Says.YEARS, Says.MONTHS, Says.LEVEL_BASIC, Says.LEVEL_NATIVE)
)
_ONE_ITEM = ONE_ITEM
_TITLE = TITLE_SECTION
_NOTHING = -1
TELLS_REQUIREMENT, TELLS_YEARS, TELLS_LEVEL = 1, 2, 4


@small_kernel
def tells(says):  # type: ignore[no-untyped-def]
    """What a cue that says so can change of what is read of a skill: TELLS_REQUIREMENT, _YEARS or _LEVEL, or 0."""
    if says <= _S_OFFERED:
        return TELLS_REQUIREMENT
    if says in (_S_YEARS, _S_MONTHS):
        return TELLS_YEARS
    return TELLS_LEVEL if _S_LEVEL <= says <= _S_NATIVE else 0


@kernel
def requirement(s, e, first, last, gaps, cues, section):  # type: ignore[no-untyped-def]
    """Requirement of the hit at tokens [s, e) in the unit [first, last) of a body."""
    left, right = _clause(s, e, first, last, gaps, cues)
    behind = _behind(s, e, left, right, last, gaps, cues)
    before = _before(s, e, left, gaps, cues)
    if behind == _S_PREFERRED:
        return PREFERRED
    if behind == _S_UNNEEDED:
        return PREFERRED if before == _S_PREFERRED else EXCLUDED
    if before == _S_EXCLUDED:
        return EXCLUDED
    if behind == _S_REQUIRED:
        return REQUIRED
    if before == _S_PREFERRED:
        return PREFERRED
    if _S_OFFERED in (behind, before):
        return MENTIONED
    if before == _S_REQUIRED and section != IN_PREFERRED:
        return REQUIRED
    if before == _S_ASKED and section not in (IN_PREFERRED, IN_ABOUT, IN_BENEFITS):
        return REQUIRED
    return by_section(section)


@small_kernel
def by_section(section):  # type: ignore[no-untyped-def]
    """Requirement of a hit that no cue speaks of."""
    if section == IN_PREFERRED:
        return PREFERRED
    return REQUIRED if section in (IN_REQUIREMENTS, IN_SKILLS, IN_EDUCATION) else MENTIONED


@small_kernel
def item_start(s, first, gaps, cues):  # type: ignore[no-untyped-def]
    """First token of what the hit at token ``s`` was listed under: behind the last semicolon, or the last comma that
    a cue or a number of years follows."""
    left = first
    for t in range(first + 1, s + 1):
        if gaps[t] == _SEMICOLON:
            left = t
    for k in range(len(cues.start)):
        says = cues.before[k]
        if cues.end[k] > s or not (says <= _S_OFFERED or says in (_S_YEARS, _S_MONTHS)):
            continue
        for t in range(max(left + 1, cues.start[k] - 2), cues.start[k] + 1):
            if gaps[t] == _COMMA:
                left = t
    return left


@small_kernel
def _clause(s, e, first, last, gaps, cues):  # type: ignore[no-untyped-def]
    """[left, right): the part of the unit between semicolons and turning words that holds the hit."""
    left, right = first, last
    for t in range(first + 1, last):
        if gaps[t] == _SEMICOLON:
            if t <= s:
                left = t
            elif t < right:
                right = t
    for k in range(len(cues.start)):
        longer = k + 1 < len(cues.start) and cues.start[k + 1] == cues.start[k]
        if cues.before[k] == _S_TURN and not longer:
            if cues.end[k] <= s:
                left = max(left, cues.end[k])
            elif cues.start[k] >= e:
                right = min(right, cues.start[k])
    return left, right


@small_kernel
def _behind(s, e, left, right, last, gaps, cues):  # type: ignore[no-untyped-def]
    """What the nearest cue behind the hit says of it (a Says), or _NOTHING; "not required but a plus" prefers."""
    for k in range(len(cues.start)):
        says = cues.after[k]
        if cues.start[k] < e or cues.end[k] > right or says > _S_OFFERED or says in (_S_ASKED, _S_EXCLUDED):
            continue
        if cues.start[k] - e > REACH_AFTER or not _covers(k, s, e, left, right, gaps, cues):
            return _NOTHING
        if says == _S_UNNEEDED:
            for j in range(k + 1, len(cues.start)):
                if cues.after[j] == _S_PREFERRED and cues.start[j] - cues.end[k] <= REACH_LEAD and cues.end[j] <= last:
                    return _S_PREFERRED
        return says
    return _NOTHING


@small_kernel
def _covers(k, s, e, left, right, gaps, cues):  # type: ignore[no-untyped-def]
    """Whether cue ``k``, behind the hit [s, e), speaks of it and not only of a later item."""
    c, final, commas = cues.start[k], -1, 0
    for t in range(e, c):
        if gaps[t] == _COMMA:
            final, commas = t, commas + 1
    if _begins_item(e, c, gaps, cues) or _leads_on(k, right, gaps, cues):
        return False
    if final < 0:
        return True
    if gaps[e] != _COMMA:
        return False
    own = left
    for t in range(left + 1, s + 1):
        if gaps[t] == _COMMA:
            own = t
    joint = _first_joint(final, c, cues)
    if gaps[c] == _OPEN or _first_joint(own, final, cues) >= 0:
        return False
    if joint >= 0:
        return joint > final or commas > 1 or gaps[own] == _COMMA
    return cues.value[k] != _ONE_ITEM and not _announced(own, s, cues)


@small_kernel
def _begins_item(e, c, gaps, cues):  # type: ignore[no-untyped-def]
    """Whether a cue between tokens e and c announces another skill: it stands behind a comma or an "and"."""
    for k in range(len(cues.start)):
        if cues.start[k] < e or cues.end[k] > c or cues.before[k] > _S_OFFERED:
            continue
        for t in range(max(e, cues.start[k] - REACH_LEAD), cues.start[k] + 1):
            if gaps[t] == _COMMA or _first_joint(t, t + 1, cues) >= 0:
                return True
    return False


@small_kernel
def _leads_on(k, right, gaps, cues):  # type: ignore[no-untyped-def]
    """Whether cue ``k``, which can stand on either side, begins the next item: "…, preferably Docker"."""
    c = cues.start[k]
    if cues.before[k] > _S_OFFERED or cues.end[k] >= right:
        return False
    if gaps[cues.end[k]] >= _COMMA and gaps[cues.end[k]] != _COLON:
        return False
    return gaps[c] == _COMMA or _first_joint(c - 1, c, cues) >= 0


@small_kernel
def _first_joint(first, last, cues):  # type: ignore[no-untyped-def]
    """First token of an "and" or "or" in [first, last), or -1."""
    for k in range(len(cues.start)):
        if cues.before[k] == _S_JOINT and first <= cues.start[k] < last:
            return np.int64(cues.start[k])
    return np.int64(-1)


@small_kernel
def _announced(first, s, cues):  # type: ignore[no-untyped-def]
    """Whether a cue stands before token ``s`` in its item."""
    for k in range(len(cues.start)):
        says = cues.before[k]
        if cues.start[k] >= first and cues.end[k] <= s and (says <= _S_OFFERED or _S_LEVEL <= says <= _S_NATIVE):
            return True
    return False


@small_kernel
def _before(s, e, left, gaps, cues):  # type: ignore[no-untyped-def]
    """What the cue that governs the hit from before says of it (a Says), or _NOTHING. "… skills" right behind the hit
    asks for it as "skills in …" does."""
    governs, end, headed = _NOTHING, left, False
    for k in range(len(cues.start)):
        says = cues.before[k]
        if cues.start[k] < left or says > _S_OFFERED:
            continue
        if cues.end[k] > s:
            break
        if not _leads(k, left, gaps, cues) or (says == _S_EXCLUDED and not _denies(k, s, gaps, cues)):
            continue
        fresh = governs < 0 or (_new_item(end, cues.start[k], gaps, cues) and not (headed and says == _S_ASKED))
        if fresh or (governs not in (_S_PREFERRED, _S_EXCLUDED, _S_OFFERED) and says != _S_ASKED):
            governs = says
            headed = gaps[cues.end[k]] == _COLON
        end = cues.end[k]
    if governs < 0:
        for k in range(len(cues.start)):
            if cues.start[k] == e and cues.after[k] == _S_ASKED:
                return _S_ASKED
    return governs


@small_kernel
def _leads(k, left, gaps, cues):  # type: ignore[no-untyped-def]
    """Whether cue ``k`` speaks of what follows it. One that can stand behind a skill too ("Docker preferred, Python")
    does so only at the beginning of an item or before a colon; one in brackets does not."""
    c = cues.start[k]
    if gaps[c] == _OPEN and gaps[cues.end[k]] == _CLOSE:
        return False
    if cues.after[k] > _S_OFFERED or gaps[cues.end[k]] == _COLON or c == left or gaps[c] >= _COMMA:
        return True
    for j in range(len(cues.start)):  # noqa: SIM110 (any() over a generator does not compile)
        if cues.end[j] == c and cues.before[j] in (_S_JOINT, _S_ARTICLE):
            return True
    return False


@small_kernel
def _denies(k, s, gaps, cues):  # type: ignore[no-untyped-def]
    """Whether a denial reaches the hit at token ``s``: "no experience with X, Y or Z", but not "…, we teach Y"."""
    end = cues.end[k]
    if end - cues.start[k] == 1:
        return s == end
    comma = False
    for t in range(end + 1, s):
        comma = comma or gaps[t] == _COMMA
    listed = gaps[s] == _COMMA or _first_joint(s - 1, s, cues) >= 0
    return s - end <= REACH_DENIAL and (listed or not comma)


@small_kernel
def _new_item(end, start, gaps, cues):  # type: ignore[no-untyped-def]
    """Whether between a cue that ended at ``end`` and one that starts at ``start`` an item began with words of the
    former in front of it: at a comma, or at an "and" right before the latter."""
    for t in range(end + 1, start + 1):
        if gaps[t] == _COMMA:
            return True
    for k in range(len(cues.start)):
        if cues.before[k] == _S_JOINT and cues.start[k] > end and cues.end[k] == start:
            return True
    return False
