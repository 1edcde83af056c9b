"""Mentions become rows of job_skills and resume_skills."""

from __future__ import annotations

import datetime as dt
import json

import pyarrow as pa
import pytest

from jobmatch_dagster.skills import taxonomy
from jobmatch_dagster.skills.tables import job_skills, resume_skills
from jobmatch_dagster.tables import JOB_SKILLS, RESUME_SKILLS


def jobs(*rows: tuple[str, str | None, str | None]) -> pa.Table:
    ids, titles, descriptions = zip(*rows, strict=True) if rows else ((), (), ())
    columns = {"id": ids, "title": titles, "description": descriptions}
    return pa.table({name: pa.array(list(values), pa.string()) for name, values in columns.items()})


def label(skill_id: str) -> str:
    loaded = taxonomy.load()
    return str(loaded.skills["label"][loaded.index(skill_id)].as_py())


def test_a_job_has_one_row_per_skill_with_the_strongest_requirement_and_all_evidence() -> None:
    text = "We use Docker. You must have Docker. Kubernetes is a plus."
    rows = job_skills(jobs(("a", "Docker Engineer", text))).to_pylist()
    docker = next(row for row in rows if label(row["skill_id"]) == "Docker")
    assert docker["requirement"] == "required"
    assert docker["evidence"] == [~0, ~6, 7, 13, 29, 35]
    assert next(row["requirement"] for row in rows if row["surface"] == "Kubernetes") == "preferred"


def test_an_excluded_skill_weighs_nothing() -> None:
    (row,) = job_skills(jobs(("a", None, "No experience with Scala needed."))).to_pylist()
    assert (row["requirement"], row["weight"]) == ("excluded", 0.0)


def test_jobs_without_text_have_no_rows_and_the_schema_stays() -> None:
    for table in (jobs(), jobs(("a", None, None))):
        assert job_skills(table).equals(JOB_SKILLS.empty_table())


def resume(body: str | None, content: object) -> pa.Table:
    return pa.table(
        {
            "id": ["r"],
            "user_id": ["u"],
            "body": pa.array([body], pa.string()),
            "content": pa.array([json.dumps(content)]),
            "uploaded_on": [dt.date(2021, 3, 1)],
        }
    )


def test_years_come_from_the_work_entries_and_overlaps_count_once() -> None:
    body = "Worked at X with Python, SQL\nWorked at Y with Python\n"
    work = [
        {"_span": [0, 29], "startDate": "2018-01", "endDate": "2019-12"},
        {"_span": [29, 53], "startDate": "2019-06", "endDate": None},
    ]
    rows = {row["surface"]: row for row in resume_skills(resume(body, {"work": work})).to_pylist()}
    assert (rows["Python"]["years"], rows["Python"]["last_used"]) == (3.25, dt.date(2021, 3, 1))
    assert (rows["SQL"]["years"], rows["SQL"]["last_used"]) == (2.0, dt.date(2019, 12, 1))


def test_years_that_the_person_states_win() -> None:
    (row,) = resume_skills(resume("Skills: Docker (3 years)", {})).to_pylist()
    assert (row["years"], row["last_used"]) == (3.0, None)


@pytest.mark.parametrize("said", ["soon", "²⁰¹⁹", "9" * 6000, "2019-²", "0000", 2019.5, ["2019"], -3])
def test_a_date_that_is_none_costs_no_resume(said: object) -> None:
    work = {"_span": [0, 6], "startDate": said, "endDate": said}
    assert resume_skills(resume("Docker", {"work": [work]})).num_rows == 1


@pytest.mark.parametrize(
    "work", ["x", 5, {"a": 1}, ["x", None], [{"_span": "ab"}], [{"_span": [0]}], [{"_span": [None, 6]}]]
)
def test_work_that_is_no_list_of_entries_with_places_tells_no_years(work: object) -> None:
    dated = (
        [{**entry, "startDate": "2019"} if isinstance(entry, dict) else entry for entry in work]
        if isinstance(work, list)
        else work
    )
    (row,) = resume_skills(resume("Docker", {"work": dated})).to_pylist()
    assert row["years"] is None


def test_a_resume_without_text_or_dates_has_no_invented_values() -> None:
    assert resume_skills(resume(None, None)).equals(RESUME_SKILLS.empty_table())
    (row,) = resume_skills(resume("Docker", {"work": [{"_span": [0, 6], "startDate": "soon"}]})).to_pylist()
    assert (row["years"], row["last_used"]) == (None, None)


def test_a_skill_that_the_person_lacks_is_left_out() -> None:
    assert resume_skills(resume("No experience with Scala yet.", {})).num_rows == 0
