"""What would change: how far a job would rise if the résumé had one more of its missing skills.

Belongs here: the what-if for one pair, by scoring it again with a requirement met. Where a job stands now is the
caller's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from jobmatch_dagster.matching import scorer, sides, skill_features, skill_text, weights
from jobmatch_dagster.matching.features import BIT
from jobmatch_dagster.matching.weights import STEPS

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Change:
    """One missing or partly met skill: its label, the score with it, and the rank with it among the given scores."""

    skill: str
    score: float
    rank: int


def changes(
    resume: pa.Table, resume_skills: pa.Table, job: pa.Table, job_skills: pa.Table, others: list[float], *, day: date
) -> tuple[int, list[Change]]:
    """The skills whose addition lifts a job's rank most.

    Args:
        resume, resume_skills, job, job_skills: one pair, in the tables' rows.
        others: scores of the résumé's other matches.
        day: stands in for the day of a side that has none.

    Returns:
        the job's rank now, and the changes, the highest score first; empty where the component of skills abstains.
    """
    using = weights.load()
    there = sides.jobs(job, job_skills)
    here = sides.resumes(resume, resume_skills, there)
    how = scorer.rule(there, here, using, 0)
    row = np.zeros(1, np.int64)
    number = int(scorer.numerators(here, there, row, row).sum())
    both = int(here.side.masks[0] & there.side.masks[0])
    factor = float(how.factors[both] * how.richness[0])

    def rank(score: float) -> int:
        return 1 + sum(other > score for other in others)

    now = np.floor(number * factor) / STEPS
    if not both & BIT["skills"]:
        return rank(now), []
    held = dict(zip(here.held.sparse.ids.tolist(), here.held.sparse.weights.tolist(), strict=True))
    asked = there.wanted.sparse
    labels = skill_text.labels(there.skills, there.wanted.source)
    found = []
    for feature, share, label in zip(asked.ids.tolist(), asked.weights.tolist(), labels, strict=True):
        gain = (skill_features.CREDIT_SCALE - held.get(feature, 0)) * share
        if gain > 0:
            score = float(np.floor((number + gain) * factor) / STEPS)
            found.append(Change(label, score, rank(score)))
    return rank(now), sorted(found, key=lambda change: (-change.score, change.skill))
