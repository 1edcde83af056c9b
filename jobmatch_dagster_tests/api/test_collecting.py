"""Scrape runs and searches over HTTP, for the data team."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.orchestration import launch
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.stages.outcome import turn
from jobmatch_dagster.supabase import database
from jobmatch_dagster_tests.api.conftest import Member


@pytest.fixture
def dagster(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What Dagster was asked to start and to end."""
    heard: dict[str, list[Any]] = {"started": [], "ended": []}

    def scrape(board: str, day: Any) -> str:
        heard["started"].append((board, str(day)))
        return str(uuid.uuid4())

    monkeypatch.setattr(launch, "scrape", scrape)
    monkeypatch.setattr(launch, "cancel", heard["ended"].append)
    return heard


def ended(connection: psycopg.Connection[Any], board: str, day: str) -> str:
    """A run of a day that has ended."""
    row = connection.execute(
        "insert into private.scrape_runs (board, day, dagster_run_id, status) values (%s, %s, %s, 'succeeded')"
        " returning id::text",
        [board, day, str(uuid.uuid4())],
    ).fetchone()
    assert row is not None
    return str(row[0])


@contextmanager
def under_way(settings: Settings, connection: psycopg.Connection[Any], scrape: str) -> Iterator[None]:
    """What the run does when it begins to ask its board: it takes its turn and says how far it is."""
    row = connection.execute(
        "update private.scrape_runs set status = 'running', pages = 3 where id = %s returning board, day", [scrape]
    ).fetchone()
    assert row is not None
    with database.connect(settings) as conn, turn(conn, "raw_postings", f"{row[0]}|{row[1]}"):
        yield


def test_a_scrape_is_started_followed_and_cancelled(
    member: Member, dagster: dict[str, Any], api_settings: Settings, connection: psycopg.Connection[Any]
) -> None:
    sent = member("POST", "/v1/scrapes", json={"board": "indeed", "day": "2026-03-02"})
    assert sent.status_code == 202
    assert dagster["started"] == [("indeed", "2026-03-02")]
    scrape, run = sent.json()["id"], sent.json()["dagster_run_id"]
    assert sent.headers["location"] == f"/v1/scrapes/{scrape}"
    assert member("GET", f"/v1/scrapes/{scrape}").json()["status"] == "queued"
    assert scrape in [row["id"] for row in member("GET", "/v1/scrapes", params={"status": "queued"}).json()["scrapes"]]
    with under_way(api_settings, connection, scrape):
        going = member("GET", f"/v1/scrapes/{scrape}").json()
        assert (going["status"], going["pages"]) == ("running", 3)
        assert member("GET", f"/v1/scrapes/{run}").json() == going, "Dagster's id names it too"
        cancelled = member("POST", f"/v1/scrapes/{scrape}/cancel").json()
        assert (cancelled["status"], cancelled["ended_at"]) == ("cancelled", None), "it ends when it has heard it"
    assert dagster["ended"] == []
    assert member("POST", f"/v1/scrapes/{scrape}/cancel").status_code == 409
    notes = connection.execute("select action from private.audit_log where actor = %s", [member.id]).fetchall()
    assert [note[0] for note in notes] == ["start scrape", "cancel scrape"]


def test_a_scrape_whose_process_is_gone_is_called_dead_and_can_be_closed(
    member: Member, dagster: dict[str, Any], api_settings: Settings, connection: psycopg.Connection[Any]
) -> None:
    scrape = member("POST", "/v1/scrapes", json={"board": "indeed", "day": "2026-03-03"}).json()["id"]
    with under_way(api_settings, connection, scrape):
        pass
    dead = member("GET", f"/v1/scrapes/{scrape}").json()
    assert (dead["status"], dead["ended_at"]) == ("dead", None)
    assert "Start it again" in dead["reason"]
    assert member("POST", f"/v1/scrapes/{scrape}/cancel").json()["ended_at"] is not None


def test_a_scrape_that_waits_in_dagsters_queue_is_cancelled_there(member: Member, dagster: dict[str, Any]) -> None:
    sent = member("POST", "/v1/scrapes", json={"board": "indeed"}).json()
    assert member("POST", f"/v1/scrapes/{sent['id']}/cancel").status_code == 202
    assert dagster["ended"] == [sent["dagster_run_id"]]
    assert member("GET", f"/v1/scrapes/{sent['id']}").json()["status"] == "cancelled"


def test_when_dagster_does_not_run_the_answer_says_so(member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(board: str, day: Any) -> str:
        raise JobmatchError("Dagster", "does not answer on port 3000", "Start it with `jobmatch dev`.")

    monkeypatch.setattr(launch, "scrape", absent)
    answer = member("POST", "/v1/scrapes", json={"board": "indeed"})
    assert answer.status_code == 503
    assert "jobmatch dev" in answer.json()["detail"]


def test_an_unknown_board_and_a_day_to_come_are_refused(member: Member, dagster: dict[str, Any]) -> None:
    assert member("POST", "/v1/scrapes", json={"board": "nosuch"}).status_code == 404
    assert member("POST", "/v1/scrapes", json={"board": "indeed", "day": "2999-01-01"}).status_code == 422
    assert dagster["started"] == []


def test_scrapes_are_listed_page_by_page(member: Member, connection: psycopg.Connection[Any]) -> None:
    made = [ended(connection, "lever", f"2026-02-0{day}") for day in range(1, 6)]
    listed: list[str] = []
    cursor = None
    while True:
        asked = {"board": "lever", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = member("GET", "/v1/scrapes", params=asked).json()
        listed += [row["id"] for row in page["scrapes"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert listed == made[::-1]
    assert len(member("GET", "/v1/scrapes", params={"day": "2026-02-03"}).json()["scrapes"]) == 1
    assert member("GET", "/v1/scrapes", params={"status": "failed"}).json()["scrapes"] == []


def test_searches_are_added_once_changed_listed_and_removed(member: Member) -> None:
    wish = {"board": "indeed", "keywords": "data engineer", "place": "Vienna", "country": "AT"}
    made = member("POST", "/v1/searches", json=wish)
    assert made.status_code == 201
    search = made.json()
    assert (search["country"], search["enabled"]) == ("at", True)
    assert member("POST", "/v1/searches", json=wish).status_code == 409
    path = f"/v1/searches/{search['id']}"
    assert made.headers["location"] == path
    assert member("PATCH", path, json={"enabled": False, "max_pages": 3}).json()["max_pages"] == 3
    assert member("PATCH", path, json={"max_pages": None}).json() == {**search, "enabled": False, "max_pages": None}
    assert member("GET", "/v1/searches", params={"enabled": "true"}).json()["searches"] == []
    assert [s["id"] for s in member("GET", "/v1/searches", params={"board": "indeed"}).json()["searches"]] == [
        search["id"]
    ]
    assert member("DELETE", path).status_code == 204
    for method, more in (("GET", {}), ("DELETE", {}), ("PATCH", {"json": {"enabled": True}})):
        assert member(method, path, **more).status_code == 404


def test_a_search_that_no_board_can_be_asked_is_refused(member: Member) -> None:
    assert member("POST", "/v1/searches", json={"board": "nosuch"}).status_code == 404
    assert member("POST", "/v1/searches", json={"board": "greenhouse"}).status_code == 422
    assert member("POST", "/v1/searches", json={"board": "indeed", "remote": "moon"}).status_code == 422
