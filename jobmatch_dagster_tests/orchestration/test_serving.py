"""What a service manager starts, and the files in ``deploy`` that tell it."""

from __future__ import annotations

import configparser
import importlib.util
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from jobmatch_dagster.cli import COMMANDS
from jobmatch_dagster.orchestration.serving import PARTS, command_line
from jobmatch_dagster.settings import PROJECT_ROOT, load

DEPLOY = PROJECT_ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("part", PARTS)
def test_each_part_starts_a_program_that_is_there(part: str) -> None:
    line = command_line(part, load(ui_port=4321), "127.0.0.1")
    assert line[1] == "-m"
    name = line[2]
    package = importlib.util.find_spec(name)
    assert package is not None
    assert package.submodule_search_locations is None or importlib.util.find_spec(f"{name}.__main__") is not None
    assert part != "ui" or line[-2:] == ["-p", "4321"]


def test_serving_makes_the_database_ready_and_becomes_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    from jobmatch_dagster.orchestration import serving

    done: list[str] = []
    monkeypatch.setattr("jobmatch_dagster.supabase.ready.make_ready", lambda _: done.append("ready"))
    monkeypatch.setattr("jobmatch_dagster.orchestration.instance.prepare", lambda _: done.append("prepared"))
    monkeypatch.setattr("os.execv", lambda _, line: done.append(" ".join(line[1:4])))
    CliRunner().invoke(serving.serve, ["daemon"], catch_exceptions=False)
    assert done == ["ready", "prepared", "-m dagster._daemon run"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_that_exists_as_an_ordinary_user(unit: Path) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(unit.read_text())
    service = parser["Service"]
    assert service["User"] == "jobmatch"
    commands = re.findall(r"/bin/jobmatch (\w+)", service["ExecStart"])
    assert commands
    assert set(commands) <= set(COMMANDS)


def test_every_timer_has_its_service() -> None:
    names = {path.stem for path in UNITS}
    assert {path.stem for path in (DEPLOY / "systemd").glob("*.timer")} <= names


def test_compose_runs_commands_that_exist_and_publishes_on_loopback_only() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for service in services.values():
        assert service["command"][0] in COMMANDS
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
    assert {service["command"][1] for name, service in services.items() if name != "all"} == set(PARTS)
