"""The versioned artefact behind text and titles: which words there are, how much each tells, and what each is near to.

Belongs here: loading ``data/words.npz`` (made by ``building/words.py``), the word table, idf and word vectors, TF-IDF
weights. Nothing is ever fitted on the texts being matched, so a score of a pair is the same in every batch; a new
artefact is a new scorer version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jobmatch_dagster.matching import kernels, tokens

if TYPE_CHECKING:
    import pyarrow as pa

DATA = Path(__file__).with_name("data")
BUCKETS = 1 << 17  # for words that the lexicon does not know: names of products, other languages, compounds


@dataclass(frozen=True)
class TitleNet:
    """The small network that turns the sum of a title's word vectors into the title's place among titles."""

    hidden: NDArray[np.float32]
    hidden_bias: NDArray[np.float32]
    out: NDArray[np.float32]
    out_bias: NDArray[np.float32]
    straight: NDArray[np.float32]


@dataclass(frozen=True)
class Lexicon:
    """Words, their terms, and what is known of each.

    Attributes:
        keys: open-addressing table of word keys.
        terms: term of the word in each slot; words of one stem share a term (-1: a word that is never read).
        idf: per term, buckets included; ln((1 + n) / (1 + df)) + 1 as scikit-learn has it.
        vectors: per known term, its place in the space of meanings (zeros where it has none).
        centre: the mean direction of texts, which says nothing about any of them.
        common: the terms that stand in so many texts that their products are cheaper as a dense matrix.
        net: places titles.
    """

    keys: NDArray[np.uint64]
    terms: NDArray[np.int32]
    idf: NDArray[np.float64]
    vectors: NDArray[np.float32]
    centre: NDArray[np.float64]
    common: NDArray[np.int32]
    net: TitleNet

    @property
    def n_known(self) -> int:
        """Number of known terms; bucket terms follow them."""
        return len(self.vectors)

    @property
    def n_terms(self) -> int:
        """Number of terms, buckets included."""
        return self.n_known + BUCKETS

    @cached_property
    def has_vector(self) -> NDArray[np.bool_]:
        """Per known term, and once more for all unknown ones at the end, whether it has a vector."""
        return np.append(self.vectors.any(axis=1), False)

    def count_terms(self, texts: pa.StringArray) -> tokens.Counts:
        """Terms of each text and how often each stands in it."""
        return tokens.count_terms(texts, self.keys, self.terms, self.n_known, BUCKETS)

    def text_places(
        self, indptr: NDArray[np.int64], ids: NDArray[np.int32], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Unit vector of each text's meaning: the weighted sum of its terms' vectors, without what all texts share."""
        out = self._sums(indptr, ids, weights)
        kernels.scale_to_unit(out)
        out[out.any(axis=1)] -= self.centre
        kernels.scale_to_unit(out)
        return out

    def title_places(self, indptr: NDArray[np.int64], ids: NDArray[np.int32]) -> NDArray[np.float64]:
        """Unit vector of each title's meaning; zeros where no word is known."""
        sums = self._sums(indptr, ids, np.ones(len(ids)))
        kernels.scale_to_unit(sums)
        net = self.net
        out = kernels.through_net(sums, net.hidden, net.hidden_bias, net.out, net.out_bias, net.straight)
        kernels.scale_to_unit(out)
        return out

    def _sums(
        self, indptr: NDArray[np.int64], ids: NDArray[np.int32], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        out = np.zeros((len(indptr) - 1, self.vectors.shape[1]))
        kernels.sum_vectors(indptr, ids, weights, self.vectors, out)
        return out


@lru_cache(maxsize=1)
def load() -> Lexicon:
    """The lexicon that ships with the package."""
    with np.load(DATA / "words.npz") as stored:
        return from_arrays(stored)


def from_arrays(stored: Mapping[str, NDArray[Any]]) -> Lexicon:
    """A lexicon from the arrays of ``words.npz``, by their names."""
    keys, terms = tokens.table(stored["hashes"], stored["terms"])
    known = np.log(1 / np.maximum(stored["document_share"].astype(np.float64), 1e-6)) + 1
    idf = np.concatenate([known, np.full(BUCKETS, float(stored["unknown_idf"]))])
    net = TitleNet(*(stored[f"net_{name}"].astype(np.float32) for name in TitleNet.__dataclass_fields__))
    return Lexicon(keys, terms, idf, vectors_of(stored), stored["centre"].astype(np.float64), stored["common"], net)


def vectors_of(stored: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    """Vectors of all known terms; they are kept in eight bits with a scale each, and only where there is one."""
    vectors = np.zeros((len(stored["document_share"]), stored["vectors"].shape[1]), np.float32)
    vectors[stored["vector_terms"]] = stored["vectors"].astype(np.float32) * stored["vector_scale"][:, None]
    return vectors


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
