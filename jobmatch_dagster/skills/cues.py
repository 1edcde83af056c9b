"""The phrases that say how a text means a skill, from ``data/cues/<language>.tsv``: wanted, not wanted, how long, how
well, where.

Each line: phrase, what it says, where the skill stands. What the words do to a hit is ``reading``'s business.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

import numpy as np

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


class Cues(NamedTuple):
    """The table of cue phrases, and per phrase number what it says.

    ``before``, ``after``: Says of a skill behind or before the phrase (uint8, SILENT where it says nothing there);
    ``section``: the section that it can begin, an index into SECTIONS or SILENT; ``value`` (float64): of a numeral its
    number, ONE_ITEM of a cue that stands behind one skill.
    ``articles``, ``joints``: hashes of the words that may stand inside a phrase, and between two skills of a list.
    """

    table: PhraseTable
    before: np.ndarray
    after: np.ndarray
    section: np.ndarray
    value: np.ndarray
    articles: np.ndarray
    joints: np.ndarray


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
    return Cues(
        build([row.phrase for row in rows], np.arange(len(rows), dtype=np.int32)),
        np.array([row.before for row in rows], np.uint8),
        np.array([row.after for row in rows], np.uint8),
        np.array([row.section for row in rows], np.uint8),
        np.array([row.value for row in rows]),
        _words(rows, Says.ARTICLE),
        _words(rows, Says.JOINT),
    )


def _words(rows: list[_Said], says: Says) -> np.ndarray:
    """Hashes of the single words that say so."""
    words = [row.phrase for row in rows if says in (row.before, row.after) and " " not in row.phrase]
    return cut(*encode([f"{word}\n" for word in words])).hash.copy()


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
