"""Migrations: each once, in order, whole or not at all, and never one that is not what it was."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jobmatch_dagster.errors import DatabaseUnavailable
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import embedded, migrations
from jobmatch_dagster.supabase.database import connect
from jobmatch_dagster.supabase.migrations import FOLDER, MigrationError, check, migrate, pending

FIRST = "20250101000000_first.sql"
SECOND = "20250102000000_second.sql"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two small migrations."""
    (tmp_path / FIRST).write_text(
        "-- one; or two\ncreate table private.one (n int);\ninsert into private.one values (1);\n"
    )
    (tmp_path / SECOND).write_text("alter table private.one add m text default 'x;y';\n")
    return tmp_path


@pytest.fixture
def fresh(database: Settings, connection: psycopg.Connection[Any]) -> Iterator[Settings]:
    """A database whose history is empty."""
    connection.execute("create table kept_history as table supabase_migrations.schema_migrations")
    connection.execute("truncate supabase_migrations.schema_migrations")
    yield database
    connection.execute("drop table if exists private.one; truncate supabase_migrations.schema_migrations")
    connection.execute("insert into supabase_migrations.schema_migrations table kept_history")
    connection.execute("drop table kept_history")


def test_each_is_applied_once_and_in_order(fresh: Settings, connection: psycopg.Connection[Any], folder: Path) -> None:
    assert pending(fresh, folder) == check(fresh, folder) == [FIRST[:-4], SECOND[:-4]]
    assert migrate(fresh, folder) == [FIRST[:-4], SECOND[:-4]]
    assert migrate(fresh, folder) == []
    assert check(fresh, folder) == pending(fresh, folder) == []
    assert connection.execute("select n, m from private.one").fetchall() == [(1, "x;y")]


def test_the_history_is_the_one_of_the_supabase_cli(
    fresh: Settings, connection: psycopg.Connection[Any], folder: Path
) -> None:
    migrate(fresh, folder)
    rows = connection.execute("select version, name from supabase_migrations.schema_migrations order by 1").fetchall()
    assert rows == [("20250101000000", "first"), ("20250102000000", "second")]


def test_what_the_supabase_cli_applied_counts(
    fresh: Settings, connection: psycopg.Connection[Any], folder: Path
) -> None:
    statements = [part.strip() for part in (folder / FIRST).read_text().replace("one; or", "one\x00 or").split(";")]
    statements = [part.replace("\x00", ";") for part in statements if part]
    connection.execute("create table private.one (n int)")
    connection.execute(
        "insert into supabase_migrations.schema_migrations values ('20250101000000', %s, 'first')", [statements]
    )
    assert migrate(fresh, folder) == [SECOND[:-4]]


def test_a_file_that_changed_after_it_was_applied_is_refused(fresh: Settings, folder: Path) -> None:
    migrate(fresh, folder)
    (folder / FIRST).write_text("create table private.one (n bigint);")
    for call in (migrate, check):
        with pytest.raises(MigrationError, match="20250101000000_first was changed"):
            call(fresh, folder)


def test_a_file_that_fails_leaves_nothing_and_those_before_it_stay(
    fresh: Settings, connection: psycopg.Connection[Any], folder: Path
) -> None:
    (folder / SECOND).write_text("create table private.half (n int); select 1 / 0;")
    with pytest.raises(MigrationError, match="20250102000000_second fails: division by zero"):
        migrate(fresh, folder)
    assert connection.execute("select to_regclass('private.one'), to_regclass('private.half')").fetchone() == (
        "private.one",
        None,
    )
    assert pending(fresh, folder) == [SECOND[:-4]]


def test_a_file_that_comes_too_late_is_refused(fresh: Settings, folder: Path) -> None:
    migrate(fresh, folder)
    (folder / "20250101120000_between.sql").write_text("select 1")
    with pytest.raises(MigrationError, match="20250101120000_between comes before 20250102000000"):
        migrate(fresh, folder)


