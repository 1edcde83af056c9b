"""A backup of the embedded default in one file, and its way back: database, Dagster's records, files and keys.

The file is a tar of two dumps made by Postgres' own ``pg_dump``, the contents of the file store, the keys that sign
tokens and URLs, and a manifest. It holds everything about everybody: only its owner may read it. A Supabase project has
backups of its own. What is fetched or made again (crawl folders, caches, logs) is not in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from jobmatch_dagster import __version__
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import database, embedded, migrations

if TYPE_CHECKING:
    import psycopg

FORMAT = 1
MANIFEST, DATA, RUNS, FILES, KEYS = "manifest.json", "database.dump", "dagster.dump", "files", "api"
# A database with rows in one of these is in use.
IN_USE = ("auth.users", "public.jobs", "raw.postings", "storage.objects")
LONGEST_SECONDS = 6 * 60 * 60  # of one dump


class BackupError(JobmatchError):
    """A backup cannot be made, read or put back."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says about itself: its format, when and by which version it was made, the last migration, row
    counts, and the SHA-256 of its dumps.
    """

    format: int
    made_at: str
    version: str
    migration: str
    rows: dict[str, int]
    sha256: dict[str, str]


# --- there ----------------------------------------------------------------------------------------


def backup(settings: Settings, target: Path, *, with_runs: bool = True) -> Manifest:
    """Write a backup while everything goes on.

    The database is dumped as of one moment. Contents of files are copied before and after it, so that each file that
    the dump knows is there, but for one that is put and removed again within those seconds.

    Args:
        settings: the embedded default.
        target: the file; replaced only when the new one is whole.
        with_runs: Dagster's records as well (runs, logs, schedules).

    Raises:
        BackupError: this is a Supabase project, the target cannot be written, or a dump fails.
    """
    _refuse_supabase(settings, "is not backed up here", "Use the project's own backups, or `supabase db dump`.")
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with tempfile.TemporaryDirectory() as folder, _private(partial) as stream:
            manifest = _write(settings, Path(folder), stream, with_runs)
        partial.replace(target)
    except OSError as error:
        raise BackupError(str(target), f"cannot be written: {error.strerror}", "Free space, or name another.") from None
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def _write(settings: Settings, folder: Path, stream: IO[bytes], with_runs: bool) -> Manifest:
    with tarfile.open(fileobj=stream, mode="w") as tar:
        there = _add_files(tar, settings, set())
        dumps = {DATA: settings.embedded_database} | ({RUNS: embedded.DAGSTER_DATABASE} if with_runs else {})
        for name, source in dumps.items():
            _run(settings, "pg_dump", "--format=custom", f"--file={folder / name}", embedded.dsn(settings, source))
        with database.connect(settings) as conn:
            manifest = _manifest(conn, {name: _sha256(folder / name) for name in dumps})
        for name in dumps:
            tar.add(folder / name, name)
        _add_files(tar, settings, there)
        keys = _home(settings) / KEYS
        for path in sorted(keys.glob("*")) if keys.exists() else ():
            tar.add(path, f"{KEYS}/{path.name}")
        (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
        tar.add(folder / MANIFEST, MANIFEST)
    return manifest


def _manifest(conn: psycopg.Connection[Any], sums: dict[str, str]) -> Manifest:
    counted = {}
    for table in IN_USE:
        row = conn.execute(f"select count(*) from {table}").fetchone()  # type: ignore[call-overload]  # noqa: S608
        counted[table] = int(row[0]) if row else 0
    last = conn.execute("select max(version) from supabase_migrations.schema_migrations").fetchone()
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(FORMAT, made, __version__, str(last[0]) if last else "", counted, sums)


def _add_files(tar: tarfile.TarFile, settings: Settings, known: set[str]) -> set[str]:
    """Add contents that are not in the backup yet; one that vanishes meanwhile was removed by its owner."""
    root = _files(settings)
    for path in sorted(root.rglob("*")) if root.exists() else ():
        name = f"{FILES}/{path.relative_to(root)}"
        if path.is_file() and name not in known:
            with contextlib.suppress(FileNotFoundError):
                tar.add(path, name)
                known.add(name)
    return known


# --- and back -------------------------------------------------------------------------------------


def restore(settings: Settings, source: Path, *, replace: bool = False) -> Manifest:
    """Put a backup back, and bring it up to the migrations of today.

    Everything is unpacked, checked and loaded beside what is there; only then does it take its place.

    Args:
        settings: the embedded default; its server is started if it does not run.
        source: the file.
        replace: let go what is there now; otherwise a database in use is refused.

    Raises:
        BackupError: the file is no whole backup, is from a later version, or the database is in use.
    """
    _refuse_supabase(settings, "is not restored here", "Unset SUPABASE_URL and its keys for the embedded default.")
    embedded.up(settings)
    home = _home(settings)
    with tempfile.TemporaryDirectory(dir=home, prefix="restore-") as name:
        folder = Path(name)
        manifest = _unpack(source, folder)
        if not replace:
            _refuse_use(settings)
        loaded = {
            target: _load(settings, folder / dump, target)
            for dump, target in ((DATA, settings.embedded_database), (RUNS, embedded.DAGSTER_DATABASE))
            if dump in manifest.sha256
        }
        for target, fresh in loaded.items():
            _take_place(settings, fresh, target)
        _put(folder / FILES, _files(settings))
        if (folder / KEYS).exists():
            _put(folder / KEYS, home / KEYS)
    embedded.up(settings)
    migrations.migrate(settings)
    return manifest


def _unpack(source: Path, folder: Path) -> Manifest:
    remedy = "Take another backup file."
    try:
        with tarfile.open(source, mode="r:") as tar:
            tar.extractall(folder, filter="data")
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text()))
    except FileNotFoundError as error:
        missing = "does not exist" if not source.exists() else f"lacks {Path(str(error.filename)).name}"
        raise BackupError(str(source), missing, remedy) from None
    except (tarfile.TarError, ValueError, TypeError, OSError):
        raise BackupError(str(source), "is not a whole backup of jobmatch", remedy) from None
    if manifest.format != FORMAT:
        raise BackupError(
            str(source), f"has format {manifest.format}", f"This version reads {FORMAT}; use a later jobmatch."
        )
    for name, expected in manifest.sha256.items():
        if not (folder / name).exists() or _sha256(folder / name) != expected:
            raise BackupError(str(source), f"is damaged: {name} is not what the manifest says", remedy)
    newest = migrations.migrations()[-1].version
    if manifest.migration > newest:
        raise BackupError(
            str(source),
            f"was made after migration {manifest.migration}, and this version ends with {newest}",
            "Restore it with the version that made it, or a later one.",
        )
    return manifest


def _refuse_use(settings: Settings) -> None:
    with database.connect(settings) as conn:
        for table in IN_USE:
            exists = conn.execute("select to_regclass(%s) is not null", (table,)).fetchone()
            if exists and exists[0] and conn.execute(f"select from {table} limit 1").fetchone() is not None:  # type: ignore[call-overload]
                raise BackupError(
                    f"The database {settings.embedded_database}",
                    f"is in use: {table} has rows",
                    "Restore elsewhere with another JOBMATCH_HOME, or say --replace to let go what is there.",
                )


def _load(settings: Settings, dump: Path, target: str) -> str:
    """Load a dump into a new database beside its place; roles are those that the contract made."""
    from psycopg import sql

    fresh = f"{target[:40]}_restored_{secrets.token_hex(4)}"
    with _maintenance(settings) as conn:
        conn.execute(sql.SQL("create database {} template template0").format(sql.Identifier(fresh)))
        try:
            _run(settings, "pg_restore", "--exit-on-error", f"--dbname={embedded.dsn(settings, fresh)}", str(dump))
        except BackupError:
            conn.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(fresh)))
            raise
    return fresh


def _take_place(settings: Settings, fresh: str, target: str) -> None:
    from psycopg import sql

    with _maintenance(settings) as conn:
        conn.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(target)))
        conn.execute(sql.SQL("alter database {} rename to {}").format(*map(sql.Identifier, (fresh, target))))


def _put(source: Path, target: Path) -> None:
    """Move a folder to its place; what was there goes."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
    shutil.rmtree(old, ignore_errors=True)


# --- both ways ------------------------------------------------------------------------------------


def _refuse_supabase(settings: Settings, problem: str, remedy: str) -> None:
    if settings.mode == "supabase":
        raise BackupError("The Supabase project", problem, remedy)


def _home(settings: Settings) -> Path:
    return settings.home.expanduser().resolve()


def _files(settings: Settings) -> Path:
    return _home(settings) / "storage" / settings.embedded_database


@contextlib.contextmanager
def _private(path: Path) -> Any:
    """A new file that only this user may read."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        yield stream


def _maintenance(settings: Settings) -> psycopg.Connection[Any]:
    import psycopg

    return psycopg.connect(embedded.dsn(settings, "template1"), autocommit=True)


def _run(settings: Settings, program: str, *arguments: str) -> None:
    """Run one of the wheel's programs.

    Raises:
        BackupError: it fails; its last line says why.
    """
    path = embedded.programs(settings) / program
    try:
        subprocess.run([path, *arguments], check=True, capture_output=True, text=True, timeout=LONGEST_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        told = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        reason = told[-1].split("error:")[-1].strip().rstrip(".") if told else "for an unknown reason"
        raise BackupError(program, f"failed: {reason}", "The database is as it was.") from None


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
