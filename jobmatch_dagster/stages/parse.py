"""Stage ``parsed_resumes``: the files uploaded on a day become rows of ``public.resumes`` and ``public.resume_skills``.

The bucket decides what there is to do: an object without a row of its version is parsed, a row without an object goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.stages.outcome import Outcome, keep_rejected, turn

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

    from jobmatch_dagster.settings import Settings

FILES_AT_ONCE = 100  # a block is in memory at once and written in one transaction

# One row an object of the bucket: who owns it, its version (the eTag of its content) and the day it arrived.
OBJECTS = """
select o.name, coalesce(o.owner_id, split_part(o.name, '/', 1)) as user_id,
       coalesce(o.metadata ->> 'eTag', o.version, o.updated_at::text) as file_version,
       (coalesce(o.updated_at, o.created_at) at time zone 'utc')::date as uploaded_on
  from storage.objects o
 where o.bucket_id = 'resumes'
"""
UNPARSED = f"""
select o.* from ({OBJECTS}) o
 where not exists (select from public.resumes r where r.user_id::text = o.user_id
                      and r.file_version = o.file_version and r.parser_version = %(version)s)
   and not exists (select from private.rejected x where x.stage = 'parsed_resumes' and x.subject = o.name
                      and x.detail ->> 'file_version' = o.file_version)
"""  # noqa: S608 - no input in it
GONE = f"""
delete from public.resumes r
 where not exists (select from ({OBJECTS}) o where o.user_id = r.user_id::text and o.file_version = r.file_version)
"""  # noqa: S608 - no input in it


def unparsed(
    conn: psycopg.Connection, day: date | None = None, *, again: bool = False
) -> list[tuple[str, str, str, date]]:
    """Objects of the bucket that have no row yet: (name, user id, file version, day of upload), oldest name first.

    Args:
        conn: a database connection.
        day: only those uploaded on this day (UTC).
        again: those that have a row, too.
    """
    from jobmatch_dagster.resumes.parse import PARSER_VERSION

    query = f"select o.* from ({OBJECTS}) o" if again else UNPARSED  # noqa: S608 - no input in it
    rows = conn.execute(query + " order by o.uploaded_on, o.name", {"version": PARSER_VERSION}).fetchall()
    return [row for row in rows if day is None or row[3] == day]


def parse_day(
    settings: Settings,
    day: date,
    *,
    only: Sequence[str] | None = None,
    again: bool = False,
    on_progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Parse the files uploaded on a day that have no row of this version yet, and drop rows whose file is gone.

    Args:
        settings: the process's settings.
        day: day of upload (UTC).
        only: object names to restrict the run to (the sensor names its batch).
        again: parse the files that have a row of this version, too.
        on_progress: called with a short sentence now and then.

    Returns:
        Counts of files, parsed now, by status and the skills found.
    """
    from jobmatch_dagster.supabase import database

    outcome = Outcome("parsed_resumes", str(day))
    with database.connect(settings) as conn, turn(conn, "parsed_resumes", "all"):
        outcome.changed += conn.execute(GONE).rowcount
        todo = unparsed(conn, day, again=again)
        if only is not None:
            todo = [row for row in todo if row[0] in set(only)]
        known = {str(row[0]) for row in conn.execute("select id from public.users")}
        orphans = [row for row in todo if row[1] not in known]
        _reject_orphans(conn, orphans)
        owned = [row for row in todo if row[1] in known]
        for start in range(0, len(owned), FILES_AT_ONCE):
            rows = _parse(settings, owned[start : start + FILES_AT_ONCE], outcome)
            if rows.num_rows:
                with outcome.timed("write"):
                    _write(conn, rows, outcome)
            if on_progress:
                on_progress(f"{min(start + FILES_AT_ONCE, len(owned))} of {len(owned)} files read")
        _describe(conn, day, outcome, rejected=len(orphans), parsed=len(owned))
    return outcome


def _reject_orphans(conn: psycopg.Connection, orphans: list[tuple[str, str, str, date]]) -> None:
    """Keep note of files that belong to nobody; they are looked at again when they are replaced."""
    for day in {row[3] for row in orphans}:
        keep_rejected(
            conn,
            "parsed_resumes",
            day,
            [
                {
                    "subject": name,
                    "reason": "its folder is not the id of a person; upload to <user id>/<file>",
                    "detail": {"file_version": file_version},
                }
                for name, _, file_version, uploaded in orphans
                if uploaded == day
            ],
        )


