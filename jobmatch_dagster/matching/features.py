"""Both sides of a match as integer features: what the kernels multiply. One row a résumé or a job.

Belongs here: which features a component has, their scales and their rounding (towards zero, so that no product of two
unit vectors passes 1). A row depends on its own text, skills and facts and on the versioned artefacts, on nothing
else in the batch; only the numbering of skill features is the batch's own, and it has no influence on a sum.

Sparse features, by range: terms of the text, parts of the titles, skills. Dense features: the commonest terms, then one
column per class of seniority, experience and education that a job can ask for. Titles' vectors stand apart, because
only their positive products count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jobmatch_dagster.matching import levels, lexicon, titles
from jobmatch_dagster.matching.sparse import Sparse
from jobmatch_dagster.matching.weights import COMPONENTS, SIDE, Weights

if TYPE_CHECKING:
    import pyarrow as pa

BIT = {name: 1 << place for place, name in enumerate(COMPONENTS)}


@dataclass
class Side:
    """One side of the match.

    Attributes:
        sparse: int16 weights over ``bounds``' ranges of features.
        dense: float32 whole numbers (rows × dense columns).
        title, meaning: float32 whole numbers (rows × dimensions): vectors of titles and of texts.
        masks: per row, bits of the components that have their inputs.
        richness: per row, how much the text gives to judge by, 0 to 1 (jobs; ones for résumés).
    """

    sparse: Sparse
    dense: NDArray[np.float32]
    title: NDArray[np.float32]
    meaning: NDArray[np.float32]
    masks: NDArray[np.uint8]
    richness: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.masks)


@dataclass
class TextFeatures:
    """Texts as features.

    Attributes:
        sparse: TF-IDF of all but the commonest terms.
        dense: TF-IDF of the commonest terms, one column each.
        meaning: vectors of the texts' meaning.
        distinct: number of distinct terms of each text.
    """

    sparse: Sparse
    dense: NDArray[np.float32]
    meaning: NDArray[np.float32]
    distinct: NDArray[np.int64]

    def without(self, rows: NDArray[np.bool_]) -> TextFeatures:
        """The same with some rows emptied."""
        kept = np.where(rows[:, None], 0, 1).astype(np.float32)
        sparse = self.sparse.keep(~rows[self.sparse.rows])
        return TextFeatures(sparse, self.dense * kept, self.meaning * kept, np.where(rows, 0, self.distinct))


def text_features(texts: pa.StringArray, weights: Weights) -> TextFeatures:
    """TF-IDF and meaning of the texts."""
    words = lexicon.load()
    indptr, ids, counts = words.count_terms(texts)
    values = lexicon.tfidf(indptr, ids, counts, words.idf)
    share = weights.components["text"]
    scale = SIDE * np.sqrt(share * weights.text["lexical"])
    vectors = words.text_places(indptr, ids, values)
    vectors = np.trunc(vectors * (SIDE * np.sqrt(share * weights.text["meaning"]))).astype(np.float32)
    column = np.full(words.n_terms, -1, np.int32)
    column[words.common] = np.arange(len(words.common))
    dense = np.zeros((len(texts), len(words.common)), np.float32)
    return TextFeatures(_rarer(indptr, ids, values * scale, column, dense), dense, vectors, np.diff(indptr))


def _rarer(
    indptr: NDArray[np.int64],
    ids: NDArray[np.int32],
    values: NDArray[np.float64],
    column: NDArray[np.int32],
    dense: NDArray[np.float32],
) -> Sparse:
    """Whole weights of the terms that have no column in ``dense`` (-1); those that have one are written there."""
    kept, rest, whole = np.zeros_like(indptr), np.empty_like(ids), np.empty(len(ids), np.int16)
    filled = _part(indptr, ids, values, column, dense, kept, rest, whole)
    return Sparse(kept, rest[:filled].copy(), whole[:filled].copy())


@njit(cache=True, nogil=True)
def _part(indptr, ids, values, column, dense, kept, rest, whole):
    filled = 0
    for row in range(len(indptr) - 1):
        for at in range(indptr[row], indptr[row + 1]):
            weight, place = np.int16(np.trunc(values[at])), column[ids[at]]
            if place >= 0:
                dense[row, place] = weight
            elif weight != 0:
                rest[filled], whole[filled] = ids[at], weight
                filled += 1
        kept[row + 1] = filled
    return filled


def title_features(
    lists: list[list[tuple[str, float]]], weights: Weights
) -> tuple[Sparse, NDArray[np.float32], NDArray[np.bool_]]:
    """Parts and vectors of one or several titles a row.

    Args:
        lists: per row, titles with their shares.
        weights: component weights.

    Returns:
        sparse parts, vectors, and which rows have anything to compare.
    """
    share = weights.components["title"]
    found = titles.represent(lists)
    # Words without a vector can only be compared as words, so a title of unknown words is compared as words alone.
    meaning = weights.title["meaning"] * found.known
    parts = found.parts
    parts.weights = np.trunc(parts.weights * (SIDE * np.sqrt(share * (1 - meaning)))[parts.rows]).astype(np.int16)
    dense = np.trunc(found.meaning * (SIDE * np.sqrt(share * meaning))[:, None]).astype(np.float32)
    present = (np.diff(parts.indptr) > 0) | dense.any(axis=1)
    return parts, dense, present


@dataclass(frozen=True)
class Levels:
    """Per row, classes of seniority, years of experience (asked for, or worked) and education; -1 where not known."""

    seniority: NDArray[np.int64]
    years: NDArray[np.int64]
    education: NDArray[np.int64]

    def all(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The three, in the order of the components that judge them."""
        return self.seniority, self.years, self.education


def levels_of(seniority: list[str | None], years: NDArray[np.float64], education: list[str | None]) -> Levels:
    """Classes from the names of levels (or null) and from years (NaN where not known)."""
    return Levels(
        _codes(seniority, levels.seniorities()), levels.year_class(years), _codes(education, levels.educations())
    )


def _codes(values: list[str | None], order: tuple[str, ...]) -> NDArray[np.int64]:
    place = {value: number for number, value in enumerate(order)}
    return np.array([place.get(value or "", -1) for value in values], np.int64)


def fit_columns(weights: Weights, given: Levels, *, job: bool) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Dense columns for seniority, experience and education, and the bits of those that are known.

    A job has a one in the column of its class; a résumé has its fit to each class, times the component's weight.

    Args:
        weights: component weights.
        given: the rows' classes.
        job: which side this is.
    """
    blocks, mask = [], np.zeros(len(given.years), np.uint8)
    tables = (
        ("seniority", given.seniority, levels.seniority_fit()),
        ("experience", given.years, levels.experience_fit()),
        ("education", given.education, levels.education_fit()),
    )
    for name, code, fit in tables:
        known = code >= 0
        table = np.eye(len(fit)) if job else np.trunc(fit * weights.units(name))
        blocks.append(np.where(known[:, None], table[np.maximum(code, 0)], 0.0))
        mask |= np.where(known, BIT[name], 0).astype(np.uint8)
    return np.hstack(blocks).astype(np.float32), mask


def richness(
    weights: Weights, distinct_terms: NDArray[np.int64], requirements: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How much a posting gives to judge by: its words or its requirements, whichever is nearer to a full posting."""
    words = np.minimum(1.0, distinct_terms / weights.evidence["full_text_words"])
    wishes = np.minimum(1.0, requirements / weights.evidence["full_requirements"])
    return np.maximum(words, wishes)
