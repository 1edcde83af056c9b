"""`jobmatch jobs clean`: JSON Lines in and out; a bad row is told and the rest goes on."""

import json

import pytest
from click.testing import CliRunner

from jobmatch_dagster.postings.commands import jobs


def run(*rows, day="2026-11-20"):
    lines = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    result = CliRunner().invoke(jobs, ["clean", "--day", day], input=lines + "\n")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    out = [json.loads(line) for line in result.stdout.splitlines()]
    return out, [json.loads(line) for line in result.stderr.splitlines()], result.exit_code


def test_title_and_company_are_enough():
    out, problems, code = run({"title": "Cook", "company": "Inn"})
    assert (out[0]["title"], out[0]["board"], problems, code) == ("Cook", "input", [], 0)


@pytest.mark.parametrize(
    "row",
    [
        "not json",
        "[1, 2]",
        {"title": ["a"], "company": "b"},
        {"title": "a"},
        {"title": "", "company": "b"},
        {"title": {"x": 1}, "company": "b"},
        {"title": True, "company": "b"},
        {"company": None, "title": "a"},
    ],
)
def test_a_bad_row_is_told_and_the_rest_goes_on(row):
    out, problems, code = run(row, {"title": "Cook", "company": "Inn"})
    assert [job["title"] for job in out] == ["Cook"]
    assert code == 3
    assert set(problems[0]) == {"input", "error", "remedy"}


@pytest.mark.parametrize(
    "field",
    [
        {"salary_min": "many"},
        {"salary_min": float("inf")},
        {"posted_on": 5},
        {"fetched_at": "yesterday"},
        {"location": {"city": "x"}},
        {"benefits": [1, {"a": 2}]},
        {"description": [["x"]]},
        {"salary_max": 10**400},
    ],
)
def test_a_field_of_a_wrong_type_is_left_out_with_its_reason(field):
    out, _, code = run({"title": "Cook", "company": "Inn", **field})
    assert code == 0
    assert out[0]["issues"]


def test_numbers_and_lists_are_taken_where_they_make_sense():
    row = {
        "title": "Cook",
        "company": 3,
        "external_id": 17,
        "location": ["Berlin, Germany", "Paris, France"],
        "salary_min": "40,000",
    }
    (job,), _, _ = run(row)
    assert (job["company"], job["external_id"], job["city"], len(job["places"])) == ("3", "17", "Berlin", 2)


def test_exact_and_near_repeats_name_the_row_they_repeat():
    text = " ".join(f"word{n}" for n in range(200))
    rows = [{"title": "Cook", "company": "Inn", "description": text}] * 2
    rows.append({"title": "Cook", "company": "Inn", "description_html": f"<p>{text} extra</p>"})
    out, _, _ = run(*rows)
    root = next(job["id"] for job in out if job["duplicate_of"] is None)
    assert sorted(job["duplicate_of"] or "" for job in out) == ["", root, root]
    assert len({job["id"] for job in out}) == 3


def test_output_keeps_the_order_of_the_input():
    out, _, _ = run(*({"title": f"Cook {letter}", "company": "Inn", "external_id": letter} for letter in "dbac"))
    assert [job["external_id"] for job in out] == list("dbac")


def test_no_input_is_no_output():
    assert run() == ([], [], 0)
