"""The API's connections: a bounded pool, and transactions as a person, as nobody, or as the service.

A database that goes away costs a quick 503 for whoever asks meanwhile; the pool finds it again by itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from jobmatch_dagster.api.tokens import Person
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import embedded
from jobmatch_dagster.supabase.database import transaction_as

# Somebody who waits longer for a connection is better told to come again; sooner while the database is away.
_WAIT_SECONDS = 3.0
_WAIT_SECONDS_WHILE_AWAY = 0.25
_MOST_WAITING = 200

Rows = list[dict[str, Any]]


class Connections:
    """A pool on the database in use. ``open`` and ``close`` belong to the application's life."""

    def __init__(self, settings: Settings) -> None:
        url = settings.supabase_db_url
        # The pool logs each failed try with the server's words; what matters is counted and shown by /v1/ready.
        logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            url.get_secret_value() if url else embedded.dsn(settings),
            kwargs={
                "autocommit": True,
                "row_factory": dict_row,
                "application_name": "jobmatch-api",
                "connect_timeout": 5,
            },
            min_size=1,
            max_size=settings.api_connections,
            max_waiting=_MOST_WAITING,
            timeout=_WAIT_SECONDS,
            reconnect_timeout=_WAIT_SECONDS,
            check=ConnectionPool.check_connection,
            open=False,
        )
        self._is_away = False

    def open(self) -> None:
        """Begin to connect; does not wait for the database."""
        self._pool.open(wait=False)

    def close(self) -> None:
        """Give all connections back."""
        self._pool.close(timeout=2)

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of the pool, with less patience while the last one who asked got none."""
        try:
            connection = self._pool.getconn(_WAIT_SECONDS_WHILE_AWAY if self._is_away else _WAIT_SECONDS)
        except PoolTimeout:
            self._is_away = True
            raise
        self._is_away = False
        try:
            yield connection
        finally:
            self._pool.putconn(connection)

    @contextmanager
    def as_person(self, person: Person | None) -> Iterator[psycopg.Connection[Any]]:
        """One transaction in which row-level security decides what this person sees and does; None is anybody."""
        with self._connection() as connection:
            if person is None:
                with transaction_as(connection, None, "anon"):
                    yield connection
            else:
                with transaction_as(connection, person.id, "authenticated", person.claims):
                    yield connection

    @contextmanager
    def as_service(self) -> Iterator[psycopg.Connection[Any]]:
        """One transaction with the service's rights, for the data team's tables; never for what a person asks."""
        with self._connection() as connection, transaction_as(connection, None, "service_role"):
            yield connection

    @contextmanager
    def as_owner(self) -> Iterator[psycopg.Connection[Any]]:
        """One transaction with the rights of the identity provider's tables, which no role of the API has."""
        with self._connection() as connection, connection.transaction():
            yield connection

    def figures(self) -> dict[str, int]:
        """How the pool does: size, available, waiting and the errors so far."""
        return dict(self._pool.get_stats())
