"""`jobmatch matches rank` as its users see it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from jobmatch_dagster import tables
from jobmatch_dagster.matching.commands import matches


@pytest.fixture(autouse=True)
def no_skills(monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding skills is another room's; here none are found."""
    import jobmatch_dagster.skills.tables as found

    monkeypatch.setattr(found, "job_skills", lambda jobs, **_: tables.JOB_SKILLS.empty_table())
    monkeypatch.setattr(found, "resume_skills", lambda resumes, **_: tables.RESUME_SKILLS.empty_table())


def rank(folder: Path, resumes: list, jobs: list, *more: str) -> Result:
    for name, rows in (("r", resumes), ("j", jobs)):
        (folder / name).write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows) + "\n")
    return CliRunner().invoke(matches, ["rank", "--resumes", str(folder / "r"), "--jobs", str(folder / "j"), *more])


def lines(result: Result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def person(identity: object, label: str) -> dict:
    return {"id": identity, "resume": {"basics": {"label": label}}}


def test_rows_have_the_promised_fields_and_resumes_keep_their_order(tmp_path: Path) -> None:
    jobs = [{"id": "n", "title": "Registered Nurse"}, {"id": 7, "title": "Lorry Driver"}]
    result = rank(tmp_path, [person("z", "Truck Driver"), person("a", "Nurse")], jobs, "--top", "2")
    assert result.exit_code == 0
    got = lines(result)
    assert [(row["resume_id"], row["job_id"], row["rank"]) for row in got][::2] == [("z", 7, 1), ("a", "n", 1)]
    for row in got:
        assert sum(part["contribution"] for part in row["components"].values()) == row["score"]
        assert {"weight", "value", "contribution"} <= set(row["components"]["title"])
        assert row["matched_skills"] == row["missing_skills"] == row["vetoes"] == []
        assert "text" in row["abstained"]


def test_bad_rows_are_reported_and_the_rest_is_ranked(tmp_path: Path) -> None:
    people = [person("a", "Nurse"), {"id": "b"}, "{broken", person("a", "Baker"), {"resume": {}}]
    jobs = [{"id": "n", "title": "Nurse", "description": 5, "min_years_experience": "many"}, {"id": "x"}]
    result = rank(tmp_path, people, jobs)
    assert result.exit_code == 3
    assert [row["job_id"] for row in lines(result)] == ["n"]
    problems = [json.loads(line) for line in result.stderr.splitlines()]
    assert len(problems) == 5
    assert all(problem["remedy"] for problem in problems)


def test_empty_files_give_nothing(tmp_path: Path) -> None:
    result = rank(tmp_path, [], [])
    assert (result.exit_code, result.stdout) == (0, "")


def test_the_commands_stay_quick_to_ask_for_help() -> None:
    result = CliRunner().invoke(matches, ["rank", "--help"])
    assert result.exit_code == 0
    assert "--top" in result.stdout


def test_a_field_of_the_wrong_type_counts_as_not_known() -> None:
    from jobmatch_dagster.matching import rows

    made = rows._columns(
        [{"id": "a", "title": "T", "salary_min": "x", "posted_on": "2026-01-02", "remote": 3}], tables.JOBS
    )
    row = made.to_pylist()[0]
    assert (row["salary_min"], row["remote"]) == (None, "3")
    assert str(row["posted_on"]) == "2026-01-02"
    assert isinstance(made, pa.Table)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, "x", [], {"a": 1}, True])
@pytest.mark.parametrize("name", [field.name for field in tables.JOBS if not pa.types.is_string(field.type)])
def test_no_value_of_a_field_stops_the_ranking(name: str, value: object) -> None:
    from jobmatch_dagster.matching import rows

    assert len(rows._columns([{"id": "a", "title": "T", name: value}], tables.JOBS)) == 1
