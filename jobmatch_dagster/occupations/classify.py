"""Titles to occupations: the one whose titles are likest, if any is like enough."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from jobmatch_dagster.matching import titles
from jobmatch_dagster.occupations import catalogue

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

WORDS_SHARE = 0.5  # of the likeness; the rest is meaning, which reaches over languages, where both titles have one
LIKE_ENOUGH = 0.55  # what other bars give is in the table of eval_occupations
TITLES_AT_ONCE = 5000  # bounds the memory: five million likenesses


@lru_cache(maxsize=1)
def _known() -> tuple[csr_matrix, NDArray[np.float64], list[str]]:
    """The catalogue's titles as features, and the occupation of each."""
    pairs = [(occupation.code, title) for occupation in catalogue.load() for title in occupation.titles]
    known = titles.represent([[(title, 1.0)] for _, title in pairs])
    return _matrix(known.parts), known.meaning, [code for code, _ in pairs]


def _matrix(parts: titles.Sparse) -> csr_matrix:
    from scipy.sparse import csr_matrix

    return csr_matrix((parts.weights, parts.ids, parts.indptr), shape=(len(parts), titles.n_features()))


def classify(given: pa.Array | pa.ChunkedArray) -> tuple[pa.StringArray, pa.DoubleArray]:
    """The occupation of each title.

    Args:
        given: titles of jobs in any language; null is no title.

    Returns:
        For each title the code of its occupation, null where none is like enough, and the likeness of the likest,
        from 0 to 1.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    coded = pc.fill_null(given, "").dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    different = coded.dictionary.to_pylist()
    likest_codes, likeness = likest(different)
    codes = [code if value >= LIKE_ENOUGH else None for code, value in zip(likest_codes, likeness, strict=True)]
    of_each = coded.indices.to_numpy(zero_copy_only=False)
    return pa.array(codes, pa.string()).take(coded.indices), pa.array(likeness[of_each])


def likest(given: list[str]) -> tuple[list[str], NDArray[np.float64]]:
    """The likest occupation of each title, however little it is like it, and the likeness from 0 to 1."""
    words, meaning, codes = _known()
    found: list[str] = []
    likeness = np.zeros(len(given))
    for start in range(0, len(given), TITLES_AT_ONCE):
        block = given[start : start + TITLES_AT_ONCE]
        asked = titles.represent([[(title, 1.0)] for title in block])
        shared = (_matrix(asked.parts) @ words.T).toarray()
        both = np.outer(asked.meaning.any(axis=1), meaning.any(axis=1))
        like = np.where(both, WORDS_SHARE * shared + (1 - WORDS_SHARE) * (asked.meaning @ meaning.T), shared)
        best = like.argmax(axis=1)
        found += [codes[at] for at in best]
        likeness[start : start + len(block)] = np.clip(like[np.arange(len(block)), best], 0.0, 1.0)
    return found, likeness
