"""What is said about a match."""

from __future__ import annotations

import json

import pytest

from jobmatch_dagster.matching import commands, fragments, scorer, topk
from jobmatch_dagster.matching.changes import changes
from jobmatch_dagster_tests.matching.conftest import DAY, World, as_tables, asks, has, job, resume

LONG = "We build data pipelines and a warehouse for reports. " + " ".join(f"topic{n} matters" for n in range(60))
PERSON = (
    resume("r", {"basics": {"label": 'Data "Lead" \\ Engineer'}, "work": [{"summary": "Kafka pipelines"}]}),
    has("r", "PostgreSQL", "Kafka"),
)
AD = (
    job("j", "Data Engineer", LONG, seniority="senior"),
    asks("j", SQL="required", Kafka="required", welding="required", German="preferred"),
)


def matched() -> dict:
    return scorer.match(*as_tables([PERSON], [AD]), top=1, min_score=0.0, threads=1, day=DAY).matches.to_pylist()[0]


def test_each_requirement_is_met_partly_or_missing_with_evidence_on_both_sides() -> None:
    row = matched()
    found = {item["label"]: item for item in json.loads(row["matched_skills"])}
    assert found["Kafka"]["status"] == "met"
    assert found["Kafka"]["credit"] == 1
    assert found["SQL"]["status"] == "partly"
    assert found["SQL"]["through"] == "PostgreSQL"
    assert (found["SQL"]["job_evidence"], found["SQL"]["resume_evidence"]) == ([0, 3], [3, 13])
    missing = json.loads(row["missing_skills"])
    assert [item["label"] for item in missing] == ["welding", "German"], "the most important first"
    assert missing[0]["weight"] > missing[1]["weight"] > 0
    assert missing[0]["requirement"] == "required"


def test_the_sentence_names_what_is_there_and_what_is_missing() -> None:
    sentence = matched()["sentence"]
    assert sentence.startswith("Meets 1 of 4 requirements (")
    assert "lacks welding, German" in sentence
    assert sentence.endswith(".")


def test_the_sentence_does_not_reproach_anybody_with_what_the_ad_only_mentions() -> None:
    ad = (AD[0], asks("j", SQL="required", Kafka="required", welding="mentioned", German="preferred"))
    found = scorer.match(*as_tables([PERSON], [ad]), top=1, min_score=0.0, threads=1, day=DAY).matches.to_pylist()[0]
    assert "lacks German;" in found["sentence"]
    assert {item["label"] for item in json.loads(found["missing_skills"])} == {"welding", "German"}


def test_reasons_name_both_sides() -> None:
    row = (resume("r", {"basics": {"label": "Engineer"}}, seniority="mid", experience_years=2.5), [])
    ad = (job("j", "Engineer", seniority="senior", min_years_experience=5.0), [])
    found = scorer.match(*as_tables([row], [ad]), top=1, min_score=0.0, threads=1, day=DAY).matches.to_pylist()[0]
    parts = json.loads(found["components"])
    assert parts["seniority"]["reason"] == "asked: senior; shown: mid"
    assert parts["experience"]["reason"] == "asked: 5 years or more; shown: 2 years or more"
    assert parts["evidence"]["reason"] == "not judged: skills, text, education; the posting says little"


@pytest.mark.parametrize("seed", range(3))
def test_every_stored_column_of_json_can_be_read(seed: int) -> None:
    found = scorer.match(*World(seed).tables(12, 25), top=25, min_score=0.0, threads=1, day=DAY).matches.to_pylist()
    for row in found:
        for name in ("components", "matched_skills", "missing_skills", "vetoes"):
            json.loads(row[name])
        assert row["sentence"].endswith(".")


def test_what_would_change_tells_the_score_and_rank_that_scoring_again_gives() -> None:
    people, skills, ads, asked = as_tables([PERSON], [AD])
    now = scorer.match(people, skills, ads, asked, top=1, min_score=0.0, threads=1, day=DAY).matches["score"][0].as_py()
    rank, possible = changes(people, skills, ads, asked, [now + 0.001, now + 0.5], day=DAY)
    assert rank == 3
    assert [change.skill for change in possible][:2] == ["welding", "German"] or possible[0].score >= possible[1].score
    for change in possible:
        held = ["PostgreSQL", "Kafka", change.skill]
        richer = as_tables([(PERSON[0], has("r", *held))], [AD])
        again = scorer.match(*richer, top=1, min_score=0.0, threads=1, day=DAY).matches["score"][0].as_py()
        assert change.score == again
    assert possible[0].rank == 2


def test_a_vetoed_pair_is_explained_by_its_veto_alone() -> None:
    abroad = resume("r", {"basics": {"label": "Engineer", "location": {"countryCode": "US"}}})
    people, skills, ads, asked = as_tables([(abroad, [])], [(job("j", "Engineer", country="DE"), [])])
    told = commands.explained(people, skills, ads, asked, [], DAY)
    assert [veto["kind"] for veto in told["vetoes"]] == ["place"]
    assert "score" not in told


def test_columns_larger_than_an_arrow_array_come_in_several_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    monkeypatch.setattr(fragments, "MOST_BYTES", 7)
    pieces = fragments.Pieces()
    numbers = pieces.add(["aé", "b", "cccccccccc"])
    column = pieces.assemble(*fragments.rows_of([numbers[np.array([0, 1, 2, 0, 1])]]))
    assert column.to_pylist() == ["aé", "b", "cccccccccc", "aé", "b"]
    assert column.num_chunks > 1


def test_nothing_to_explain_is_an_empty_table() -> None:
    assert topk.JOB_BLOCK < 1 << 16, "rows of a block are 16 bits wide"
    far = resume("r", {"basics": {"label": "Engineer", "location": {"countryCode": "US"}}})
    found = scorer.match(
        *as_tables([(far, [])], [(job("j", "Engineer", country="DE"), [])]), top=3, min_score=0.0, threads=1, day=DAY
    )
    assert (found.matches.num_rows, found.vetoed, found.pairs) == (0, 1, 1)
