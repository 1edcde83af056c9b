"""The demo site speaks like the boards: their paths, pages and payloads, and the faults that it promises."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urljoin

import httpx
import pytest
from protego import Protego
from selectolax.lexbor import LexborHTMLParser

from jobmatch_dagster.boards import registry
from jobmatch_dagster.boards.board import Paging
from jobmatch_dagster.boards.search import make_search
from jobmatch_dagster.demo import truth, world
from jobmatch_dagster.demo.site import CHALLENGED, DemoSite, searches, serve
from jobmatch_dagster.demo.world import DemoPosting

DAY = date(2026, 3, 2)
US = "United States"
LINKEDIN_SEARCH = "/jobs-guest/jobs/api/seeMoreJobPostings/search"


class Visitor:
    """Asks the site as a patient crawler does: what fails once is asked again."""

    def __init__(self, site: DemoSite) -> None:
        self.site, self.client = site, httpx.Client(follow_redirects=False)

    def get(self, board: str, url: str, **params: str | int) -> httpx.Response:
        target = urljoin(self.site.base_urls[board] + "/", url)
        answer = self.client.get(target, params=params or None)
        return answer if answer.status_code not in (429, 503) else self.client.get(target, params=params or None)

    def page(self, board: str, url: str, **params: str | int) -> LexborHTMLParser:
        return LexborHTMLParser(self.get(board, url, **params).text)


@pytest.fixture(scope="module")
def visitor() -> Iterator[Visitor]:
    with serve(day=DAY) as site:
        yield Visitor(site)


def _live(board: str, day: date = DAY) -> dict[str, DemoPosting]:
    return {p.external_id: p for p in world.postings(day) if p.board == board}


def _texts(page: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(node.text().split()) for node in page.css(selector)]


def test_linkedin_gives_fragments_of_ten_cards_and_a_posting_with_criteria(visitor: Visitor) -> None:
    first = visitor.page("linkedin", LINKEDIN_SEARCH, keywords="jobs", location=US, start=0)
    cards = first.css("div.base-search-card[data-entity-urn]")
    assert len(cards) == 10
    assert len(first.css("h3.base-search-card__title")) == len(first.css("a.base-card__full-link")) == 10
    assert len(first.css("span.job-search-card__location")) == 9, "one card has no place"
    key = cards[0].attributes["data-entity-urn"].rpartition(":")[2]
    posting = _live("linkedin")[key]
    detail = visitor.page("linkedin", f"/jobs-guest/jobs/api/jobPosting/{key}")
    assert _texts(detail, ".top-card-layout__title") == [posting.title]
    assert _texts(detail, "span.topcard__flavor--bullet") == [posting.location]
    labels = _texts(detail, ".description__job-criteria-subheader")
    values = _texts(detail, ".description__job-criteria-text")
    assert dict(zip(labels, values, strict=True))["Seniority level"] == posting.seniority_text
    assert posting.job.sections[0].items[0] in " ".join(_texts(detail, "div.show-more-less-html__markup"))


def test_linkedin_ends_with_an_empty_fragment_and_refuses_a_start_of_a_thousand(visitor: Visitor) -> None:
    assert not visitor.page("linkedin", LINKEDIN_SEARCH, start=900).css("li")
    assert visitor.get("linkedin", LINKEDIN_SEARCH, start=1000).status_code == 400


def test_indeed_shows_the_same_records_as_cards_and_as_script_data(visitor: Visitor) -> None:
    answer = visitor.get("indeed", "/jobs", q="jobs", l=US)
    page = LexborHTMLParser(answer.text)
    shown = [node.attributes["data-jk"] for node in page.css("div.job_seen_beacon h2.jobTitle a[data-jk]")]
    marker = 'window.mosaic.providerData["mosaic-provider-jobcards"]='
    data, _ = json.JSONDecoder().raw_decode(answer.text, answer.text.index(marker) + len(marker))
    records = data["metaData"]["mosaicProviderJobCardsModel"]["results"]
    assert [record["jobkey"] for record in records] == shown
    assert len(shown) == 15
    live = _live("indeed")
    for record in records:
        salary = live[record["jobkey"]].board_salary
        if salary is None:
            assert record["extractedSalary"] is None
        else:
            assert record["extractedSalary"]["min"] == (-1 if salary.low is None else salary.low)
            assert record["salarySnippet"]["currency"] == salary.currency
    assert page.css_first("a[data-testid='pagination-page-next']") is not None


def test_an_indeed_posting_has_linked_data_and_page_state(visitor: Visitor) -> None:
    key, posting = next(iter(_live("indeed").items()))
    answer = visitor.get("indeed", "/viewjob", jk=key)
    linked = json.loads(LexborHTMLParser(answer.text).css_first("script[type='application/ld+json']").text())
    assert linked["@type"] == "JobPosting"
    assert linked["description"] == posting.description_html
    marker = "window._initialData="
    state, _ = json.JSONDecoder().raw_decode(answer.text, answer.text.index(marker) + len(marker))
    info = state["jobInfoWrapperModel"]["jobInfoModel"]
    assert info["sanitizedJobDescription"] == posting.description_html
    assert info["jobInfoHeaderModel"]["companyName"] == posting.company


def test_glassdoor_streams_the_records_of_its_cards_in_chunks_with_cursors(visitor: Visitor) -> None:
    answer = visitor.get("glassdoor", "/Job/jobs.htm", **{"sc.keyword": "jobs"})
    page = LexborHTMLParser(answer.text)
    shown = [node.attributes["data-jobid"] for node in page.css("li[data-test='jobListing']")]
    text, at, decoder = "", 0, json.JSONDecoder()
    while (at := answer.text.find("self.__next_f.push(", at)) >= 0:
        chunk, _ = decoder.raw_decode(answer.text, at + len("self.__next_f.push("))
        text, at = text + chunk[1], at + 1
    listings = decoder.raw_decode(text, text.index('{"searchResultsData"'))[0]["searchResultsData"]["jobListings"]
    assert [str(view["jobview"]["job"]["listingId"]) for view in listings["jobListings"]] == shown
    assert len(shown) == 30
    assert listings["totalJobsCount"] == len(_live("glassdoor"))
    assert [cursor["pageNumber"] for cursor in listings["paginationCursors"]][:1] == [2]


def test_ziprecruiter_speaks_both_generations(visitor: Visitor) -> None:
    old = visitor.page("ziprecruiter", "/jobs-search", search="jobs", generation=1)
    cards = json.loads(old.css_first("script#js_variables").text())["hydrateJobCardsResponse"]["jobCards"]
    keys = [card["listingKey"] for card in cards]
    new = visitor.page("ziprecruiter", "/jobs-search", search="jobs", generation=2)
    shown = [node.attributes["id"].removeprefix("job-card-") for node in new.css("article[id^='job-card-']")]
    assert list(dict.fromkeys(shown)) == keys
    assert set(Counter(shown).values()) == {2}, "each card once for wide and once for narrow screens"
    linked = json.loads(new.css_first("script[type='application/ld+json']").text())
    assert linked["@type"] == "ItemList"
    assert len(linked["itemListElement"]) == len(keys) == 20


def test_ziprecruiter_shows_the_newer_generation_day_after_day_and_showed_the_older_one_before_it(
    visitor: Visitor,
) -> None:
    """A board that changed its pages each day would be reported each day, and rightly."""
    scripted = {}
    for day in (date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2)):
        visitor.site.day = day
        page = visitor.page("ziprecruiter", "/jobs-search")
        scripted[day] = page.css_first("script#js_variables") is not None
    visitor.site.day = DAY
    assert list(scripted.values()) == [True, True, False, False]


def test_careerbuilder_cards_hold_company_place_and_type_in_a_row(visitor: Visitor) -> None:
    page = visitor.page("careerbuilder", "/jobs", keywords="jobs", location=US, page_number=1)
    cards = page.css("div.data-results-content-parent")
    assert len(cards) == 25
    live = _live("careerbuilder")
    for card in cards:
        posting = live[card.css_first("a.job-listing-item").attributes["data-job-did"]]
        spans = [" ".join(node.text().split()) for node in card.css(".data-details > span")]
        assert spans[:2] == [posting.company, posting.location]
        salary = " ".join(card.css_first(".data-snapshot .block:not(.show-mobile)").text().split())
        assert salary == (posting.salary_text or "")


@pytest.mark.parametrize("board", world.BOARDS)
def test_our_readers_find_every_posting_by_the_named_searches_with_its_truth(board: str, visitor: Visitor) -> None:
    reader, live = registry.get(board), _live(board)
    noon = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
    found = {}
    for search in searches()[board]:
        asked, state = make_search(board, **search), Paging()
        request = reader.first_request(asked)
        while request:
            answer = visitor.get(board, request.url)
            page = reader.extract("search", answer.text, str(answer.url), noon)
            assert not page.rejected
            found |= {row["external_id"]: row for row in page.postings}
            state.number += 1
            state.received += len(page.postings)
            request = reader.next_request(asked, page, state)
    assert set(found) == set(live)
    for key, row in found.items():
        posting = live[key]
        assert (row["title"], row["company"]) == (posting.title, posting.company)
        assert row["location"] in (posting.location, None)
        assert row["posted_on"] == posting.posted_on
    sample = list(found.values())[:15]
    for row in sample:
        request = reader.detail_request(row)
        assert request is not None
        answer = visitor.get(board, request.url)
        detail = reader.extract("detail", answer.text, str(answer.url), noon).postings[0]
        assert detail["external_id"] == row["external_id"]
        assert detail["title"] == row["title"]
        assert len(detail["description_html"]) > 200


def test_searches_narrow_by_keywords_and_place(visitor: Visitor) -> None:
    page = visitor.page("indeed", "/jobs", q="nurse", l="Europe")
    keys = [node.attributes["data-jk"] for node in page.css("a[data-jk]")]
    live = _live("indeed")
    assert keys
    assert {live[key].job.occupation for key in keys} == {"nurse"}
    assert {live[key].job.country for key in keys} <= {"CH", "DE", "ES", "FR", "GB", "IT", "NL", "PL", "PT"}
    nothing = visitor.page("indeed", "/jobs", q="astronaut")
    assert nothing.css_first(".jobsearch-NoResult-messageContainer") is not None


def test_unknown_postings_and_paths_are_not_found(visitor: Visitor) -> None:
    assert visitor.get("linkedin", "/jobs-guest/jobs/api/jobPosting/1").status_code == 404
    for board in world.BOARDS:
        assert visitor.get(board, "/somewhere/else").status_code == 404


def test_a_posting_that_has_ended_is_not_found_the_next_day(visitor: Visitor) -> None:
    tomorrow = DAY + timedelta(days=1)
    _, key = next(key for key in sorted(truth.gone(tomorrow)) if key[0] == "indeed")
    assert visitor.get("indeed", "/viewjob", jk=key).status_code == 200
    visitor.site.day = tomorrow
    status = visitor.get("indeed", "/viewjob", jk=key).status_code
    visitor.site.day = DAY
    assert status == 404


def test_each_promised_fault_happens_once_a_server() -> None:
    with serve(day=DAY) as site:
        second_page = f"{site.base_urls['indeed']}/jobs?start=10"
        answers = [httpx.get(second_page) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [429, 200, 200]
        assert answers[0].headers["Retry-After"] == "1"
        listing = LexborHTMLParser(httpx.get(f"{site.base_urls['glassdoor']}/Job/jobs.htm").text)
        links = [node.attributes["href"] for node in listing.css("a[data-test='job-title']")][:2]
        assert [httpx.get(link).status_code for link in (links[0], links[0], links[1])] == [503, 200, 200]


@pytest.mark.parametrize("board", world.BOARDS)
def test_one_search_always_meets_a_challenge_page(board: str, visitor: Visitor) -> None:
    reader = registry.get(board)
    request = reader.first_request(make_search(board, **CHALLENGED))
    for _ in range(2):
        answer = visitor.get(board, request.url)
        assert answer.status_code == 403
        assert reader.extract("search", answer.text).blocked


@pytest.mark.parametrize("board", world.BOARDS)
def test_robots_let_our_crawler_read_what_it_reads(board: str, visitor: Visitor) -> None:
    base = visitor.site.base_urls[board]
    robots = Protego.parse(visitor.get(board, "/robots.txt").text)
    request = registry.get(board).first_request(make_search(board, keywords="jobs"))
    assert robots.can_fetch(base + request.url, "JobMatchBot")
    assert not robots.can_fetch(f"{base}/login", "JobMatchBot")


def test_every_request_is_logged_with_host_path_status_and_agent() -> None:
    with serve(day=DAY) as site:
        assert len({*site.base_urls.values()}) == len(world.BOARDS), "one port a board"
        httpx.get(f"{site.base_urls['indeed']}/viewjob?jk=none", headers={"User-Agent": "Somebody/1.0"})
        assert [(e.board, e.path, e.status, e.user_agent) for e in site.log] == [
            ("indeed", "/viewjob?jk=none", 404, "Somebody/1.0")
        ]
        assert f"http://{site.log[0].host}" == site.base_urls["indeed"]


def test_a_clock_moves_the_site_without_anybody_setting_the_day() -> None:
    days = iter([DAY, DAY + timedelta(days=1)])
    with serve(day=DAY, clock=lambda: next(days)) as site:
        pages = [httpx.get(f"{site.base_urls['careerbuilder']}/jobs").text for _ in range(2)]
    counts = [_texts(LexborHTMLParser(page), "#job-count") for page in pages]
    assert counts == [[f"{len(_live('careerbuilder', day))} Jobs"] for day in (DAY, DAY + timedelta(days=1))]


def test_ports_can_be_named_and_a_taken_one_is_replaced() -> None:
    with serve(day=DAY) as other:
        taken = int(other.base_urls["linkedin"].rpartition(":")[2])
        with serve(day=DAY, first_port=taken) as site:
            assert site.base_urls["linkedin"] != other.base_urls["linkedin"]
            assert httpx.get(f"{site.base_urls['linkedin']}/robots.txt").status_code == 200
    with serve(day=DAY, first_port=taken) as site:
        assert site.base_urls["linkedin"] == other.base_urls["linkedin"]


def test_a_stopped_site_answers_no_more() -> None:
    with serve(day=DAY) as site:
        url = site.base_urls["indeed"]
    with pytest.raises(httpx.TransportError):
        httpx.get(url)
    site.stop()
