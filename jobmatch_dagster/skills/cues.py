"""The phrases that say how a text means a skill, from ``data/cues/<language>.tsv``: wanted, not wanted, how long, how
well, where.

Each line: phrase, what it says, where the skill stands. What the words do to a hit is ``reading``'s business.

The table also knows the little words: articles, joints, and the commonest words of each language (``languages``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from jobmatch_dagster.skills import languages
from jobmatch_dagster.skills.concepts import DATA, TaxonomyError, key
from jobmatch_dagster.skills.phrases import PhraseTable, build
from jobmatch_dagster.skills.tokens import cut, encode

FOLDER = DATA / "cues"


class Says(IntEnum):
    """What a cue says of the skills near it; LEVEL_* grade them."""

    REQUIRED = 0
    ASKED = 1
    PREFERRED = 2
    EXCLUDED = 3
    UNNEEDED = 4
    OFFERED = 5
    EVIDENCE = 6
    TURN = 7
    YEARS = 8
    MONTHS = 9
    NUMERAL = 10
    ARTICLE = 11
    LEVEL_BASIC = 12
    LEVEL_INTERMEDIATE = 13
    LEVEL_ADVANCED = 14
    LEVEL_EXPERT = 15
    LEVEL_NATIVE = 16
    JOINT = 17
    EMPLOYER = 18


class Where(IntEnum):
    """Where the cue stands, seen from the skill that it speaks about; ITEM is after, and of one skill ("is a plus",
    but not "are a plus")."""

    BEFORE = 0
    AFTER = 1
    EITHER = 2
    ITEM = 3


LEVELS = ("basic", "intermediate", "advanced", "expert", "native")
SECTIONS = ("requirements", "preferred", "duties", "skills", "education", "experience", "about", "benefits", "other")
TITLE_SECTION = len(SECTIONS)
"""Number of the section of a hit in the title."""
ONE_ITEM = 1.0
"""``value`` of a cue that stands behind one skill."""

SILENT = 255
ARTICLE_ROLE, JOINT_ROLE, EMPLOYER_ROLE, UNFIT_ROLE = 1, 2, 4, 8
"""Roles of little words: may stand inside a phrase; between two skills of a list; before an employer's name; no
missing skill is named with it."""
ANNOUNCES, CLOSES, GRADES_AHEAD, GRADES_BACK = 1, 2, 4, 8
"""What a cue shows of the word behind or before it: that it is worked with, or that it is asked for or graded."""


class Cues(NamedTuple):
    """The table of cue phrases and little words; per phrase number what it says, per little word what it is.

    ``before``, ``after``: Says of a skill behind or before the phrase (uint8, SILENT where it says nothing there);
    ``section``: the section that it can begin, an index into SECTIONS or SILENT; ``value`` (float64): of a numeral its
    number, ONE_ITEM of a cue that stands behind one skill; ``speaks``: whether it speaks of a requirement (bool);
    ``ahead``, ``back``: ANNOUNCES or GRADES_AHEAD, CLOSES or GRADES_BACK, or 0 (uint8).
    ``role``: bits of ARTICLE_ROLE … (uint8); ``spoken``: bit i where language i has the word (uint32).
    """

    table: PhraseTable
    before: np.ndarray
    after: np.ndarray
    section: np.ndarray
    value: np.ndarray
    speaks: np.ndarray
    ahead: np.ndarray
    back: np.ndarray
    role: np.ndarray
    spoken: np.ndarray


@lru_cache(maxsize=1)
def load() -> Cues:
    """All languages together: few phrases mean different things in two of them, and texts mix languages.

    Raises:
        TaxonomyError: a line is not phrase, meaning, place.
    """
    said: dict[str, _Said] = {}
    for path in sorted(FOLDER.glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                phrase, meaning, place = line.split("\t")
                said.setdefault(key(phrase) or phrase, _Said(phrase)).take(meaning, Where[place.upper()])
            except (ValueError, KeyError):
                raise TaxonomyError(
                    f"{path.name}, line {number}", "is not phrase, meaning, place", "See the other lines."
                ) from None
    rows = list(said.values())
    little, role, spoken = _little_words(rows)
    before, after = (np.array([getattr(row, side) for row in rows], np.uint8) for side in ("before", "after"))
    return Cues(
        build([row.phrase for row in rows], np.arange(len(rows), dtype=np.int32), little),
        before,
        after,
        np.array([row.section for row in rows], np.uint8),
        np.array([row.value for row in rows]),
        (before < Says.EVIDENCE) | (after < Says.EVIDENCE),
        _shows(before, ANNOUNCES, GRADES_AHEAD),
        _shows(after, CLOSES, GRADES_BACK),
        role,
        spoken,
    )


def _shows(says: np.ndarray, worked_with: int, graded: int) -> np.ndarray:
    """What a phrase that says so shows of the word beside it."""
    grades = np.isin(says, (Says.REQUIRED, Says.PREFERRED))
    grades |= (says >= Says.LEVEL_BASIC) & (says <= Says.LEVEL_NATIVE)
    works = np.isin(says, (Says.ASKED, Says.EVIDENCE))
    return np.where(works, worked_with, np.where(grades, graded, 0)).astype(np.uint8)


def _little_words(rows: list[_Said]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hash of each little word, its role, and the languages that have it."""
    spoken = languages.load()
    roles: dict[int, int] = dict.fromkeys(spoken, 0)
    for word in cut(*encode([f"{word}\n" for word in unfit_words()])).hash.tolist():
        roles[word] = UNFIT_ROLE
    for says, role in ((Says.ARTICLE, ARTICLE_ROLE), (Says.JOINT, JOINT_ROLE), (Says.EMPLOYER, EMPLOYER_ROLE)):
        words = [row.phrase for row in rows if says in (row.before, row.after) and " " not in row.phrase]
        for word in cut(*encode([f"{word}\n" for word in words])).hash.tolist():
            roles[word] = roles.get(word, 0) | role
    hashes = sorted(roles)
    return (
        np.array(hashes, np.uint64),
        np.array([roles[word] for word in hashes], np.uint8),
        np.array([spoken.get(word, 0) for word in hashes], np.uint32),
    )


@lru_cache(maxsize=1)
def unfit_words() -> frozenset[str]:
    """Words that no missing skill is named with: degrees, parts of an ad."""
    lines = (DATA / "not_candidates.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@dataclass(slots=True)
class _Said:
    phrase: str
    before: int = SILENT
    after: int = SILENT
    section: int = SILENT
    value: float = 0.0

    def take(self, meaning: str, where: Where) -> None:
        """Add what one line says; of two lines with the same phrase and place the first one counts."""
        if meaning.startswith("section_"):
            if self.section == SILENT:
                self.section = SECTIONS.index(meaning.removeprefix("section_"))
            return
        numeral = meaning.isdigit()
        says = Says.NUMERAL if numeral else Says[meaning.upper()]
        self.value = float(meaning) if numeral else self.value
        if where in (Where.BEFORE, Where.EITHER) and self.before == SILENT:
            self.before = says
        if where != Where.BEFORE and self.after == SILENT:
            self.after = says
        if where == Where.ITEM:
            self.value = ONE_ITEM
