"""Both sides of a match as integer features: what the kernels multiply. One row a résumé or a job.

Belongs here: which features a component has, their scales and their rounding (towards zero, so that no product of two unit
vectors passes 1). A row depends on its own text, skills and facts and on the versioned artefacts, on nothing else in the
batch; only the numbering of skill features is the batch's own, and it has no influence on a sum.

Sparse features, by range: terms of the text, parts of the titles, skills. Dense features: the commonest terms, then one
column per class of seniority, experience and education that a job can ask for. Titles' vectors stand apart, because only
their positive products count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import levels, lexicon, titles
from jobmatch_dagster.matching.weights import COMPONENTS, SIDE, Weights

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching.sparse import Sparse

BIT = {name: 1 << place for place, name in enumerate(COMPONENTS)}


@dataclass
class Side:
    """One side of the match.

    Attributes:
        sparse: int16 weights over ``bounds``' ranges of features.
        dense: float32 whole numbers (rows × dense columns).
        title: float32 whole numbers (rows × dimensions of the title's vectors).
        masks: per row, bits of the components that have their inputs.
        richness: per row, how much the text gives to judge by, 0 to 1 (jobs; ones for résumés).
    """

    sparse: Sparse
    dense: NDArray[np.float32]
    title: NDArray[np.float32]
    masks: NDArray[np.uint8]
    richness: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.masks)


def term_features(texts: pa.StringArray, weights: Weights) -> tuple[Sparse, NDArray[np.float32], NDArray[np.int64]]:
    """TF-IDF of the texts, the commonest terms as a dense matrix.

    Returns:
        the sparse rest, the dense part (one column per common term), and the number of distinct terms of each text.
    """
    from jobmatch_dagster.matching.sparse import Sparse

    words = lexicon.load()
    indptr, ids, counts = words.count_terms(texts)
    values = lexicon.tfidf(indptr, ids, counts, words.idf)
    whole = np.trunc(values * (SIDE * np.sqrt(weights.components["text"]))).astype(np.int16)
    column = np.full(words.n_terms, -1, np.int64)
    column[words.common] = np.arange(len(words.common))
    rows = np.repeat(np.arange(len(texts)), np.diff(indptr))
    place = column[ids]
    is_common = place >= 0
    dense = np.zeros((len(texts), len(words.common)), np.float32)
    dense[rows[is_common], place[is_common]] = whole[is_common]
    rest = Sparse(indptr, ids, whole).keep(~is_common & (whole != 0))
    return rest, dense, np.diff(indptr)


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
    parts, vectors = titles.represent(lists)
    scale = SIDE * np.sqrt(share * weights.title["lexical"])
    parts.weights = np.trunc(parts.weights * scale).astype(np.int16)
    dense = np.trunc(vectors * (SIDE * np.sqrt(share * weights.title["meaning"]))).astype(np.float32)
    present = (np.diff(parts.indptr) > 0) | vectors.any(axis=1)
    return parts, dense, present


def fit_columns(
    weights: Weights, seniority: list[str | None], years: NDArray[np.float64], education: list[str | None], *, job: bool
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Dense columns for seniority, experience and education, and the bits of those that are known.

    A job has a one in the column of its class; a résumé has its fit to each class, times the component's weight.

    Args:
        weights: component weights.
        seniority, education: per row, a level or null.
        years: per row, years (asked for, or worked), NaN where not known.
        job: which side this is.
    """
    blocks, mask = [], np.zeros(len(years), np.uint8)
    codes = (
        ("seniority", _codes(seniority, levels.seniorities()), levels.seniority_fit()),
        ("experience", levels.year_class(years), levels.experience_fit()),
        ("education", _codes(education, levels.educations()), levels.education_fit()),
    )
    for name, code, fit in codes:
        known = code >= 0
        table = np.eye(len(fit)) if job else np.trunc(fit * weights.units(name))
        blocks.append(np.where(known[:, None], table[np.maximum(code, 0)], 0.0))
        mask |= np.where(known, BIT[name], 0).astype(np.uint8)
    return np.hstack(blocks).astype(np.float32), mask


def _codes(values: list[str | None], order: tuple[str, ...]) -> NDArray[np.int64]:
    place = {value: number for number, value in enumerate(order)}
    return np.array([place.get(value or "", -1) for value in values], np.int64)


def richness(
    weights: Weights, distinct_terms: NDArray[np.int64], requirements: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How much a posting gives to judge by: half its words, half its requirements, each up to what counts as full."""
    words = np.minimum(1.0, distinct_terms / weights.evidence["full_text_words"])
    wishes = np.minimum(1.0, requirements / weights.evidence["full_requirements"])
    return (words + wishes) / 2
