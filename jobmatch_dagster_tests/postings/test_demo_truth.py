"""The demo's made-up postings, whose truth is known: what cleaning reads agrees with it."""

from datetime import UTC, date, datetime, time, timedelta

import pyarrow as pa
import pytest

from jobmatch_dagster.demo import truth, world
from jobmatch_dagster.postings.clean import clean
from jobmatch_dagster.postings.place.gazetteer import gazetteer
from jobmatch_dagster.tables import POSTING

DAY = date(2026, 11, 20)


def postings(day):
    rows = []
    for shown in world.postings(day):
        pay = shown.board_salary
        rows.append(
            {
                "board": shown.board,
                "external_id": shown.external_id,
                "title": shown.title,
                "company": shown.company,
                "location": shown.location,
                "salary_text": shown.salary_text,
                "salary_min": pay.low if pay else None,
                "salary_max": pay.high if pay else None,
                "salary_currency": pay.currency if pay else None,
                "salary_period": pay.period if pay else None,
                "description_html": shown.description_html,
                "posted_on": shown.posted_on,
                "employment_type": shown.employment_text,
                "seniority": shown.seniority_text,
                "remote": shown.remote_text,
                "fetched_at": datetime.combine(day, time(6), UTC),
            }
        )
    return pa.Table.from_pylist(rows, schema=POSTING)


@pytest.fixture(scope="module")
def jobs():
    return clean(postings(DAY), day=DAY).jobs.to_pylist()


@pytest.mark.parametrize(
    ("field", "precision", "recall"),
    [
        ("country", 0.98, 0.95),
        ("remote", 0.99, 0.97),
        ("salary_min", 0.99, 0.97),
        ("salary_max", 0.99, 0.97),
        ("salary_currency", 0.99, 0.97),
        ("salary_period", 0.99, 0.97),
        ("salary_gross", 0.99, 0.97),
        ("seniority", 0.96, 0.96),
        ("min_years_experience", 0.98, 0.98),
        ("education", 0.90, 0.90),
        ("employment_type", 0.98, 0.98),
        ("language", 0.99, 0.99),
        ("posted_on", 0.99, 0.99),
    ],
)
def test_readings_agree_with_the_truth(jobs, field, precision, recall):
    found = truth.compare(jobs, DAY, [field])[field]
    assert found.precision >= precision, found.examples[:5]
    assert found.recall >= recall, found.examples[:5]


def test_cities_agree_whatever_language_names_them(jobs):
    shown = truth.truth_by_external_id(DAY)
    wrong = []
    for job in jobs:
        city = shown[job["board"], job["external_id"]].job.city
        if job["city"] and city and not any(found.name == job["city"] for found in gazetteer().cities(city)):
            wrong.append((city, job["city"]))
    assert len(wrong) <= len(jobs) * 0.01, wrong[:5]


def test_all_listings_of_a_job_are_joined(jobs):
    root = {(job["board"], job["external_id"]): job["duplicate_of"] or job["id"] for job in jobs}
    apart = [group for group in truth.duplicate_groups(DAY) if len({root[key] for key in group}) > 1]
    assert len(apart) <= 0.03 * len(truth.duplicate_groups(DAY)), apart[:3]


def test_an_ad_in_two_cities_is_grouped_and_not_joined(jobs):
    rows = {(job["board"], job["external_id"]): job for job in jobs}
    groups = [
        group
        for group in truth.city_groups(DAY)
        if len({(rows[k]["country"], rows[k]["city"]) for k in group if rows[k]["city"]}) > 1
    ]
    assert groups
    for group in groups:
        assert len({rows[key]["group_id"] for key in group}) == 1


def test_the_day_after_keeps_the_first_days(jobs):
    import json

    known = clean(postings(DAY - timedelta(days=1)), day=DAY - timedelta(days=1)).jobs
    later = clean(postings(DAY), day=DAY, known=known).jobs.to_pylist()
    still = set(known["id"].to_pylist())
    assert all((job["first_seen_on"] < DAY) == (job["id"] in still) for job in later)
    assert any(json.loads(job["evidence"]).get("duplicate_of", {}).get("source") == "repost" for job in later)
