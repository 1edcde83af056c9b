"""Every value that is read from a text says where, and the words there say it; every value that is refused says why."""

import json
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from jobmatch_dagster.postings.clean import clean
from jobmatch_dagster.postings.phrases import find
from jobmatch_dagster.postings.salary import read_salary

SENTENCES = {
    "salary": [
        "Salary: £42,000 - £48,000 a year", "The pay is $35 - $45 an hour", "Gehalt ab 3.500 € brutto im Monat",
        "Wynagrodzenie: 12 000 – 15 000 zł brutto / mies.",
        "up to £60k p.a.", "薪水 20-30K/月", "RAL 30.000 - 35.000 €",
    ],
    "years": [
        "5+ years of experience in welding", "Mindestens 2 Jahre Berufserfahrung",
        "co najmniej dwuletnie doświadczenie",
    ],
    "degree": ["Bachelor's degree required", "Abgeschlossene Ausbildung als Koch", "Formation : Bac +5"],
    "remote": [
        "This is a remote position.", "You must be based in the United States.", "four hours of overlap with PST",
        "Hybrides Arbeiten ist möglich.",
    ],
    "date": ["Apply by 30 November 2026", "Bewerbungsfrist: 15.12.2026"],
    "other": [
        "We raised $40M in Series B.", "A $5,000 sign-on bonus.", "Our company is 30 years old.",
        "<b>Über uns</b> – ein Team & mehr",
        "Café, naïve, 北京 😀", "401(k) match", "A/B tests, C++ and .NET", "Wir suchen eine Person, die gern plant.",
    ],
}  # fmt: skip
TEXTS = st.lists(
    st.sampled_from([line for lines in SENTENCES.values() for line in lines]), min_size=1, max_size=12
).flatmap(lambda lines: st.sampled_from(["\n", "<br>", "</p><p>", ". ", "\n\n• "]).map(lambda gap: gap.join(lines)))
TITLES = st.sampled_from(
    [
        "Senior Welder (m/w/d)",
        "Nurse, part-time (Remote)",
        "Data Engineer £45k",
        "Koch",
        "Head of Sales - Hybrid",
        "实习生",
    ]
)
PLACES = st.sampled_from(["Berlin", "Remote - CET ± 2h", "Remote (US only)", "Austin, TX", "", "Georgia"])
DIGITS = ("salary_min", "salary_max", "min_years_experience", "valid_until")


@settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
@given(TITLES, PLACES, TEXTS)
def test_offsets_slice_to_the_words_that_say_the_value(title, place, text):
    table = pa.table(
        {"board": ["b"], "external_id": ["1"], "title": [title], "company": ["c"], "location": [place]}
        | {"description_html": [text]}
    )
    (job,) = clean(table, day=date(2026, 11, 20)).jobs.to_pylist()
    evidence = json.loads(job["evidence"] or "{}")
    for field, entry in evidence.items():
        if "start" not in entry or entry["start"] < 0:
            continue
        source = {"text": job["description"], "title": job["title"], "board": job["location"]}[entry["source"]]
        words = source[entry["start"] : entry["end"]]
        assert words, (field, entry)
        assert words == words.strip(), (field, words)
        if field in DIGITS and "letnie" not in words:
            assert any(character.isdigit() for character in words), (field, words)
    for field in ("salary_min", "salary_max", "min_years_experience", "education", "remote", "seniority", "language"):
        assert job[field] is None or field in evidence


@settings(deadline=None, max_examples=120, suppress_health_check=list(HealthCheck))
@given(TEXTS)
@example("薪水 20-30K/月\nRAL 30.000 - 35.000 €")  # the next line's word for a year is the next amount's
def test_the_words_of_a_salary_read_again_give_the_same_salary(text):
    salary = read_salary(text, find([text])[0], "US")
    if salary is None:
        return
    words = text[salary.start : salary.end]
    again = read_salary(words, find([words])[0], "US", labelled=True)
    assert again is not None
    amounts = {again.low, again.high} - {None}
    assert amounts == {salary.low, salary.high} - {None}


@pytest.mark.parametrize(
    ("posting", "field"),
    [
        ({"location": "Georgia"}, "location"),
        ({"location": "Planet Zorg"}, "location"),
        ({"salary_text": "tariff 9 step 3"}, "salary"),
        ({"salary_text": "$40K - $50K (Glassdoor est.)"}, "salary"),
        ({"salary_min": 90.0, "salary_max": 20.0}, "salary"),
        ({"posted_text": "once upon a time"}, "posted_on"),
        ({"posted_text": "Active 3 days ago"}, "posted_on"),
        ({"posted_on": date(2030, 1, 1)}, "posted_on"),
        ({"title": "Pilot"}, "language"),
        ({"title": "Vice President", "company": "Barclays Bank"}, "seniority"),
    ],
)
def test_what_is_refused_says_why(posting, field):
    row = {"board": "b", "external_id": "1", "title": "Koch", "company": "c"} | posting
    (job,) = clean(pa.Table.from_pylist([row]), day=date(2026, 11, 20)).jobs.to_pylist()
    reasons = [issue["reason"] for issue in json.loads(job["issues"] or "[]") if issue["field"] == field]
    assert reasons
    assert all(reasons)
