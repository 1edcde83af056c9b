"""A small CSR matrix with whole-number weights, and the few operations that features need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass
class Sparse:
    """Rows of (feature, weight): row ``i`` is ``ids[indptr[i]:indptr[i + 1]]`` with the weights beside."""

    indptr: NDArray[np.int64]
    ids: NDArray[np.int32]
    weights: NDArray

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def rows(self) -> NDArray[np.int64]:
        """The row of each entry."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))

    def keep(self, chosen: NDArray[np.bool_]) -> Sparse:
        """The matrix with only the chosen entries."""
        kept = np.concatenate([[0], np.cumsum(chosen)])
        return Sparse(kept[self.indptr], self.ids[chosen], self.weights[chosen])


def from_entries(rows: NDArray, ids: NDArray, weights: NDArray, n_rows: int) -> Sparse:
    """A matrix from unordered entries; equal (row, feature) are added up, features ascend within a row."""
    order = np.lexsort((ids, rows))
    rows, ids, weights = rows[order], ids[order], weights[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (ids[1:] != ids[:-1])
    starts = np.flatnonzero(first)
    weights = np.add.reduceat(weights, starts) if len(starts) else weights
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows[first], minlength=n_rows))]).astype(np.int64)
    return Sparse(indptr, ids[first].astype(np.int32), weights)


def beside(parts: list[Sparse], widths: list[int]) -> tuple[Sparse, NDArray[np.int64]]:
    """Matrices of equal rows put side by side.

    Returns:
        the wide matrix (entries of a row in the order of the parts) and the first feature of each part.
    """
    bounds = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
    rows = np.concatenate([part.rows for part in parts])
    order = np.argsort(rows, kind="stable")
    ids = np.concatenate([part.ids + start for part, start in zip(parts, bounds[:-1], strict=True)])[order]
    weights = np.concatenate([part.weights for part in parts])[order]
    indptr = np.sum([part.indptr for part in parts], axis=0)
    return Sparse(indptr, ids.astype(np.int32), weights), bounds[:-1]
