"""Pages that scripts complete, opened in the system's chromium."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobmatch_dagster.crawling.browser import find_chromium
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import load
from jobmatch_dagster_tests.boards import pages
from jobmatch_dagster_tests.crawling.conformance import Reply, Site, html
from jobmatch_dagster_tests.crawling.conftest import Scraping, ids


def _installed() -> bool:
    try:
        return bool(find_chromium(load()))
    except JobmatchError:
        return False


@pytest.mark.browser
@pytest.mark.skipif(not _installed(), reason="no chromium on this machine")
def test_cards_that_a_script_puts_into_the_page_arrive_and_robots_are_still_obeyed(site: Site, ask: Scraping) -> None:
    cards = pages.careerbuilder_search(["J3AB5C6D7E8F9G"]).replace("\n", " ").replace("'", "&#39;")
    scripted = f"<html><body><script>document.body.innerHTML = '{cards}'</script></body></html>"
    site.robots("User-agent: *\nDisallow: /job/\n")
    site.on("/jobs", html(scripted), html("<html><body><span class='job-count'>1 job</span></body></html>"))
    result = ask("careerbuilder", crawl_browser_boards=["careerbuilder"])
    assert ids(result) == ["J3AB5C6D7E8F9G"]
    assert not site.asked("/job/")
    assert {asked.headers["user-agent"].split("/")[0] for asked in site.log} == {"JobMatchBot"}


@pytest.mark.browser
@pytest.mark.skipif(not _installed(), reason="no chromium on this machine")
def test_a_browser_that_was_led_to_another_site_brings_nothing_back(site: Site, ask: Scraping) -> None:
    site.on(
        "/jobs", Reply(status=302, headers={"Location": site.base.replace("127.0.0.1", "localhost") + "/elsewhere"})
    )
    site.on("/elsewhere", html(pages.careerbuilder_search(["J3AB5C6D7E8F9G"])))
    result = ask("careerbuilder", crawl_browser_boards=["careerbuilder"])
    assert ids(result) == []
    assert result.reason is not None
    assert "out of the board's own site" in result.reason


@pytest.mark.browser
@pytest.mark.skipif(not _installed(), reason="no chromium on this machine")
@pytest.mark.usefixtures("no_wait")
def test_a_browser_goes_by_way_of_the_proxy_too(site: Site, ask: Scraping) -> None:
    site.on("/jobs", html(pages.careerbuilder_search(["J3AB5C6D7E8F9G"])), html(pages.careerbuilder_search([])))
    site.on("/job/J3AB5C6D7E8F9G", Reply(status=404))
    names = {"careerbuilder_url": "http://jobs.example", "crawl_proxies": [site.base]}
    result = ask("careerbuilder", crawl_browser_boards=["careerbuilder"], **names)
    assert ids(result) == ["J3AB5C6D7E8F9G"]
    assert {asked.headers["host"] for asked in site.asked("/job")} == {"jobs.example"}


def test_without_a_chromium_a_board_that_needs_it_is_skipped_and_told_why(
    site: Site, ask: Scraping, tmp_path: Path
) -> None:
    result = ask("careerbuilder", crawl_browser_boards=["careerbuilder"], chromium=tmp_path / "none")
    assert result.status == "skipped"
    assert result.reason is not None
    assert "JOBMATCH_CHROMIUM" in result.reason
    assert site.log == []
