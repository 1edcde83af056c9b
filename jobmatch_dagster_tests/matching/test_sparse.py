"""Small matrices and the steps that features are made with, against plain ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from jobmatch_dagster.matching import kernels
from jobmatch_dagster.matching.sparse import Sparse, beside, from_entries


def matrix(dice: np.random.Generator, rows: int, columns: int) -> Sparse:
    found = scipy.sparse.random(rows, columns, 0.3, "csr", random_state=dice)
    return Sparse(found.indptr.astype(np.int64), found.indices.astype(np.int32), found.data)


def full(part: Sparse, columns: int) -> np.ndarray:
    return scipy.sparse.csr_matrix((part.weights, part.ids, part.indptr), (len(part), columns)).toarray()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.floats(-4, 4)), max_size=60))
def test_entries_are_sorted_and_equal_ones_added_in_their_order(entries: list[tuple[int, int, float]]) -> None:
    rows, ids, weights = (np.array([entry[place] for entry in entries]) for place in range(3))
    made = from_entries(rows.astype(np.int64), ids.astype(np.int32), weights.astype(float), 6)
    groups: dict[tuple[int, int], list[float]] = {}
    for row, feature, weight in entries:
        groups.setdefault((row, feature), []).append(weight)
    expected = [(row, feature, np.add.reduceat(own, [0])[0]) for (row, feature), own in sorted(groups.items())]
    assert list(zip(made.rows.tolist(), made.ids.tolist(), made.weights.tolist(), strict=True)) == expected


@pytest.mark.parametrize("seed", range(5))
def test_rows_side_by_side_and_rows_taken_are_those_of_the_full_matrices(seed: int) -> None:
    dice = np.random.default_rng(seed)
    parts, widths = [matrix(dice, 7, width) for width in (4, 9, 1)], [4, 9, 1]
    wide, bounds = beside(parts, widths)
    np.testing.assert_array_equal(full(wide, 14), np.hstack([full(*each) for each in zip(parts, widths, strict=True)]))
    assert bounds.tolist() == [0, 4, 13]
    rows = dice.integers(0, 7, 12)
    np.testing.assert_array_equal(full(wide.take(rows), 14), full(wide, 14)[rows])


def test_no_rows_are_rows_too() -> None:
    none = Sparse(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0))
    assert len(beside([none, none], [3, 3])[0]) == len(none.take(np.zeros(0, np.int64))) == 0


@pytest.mark.parametrize("rows", [1, 31, 32, 33, 100])
def test_a_net_gives_each_row_the_sums_of_its_inputs_in_their_order(rows: int) -> None:
    dice = np.random.default_rng(rows)
    layers = [dice.normal(size=shape).astype(np.float32) for shape in ((7, 5), (7,), (3, 7), (3,), (3, 5))]
    hidden, hidden_bias, out, out_bias, straight = [layer.tolist() for layer in layers]
    given_rows = dice.normal(size=(rows, 5))
    given_rows[::4] = 0
    expected = []
    for row in given_rows.tolist():
        inside = [max(0.0, in_order(bias, unit, row)) for bias, unit in zip(hidden_bias, hidden, strict=True)]
        sums = [in_order(bias, unit, inside) for bias, unit in zip(out_bias, out, strict=True)]
        sums = [in_order(total, unit, row) for total, unit in zip(sums, straight, strict=True)]
        expected.append(sums if any(row) else [0.0] * 3)
    np.testing.assert_array_equal(kernels.through_net(given_rows, *layers), expected)


def in_order(total: float, weights: list[float], inputs: list[float]) -> float:
    for weight, value in zip(weights, inputs, strict=True):
        total += weight * value
    return total


@pytest.mark.parametrize("seed", range(4))
def test_products_of_named_pairs_are_those_of_the_full_matrices_range_by_range(seed: int) -> None:
    dice = np.random.default_rng(seed)
    widths, pairs = [5, 11, 3], 40
    whole = lambda part: Sparse(part.indptr, part.ids, (part.weights * 100).astype(np.int16))  # noqa: E731
    left, right = (whole(beside([matrix(dice, 9, width) for width in widths], widths)[0]) for _ in range(2))
    resumes, jobs = np.sort(dice.integers(0, 9, pairs)), dice.integers(0, 9, pairs)
    out, bounds = np.zeros((pairs, 3), np.int64), np.array([0, 5, 16])
    fill: Callable[..., None] = kernels.pair_products
    fill(left.indptr, left.ids, left.weights, right.indptr, right.ids, right.weights, bounds, 19, resumes, jobs, out)
    both = full(left, 19)[resumes].astype(int) * full(right, 19)[jobs]
    np.testing.assert_array_equal(out, np.add.reduceat(both, bounds, axis=1))
    dense = dice.integers(-2000, 2000, (2, 9, 37)).astype(np.float32)
    expected = (dense[0][resumes].astype(int) * dense[1][jobs].astype(int))[:, 4:33].sum(axis=1)
    of_columns: Callable[..., np.ndarray] = kernels.dense_products
    np.testing.assert_array_equal(of_columns(*dense, 4, 33, resumes, jobs), expected)
