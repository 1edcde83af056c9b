"""How far each search of a scrape came: only one that came to its end may speak for what is gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jobmatch_dagster.boards.board import Extracted
from jobmatch_dagster.boards.registry import get
from jobmatch_dagster.boards.search import make_search
from jobmatch_dagster.crawling.run import replay
from jobmatch_dagster_tests.boards import pages
from jobmatch_dagster_tests.crawling import five_boards
from jobmatch_dagster_tests.crawling.conformance import Asked, Reply, Site, html, jsons
from jobmatch_dagster_tests.crawling.conftest import DAY, SEARCH, Scraping, ids, linkedin_with


def ended(result: Any) -> list[tuple[str, str, int]]:
    """(search, how it ended, postings) in order of the searches' names."""
    return sorted((walk["label"], walk["ended"], walk["postings"]) for walk in result.searches)


@pytest.mark.parametrize("board", five_boards.BOARDS)
def test_a_search_that_was_walked_to_its_end_is_complete(site: Site, ask: Scraping, board: str) -> None:
    site.answer = five_boards.board_with(board, 45)
    (walk,) = ask(board).searches
    assert (walk["ended"], walk["postings"]) == ("complete", 45)


def test_a_search_that_was_capped_is_not_complete_and_the_one_beside_it_is(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(25)
    capped = replace(make_search("linkedin", keywords="baker"), max_pages=1)
    result = ask(searches=[capped, make_search("linkedin", keywords="welder")])
    assert ended(result) == [("baker", "capped", 10), ("welder", "complete", 25)]
    assert "«baker» was ended at its cap of 1 pages" in result.warnings


def test_the_end_that_a_board_sets_itself_is_a_cap(site: Site, ask: Scraping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get("linkedin"), "most", 20)
    site.answer = linkedin_with(60)
    result = ask()
    assert ended(result) == [("welder", "capped", 20)]
    assert any("the board shows no more" in warning for warning in result.warnings)


def test_a_search_of_which_a_page_failed_is_broken_and_the_others_are_complete(site: Site, ask: Scraping) -> None:
    good = linkedin_with(25)

    def answer(asked: Asked) -> Reply:
        if asked.path == SEARCH and asked.query["keywords"] == ["baker"] and asked.number("start") == 10:
            return Reply("down", 500)
        return good(asked)

    site.answer = answer
    searches = [make_search("linkedin", keywords=word) for word in ("baker", "welder")]
    first = ask(searches=searches, crawl_retries=0)
    assert ended(first) == [("baker", "broken", 10), ("welder", "complete", 25)]
    site.answer = good
    assert ended(ask(searches=searches)) == [("baker", "complete", 25), ("welder", "complete", 25)]


def test_pages_that_only_repeat_themselves_prove_no_end(site: Site, ask: Scraping) -> None:
    site.on("/jobs", html(pages.careerbuilder_search(f"J{place:013d}" for place in range(5))))
    assert ended(ask("careerbuilder")) == [("welder", "stale", 5)]


def test_a_board_that_gives_fewer_postings_than_it_counts_is_called_short(site: Site, ask: Scraping) -> None:
    def answer(asked: Asked) -> Reply:
        found = range(5) if asked.number("page_number") == 1 else range(0)
        return html("<div class='job-count'>90 jobs</div>" + pages.careerbuilder_search(f"J{n:013d}" for n in found))

    site.on("/jobs", answer)
    result = ask("careerbuilder")
    assert ended(result) == [("welder", "short", 5)]
    assert "«welder» gave 5 of the 90 postings that the board counts" in result.warnings


def test_a_number_that_a_board_only_guesses_makes_nothing_short(site: Site, ask: Scraping) -> None:
    site.answer = five_boards.board_with("indeed", 20)
    (walk,) = ask("indeed").searches
    assert (walk["ended"], walk["total"]) == ("complete", 1204)


def test_a_search_that_was_never_begun_is_not_among_the_walks(site: Site, ask: Scraping) -> None:
    site.answer = linkedin_with(200)
    searches = [make_search("linkedin", keywords=str(number)) for number in range(30)]
    result = ask(searches=searches, cancelled=lambda: len(site.log) > 3, crawl_delay=0.05)
    assert result.status == "cancelled"
    assert len(result.searches) < 30
    assert {walk["ended"] for walk in result.searches} == {"broken"}


def test_a_list_that_two_searches_share_counts_for_both_also_on_the_next_attempt(site: Site, ask: Scraping) -> None:
    jobs = [{"id": str(n), "position": title} for n, title in enumerate(["Welder", "Baker"], 1)]
    site.answer = lambda asked: jsons([{"legal": "link back"}, *jobs])
    searches = [make_search("remoteok", keywords=word) for word in ("welder", "baker")]
    for _ in range(2):
        assert ended(ask("remoteok", searches)) == [("baker", "complete", 2), ("welder", "complete", 2)]
    assert len(site.asked("/api")) == 1


def test_a_mended_reader_reads_the_pages_that_it_did_not_know(
    site: Site, ask: Scraping, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site.on(SEARCH, html(pages.linkedin_search(range(4_100_000_000, 4_100_000_005))), html(""))
    board = get("linkedin")
    with monkeypatch.context() as broken:
        broken.setattr(board, "read_search", lambda *args: Extracted(changed="no posting card on the page"))
        result = ask()
        assert result.status == "failed"
        assert result.pages_file is not None
        assert replay("linkedin", result.pages_file, DAY).postings.num_rows == 0
    again = replay("linkedin", result.pages_file, DAY)
    assert ids(again) == [str(4_100_000_000 + place) for place in range(5)]
    assert again.rejected == []
