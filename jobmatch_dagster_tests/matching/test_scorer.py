"""Scores of pairs: what they depend on, what they add up to, what they do with missing inputs."""

from __future__ import annotations

import json
import random
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobmatch_dagster import tables
from jobmatch_dagster.matching import scorer, sides
from jobmatch_dagster.matching.best import best_resumes
from jobmatch_dagster_tests.matching.conftest import DAY, Rows, World, as_tables, asks, has, job, resume
from jobmatch_dagster_tests.matching.keeping import keep_top

ENGINEER = {"basics": {"label": "Data Engineer", "summary": "Builds data pipelines with Kafka and a warehouse."}}
LONG = "We build data pipelines and a warehouse for reports. " + " ".join(f"topic{n} matters" for n in range(60))


def match(people: Rows, ads: Rows, *, top: int = 50, min_score: float = 0.0, threads: int = 1) -> scorer.Matched:
    return scorer.match(*as_tables(people, ads), top=top, min_score=min_score, threads=threads, day=DAY)


def ranked(found: scorer.Matched) -> list[str]:
    return found.matches["job_id"].to_pylist()


def scores(found: pa.Table) -> dict[tuple[str, str], float]:
    return {(row["resume_id"], row["job_id"]): row["score"] for row in found.to_pylist()}


@pytest.mark.parametrize("seed", range(6))
def test_contributions_add_up_to_the_score_exactly_as_numbers_and_as_decimals(seed: int) -> None:
    found = scorer.match(*World(seed).tables(8, 20), top=20, min_score=0.0, threads=1, day=DAY).matches
    assert len(found)
    for row in found.to_pylist():
        parts = json.loads(row["components"])
        assert sum(part["contribution"] for part in parts.values()) == row["score"]
        exact = json.loads(row["components"], parse_float=Decimal)
        assert sum(part["contribution"] for part in exact.values()) == Decimal(repr(row["score"]))
        assert 0 <= row["score"] <= 1
        assert set(parts) | set(row["abstained"]) == {*scorer.COMPONENTS, "evidence"} - ({"evidence"} - set(parts))
        assert all(0 <= part["value"] <= 1 for name, part in parts.items() if name != "evidence")


@pytest.mark.parametrize("seed", range(2))
def test_a_pair_scores_the_same_alone_in_any_batch_and_on_any_number_of_threads(seed: int) -> None:
    world = World(seed)
    people = [world.resume(f"r{n}") for n in range(4)]
    ads = [world.job(f"j{n}") for n in range(6)]
    together = match(people, ads).matches
    shuffled = match(people[::-1], random.Random(seed).sample(ads, len(ads)), threads=3).matches
    assert together.equals(shuffled)
    alone = pa.concat_tables([match([person], [ad]).matches for person in people for ad in ads])
    by_pair = [("resume_id", "ascending"), ("job_id", "ascending")]
    assert together.sort_by(by_pair).combine_chunks().equals(alone.sort_by(by_pair).combine_chunks())


def test_the_stored_score_is_the_sum_that_the_scan_ranked_by() -> None:
    people, skills, ads, asked = World(11).tables(6, 30)
    there = sides.jobs(ads, asked)
    here = sides.resumes(people, skills, there)
    found = scorer.match(people, skills, there, top=30, min_score=0.0, threads=1, day=DAY).matches
    how = scorer.rule(there, here, scorer.weights.load(), 0)
    rows = {identity: row for row, identity in enumerate(here.table["id"].to_pylist())}
    columns = {identity: row for row, identity in enumerate(there.table["id"].to_pylist())}
    import numpy as np

    r = np.array([rows[i] for i in found["resume_id"].to_pylist()])
    j = np.array([columns[i] for i in found["job_id"].to_pylist()])
    total = scorer.numerators(here, there, r, j).sum(axis=1)
    both = here.side.masks[r] & there.side.masks[j]
    expected = np.floor(total * how.factors[both] * how.richness[j]) / scorer.STEPS
    assert found["score"].to_pylist() == expected.tolist()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_days_scored_one_by_one_equal_a_full_score_over_any_history(seed: int) -> None:
    """Jobs are added, changed and closed, résumés added, replaced and deleted; only what is new is scored each day."""
    dice, world, top = random.Random(seed), World(seed), 4
    people: dict[str, tuple] = {}
    ads: dict[str, tuple] = {}
    kept = tables.JOB_MATCHES.empty_table()
    for _ in range(4):
        gone = set(dice.sample(sorted(ads), min(len(ads), dice.randint(0, 2))))
        left = set(dice.sample(sorted(people), min(len(people), dice.randint(0, 1))))
        new_ads = {i: world.job(i) for i in dice.sample([f"j{n}" for n in range(14)], dice.randint(1, 5))}
        new_people = {i: world.resume(i) for i in dice.sample([f"r{n}" for n in range(5)], dice.randint(0, 2))}
        ads = {i: row for i, row in ads.items() if i not in gone} | new_ads
        people = {i: row for i, row in people.items() if i not in left} | new_people
        stays = {i for i in people if i not in new_people}, {i for i in ads if i not in new_ads}
        before = kept.to_pylist()
        valid = [row["resume_id"] in stays[0] and row["job_id"] in stays[1] for row in before]
        lost = {row["resume_id"] for row, good in zip(before, valid, strict=True) if not good}
        kept = kept.filter(pa.array(valid, pa.bool_()))
        # A résumé that lost a match may have dropped better ones than what is left: it is scored against every open
        # job.
        again = [row for i, row in people.items() if i in new_people or i in lost]
        others = [row for i, row in people.items() if i not in new_people and i not in lost]
        for who, what in ((again, list(ads.values())), (others, list(new_ads.values()))):
            if who and what:
                kept = keep_top(kept, match(who, what, top=top).matches, top)
    expected = match(list(people.values()), list(ads.values()), top=top).matches if people else kept
    assert scores(kept) == scores(expected)


