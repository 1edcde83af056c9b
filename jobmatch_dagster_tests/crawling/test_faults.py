"""What badly behaved sites do, and what the user sees of it. Nothing that arrived before is ever lost."""

from __future__ import annotations

from datetime import datetime
from email.utils import formatdate
from itertools import pairwise

import pytest

from jobmatch_dagster.boards.board import Extracted
from jobmatch_dagster.boards.registry import get
from jobmatch_dagster.boards.search import make_search
from jobmatch_dagster.crawling.archive import read_pages
from jobmatch_dagster_tests.boards import pages
from jobmatch_dagster_tests.crawling import five_boards
from jobmatch_dagster_tests.crawling.conformance import Asked, Reply, Site, gzip_bomb, html, jsons
from jobmatch_dagster_tests.crawling.conftest import DETAIL, FIRST, SEARCH, Scraping, ids, linkedin_with

THROTTLED = Reply("slow down", 429, {"Retry-After": "1"})


@pytest.mark.parametrize("board", five_boards.BOARDS)
def test_all_postings_arrive_in_spite_of_503s_resets_and_429s(site: Site, ask: Scraping, board: str) -> None:
    sound = five_boards.board_with(board, 40)
    throttled = (15, 30) if board == "linkedin" else ()
    site.answer = five_boards.faulty(sound, seed=11, server_errors=0.10, resets=0.05, throttled=throttled)
    result = ask(board, crawl_retries=6, crawl_host_concurrency=2)
    assert result.status == "succeeded"
    assert len(ids(result)) == 40
    assert result.fill_rates["description_html"] == 1.0
    assert result.retries >= 2
    assert result.success_rate < 1.0


@pytest.mark.parametrize("board", five_boards.BOARDS)
def test_no_request_leaves_before_its_slot_as_the_server_sees_it(site: Site, ask: Scraping, board: str) -> None:
    sound = five_boards.board_with(board, 12)
    site.answer = five_boards.faulty(sound, seed=3, server_errors=0.1, resets=0.1, throttled=())
    result = ask(board, crawl_delay=0.05, crawl_concurrency=8, crawl_retries=6)
    gaps = [later.at - earlier.at for earlier, later in pairwise(site.log)]
    assert len(gaps) >= 12
    assert min(gaps) >= 0.05
    assert result.retries, "tries after a fault wait for their slot, too"


