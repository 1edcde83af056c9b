"""A batch of postings becomes jobs: one row per posting, in order, the same every time, with evidence and reasons."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from jobmatch_dagster.postings.clean import clean
from jobmatch_dagster.postings.duplicates import signatures
from jobmatch_dagster.tables import JOBS, POSTING, job_id

DAY = date(2026, 11, 20)
TEXT = (
    "<p>We build bridges and look for a welder. The work is done on site in Leeds.</p>"
    "<p>Salary: £38,000 - £42,000 per year.</p>"
    "<ul><li>5+ years of experience</li><li>Bachelor's degree or equivalent</li></ul>"
    "<p>This is a full-time position.</p>"
)


def posting(external_id, **more):
    base = {"board": "linkedin", "external_id": external_id, "title": "Senior Welder", "company": "Bridge Ltd"}
    return {**base, "location": "Leeds, England, United Kingdom", "description_html": TEXT, **more}


def table(*rows):
    return pa.Table.from_pylist(list(rows), schema=POSTING)


def cleaned(*rows, **more):
    return clean(table(*rows), day=DAY, **more).jobs.to_pylist()


def test_every_value_of_an_ad_is_read():
    (job,) = cleaned(posting("1", posted_text="3 days ago", fetched_at=datetime(2026, 11, 20, 5, tzinfo=UTC)))
    expected = {
        "id": job_id("linkedin", "1"),
        "city": "Leeds",
        "region": "England",
        "country": "GB",
        "remote": "onsite",
        "salary_min": 38000,
        "salary_max": 42000,
        "salary_currency": "GBP",
        "salary_period": "year",
        "seniority": "senior",
        "min_years_experience": 5,
        "education": "bachelor",
        "employment_type": "full_time",
        "language": "en",
        "posted_on": date(2026, 11, 17),
        "first_seen_on": DAY,
        "last_seen_on": DAY,
        "duplicate_of": None,
    }
    assert {name: job[name] for name in expected} == expected


def test_values_from_the_text_carry_the_words_that_say_so():
    (job,) = cleaned(posting("1"))
    evidence = json.loads(job["evidence"])
    words = {
        name: job["description"][place["start"] : place["end"]]
        for name, place in evidence.items()
        if place["source"] == "text" and "start" in place
    }
    assert words["salary_min"] == "£38,000 - £42,000 per year"
    assert words["min_years_experience"] == "5+ years"
    assert words["education"].startswith("Bachelor")
    assert "full-time" in words["employment_type"]


def test_rows_keep_the_order_and_the_schema():
    result = clean(table(*(posting(str(n), title=f"Welder {'ABCDEFGH'[n]}") for n in (5, 3, 7, 1))), day=DAY)
    assert result.jobs.schema.equals(JOBS)
    assert result.jobs["external_id"].to_pylist() == ["5", "3", "7", "1"]


def test_the_same_input_gives_the_same_rows():
    rows = [posting(str(n), board=("linkedin", "indeed")[n % 2]) for n in range(6)]
    assert clean(table(*rows), day=DAY).jobs.equals(clean(table(*rows), day=DAY).jobs)


def test_a_posting_without_a_title_is_rejected_with_its_reason_and_the_rest_goes_on():
    result = clean(table(posting("1", title="  "), posting("2")), day=DAY)
    assert result.jobs["external_id"].to_pylist() == ["2"]
    assert result.rejected == [{"subject": "linkedin 1", "reason": "has no title"}]


def test_a_posting_seen_twice_is_one_job_with_what_either_sighting_says():
    early = posting("1", fetched_at=datetime(2026, 11, 20, 5, tzinfo=UTC), apply_url="https://example.com/apply")
    late = posting("1", fetched_at=datetime(2026, 11, 20, 9, tzinfo=UTC), title="Lead Welder")
    (job,) = cleaned(early, late)
    assert (job["title"], job["apply_url"]) == ("Lead Welder", "https://example.com/apply")


def test_a_job_of_an_earlier_day_keeps_its_first_day():
    known = clean(table(posting("1")), day=date(2026, 11, 10)).jobs
    (job,) = cleaned(posting("1"), known=known)
    assert (job["first_seen_on"], job["last_seen_on"]) == (date(2026, 11, 10), DAY)


def test_a_repost_names_the_job_of_the_earlier_day():
    known = clean(table(posting("1")), day=date(2026, 11, 10)).jobs
    (job,) = cleaned(posting("2"), known=known)
    assert job["duplicate_of"] == job_id("linkedin", "1")
    assert json.loads(job["evidence"])["duplicate_of"]["source"] == "repost"


def test_known_jobs_may_come_as_signatures_alone():
    known = clean(table(posting("1", board="indeed")), day=date(2026, 11, 10)).jobs
    marks = signatures(known["description"].to_pylist()).tolist()
    slim = known.drop_columns(["description"]).append_column("signature", pa.array(marks, pa.list_(pa.uint32())))
    (job,) = cleaned(posting("2"), known=slim)
    assert job["duplicate_of"] == job_id("indeed", "1")


def test_only_texts_of_jobs_that_may_be_the_same_are_read_again():
    known = clean(
        table(
            posting("1", board="indeed"), posting("2", title="Cook", description_html="<p>We fry fish on Mondays.</p>")
        ),
        day=date(2026, 11, 10),
    ).jobs
    marks = pa.array([mark.tobytes() for mark in signatures(known["description"].to_pylist())], pa.binary())
    texts = dict(zip(known["id"].to_pylist(), known["description"].to_pylist(), strict=True))
    asked = []

    def read_texts(ids):
        asked.extend(ids)
        return {job: texts[job] for job in ids}

    slim = known.drop_columns(["description"]).append_column("signature", marks)
    fresh = posting("3", description_html=TEXT.replace("bridges", "boats"))
    (job,) = cleaned(fresh, known=slim, read_texts=read_texts)
    assert job["duplicate_of"] == job_id("indeed", "1")
    assert asked == [job_id("indeed", "1")]
    assert cleaned(fresh, known=known)[0]["evidence"] == job["evidence"]


def many():
    return [
        posting(
            str(n),
            title=("Senior Welder", "Cook", "Driver (m/w/d)")[n % 3],
            board=("linkedin", "indeed")[n % 2],
            location=("Leeds", "Berlin", None)[n % 4 % 3],
            description_html=TEXT.replace("bridges", f"bridges {n % 5}") if n % 7 else None,
        )
        for n in range(40)
    ]


def test_a_batch_read_in_chunks_gives_the_same_table(monkeypatch):
    whole = clean(table(*many()), day=DAY).jobs
    for size in (1, 7):
        monkeypatch.setattr("jobmatch_dagster.postings.clean.CHUNK", size)
        assert clean(table(*many()), day=DAY).jobs.equals(whole)


def test_the_order_of_postings_changes_no_job():
    by_id = {job["id"]: job for job in cleaned(*many())}
    assert {job["id"]: job for job in cleaned(*many()[::-1])} == by_id


def test_the_content_hash_follows_what_matching_reads():
    first, again, other = (
        cleaned(row)[0]["content_hash"]
        for row in (posting("1"), posting("2", url="https://example.com"), posting("3", title="Welder"))
    )
    assert first == again
    assert first != other


def test_a_wrong_board_salary_is_dropped_with_its_reason():
    (job,) = cleaned(posting("1", salary_min=90000.0, salary_max=10.0, salary_currency="GBP", salary_period="year"))
    assert job["salary_min"] == 38000
    assert "above its most" in job["issues"]


def test_a_date_after_the_fetch_is_dropped_with_its_reason():
    (job,) = cleaned(posting("1", posted_on=date(2027, 5, 1)))
    assert job["posted_on"] is None
    assert "posted_on" in job["issues"]


def test_remote_from_a_country_is_a_jurisdiction():
    (job,) = cleaned(posting("1", location="Remote - US", description_html="<p>Write code.</p>"))
    assert (job["remote"], job["remote_scope"], job["country"], job["city"]) == ("remote", "US", "US", None)


def test_a_table_with_few_columns_is_enough():
    few = pa.table({"board": ["b"], "external_id": ["1"], "title": ["Cook"], "company": ["Inn"], "unknown": [1]})
    assert clean(few, day=DAY).jobs.num_rows == 1


def test_an_empty_batch_is_an_empty_table():
    assert clean(POSTING.empty_table(), day=DAY).jobs.schema.equals(JOBS)


@pytest.mark.parametrize(
    "hostile",
    ["<p>" * 50_000, "$" * 200_000, "1,000 " * 100_000, "years " * 100_000, "\x00\u202e\ud800" * 1000, "a" * 1_500_000],
)
def test_hostile_texts_are_read_in_time(hostile):
    few = pa.table({"board": ["b"], "external_id": ["1"], "title": ["Cook"], "company": ["Inn"]})
    html = pa.array([hostile.encode("utf-16", "surrogatepass").decode("utf-16", "replace")])
    assert clean(few.append_column("description_html", html), day=DAY).jobs.num_rows == 1
