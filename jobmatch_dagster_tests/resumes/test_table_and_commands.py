"""Rows for the database, the hash that decides whether to match again, years of a skill, and the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from click.testing import CliRunner

from jobmatch_dagster import tables
from jobmatch_dagster.resumes.commands import resumes
from jobmatch_dagster.resumes.parse import parse_bytes
from jobmatch_dagster.resumes.skill_years import use
from jobmatch_dagster.resumes.table import content_hash, to_table
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)
USER = "6d3c2a10-0000-4000-8000-000000000001"


def read(*lines: str):
    return parse_bytes(papers.text(lines), "cv.txt", today=TODAY)


def test_rows_follow_the_contract_and_only_parsed_files_have_content() -> None:
    parsed = [read(*papers.HEAD, *papers.JOBS), parse_bytes(b"", "cv.txt", today=TODAY)]
    table = to_table(parsed, [USER, USER], ["u/a.txt", "u/b.txt"], ["aa", "bb"], TODAY)
    assert table.schema.equals(tables.RESUMES)
    first, second = table.to_pylist()
    assert first["id"] == tables.resume_id(USER, "aa")
    assert json.loads(first["content"])["basics"]["name"] == "Odile Marchetti"
    assert (second["status"], second["content"], second["body"]) == ("empty", None, None)
    assert second["reason"]


def test_who_the_person_is_does_not_change_the_hash_but_what_they_did_does() -> None:
    one = read("Odile Marchetti", "odile@example.com", "+44 20 7946 0321", "", *papers.JOBS)
    other = read("Bela Kovrig", "bela@example.net", "+44 20 7946 0999", "", *papers.JOBS)
    changed = read("Odile Marchetti", "odile@example.com", "", *papers.JOBS[:-1], "SQL, Python, Airflow, Rust")
    assert content_hash(one) == content_hash(other)
    assert content_hash(one) != content_hash(changed)


def test_a_skills_years_are_those_of_the_jobs_it_stands_in() -> None:
    result = read(*papers.HEAD, "", *papers.JOBS)
    at = result.body.index("Reported in SQL") + len("Reported in ")
    listed = result.body.rindex("Airflow")
    assert use(result.resume, [(at, at + 3)], TODAY) == (4.2, date(2020, 2, 1))
    assert use(result.resume, [(listed, listed + 7)], TODAY) == (None, None)


def test_the_command_prints_a_line_for_each_file_and_reports_what_is_no_file(tmp_path: Path) -> None:
    good, scan = tmp_path / "good.txt", tmp_path / "scan.pdf"
    good.write_bytes(papers.text())
    scan.write_bytes(papers.picture_pdf())
    run = CliRunner().invoke(resumes, ["parse", str(good), str(tmp_path / "none.pdf"), str(scan)])
    assert run.exit_code == 3
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(Path(r["file"]).name, r["status"]) for r in rows] == [("good.txt", "parsed"), ("scan.pdf", "needs_ocr")]
    problem = json.loads(run.stderr)
    assert set(problem) == {"input", "error", "remedy"}
    assert {"confidence", "warnings", "reason", "resume"} <= set(rows[0])


def test_no_text_of_a_person_is_on_the_error_stream(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(papers.pdf(papers.column(papers.HEAD))[:600])
    run = CliRunner().invoke(resumes, ["parse", str(broken)])
    assert run.exit_code == 0
    assert "odile" not in run.stderr.lower()
