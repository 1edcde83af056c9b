"""Each of the five boards is read from pages with its real structure, and survives what real pages lack."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from jobmatch_dagster.boards.board import Paging
from jobmatch_dagster.boards.registry import get
from jobmatch_dagster.boards.search import make_search
from jobmatch_dagster_tests.boards import pages

FETCHED = datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_linkedin_list_gives_id_address_and_exact_day() -> None:
    page = get("linkedin").extract("search", pages.linkedin_search([4100000001, 4100000002]), None, FETCHED)
    first = page.postings[0]
    assert [row["external_id"] for row in page.postings] == ["4100000001", "4100000002"]
    assert first["url"] == "https://be.linkedin.com/jobs/view/welder-at-noord-4100000001"
    shown = (first["title"], first["company"], first["location"])
    assert shown == ("Welder 4100000001", "Noord Staal", "Ghent, Belgium")
    assert first["posted_on"] == date(2026, 3, 1)
    assert first["benefits"] is None, "«Actively Hiring» is no benefit"


def test_linkedin_card_without_place_or_employer_is_kept_with_gaps() -> None:
    body = pages.linkedin_card(4100000001, place=False, company=False, time=False) + pages.linkedin_card(4100000002)
    page = get("linkedin").extract("search", body, None, FETCHED)
    assert len(page.postings) == 2
    assert page.postings[0]["location"] is None
    assert page.postings[0]["company"] is None
    assert page.postings[1]["company"] == "Noord Staal"


def test_linkedin_posting_has_text_criteria_pay_and_the_employers_own_apply_address() -> None:
    page = get("linkedin").extract("detail", pages.linkedin_detail(4100000001), None, FETCHED)
    (row,) = page.postings
    assert row["external_id"] == "4100000001"
    assert row["description_html"].startswith("<p>You join <b>steel</b> beams.</p>")
    assert (row["seniority"], row["employment_type"]) == ("Entry level", "full_time")
    assert row["salary_text"] == "€3,100.00/mo - €3,600.00/mo"
    assert row["apply_url"] == "https://noord.example/apply?id=7"
    assert row["posted_on"] == date(2026, 3, 7)
    assert row["company"] == "Noord Staal"


def test_linkedin_goes_on_by_the_cards_received_not_by_a_fixed_step() -> None:
    board, search = get("linkedin"), make_search("linkedin", keywords="welder", place="Ghent", max_age_days=1)
    page = board.extract("search", pages.linkedin_search(range(4100000000, 4100000007)))
    following = board.next_request(search, page, Paging(number=1, received=7))
    assert following is not None
    assert following.url.endswith("start=7")
    assert "f_TPR=r86400" in following.url
    assert board.next_request(search, board.extract("search", ""), Paging(number=2, received=7)) is None
    assert board.next_request(search, page, Paging(number=99, received=1000)) is None


def test_indeed_list_merges_data_and_cards() -> None:
    body = pages.indeed_search([pages.indeed_record("ab12cd34ef56ab12")])
    page = get("indeed").extract("search", body, None, FETCHED)
    (row,) = page.postings
    assert row["url"] == "https://www.indeed.com/viewjob?jk=ab12cd34ef56ab12"
    assert (row["salary_min"], row["salary_max"]) == (24.5, None), "−1 means that there is no upper end"
    assert (row["salary_currency"], row["salary_period"]) == ("EUR", "hour")
    assert row["posted_on"] == date(2026, 2, 28)
    assert (row["remote"], row["employment_type"], row["benefits"]) == ("hybrid", "part_time", ["Meal vouchers"])
    assert row["description_html"] is None, "an excerpt is not the full description"
    assert "Night shifts" in row["snippet"]
    assert page.warnings == []
    assert page.total == 1204


@pytest.mark.parametrize("old", [False, True], ids=["test ids", "class names"])
def test_indeed_cards_alone_still_deliver_and_the_loss_of_the_data_is_a_warning(old: bool) -> None:
    body = pages.indeed_search([], ["ab12cd34ef56ab12"], old=old)
    page = get("indeed").extract("search", body, None, FETCHED)
    (row,) = page.postings
    shown = (row["title"], row["company"], row["location"])
    assert shown == ("Nurse ab12cd34ef56ab12", "Clinic Aan Zee", "Oostende, VWV")
    assert any("records found nothing" in warning for warning in page.warnings)


def test_indeed_readings_with_different_postings_raise_a_drift_warning_and_lose_none() -> None:
    records = [pages.indeed_record("aaaaaaaaaaaaaaaa"), pages.indeed_record("bbbbbbbbbbbbbbbb")]
    page = get("indeed").extract("search", pages.indeed_search(records, ["bbbbbbbbbbbbbbbb", "cccccccccccccccc"]))
    assert {row["external_id"][0] for row in page.postings} == {"a", "b", "c"}
    assert any(warning.startswith("drift:") for warning in page.warnings)


def test_indeed_record_of_another_shape_is_rejected_and_the_others_are_read() -> None:
    broken = pages.indeed_record("bbbbbbbbbbbbbbbb", extractedSalary="a lot")
    page = get("indeed").extract("search", pages.indeed_search([pages.indeed_record("aaaaaaaaaaaaaaaa"), broken], []))
    assert [row["external_id"] for row in page.postings] == ["aaaaaaaaaaaaaaaa"]
    assert page.rejected[0][0] == "record 2"
    assert "unexpected shape" in page.rejected[0][1]


@pytest.mark.parametrize(("state", "linked"), [(True, True), (False, True), (True, False), (False, False)])
def test_indeed_posting_is_read_from_whatever_the_page_still_has(state: bool, linked: bool) -> None:
    body = pages.indeed_detail("ab12cd34ef56ab12", state=state, linked=linked)
    (row,) = get("indeed").extract("detail", body, None, FETCHED).postings
    assert row["external_id"] == "ab12cd34ef56ab12"
    assert row["url"] == "https://be.indeed.com/viewjob?jk=ab12cd34ef56ab12"
    assert (row["title"], row["company"]) == ("Nurse ab12cd34ef56ab12", "Clinic Aan Zee")
    assert "You care for <b>people</b>" in row["description_html"]
    assert row["posted_on"] == (date(2026, 2, 27) if linked else None)
    assert row["salary_max"] == (28 if state else None)
    assert row["apply_url"] == ("https://clinic.example/jobs/9" if state else None)


def test_indeed_takes_no_pay_that_it_estimated_itself() -> None:
    record = pages.indeed_record("aaaaaaaaaaaaaaaa", extractedSalary=None, salarySnippet={})
    record["estimatedSalary"] = {"min": 50, "max": 60, "type": "HOURLY"}
    (row,) = get("indeed").extract("search", pages.indeed_search([record], [])).postings
    assert (row["salary_min"], row["salary_max"], row["salary_period"]) == (None, None, None)


def test_glassdoor_records_and_cards_agree_and_give_day_and_pay() -> None:
    page = get("glassdoor").extract("search", pages.glassdoor_search([1001, 1002]), None, FETCHED)
    provided, estimated = page.postings
    assert page.total == 3
    assert page.warnings == []
    assert provided["posted_on"] == date(2026, 3, 6)
    assert (provided["salary_min"], provided["salary_max"], provided["salary_period"]) == (3100, 3600, "month")
    assert estimated["salary_min"] is None, "a figure that Glassdoor estimated is not the employer's"
    assert provided["company"] == "Noord Staal"


def test_glassdoor_without_records_reads_its_cards_and_warns() -> None:
    page = get("glassdoor").extract("search", pages.glassdoor_search([1001], records=False), None, FETCHED)
    (row,) = page.postings
    assert (row["external_id"], row["location"], row["posted_on"]) == ("1001", "Gent", date(2026, 3, 6))
    assert any("records found nothing" in warning for warning in page.warnings)


def test_glassdoor_goes_on_with_the_cursor_of_the_next_page_and_stops_at_the_total() -> None:
    board, search = get("glassdoor"), make_search("glassdoor", keywords="welder")
    page = board.extract("search", pages.glassdoor_search([1001, 1002], total=90))
    following = board.next_request(search, page, Paging(number=1, received=2))
    assert following is not None
    assert "p=2" in following.url
    assert "cursor=AB4%3D" in following.url
    assert board.next_request(search, page, Paging(number=2, received=4)) is None, "the page names no third cursor"
    assert board.next_request(search, page, Paging(number=1, received=90)) is None


def test_glassdoor_posting_is_read_from_its_mark_up() -> None:
    url = "https://www.glassdoor.com/job-listing/welder-JV_IC1_KO0,6.htm?jl=1001"
    (row,) = get("glassdoor").extract("detail", pages.glassdoor_detail(1001), url, FETCHED).postings
    read = (row["external_id"], row["description_html"], row["location"])
    assert read == ("1001", "<p>You join steel.</p>", "Gent, BE")


def test_ziprecruiters_older_pages_give_pay_with_the_period_that_the_yearly_figure_proves() -> None:
    opened = pages.ziprecruiter_record("k1", htmlFullDescription="<p>Bread, all night.</p>")
    body = pages.ziprecruiter_old([pages.ziprecruiter_record("k1"), pages.ziprecruiter_record("k2")], opened=opened)
    page = get("ziprecruiter").extract("search", body, None, FETCHED)
    first, second = page.postings
    assert (first["salary_min"], first["salary_max"], first["salary_period"]) == (4000, 5000, "month")
    assert first["salary_currency"] == "USD"
    assert first["url"] == "https://www.ziprecruiter.com/c/Sourdough-Sons/Job/Baker/-in-Austin,TX?jid=k1"
    assert first["posted_on"] == date(2026, 2, 11)
    assert (first["employment_type"], first["remote"]) == ("full_time", "remote")
    assert first["description_html"] == "<p>Bread, all night.</p>", "the posting that is open on the page comes in full"
    assert second["description_html"] is None
    assert (page.total, page.next) == (25, 2)


def test_ziprecruiters_codes_that_nothing_proves_stay_unknown() -> None:
    record = pages.ziprecruiter_record(
        "k1", employmentTypes=[{"name": 6}], locationTypes=[{"name": 4}], pay={"interval": 9, "currency": 1, "min": 10}
    )
    (row,) = get("ziprecruiter").extract("search", pages.ziprecruiter_old([record])).postings
    assert row["salary_min"] == 10
    assert [row[n] for n in ("employment_type", "remote", "salary_currency", "salary_period")] == [None] * 4


def test_ziprecruiters_newer_pages_count_each_card_once_and_take_what_either_copy_shows() -> None:
    page = get("ziprecruiter").extract("search", pages.ziprecruiter_new(["k1", "k2"]), None, FETCHED)
    assert [row["external_id"] for row in page.postings] == ["k1", "k2"]
    row = page.postings[0]
    assert (row["title"], row["company"], row["location"]) == ("Baker k1", "Sourdough Sons", "Austin, TX")
    assert row["url"] == "https://www.ziprecruiter.com/c/Sourdough-Sons/Job/Baker/-in-Austin,TX?lk=k1"
    assert row["salary_text"] == "$18 - $22/hr"
    assert (row["remote"], row["employment_type"]) == ("hybrid", "full_time")
    assert row["posted_on"] == date(2026, 3, 8)


def test_careerbuilder_cards_give_pay_type_and_day() -> None:
    page = get("careerbuilder").extract("search", pages.careerbuilder_search(["J3AB5C6D7E8F9G"]), None, FETCHED)
    (row,) = page.postings
    assert row["url"] == "https://www.careerbuilder.com/job/J3AB5C6D7E8F9G"
    assert (row["company"], row["location"]) == ("Pipes & Sons", "WA - Seattle")
    assert (row["salary_text"], row["employment_type"]) == ("$30 - $40/hour", "full_time")
    assert row["posted_on"] == date(2026, 2, 25)


@pytest.mark.parametrize("board", sorted(pages.CHALLENGES))
def test_a_boards_wall_is_named_and_not_taken_for_an_empty_result(board: str) -> None:
    page = get(board).extract("search", pages.CHALLENGES[board], None, FETCHED)
    assert page.blocked
    assert page.changed is None
    assert page.postings == []


@pytest.mark.parametrize("board", sorted(pages.CHALLENGES))
@pytest.mark.parametrize("kind", ["search", "detail"])
@pytest.mark.parametrize(
    "body",
    [
        "<html><body><h1>We moved</h1></body></html>",
        "\x00\xff<<<<",
        "<div class='job_seen_beacon'>",
        "window._initialData={{{",
        'self.__next_f.push([1,"{\\"jobview\\":',
    ],
)
def test_a_page_that_nobody_knows_is_called_changed_and_never_raises(board: str, kind: str, body: str) -> None:
    page = get(board).extract(kind, body, None, FETCHED)  # type: ignore[arg-type]
    assert page.postings == []
    assert page.blocked is None


@pytest.mark.parametrize("board", ["indeed", "glassdoor", "ziprecruiter"])
def test_a_changed_list_page_says_so(board: str) -> None:
    assert get(board).extract("search", "<html><body><h1>We moved</h1></body></html>").changed


FIGURES = ("salary_min", "salary_max", "salary_currency", "salary_period")


def test_what_glassdoor_guesses_is_kept_as_its_guess_and_is_no_salary() -> None:
    page = get("glassdoor").extract("search", pages.glassdoor_search([1010000001, 1010000002]), None, FETCHED)
    stated, guessed = page.postings
    assert stated["salary_text"] == "€3K - €4K (Employer provided)"
    assert (stated["salary_min"], stated["salary_estimate"]) == (3100, None)
    assert [guessed[name] for name in FIGURES] == [None] * 4
    assert guessed["salary_text"] == guessed["salary_estimate"] == "€3K - €4K (Glassdoor Est.)"


def test_what_indeed_guesses_is_kept_as_its_guess_and_is_no_salary() -> None:
    snippet = {"currency": "EUR", "text": "Estimated €38K - €45K a year"}
    guess = {"estimatedSalary": {"min": 38000, "max": 45000, "type": "YEARLY"}, "extractedSalary": None}
    record = pages.indeed_record("a" * 16, salarySnippet=snippet, **guess)
    card = pages.indeed_search([record]).replace("From €24.50 an hour</div>", "</div>")
    (row,) = get("indeed").extract("search", card, None, FETCHED).postings
    assert [row[name] for name in FIGURES] == [None] * 4
    assert row["salary_text"] == row["salary_estimate"] == "Estimated €38K - €45K a year"


def test_pay_that_ziprecruiter_holds_but_does_not_show_is_its_guess() -> None:
    shown, hidden = (
        pages.ziprecruiter_record(key, pay={"interval": 5, "currency": 5, "min": 50000, "max": 60000, "metadata": meta})
        for key, meta in (("k1", {"sourceType": 2, "visible": True}), ("k2", {"sourceType": 4}))
    )
    stated, guessed = get("ziprecruiter").extract("search", pages.ziprecruiter_old([shown, hidden])).postings
    assert (stated["salary_min"], stated["salary_period"], stated["salary_estimate"]) == (50000, "year", None)
    assert [guessed[name] for name in ("salary_text", *FIGURES)] == [None] * 5
    assert guessed["salary_estimate"] == "50000 - 60000 USD a year"


def test_a_guess_beside_a_linkedin_posting_is_no_salary() -> None:
    body = pages.linkedin_detail(4100000001).replace("€3,100.00/mo - €3,600.00/mo", "Estimated: €3,100 - €3,600/mo")
    (row,) = get("linkedin").extract("detail", body, None, FETCHED).postings
    assert (row["salary_text"], row["salary_estimate"]) == ("Estimated: €3,100 - €3,600/mo",) * 2


@pytest.mark.parametrize("board", ["linkedin", "indeed", "glassdoor", "careerbuilder", "greenhouse"])
def test_a_place_that_begins_with_remote_says_remote(board: str) -> None:
    body = {
        "linkedin": pages.linkedin_search([4100000001]).replace("Ghent, Belgium", "Remote (Belgium)"),
        "indeed": pages.indeed_search(
            [pages.indeed_record("a" * 16, remoteWorkModel=None, formattedLocation="Remote in Ghent")], []
        ),
        "glassdoor": pages.glassdoor_search([1010000001]).replace("Gent", "Remote"),
        "careerbuilder": pages.careerbuilder_search(["J3AB5C6D7E8F9G"]).replace("WA - Seattle", "Remote"),
        "greenhouse": '{"jobs": [{"id": 1, "title": "Welder", "location": {"name": "Remote, Italy"}}]}',
    }[board]
    (row,) = get(board).extract("search", body, None, FETCHED).postings
    assert row["remote"] == "remote"


def test_indeed_asks_the_national_site_of_the_searchs_country() -> None:
    from jobmatch_dagster.settings import load

    board = get("indeed")
    assert board.base_url(load(), make_search("indeed", country="de")) == "https://de.indeed.com"
    assert board.base_url(load(), make_search("indeed", country="GB")) == "https://uk.indeed.com"
    local = load(indeed_url="http://127.0.0.1:9")
    assert board.base_url(local, make_search("indeed", country="de")) == "http://127.0.0.1:9"
