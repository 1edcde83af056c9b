"""The command line as a whole: every command is there, teaches, and answers quickly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from jobmatch_dagster import cli, jsonl
from jobmatch_dagster.errors import JobmatchError


@pytest.mark.parametrize("name", sorted(cli.COMMANDS))
def test_every_command_exists_and_its_help_says_what_it_does(name: str) -> None:
    shown = CliRunner().invoke(cli.root, [name, "--help"])
    assert shown.exit_code == 0, shown.output
    command = cli.root.get_command(click.Context(cli.root), name)
    assert command is not None
    assert command.help


def test_the_list_of_commands_imports_nothing_heavy() -> None:
    program = (
        "import sys; from click.testing import CliRunner; from jobmatch_dagster import cli; "
        "CliRunner().invoke(cli.root, ['--help']); "
        "heavy = ('dagster', 'pandas', 'pyarrow', 'sklearn', 'numba', 'crawl4ai', 'psycopg'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_command_is_wrong_usage() -> None:
    assert CliRunner().invoke(cli.root, ["fly"]).exit_code == 2


def test_a_line_that_is_not_an_object_is_reported_and_the_rest_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    import io

    report = jsonl.Report()
    rows = list(jsonl.read(io.StringIO('{"a": 1}\nnonsense\n\n[1]\n{"a": 2}\n'), "stdin", report))
    assert rows == [{"a": 1}, {"a": 2}]
    problems = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [p["input"] for p in problems] == ["stdin, line 2", "stdin, line 4"]
    assert all(p["error"] and p["remedy"] for p in problems)
    with pytest.raises(SystemExit) as caught:
        report.exit()
    assert caught.value.code == 3


@pytest.mark.parametrize("line", ['{"a": "x\\ud800y"}', '{"a": "x\\uDFFFy"}'])
def test_half_a_surrogate_pair_is_a_replacement_character_in_its_place(line: str) -> None:
    import io

    rows = list(jsonl.read(io.StringIO(line + '\n{"\\ud83d\\ude00": ["\\ud83d"], "b": 1}\n'), "stdin", jsonl.Report()))
    assert rows == [{"a": "x\ufffdy"}, {"\U0001f600": ["\ufffd"], "b": 1}]


def test_a_row_with_half_a_surrogate_pair_can_be_printed() -> None:
    import io

    out = io.BytesIO()
    stream = io.TextIOWrapper(out, encoding="utf-8")
    jsonl.write([{"file": "cv-\udcff.pdf", "name": "\ud800é\U0001f600"}], stream)
    assert json.loads(out.getvalue()) == {"file": "cv-\ufffd.pdf", "name": "\ufffdé\U0001f600"}


def test_a_number_of_thousands_of_digits_is_one_bad_line(capsys: pytest.CaptureFixture[str]) -> None:
    import io

    rows = list(jsonl.read(io.StringIO(f'{{"a": {"9" * 6000}}}\n{{"a": 2}}\n'), "stdin", jsonl.Report()))
    assert rows == [{"a": 2}]
    assert json.loads(capsys.readouterr().err)["input"] == "stdin, line 1"


@pytest.mark.parametrize(
    "command",
    [
        ["skills", "extract", "{}"],
        ["jobs", "clean", "{}"],
        ["matches", "rank", "--resumes", "{}", "--jobs", "{}", "--top", "1"],
    ],
)
def test_bytes_that_are_no_utf_8_are_one_bad_line_and_the_rest_goes_on(command: list[str], tmp_path: Path) -> None:
    file = tmp_path / "lines"
    row = {"id": 2, "text": "SQL", "title": "Nurse", "company": "Nordhub", "resume": {"basics": {"label": "Nurse"}}}
    file.write_bytes(b"\xff\xfe\n" + json.dumps(row).encode() + b"\n")
    done = CliRunner().invoke(cli.root, [part.format(file) for part in command])
    assert done.exit_code == 3, done.output
    assert len(done.stdout.splitlines()) == 1
    assert "line 1" in done.stderr


def test_errors_survive_a_trip_between_processes() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(JobmatchError("a file", "is not a PDF", "Upload another.")))
    assert str(error) == "a file is not a PDF. Upload another."
