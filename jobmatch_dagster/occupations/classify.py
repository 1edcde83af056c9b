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

WORDS_SHARE = 0.5  # of the likeness; the rest is meaning, which reaches over languages
LIKE_ENOUGH = 0.55  # see eval_occupations: below it, more than a quarter is wrong
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
    blocks = [_likest(different[at : at + TITLES_AT_ONCE]) for at in range(0, len(different), TITLES_AT_ONCE)]
    codes = [code for names, _ in blocks for code in names]
    likeness = np.concatenate([values for _, values in blocks]) if blocks else np.zeros(0)
    of_each = coded.indices.to_numpy(zero_copy_only=False)
    return pa.array(codes, pa.string()).take(coded.indices), pa.array(likeness[of_each])


def _likest(given: list[str]) -> tuple[list[str | None], NDArray[np.float64]]:
    words, meaning, codes = _known()
    asked = titles.represent([[(title, 1.0)] for title in given])
    shared = (_matrix(asked.parts) @ words.T).toarray()
    likeness = WORDS_SHARE * shared + (1 - WORDS_SHARE) * (asked.meaning @ meaning.T)
    best = likeness.argmax(axis=1)
    values = np.clip(likeness[np.arange(len(given)), best], 0.0, 1.0)
    return [codes[at] if value >= LIKE_ENOUGH else None for at, value in zip(best, values, strict=True)], values
