"""Job titles as features: shared words, shared parts of words, and a place in the space of meanings.

Belongs here: how a title becomes a unit vector of parts and a unit vector of meaning, and how several titles of one
person become one. Among the
shared words, one that only says a level ("senior", "intern") counts little: level is compared by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import kernels, levels, lexicon, tokens
from jobmatch_dagster.matching.sparse import Sparse, beside, from_entries

if TYPE_CHECKING:
    import pyarrow as pa

PART_SIZES = (3, 4)
PART_BUCKETS = 1 << 15
PART_SHARE = 0.5  # of the squared length of a title's sparse vector; the rest are whole words
LEVEL_SHARE = 0.3  # what a word of level counts, against 1
MAX_TITLE = 200  # characters that are read of one title


def n_features() -> int:
    """Number of sparse features of a title: terms, then parts."""
    return lexicon.load().n_terms + PART_BUCKETS


@lru_cache(maxsize=1)
def _shares() -> NDArray[np.float64]:
    """What each term counts among a title's words: less for a word of level."""
    words = lexicon.load()
    shares = np.ones(words.n_terms)
    level_words = [word for word in levels.level_words() if len(word) > 1]
    keys = tokens.hash_words(level_words)
    for key in keys:
        slot = tokens.find_slot(words.keys, key)
        if words.keys[slot] == key and words.terms[slot] >= 0:
            shares[words.terms[slot]] = LEVEL_SHARE
    return shares


def _unit(part: Sparse) -> Sparse:
    """Rows scaled to length 1."""
    rows = part.rows
    length = np.sqrt(np.bincount(rows, part.weights**2, minlength=len(part)))
    return Sparse(part.indptr, part.ids, part.weights / np.maximum(length[rows], 1e-12))


def _lexical(texts: pa.StringArray) -> Sparse:
    """Words and parts of words of each title, together of length 1."""
    words = lexicon.load()
    indptr, ids, counts = words.count_terms(texts)
    terms = _unit(Sparse(indptr, ids, np.minimum(counts, 1) * words.idf[ids] * _shares()[ids]))
    indptr, ids, counts = tokens.count_parts(texts, PART_SIZES, PART_BUCKETS)
    parts = _unit(Sparse(indptr, ids, np.sqrt(counts)))
    terms.weights *= np.sqrt(1 - PART_SHARE)
    parts.weights *= np.sqrt(PART_SHARE)
    return beside([terms, parts], [words.n_terms, PART_BUCKETS])[0]


def meaning(texts: pa.StringArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Unit vector of each title's meaning (zeros where no word is known), and the share of its words that are known."""
    words = lexicon.load()
    indptr, ids, _ = words.count_terms(texts)
    known = words.has_vector[np.minimum(ids, words.n_known)]
    rows = np.repeat(np.arange(len(texts)), np.diff(indptr))
    share = np.bincount(rows, known, minlength=len(texts)) / np.maximum(np.diff(indptr), 1)
    return words.title_places(indptr, ids), share


@dataclass
class Titles:
    """Titles of rows: parts and meaning of length 1 (or 0 where there is nothing), and the share of known words."""

    parts: Sparse
    meaning: NDArray[np.float64]
    known: NDArray[np.float64]


def represent(lists: list[list[tuple[str, float]]]) -> Titles:
    """Parts and meaning of one or several titles a row.

    Args:
        lists: per row, titles with their shares.
    """
    import pyarrow as pa

    flat = [(row, title[:MAX_TITLE], share) for row, titles in enumerate(lists) for title, share in titles]
    unique = {title: number for number, title in enumerate(dict.fromkeys(title for _, title, _ in flat))}
    texts = pa.array(list(unique), pa.string())
    owner = np.array([row for row, _, _ in flat], np.int64)
    number = np.array([unique[title] for _, title, _ in flat], np.int64)
    share = np.array([share for _, _, share in flat], np.float64)
    vectors, known = meaning(texts)
    weight = np.bincount(owner, share, minlength=len(lists))
    return Titles(
        _mixed(_lexical(texts), owner, number, share, len(lists)),
        _mixed_meaning(vectors, owner, number, share, len(lists)),
        np.bincount(owner, share * known[number], minlength=len(lists)) / np.maximum(weight, 1e-12),
    )


def _mixed(titles: Sparse, owner: NDArray, number: NDArray, share: NDArray, n_rows: int) -> Sparse:
    """Weighted sum of the titles of each row, scaled to length 1."""
    taken = titles.take(number)
    lengths = np.diff(taken.indptr)
    mixed = from_entries(np.repeat(owner, lengths), taken.ids, taken.weights * np.repeat(share, lengths), n_rows)
    return _unit(mixed)


def _mixed_meaning(vectors: NDArray, owner: NDArray, number: NDArray, share: NDArray, n_rows: int) -> NDArray:
    order = np.argsort(owner, kind="stable")
    indptr = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=n_rows))]).astype(np.int64)
    out = np.zeros((n_rows, vectors.shape[1]))
    kernels.sum_vectors(indptr, number[order], share[order], vectors, out)
    kernels.scale_to_unit(out)
    return out
