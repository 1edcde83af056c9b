"""The other direction: the best résumés of one job. Scoring is elsewhere."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def best_resumes(
    job: pa.Table,
    job_skills: pa.Table,
    resumes: pa.Table,
    resume_skills: pa.Table,
    *,
    top: int,
    min_score: float = 0.0,
    threads: int = 1,
    day: date,
) -> pa.Table:
    """The best résumés of one job, best first; for the data team only, never for other people.

    Args:
        job, job_skills: one row of ``tables.JOBS`` and its rows of ``tables.JOB_SKILLS``.
        resumes, resume_skills: rows of ``tables.RESUMES`` and ``tables.RESUME_SKILLS``.
        top: résumés returned.
        min_score, threads, day: as for ``scorer.match``.

    Returns:
        rows of ``tables.JOB_MATCHES``; equal scores by résumé id, ascending.
    """
    from jobmatch_dagster.matching import scorer

    found = scorer.match(
        resumes, resume_skills, job, job_skills, top=1, min_score=min_score, threads=threads, day=day
    ).matches
    return found.sort_by([("score", "descending"), ("resume_id", "ascending")]).slice(0, top)
