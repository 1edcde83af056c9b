"""What lives and stands in the embedded server's way is named with its remedy, at once, and is never ended."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from jobmatch_dagster.errors import DatabaseUnavailable
from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.supabase import embedded, remains


@pytest.fixture(scope="module")
def home() -> Iterator[Settings]:
    """Settings of a server of this module's own; tests find it up or down."""
    folder = Path(tempfile.mkdtemp(prefix="jobmatch-obstacles-"))
    own = load(home=folder, supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
    yield own
    embedded.down(own)
    for orphan in remains.servers(embedded.data_folder(own)):  # of a test that failed
        orphan.kill()
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def _little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_SILENT_SECONDS", 1.0)
    monkeypatch.setattr(embedded, "_APPEAR_SECONDS", 0.5)
    monkeypatch.setattr(embedded, "_CONNECT_SECONDS", 2)


def _server(settings: Settings) -> int:
    pid = remains.written_pid(embedded.data_folder(settings))
    assert pid is not None
    return pid


def _socket(settings: Settings) -> Path:
    return embedded.data_folder(settings) / embedded.SOCKET


def _answers(settings: Settings) -> bool:
    with psycopg.connect(embedded.up(settings)) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def test_a_server_whose_folder_was_deleted_under_it_is_named_and_lives_on(home: Settings) -> None:
    embedded.up(home)
    orphan = _server(home)
    shutil.rmtree(embedded.data_folder(home))
    with pytest.raises(
        DatabaseUnavailable, match=rf"process {orphan}, but its files were deleted .*kill -INT {orphan}"
    ):
        embedded.up(home)
    assert not embedded.data_folder(home).exists()
    os.kill(orphan, signal.SIGINT)  # as it was told
    while remains.servers(embedded.data_folder(home)):
        time.sleep(0.01)
    assert _answers(home)


def test_a_server_that_lost_its_socket_is_named_and_down_stops_it(home: Settings) -> None:
    embedded.up(home)
    _socket(home).unlink()
    with pytest.raises(DatabaseUnavailable, match=rf"process {_server(home)}, but does not answer .*`jobmatch down`"):
        embedded.up(home)
    assert embedded.down(home) is True
    assert remains.servers(embedded.data_folder(home)) == []
    assert _answers(home)


def test_a_halted_server_is_named(home: Settings) -> None:
    embedded.up(home)
    server = _server(home)
    os.kill(server, signal.SIGSTOP)
    try:
        with pytest.raises(DatabaseUnavailable, match=rf"process {server}, which was halted.*kill -CONT {server}"):
            embedded.up(home)
    finally:
        os.kill(server, signal.SIGCONT)
    assert _answers(home)


def test_another_program_on_the_socket_is_named(home: Settings) -> None:
    embedded.up(home)
    embedded.down(home)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stranger:
        stranger.bind(str(_socket(home)))
        stranger.listen(50)
        with pytest.raises(
            DatabaseUnavailable, match=rf"socket .*: process {os.getpid()} listens there.*End that program"
        ):
            embedded.up(home)
    assert _answers(home)
