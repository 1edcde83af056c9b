"""Stage ``cleaned_jobs``: all raw postings of a day, over all boards, become rows of ``public.jobs``.

A job keeps one row through its life. The newest day on which it was seen decides its content, the oldest its
``first_seen_on``; so any day can be cleaned again, in any order, with the same rows at the end.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from jobmatch_dagster.stages.outcome import Outcome, keep_rejected, one, turn

if TYPE_CHECKING:
    import numpy as np
    import psycopg
    import pyarrow as pa

    from jobmatch_dagster.postings.clean import Cleaned
    from jobmatch_dagster.settings import Settings

RAW = """
select board, external_id, fetched_at, search_id, page_ref, payload
  from raw.postings where scraped_on = %s order by board, external_id
"""
NOTHING = """
select not exists (select from raw.postings where scraped_on = %s)
   and not exists (select from public.jobs where first_seen_on = %s and last_seen_on = %s)
"""
KNOWN = """
select j.id, j.board, j.external_id, j.title, j.company, j.city, j.region, j.country, j.location, j.content_hash,
       j.first_seen_on, j.last_seen_on, j.duplicate_of, j.group_id, encode(s.signature, 'hex') as signature,
       case when s.job_id is null then j.description end as description
  from public.jobs j left join private.job_signatures s on s.job_id = j.id and s.version = %(version)s
 where j.first_seen_on < %(day)s and (j.closed_on is null or j.closed_on >= %(day)s)
 order by j.id
"""
TEXTS = "select id::text, description from public.jobs where id = any(%s::uuid[]) and description is not null"
CLOSE = """
with walked as (
  select r.board, s.search, s.ended from private.scrape_runs r
   cross join lateral jsonb_to_recordset(r.searches) as s (search uuid, ended text) where r.day = %(day)s),
complete as (select distinct board, search from walked where ended = 'complete'),
whole as (
  select board from walked group by board
  having bool_and(exists (select from complete c where c.board = walked.board and c.search = walked.search)))
update public.jobs j set closed_on = %(day)s
  from raw.postings p
 where j.closed_on is null and j.last_seen_on < %(limit)s
   and p.board = j.board and p.external_id = j.external_id and p.scraped_on = j.last_seen_on
   and (exists (select from complete c where c.board = j.board and c.search = p.search_id)
        or (p.search_id is null and p.page_ref is not null and exists (select from whole w where w.board = j.board)))
