"""A scrape delivers what the site has, goes on where it was, and replays byte for byte."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from jobmatch_dagster.boards import registry
from jobmatch_dagster.boards.search import make_search
from jobmatch_dagster.crawling import assembly
from jobmatch_dagster.crawling.archive import JOURNAL, Page, read_pages
from jobmatch_dagster.crawling.run import replay
from jobmatch_dagster_tests.boards import pages
from jobmatch_dagster_tests.crawling.conformance import Asked, Reply, Site, html, jsons
from jobmatch_dagster_tests.crawling.conftest import DAY, DETAIL, FIRST, SEARCH, Scraping, ids, linkedin_with


def as_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def test_every_posting_arrives_once_with_its_own_page_merged_in(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(23)
    result = ask()
    assert result.status == "succeeded"
    assert ids(result) == [str(FIRST + place) for place in range(23)]
    assert result.fill_rates["description_html"] == 1.0
    row = result.postings.slice(3, 1).to_pylist()[0]
    assert (row["seniority"], str(row["posted_on"])) == ("Entry level", "2026-03-01")
    assert row["page_ref"] == "pages.parquet#0"
    assert len(site.asked(SEARCH)) == 4, "three pages with cards and the empty one after them"
    assert len(site.asked(DETAIL)) == 23


def test_every_request_says_who_we_are_and_robots_txt_is_asked_once(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(12)
    ask(user_agent="AcmeBot/2.0 (+https://acme.example/bot)")
    assert {asked.headers["user-agent"] for asked in site.log} == {"AcmeBot/2.0 (+https://acme.example/bot)"}
    assert [asked.path for asked in site.log].count("/robots.txt") == 1


def test_a_replay_asks_nothing_and_gives_the_same_bytes(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(23)
    site.on(DETAIL + str(FIRST + 2), Reply(status=404))
    site.on(DETAIL + str(FIRST + 5), Reply(status=500))
    result = ask(crawl_host_concurrency=4)
    asked = len(site.log)
    assert result.pages_file is not None
    again = replay("linkedin", result.pages_file, DAY)
    assert len(site.log) == asked
    assert again.pages == result.pages
    assert as_bytes(again.postings) == as_bytes(result.postings)


def test_a_second_scrape_of_the_day_asks_nothing_and_gives_the_same_rows(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(23)
    first = ask()
    asked = len(site.log)
    second = ask()
    assert len(site.log) == asked
    assert second.status == "succeeded"
    assert second.pages == first.pages
    assert as_bytes(second.postings) == as_bytes(first.postings)


def test_what_failed_before_is_asked_again_and_nothing_else(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(12)
    broken = DETAIL + str(FIRST + 7)
    site.on(broken, Reply(status=500))
    first = ask(crawl_retries=0)
    assert first.status == "partial"
    assert first.postings.num_rows == 12, "the card is kept though its page failed"
    site.log.clear()
    site.on(broken, html(pages.linkedin_detail(FIRST + 7)))
    second = ask()
    assert [asked.path for asked in site.asked()] == [broken]
    assert second.status == "succeeded"
    assert second.fill_rates["description_html"] == 1.0


_KILLED = """
import sys
from pathlib import Path
from jobmatch_dagster.boards.search import make_search
from jobmatch_dagster.crawling.run import scrape
from jobmatch_dagster.settings import load
from jobmatch_dagster_tests.crawling.conftest import DAY

