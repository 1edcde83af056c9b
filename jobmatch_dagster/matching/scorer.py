"""The score of a (résumé, job) pair and the best pairs of each résumé.

A component's value is in [0, 1] and its weight a share of the score. Components that lack their inputs on either side
abstain, and the others' weights are scaled to 1. What could not be judged takes something off: a share of the score for
the weight that abstained, up to ``most_unjudged``, and one for a posting that says little, up to ``most_thin``. So a
vague posting does not win, a title alone still ranks, and contributions always add up to the score.

Belongs here: that formula, its whole-number form, the version, and ``match``. Features are made in ``features`` and
``sides``, the top-k in ``topk``, words for people in ``explain``.

A pair's score depends on its two sides and on ``SCORER_VERSION`` only. Equal scores are ordered by the job's id,
ascending.
"""

from __future__ import annotations

import hashlib
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import kernels, levels, lexicon, personal, sides, topk, vetoes, weights
from jobmatch_dagster.matching.weights import COMPONENTS, STEPS, UNIT

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching.weights import Weights

# Raised by hand when code changes a score; files with numbers and words are in the version by their content.
CODE_VERSION = "3"


def _version() -> str:
    files = b"".join(path.read_bytes() for path in (levels.PATH, personal.PATH, vetoes.PATH))
    parts = (CODE_VERSION, lexicon.version(), weights.load().version, hashlib.sha256(files).hexdigest())
    return f"{CODE_VERSION}-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:10]}"


SCORER_VERSION = _version()


@dataclass
class Matched:
    """The best pairs and what it took.

    Attributes:
        matches: rows of ``tables.JOB_MATCHES``; by résumé, best first.
        vetoed: pairs left out for a veto.
        abstained: per component, how many of the kept pairs it abstained from.
        pairs: pairs scored.
        seconds: wall-clock seconds of each step.
    """

    matches: pa.Table
    vetoed: int = 0
    abstained: dict[str, int] = field(default_factory=dict)
    pairs: int = 0
    seconds: dict[str, float] = field(default_factory=dict)


def judged_share(using: Weights) -> NDArray[np.float64]:
    """Per mask of components, the sum of their weights."""
    mask = np.arange(1 << len(COMPONENTS))
    bits = (mask[:, None] >> np.arange(len(COMPONENTS))) & 1
    shares: NDArray[np.float64] = bits @ np.array([using.components[name] for name in COMPONENTS])
    return shares


def rule(jobs: sides.Jobs, resumes: sides.Resumes, using: Weights, lowest: int) -> topk.Rule:
    """How the numerators of these sides become scores.

    Args:
        jobs, resumes: both sides.
        using: component weights.
        lowest: least score kept, in steps.
    """
    share, given = judged_share(using), using.evidence
    scaled = np.divide(STEPS / UNIT, share, out=np.zeros_like(share), where=share > 0)
    return topk.Rule(
        factors=scaled * (1 - given["most_unjudged"] * (1 - share)),
        richness=1 - given["most_thin"] * (1 - jobs.side.richness),
        lowest=lowest,
        resume_classes=resumes.veto_classes,
        job_classes=jobs.veto_classes,
        vetoed=vetoes.verdicts(jobs.asked_facts, resumes.offered),
    )


