"""Exact top-k over all pairs: blocks of jobs × blocks of résumés on several threads, in bounded memory.

Belongs here: cutting the work up, calling the kernels, and turning heaps into pairs. Memory is a block of dense
products a thread, one inverted block of jobs, and the heaps; it does not grow with the number of pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import kernels
from jobmatch_dagster.matching.features import Side
from jobmatch_dagster.matching.sparse import Sparse

JOB_BLOCK = 8192  # jobs whose running totals (int32) stay in the nearest cache; under 2**16
MOST_KEPT = 8  # blocks of jobs whose posting lists are kept, about 6 MB each
RESUME_BLOCK = 256  # so many that the dense products are done at full speed


@dataclass
class Best:
    """The best pairs: résumé row, job row, score in steps; by résumé, then score down, then job row up."""

    resumes: NDArray[np.int64]
    jobs: NDArray[np.int64]
    scores: NDArray[np.int64]
    pairs: int
    vetoed: int


@dataclass
class Rule:
    """What turns a pair's numerator into its score, and rules pairs out (see ``kernels.scan``)."""

    factors: NDArray[np.float64]
    richness: NDArray[np.float64]
    lowest: int
    resume_classes: NDArray[np.int32]
    job_classes: NDArray[np.int32]
    vetoed: NDArray[np.bool_]


def best_pairs(
    resumes: Side,
    jobs: Side,
    n_features: int,
    rule: Rule,
    *,
    top: int,
    threads: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> Best:
    """The ``top`` best jobs of each résumé, exactly; equal scores go to the job of the lower row.

    Args:
        resumes, jobs: features of both sides.
        n_features: number of sparse features.
        rule: how a numerator becomes a score.
        top: pairs kept per résumé.
        threads: worker threads.
        on_progress: called with (pairs scored, all pairs) after each block of jobs.
    """
    from threadpoolctl import threadpool_limits

    heaps = np.full((len(resumes), max(1, min(top, len(jobs)))), kernels.WORST, np.int64)
    sizes = np.zeros(len(resumes), np.int64)
    tally = np.zeros((-(-len(resumes) // RESUME_BLOCK), 2), np.int64)

    scan: Callable[..., None] = kernels.scan

    def work(block: int) -> None:
        rows = slice(block * RESUME_BLOCK, min(len(resumes), (block + 1) * RESUME_BLOCK))
        dense = resumes.dense[rows] @ jobs.dense[first:last].T
        title = resumes.title[rows] @ jobs.title[first:last].T
        meaning = resumes.meaning[rows] @ jobs.meaning[first:last].T
        scan(
            *lists, last - first, first,
            resumes.sparse.indptr, resumes.sparse.ids, resumes.sparse.weights, rows.start,
            dense, title, meaning,
            resumes.masks, jobs.masks, rule.factors, rule.richness,
            rule.resume_classes, rule.job_classes, rule.vetoed,
            rule.lowest, heaps[rows], sizes[rows], tally[block],
        )  # fmt: skip

    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads) as pool:
        for first in range(0, len(jobs), JOB_BLOCK):
            last = min(len(jobs), first + JOB_BLOCK)
            lists = _lists(jobs.sparse, n_features, first, last)
            for _ in pool.map(work, range(len(tally))):
                pass
            if on_progress:
                on_progress(len(resumes) * last, len(resumes) * len(jobs))
    return _unpacked(heaps, sizes, tally)


def _lists(jobs: Sparse, n_features: int, first: int, last: int) -> tuple[NDArray, ...]:
    """Posting lists of a block of jobs (``kernels.invert``); of few jobs they are kept for the next résumés."""
    kept = jobs.lists.get((first, last))
    if kept is None:
        kept = kernels.invert(jobs.indptr, jobs.ids, jobs.weights, first, last, n_features)
        if len(jobs) <= MOST_KEPT * JOB_BLOCK:
            jobs.lists[first, last] = kept
    return kept


def _unpacked(heaps: NDArray[np.int64], sizes: NDArray[np.int64], tally: NDArray[np.int64]) -> Best:
    """Heaps as pairs in ranking order."""
    ordered = -np.sort(-heaps, axis=1)
    rows, places = np.nonzero(np.arange(heaps.shape[1]) < sizes[:, None])
    keys = ordered[rows, places]
    return Best(rows, 0xFFFFFFFF - (keys & 0xFFFFFFFF), keys >> 32, int(tally[:, 0].sum()), int(tally[:, 1].sum()))
