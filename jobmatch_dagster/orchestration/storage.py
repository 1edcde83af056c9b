"""Dagster's own storage on Postgres with connections that are kept.

dagster-postgres opens a connection for every statement, a thousand in a daily run: a third of what Dagster itself costs
a run, and a process of the server each. Here all instances of a process share a small pool.
"""

from __future__ import annotations

import os
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

from dagster_postgres import DagsterPostgresStorage
from dagster_postgres.utils import create_pg_engine, pg_url_from_config

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagster._core.storage.config import PostgresStorageConfig
    from dagster._serdes import ConfigurableClassData
    from sqlalchemy import Engine

KEPT_OPEN = 2


@lru_cache(maxsize=4)
def _engine(url: str) -> Engine:
    """The process's engine for a database. More connections than are kept are opened when threads need them at once.

    A connection is tried before it is used, so that a restart of the server is not noticed.
    """
    engine = create_pg_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=KEPT_OPEN, max_overflow=-1, pool_pre_ping=True
    )
    # A forked child must not speak over its parent's connections, nor close them.
    os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
    return engine


def _of_the_webserver(part: Any, optimise: Callable[..., None], **limits: int) -> None:
    """Dagster gives the UI an engine with a time limit a statement; its connections are tried before they are used too.

    Without it the first pages after a restart of the server are errors.
    """
    from sqlalchemy import event

    optimise(**limits)
    event.listen(part._engine, "checkout", _is_alive)


def _is_alive(connection: Any, *_: Any) -> None:
    import psycopg2
    from sqlalchemy.exc import DisconnectionError

    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except psycopg2.Error:
        raise DisconnectionError from None  # SQLAlchemy opens another one


class PooledPostgresStorage(DagsterPostgresStorage):
    """``DagsterPostgresStorage`` whose three parts use the process's pool."""

    def __init__(self, postgres_url: str, should_autocreate_tables: bool = True, **more: Any) -> None:
        super().__init__(postgres_url, should_autocreate_tables, **more)
        for part in (self._run_storage, self._event_log_storage, self._schedule_storage):
            part._engine = _engine(postgres_url)
            vars(part)["optimize_for_webserver"] = partial(_of_the_webserver, part, part.optimize_for_webserver)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> PooledPostgresStorage:
        """The storage that ``dagster.yaml`` asks for."""
        given = cast("PostgresStorageConfig", config_value)
        return cls(pg_url_from_config(given), bool(given.get("should_autocreate_tables", True)), inst_data=inst_data)