def numerators(
    resumes: sides.Resumes, jobs: sides.Jobs, r: NDArray[np.int64], j: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Each component's part of the numerator of named pairs, exactly as the scan adds it up.

    Args:
        resumes, jobs: both sides.
        r, j: rows of the pairs; quick if equal résumés stand together.

    Returns:
        int64, pairs × components in the order of ``COMPONENTS``.
    """
    ranges = np.zeros((len(r), 3), np.int64)
    a, b = resumes.side, jobs.side
    kernels.pair_products(
        a.sparse.indptr, a.sparse.ids, a.sparse.weights, b.sparse.indptr, b.sparse.ids, b.sparse.weights,
        jobs.bounds, jobs.n_features, r, j, ranges,
    )  # fmt: skip
    n_fits = [len(levels.seniorities()), len(levels.YEAR_BOUNDS) + 1, len(levels.educations())]
    edges = a.dense.shape[1] - np.cumsum([0, *n_fits[::-1]])[::-1]
    edges = np.concatenate([[0], edges])
    dense = np.stack(
        [kernels.dense_products(a.dense, b.dense, lo, hi, r, j) for lo, hi in itertools.pairwise(edges)],
        axis=1,
    )
    title = kernels.dense_products(a.title, b.title, 0, a.title.shape[1], r, j)
    meaning = kernels.dense_products(a.meaning, b.meaning, 0, a.meaning.shape[1], r, j)
    text = ranges[:, 0] + dense[:, 0] + np.maximum(0, meaning)
    return np.stack(
        [ranges[:, 2], ranges[:, 1] + np.maximum(0, title), text, dense[:, 1], dense[:, 2], dense[:, 3]], axis=1
    )


@dataclass
class Found:
    """The best pairs of two sides, not yet explained.

    Attributes:
        resumes, jobs: the sides.
        best: the pairs.
        using: the weights they were scored with.
        seconds: wall-clock seconds of each step.
    """

    resumes: sides.Resumes
    jobs: sides.Jobs
    best: topk.Best
    using: Weights
    seconds: dict[str, float]


def find(
    resumes: pa.Table,
    resume_skills: pa.Table,
    jobs: sides.Jobs,
    *,
    top: int,
    min_score: float,
    threads: int,
    on_progress: Callable[[int, int], None] | None = None,
) -> Found:
    """The best ``top`` of these jobs for each of these résumés; arguments as for ``match``."""
    clock = time.perf_counter()
    using = weights.load()
    here = sides.resumes(resumes, resume_skills, jobs)
    seconds = {"résumés": time.perf_counter() - clock}
    how = rule(jobs, here, using, int(np.ceil(min_score * STEPS)))
    best = topk.best_pairs(
        here.side, jobs.side, jobs.n_features, how, top=top, threads=threads, on_progress=on_progress
    )
    seconds["top-k"] = time.perf_counter() - clock - seconds["résumés"]
    return Found(here, jobs, best, using, seconds)


def match(
    resumes: pa.Table,
    resume_skills: pa.Table,
    jobs: pa.Table | sides.Jobs,
    job_skills: pa.Table | None = None,
    *,
    top: int,
    min_score: float,
    threads: int,
    day: date,
    on_progress: Callable[[int, int], None] | None = None,
) -> Matched:
    """The best ``top`` of these jobs for each of these résumés, explained.

    Args:
        resumes, resume_skills: rows of ``tables.RESUMES`` and ``tables.RESUME_SKILLS``.
        jobs, job_skills: rows of ``tables.JOBS`` and ``tables.JOB_SKILLS``; or jobs made ready once by ``sides.jobs``.
        top: pairs kept per résumé.
        min_score: least score kept, 0 to 1.
        threads: worker threads.
        day: stands in for the day of a side that has none.
        on_progress: called with (pairs scored, all pairs).
    """
    from jobmatch_dagster.matching import explain

    clock = time.perf_counter()
    there = jobs if isinstance(jobs, sides.Jobs) else sides.jobs(jobs, _given(job_skills))
    seconds = {"jobs": time.perf_counter() - clock}
    found = find(resumes, resume_skills, there, top=top, min_score=min_score, threads=threads, on_progress=on_progress)
    clock = time.perf_counter()
    detail = explain.pairs(found.resumes, there, found.best, found.using)
    matches = explain.table(found.resumes, there, detail, SCORER_VERSION, day)
    seconds |= found.seconds | {"explain": time.perf_counter() - clock}
    return Matched(matches, found.best.vetoed, detail.abstained_counts(), found.best.pairs, seconds)


def _given(job_skills: pa.Table | None) -> pa.Table:
    if job_skills is None:
        raise TypeError("job_skills is needed with a table of jobs")
    return job_skills
