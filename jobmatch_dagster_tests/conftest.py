"""Fixtures that every room's tests share: a real embedded Postgres, migrated, a database of its own for each module.

One server serves all workers of a test run; it is started by the first test that needs it, lives in a folder of its own
under the system's temporary folder, and is stopped when the run ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings

_HOME = "JOBMATCH_TEST_HOME"
_TEMPLATE = "migrated"

# A developer's runs look for new examples; CI asks for the same ones each time, so that a red run is about the change.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process names the server's folder; the workers inherit it."""
    # What `jobmatch warm` has built serves the tests, too; each test run building it anew would take minutes.
    os.environ.setdefault("JOBMATCH_CACHE", str(Path(__file__).resolve().parents[1] / ".jobmatch" / "cache"))
    if not hasattr(config, "workerinput") and _HOME not in os.environ:
        # A short path: a Unix socket's may not be long.
        os.environ[_HOME] = tempfile.mkdtemp(prefix="jobmatch-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server with the run that started it."""
    if hasattr(config, "workerinput") or _HOME not in os.environ:
        return
    home = os.environ.pop(_HOME)
    if (Path(home) / "postgres").exists():
        from jobmatch_dagster.supabase import embedded

        embedded.down(_settings(Path(home), "postgres"))
    shutil.rmtree(home, ignore_errors=True)


def _settings(home: Path, database: str) -> Settings:
    from jobmatch_dagster.settings import load

    return load(
        home=home, embedded_database=database, supabase_url=None, supabase_secret_key=None, supabase_db_url=None
    )


@pytest.fixture(scope="session")
def server() -> Settings:
    """Settings of the running server whose database ``migrated`` is the template of every module's own."""
    import psycopg

    from jobmatch_dagster.supabase import embedded, migrations

    template = _settings(Path(os.environ[_HOME]), _TEMPLATE)
    embedded.up(template)
    with psycopg.connect(embedded.dsn(template, "postgres"), autocommit=True) as connection:
        # What is lost when the machine loses power is no matter here.
        connection.execute("alter system set fsync = off")
        connection.execute("alter system set synchronous_commit = off")
        connection.execute("select pg_reload_conf()")
    migrations.migrate(template)
    return template


@pytest.fixture(scope="module")
def database(server: Settings) -> Iterator[Settings]:
    """Settings that point at a fresh, migrated, empty database of this module's own."""
    import psycopg
    from psycopg import sql

    from jobmatch_dagster.supabase import embedded

    name = f"test_{uuid.uuid4().hex[:12]}"
    maintenance = embedded.dsn(server, "postgres")
    with psycopg.connect(maintenance, autocommit=True) as connection:
        # Copying waits for the template's last client; another worker may just be looking whether it is migrated.
        connection.execute("select pg_advisory_lock(7)")
        for attempt in range(50):
            try:
                connection.execute(
                    sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(_TEMPLATE))
                )
                break
            except psycopg.errors.ObjectInUse:
                if attempt == 49:
                    raise
    yield _settings(server.home, name)
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def connection(database: Settings) -> Iterator[psycopg.Connection[Any]]:
    """An autocommit connection to the module's database with all rights."""
    from jobmatch_dagster.supabase.database import connect

    with connect(database) as connection:
        yield connection


@pytest.fixture(scope="module")
def environment(database: Settings) -> dict[str, str]:
    """The process environment for a command that is to use the module's database."""
    ours = {"JOBMATCH_HOME": str(database.home), "JOBMATCH_DATABASE": database.embedded_database}
    supabase = dict.fromkeys(("SUPABASE_URL", "SUPABASE_SECRET_KEY", "SUPABASE_DB_URL"), "")
    return {**os.environ, **ours, **supabase}
