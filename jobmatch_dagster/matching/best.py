"""Keeping the best: merging the matches of several runs, and the best résumés of one job.

Belongs here: the written rule of order (score down, then job id up) applied to tables of matches. Scoring is elsewhere.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


def keep_top(existing: pa.Table, new: pa.Table, top: int) -> pa.Table:
    """The best ``top`` matches of each résumé out of what was there and what is new.

    A pair that is in both counts as the new one says. Equal scores are ordered by job id, ascending, so the result
    does not depend on the order in which days were scored.

    Args:
        existing, new: rows of ``tables.JOB_MATCHES`` (or of any schema with resume_id, job_id and score).
        top: rows kept per résumé.

    Returns:
        rows ordered by résumé id, then rank.
    """
    import pyarrow as pa

    both = pa.concat_tables([new, existing]).combine_chunks()
    columns = both.select(["resume_id", "job_id", "score"]).append_column("place", pa.array(np.arange(len(both))))
    first = columns.group_by(["resume_id", "job_id"], use_threads=False).aggregate([("place", "min")])
    kept = both.take(first["place_min"])
    kept = kept.sort_by([("resume_id", "ascending"), ("score", "descending"), ("job_id", "ascending")])
    owner = kept["resume_id"].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    if not len(owner):
        return kept
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    rank = np.arange(len(owner)) - np.repeat(starts, np.diff(np.append(starts, len(owner))))
    return kept.filter(pa.array(rank < top))


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
