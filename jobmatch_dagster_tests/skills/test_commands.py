"""`jobmatch skills …` as people run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from click.testing import CliRunner

from jobmatch_dagster.skills.commands import skills


def run(*args: str, lines: str = "") -> tuple[int, list[dict], str]:
    result = CliRunner().invoke(skills, list(args), input=lines)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, rows, result.stderr


def test_extract_keeps_the_order_and_reports_bad_lines() -> None:
    lines = '{"id": 2, "text": "You must have Python."}\nnot json\n{"id": 1}\n{"id": 0, "text": ""}\n'
    code, rows, errors = run("extract", lines=lines)
    assert code == 3
    assert [row["id"] for row in rows] == [2, 0]
    (skill,) = rows[0]["skills"]
    assert {"skill", "label", "kind", "esco_uri", "surface", "start", "end", "requirement"} <= set(skill)
    assert (skill["label"], skill["surface"], skill["start"], skill["end"], skill["requirement"]) == (
        "Python (computer programming)", "Python", 14, 20, "required",
    )  # fmt: skip
    assert len(errors.splitlines()) == 2


def test_search_and_show_speak_json_lines() -> None:
    assert run("search", "k8s", "--limit", "1")[1][0]["label"] == "Kubernetes"
    code, rows, _ = run("show", "Kubernetes")
    assert code == 0
    assert rows[0]["broader_labels"] is not None


def test_candidates_are_counted_over_texts() -> None:
    text = "Python, Zorblax, Java, SQL"
    lines = "".join(json.dumps({"id": n, "text": text}) + "\n" for n in range(3))
    _, rows, _ = run("candidates", lines=lines)
    assert [(row["surface"], row["texts"]) for row in rows] == [("Zorblax", 3)]


def test_output_does_not_depend_on_the_process() -> None:
    lines = json.dumps(
        {"id": 1, "text": "Requirements: Python, SQL, Excel and Zorblax; Docker is a plus. Team player."}
    )
    printed = []
    for seed in ("1", "2"):
        command = [sys.executable, "-c", "from jobmatch_dagster.cli import main; main()", "skills", "extract"]
        done = subprocess.run(
            command, input=lines, capture_output=True, text=True, env=os.environ | {"PYTHONHASHSEED": seed}, check=True
        )
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert "Python" in printed[0]
