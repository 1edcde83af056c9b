"""Stage ``job_skills``: find what the day's jobs ask for and write ``public.job_skills`` and ``public.skills``.

A text is read once per version of taxonomy and extractor; ``private.read_jobs`` remembers which. ``read_day`` is for
the days that run; ``read_outdated`` for all others, when a new version is there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from jobmatch_dagster.stages.outcome import Outcome, one, turn

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

    from jobmatch_dagster.settings import Settings

UNREAD = """
select j.id, j.title, j.description, j.language, j.content_hash
  from public.jobs j
  left join private.read_jobs r on r.job_id = j.id
 where (j.first_seen_on = %s or j.last_seen_on = %s)
   and (%s or r.job_id is null or r.content_hash <> j.content_hash or r.version <> %s)
 order by j.id
"""
_OUTDATED_ROWS = """
  from public.jobs j
  left join private.read_jobs r on r.job_id = j.id
 where j.closed_on is null and (r.job_id is null or r.content_hash <> j.content_hash or r.version <> %s)
"""
OUTDATED = f"select j.id, j.title, j.description, j.language, j.content_hash {_OUTDATED_ROWS} order by j.id limit %s"
HOW_MANY_OUTDATED = f"select count(*) {_OUTDATED_ROWS}"
BLOCK = 5000
"""Jobs that ``read_outdated`` reads and writes at once: what an interruption costs."""
ANY_SKILL = "select exists (select from public.job_skills where job_id = any(%s::uuid[]))"
TOP = """
select s.label as skill, s.kind, count(*)::int as jobs, count(*) filter (where k.requirement = 'required')::int as
required
  from public.job_skills k join public.skills s on s.id = k.skill_id join public.jobs j on j.id = k.job_id
 where j.last_seen_on = %s group by 1, 2 order by 3 desc, 1 limit 8
"""


def version() -> str:
    """What the reading of a text depends on besides the text: taxonomy and extractor."""
    from jobmatch_dagster.skills import extractor

    return extractor.version()


def read_day(settings: Settings, day: date, *, again: bool = False) -> Outcome:
    """Read the skills of the day's jobs that were not read yet in this version.

    Args:
        settings: the process's settings.
        day: jobs first or last seen on this day are read.
        again: read all of them, also those that this version has read.

    Returns:
        Counts of jobs read, jobs already known, skills found and jobs without any.
    """
    from jobmatch_dagster.supabase import database

    outcome = Outcome("job_skills", str(day))
    with database.connect(settings) as conn, turn(conn, "job_skills", "all"):
        write_taxonomy(conn, outcome)
        now = version()
        with outcome.timed("read"):
            jobs = database.read(conn, UNREAD, (day, day, again, now))
        found, candidates = _read(conn, jobs, now, outcome)
        total = one(conn, "select count(*) from public.jobs where first_seen_on = %s or last_seen_on = %s", (day, day))
        outcome.preview = [
            dict(zip(("skill", "kind", "jobs", "required"), r, strict=True)) for r in conn.execute(TOP, (day,))
        ]
    with_skill = len(set(found["job_id"].to_pylist()))
    outcome.counts = {
        "jobs": total,
        "read now": jobs.num_rows,
        "skills found": found.num_rows,
        "jobs without a skill": jobs.num_rows - with_skill,
        "unknown words": candidates.num_rows,
    }
    return outcome


def read_outdated(settings: Settings, on_progress: Callable[[int, int], None] | None = None) -> Outcome:
    """Read the skills of all open jobs, of whatever day, that this version of taxonomy and extractor has not read.

    Blocks are written as they are done, so that an interrupted run goes on where it was.

    Args:
        settings: the process's settings.
        on_progress: called after each block with the jobs read so far and those that there are to read.

    Returns:
        Counts of jobs read and skills found.
    """
    from jobmatch_dagster.supabase import database

    outcome = Outcome("job_skills", "outdated")
    done, skills = 0, 0
    with database.connect(settings) as conn, turn(conn, "job_skills", "all"):
        write_taxonomy(conn, outcome)
        now = version()
        total = one(conn, HOW_MANY_OUTDATED, (now,))
        while (jobs := database.read(conn, OUTDATED, (now, BLOCK))).num_rows:
            found, _ = _read(conn, jobs, now, outcome)
            done, skills = done + jobs.num_rows, skills + found.num_rows
            if on_progress is not None:
                on_progress(done, max(done, total))
    outcome.counts = {"read now": done, "skills found": skills}
    return outcome


def _read(conn: psycopg.Connection, jobs: pa.Table, now: str, outcome: Outcome) -> tuple[pa.Table, pa.Table]:
    """Find the skills of these jobs and replace what was known of them; returns skills and unknown words."""
    from jobmatch_dagster.skills.tables import job_skills_and_candidates
    from jobmatch_dagster.supabase import database

    with outcome.timed("find skills"):
        found, candidates = job_skills_and_candidates(jobs)
    ids = f"{{{','.join(jobs['id'].to_pylist())}}}"  # as Postgres writes an array, which is quick to send
    with outcome.timed("write"), conn.transaction():
        key = ["job_id", "skill_id"]
        if one(conn, ANY_SKILL, (ids,)):
            of_these = ("job_id = any(%s::uuid[])", (ids,))
            merged = database.merge(conn, "public.job_skills", found, key=key, guard=None, replace=of_these)
        else:
            merged = database.append(conn, "public.job_skills", found, key=key)
        outcome.add_merged(merged)
        conn.execute("delete from private.candidate_skills where job_id = any(%s::uuid[])", (ids,))
        database.append(conn, "private.candidate_skills", candidates, key=["job_id", "surface"])
        conn.execute(
            """insert into private.read_jobs (job_id, content_hash, version)
               select id, content_hash, %s from public.jobs where id = any(%s::uuid[])
               on conflict (job_id) do update
                  set content_hash = excluded.content_hash, version = excluded.version""",
            (now, ids),
        )
    return found, candidates


def write_taxonomy(conn: psycopg.Connection, outcome: Outcome) -> None:
    """Bring ``public.skills`` to the version of the taxonomy in use; does nothing when it is there already."""
    from jobmatch_dagster.skills import taxonomy
    from jobmatch_dagster.supabase import database

    loaded = taxonomy.load()
    if one(conn, "select exists (select from public.skills where taxonomy_version = %s)", (loaded.version,)):
        return
    with outcome.timed("taxonomy"):
        database.merge(conn, "public.skills", loaded.table(), key=["id"], guard=None)
