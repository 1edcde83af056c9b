"""The versioned artefact behind text and titles: which words there are, how much each tells, and what each is near to.

Belongs here: loading ``data/words.npz`` (made by ``build/words.py``), the word table, idf and word vectors, TF-IDF weights.
Nothing is ever fitted on the texts being matched, so a score of a pair is the same in every batch; a new artefact is a new
scorer version.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jobmatch_dagster.matching import tokens

if TYPE_CHECKING:
    import pyarrow as pa

DATA = Path(__file__).with_name("data")
BUCKETS = 1 << 17  # for words that the lexicon does not know: names of products, other languages, compounds


@dataclass(frozen=True)
class Lexicon:
    """Words, their terms, and what is known of each.

    Attributes:
        keys: open-addressing table of word keys.
        terms: term of the word in each slot; words of one stem share a term (-1: a word that is never read).
        words: row of ``vectors`` of the word in each slot (-1: it has none).
        idf: per term, buckets included; ln((1 + n) / (1 + df)) + 1 as scikit-learn has it.
        n_known: number of known terms; bucket terms follow them.
        vectors: per word with a meaning of its own; their sum over a title gives the title's place (float32).
        common: the terms that stand in so many texts that their products are cheaper as a dense matrix.
    """

    keys: NDArray[np.uint64]
    terms: NDArray[np.int32]
    words: NDArray[np.int32]
    n_known: int
    idf: NDArray[np.float64]
    vectors: NDArray[np.float32]
    common: NDArray[np.int32]

    @property
    def n_terms(self) -> int:
        """Number of terms, buckets included."""
        return self.n_known + BUCKETS

    def count_terms(self, texts: pa.StringArray) -> tokens.Counts:
        """Terms of each text and how often each stands in it."""
        return tokens.count_terms(texts, self.keys, self.terms, self.n_known, BUCKETS)

    def count_words(self, texts: pa.StringArray) -> tokens.Counts:
        """Words of each text that have a vector, and how often each stands in it."""
        return tokens.count_terms(texts, self.keys, self.words, len(self.vectors), 0)


@lru_cache(maxsize=1)
def load() -> Lexicon:
    """The lexicon that ships with the package."""
    with np.load(DATA / "words.npz") as stored:
        keys, terms = tokens.table(stored["hashes"], stored["terms"])
        words = tokens.table(stored["hashes"], stored["words"])[1]
        known = np.log(1 / np.maximum(stored["document_share"].astype(np.float64), 1e-6)) + 1
        idf = np.concatenate([known, np.full(BUCKETS, float(stored["unknown_idf"]))])
        vectors = stored["vectors"].astype(np.float32) * stored["vector_scale"].astype(np.float32)[:, None]
        return Lexicon(keys, terms, words, len(known), idf, vectors, stored["common"])


@lru_cache(maxsize=1)
def version() -> str:
    """Hash of the artefact's bytes, ten hexadecimal digits."""
    return hashlib.sha256((DATA / "words.npz").read_bytes()).hexdigest()[:10]


@njit(cache=True, nogil=True)
def _tfidf(indptr, ids, counts, idf, out):
    for doc in range(len(indptr) - 1):
        total = 0.0
        for at in range(indptr[doc], indptr[doc + 1]):
            weight = (1.0 + np.log(counts[at])) * idf[ids[at]]
            out[at] = weight
            total += weight * weight
        if total > 0:
            length = np.sqrt(total)
            for at in range(indptr[doc], indptr[doc + 1]):
                out[at] /= length


def tfidf(
    indptr: NDArray[np.int64], ids: NDArray[np.int32], counts: NDArray[np.int32], idf: NDArray[np.float64]
) -> NDArray[np.float64]:
    """TF-IDF weights with sublinear term frequency, each text scaled to length 1.

    The same numbers as scikit-learn's ``TfidfTransformer(sublinear_tf=True)`` with the same idf.
    """
    out = np.empty(len(ids), np.float64)
    _tfidf(indptr, ids, counts, idf, out)
    return out