"""
PREVIEW = ["title", "company", "city", "country", "remote", "salary_min", "salary_max", "salary_currency", "language"]


def clean_day(settings: Settings, day: date) -> Outcome:
    """Clean one day and write its jobs.

    Args:
        settings: the process's settings.
        day: the day whose raw postings are read.

    Returns:
        Counts of postings, jobs, duplicates, rejected postings and jobs by language; rows changed; seconds by step.
    """
    from jobmatch_dagster.boards.raw import from_raw
    from jobmatch_dagster.postings.clean import clean
    from jobmatch_dagster.supabase import database

    outcome = Outcome("cleaned_jobs", str(day))
    with database.connect(settings) as conn, turn(conn, "cleaned_jobs", "all"):
        if one(conn, NOTHING, (day, day, day)):
            outcome.changed = close_unseen(conn, day, settings.close_after_days)
            outcome.counts = {"postings": 0, "jobs": 0, "closed": outcome.changed}
            return outcome
        with outcome.timed("read"):
            postings = from_raw(database.read(conn, RAW, (day,)))
            known = _known(conn, day)
        cleaned = clean(postings, day=day, known=known, read_texts=lambda ids: dict(conn.execute(TEXTS, (ids,))))
        outcome.seconds |= cleaned.seconds
        with outcome.timed("write"):
            _write(conn, cleaned, day, outcome)
            keep_rejected(conn, "cleaned_jobs", day, cleaned.rejected)
            closed = close_unseen(conn, day, settings.close_after_days)
    jobs = cleaned.jobs
    outcome.changed += closed
    outcome.counts = {
        "postings": postings.num_rows,
        "jobs": jobs.num_rows,
        "duplicates": jobs.num_rows - jobs["duplicate_of"].null_count,
        "rejected": len(cleaned.rejected),
        "closed": closed,
        **{f"language {name}": n for name, n in _languages(jobs)},
    }
    outcome.preview = jobs.select(PREVIEW).slice(0, 8).to_pylist()
    return outcome


def _languages(jobs: pa.Table) -> list[tuple[str, int]]:
    counted = jobs["language"].value_counts().to_pylist()
    return sorted(((r["values"] or "not sure", r["counts"]) for r in counted), key=lambda item: (-item[1], item[0]))


def _known(conn: psycopg.Connection, day: date) -> pa.Table:
    """The open jobs of earlier days, each with the signature of its text, or with the text where there is none yet."""
    import pyarrow as pa

    from jobmatch_dagster.postings.duplicates import SIGNATURE_VERSION
    from jobmatch_dagster.supabase import database

    known = database.read(conn, KNOWN, {"day": day, "version": SIGNATURE_VERSION})
    marks = [mark and bytes.fromhex(mark) for mark in known["signature"].to_pylist()]
    return known.set_column(known.schema.get_field_index("signature"), "signature", pa.array(marks, pa.binary()))


def _keep_signatures(conn: psycopg.Connection, ids: pa.ChunkedArray, marks: np.ndarray) -> None:
    import pyarrow as pa

    from jobmatch_dagster.postings.duplicates import SIGNATURE_VERSION
    from jobmatch_dagster.supabase import database

    shown = ["\\x" + mark.tobytes().hex() for mark in marks.astype("<u4")]
    versions = pa.array([SIGNATURE_VERSION] * len(ids), pa.int32())
    rows = pa.table({"job_id": ids, "version": versions, "signature": pa.array(shown, pa.string())})
    database.merge(conn, "private.job_signatures", rows, key=["job_id"])


def _write(conn: psycopg.Connection, cleaned: Cleaned, day: date, outcome: Outcome) -> None:
    """Merge the day's jobs; a row that a later day has already seen keeps its content and only learns its first day."""
    import pyarrow.compute as pc

    from jobmatch_dagster.supabase import database

    jobs = cleaned.jobs
    with conn.transaction():
        later = database.read(
            conn, "select id, last_seen_on, first_seen_on from public.jobs where last_seen_on > %s", (day,)
        )
        is_later = pc.is_in(jobs["id"], value_set=later["id"].cast(jobs["id"].type).combine_chunks())
        older, newest = jobs.filter(is_later), pc.invert(is_later)
        outcome.add_merged(
            database.merge(
                conn,
                "public.jobs",
                jobs.filter(newest),
                key=["id"],
                guard=None,
                replace=("first_seen_on = %s and last_seen_on = %s", (day, day)),
                keep=["closed_on"],
                least=["first_seen_on"],
                greatest=["last_seen_on"],
            )
        )
        _keep_signatures(conn, jobs["id"].filter(newest), cleaned.signatures[newest.to_numpy(zero_copy_only=False)])
        if older.num_rows:
            moved = conn.execute(
                "update public.jobs set first_seen_on = %s where id = any(%s::uuid[]) and first_seen_on > %s",
                (day, older["id"].to_pylist(), day),
            )
            outcome.changed += moved.rowcount


def close_unseen(conn: psycopg.Connection, day: date, after_days: int) -> int:
    """Close the jobs that their search stopped showing, and open again those that are shown again.

    A job is closed on ``day`` when it was not seen for ``after_days`` days and the search that found it last came to
    its end on that very day. A search that was blocked, skipped, capped or cut short proves nothing, and no import
    does. A job whose search was removed since is closed once every search of its board came to its end.

    Returns:
        Number of jobs whose ``closed_on`` changed.
    """
    closed = conn.execute(CLOSE, {"day": day, "limit": day - timedelta(days=after_days)}).rowcount
    reopened = conn.execute(
        "update public.jobs set closed_on = null where last_seen_on = %s and closed_on <= %s", (day, day)
    ).rowcount
    return closed + reopened
