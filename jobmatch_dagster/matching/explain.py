"""What a match is made of, for people: components, requirements met and missing with evidence, one plain sentence.

Belongs here: everything that is stored beside a score. Only the kept pairs get here. The score itself is the scorer's; this
module splits it so that the parts add up to it exactly.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import kernels, scorer
from jobmatch_dagster.matching.features import BIT
from jobmatch_dagster.matching.skill_features import CREDIT_SCALE
from jobmatch_dagster.matching.weights import COMPONENTS, EVIDENCE, STEPS, UNIT, Weights

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching import sides, topk

MET = 0.75  # credit from which a requirement counts as met; below, partly


@dataclass
class Pairs:
    """The parts of some pairs' scores.

    Attributes:
        resumes, jobs: rows of the pairs.
        scores: in steps.
        masks: bits of the components that were judged.
        values: pairs × components, 0 to 1 (NaN where a component abstained).
        shares: pairs × components, weights after scaling.
        contributions: pairs × components, in steps.
        evidence: in steps, what was taken off (0 or less); contributions and it add up to the score.
        indptr, entry, credit, source: requirements of each pair's job, see ``kernels.requirement_credits``.
    """

    resumes: NDArray[np.int64]
    jobs: NDArray[np.int64]
    scores: NDArray[np.int64]
    masks: NDArray[np.uint8]
    values: NDArray[np.float64]
    shares: NDArray[np.float64]
    contributions: NDArray[np.int64]
    evidence: NDArray[np.int64]
    indptr: NDArray[np.int64]
    entry: NDArray[np.int64]
    credit: NDArray[np.float64]
    source: NDArray[np.int64]

    def abstained_counts(self) -> dict[str, int]:
        """Per component, how many pairs it abstained from."""
        return {name: int((self.masks & BIT[name] == 0).sum()) for name in COMPONENTS}


def pairs(resumes: sides.Resumes, jobs: sides.Jobs, best: topk.Best, using: Weights) -> Pairs:
    """Split the scores of some pairs into their parts.

    Contributions are the differences of rounded running totals, in the order of ``COMPONENTS``: whole steps that add up.
    """
    r, j = best.resumes, best.jobs
    masks = resumes.side.masks[r] & jobs.side.masks[j]
    parts = scorer.numerators(resumes, jobs, r, j)
    judged = (masks[:, None] & np.array([BIT[name] for name in COMPONENTS])) > 0
    weight = np.array([using.components[name] for name in COMPONENTS])
    share = scorer.judged_share(using)[masks]
    running = np.cumsum(np.where(judged, parts, 0), axis=1) * (STEPS / UNIT) / share[:, None]
    steps = np.floor(running + 1e-9).astype(np.int64)
    contributions = np.diff(steps, axis=1, prepend=0)
    requirements = kernels.requirement_credits(
        resumes.held.sparse.indptr, resumes.held.sparse.ids, resumes.held.sparse.weights, resumes.held.source,
        jobs.wanted.sparse.indptr, jobs.wanted.sparse.ids, max(1, len(jobs.wanted.skills)), r, j,
    )  # fmt: skip
    return Pairs(
        r,
        j,
        best.scores,
        masks,
        np.where(judged, parts / (weight * UNIT), np.nan),
        np.where(judged, weight / share[:, None], 0.0),
        contributions,
        best.scores - steps[:, -1],
        requirements[0],
        requirements[1],
        requirements[2] / CREDIT_SCALE,
        requirements[3],
    )


def table(resumes: sides.Resumes, jobs: sides.Jobs, detail: Pairs, version: str, day: date) -> pa.Table:
    """Rows of ``tables.JOB_MATCHES`` for some pairs.

    Args:
        resumes, jobs: both sides.
        detail: from ``pairs``.
        version: the scorer's version.
        day: stands in for the day of a side that has none.
    """
    import pyarrow as pa

    from jobmatch_dagster import tables

    people = resumes.table.select(["id", "user_id", "content_hash", "uploaded_on"]).take(pa.array(detail.resumes))
    ads = jobs.table.select(["id", "content_hash", "first_seen_on", "title"]).take(pa.array(detail.jobs))
    rows = [_row(resumes, jobs, detail, pair) for pair in range(len(detail.scores))]
    days = [
        max(a or day, b or day)
        for a, b in zip(people["uploaded_on"].to_pylist(), ads["first_seen_on"].to_pylist(), strict=True)
    ]
    columns = {
        "resume_id": people["id"],
        "user_id": people["user_id"],
        "job_id": ads["id"],
        "score": pa.array(detail.scores / STEPS),
        "components": pa.array([row[0] for row in rows], pa.string()),
        "matched_skills": pa.array([row[1] for row in rows], pa.string()),
        "missing_skills": pa.array([row[2] for row in rows], pa.string()),
        "vetoes": pa.array(["[]"] * len(rows), pa.string()),
        "abstained": pa.array([row[3] for row in rows], pa.list_(pa.string())),
        "sentence": pa.array([row[4] for row in rows], pa.string()),
        "scorer_version": pa.array([version] * len(rows), pa.string()),
        "resume_hash": people["content_hash"],
        "job_hash": ads["content_hash"],
        "matched_on": pa.array(days, pa.date32()),
    }
    return pa.table(columns, schema=tables.JOB_MATCHES)


def _row(resumes: sides.Resumes, jobs: sides.Jobs, detail: Pairs, pair: int) -> tuple[str, str, str, list[str], str]:
    components: dict[str, Any] = {}
    for place, name in enumerate(COMPONENTS):
        if detail.masks[pair] & BIT[name]:
            components[name] = {
                "weight": round(float(detail.shares[pair, place]), 4),
                "value": round(float(detail.values[pair, place]), 4),
                "contribution": detail.contributions[pair, place].item() / STEPS,
            }
    if detail.evidence[pair]:
        taken = detail.evidence[pair].item() / STEPS
        components[EVIDENCE] = {"weight": round(taken, 4), "value": 1.0, "contribution": taken}
    matched, missing = [], []
    for at in range(detail.indptr[pair], detail.indptr[pair + 1]):
        source = jobs.wanted.source[detail.entry[at]]
        ask = jobs.skills.slice(source, 1).to_pylist()[0]
        item = {"skill": ask["skill_id"], "label": ask["surface"], "requirement": ask["requirement"]}
        if detail.source[at] >= 0:
            have = resumes.skills.slice(detail.source[at], 1).to_pylist()[0]
            matched.append(
                item
                | {
                    "credit": round(float(detail.credit[at]), 3),
                    "job_evidence": ask["evidence"],
                    "resume_evidence": have["evidence"],
                }
            )
        else:
            missing.append(item | {"weight": ask["weight"], "job_evidence": ask["evidence"]})
    abstained = [name for name in COMPONENTS if not detail.masks[pair] & BIT[name]]
    sentence = (
        f"{len(matched)} of {len(matched) + len(missing)} requirements met."
        if matched or missing
        else "Ranked by its title."
    )
    return json.dumps(components), json.dumps(matched), json.dumps(missing), abstained, sentence
