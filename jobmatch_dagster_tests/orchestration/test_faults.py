"""What goes wrong outside stays where it is: a dead board, no database, no rights. One sentence each."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobmatch_dagster.orchestration.launch import execute
from jobmatch_dagster.orchestration.partitions import board_day
from jobmatch_dagster.supabase import database as db

if TYPE_CHECKING:
    import dagster as dg

    from jobmatch_dagster.settings import Settings

TODAY = datetime.now(UTC).date()  # other boards than in test_day: a workspace has one scrape at a time


def closed_port() -> int:
    """A loopback port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_dead_board_says_why_and_the_day_goes_on_with_the_others(
    platform_settings: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobmatch_dagster.demo.show import boards_on_loopback, searches_enabled
    from jobmatch_dagster.settings import settings

    with boards_on_loopback(TODAY), db.connect(platform_settings) as conn, searches_enabled(conn):
        monkeypatch.setenv("JOBMATCH_INDEED_URL", f"http://127.0.0.1:{closed_port()}")
        monkeypatch.setenv("JOBMATCH_CRAWL_RETRIES", "1")
        monkeypatch.setenv("JOBMATCH_CRAWL_BACKOFF", "0.01")
        settings.cache_clear()
        dead = execute(instance, "scrape_board", str(board_day("indeed", TODAY)))
        alive = execute(instance, "scrape_board", str(board_day("glassdoor", TODAY)))
        runs = dict(
            conn.execute("select board, status || ': ' || coalesce(reason, '') from private.scrape_runs").fetchall()
        )
        done = execute(instance, "day", str(TODAY))
        boards = {row[0] for row in conn.execute("select distinct board from public.jobs")}
    assert not dead.succeeded
    assert alive.succeeded
    assert runs["indeed"].startswith("failed: ")
    assert "127.0.0.1" in runs["indeed"]
    assert runs["glassdoor"].startswith("succeeded")
    assert dead.reason
    assert "indeed" in dead.reason
    assert done.succeeded, done.reason
    assert boards == {"glassdoor"}


def test_a_board_without_a_search_is_skipped_and_says_so(
    platform_settings: Settings, instance: dg.DagsterInstance
) -> None:
    finished = execute(instance, "scrape_board", str(board_day("lever", TODAY)))
    assert finished.succeeded
    assert finished.metadata["raw_postings"]["status"] == "skipped"
    assert "lever has no search that is enabled" in finished.metadata["raw_postings"]["warnings"]


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jobmatch_dagster.cli", *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("jobmatch: ")
    return last


def test_no_database_is_one_sentence(tmp_path: Path) -> None:
    said = one_sentence(command("sql", "run", JOBMATCH_HOME=str(tmp_path / "nothing")))
    assert "jobmatch up" in said


def test_a_supabase_project_that_does_not_answer_is_one_sentence_without_the_password() -> None:
    said = one_sentence(
        command(
            "sql",
            "run",
            SUPABASE_URL="http://127.0.0.1:1",
            SUPABASE_SECRET_KEY="sb_secret_x",
            SUPABASE_DB_URL=f"postgresql://postgres:hunter2@127.0.0.1:{closed_port()}/postgres",
        )
    )
    assert "SUPABASE_DB_URL" in said
    assert "hunter2" not in said


def test_a_home_that_is_no_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    said = one_sentence(command("up", JOBMATCH_HOME=str(tmp_path / "home")))
    assert str(tmp_path) in said


def test_the_demo_never_runs_on_a_supabase_project() -> None:
    said = one_sentence(
        command(
            "demo",
            SUPABASE_URL="http://127.0.0.1:1",
            SUPABASE_SECRET_KEY="sb_secret_x",
            SUPABASE_DB_URL="postgresql://postgres@127.0.0.1/postgres",
        )
    )
    assert "does not run on a Supabase project" in said
