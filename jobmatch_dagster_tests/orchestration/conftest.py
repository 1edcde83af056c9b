"""A real Dagster instance on the embedded Postgres, with this process's settings pointing at the module's database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import dagster as dg

    from jobmatch_dagster.settings import Settings


@pytest.fixture(scope="module")
def platform_settings(database: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """The settings that assets see: the module's database, and Dagster's own storage in another of the same server."""
    import psycopg
    from psycopg import sql

    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import embedded

    name = database.embedded_database + "_dagster"
    with psycopg.connect(embedded.dsn(database, "postgres"), autocommit=True) as conn:
        conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    ours = {
        "JOBMATCH_HOME": str(database.home),
        "JOBMATCH_DATABASE": database.embedded_database,
        "JOBMATCH_DAGSTER_DB_URL": embedded.dsn(database, name),
        "DAGSTER_HOME": str(tmp_path_factory.mktemp("dagster")),
    }
    before = {key: os.environ.get(key) for key in ours}
    os.environ.update(ours)
    settings.cache_clear()
    yield settings()
    for key, value in before.items():
        os.environ.pop(key) if value is None else os.environ.update({key: value})
    settings.cache_clear()
    with psycopg.connect(embedded.dsn(database, "postgres"), autocommit=True) as conn:
        conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def instance(platform_settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance as every command opens it."""
    from jobmatch_dagster.orchestration.instance import open_instance

    with open_instance(platform_settings) as opened:
        yield opened
