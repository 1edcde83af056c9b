"""A scripted site per test, and a scrape of it without politeness unless the test is about politeness."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jobmatch_dagster.boards.search import Search, make_search
from jobmatch_dagster.crawling.run import ScrapeResult, scrape
from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster_tests.boards import pages
from jobmatch_dagster_tests.crawling.conformance import Asked, Reply, Site, conformance, html

DAY = date(2026, 3, 10)
FIRST = 4_100_000_000
SEARCH = "/jobs-guest/jobs/api/seeMoreJobPostings/search"
DETAIL = "/jobs-guest/jobs/api/jobPosting/"
Scraping = Callable[..., ScrapeResult]


@pytest.fixture
def site() -> Iterator[Site]:
    """The server; it knows nothing but a missing robots.txt until the test scripts it."""
    with conformance() as running:
        yield running


def linkedin_with(postings: int) -> Callable[[Asked], Reply]:
    """A LinkedIn of so many postings, ten to a page, each with its own page."""

    def answer(asked: Asked) -> Reply:
        if asked.path == SEARCH:
            start = asked.number("start")
            return html(pages.linkedin_search(range(FIRST + start, FIRST + min(postings, start + 10))))
        if asked.path.startswith(DETAIL):
            return html(pages.linkedin_detail(int(asked.path.removeprefix(DETAIL))))
        return Reply(status=404)

    return answer


def settings_for(site: Site, home: Path, **changes: Any) -> Settings:
    """Settings under which every board is this site, at full speed."""
    boards = ("linkedin", "indeed", "glassdoor", "ziprecruiter", "careerbuilder", "greenhouse", "lever", "ashby")
    more = ("recruitee", "workday", "remoteok", "remotive", "adzuna", "usajobs")
    fields: dict[str, Any] = {f"{board}_url": site.base for board in (*boards, *more)}
    quick = {"crawl_delay": 0.0, "crawl_backoff": 0.01, "home": home, "crawl_retries": 3}
    return load(**(fields | quick | changes))


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host with another name than this machine's is asked without the seconds that its board's policy wants."""
    monkeypatch.setattr("jobmatch_dagster.crawling.run._delay", lambda board, settings, host: settings.crawl_delay)


@pytest.fixture
def ask(site: Site, tmp_path: Path) -> Scraping:
    """``ask(board, …)`` scrapes the site; keyword arguments are settings, ``searches`` and ``scrape``'s own."""

    def run(board: str = "linkedin", searches: list[Search] | None = None, **changes: Any) -> ScrapeResult:
        own = {name: changes.pop(name) for name in ("on_progress", "cancelled") if name in changes}
        workspace = changes.pop("workspace", tmp_path / "workspace")
        return scrape(
            board,
            searches if searches is not None else [make_search(board, keywords="welder")],
            settings=settings_for(site, tmp_path / "home", **changes),
            day=DAY,
            workspace=workspace,
            **own,
        )

    return run


def ids(result: ScrapeResult) -> list[str]:
    """External ids in order."""
    return result.postings["external_id"].to_pylist()