base, workspace, home = sys.argv[1:]
settings = load(linkedin_url=base, crawl_delay=0.02, home=Path(home))
scrape("linkedin", [make_search("linkedin", keywords="welder")], settings=settings, day=DAY, workspace=Path(workspace))
"""


def test_a_killed_scrape_goes_on_where_it_was_and_fetches_nothing_twice(
    site: Site, ask: Scraping, tmp_path: Path
) -> None:
    site.answer = linkedin_with(40)
    workspace = tmp_path / "workspace"
    victim = subprocess.Popen([sys.executable, "-c", _KILLED, site.base, str(workspace), str(tmp_path / "home")])
    while len(site.asked(DETAIL)) < 15 and victim.poll() is None:
        time.sleep(0.01)
    victim.kill()
    victim.wait()
    assert (workspace / JOURNAL).exists()
    kept = sum(1 for _ in site.asked())

    result = ask()
    assert result.status == "succeeded"
    assert sorted(ids(result)) == [str(FIRST + place) for place in range(40)]
    asked = [(a.path, a.query.get("start", [""])[0]) for a in site.asked()]
    # The request under way at the moment of the kill was not kept yet; every other one was asked once.
    assert len(asked) - len(set(asked)) <= 1
    assert len(asked) < kept + 40


def test_a_cancelled_scrape_keeps_what_arrived_and_the_next_one_goes_on(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(30)
    result = ask(cancelled=lambda: len(site.asked(DETAIL)) >= 5, crawl_delay=0.05)
    assert result.status == "cancelled"
    assert result.postings.num_rows == 30
    before = len(site.asked(DETAIL))
    assert before < 30
    again = ask()
    assert again.status == "succeeded"
    assert again.fill_rates["description_html"] == 1.0
    assert len(site.asked(DETAIL)) <= 31


def test_more_refusals_than_are_listed_are_counted_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assembly, "_MOST_REJECTED", 2)
    folded = assembly.Assembly(registry.get("linkedin"), {}, DAY)
    at = "https://example.org/jobs"
    page = Page(0, f"GET {at}", "search", "GET", at, None, at, None, None, 200, {}, "ok", datetime.now(UTC), b"")
    for number in range(2):
        folded.reject(page, f"card {number}", "it has no title")
    assert folded.told() == []
    folded.reject(page, "card 2", "it has no title")
    assert [row["what"] for row in folded.rejected] == ["card 0", "card 1"]
    assert folded.told() == ["3 could not be read, of which the first 2 are listed"]


def test_progress_is_told_page_by_page(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(10)
    told: list[dict[str, int]] = []
    ask(on_progress=told.append)
    assert len(told) == 12
    assert [counts["pages"] for counts in told] == sorted(counts["pages"] for counts in told)
    assert (told[-1]["pages"], told[-1]["postings"]) == (12, 10)


def test_two_searches_that_find_the_same_posting_give_one_row_and_one_page(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(6)
    searches = [make_search("linkedin", keywords="welder"), make_search("linkedin", keywords="steel")]
    result = ask(searches=searches)
    assert result.postings.num_rows == 6
    assert len(site.asked(DETAIL)) == 6


def test_searches_of_a_source_with_one_list_share_one_request_and_each_finds_its_own(site: Site, ask: Scraping) -> None:
    jobs = [{"id": str(n), "position": title} for n, title in enumerate(["Welder", "Baker", "Cook"], 1)]
    site.answer = lambda asked: jsons([{"legal": "link back"}, *jobs])
    searches = [make_search("remoteok", keywords=word) for word in ("welder", "baker")]
    first = ask("remoteok", searches)
    assert sorted(first.postings["title"].to_pylist()) == ["Baker", "Welder"]
    assert len(site.asked("/api")) == 1
    assert first.pages_file is not None
    assert as_bytes(replay("remoteok", first.pages_file, DAY).postings) == as_bytes(first.postings)
    again = ask("remoteok", [*searches, make_search("remoteok", keywords="cook")])
    assert sorted(again.postings["title"].to_pylist()) == ["Baker", "Cook", "Welder"]
    assert len(site.asked("/api")) == 1


def test_filters_that_a_board_lacks_are_applied_to_what_arrived_and_told(site: Site, ask: Scraping) -> None:
    jobs = [
        {"id": 1, "title": "Welder", "location": {"name": "Ghent"}, "first_published": "2026-03-09", "content": "x"},
        {"id": 2, "title": "Baker", "location": {"name": "Ghent"}, "first_published": "2026-03-09", "content": "x"},
        {"id": 3, "title": "Welder", "location": {"name": "Lyon"}, "first_published": "2026-03-09", "content": "x"},
        {"id": 4, "title": "Welder", "location": {"name": "Ghent"}, "first_published": "2026-01-09", "content": "x"},
        {"id": 5, "title": "Welder", "location": {}, "content": "x"},
    ]
    site.answer = lambda asked: jsons({"jobs": jobs, "meta": {"total": 5}})
    search = make_search(
        "greenhouse", organisation="noord", keywords="welder", place="Ghent", max_age_days=7, radius_km=30
    )
    result = ask("greenhouse", [search])
    assert ids(result) == ["1", "5"], "a posting that does not say where or when is kept"
    told = " ".join(result.warnings)
    assert "keywords" in told
    assert "1 left out: place" in told
    assert "distance" in told, "a filter that nobody can apply is said to have no effect"


def test_an_employer_site_in_three_pages_is_walked_with_posts_and_details(site: Site, ask: Scraping) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.method == "POST":
            import json

            offset = json.loads(asked.body)["offset"]
            found = [
                {"title": f"Fitter {n}", "externalPath": f"/job/Ghent/Fitter_R{n}", "locationsText": "2 Locations"}
                for n in range(offset, min(45, offset + 20))
            ]
            return jsons({"total": 45 if offset == 0 else 0, "jobPostings": found})
        number = asked.path.rpartition("_R")[2]
        info = {
            "title": f"Fitter {number}",
            "jobDescription": "<p>Pipes</p>",
            "location": "Ghent",
            "additionalLocations": ["Bruges"],
            "startDate": "2026-03-01",
            "jobPostingId": f"Fitter_R{number}",
            "externalUrl": f"https://noord.wd3.myworkdayjobs.com/Jobs/job/Ghent/Fitter_R{number}",
        }
        return jsons({"jobPostingInfo": info, "hiringOrganization": {"name": "Noord"}})

    site.answer = answer
    result = ask("workday", [make_search("workday", organisation="https://noord.wd3.myworkdayjobs.com/en-US/Jobs")])
    assert result.status == "succeeded"
    assert result.postings.num_rows == 45
    row = result.postings.slice(44, 1).to_pylist()[0]
    assert (row["external_id"], row["location"], row["company"]) == ("noord/R44", "Ghent; Bruges", "Noord")


def test_a_careers_site_is_walked_from_its_sitemap_and_pages_without_mark_up_are_no_postings(
    site: Site, ask: Scraping
) -> None:
    site.on("/sitemap.xml", lambda asked: html(f"<sitemapindex><loc>{site.base}/jobs.xml</loc></sitemapindex>"))
    paths = ["/jobs/1", "/jobs/2", "/jobs/about", "/imprint"]
    site.on(
        "/jobs.xml", lambda asked: html("<urlset>" + "".join(f"<loc>{site.base}{p}</loc>" for p in paths) + "</urlset>")
    )
    for number in (1, 2):
        mark_up = f'{{"@type": "JobPosting", "title": "Painter {number}", "description": "<p>Walls</p>"}}'
        site.on(f"/jobs/{number}", html(f'<script type="application/ld+json">{mark_up}</script>'))
    site.on("/jobs/about", html("<h1>How we hire</h1>"))
    result = ask("careerpage", [make_search("careerpage", organisation=f"{site.base}/sitemap.xml")])
    assert result.postings["title"].to_pylist() == ["Painter 1", "Painter 2"]
    assert result.status == "succeeded"
    assert any("no posting on its page" in warning for warning in result.warnings)
    assert not site.asked("/imprint")


def test_keys_go_with_the_request_and_nowhere_else(site: Site, ask: Scraping) -> None:
    job = {
        "id": "7",
        "title": "Clerk",
        "company": {"display_name": "Desk"},
        "salary_is_predicted": "1",
        "salary_min": 9,
    }
    site.answer = lambda asked: jsons({"count": 1, "results": [job]})
    search = make_search("adzuna", keywords="clerk", country="gb")
    result = ask("adzuna", [search], adzuna_app_id="open", adzuna_app_key="sesame")
    (asked,) = site.asked()
    assert asked.query["app_key"] == ["sesame"]
    assert asked.path == "/v1/api/jobs/gb/search/1"
    assert result.pages_file is not None
    assert all(
        "sesame" not in f"{page.url}{page.final_url}{page.key}{page.headers}" for page in read_pages(result.pages_file)
    )
    assert result.postings["salary_min"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("board", "changes", "searches", "reason"),
    [
        ("adzuna", {}, None, "ADZUNA_APP_KEY"),
        ("linkedin", {}, [], "no search"),
        ("careerbuilder", {"careerbuilder_url": "https://www.careerbuilder.com"}, None, "Chapter 11"),
    ],
)
def test_a_source_that_may_not_run_is_skipped_with_its_reason_and_asks_nothing(
    site: Site, ask: Scraping, board: str, changes: dict, searches: list | None, reason: str
) -> None:
    result = ask(board, searches, **changes)
    assert result.status == "skipped"
    assert result.reason is not None
    assert reason in result.reason
    assert site.log == []
    assert result.pages_file is None