def test_a_429_with_retry_after_is_obeyed_by_every_request_to_the_host(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(12)
    site.on(DETAIL + str(FIRST + 3), THROTTLED, html(pages.linkedin_detail(FIRST + 3)))
    result = ask()
    throttled = next(place for place, a in enumerate(site.log) if a.path.endswith(str(FIRST + 3)))
    assert site.log[throttled + 1].at - site.log[throttled].at >= 1.0
    assert result.status == "succeeded"
    assert result.retries == 1


def test_a_retry_after_date_is_read_against_the_servers_own_wrong_clock(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(3)
    years_ahead = 4_000_000_000
    headers = {"Date": formatdate(years_ahead, usegmt=True), "Retry-After": formatdate(years_ahead + 1, usegmt=True)}
    site.on(DETAIL + str(FIRST), Reply("later", 429, headers), html(pages.linkedin_detail(FIRST)))
    result = ask()
    assert result.status == "succeeded"
    assert result.fill_rates["description_html"] == 1.0


def test_a_host_that_wants_an_hour_is_left_alone_and_what_arrived_is_kept(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(12)
    site.on(DETAIL + str(FIRST + 3), Reply("later", 429, {"Retry-After": "3600"}))
    result = ask(crawl_concurrency=1)
    assert result.status == "partial"
    assert result.reason is not None
    assert "left alone (429)" in result.reason
    assert len(ids(result)) == 12
    assert not site.asked(DETAIL + str(FIRST + 5))


@pytest.mark.parametrize("board", sorted(pages.CHALLENGES))
@pytest.mark.parametrize("status", [200, 403])
def test_a_boards_wall_ends_the_asking_is_named_and_is_not_stormed(
    site: Site, ask: Scraping, board: str, status: int
) -> None:
    site.answer = lambda asked: html(pages.CHALLENGES[board], status=status)
    result = ask(board, [make_search(board, keywords=word) for word in ("a", "b", "c", "d", "e", "f")])
    assert result.status == "failed"
    assert result.blocked >= 1
    assert result.retries == 0
    assert len(site.asked()) <= 5, "no more than were under way when the second wall came"
    assert result.reason is not None
    assert "blocked" in result.reason or "is a" in result.reason


def test_a_wall_in_the_middle_costs_its_search_and_the_others_are_kept(site: Site, ask: Scraping) -> None:
    good = linkedin_with(5)
    wall = html(pages.CHALLENGES["linkedin"])
    site.answer = lambda asked: wall if asked.query.get("keywords") == ["verify"] else good(asked)
    result = ask(searches=[make_search("linkedin", keywords=word) for word in ("steel", "verify", "welder")])
    assert result.status == "partial"
    assert len(ids(result)) == 5
    assert result.fill_rates["description_html"] == 1.0
    assert result.blocked == 1


def test_a_redirect_to_the_sign_in_wall_is_a_wall(site: Site, ask: Scraping) -> None:
    site.answer = lambda asked: Reply(status=302, headers={"Location": "https://www.linkedin.com/authwall?trk=x"})
    result = ask()
    assert result.status == "failed"
    assert result.reason is not None
    assert "LinkedIn sign-in wall" in result.reason


def test_a_circle_of_redirects_is_left_after_one_round(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(3)
    site.on(DETAIL + str(FIRST), lambda asked: Reply(status=302, headers={"Location": "/a"}))
    site.on("/a", Reply(status=302, headers={"Location": "/b"}))
    site.on("/b", Reply(status=302, headers={"Location": "/a"}))
    result = ask()
    assert result.status == "partial"
    assert "redirects in a circle" in result.rejected[0]["reason"]
    assert len(site.asked("/a")) == 1
    assert len(ids(result)) == 3


def test_a_redirect_out_of_the_boards_site_is_not_followed(site: Site, ask: Scraping) -> None:
    site.answer = lambda asked: Reply(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"})
    result = ask()
    assert result.status == "skipped"
    assert result.reason is not None
    assert "leads out of the board's own site" in result.reason


def test_endless_paging_ends_at_the_cap_and_says_so(site: Site, ask: Scraping) -> None:
    def endless(asked: Asked) -> Reply:
        start = asked.number("page_number") * 100
        return html(pages.careerbuilder_search(f"J{start + place:013d}" for place in range(5)))

    site.on("/jobs", endless)
    result = ask("careerbuilder", crawl_max_pages=6)
    assert len(site.asked("/jobs")) == 6
    assert len(ids(result)) == 30
    assert any("cap of 6 pages" in warning for warning in result.warnings)


def test_paging_that_only_repeats_itself_is_left_after_two_stale_pages(site: Site, ask: Scraping) -> None:
    site.on("/jobs", html(pages.careerbuilder_search(f"J{place:013d}" for place in range(5))))
    result = ask("careerbuilder")
    assert len(site.asked("/jobs")) == 3
    assert len(ids(result)) == 5
    assert any("brought nothing new" in warning for warning in result.warnings)


def test_a_gzip_bomb_is_put_aside_unread(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(3)
    site.on(DETAIL + str(FIRST + 1), gzip_bomb(60))
    result = ask(crawl_max_bytes=1_000_000)
    assert result.status == "partial"
    assert "JOBMATCH_CRAWL_MAX_BYTES" in result.rejected[0]["reason"]
    assert len(ids(result)) == 3
    assert result.retries == 0, "it would be as large the next time"


def test_a_page_of_fifty_megabytes_is_put_aside_after_the_limit(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(3)
    site.on(DETAIL + str(FIRST + 1), html("<p>" + "x" * 1_000_000, repeat=50))
    result = ask(crawl_max_bytes=2_000_000)
    assert "2,000,000 bytes" in result.rejected[0]["reason"]
    assert result.fill_rates["description_html"] == pytest.approx(2 / 3, abs=1e-3)


@pytest.mark.parametrize("declared", ["iso-8859-1", "utf-8", "no-such-charset"])
@pytest.mark.parametrize("actual", ["utf-8", "cp1252"])
def test_a_wrong_charset_header_does_not_garble_names(site: Site, ask: Scraping, declared: str, actual: str) -> None:
    card = pages.linkedin_card(FIRST, "Ingénieur réseau – Zürich").encode(actual)
    headers = {"Content-Type": f"text/html; charset={declared}"}
    site.on(SEARCH, Reply(card, headers=headers), html(""))
    result = ask()
    assert result.postings["title"].to_pylist()[0] == "Ingénieur réseau – Zürich"


def test_a_body_that_breaks_off_is_asked_again(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(2)
    whole = pages.linkedin_detail(FIRST)
    site.on(DETAIL + str(FIRST), html(whole, cut_after=100), html(whole))
    result = ask()
    assert result.status == "succeeded"
    assert result.fill_rates["description_html"] == 1.0


def test_a_server_that_never_answers_costs_its_timeout_and_no_more(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(2)
    site.on(DETAIL + str(FIRST), html("", latency=30))
    result = ask(crawl_read_timeout=0.2, crawl_total_timeout=0.5, crawl_retries=1)
    assert result.status == "partial"
    assert "did not answer in time" in result.rejected[0]["reason"]
    assert result.fill_rates["description_html"] == 0.5


def test_a_site_that_is_down_is_given_up_after_a_few_requests(site: Site, ask: Scraping) -> None:
    searches = [make_search("linkedin", keywords=str(n)) for n in range(60)]
    site.answer = lambda asked: Reply("down", 500)
    result = ask(searches=searches, crawl_retries=1)
    assert result.status == "failed"
    assert result.reason is not None
    assert "fails on the server (500)" in result.reason
    assert len(site.asked()) < 40


def test_failures_scattered_among_answers_do_not_end_the_run(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(40)
    for place in range(0, 40, 3):
        site.on(DETAIL + str(FIRST + place), Reply("down", 500))
    result = ask(crawl_retries=0, crawl_concurrency=1)
    assert result.status == "partial"
    assert result.fill_rates["description_html"] == pytest.approx(26 / 40)


def test_robots_that_forbid_a_path_mean_that_it_is_never_asked(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(5)
    site.robots("User-agent: *\nDisallow: /jobs-guest/jobs/api/jobPosting\n")
    result = ask()
    assert len(ids(result)) == 5
    assert not site.asked(DETAIL)
    assert result.status == "succeeded", "everything that is allowed was done"
    assert any("forbidden by robots.txt" in warning for warning in result.warnings)


def test_robots_are_matched_by_our_product_token(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(5)
    site.robots("User-agent: *\nAllow: /\n\nUser-agent: JobMatchBot\nDisallow: /\n")
    assert ask().status == "skipped"
    assert not site.asked()
    assert ask(user_agent="OtherBot/1.0 (compatible; JobMatchBot)").status == "succeeded"


@pytest.mark.parametrize("status", [500, 503])
def test_robots_that_cannot_be_had_mean_that_nothing_is_asked(site: Site, ask: Scraping, status: int) -> None:
    site.answer = linkedin_with(5)
    site.robots("", status)
    result = ask(crawl_retries=1)
    assert result.status == "failed"
    assert result.reason is not None
    assert "robots.txt" in result.reason
    assert not site.asked()


@pytest.mark.parametrize("status", [403, 404, 410])
def test_robots_that_do_not_exist_allow_everything(site: Site, ask: Scraping, status: int) -> None:
    site.answer = linkedin_with(5)
    site.robots("", status)
    assert ask().status == "succeeded"


def test_robots_that_change_are_obeyed_from_the_next_run_on(site: Site, ask: Scraping, tmp_path) -> None:
    site.answer = linkedin_with(5)
    site.robots("User-agent: *\nAllow: /\n")
    assert ask(workspace=tmp_path / "monday").status == "succeeded"
    site.robots("User-agent: *\nDisallow: /\n")
    site.log.clear()
    assert ask(workspace=tmp_path / "tuesday").status == "skipped"
    assert not site.asked()


def test_a_crawl_delay_in_robots_slows_us_down(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(2)
    site.robots("User-agent: *\nCrawl-delay: 0.2\n")
    ask()
    gaps = [later.at - earlier.at for earlier, later in pairwise(site.asked())]
    assert min(gaps) >= 0.2


def test_a_posting_that_is_gone_is_counted_and_not_asked_again(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(4)
    site.on(DETAIL + str(FIRST + 1), Reply(status=410))
    result = ask()
    assert result.status == "succeeded"
    assert result.rejected[0]["reason"] == "is gone (410)"
    ask()
    assert len(site.asked(DETAIL + str(FIRST + 1))) == 1


def test_a_page_that_shows_another_posting_is_not_mixed_in(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(2)
    site.on(DETAIL + str(FIRST), html(pages.linkedin_detail(FIRST + 999)))
    result = ask()
    rows = {row["external_id"]: row for row in result.postings.to_pylist()}
    assert set(rows) == {str(FIRST), str(FIRST + 1)}
    assert rows[str(FIRST)]["description_html"] is None
    assert "shows another posting" in result.rejected[0]["reason"]


def test_a_page_that_changed_is_kept_named_and_can_be_read_again_later(site: Site, ask: Scraping) -> None:
    site.answer = lambda asked: html(
        "<html><head><title>Jobs</title></head><body><main>New design</main></body></html>"
    )
    result = ask()
    assert result.status == "failed"
    assert result.reason is not None
    assert "not a page that the reader knows" in result.reason
    assert "jobmatch boards replay" in result.reason
    assert result.pages_file is not None
    assert [page.outcome for page in read_pages(result.pages_file)] == ["changed"]


def test_a_page_over_which_its_reader_stumbles_costs_itself_alone(
    site: Site, ask: Scraping, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.answer = linkedin_with(5)
    board = get("linkedin")
    whole = board.read_detail

    def stumbles(body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        if str(FIRST + 2) in body:
            raise KeyError("title")
        return whole(body, url, fetched_at)

    monkeypatch.setattr(board, "read_detail", stumbles)
    result = ask()
    assert result.status == "partial"
    assert len(ids(result)) == 5
    assert result.fill_rates["description_html"] == pytest.approx(4 / 5)
    assert "unexpected shape (KeyError: 'title')" in result.rejected[0]["reason"]


def test_an_api_that_answers_with_a_web_page_is_called_changed(site: Site, ask: Scraping) -> None:
    site.answer = lambda asked: html("<html><body>Maintenance</body></html>")
    result = ask("lever", [make_search("lever", organisation="noord")])
    assert result.status == "failed"
    assert result.reason is not None
    assert "not the JSON list" in result.reason


def test_one_bad_search_does_not_stop_the_others(site: Site, ask: Scraping) -> None:
    site.answer = lambda asked: jsons({"jobs": [{"id": 1, "title": "Welder"}]})
    searches = [make_search("greenhouse"), make_search("greenhouse", organisation="noord")]
    result = ask("greenhouse", searches)
    assert ids(result) == ["1"]
    assert any("names no organisation" in warning for warning in result.warnings)


def test_requests_under_way_stay_within_the_bounds(site: Site, ask: Scraping) -> None:
    whole = linkedin_with(40)

    def answer(asked: Asked) -> Reply:
        good = whole(asked)
        return Reply(good.body, headers=good.headers, latency=0.02)

    site.answer = answer
    ask(crawl_host_concurrency=3, crawl_concurrency=8)
    assert site.most_under_way == 3


@pytest.mark.usefixtures("no_wait")
def test_requests_go_by_way_of_the_proxies_and_a_dead_one_costs_tries_but_no_posting(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(12)
    dead = "http://someone:secret@127.0.0.1:9"
    result = ask(linkedin_url="http://jobs.example", crawl_proxies=[dead, site.base], crawl_retries=5)
    assert result.status == "succeeded"
    assert len(ids(result)) == 12
    assert {asked.headers["host"] for asked in site.log} == {"jobs.example"}
    assert 1 <= result.retries <= 4, "a proxy that failed rests"


@pytest.mark.usefixtures("no_wait")
def test_a_proxys_password_is_in_no_message(site: Site, ask: Scraping) -> None:
    dead = ["http://someone:secret@127.0.0.1:9"]
    result = ask(linkedin_url="http://jobs.example", crawl_proxies=dead, crawl_retries=1)
    assert result.status == "failed"
    assert "secret" not in f"{result.reason} {result.warnings} {result.rejected}"
