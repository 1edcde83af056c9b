"""Skills as features: a job's requirements as shares of what it asks, a résumé's skills as credits towards them.

Belongs here: importance of a requirement, credit for skills next door, years and recency, and their integer scales. The
product of the two sides is the share of the requirements that the résumé meets. What a step in the taxonomy is worth is
``skill_graph``'s and ``data/weights.toml``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jobmatch_dagster.matching.sparse import Sparse
from jobmatch_dagster.matching.weights import UNIT, Weights

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching.skill_graph import SkillGraph

# A credit needs few steps, a requirement's share of a long list needs many; their product has UNIT steps.
CREDIT_SCALE = 1 << 8
SHARE_SCALE = UNIT // CREDIT_SCALE
ASKED = ("required", "preferred")  # kinds of requirement that a job asks for, and does not merely mention
# Years asked for a skill, in classes by their lower end; class 0 asks for none.
ASKED_YEARS = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0])
# Share of the credit where years are asked and the résumé does not say how long.
UNSAID_YEARS = 0.85
DAYS_A_YEAR = 365.25


@dataclass
class Requirements:
    """What jobs ask for.

    Attributes:
        sparse: per job, (feature, share of what it asks × weight of the component).
        skills, asked: per feature, the skill's number and the class of years asked for.
        source: per entry of ``sparse``, its row in the table of job skills.
        stated: per job, how many requirements its text states as required or preferred. A job that states too few
            abstains from the component: skills that are only mentioned, or only stand in the title, are part of text
            and title.
        full_share: the share that a job's only requirement would have, before the unmet prior.
    """

    sparse: Sparse
    skills: NDArray[np.int64]
    asked: NDArray[np.int64]
    source: NDArray[np.int64]
    stated: NDArray[np.int64]
    full_share: float

    @cached_property
    def by_importance(self) -> NDArray[np.int64]:
        """All entries of ``sparse``, each job's by falling share; equal ones in the order of their skills' numbers."""
        return np.lexsort((-self.sparse.weights.astype(np.int64), self.sparse.rows))


def _numbers(column: pa.ChunkedArray, graph: SkillGraph) -> NDArray[np.int64]:
    """The taxonomy's number of each skill id of a column, -1 where it has none."""
    coded = column.combine_chunks().dictionary_encode()
    known = np.array([graph.number(skill) for skill in coded.dictionary.to_pylist()] or [-1], np.int64)
    return known[coded.indices.to_numpy(zero_copy_only=False)] if len(coded) else np.zeros(0, np.int64)


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """A float column with NaN for null."""
    import pyarrow.compute as pc

    return pc.fill_null(column, np.nan).combine_chunks().to_numpy(zero_copy_only=False).astype(np.float64)


def requirements(
    job_skills: pa.Table, owner: NDArray[np.int64], n_jobs: int, graph: SkillGraph, weights: Weights
) -> Requirements:
    """What each job asks for, as shares.

    A requirement's importance is its weight within the ad (by kind of requirement and by section; where it has none,
    its kind's) × the skill's idf. Shares are of the sum plus ``unmet_prior`` average requirements, so a posting with
    one vague wish never gives a full mark.

    Args:
        job_skills: rows of ``tables.JOB_SKILLS``.
        owner: the job's row of each of them, -1 for a job that is not there.
        n_jobs: number of jobs.
    """
    number = _numbers(job_skills["skill_id"], graph)
    coded = job_skills["requirement"].combine_chunks().dictionary_encode()
    kinds = np.array([weights.skills.get(kind, 0.0) for kind in coded.dictionary.to_pylist()] or [0.0])
    kind = kinds[coded.indices.to_numpy(zero_copy_only=False)] if len(coded) else np.zeros(0)
    weight = _floats(job_skills["weight"])
    within = np.where(kind > 0, np.clip(np.where(np.isnan(weight), kind, weight), 0, 1), 0.0)
    asked = np.searchsorted(ASKED_YEARS, np.nan_to_num(_floats(job_skills["years"])), side="right") - 1
    importance = np.where(number >= 0, graph.idf[np.maximum(number, 0)], 0.0) * within
    used = np.flatnonzero((importance > 0) & (owner >= 0))
    used = used[np.lexsort((number[used], owner[used]))]
    rows = owner[used]
    counts = np.bincount(rows, minlength=n_jobs)
    asks = np.bincount(rows, importance[used], minlength=n_jobs).astype(np.float64)
    asks += weights.skills["unmet_prior"] * asks / np.maximum(counts, 1)
    share = importance[used] / asks[rows]
    stated = _is_stated(job_skills)[used]
    full = weights.components["skills"] * SHARE_SCALE
    whole = np.trunc(share * full).astype(np.int16)
    keys, feature = np.unique(number[used] * len(ASKED_YEARS) + np.maximum(asked[used], 0), return_inverse=True)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    sparse = Sparse(indptr, feature.astype(np.int32), whole)
    return Requirements(
        sparse,
        keys // len(ASKED_YEARS),
        keys % len(ASKED_YEARS),
        used,
        np.bincount(rows, stated, minlength=n_jobs).astype(np.int64),
        full,
    )