def test_two_empty_sides_and_empty_profiles_give_no_matches() -> None:
    ads = [(job("j", "Data Engineer", LONG), asks("j", Kafka="required"))]
    assert match([(resume("r", {}), [])], ads).matches.num_rows == 0
    assert match([], ads).matches.num_rows == 0
    assert match([(resume("r", ENGINEER), [])], []).matches.num_rows == 0


def test_a_profile_of_the_wrong_types_is_read_as_far_as_it_goes() -> None:
    broken = {"basics": [1], "work": {"x": 1}, "skills": ["Kafka", None], "education": "MSc", "languages": [3]}
    people = [(resume("a", broken), []), (resume("b", {}) | {"content": "{no json"}, []), (resume("c", ENGINEER), [])]
    found = match(people, [(job("j", "Data Engineer", LONG), [])])
    assert found.matches["resume_id"].to_pylist() == ["c"]


def test_a_vague_posting_does_not_outrank_one_that_says_what_it_wants() -> None:
    people = [(resume("r", ENGINEER), has("r", "SQL", "Python", "Kafka"))]
    vague = (job("a", "Data Engineer", "Join us!"), asks("a", SQL="required"))
    full = (
        job("b", "Data Engineer", LONG),
        asks("b", SQL="required", Python="required", Kafka="required", German="preferred"),
    )
    found = match(people, [vague, full])
    assert ranked(found) == ["b", "a"]
    assert "skills" in found.matches["abstained"].to_pylist()[1]


def test_a_word_of_level_is_not_counted_twice_where_titles_are_all_there_is() -> None:
    label = {"basics": {"label": "Senior Data Engineer"}}
    ads = [(job("j", "Senior Data Engineer", LONG), [])]
    assert "seniority" in match([(resume("r", label), [])], ads).matches["abstained"].to_pylist()[0]
    dated = label | {"work": [{"position": "Data Engineer", "startDate": "2015-01", "endDate": "2024-01"}]}
    assert "seniority" not in match([(resume("r", dated), [])], ads).matches["abstained"].to_pylist()[0]


def test_a_label_that_is_a_sentence_does_not_hide_the_title_that_was_held() -> None:
    position = [{"position": "Data Engineer", "summary": "pipelines"}]
    said = {"basics": {"label": "Nurse turned maker of things that people who care for others love"}, "work": position}
    ads = [(job("e", "Data Engineer"), []), (job("n", "Nurse"), [])]
    assert ranked(match([(resume("r", said), [])], ads)) == ["e", "n"]


def test_a_posting_without_requirements_abstains_from_skills_instead_of_giving_full_marks() -> None:
    people = [(resume("r", ENGINEER), has("r", "SQL"))]
    found = match(people, [(job("j", "Data Engineer", LONG), [])]).matches.to_pylist()[0]
    assert "skills" in found["abstained"]
    assert found["score"] < 0.9


def test_titles_alone_are_ranked_and_everything_else_abstains() -> None:
    people = [(resume("r", {"basics": {"label": "staff nurse"}}), [])]
    found = match(people, [(job("a", "lorry driver"), []), (job("b", "registered nurse"), [])])
    assert ranked(found)[0] == "b"
    assert set(found.matches["abstained"].to_pylist()[0]) == {"skills", "text", "seniority", "experience", "education"}
    assert found.abstained["skills"] == found.matches.num_rows


