"""The database as the rest of the package uses it: connect, act as a person, merge in bulk, read in bulk.

How a server is started belongs to ``embedded``, what is in the database to ``migrations``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from jobmatch_dagster.errors import DatabaseUnavailable
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import embedded
from jobmatch_dagster.supabase.merging import Merged, append, merge
from jobmatch_dagster.supabase.reading import read

__all__ = ["Merged", "append", "connect", "dsn", "ids", "know_columns", "merge", "read", "transaction_as"]

_BULK_TIMEOUT = "1h"
# What a request of a person may take, as on Supabase.
_STATEMENT_TIMEOUT = {"anon": "3s", "authenticated": "8s", "service_role": "0"}


def dsn(settings: Settings) -> str:
    """The libpq connection string of the database in use.

    Raises:
        DatabaseUnavailable: the embedded default is meant and does not run.
    """
    if settings.supabase_db_url is not None:
        return settings.supabase_db_url.get_secret_value()
    if not embedded.is_running(settings):
        raise DatabaseUnavailable("The embedded Postgres", "does not run", "Start it with `jobmatch up`.")
    return embedded.dsn(settings)


def ids(values: Sequence[str]) -> str:
    """Ids as Postgres writes an array of them; sent as one text they travel in a tenth of the time."""
    return f"{{{','.join(values)}}}"


def connect(settings: Settings, *, timeout: int = 10) -> psycopg.Connection[Any]:
    """Open a connection in autocommit mode; transactions are explicit (``with connection.transaction()``).

    Args:
        settings: which database.
        timeout: seconds to wait for the connection.

    Raises:
        DatabaseUnavailable: it cannot be reached or refuses us; the message never shows the connection string.
    """
    target = dsn(settings)
    try:
        connection = psycopg.connect(target, autocommit=True, connect_timeout=timeout, application_name="jobmatch")
        if settings.mode == "supabase":  # where two minutes is the rule, and a backfill takes longer
            connection.execute("select set_config('statement_timeout', %s, false)", [_BULK_TIMEOUT])
    except psycopg.OperationalError as error:
        raise _unavailable(settings, error) from None
    return connection


def _unavailable(settings: Settings, error: psycopg.OperationalError) -> DatabaseUnavailable:
    subject = "The embedded Postgres" if settings.mode == "embedded" else "The database of SUPABASE_DB_URL"
    text = str(error)
    if "password authentication failed" in text or "Tenant or user not found" in text:
        return DatabaseUnavailable(
            subject, "refuses user name or password", "Copy SUPABASE_DB_URL anew from the project."
        )
    if "could not translate host name" in text or "Name or service not known" in text:
        return DatabaseUnavailable(subject, "has a host name that is not known", "Check the host in SUPABASE_DB_URL.")
    if "does not exist" in text:
        return DatabaseUnavailable(subject, "does not have the database that was asked for", "Run `jobmatch up`.")
    if "starting up" in text or "recovery" in text:
        return DatabaseUnavailable(
            subject, "is recovering after a crash", "Run `jobmatch up`; it waits until it is ready."
        )
    if "too many" in text:
        return DatabaseUnavailable(
            subject, "has no connection left", "Stop what is not needed, or use the session pooler."
        )
    remedy = "Run `jobmatch up`." if settings.mode == "embedded" else "Check network and project, and SUPABASE_DB_URL."
    return DatabaseUnavailable(subject, "cannot be reached", remedy)


@contextmanager
def transaction_as(
    connection: psycopg.Connection[Any],
    user_id: str | None,
    role: str = "authenticated",
    claims: Mapping[str, Any] | None = None,
) -> Iterator[psycopg.Connection[Any]]:
    """One transaction as the API would run it for this person: their role, their claims, that role's time limit.

    Args:
        connection: in autocommit mode and in no transaction; in an outer one the role would outlive the block.
        user_id: the account, which becomes claim ``sub``; None for anon.
        role: ``anon``, ``authenticated`` or ``service_role``.
        claims: further claims of a verified token; ``sub`` and ``role`` win over them.

    Raises:
        ValueError: the role is none of the three, or the connection is already in a transaction.
    """
    if role not in _STATEMENT_TIMEOUT:
        raise ValueError(f"{role!r} is not one of {', '.join(_STATEMENT_TIMEOUT)}")
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raise ValueError("transaction_as needs a connection that is in no transaction")
    token = {**(claims or {}), "role": role, **({"sub": user_id} if user_id else {})}
    if not user_id:
        token.pop("sub", None)
    query: LiteralString = (
        "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true),"
        " set_config('statement_timeout', %s, true)"
    )
    with connection.transaction():
        connection.execute(query, [role, json.dumps(token), _STATEMENT_TIMEOUT[role]])
        yield connection


def know_columns(connection: psycopg.Connection[Any], columns: Mapping[str, Sequence[str]]) -> None:
    """Let the planner look at columns of tables that nobody has looked at yet.

    Autovacuum looks within minutes; what joins tables that were filled a moment ago would be planned as if they were
    empty, and take a hundred times as long.

    Args:
        columns: by table (``public.jobs``), those that are joined and filtered by.
    """
    unknown = connection.execute(
        """select s.name from unnest(%s::text[]) as s (name)
            where not exists (select from pg_stats p where p.schemaname || '.' || p.tablename = s.name)""",
        (list(columns),),
    ).fetchall()
    for (table,) in unknown:
        looked_at = sql.SQL(", ").join(map(sql.Identifier, columns[table]))
        connection.execute(sql.SQL("analyze {} ({})").format(sql.Identifier(*table.split(".", 1)), looked_at))
