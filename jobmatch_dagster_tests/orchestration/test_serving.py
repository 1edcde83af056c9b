"""What a service manager starts, and the files in ``deploy`` that tell it."""

from __future__ import annotations

import configparser
import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from jobmatch_dagster.cli import COMMANDS
from jobmatch_dagster.orchestration.serving import PARTS, command_line
from jobmatch_dagster.settings import PROJECT_ROOT, environment_names, load

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


def parses(words: list[str]) -> None:
    """The command line is one that `jobmatch` takes: its subcommands and options exist."""
    from jobmatch_dagster.cli import root

    done = CliRunner().invoke(root, [*words, "--help"])
    assert done.exit_code == 0, done.output


def test_compose_gives_words_variables_files_and_ports_that_exist() -> None:
    given = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    ports = {f"127.0.0.1:{port}:{port}" for port in (load().ui_port, load().api_port)}
    published = [port for service in given["services"].values() for port in service.get("ports", [])]
    assert sorted(published) == sorted(ports)
    home = load(home=Path("/var/lib/jobmatch")).home
    for service in given["services"].values():
        parses(service["command"])
        assert set(service.get("environment", {})) <= set(environment_names())
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        assert service["volumes"] == [f"home:{home}"]
    assert set(given["volumes"]) == {"home"}


def test_the_image_keeps_its_data_where_compose_mounts_the_volume() -> None:
    lines = dict(line.split(" ", 1) for line in (DEPLOY / "Dockerfile").read_text().splitlines() if " " in line)
    assert lines["VOLUME"] == "/var/lib/jobmatch"
    assert f"JOBMATCH_HOME={lines['VOLUME']}" in lines["ENV"]
    assert lines["RUN"] == "make setup"
    assert re.search(r"^setup:", (PROJECT_ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_gives_words_that_the_command_line_takes(unit: Path) -> None:
    for line in re.findall(r"^Exec\w+=(.*)$", unit.read_text(), re.MULTILINE):
        for words in re.findall(r"/bin/jobmatch ([^\n']+)", line):
            for part in PARTS if "%i" in words else ("",):
                parses(shlex.split(words.replace("%i", part)))


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not on this machine")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    for file in (DEPLOY / "systemd").iterdir():
        # All but the project's own place, which is not there: what a unit starts has to exist.
        text = file.read_text().replace("/opt/jobmatch/.venv/bin/jobmatch", sys.executable)
        (tmp_path / file.name.replace("@.", "@daemon.")).write_text(text)
    names = [f"./{path.name}" for path in sorted(tmp_path.iterdir())]
    done = subprocess.run(["systemd-analyze", "verify", *names], cwd=tmp_path, capture_output=True, text=True)
    assert (done.stderr.strip(), done.returncode) == ("", 0)
