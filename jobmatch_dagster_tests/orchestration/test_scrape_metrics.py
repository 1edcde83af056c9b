"""What a board's partition shows of its scrape, and that readings which disagree are told by the check."""

from __future__ import annotations

import base64
import json
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

from jobmatch_dagster.boards.registry import get
from jobmatch_dagster.orchestration import checks
from jobmatch_dagster.orchestration.scrape_metrics import Day, plot, scrape_metadata, sentence
from jobmatch_dagster.stages.outcome import Outcome
from jobmatch_dagster_tests.boards import pages

if TYPE_CHECKING:
    import psycopg

DAY = date(2026, 5, 20)
WALK = {"search": "x", "label": "welder", "ended": "complete", "pages": 3, "postings": 40, "total": 40}


@pytest.fixture
def scraped(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Five days of one board, one of them failed; an import and a run under way beside the last."""
    connection.execute("delete from private.scrape_runs")
    for back in range(5):
        connection.execute(
            """insert into private.scrape_runs
                 (board, day, status, postings, ended_at, postings_per_minute, success_rate, searches)
               values ('indeed', %s, %s, %s, now(), 80, 0.9, %s)""",
            (DAY - timedelta(days=back), "failed" if back == 2 else "succeeded", 40 - back, json.dumps([WALK])),
        )
    connection.execute(
        """insert into private.scrape_runs (board, day, kind, status, postings, ended_at)
           values ('indeed', %s, 'import', 'succeeded', 999, now()), ('indeed', %s, 'scrape', 'running', 7, null)""",
        (DAY, DAY),
    )
    return connection


def test_a_partition_shows_speed_success_searches_and_a_plot_of_its_past(scraped: Any) -> None:
    found = scrape_metadata(scraped, "indeed", DAY)
    assert (found["postings_per_minute"], found["success_rate"]) == (80, 0.9)
    assert "| welder | complete | 3 | 40 | 40 |" in found["searches"].value
    shown = re.fullmatch(r"!\[(.*)\]\(data:image/svg\+xml;base64,(.*)\)", found["past"].value)
    assert shown is not None
    assert shown.group(1) == "indeed: 40 postings on 2026-05-20; 36 to 40 on 5 days"
    drawing = ElementTree.fromstring(base64.b64decode(shown.group(2)))
    titles = [title.text for title in drawing.iter("{http://www.w3.org/2000/svg}title")]
    assert titles[0] == "2026-05-16: 36 postings, succeeded"
    assert titles[2] == "2026-05-18: 38 postings, failed"
    assert len(titles) == 5


def test_a_day_without_a_scrape_shows_nothing_of_it(scraped: Any) -> None:
    assert scrape_metadata(scraped, "indeed", DAY + timedelta(days=1)) == {}
    assert scrape_metadata(scraped, "lever", DAY) == {}


def test_a_past_without_postings_can_be_drawn() -> None:
    past = [Day(DAY, "failed", 0)]
    assert ElementTree.fromstring(plot(past)) is not None
    assert sentence("lever", past).startswith("lever: 0 postings")


def test_a_board_whose_two_readings_disagree_is_told_by_the_check_with_the_remedy(scraped: Any) -> None:
    records = [pages.indeed_record(f"{n:016x}") for n in range(3)]
    page = get("indeed").extract("search", pages.indeed_search(records, cards=[]))
    outcome = Outcome("raw_postings", f"indeed|{DAY}", {"postings": 3}, warnings=["2 left out: remote", *page.warnings])
    with scraped.transaction(force_rollback=True):
        told = {found.check_name: found for found in checks.board_results(scraped, [outcome])}
    assert not told["readings_agree"].passed
    assert "drift: cards found nothing where records found postings" in str(told["readings_agree"].description)
    assert "from_archive" in str(told["readings_agree"].description)
    sound = Outcome("raw_postings", f"indeed|{DAY}", {"postings": 3}, warnings=["2 left out: remote"])
    with scraped.transaction(force_rollback=True):
        assert {f.check_name: f.passed for f in checks.board_results(scraped, [sound])}["readings_agree"]


def test_a_field_that_a_quarter_of_the_postings_lost_is_told(scraped: Any) -> None:
    scraped.execute("delete from raw.postings")
    for back in range(5):
        for number in range(20):
            lost = back == 0 and number % 10 < 3
            scraped.execute(
                """insert into raw.postings (board, external_id, scraped_on, payload, payload_hash)
                   values ('indeed', %s, %s, %s, 'x')""",
                (str(number), DAY - timedelta(days=back), json.dumps({"title": "W"} | ({} if lost else {"url": "u"}))),
            )
    outcome = Outcome("raw_postings", f"indeed|{DAY}", {"postings": 20})
    with scraped.transaction(force_rollback=True):
        told = {found.check_name: found for found in checks.board_results(scraped, [outcome])}
    assert "url of indeed is in 70 % of the postings; usual are 100 %." in str(told["usual_fields"].description)
