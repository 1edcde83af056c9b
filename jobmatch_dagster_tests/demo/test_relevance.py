"""The frozen set is large enough, always the same, and its grades follow the written rule, hard negatives included."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from jobmatch_dagster.demo import advert
from jobmatch_dagster.demo.advert import Job, Wishes
from jobmatch_dagster.demo.people import Person, Role, make_person
from jobmatch_dagster.demo.relevance import FrozenSet, frozen_set, grade, share_of_required


@pytest.fixture(scope="module")
def frozen() -> FrozenSet:
    return frozen_set()


@pytest.fixture
def person() -> Person:
    return make_person("r", Role("welder", "US", "en", None, level_drawn=False))


@pytest.fixture
def job(person: Person) -> Job:
    made = advert.write("r", "r", wishes=Wishes("welder", "US", "en", "mid"))
    known = tuple(skill for skill in made.skills if skill.requirement != "required" or skill.label in person.labels)
    return replace(made, skills=known, min_years=None, seniority=None)


def test_the_set_is_large_enough_and_complete(frozen: FrozenSet) -> None:
    assert len(frozen.people) >= 40
    assert len(frozen.postings) >= 400
    assert len(frozen.grades) == len(frozen.people) * len(frozen.postings)
    assert set(frozen.grades.values()) == {0, 1, 2, 3}
    assert set(frozen.kinds.values()) == {"plain", "other_words", "same_words", "vague"}


def test_nearly_everybody_has_something_to_find(frozen: FrozenSet) -> None:
    good = Counter(person for (person, _), value in frozen.grades.items() if value >= 2)
    assert sum(good[person.id] > 0 for person in frozen.people) >= 45


def test_another_occupation_that_uses_the_words_is_no_match(frozen: FrozenSet) -> None:
    for person in frozen.people:
        for posting in frozen.postings:
            key = posting.job.key
            if frozen.kinds[key] == "same_words" and posting.job.occupation != person.occupation:
                assert frozen.grades[person.id, key] <= 1


def test_the_right_occupation_in_other_words_can_be_a_match(frozen: FrozenSet) -> None:
    keys = {key for key, kind in frozen.kinds.items() if kind == "other_words"}
    assert sum(value == 3 for (_, key), value in frozen.grades.items() if key in keys) >= 20


def test_a_vague_ad_is_never_a_match(frozen: FrozenSet) -> None:
    keys = {key for key, kind in frozen.kinds.items() if kind == "vague"}
    assert max(value for (_, key), value in frozen.grades.items() if key in keys) == 1


def test_all_skills_at_the_right_level_is_a_match(person: Person, job: Job) -> None:
    assert share_of_required(person, job) == 1
    assert grade(person, job) == 3


def test_work_abroad_counts_only_where_it_is_remote_for_the_person(person: Person, job: Job) -> None:
    assert grade(person, replace(job, country="AU")) == 0
    german = replace(person, country="DE")
    assert grade(german, replace(job, country="PL", remote="remote", remote_scope="EU")) == 3
    assert grade(german, replace(job, country="PL", remote="remote", remote_scope="PL")) == 0


def test_an_ad_in_a_language_that_the_person_does_not_name_is_no_match(person: Person, job: Job) -> None:
    assert grade(person, replace(job, language="pl")) == 0


def test_a_missing_licence_keeps_a_job_far(person: Person, job: Job) -> None:
    licence = advert.SkillTruth("bar admission", "bar admission", "required", "licence", "bar_admission")
    assert grade(person, replace(job, skills=(*job.skills, licence))) == 1


@pytest.mark.parametrize(("level", "expected"), [("lead", 1), ("senior", 2), (None, 3), ("junior", 2), ("intern", 1)])
def test_the_level_must_be_in_reach(person: Person, job: Job, level: str | None, expected: int) -> None:
    assert grade(person, replace(job, seniority=level)) == expected


def test_years_that_are_far_from_there_keep_a_job_far(person: Person, job: Job) -> None:
    assert grade(person, replace(job, min_years=round(person.years) + 4)) == 1


def test_a_related_occupation_is_far_and_an_unrelated_one_no_match(person: Person, job: Job) -> None:
    assert grade(replace(person, occupation="software"), replace(job, occupation="data_engineer")) == 1
    assert grade(replace(person, occupation="nurse"), job) == 0