def is_asked(requirement: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Which rows of that column are required or preferred, and not merely mentioned."""
    import pyarrow as pa
    import pyarrow.compute as pc

    asked: NDArray[np.bool_] = pc.is_in(requirement, pa.array(ASKED)).to_numpy()
    return asked


def _is_stated(job_skills: pa.Table) -> NDArray[np.bool_]:
    """Which rows are required or preferred and stand in the text, not only in the title."""
    import pyarrow.compute as pc

    places = job_skills["evidence"].combine_chunks()
    inside = np.zeros(len(job_skills), bool)
    owners = pc.list_parent_indices(places).to_numpy(zero_copy_only=False)
    inside[owners[places.flatten().to_numpy(zero_copy_only=False) >= 0]] = True
    return is_asked(job_skills["requirement"]) & inside


@dataclass
class Holdings:
    """What résumés have: credits towards the features of some ``Requirements``, and which skill each comes from.

    Attributes:
        sparse: per résumé, (feature, credit).
        source: per entry of ``sparse``, the row in the table of résumé skills that gives the credit.
        counts: per résumé, how many of its skills are in the taxonomy.
    """

    sparse: Sparse
    source: NDArray[np.int64]
    counts: NDArray[np.int64]


@njit(cache=True, nogil=True)
def _expand(
    indptr, skill, years, recency, near_indptr, near_feature, near_credit, near_years, unsaid, n_features, capacity
):
    best, giver = np.zeros(n_features), np.zeros(n_features, np.int64)
    touched = np.empty(n_features, np.int32)
    out_indptr = np.zeros(len(indptr), np.int64)
    ids, credits = np.empty(capacity, np.int32), np.empty(capacity, np.float64)
    source = np.empty(capacity, np.int64)
    filled = 0
    for resume in range(len(indptr) - 1):
        n_touched = 0
        for row in range(indptr[resume], indptr[resume + 1]):
            for at in range(near_indptr[skill[row]], near_indptr[skill[row] + 1]):
                credit = near_credit[at] * recency[row]
                if near_years[at] > 0:
                    if np.isnan(years[row]):
                        credit *= unsaid
                    else:
                        credit *= min(1.0, max(0.0, years[row]) / near_years[at])
                feature = near_feature[at]
                if credit > best[feature]:
                    if best[feature] == 0.0:
                        touched[n_touched] = feature
                        n_touched += 1
                    best[feature], giver[feature] = credit, row
        for feature in np.sort(touched[:n_touched]):
            ids[filled], credits[filled], source[filled] = feature, best[feature], giver[feature]
            best[feature] = 0.0
            filled += 1
        out_indptr[resume + 1] = filled
    return out_indptr, ids[:filled].copy(), credits[:filled].copy(), source[:filled].copy()


def holdings(
    resume_skills: pa.Table,
    owner: NDArray[np.int64],
    today: NDArray[np.int64],
    n_resumes: int,
    wanted: Requirements,
    graph: SkillGraph,
    weights: Weights,
) -> Holdings:
    """What each résumé has towards the features that the jobs ask for.

    Of several skills that lead to one feature the best counts; equal ones, the first in the table's order.

    Args:
        resume_skills: rows of ``tables.RESUME_SKILLS``.
        owner: the résumé's row of each of them, -1 for one that is not there.
        today: per résumé, the day it was handed in, in days since 1970; recency counts from there.
        n_resumes: number of résumés.
        wanted: the jobs' requirements.
    """
    number = _numbers(resume_skills["skill_id"], graph)
    used = np.flatnonzero((number >= 0) & (owner >= 0))
    used = used[np.lexsort((number[used], owner[used]))]
    rows = owner[used]
    counts = np.bincount(rows, minlength=n_resumes)
    unique, skill = np.unique(number[used], return_inverse=True)
    near = _near(unique, wanted, graph)
    last = _days(resume_skills["last_used"])[used]
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    reach = np.diff(near[0])[skill] if len(skill) else np.zeros(0, np.int64)
    out_indptr, ids, credits, source = _expand(
        indptr,
        skill,
        _floats(resume_skills["years"])[used],
        _recency((today[rows] - last) / DAYS_A_YEAR, weights),
        *near,
        UNSAID_YEARS,
        max(1, len(wanted.skills)),
        int(reach.sum()),
    )
    whole = np.trunc(credits * CREDIT_SCALE).astype(np.int16)
    return Holdings(Sparse(out_indptr, ids, whole), used[source], counts)


def _days(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """A date column as days since 1970, NaN for null."""
    import pyarrow as pa

    return _floats(column.cast(pa.int32()).cast(pa.float64()))


def _recency(age: NDArray[np.float64], weights: Weights) -> NDArray[np.float64]:
    """Share of the credit for a skill last used so many years ago; full where it is not known."""
    recent, stale = weights.skills["recent_years"], weights.skills["stale_years"]
    fading = (np.nan_to_num(age) - recent) / (stale - recent)
    return 1 - np.clip(fading, 0, 1) * (1 - weights.skills["stale_floor"])


def _near(
    unique: NDArray[np.int64], wanted: Requirements, graph: SkillGraph
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
    """Per skill of ``unique``: features it gives credit to, the credit, and the years that the feature asks for."""
    first = np.searchsorted(wanted.skills, np.arange(wanted.skills.max(initial=-1) + 2))
    indptr, features, values = [0], [], []
    for skill in unique.tolist():
        numbers, credits = graph.credits(skill)
        for number, credit in zip(numbers.tolist(), credits.tolist(), strict=True):
            if number + 1 < len(first):
                for feature in range(first[number], first[number + 1]):
                    features.append(feature)
                    values.append(credit)
        indptr.append(len(features))
    reached = np.array(features, np.int32)
    return np.array(indptr, np.int64), reached, np.array(values), ASKED_YEARS[wanted.asked[reached]]
