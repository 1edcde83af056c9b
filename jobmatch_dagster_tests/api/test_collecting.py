"""Scrape runs and searches over HTTP, for the data team."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.orchestration import launch
from jobmatch_dagster_tests.api.conftest import Member


@pytest.fixture
def dagster(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What Dagster was asked to start and to end, and what it says about its runs."""
    import dagster_graphql

    heard: dict[str, Any] = {"started": [], "ended": [], "status": "QUEUED"}

    def scrape(board: str, day: Any) -> str:
        heard["started"].append((board, str(day)))
        return str(uuid.uuid4())

    monkeypatch.setattr(launch, "scrape", scrape)
    monkeypatch.setattr(launch, "cancel", heard["ended"].append)
    monkeypatch.setattr(dagster_graphql, "DagsterGraphQLClient", lambda *a, **k: _Client(heard))
    return heard


class _Client:
    def __init__(self, heard: dict[str, Any]) -> None:
        self.heard = heard

    def get_run_status(self, run_id: str) -> str:
        status: str = self.heard["status"]
        return status


def begin(connection: psycopg.Connection[Any], run_id: str, board: str, day: str, status: str = "running") -> str:
    """What the run itself writes when it begins to ask its board."""
    row = connection.execute(
        "insert into private.scrape_runs (board, day, dagster_run_id, status, pages) values (%s, %s, %s, %s, 3)"
        " returning id::text",
        [board, day, run_id, status],
    ).fetchone()
    assert row is not None
    return str(row[0])


def test_a_scrape_is_started_followed_and_cancelled(
    member: Member, dagster: dict[str, Any], connection: psycopg.Connection[Any]
) -> None:
    sent = member("POST", "/v1/scrapes", json={"board": "indeed", "day": "2026-03-02"})
    assert sent.status_code == 202
    assert dagster["started"] == [("indeed", "2026-03-02")]
    run = sent.json()["dagster_run_id"]
    assert sent.headers["location"] == f"/v1/scrapes/{run}"
    assert member("GET", f"/v1/scrapes/{run}").json()["status"] == "queued"
    row = begin(connection, run, "indeed", "2026-03-02")
    under_way = member("GET", f"/v1/scrapes/{run}").json()
    assert (under_way["id"], under_way["status"], under_way["pages"]) == (row, "running", 3)
    assert member("GET", f"/v1/scrapes/{row}").json() == under_way
    assert member("POST", f"/v1/scrapes/{run}/cancel").json()["status"] == "cancelled"
    assert dagster["ended"] == []
    assert member("GET", f"/v1/scrapes/{run}").json()["status"] == "cancelled"
    assert member("POST", f"/v1/scrapes/{run}/cancel").status_code == 409
    notes = connection.execute("select action from private.audit_log where actor = %s", [member.id]).fetchall()
    assert [note[0] for note in notes] == ["start scrape", "cancel scrape"]


def test_a_scrape_that_waits_in_dagsters_queue_is_cancelled_there(member: Member, dagster: dict[str, Any]) -> None:
    run = member("POST", "/v1/scrapes", json={"board": "indeed"}).json()["id"]
    assert member("POST", f"/v1/scrapes/{run}/cancel").status_code == 202
    assert dagster["ended"] == [run]
    dagster["status"] = "CANCELED"
    assert member("GET", f"/v1/scrapes/{run}").json()["status"] == "cancelled"


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
    made = [begin(connection, str(uuid.uuid4()), "lever", f"2026-02-0{day}", "succeeded") for day in range(1, 6)]
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
