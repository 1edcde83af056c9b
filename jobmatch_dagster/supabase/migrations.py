"""Forward-only migrations: what is in ``dbt_like_sql/migrations``, in order, each once and in one transaction.

The history is the Supabase CLI's own table, so that `jobmatch migrate` and `supabase db push` can be mixed. What the
files contain is SQL that runs unchanged on Supabase and on the embedded Postgres; nothing here knows a table.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from jobmatch_dagster.errors import DatabaseUnavailable, JobmatchError
from jobmatch_dagster.settings import PROJECT_ROOT, Settings
from jobmatch_dagster.supabase import database

FOLDER = PROJECT_ROOT / "dbt_like_sql" / "migrations"
_NAME = re.compile(r"(?P<version>\d{14})_(?P<name>[a-z0-9_]+)\.sql")
_LOCK = 0x6A6D_0002
_HISTORY = """
create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
alter table supabase_migrations.schema_migrations add column if not exists statements text[];
alter table supabase_migrations.schema_migrations add column if not exists name text;
"""


class MigrationError(JobmatchError):
    """A migration cannot be applied, or the history disagrees with the files."""


@dataclass(frozen=True)
class Migration:
    """One file of the folder."""

    version: str
    name: str
    text: str

    @property
    def label(self) -> str:
        """The file's name without its ending."""
        return f"{self.version}_{self.name}"


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """The files in order of version.

    Raises:
        MigrationError: a file's name is not <14 digits>_<name>.sql, or two have one version.
    """
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if not match:
            raise MigrationError(path.name, "is not named <14 digits>_<name>.sql", "Rename the file.")
        if found and found[-1].version == match["version"]:
            raise MigrationError(path.name, "has the version of another migration", "Give it a later version.")
        found.append(Migration(match["version"], match["name"], path.read_text(encoding="utf-8")))
    return found


def migrate(settings: Settings, folder: Path = FOLDER) -> list[str]:
    """Apply what the database lacks and return the labels of what was applied, in order.

    Two calls at once are safe: the second waits and finds nothing to do. A file that fails leaves no trace of itself,
    and those before it stay.

    Raises:
        MigrationError: a file fails, or `check` finds that the history and the files disagree.
        DatabaseUnavailable: no database, or one without Supabase's contract.
    """
    wanted = migrations(folder)
    applied = []
    with database.connect(settings) as connection:
        _require_contract(connection)
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        try:
            with connection.transaction():
                connection.execute(_HISTORY)
            history = _history(connection)
            _refuse_disagreement(wanted, history)
            for migration in wanted:
                if migration.version not in history:
                    _apply(connection, migration)
                    applied.append(migration.label)
        finally:
            connection.execute("select pg_advisory_unlock(%s)", [_LOCK])
    return applied


def pending(settings: Settings, folder: Path = FOLDER) -> list[str]:
    """The labels that the database lacks, in order; changes nothing."""
    with database.connect(settings) as connection:
        history = _history(connection)
    return [migration.label for migration in migrations(folder) if migration.version not in history]


def check(settings: Settings, folder: Path = FOLDER) -> list[str]:
    """What is pending, after making sure that what was applied is what the files say.

    Raises:
        MigrationError: an applied file was changed, removed, or would run before a later one that already ran.
    """
    wanted = migrations(folder)
    with database.connect(settings) as connection:
        history = _history(connection)
    _refuse_disagreement(wanted, history)
    return [migration.label for migration in wanted if migration.version not in history]


def _apply(connection: psycopg.Connection[Any], migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(migration.text.encode())
            connection.execute(
                "insert into supabase_migrations.schema_migrations (version, name, statements) values (%s, %s, %s)",
                [migration.version, migration.name, [migration.text]],
            )
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:
        raise MigrationError(
            f"Migration {migration.label}",
            f"fails: {(error.diag.message_primary or 'unknown reason').rstrip('.')}",
            "Nothing of it was kept. Mend the file or the database, then migrate again.",
        ) from None


def _history(connection: psycopg.Connection[Any]) -> dict[str, str | None]:
    """Version → digest of what was run, or None where the history does not say."""
    exists = connection.execute("select to_regclass('supabase_migrations.schema_migrations')").fetchone()
    if exists is None or exists[0] is None:
        return {}
    rows = connection.execute("select version, statements from supabase_migrations.schema_migrations").fetchall()
    return {version: _digest("".join(statements)) if statements else None for version, statements in rows}


def _digest(text: str) -> str:
    """A checksum that is the same whether the whole file or its single statements were recorded.

    The Supabase CLI cuts a file at its semicolons and trims the pieces, so white space and semicolons do not count.
    """
    return hashlib.sha256(re.sub(r"[\s;]+", "", text).encode()).hexdigest()


def _refuse_disagreement(wanted: list[Migration], history: dict[str, str | None]) -> None:
    ours = {migration.version: migration for migration in wanted}
    for version, digest in history.items():
        if version in ours and digest and digest != _digest(ours[version].text):
            raise MigrationError(
                f"Migration {ours[version].label}",
                "was changed after it was applied",
                "Restore the file and put the change into a new migration.",
            )
    newest = max((version for version in history if version in ours), default="")
    late = [m.label for m in wanted if m.version not in history and m.version < newest]
    if late:
        raise MigrationError(
            f"Migration {late[0]}", f"comes before {newest}, which was applied", "Give it a later version."
        )


def _require_contract(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute(
        "select to_regclass('auth.users') is not null and to_regclass('storage.objects') is not null"
    ).fetchone()
    if not row or not row[0]:
        raise DatabaseUnavailable(
            "The database",
            "has no schemas auth and storage, so it is neither a Supabase project nor the embedded default",
            "Run `jobmatch up`, or set SUPABASE_DB_URL to a Supabase project.",
        )
