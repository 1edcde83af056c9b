"""Phrases that texts ask for and the taxonomy lacks, counted, so that a data team sees what to add."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache

import pyarrow as pa
import pyarrow.parquet as pq

from jobmatch_dagster.skills import taxonomy as taxonomy_module
from jobmatch_dagster.skills.concepts import DATA, key
from jobmatch_dagster.skills.cues import unfit_words
from jobmatch_dagster.skills.extractor import CANDIDATE
from jobmatch_dagster.skills.taxonomy import Taxonomy

CANDIDATES = pa.schema(
    [("surface", pa.string()), ("texts", pa.int64()), ("mentions", pa.int64()), ("required", pa.int64())]
)


MOST_WORDS = 4
"""A longer phrase is a task, not a name."""
ORDINARY = 33
"""A single English word at or above this value (tenths of Zipf's scale) without a capital is no name."""
EVERYDAY = 47
"""The same for one with a capital (Engineering), which may begin a line."""
_GLUED = re.compile(r"[a-z]{3,}[A-Z][a-z]{4,}|^\W|\d[a-z]{3,}")
"""What is left of two lines that lost the space between them (analyticsExperience)."""


def worth_adding(surface: str, taxonomy: Taxonomy) -> bool:
    """Whether somebody who looks after the taxonomy would want to see the phrase.

    Not one that it has (it was not counted where it stood), nor degrees and parts of an ad, long phrases, ordinary
    words and what is glued together.
    """
    words = key(surface).split()
    if not 1 <= len(words) <= MOST_WORDS or len("".join(words)) < 2 or _GLUED.search(surface):
        return False
    if not any(char.isalpha() for char in surface) or unfit_words().intersection(words):
        return False
    if len(words) == 1 and _ordinary().get(words[0], 0) >= (ORDINARY if surface.islower() else EVERYDAY):
        return False
    whole = " ".join(words)
    return whole not in taxonomy.form_keys and whole.removesuffix("s") not in taxonomy.form_keys


@lru_cache(maxsize=1)
def _ordinary() -> dict[str, int]:
    common = pq.read_table(DATA / "words.parquet")
    return dict(zip(common["word"].to_pylist(), common["tenths"].to_pylist(), strict=True))


def count(mentions: pa.Table, *, taxonomy: Taxonomy | None = None) -> pa.Table:
    """Candidates among ``mentions`` (``extractor.MENTIONS``) that are worth adding, the one in most texts first.

    Args:
        mentions: what ``extract`` found.
        taxonomy: the default is the settings' own.

    Returns:
        ``surface`` in its commonest spelling, in how many ``texts``, how many ``mentions``, how many of them
        ``required``.
    """
    taxonomy = taxonomy or taxonomy_module.load()
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    texts: dict[str, set[int]] = defaultdict(set)
    required: Counter[str] = Counter()
    columns = (mentions[name].to_pylist() for name in ("kind", "surface", "row", "requirement"))
    for kind, surface, row, requirement in zip(*columns, strict=True):
        if kind == CANDIDATE and worth_adding(surface, taxonomy):
            name = key(surface)
            spellings[name][surface] += 1
            texts[name].add(row)
            required[name] += requirement == "required"
    order = sorted(spellings, key=lambda name: (-len(texts[name]), name))
    rows = [
        {
            "surface": min(spellings[name], key=lambda form: (-spellings[name][form], form)),
            "texts": len(texts[name]),
            "mentions": spellings[name].total(),
            "required": required[name],
        }
        for name in order
    ]
    return pa.Table.from_pylist(rows, schema=CANDIDATES)
