"""Stage ``job_occupations``: which occupation each job's title names, in ``private.job_occupations``.

A job is looked at once per version of the list, and again when its text changed.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from jobmatch_dagster.stages.outcome import Outcome, one, turn

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings

OPEN = """
select j.id, j.title, j.content_hash
  from public.jobs j left join private.job_occupations o on o.job_id = j.id
 where (j.first_seen_on = %s or j.last_seen_on = %s)
   and (%s or o.job_id is null or o.content_hash <> j.content_hash or o.version <> %s)
 order by j.id
"""
KEEP = """
insert into private.job_occupations (job_id, occupation, likeness, content_hash, version)
select id, occupation, likeness, content_hash, %s
  from unnest(%s::uuid[], %s::text[], %s::float8[], %s::text[]) n (id, occupation, likeness, content_hash)
    on conflict (job_id) do update
   set occupation = excluded.occupation, likeness = excluded.likeness, content_hash = excluded.content_hash,
       version = excluded.version
"""
TOP = """
select l.label as occupation, count(*)::int as jobs
  from private.job_occupations o join private.occupations l on l.code = o.occupation
  join public.jobs j on j.id = o.job_id
 where j.last_seen_on = %s group by 1 order by 2 desc, 1 limit 8
"""


def name_day(settings: Settings, day: date, *, again: bool = False) -> Outcome:
    """Find the occupation of the day's jobs that were not looked at in this version.

    Args:
        settings: the process's settings.
        day: jobs first or last seen on this day are looked at.
        again: look at all of them again.

    Returns:
        Counts of jobs, looked at now, and of those without an occupation.
    """
    from jobmatch_dagster.occupations import catalogue
    from jobmatch_dagster.supabase import database

    outcome = Outcome("job_occupations", str(day))
    now = catalogue.version()
    with database.connect(settings) as conn, turn(conn, "job_occupations", "all"):
        _write_catalogue(conn, now)
        with outcome.timed("read"):
            jobs = database.read(conn, OPEN, (day, day, again, now))
        unnamed = 0
        if jobs.num_rows:
            from jobmatch_dagster.occupations.classify import classify

            with outcome.timed("classify"):
                codes, likeness = classify(jobs["title"])
            unnamed = codes.null_count
            columns = [jobs["id"], codes, likeness, jobs["content_hash"]]
            with outcome.timed("write"):
                outcome.changed = conn.execute(KEEP, (now, *(c.to_pylist() for c in columns))).rowcount
        total = one(conn, "select count(*) from public.jobs where first_seen_on = %s or last_seen_on = %s", (day, day))
        outcome.preview = [dict(zip(("occupation", "jobs"), row, strict=True)) for row in conn.execute(TOP, (day,))]
    outcome.counts = {"jobs": total, "looked at now": jobs.num_rows, "without an occupation": unnamed}
    return outcome


def _write_catalogue(conn: psycopg.Connection, version: str) -> None:
    """Bring the labels to the version of the list in use; does nothing when they are there already."""
    from jobmatch_dagster.occupations import catalogue

    if one(conn, "select exists (select from private.occupations where version = %s)", (version,)):
        return
    rows = [(o.code, o.label, o.group, version) for o in catalogue.load()]
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute("delete from private.occupations")
        cursor.executemany(
            'insert into private.occupations (code, label, "group", version) values (%s, %s, %s, %s)', rows
        )
