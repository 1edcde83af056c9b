"""Settings: typed, documented in one place, and clear when one is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobmatch_dagster import settings_docs
from jobmatch_dagster.errors import SettingsError
from jobmatch_dagster.settings import PROJECT_ROOT, Settings, environment_names, load

THREE = {
    "SUPABASE_URL": "https://abc.supabase.co",
    "SUPABASE_SECRET_KEY": "sb_secret_x",
    "SUPABASE_DB_URL": "postgresql://postgres.abc:pw@aws-0-eu.pooler.supabase.com:5432/postgres",
}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of ours set, no .env read."""
    for name in environment_names():
        monkeypatch.delenv(name, raising=False)


def given(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load(_env_file=None)


def test_with_nothing_set_the_embedded_default_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch).mode == "embedded"


def test_three_variables_and_nothing_else_move_everything_to_supabase(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(monkeypatch, **THREE).mode == "supabase"


@pytest.mark.parametrize("missing", sorted(THREE))
def test_two_of_the_three_are_refused_with_the_name_of_the_third(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        given(monkeypatch, **{k: v for k, v in THREE.items() if k != missing})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SUPABASE_URL", "abc.supabase.co", "starts with https"),
        ("JOBMATCH_INDEED_URL", "nonsense", "starts with https"),
        ("JOBMATCH_API_PORT", "70000", "65535"),
        ("JOBMATCH_CRAWL_DELAY", "-1", "greater than or equal to 0"),
        ("JOBMATCH_LOG_LEVEL", "loud", "debug"),
        ("JOBMATCH_MATCHES_PER_RESUME", "many", "integer"),
    ],
)
def test_a_wrong_value_names_the_variable_and_the_rule(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        given(monkeypatch, **{name: value})
    assert caught.value.subject == name


def test_the_transaction_pooler_is_refused_and_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://postgres:hunter2@db.example:6543/postgres"
    with pytest.raises(SettingsError, match="transaction pooler") as caught:
        given(monkeypatch, **{**THREE, "SUPABASE_DB_URL": url})
    assert "hunter2" not in str(caught.value)


def test_only_documented_names_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = given(monkeypatch, HOME="/somewhere", BOARDS="nowhere", API_PORT="1")
    assert settings.home != Path("/somewhere")
    assert settings.boards != ["nowhere"]


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("JOBMATCH_API_PORT=8100\nJOBMATCH_UI_PORT=3100\n")
    monkeypatch.setenv("JOBMATCH_API_PORT", "8200")
    settings = load(_env_file=file)
    assert (settings.api_port, settings.ui_port) == (8200, 3100)


def test_a_wrong_setting_ends_a_command_with_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jobmatch_dagster.cli", "status"],
        env={**os.environ, "JOBMATCH_API_PORT": "banana"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("jobmatch: JOBMATCH_API_PORT is not usable")
    assert "Traceback" not in done.stderr


def test_the_readme_and_the_example_file_say_what_the_code_says() -> None:
    readme = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    assert settings_docs.markdown() in readme, "run `jobmatch settings --write`"
    assert (PROJECT_ROOT / ".env.example").read_text(encoding="utf-8") == settings_docs.env_example()


def test_secrets_are_shown_as_set_or_not_set_only(monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from jobmatch_dagster.settings import settings

    for name, value in THREE.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    shown = CliRunner().invoke(settings_docs.settings).output
    settings.cache_clear()
    assert "sb_secret_x" not in shown
    assert "pw@" not in shown


def test_the_daily_schedule_asks_every_source_whose_policy_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from jobmatch_dagster.boards import registry

    assert set(given(monkeypatch).boards) == {name for name, board in registry.BOARDS.items() if board.policy.enabled}


def test_every_list_is_read_at_its_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = {name: field for name, field in Settings.model_fields.items() if field.annotation == list[str]}
    assert len(lists) > 3
    for field in lists.values():
        monkeypatch.setenv(str(field.alias), "a, b,")
    read = load()
    assert all(getattr(read, name) == ["a", "b"] for name in lists)
