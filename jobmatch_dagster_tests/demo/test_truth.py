"""The helpers that compare a result with the demo's truth count what is right, wrong, missed and made up."""

from __future__ import annotations

from datetime import date, timedelta

from jobmatch_dagster.demo import truth, world

DAY = date(2026, 3, 2)


def test_the_truth_agrees_with_itself() -> None:
    rows = [truth.job_row(posting) for posting in world.postings(DAY)]
    agreements = truth.compare(rows, DAY, ["city", "country", "salary_min", "seniority", "language"])
    assert all(a.precision == a.recall == 1 for a in agreements.values())
    assert all(a.right > 20 for a in agreements.values())


def test_wrong_missed_and_made_up_values_are_told_apart() -> None:
    rows = [truth.job_row(posting) for posting in world.postings(DAY)]
    with_city = [row for row in rows if row["city"]]
    without = next(row for row in rows if row["city"] is None)
    changed = [with_city[0] | {"city": "Nowhere"}, with_city[1] | {"city": None}, without | {"city": "Nowhere"}]
    agreement = truth.compare([*changed, with_city[2]], DAY, ["city"])["city"]
    assert (agreement.right, agreement.wrong, agreement.missed, agreement.invented) == (1, 1, 1, 1)
    assert agreement.precision == 1 / 3
    assert agreement.recall == 1 / 3
    assert len(agreement.examples) == 3


def test_rows_of_unknown_postings_are_passed_over() -> None:
    assert truth.compare([{"board": "indeed", "external_id": "?"}], DAY, ["city"])["city"].right == 0


def test_what_arrives_and_what_goes_is_the_difference_of_two_days() -> None:
    today, before = truth.truth_by_external_id(DAY), truth.truth_by_external_id(DAY - timedelta(days=1))
    assert truth.arrived(DAY) == set(today) - set(before)
    assert truth.gone(DAY) == set(before) - set(today)
    assert truth.arrived(DAY)
    assert truth.gone(DAY)


def test_duplicates_and_second_cities_are_different_things() -> None:
    listings = truth.truth_by_external_id(DAY)
    for group in truth.duplicate_groups(DAY):
        assert len({listings[key].job.key for key in group}) == 1
    for group in truth.city_groups(DAY):
        assert len({listings[key].job.key for key in group}) > 1
        assert len({listings[key].job.ad_group for key in group}) == 1


def test_each_skill_has_at_least_one_span_that_holds_its_surface() -> None:
    for posting in world.postings(DAY):
        surfaces = {skill.label: skill.surface for skill in posting.job.skills}
        for label, spans in truth.skill_spans(posting.job).items():
            assert spans, (posting.job.key, label)
            assert {posting.job.text[start:end] for start, end in spans} == {surfaces[label]}


def test_requirements_name_each_skill_once() -> None:
    for posting in world.postings(DAY):
        assert len(truth.requirements(posting)) == len(posting.job.skills)