def _parse(settings: Settings, todo: list[tuple[str, str, str, date]], outcome: Outcome) -> pa.Table:
    """Fetch and parse the files; one row a person and content, the last name wins. A file that went in the meantime has
    no row: its owner took it back."""
    import pyarrow as pa

    from jobmatch_dagster.resumes.model import Limits
    from jobmatch_dagster.resumes.pool import parse_many
    from jobmatch_dagster.resumes.table import to_table
    from jobmatch_dagster.supabase.storage import FileMissing, file_store

    store = file_store(settings)
    seen: dict[tuple[str, str], tuple[str, str, date]] = {}
    contents: dict[tuple[str, str], bytes] = {}
    with outcome.timed("fetch files"):
        for name, user, file_version, uploaded in todo:
            try:
                data = store.get("resumes", name)
            except FileMissing:
                continue
            key = (user, hashlib.sha256(data).hexdigest())
            seen[key] = (name, file_version, uploaded)
            contents[key] = data
    keys = list(seen)
    files = [(seen[key][0].rsplit("/", 1)[-1], contents[key]) for key in keys]
    with outcome.timed("parse"):
        parsed = list(parse_many(files, workers=settings.resume_workers, limits=Limits.from_settings(settings)))
    table = to_table(
        parsed, [k[0] for k in keys], [seen[k][0] for k in keys], [k[1] for k in keys], [seen[k][2] for k in keys]
    )
    at = table.schema.get_field_index("file_version")
    versions = pa.array([seen[k][1] for k in keys], pa.string())
    return table.set_column(at, table.schema.field(at), versions)


def _write(conn: psycopg.Connection, rows: pa.Table, outcome: Outcome) -> None:
    from jobmatch_dagster.skills.tables import resume_skills
    from jobmatch_dagster.stages.read_skills import write_taxonomy
    from jobmatch_dagster.supabase import database

    write_taxonomy(conn, outcome)
    skills = resume_skills(rows)
    with conn.transaction():
        rows, skills = _of_people_still_here(conn, rows, skills)
        ids = rows["id"].to_pylist()
        replaced = conn.execute(
            "delete from public.resumes where file_path = any(%s) and id <> all(%s::uuid[])",
            (rows["file_path"].to_pylist(), ids),
        )
        outcome.changed += replaced.rowcount
        outcome.add_merged(database.merge(conn, "public.resumes", rows, key=["id"], guard=None))
        outcome.add_merged(
            database.merge(
                conn,
                "public.resume_skills",
                skills,
                key=["resume_id", "skill_id"],
                guard=None,
                replace=("resume_id = any(%s::uuid[])", (ids,)),
            )
        )


def _of_people_still_here(conn: psycopg.Connection, rows: pa.Table, skills: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The rows of people who have not been erased since their files were listed.

    Their accounts are held until the transaction ends, so that an erasure waits and then takes these rows along.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    query = "select id::text from public.users where id = any(%s::uuid[]) order by id for key share"
    here = pa.array([row[0] for row in conn.execute(query, (rows["user_id"].unique().to_pylist(),))], pa.string())

    def kept(table: pa.Table) -> pa.Table:
        return table.filter(pc.is_in(table["user_id"].cast(pa.string()), value_set=here))

    return kept(rows), kept(skills)


def _describe(conn: psycopg.Connection, day: date, outcome: Outcome, **counts: Any) -> None:
    by_status = conn.execute(
        "select status, count(*) from public.resumes where uploaded_on = %s group by 1 order by 2 desc, 1", (day,)
    ).fetchall()
    total = sum(n for _, n in by_status)
    outcome.counts = {"files": total, "parsed now": counts["parsed"], "rejected": counts["rejected"], **dict(by_status)}
    columns = ("status", "layout", "language", "confidence", "experience_years", "seniority")
    outcome.preview = [
        dict(zip(columns, row, strict=True))
        for row in conn.execute(
            f"select {', '.join(columns)} from public.resumes where uploaded_on = %s order by id limit 8",  # noqa: S608
            (day,),
        )
    ]
