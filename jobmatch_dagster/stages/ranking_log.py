"""Rankings that could be seen in the past, and whether they come out the same again.

``private.ranking_log`` has, per résumé and moment, the versions and the hashes of what was scored. A pair whose two
sides still have those hashes is scored again with the scorer in use, where that is the one that made the ranking.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.errors import JobmatchError

if TYPE_CHECKING:
    import psycopg

AT = """
select at, scorer_version, resume_hash, job_ids::text[], job_hashes, scores from private.ranking_log
 where resume_id = %s and at <= %s order by id desc limit 1
"""
RESUME = "select * from public.resumes where id = %s and content_hash = %s"
RESUME_SKILLS = "select * from public.resume_skills where resume_id = %s order by skill_id"
JOBS = """
select j.* from public.jobs j join unnest(%s::uuid[], %s::text[]) as shown (id, content_hash)
    on shown.id = j.id and shown.content_hash = j.content_hash order by j.id
"""
JOB_SKILLS = "select * from public.job_skills where job_id = any(%s::uuid[]) order by job_id, skill_id"


def served(conn: psycopg.Connection, resume: str, at: datetime) -> dict[str, Any]:
    """The ranking of a résumé that could be seen at a moment.

    Returns:
        ``resume_id, seen_from, scorer_version, resume_hash, ranking: [{job_id, job_hash, score, again}]``; ``again``
        is the score that comes out now, null where a side has changed since or another scorer is in use.

    Raises:
        JobmatchError: there was no ranking yet.
    """
    row = conn.execute(AT, (resume, at)).fetchone()
    if row is None:
        raise JobmatchError(
            f"The résumé {resume}", f"had no ranking on {at:%Y-%m-%d %H:%M}", "Check its id and the time."
        )
    since, version, resume_hash, jobs, hashes, scores = row
    again = _again(conn, resume, version, resume_hash, jobs, hashes)
    return {
        "resume_id": resume,
        "seen_from": since.isoformat(),
        "scorer_version": version,
        "resume_hash": resume_hash,
        "ranking": [
            {"job_id": job, "job_hash": content, "score": score, "again": again.get(job)}
            for job, content, score in zip(jobs, hashes, scores, strict=True)
        ],
    }


def _again(
    conn: psycopg.Connection, resume: str, version: str, resume_hash: str, jobs: list[str], hashes: list[str]
) -> dict[str, float]:
    """Scores of the pairs that can be scored again, by job."""
    from jobmatch_dagster.matching import scorer
    from jobmatch_dagster.supabase import database

    person = database.read(conn, RESUME, (resume, resume_hash))
    if version != scorer.SCORER_VERSION or not person.num_rows:
        return {}
    ads = database.read(conn, JOBS, (jobs, hashes))
    found = scorer.match(
        person, database.read(conn, RESUME_SKILLS, (resume,)), ads, database.read(conn, JOB_SKILLS, (jobs,)),
        top=len(jobs), min_score=0.0, threads=1, day=date.today(),
    ).matches  # fmt: skip
    return dict(zip(found["job_id"].to_pylist(), found["score"].to_pylist(), strict=True))
