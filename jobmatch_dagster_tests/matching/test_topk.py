"""The exact top-k against a plain one."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from jobmatch_dagster.matching import topk
from jobmatch_dagster.matching.features import Side
from jobmatch_dagster.matching.sparse import Sparse

FEATURES = 50


def side(dice: np.random.Generator, rows: int) -> Side:
    matrix = scipy.sparse.random(
        rows, FEATURES, 0.2, "csr", random_state=dice, data_rvs=lambda n: dice.integers(1, 4, n)
    )
    sparse = Sparse(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.int16))
    whole = lambda columns, low: dice.integers(low, 4, (rows, columns)).astype(np.float32)  # noqa: E731
    return Side(
        sparse, whole(5, 0), whole(3, -4), whole(4, -4), dice.integers(0, 8, rows).astype(np.uint8), np.ones(rows)
    )


def rule(dice: np.random.Generator, resumes: Side, jobs: Side, lowest: int) -> topk.Rule:
    factors = np.concatenate([[0.0], dice.random(7) * 2])
    return topk.Rule(
        factors, dice.random(len(jobs)), lowest,
        dice.integers(0, 3, len(resumes)).astype(np.int32), dice.integers(0, 4, len(jobs)).astype(np.int32),
        dice.random((3, 4)) < 0.3,
    )  # fmt: skip


def plain(resumes: Side, jobs: Side, how: topk.Rule, top: int) -> list[tuple[int, int, int]]:
    """(résumé, job, score) by sorting every pair."""
    full = lambda s: scipy.sparse.csr_matrix((s.weights.astype(int), s.ids, s.indptr), (len(s), FEATURES))  # noqa: E731
    numbers = (full(resumes.sparse) @ full(jobs.sparse).T).toarray() + resumes.dense @ jobs.dense.T
    numbers = numbers + np.maximum(0, resumes.title @ jobs.title.T) + np.maximum(0, resumes.meaning @ jobs.meaning.T)
    both = resumes.masks[:, None] & jobs.masks
    scores = np.floor(numbers * how.factors[both] * how.richness).astype(int)
    allowed = ~how.vetoed[how.resume_classes][:, how.job_classes] & (both > 0) & (scores >= how.lowest)
    out = []
    for row in range(len(resumes)):
        kept = sorted((-scores[row, job], job) for job in np.flatnonzero(allowed[row]))[:top]
        out += [(row, int(job), int(-score)) for score, job in kept]
    return out


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 90), st.integers(1, 60), st.integers(1, 12), st.integers(0, 6))
def test_best_pairs_are_those_of_sorting_every_pair(seed: int, n_r: int, n_j: int, top: int, lowest: int) -> None:
    dice = np.random.default_rng(seed)
    resumes, jobs = side(dice, n_r), side(dice, n_j)
    how = rule(dice, resumes, jobs, lowest)
    best = topk.best_pairs(resumes, jobs, FEATURES, how, top=top, threads=1)
    assert list(zip(best.resumes.tolist(), best.jobs.tolist(), best.scores.tolist(), strict=True)) == plain(
        resumes, jobs, how, top
    )
    ruled_out = how.vetoed[how.resume_classes][:, how.job_classes].sum()
    assert (best.pairs, best.vetoed) == (n_r * n_j, ruled_out)


@pytest.mark.parametrize(("threads", "job_block", "resume_block"), [(1, 7, 3), (2, 64, 5), (4, 11, 64)])
def test_blocks_and_threads_do_not_change_a_bit(
    monkeypatch: pytest.MonkeyPatch, threads: int, job_block: int, resume_block: int
) -> None:
    dice = np.random.default_rng(3)
    resumes, jobs = side(dice, 70), side(dice, 130)
    how = rule(dice, resumes, jobs, 0)
    expected = topk.best_pairs(resumes, jobs, FEATURES, how, top=9, threads=1)
    monkeypatch.setattr(topk, "JOB_BLOCK", job_block)
    monkeypatch.setattr(topk, "RESUME_BLOCK", resume_block)
    got = topk.best_pairs(resumes, jobs, FEATURES, how, top=9, threads=threads)
    for name in ("resumes", "jobs", "scores"):
        np.testing.assert_array_equal(getattr(got, name), getattr(expected, name))


@pytest.mark.parametrize("kept", [0, 8])
def test_jobs_that_were_matched_before_are_matched_alike(monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    monkeypatch.setattr(topk, "JOB_BLOCK", 32)
    monkeypatch.setattr(topk, "MOST_KEPT", kept)
    jobs = side(np.random.default_rng(1), 90)
    for seed in range(3):
        dice = np.random.default_rng(10 + seed)
        resumes = side(dice, 20)
        how = rule(dice, resumes, jobs, 0)
        best = topk.best_pairs(resumes, jobs, FEATURES, how, top=7, threads=2)
        found = list(zip(best.resumes.tolist(), best.jobs.tolist(), best.scores.tolist(), strict=True))
        assert found == plain(resumes, jobs, how, 7)
    assert len(jobs.sparse.lists) == (3 if kept else 0)


def test_equal_scores_go_to_the_lower_row() -> None:
    dice = np.random.default_rng(5)
    resumes, one = side(dice, 2), side(dice, 1)
    same = lambda a: np.repeat(a, 20, axis=0)  # noqa: E731
    sparse = Sparse(np.arange(21) * len(one.sparse.ids), np.tile(one.sparse.ids, 20), np.tile(one.sparse.weights, 20))
    jobs = Side(sparse, same(one.dense), same(one.title), same(one.meaning), same(np.array([7], np.uint8)), np.ones(20))
    resumes.masks[:] = 7
    how = topk.Rule(np.ones(8), np.ones(20), 0, np.zeros(2, np.int32), np.zeros(20, np.int32), np.zeros((1, 1), bool))
    assert topk.best_pairs(resumes, jobs, FEATURES, how, top=4, threads=1).jobs.tolist() == [0, 1, 2, 3] * 2
