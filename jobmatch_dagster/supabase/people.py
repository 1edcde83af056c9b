"""What is kept about a person: hand all of it out, or remove all of it and keep a receipt that names nobody.

Where a person's data can be is said once, in ``_ROWS`` and the bucket ``resumes``; a test looks for columns that name a
person and are not in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import accounts, database
from jobmatch_dagster.supabase.storage import RESUMES, file_store

# table -> which of its rows are the person's; in an order in which they can be deleted
_ROWS: dict[str, str] = {
    "public.match_feedback": "user_id = %(user)s",
    "matching.lists": "user_id = %(user)s",
    "private.next_lists": "user_id = %(user)s",
    "matching.resumes": "user_id = %(user)s",
    "private.ranking_log": "user_id = %(user)s",
    "public.resume_skills": "user_id = %(user)s",
    "private.scored": "side = 'resume' and id in (select id from public.resumes where user_id = %(user)s)",
    "public.resumes": "user_id = %(user)s",
    "public.users": "id = %(user)s",
    "auth.refresh_tokens": "user_id = %(user)s::text",
    "auth.sessions": "user_id = %(user)s",
    "auth.identities": "user_id = %(user)s",
    "auth.users": "id = %(user)s",
}
# What a person is shown of the rows of Supabase Auth; the rest is secrets.
_ACCOUNT = "id, email, phone, created_at, last_sign_in_at, raw_user_meta_data"


@dataclass(frozen=True)
class Receipt:
    """Proof of an erasure: its number, when, and how many rows and files of each kind went."""

    id: str
    erased_at: datetime
    counts: dict[str, int]


class PersonNotFound(JobmatchError):
    """There is no such account."""


def erase(settings: Settings, user: str, *, actor: str = "command") -> Receipt:
    """Remove a person: files, rows, account. Broken off anywhere, it can be called again and ends the same.

    Files go first, since a row tells where a file is and not the other way round; then all rows and the receipt in one
    transaction; on Supabase the account itself is removed by its identity provider at the end.

    Args:
        settings: which database, files and identity provider.
        user: the account's id or address.
        actor: who asked, for the audit log; a word or an account's id, never an address.

    Raises:
        PersonNotFound: no account has this id or address.
    """
    user_id = _find(settings, user)
    store = file_store(settings)
    names = [file.name for file in store.list(RESUMES, f"{user_id}/")]
    counts = {f"files in {RESUMES}": store.delete(RESUMES, names)}
    with database.connect(settings) as connection, connection.transaction():
        for table, where in _existing_rows(connection).items():
            if settings.mode == "supabase" and table.startswith("auth."):
                continue
            query = sql.SQL("delete from {} where {}").format(sql.Identifier(*table.split(".")), _raw(where))
            counts[table] = connection.execute(query, {"user": user_id}).rowcount
        connection.execute(
            "update private.audit_log set actor = case when actor = %(user)s then 'erased' else actor end,"
            " subject = case when subject = %(user)s then 'erased' else subject end"
            " where %(user)s in (actor, subject)",
            {"user": user_id},
        )
        receipt = _keep_receipt(connection, counts, "erased" if actor == user_id else actor)
    if settings.mode == "supabase":
        accounts.delete_user(settings, user_id)
    _sweep_files(store)
    return receipt


def export(settings: Settings, user: str) -> dict[str, Any]:
    """All that is kept about a person, as JSON-ready values: account, rows per table, files (without their content).

    Raises:
        PersonNotFound: no account has this id or address.
    """
    user_id = _find(settings, user)
    with database.connect(settings) as connection, connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        tables = {
            table: _rows(connection, f"select * from {table} where {where}", user_id)  # noqa: S608  # from _ROWS
            for table, where in _existing_rows(connection).items()
            if table.startswith("public.")
        }
        account = _rows(connection, f"select {_ACCOUNT} from auth.users where id = %(user)s", user_id)  # noqa: S608
        tables["public.job_matches"] = _rows(connection, _MATCHES, user_id)
    files = [
        {"name": file.name, "size": file.size, "content_type": file.content_type, "updated_at": str(file.updated_at)}
        for file in file_store(settings).list(RESUMES, f"{user_id}/")
    ]
    return {"account": account[0] if account else None, "files": files, **tables}


_MATCHES = """
select m.*, j.title, j.company, j.url
from public.job_matches m join public.jobs j on j.id = m.job_id
where m.user_id = %(user)s
order by m.score desc, m.job_id, m.resume_id
"""


def _find(settings: Settings, user: str) -> str:
    found = accounts.find_user(settings, user)
    if found is None:
        raise PersonNotFound("The person", "has no account here", "Give the account's id, or its e-mail address.")
    return found


def _raw(where: str) -> sql.SQL:
    return sql.SQL(where)  # type: ignore[arg-type]  # a constant of this module


def _existing_rows(connection: psycopg.Connection[Any]) -> dict[str, str]:
    found = connection.execute(
        "select name from unnest(%s::text[]) name where to_regclass(name) is not null", [list(_ROWS)]
    ).fetchall()
    there = {row[0] for row in found}
    return {table: where for table, where in _ROWS.items() if table in there}


def _rows(connection: psycopg.Connection[Any], query: str, user_id: str) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, {"user": user_id}).fetchall()  # type: ignore[arg-type]
    return [json.loads(json.dumps(row, default=str)) for row in rows]


def _keep_receipt(connection: psycopg.Connection[Any], counts: dict[str, int], actor: str) -> Receipt:
    row = connection.execute(
        "insert into private.erasure_receipts (counts) values (%s) returning id::text, erased_at", [json.dumps(counts)]
    ).fetchone()
    assert row is not None
    connection.execute(
        "insert into private.audit_log (actor, action, subject) values (%s, 'erase', %s)", [actor, f"receipt {row[0]}"]
    )
    return Receipt(row[0], row[1], counts)


def _sweep_files(store: Any) -> None:
    """A killed upload may have left a content without a row; it may be this person's."""
    from jobmatch_dagster.supabase.local_storage import LocalStore

    if isinstance(store, LocalStore):
        store.sweep(older_than=60)
