"""What a match is made of: components, requirements met and missing with evidence, one plain sentence.

Belongs here: splitting a score so that its parts add up to it exactly, and all of a match in words. Only the kept pairs
get here. The score itself is the scorer's; the numbers that are kept in the database are ``stored``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import kernels, scorer
from jobmatch_dagster.matching.features import BIT
from jobmatch_dagster.matching.skill_features import CREDIT_SCALE
from jobmatch_dagster.matching.weights import COMPONENTS, STEPS, UNIT, Weights
from jobmatch_dagster.matching.wording import VALUE_STEPS

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching import sides, topk


@dataclass
class Parts:
    """What some pairs' scores are made of.

    Attributes:
        resumes, jobs: rows of the pairs.
        scores: in steps.
        masks: bits of the components that were judged.
        values: pairs × components, in steps of ``wording.VALUE_STEPS`` (0 where a component abstained).
        contributions: pairs × components, in steps.
        evidence: in steps, what was taken off (0 or less); contributions and it add up to the score.
    """

    resumes: NDArray[np.int64]
    jobs: NDArray[np.int64]
    scores: NDArray[np.int64]
    masks: NDArray[np.uint8]
    values: NDArray[np.int64]
    contributions: NDArray[np.int64]
    evidence: NDArray[np.int64]

    def abstained_counts(self) -> dict[str, int]:
        """Per component, how many pairs it abstained from."""
        return {name: int((self.masks & BIT[name] == 0).sum()) for name in COMPONENTS}


@dataclass
class Pairs(Parts):
    """The same, with what is said in words.

    Attributes:
        shares: pairs × components, weights after scaling.
        indptr, entry, credit, source: requirements of each pair's job, see ``kernels.requirement_credits``.
    """

    shares: NDArray[np.float64]
    indptr: NDArray[np.int64]
    entry: NDArray[np.int64]
    credit: NDArray[np.float64]
    source: NDArray[np.int64]


def parts(resumes: sides.Resumes, jobs: sides.Jobs, best: topk.Best, using: Weights) -> Parts:
    """Split the scores of some pairs into their parts.

    Contributions are the differences of rounded running totals, in the order of ``COMPONENTS``: whole steps that add
    up.
    """
    r, j = best.resumes, best.jobs
    masks = resumes.side.masks[r] & jobs.side.masks[j]
    found = scorer.numerators(resumes, jobs, r, j)
    found[(masks[:, None] & _BITS) == 0] = 0
    weight = np.array([using.components[name] for name in COMPONENTS])
    running = np.cumsum(found, axis=1) * (STEPS / UNIT) / scorer.judged_share(using)[masks, None]
    steps = np.floor(running + 1e-9).astype(np.int64)
    values = np.clip(np.round(found / (weight * UNIT) * VALUE_STEPS), 0, VALUE_STEPS).astype(np.int64)
    return Parts(r, j, best.scores, masks, values, np.diff(steps, axis=1, prepend=0), best.scores - steps[:, -1])


_BITS = np.array([BIT[name] for name in COMPONENTS], np.uint8)


def pairs(resumes: sides.Resumes, jobs: sides.Jobs, best: topk.Best, using: Weights) -> Pairs:
    """The parts of some pairs' scores, with each requirement of their jobs."""
    known = parts(resumes, jobs, best, using)
    weight = np.array([using.components[name] for name in COMPONENTS])
    shares = np.where(known.masks[:, None] & _BITS, weight / scorer.judged_share(using)[known.masks, None], 0.0)
    indptr, entry, credit, source = kernels.requirement_credits(
        resumes.held.sparse.indptr, resumes.held.sparse.ids, resumes.held.sparse.weights, resumes.held.source,
        jobs.wanted.sparse.indptr, jobs.wanted.sparse.ids, max(1, len(jobs.wanted.skills)), known.resumes, known.jobs,
    )  # fmt: skip
    return Pairs(**vars(known), shares=shares, indptr=indptr, entry=entry, credit=credit / CREDIT_SCALE, source=source)


def table(resumes: sides.Resumes, jobs: sides.Jobs, detail: Pairs, version: str, day: date) -> pa.Table:
    """Rows of ``tables.JOB_MATCHES`` for some pairs.

    Args:
        resumes, jobs: both sides.
        detail: from ``pairs``.
        version: the scorer's version.
        day: stands in for the day of a side that has none.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from jobmatch_dagster import tables
    from jobmatch_dagster.matching import component_text, skill_text

    people = resumes.table.select(["id", "user_id", "content_hash", "uploaded_on"]).take(pa.array(detail.resumes))
    ads = jobs.table.select(["id", "content_hash", "first_seen_on"]).take(pa.array(detail.jobs))
    skills = skill_text.describe(resumes, jobs, detail)
    days = [
        pc.fill_null(column, pa.scalar(day, pa.date32())) for column in (people["uploaded_on"], ads["first_seen_on"])
    ]
    constant = {"vetoes": "[]", "scorer_version": version}
    columns = {
        "resume_id": people["id"],
        "user_id": people["user_id"],
        "job_id": ads["id"],
        "score": pa.array(detail.scores / STEPS),
        "components": component_text.components(resumes, jobs, detail, skills),
        "matched_skills": skills.matched,
        "missing_skills": skills.missing,
        "abstained": _abstained(detail.masks),
        "sentence": component_text.sentences(resumes, jobs, detail, skills),
        "resume_hash": people["content_hash"],
        "job_hash": ads["content_hash"],
        "matched_on": pc.max_element_wise(*days),
    } | {name: pa.repeat(pa.scalar(text), len(detail.scores)) for name, text in constant.items()}
    return pa.table([columns[name] for name in tables.JOB_MATCHES.names], schema=tables.JOB_MATCHES)


def _abstained(masks: NDArray[np.uint8]) -> pa.Array:
    """Names of the components that each mask lacks."""
    import pyarrow as pa

    names = [[name for name in COMPONENTS if not mask & BIT[name]] for mask in range(1 << len(COMPONENTS))]
    return pa.array(names, pa.list_(pa.string())).take(pa.array(masks))