def test_required_skills_count_more_than_preferred_ones() -> None:
    people = [(resume("r", ENGINEER), has("r", "SQL", "Kafka"))]
    wants = [("a", "required", "preferred"), ("b", "preferred", "required")]
    ads = [
        (job(i, "Data Engineer", LONG), asks(i, SQL=ours, Kafka=ours, Python=theirs, welding=theirs))
        for i, ours, theirs in wants
    ]
    assert ranked(match(people, ads)) == ["a", "b"]


def skill_value(people: Rows, **asked: str | tuple[str, float]) -> float:
    ad = (job("j", "Data Engineer", LONG), asks("j", **asked, welding="required", nursing="required"))
    found = match(people, [ad]).matches.to_pylist()[0]
    return json.loads(found["components"])["skills"]["value"]


def test_a_neighbouring_skill_gives_part_of_the_credit() -> None:
    person = lambda *labels: [(resume("r", ENGINEER), has("r", *labels))]  # noqa: E731
    exact = skill_value(person("SQL"), SQL="required")
    special_for_general = skill_value(person("PostgreSQL"), databases="required")
    general_for_special = skill_value(person("databases"), SQL="required")
    nothing = skill_value(person("Kafka"), SQL="required")
    assert exact > general_for_special > nothing == 0
    assert special_for_general > 0


def test_fewer_years_than_asked_and_skills_long_unused_count_less() -> None:
    from datetime import date

    value = lambda **facts: skill_value([(resume("r", ENGINEER), has("r", "SQL", **facts))], SQL=("required", 5.0))  # noqa: E731
    assert value(years=6.0) > value(years=2.0) > 0
    assert value(years=6.0, last_used=DAY) > value(years=6.0, last_used=date(2010, 1, 1))


def test_too_senior_a_job_ranks_below_the_same_job_at_the_right_level() -> None:
    people = [(resume("r", ENGINEER, seniority="junior", experience_years=1.0), has("r", "SQL"))]
    ads = [
        (job("a", "Data Engineer", LONG, seniority="director", min_years_experience=12.0), []),
        (job("b", "Data Engineer", LONG, seniority="junior", min_years_experience=1.0), []),
    ]
    assert ranked(match(people, ads)) == ["b", "a"]


def test_equal_scores_are_ordered_by_job_id() -> None:
    people = [(resume("r", ENGINEER), [])]
    ads = [(job(i, "Data Engineer", LONG), []) for i in ("c", "a", "b")]
    assert ranked(match(people, ads, top=2)) == ["a", "b"]


def test_scores_under_the_least_are_left_out_and_the_least_itself_is_kept() -> None:
    people, ads = [(resume("r", ENGINEER), [])], [(job("a", "Data Engineer", LONG), []), (job("b", "Florist"), [])]
    best = match(people, ads).matches["score"][0].as_py()
    assert ranked(match(people, ads, min_score=best)) == ["a"]
    assert ranked(match(people, ads, min_score=min(1.0, best + 1e-4))) == []


def test_the_best_resumes_of_a_job_have_the_scores_of_the_other_direction() -> None:
    people, skills, ads, asked = World(2).tables(9, 3)
    other_way = scores(scorer.match(people, skills, ads, asked, top=3, min_score=0.0, threads=1, day=DAY).matches)
    one = ads.slice(1, 1)
    found = best_resumes(one, asked, people, skills, top=4, day=DAY)
    assert found["score"].to_pylist() == sorted(found["score"].to_pylist(), reverse=True)
    assert len(found) == 4
    assert all(other_way[pair] == score for pair, score in scores(found).items())


def test_a_match_belongs_to_the_day_its_younger_side_arrived() -> None:
    from datetime import date

    early, late = date(2026, 1, 5), date(2026, 2, 7)
    people = [(resume("old", ENGINEER, uploaded_on=early), []), (resume("new", ENGINEER, uploaded_on=late), [])]
    ads = [(job("j", "Data Engineer", LONG, first_seen_on=date(2026, 1, 20)), [])]
    found = {row["resume_id"]: row["matched_on"] for row in match(people, ads).matches.to_pylist()}
    assert found == {"old": date(2026, 1, 20), "new": late}


def test_progress_ends_with_all_pairs() -> None:
    seen: list[tuple[int, int]] = []
    scorer.match(
        *World(1).tables(3, 7), top=2, min_score=0.0, threads=1, day=DAY, on_progress=lambda *p: seen.append(p)
    )
    assert seen[-1] == (21, 21)