@pytest.mark.parametrize("name", ["1_short.sql", "20250101000000-dash.sql", "20250101000000_first_again.sql"])
def test_a_name_that_breaks_the_order_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("select 1")
    with pytest.raises(MigrationError, match=name):
        migrations.migrations(folder)


def test_two_at_once_apply_each_once(fresh: Settings, connection: psycopg.Connection[Any], folder: Path) -> None:
    (folder / FIRST).write_text((folder / FIRST).read_text() + "select pg_sleep(0.2);")
    applied: list[str] = []
    threads = [threading.Thread(target=lambda: applied.extend(migrate(fresh, folder))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(applied) == [FIRST[:-4], SECOND[:-4]]
    assert connection.execute("select count(*) from private.one").fetchone() == (1,)


def test_looking_changes_nothing(fresh: Settings, connection: psycopg.Connection[Any], folder: Path) -> None:
    connection.execute("drop schema supabase_migrations cascade")
    try:
        assert len(pending(fresh, folder)) == len(check(fresh, folder)) == 2
        assert connection.execute("select to_regnamespace('supabase_migrations')").fetchone() == (None,)
    finally:
        connection.execute(migrations._HISTORY)


def test_a_database_without_supabases_contract_is_refused(server: Settings) -> None:
    bare = server.model_copy(update={"embedded_database": "bare"})
    with psycopg.connect(embedded.dsn(server, "postgres"), autocommit=True) as connection:
        connection.execute("create database bare template template0")
        try:
            with pytest.raises(DatabaseUnavailable, match="no schemas auth and storage"):
                migrate(bare)
        finally:
            connection.execute("drop database bare with (force)")


@pytest.fixture
def project(server: Settings) -> Iterator[tuple[Settings, psycopg.Connection[Any]]]:
    """A database with the contract alone, owned by a role without a superuser's rights, as on Supabase."""
    name, role = "project", "ordinary"
    with psycopg.connect(embedded.dsn(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"create role {role} login createrole bypassrls")
        connection.execute(f"grant anon, authenticated, service_role to {role}")
        connection.execute(f"create database {name} template template0 owner {role}")
    own = server.model_copy(update={"embedded_database": name})
    embedded.up(own)
    with connect(own) as admin:
        # What Supabase grants its role postgres on the schemas that are not its own.
        admin.execute(f"grant usage on schema auth, storage to {role}; grant all on schema public to {role}")
        admin.execute(f"grant all on all tables in schema auth, storage to {role}")
        admin.execute(f"grant supabase_storage_admin, supabase_auth_admin to {role}")
        admin.execute(f"grant execute on all functions in schema auth, storage to {role}")
        yield own, admin
    with psycopg.connect(embedded.dsn(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")
        connection.execute(f"drop owned by {role}; drop role {role}")


def test_ours_run_without_a_superusers_rights_and_on_a_database_with_people(
    project: tuple[Settings, psycopg.Connection[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, admin = project
    admin.execute("insert into auth.users (id, email) values (gen_random_uuid(), 'old@example.org')")
    monkeypatch.setattr(
        embedded,
        "dsn",
        lambda settings, database=None, ours=embedded.dsn: ours(settings, database).replace("postgres@", "ordinary@"),
    )
    applied = migrate(own)
    assert applied == [path.stem for path in sorted(FOLDER.glob("*.sql"))]
    assert admin.execute("select email from public.users").fetchall() == [("old@example.org",)]
    owner = admin.execute("select tableowner from pg_tables where tablename = 'jobs'").fetchone()
    assert owner == ("ordinary",)


def test_ours_hold_no_transaction_commands_so_that_any_tool_can_wrap_them() -> None:
    import sqlglot

    for migration in migrations.migrations():
        for statement in sqlglot.parse(migration.text, read="postgres", error_level=sqlglot.ErrorLevel.IGNORE):
            assert not isinstance(statement, sqlglot.exp.Transaction | sqlglot.exp.Commit | sqlglot.exp.Rollback)


def test_the_database_of_the_tests_has_all_of_ours(database: Settings) -> None:
    assert check(database) == []
