"""A small CSR matrix with whole-number weights, and the few operations that features need."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray


@dataclass
class Sparse:
    """Rows of (feature, weight): row ``i`` is ``ids[indptr[i]:indptr[i + 1]]`` with the weights beside.

    Attributes:
        lists: posting lists of blocks of rows, kept by ``topk`` for the next time.
    """

    indptr: NDArray[np.int64]
    ids: NDArray[np.int32]
    weights: NDArray
    lists: dict[tuple[int, int], tuple[NDArray, ...]] = field(default_factory=dict, repr=False, compare=False)

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

    def take(self, rows: NDArray[np.int64]) -> Sparse:
        """The matrix of these rows, in their order; a row can come more than once."""
        indptr = np.concatenate([[0], np.cumsum(np.diff(self.indptr)[rows])]).astype(np.int64)
        at = np.arange(indptr[-1]) + np.repeat(self.indptr[:-1][rows] - indptr[:-1], np.diff(indptr))
        return Sparse(indptr, self.ids[at], self.weights[at])


@njit(cache=True, nogil=True)
def _by_key(keys, order):
    """An order of entries sorted by keys of 0 and up; equal ones stay as they are."""
    ends = np.zeros(keys.max() + 2, np.int64)
    for key in keys:
        ends[key + 1] += 1
    for key in range(len(ends) - 1):
        ends[key + 1] += ends[key]
    out = np.empty_like(order)
    for entry in order:
        out[ends[keys[entry]]] = entry
        ends[keys[entry]] += 1
    return out


def from_entries(rows: NDArray, ids: NDArray, weights: NDArray, n_rows: int) -> Sparse:
    """A matrix from unordered entries; equal (row, feature) are added up, features ascend within a row."""
    if len(rows):
        order = _by_key(rows, _by_key(ids, np.arange(len(ids))))
        rows, ids, weights = rows[order], ids[order], weights[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]) | (ids[1:] != ids[:-1])
    starts = np.flatnonzero(first)
    weights = np.add.reduceat(weights, starts) if len(starts) else weights
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows[first], minlength=n_rows))]).astype(np.int64)
    return Sparse(indptr, ids[first].astype(np.int32), weights)


@njit(cache=True, nogil=True)
def _put(indptr, ids, weights, start, ends, out_ids, out_weights):
    """Write a part's rows at the ends of the rows so far, its features numbered from ``start``."""
    for row in range(len(indptr) - 1):
        at = ends[row]
        for entry in range(indptr[row], indptr[row + 1]):
            out_ids[at], out_weights[at] = ids[entry] + start, weights[entry]
            at += 1
        ends[row] = at


def beside(parts: list[Sparse], widths: list[int]) -> tuple[Sparse, NDArray[np.int64]]:
    """Matrices of equal rows put side by side.

    Returns:
        the wide matrix (entries of a row in the order of the parts) and the first feature of each part.
    """
    bounds = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
    indptr = np.sum([part.indptr for part in parts], axis=0)
    ends = indptr[:-1].copy()
    ids = np.empty(indptr[-1], np.int32)
    weights = np.empty(indptr[-1], np.result_type(*(part.weights for part in parts)))
    for part, start in zip(parts, bounds[:-1], strict=True):
        _put(part.indptr, part.ids, part.weights, start, ends, ids, weights)
    return Sparse(indptr, ids, weights), bounds[:-1]
