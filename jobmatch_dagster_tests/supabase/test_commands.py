"""The database's commands and the doctor, as somebody at a terminal uses them."""

from __future__ import annotations

import json
import os
import socket
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from jobmatch_dagster import doctor
from jobmatch_dagster.cli import root
from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.settings import settings as current_settings
from jobmatch_dagster.supabase import embedded
from jobmatch_dagster.supabase.findings import State
from jobmatch_dagster_tests.supabase.world import build


@pytest.fixture
def run(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command with the module's database in its environment."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    current_settings.cache_clear()
    yield lambda *arguments: CliRunner().invoke(root, arguments)
    current_settings.cache_clear()


def _ok(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_up_prints_the_connection_string_and_nothing_is_left_to_do(run: Any, database: Settings) -> None:
    assert _ok(run("up")).strip() == embedded.dsn(database)
    assert _ok(run("migrate")).strip() == _ok(run("migrate", "--check")).strip() == "Up to date."


def test_status_says_where_and_how_much(run: Any, database: Settings, connection: psycopg.Connection[Any]) -> None:
    build(database, connection)
    state = json.loads(_ok(run("status", "--json")))
    assert state["database"] == "embedded"
    assert state["migrations"] == "up to date"
    assert state["rows"]["users"] == state["rows"]["job_matches"] == 2
    assert "users 2" in _ok(run("status"))


def test_a_missing_migration_fails_the_check(run: Any, connection: psycopg.Connection[Any]) -> None:
    kept = connection.execute(
        "delete from supabase_migrations.schema_migrations"
        " where version = (select max(version) from supabase_migrations.schema_migrations) returning *"
    ).fetchone()
    assert kept is not None
    try:
        result = run("migrate", "--check")
        assert result.exit_code == 1
        assert "1 missing." in result.output
        assert "1 missing" in _ok(run("status"))
    finally:
        connection.execute("insert into supabase_migrations.schema_migrations values (%s, %s, %s)", kept)


def test_a_person_is_exported_with_files_and_erased(
    run: Any, database: Settings, connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    from jobmatch_dagster.supabase.storage import file_store

    world = build(database, connection)
    path = f"{world.bob}/cv.pdf"
    file_store(database).put("resumes", path, b"%PDF", content_type="application/pdf", upsert=True)
    output, files = tmp_path / "bob.json", tmp_path / "files"
    _ok(run("people", "export", "--user", "bob@example.org", "--output", str(output), "--files", str(files)))
    assert json.loads(output.read_text())["account"]["id"] == world.bob
    assert (files / "cv.pdf").read_bytes() == b"%PDF"
    receipt = json.loads(_ok(run("people", "erase", "--user", "bob@example.org", "--yes")))
    assert receipt["counts"]["files in resumes"] == 1
    assert "bob" not in json.dumps(receipt)


def test_supabase_check_without_a_project_says_so(run: Any) -> None:
    result = run("supabase", "check")
    assert result.exit_code == 1
    assert "No Supabase project is set" in result.output


@pytest.mark.parametrize(
    "command",
    ["up", "down", "status", "migrate", "supabase", "supabase check", "people erase", "people export", "doctor"],
)
def test_help_teaches_more_than_the_names_of_the_options(run: Any, command: str) -> None:
    assert len(_ok(run(*command.split(), "--help"))) > 200


# --- doctor ----------------------------------------------------------------------------------------------------------


def _states(findings: Any) -> dict[str, State]:
    return {finding.part: finding.state for finding in findings}


def test_a_setup_in_order_passes_the_doctor(run: Any) -> None:
    output = _ok(run("doctor"))
    assert "All is in order." in output
    assert "broken" not in output


def test_a_stopped_database_and_its_remedy_are_named(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBMATCH_HOME", str(tmp_path))
    result = run("doctor")
    assert result.exit_code == 1
    assert "does not run" in result.output
    assert "Start it with `jobmatch up`." in result.output


def test_a_wrong_setting_is_named_and_ends_the_examination(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBMATCH_UI_PORT", "many")
    result = run("doctor")
    assert result.exit_code == 1
    assert "JOBMATCH_UI_PORT is not usable" in result.output


def test_a_missing_and_another_package_are_told_apart(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("click==0.1 \\\n    --hash=sha256:0\nno-such-package==1.0 \\\nx==1 ; python_version < '3'\n")
    missing, other = doctor.check_packages(lock)
    assert (missing.state, other.state) == (State.BROKEN, State.NOTE)
    assert "no-such-package" in missing.sentence
    assert "click" in other.sentence


def test_a_folder_that_is_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = load(home=tmp_path / "file" / "home", supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
    assert _states(doctor.check_home(settings)) == {"folder": State.BROKEN}


def test_little_room_on_the_disk_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, state in ((10**8, State.BROKEN), (3 * 10**9, State.NOTE), (10**11, State.OK)):
        monkeypatch.setattr("shutil.disk_usage", lambda _, free=free: type("Usage", (), {"free": free}))
        assert _states(doctor.check_disk(tmp_path)) == {"disk": state}


def test_keys_that_others_can_read_are_found(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("SUPABASE_SECRET_KEY=x")
    env_file.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert list(doctor.check_env_file(env_file)) == []
    env_file.chmod(0o644)
    assert _states(doctor.check_env_file(env_file)) == {"settings": State.NOTE}


def test_a_browser_that_is_not_there_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _states(doctor.check_browser(load(chromium=tmp_path / "none"))) == {"chromium": State.BROKEN}
    monkeypatch.setenv("PATH", str(tmp_path))
    assert _states(doctor.check_browser(load(chromium=None))) == {"chromium": State.NOTE}


def test_a_port_in_use_is_found() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert doctor.is_listening("127.0.0.1", port)
    assert not doctor.is_listening("127.0.0.1", port)


def test_root_is_told_what_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    settings = load(home=private / "home", supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
    told = [finding.sentence for finding in doctor.check_home(settings) if finding.state is State.NOTE]
    assert str(private) in told[0]
