"""The parts that boards share: values, JSON-LD, script data, the CSS reader, charsets, walls, filters."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jobmatch_dagster.boards import css, jsonld, payload, values
from jobmatch_dagster.boards.challenge import recognise
from jobmatch_dagster.boards.decoding import decode
from jobmatch_dagster.boards.filters import misses
from jobmatch_dagster.boards.raw import to_raw
from jobmatch_dagster.boards.registry import get
from jobmatch_dagster.boards.search import make_search
from jobmatch_dagster.tables import POSTING
from jobmatch_dagster_tests.boards import pages

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "day"),
    [
        ("3 days ago", date(2026, 3, 7)),
        ("Posted 1 day ago", date(2026, 3, 9)),
        ("6d", date(2026, 3, 4)),
        ("24h", date(2026, 3, 9)),
        ("13 hours ago", date(2026, 3, 9)),
        ("5 minutes ago", date(2026, 3, 10)),
        ("Just posted", date(2026, 3, 10)),
        ("Today", date(2026, 3, 10)),
        ("Posted Yesterday", date(2026, 3, 9)),
        ("30+ days ago", None),
        ("30d+", None),
        ("1 week ago", None),
        ("2 months ago", None),
        ("Actively hiring", None),
        ("", None),
    ],
)
def test_an_age_names_a_day_only_if_it_is_exact(shown: str, day: date | None) -> None:
    assert values.day_of_age(shown, NOON) == day
    assert values.day_of_age(shown, None) is None


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("2026-03-01T23:30:00-08:00", date(2026, 3, 1)),
        ("2026-03-01 10:00:00 UTC", date(2026, 3, 1)),
        (1772323200000, date(2026, 3, 1)),
        (1772323200, date(2026, 3, 1)),
        ("1772323200000", date(2026, 3, 1)),
        ("2026-13-01", None),
        ("March 1", None),
        (-1, None),
        (True, None),
        (None, None),
        (10**30, None),
    ],
)
def test_a_day_is_read_from_dates_instants_and_epochs(said: Any, day: date | None) -> None:
    assert values.day(said) == day


@pytest.mark.parametrize(
    ("said", "figure"), [(5, 5.0), ("5.5", 5.5), (0, None), (-1, None), ("nan", None), ("x", None), (True, None)]
)
def test_a_figure_is_a_number_above_zero(said: Any, figure: float | None) -> None:
    assert values.number(said) == figure


@pytest.mark.parametrize(
    ("said", "total"),
    [("1,204 jobs", 1204), ("1.204 Stellen", 1204), ("14,000+ jobs", None), (7, 7), ("no jobs", None), (None, None)],
)
def test_a_count_is_exact_or_unknown(said: Any, total: int | None) -> None:
    assert values.count(said) == total


@pytest.mark.parametrize(
    "said", ["javascript:alert(1)", "mailto:a@b.example", "ftp://x/y", "", None, 5, "http://[bad", "//"]
)
def test_only_web_addresses_are_links(said: Any) -> None:
    assert values.link(said) is None


def test_links_are_absolute_without_fragment_default_port_or_unwanted_query() -> None:
    assert values.link("/a?x=1#y", "https://b.example/c") == "https://b.example/a?x=1"
    assert values.link("https://b.example:443/a?x=1", keep_query=False) == "https://b.example/a"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Full-time", "full_time"),
        ("FULL_TIME", "full_time"),
        ("Vollzeit", "full_time"),
        (["Part-time", "Part time"], "part_time"),
        (["Full-time", "Part-time"], None),
        ("Whenever", None),
        (["Permanent", "Whenever"], "full_time"),
        (None, None),
    ],
)
def test_words_for_employment_are_known_or_unknown_never_guessed(words: Any, kind: str | None) -> None:
    assert values.only(words, "employment_type") == kind


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    max_leaves=5,
)


@given(ANYTHING)
@example(float("inf"))
@example(10**400)
@example("9" * 6000)
@example("²" * 10)
def test_no_value_whatever_its_type_makes_a_reader_raise(said: Any) -> None:
    readers = (values.text, values.markup, values.inner, values.number, values.count, values.day, values.link)
    for reader in (*readers, values.currency):
        reader(said)
    values.only(said, "employment_type")
    values.day_of_age(said if isinstance(said, str) else None, NOON)


def ld(node: Any) -> dict[str, Any]:
    (row,) = jsonld.job_postings(f"<script type='application/ld+json'>{json.dumps(node)}</script>")
    return row


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda job: job,
        lambda job: [job],
        lambda job: {"@graph": [{"@type": "Organization"}, job]},
        lambda job: {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": job}]},
        lambda job: {"@type": "WebPage", "mainEntity": job},
        lambda job: job | {"@type": ["JobPosting", "Thing"]},
        lambda job: job | {"@type": "https://schema.org/JobPosting"},
    ],
)
def test_a_job_posting_is_found_however_it_is_wrapped(wrapped: Any) -> None:
    assert ld(wrapped({"@type": "JobPosting", "title": "Welder"}))["title"] == "Welder"


@pytest.mark.parametrize(
    ("salary", "read"),
    [
        ({"currency": "EUR", "value": {"minValue": 10, "maxValue": "12", "unitText": "HOUR"}}, (10, 12, "EUR", "hour")),
        ({"currency": "EUR", "value": {"value": 3000, "unitText": "MONTH"}}, (3000, 3000, "EUR", "month")),
        ({"currency": "EUR", "value": 50000, "unitText": "YEAR"}, (50000, 50000, "EUR", "year")),
        ([{"currency": "usd", "value": [{"minValue": 1}]}], (1, None, "USD", None)),
        ("a lot", (None, None, None, None)),
        ({"currency": "EUR", "value": {"minValue": 0, "maxValue": 0}}, (None, None, None, None)),
    ],
)
def test_a_base_salary_is_read_in_each_form_that_sites_use(salary: Any, read: tuple[Any, ...]) -> None:
    row = ld({"@type": "JobPosting", "title": "x", "baseSalary": salary})
    assert tuple(row.get(f"salary_{name}") for name in ("min", "max", "currency", "period")) == read


def test_several_places_remote_work_and_an_identifier_are_read() -> None:
    row = ld(
        {
            "@type": "JobPosting",
            "title": "Welder",
            "identifier": {"@type": "PropertyValue", "value": 42},
            "jobLocationType": "TELECOMMUTE",
            "jobLocation": [
                {"address": {"addressLocality": "Gent", "addressCountry": {"name": "Belgium"}}},
                {"address": "Lyon, France"},
            ],
            "estimatedSalary": {"value": 99},
        }
    )
    assert (row["identifier"], row["remote"], row["location"]) == ("42", "remote", "Gent, Belgium; Lyon, France")
    assert "salary_min" not in row, "an estimate is not the employer's"


def test_broken_json_ld_beside_sound_one_is_passed_over() -> None:
    body = (
        '<script type="application/ld+json">{broken</script>'
        '<script type="application/ld+json">\n<!-- {"@type": "JobPosting", "title": "two\nlines"} --></script>'
    )
    assert [row["title"] for row in jsonld.job_postings(body)] == ["two lines"]


def test_script_data_is_found_behind_its_marker_and_nowhere_else() -> None:
    assert payload.after('x={"a": "};"};y=1', "x=") == {"a": "};"}
    assert payload.after("x={broken", "x=") is None
    assert payload.after("nothing", "x=") is None
    assert payload.after("if (w.x) {} w.x = [1];", "w.x") == [1], "a mention before the assignment is passed over"
    assert list(payload.every('"v": {"a":1},"v":{bad,"v":[2]', '"v":')) == [{"a": 1}, [2]]


def test_a_text_that_the_board_cut_within_a_character_reaches_the_table() -> None:
    said = {"@type": "JobPosting", "title": "Welder \ud83d", "description": "Steel", "url": "https://a.example/1"}
    page = f'<script type="application/ld+json">{json.dumps(said)}</script>'
    found = get("careerpage").extract("detail", page, "https://a.example/1", datetime(2026, 8, 1, tzinfo=UTC))
    table = to_raw(pa.Table.from_pylist(found.postings, schema=POSTING), date(2026, 8, 1))
    assert json.loads(table["payload"][0].as_py())["title"] == "Welder \ufffd"


def test_nesting_too_deep_for_the_decoder_is_no_data_rather_than_a_crash() -> None:
    deep = "[" * 200_000
    assert payload.loads(deep) is None
    assert payload.after("x=" + deep, "x=") is None
    assert list(jsonld.documents(f'<script type="application/ld+json">{deep}</script>')) == []


def test_the_faster_reader_finds_what_crawl4ais_own_finds() -> None:
    css.prepare_crawl4ai()
    from crawl4ai.extraction_strategy import JsonCssExtractionStrategy

    bodies = {
        ("linkedin", "search"): pages.linkedin_search(range(4_100_000_000, 4_100_000_004)),
        ("indeed", "search"): pages.indeed_search([pages.indeed_record("ab12cd34ef56ab12")]),
        ("glassdoor", "search"): pages.glassdoor_search([1, 2]),
        ("ziprecruiter", "search"): pages.ziprecruiter_new(["k1", "k2"]),
        ("careerbuilder", "search"): pages.careerbuilder_search(["J3AB5C6D7E8F9G"]),
    }
    for (board, kind), body in bodies.items():
        schema = json.loads((files("jobmatch_dagster.boards") / "schemas" / f"{board}.json").read_text("utf-8"))[kind]
        theirs = JsonCssExtractionStrategy(schema).extract("", body)
        assert squeezed(css.cards(board, kind, body)) == squeezed(theirs)
        assert theirs


def squeezed(found: Any) -> Any:
    """Without the space between words, which the original loses, and without the writing of mark-up."""
    if isinstance(found, list):
        return [squeezed(entry) for entry in found]
    if isinstance(found, dict):
        return {key: squeezed(value) for key, value in found.items() if not str(value).startswith("<")}
    return "".join(str(found).split())


def test_words_of_neighbouring_elements_are_not_glued_together() -> None:
    (card,) = css.cards("careerbuilder", "search", pages.careerbuilder_search(["J3AB5C6D7E8F9G"]))
    body = '<div class="data-results-content-parent"><div class="data-results-title"><b>Head</b><i>Chef</i></div></div>'
    assert css.cards("careerbuilder", "search", body)[0]["title"] == "Head Chef"
    assert card["location"] == "WA - Seattle"


@pytest.mark.parametrize(
    ("data", "declared", "text"),
    [
        ("é".encode(), "latin-1", "é"),
        ("Zürich, Genève".encode("cp1252"), "utf-8", "Zürich, Genève"),
        ("“x”".encode("cp1252"), "iso-8859-1", "“x”"),
        ("ż".encode("iso-8859-2"), "iso-8859-2", "ż"),
        (b"<meta charset='iso-8859-2'>" + "ż".encode("iso-8859-2"), None, "<meta charset='iso-8859-2'>ż"),
        ("x".encode("utf-16"), None, "x"),
        (b"abc \xc3", None, "abc \ufffd"),
    ],
)
def test_bytes_are_read_as_what_they_are(data: bytes, declared: str | None, text: str) -> None:
    assert decode(data, declared).lstrip("\ufeff") == text


def test_a_sound_page_is_not_taken_for_a_wall() -> None:
    sound = [pages.linkedin_detail(1), pages.indeed_detail("ab12cd34ef56ab12"), pages.glassdoor_search([1]), "", "{}"]
    assert [recognise(body) for body in sound] == [None] * len(sound)
    assert recognise("<title>Captcha developer jobs in Gent</title>") == "a captcha", (
        "asked only where no posting is found"
    )


def test_a_page_with_postings_is_never_called_blocked() -> None:
    body = pages.indeed_search([pages.indeed_record("ab12cd34ef56ab12")]).replace("nurse jobs", "Just a moment...")
    page = get("indeed").extract("search", body)
    assert page.postings
    assert page.blocked is None


@pytest.mark.parametrize(
    ("posting", "missed"),
    [
        ({"title": "Staff Nurse", "location": "Leeds"}, None),
        ({"title": "Baker", "location": "Leeds"}, "keywords"),
        ({"title": "Baker", "description_html": "…or nurse", "location": "Leeds"}, None),
        ({"title": "Nurse", "location": "Lyon"}, "place"),
        ({"title": "Nurse", "location": "Lyon", "remote": "remote"}, None),
        ({"title": "Nurse"}, None),
        ({"title": "Nurse", "posted_on": date(2026, 1, 1)}, "max_age_days"),
        ({"title": "Nurse", "posted_on": date(2026, 3, 3)}, None),
        ({"title": "Nurse", "employment_type": "part_time"}, "employment_type"),
    ],
)
def test_a_filter_drops_only_what_says_otherwise(posting: dict[str, Any], missed: str | None) -> None:
    search = make_search("lever", keywords="nurse", place="Leeds", max_age_days=7, employment_type="full_time")
    assert misses(posting, search, get("lever"), date(2026, 3, 10)) == missed
