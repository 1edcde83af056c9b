"""The sources that welcome programs: their documented answers become postings, and their rules are kept."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from jobmatch_dagster.boards.board import Extracted, Paging, Unconfigured
from jobmatch_dagster.boards.registry import BOARDS, get
from jobmatch_dagster.boards.search import make_search
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import load

FETCHED = datetime(2026, 3, 10, 12, tzinfo=UTC)


def read(board: str, document: Any, url: str | None = None) -> Extracted:
    return get(board).extract("search", json.dumps(document), url, FETCHED)


def test_greenhouse_unescapes_its_text_and_reads_arrangement_and_deadline() -> None:
    job = {
        "id": 77,
        "absolute_url": "https://job-boards.greenhouse.io/noord/jobs/77",
        "title": "Fitter",
        "location": {"name": "Ghent"},
        "metadata": [{"name": "Workplace Type", "value": "Hybrid"}, {"name": "Employment Type", "value": "Full-time"}],
        "first_published": "2026-03-01T23:30:00-08:00",
        "application_deadline": "2026-04-01T00:00:00Z",
        "content": "&lt;p&gt;Pipes &amp;amp; valves&lt;/p&gt;",
    }
    page = read("greenhouse", {"jobs": [job], "meta": {"total": 1}}, "https://x/v1/boards/noord/jobs?content=true")
    (row,) = page.postings
    assert row["description_html"] == "<p>Pipes &amp; valves</p>"
    assert row["company"] == "noord", "the employer's own name there, where the answer gives none"
    assert (row["remote"], row["employment_type"]) == ("hybrid", "full_time")
    assert row["posted_on"] == date(2026, 3, 1), "the day in the offset it is written in"
    assert row["valid_until"] == date(2026, 4, 1)


def test_lever_puts_the_text_together_and_pages_by_what_it_received() -> None:
    job = {
        "id": "a-b",
        "text": "Fitter",
        "hostedUrl": "https://jobs.lever.co/noord/a-b",
        "applyUrl": "https://jobs.lever.co/noord/a-b/apply",
        "createdAt": 1772323200000,
        "workplaceType": "onsite",
        "categories": {"commitment": "Full-time", "allLocations": ["Ghent", "Bruges"]},
        "description": "<div>Who we are</div>",
        "lists": [{"text": "You do", "content": "<li>Pipes</li>"}],
        "additional": "<div>We offer</div>",
        "salaryRange": {"interval": "per-hour-wage", "currency": "EUR", "min": 18, "max": 24},
    }
    page = read("lever", [job])
    (row,) = page.postings
    shown = row["description_html"]
    assert shown.index("Who we are") < shown.index("<li>Pipes</li>") < shown.index("We offer")
    assert (row["company"], row["location"], row["remote"]) == ("noord", "Ghent; Bruges", "onsite")
    assert (row["salary_min"], row["salary_period"], row["salary_currency"]) == (18, "hour", "EUR")
    board, search = get("lever"), make_search("lever", organisation="noord")
    assert board.next_request(search, page, Paging(number=1, received=1)) is None
    page.postings = page.postings * 100
    following = board.next_request(search, page, Paging(number=1, received=100))
    assert following is not None
    assert "skip=100" in following.url


def test_ashby_leaves_out_what_is_not_listed_and_reads_the_salary() -> None:
    listed = {
        "id": "a",
        "title": "Fitter",
        "isListed": True,
        "isRemote": True,
        "employmentType": "PartTime",
        "jobUrl": "https://jobs.ashbyhq.com/noord/a",
        "location": "Ghent",
        "secondaryLocations": [{"location": "Bruges"}],
        "compensation": {
            "scrapeableCompensationSalarySummary": "€30K - €40K",
            "summaryComponents": [
                {"compensationType": "EquityPercentage", "minValue": 1},
                {
                    "compensationType": "Salary",
                    "interval": "1 YEAR",
                    "currencyCode": "EUR",
                    "minValue": 3e4,
                    "maxValue": 4e4,
                },
            ],
        },
    }
    page = read("ashby", {"jobs": [listed, {"id": "b", "isListed": False, "title": "Secret"}]})
    (row,) = page.postings
    assert (row["salary_min"], row["salary_max"], row["salary_period"]) == (30_000, 40_000, "year")
    assert (row["salary_text"], row["remote"], row["employment_type"]) == ("€30K - €40K", "remote", "part_time")
    assert (row["location"], row["company"]) == ("Ghent; Bruges", "noord")
    assert page.rejected == []


def test_recruitee_joins_text_and_requirements_and_names_every_place() -> None:
    offer = {
        "id": 5,
        "title": "Fitter",
        "company_name": "Noord",
        "description": "<p>You do pipes</p>",
        "requirements": "<p>You can weld</p>",
        "locations": [{"city": "Ghent", "country": "Belgium"}, {"city": "Lyon", "country": "France"}],
        "salary": {"min": "2500", "max": "3100", "period": "month", "currency": "EUR"},
        "hybrid": True,
        "remote": False,
        "employment_type_code": "fulltime_permanent",
        "published_at": "2026-03-01 10:00:00 UTC",
    }
    (row,) = read("recruitee", {"offers": [offer]}).postings
    assert "pipes" in row["description_html"]
    assert "weld" in row["description_html"]
    assert row["location"] == "Ghent, Belgium; Lyon, France"
    assert (row["salary_min"], row["salary_period"], row["remote"]) == (2500, "month", "hybrid")
    assert row["employment_type"] == "full_time"


def test_remote_ok_passes_over_its_legal_notice_and_zero_is_no_salary() -> None:
    notice = {"legal": "Please link back"}
    job = {"id": "9", "position": "Fitter", "company": "Noord", "salary_min": 0, "salary_max": 0, "date": "2026-03-01"}
    page = read("remoteok", [notice, job, job | {"id": "10", "salary_min": 50_000}])
    assert [row["external_id"] for row in page.postings] == ["9", "10"]
    assert page.rejected == []
    assert [row["salary_min"] for row in page.postings] == [None, 50_000]
    assert page.postings[1]["salary_currency"] == "USD"


def test_adzunas_excerpt_is_no_description_and_its_guess_no_salary() -> None:
    job = {
        "id": "1",
        "title": "Nurse",
        "description": "You care for…",
        "salary_min": 30_000,
        "salary_is_predicted": "1",
        "location": {"area": ["UK", "Yorkshire", "Leeds"]},
        "contract_time": "part_time",
    }
    url = "https://api.adzuna.com/v1/api/jobs/gb/search/1"
    page = read("adzuna", {"count": 2, "results": [job, job | {"id": "2", "salary_is_predicted": "0"}]}, url)
    guessed, stated = page.postings
    assert guessed["description_html"] is None
    assert guessed["snippet"] == "You care for…"
    assert guessed["salary_min"] is None
    assert (stated["salary_min"], stated["salary_currency"], stated["salary_period"]) == (30_000, "GBP", "year")
    assert stated["location"] == "Leeds, Yorkshire, UK"


def test_usajobs_reads_pay_places_and_sections() -> None:
    item = {
        "MatchedObjectId": "800100",
        "MatchedObjectDescriptor": {
            "PositionTitle": "Nurse",
            "OrganizationName": "Clinics",
            "PositionURI": "https://www.usajobs.gov:443/job/800100",
            "PositionLocation": [{"LocationName": "Boise, Idaho"}, {"LocationName": "Reno, Nevada"}],
            "PositionRemuneration": [{"MinimumRange": "31.5", "MaximumRange": "40", "RateIntervalCode": "PH"}],
            "PositionSchedule": [{"Name": "Full-time"}],
            "PublicationStartDate": "2026-03-01T00:00:00.0000",
            "ApplyURI": ["https://apply.example/1"],
            "UserArea": {
                "Details": {"JobSummary": "You care.", "MajorDuties": ["Wards", "Nights"], "RemoteIndicator": False}
            },
        },
    }
    (row,) = read("usajobs", {"SearchResult": {"SearchResultCountAll": 1, "SearchResultItems": [item]}}).postings
    assert row["url"] == "https://www.usajobs.gov/job/800100"
    assert (row["salary_min"], row["salary_period"], row["salary_currency"]) == (31.5, "hour", "USD")
    assert row["location"] == "Boise, Idaho; Reno, Nevada"
    assert "Wards\nNights" in row["description_html"]
    assert row["remote"] is None, "not marked as remote does not mean on site"


def test_remotive_keeps_the_salary_as_it_is_shown() -> None:
    job = {
        "id": 3,
        "title": "Fitter",
        "salary": "$50k - $60k",
        "job_type": "contract",
        "publication_date": "2026-03-01T08:00:00",
    }
    (row,) = read("remotive", {"jobs": [job], "job-count": 1}).postings
    assert (row["salary_text"], row["employment_type"], row["remote"]) == ("$50k - $60k", "contract", "remote")


@pytest.mark.parametrize(
    "board", ["greenhouse", "lever", "ashby", "recruitee", "workday", "remoteok", "remotive", "adzuna", "usajobs"]
)
@pytest.mark.parametrize("body", ["<html>Maintenance</html>", "{}", "null", '{"jobs": 5}', "[1, 2", '"text"'])
def test_an_answer_of_another_form_is_called_changed(board: str, body: str) -> None:
    page = get(board).extract("search", body, None, FETCHED)
    assert page.postings == []
    assert page.changed or page.rejected or page.blocked


@pytest.mark.parametrize("board", ["greenhouse", "lever", "ashby", "recruitee", "remotive"])
def test_one_record_of_another_shape_costs_only_itself(board: str) -> None:
    good = {"id": 1, "title": "Fitter", "text": "Fitter"}
    records = [
        good,
        "nonsense",
        {"id": 2, "title": "Baker", "text": "Baker", "categories": 7, "metadata": "x"},
        {"title": "no id"},
    ]
    document: Any = records if board == "lever" else {"offers" if board == "recruitee" else "jobs": records}
    page = read(board, document)
    assert page.postings[0]["external_id"] == "1"
    assert any("unexpected shape" in reason for _, reason in page.rejected)
    assert ("record", "has no id") in page.rejected


@pytest.mark.parametrize("organisation", [None, "", "a/b", "../etc", "a?b=c", "x" * 200])
def test_an_employer_that_is_no_plain_name_is_refused_before_anything_is_asked(organisation: str | None) -> None:
    for board in ("greenhouse", "lever", "ashby"):
        with pytest.raises(JobmatchError, match="organisation"):
            get(board).first_request(make_search(board, organisation=organisation))


def test_workday_takes_the_address_of_a_careers_site_in_either_form() -> None:
    for given in (
        "https://noord.wd3.myworkdayjobs.com/en-US/Jobs",
        "noord.wd3.myworkdayjobs.com/Jobs/",
        "noord/wd3/Jobs",
    ):
        search = make_search("workday", organisation=given)
        assert get("workday").base_url(load(), search) == "https://noord.wd3.myworkdayjobs.com"
        request = get("workday").first_request(search)
        assert (request.method, request.url) == ("POST", "/wday/cxs/noord/Jobs/jobs")
    with pytest.raises(JobmatchError, match="careers site"):
        get("workday").first_request(make_search("workday", organisation="https://evil.example/Jobs"))


def test_workday_keeps_requisitions_of_two_employers_apart() -> None:
    listed = {
        "jobPostings": [{"title": "Fitter", "externalPath": "/job/Ghent/Fitter_R1", "locationsText": "3 Locations"}]
    }
    first = read("workday", listed, "https://noord.wd3.myworkdayjobs.com/wday/cxs/noord/Jobs/jobs").postings[0]
    second = read("workday", listed, "https://zuid.wd5.myworkdayjobs.com/wday/cxs/zuid/Jobs/jobs").postings[0]
    assert (first["external_id"], second["external_id"]) == ("noord/R1", "zuid/R1")
    assert first["url"] == "https://noord.wd3.myworkdayjobs.com/Jobs/job/Ghent/Fitter_R1"
    assert first["location"] is None, "a number of places is none"


def test_a_careers_page_with_several_postings_gives_each_its_own_id() -> None:
    jobs = [
        {"@type": "JobPosting", "title": "A", "identifier": 1},
        {"@type": "JobPosting", "title": "B", "url": "/jobs/b"},
    ]
    body = f'<script type="application/ld+json">{json.dumps({"@graph": jobs})}</script>'
    page = get("careerpage").extract("search", body, "https://noord.example/jobs", FETCHED)
    assert len({row["external_id"] for row in page.postings}) == 2
    assert page.postings[1]["url"] == "https://noord.example/jobs/b"


def test_a_careers_page_links_only_to_its_own_host() -> None:
    links = ["/jobs/1", "https://other.example/jobs/2", "javascript:alert(1)", "/about"]
    body = "".join(f'<a href="{link}">x</a>' for link in links)
    page = get("careerpage").extract("search", body, "https://noord.example/jobs", FETCHED)
    assert [row["url"] for row in page.postings] == ["https://noord.example/jobs/1"]


@pytest.mark.parametrize("board", ["adzuna", "usajobs"])
def test_a_source_without_its_key_says_which_settings_it_needs(board: str) -> None:
    none = load(adzuna_app_id=None, adzuna_app_key=None, usajobs_api_key=None, usajobs_email=None)
    with pytest.raises(Unconfigured, match=board.upper()):
        get(board).credentials(none)


def test_every_board_has_a_policy_a_base_url_and_a_name_of_its_own() -> None:
    for name, board in BOARDS.items():
        assert board.name == name
        assert board.policy.delay_seconds > 0
        assert board.policy.why
        if name != "careerpage":
            assert load().board_url(name).startswith("https://")


def test_an_unknown_board_is_refused_with_the_known_ones() -> None:
    with pytest.raises(JobmatchError, match=r"linkedin.*careerpage"):
        get("monster")
