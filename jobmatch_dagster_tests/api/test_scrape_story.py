"""The raw side over HTTP, with Dagster's real daemon and UI: a scrape is asked for, followed, found, and cancelled."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from jobmatch_dagster.demo import site, world
from jobmatch_dagster.settings import load
from jobmatch_dagster.supabase import embedded
from jobmatch_dagster_tests.api.conftest import PASSWORD

# Three services, a run's own processes and a queue that is looked at every few seconds: a busy machine takes its time.
PATIENCE = 240
pytestmark = [pytest.mark.timeout(900), pytest.mark.services]
PARTS = ("ui", "daemon", "api")
NO_PROJECT = dict.fromkeys(("SUPABASE_URL", "SUPABASE_SECRET_KEY", "SUPABASE_DB_URL"), "")


class Team:
    """Somebody of the data team at the HTTP API of running services."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)

    def sign_in(self, email: str) -> dict[str, str]:
        """The header of a session of this account."""
        session = self.http.post("/v1/auth/sign-in", json={"email": email, "password": PASSWORD}).json()
        return {"Authorization": f"Bearer {session['access_token']}"}

    def until(self, path: str, is_there: Callable[[Any], bool], seconds: float, **asked: Any) -> Any:
        """Ask until the answer is as wished."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answer = self.http.get(path, params=asked)
            if answer.status_code == 200 and is_there(answer.json()):
                return answer.json()
            time.sleep(0.3)
        raise AssertionError(f"{path} never came to it; the last answer was {answer.status_code}: {answer.text[:500]}")


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def day() -> date:
    """The day that the boards show, whatever the clock says by the time that a test looks at it."""
    return datetime.now(UTC).date()


@pytest.fixture(scope="module")
def services(day: date) -> Iterator[dict[str, str]]:
    """The UI, the daemon and the API as `jobmatch serve` starts them, with the demo's boards; their environment."""
    home = Path(tempfile.mkdtemp(prefix="jm-serve-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        boards = stack.enter_context(site.serve(day=day))
        ours = {
            "JOBMATCH_HOME": str(home),
            "JOBMATCH_UI_PORT": str(free_port()),
            "JOBMATCH_API_PORT": str(free_port()),
            "JOBMATCH_CRAWL_DELAY": "0.1",
            "JOBMATCH_BOARDS": "ziprecruiter,linkedin",
            **{f"JOBMATCH_{board.upper()}_URL": url for board, url in boards.base_urls.items()},
            **NO_PROJECT,
        }
        environment = {**os.environ, **ours}
        settings = load(home=home, supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
        stack.callback(embedded.down, settings)
        run = [sys.executable, "-m", "jobmatch_dagster.cli"]
        subprocess.run([*run, "up"], env=environment, check=True, capture_output=True)
        for part in PARTS:
            process = subprocess.Popen(
                [*run, "serve", part],
                env=environment,
                start_new_session=True,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            stack.callback(end, process)
        yield environment


def end(process: subprocess.Popen[bytes]) -> None:
    """End a service and what it started."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def team(services: dict[str, str]) -> Team:
    """A member of the data team, signed in, once everything answers."""
    team = Team(f"http://127.0.0.1:{services['JOBMATCH_API_PORT']}")
    for url in (f"{team.http.base_url}/v1/ready", f"http://127.0.0.1:{services['JOBMATCH_UI_PORT']}/server_info"):
        for _ in range(400):
            try:
                if httpx.get(url).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.2)
    for email in ("team@example.org", "ada@people.example.org"):
        made = team.http.post("/v1/auth/sign-up", json={"email": email, "password": PASSWORD})
        assert made.status_code == 201, made.text
    role = [sys.executable, "-m", "jobmatch_dagster.cli", "api", "data-team", "team@example.org"]
    subprocess.run(role, env=services, check=True, capture_output=True)
    team.http.headers.update(team.sign_in("team@example.org"))
    return team


@pytest.fixture(scope="module")
def searches(team: Team) -> None:
    for board in ("ziprecruiter", "linkedin"):
        for search in site.searches()[board]:
            assert team.http.post("/v1/searches", json={"board": board, **search}).status_code == 201


@pytest.mark.usefixtures("searches")
def test_a_scrape_is_followed_to_its_end_and_its_postings_are_found_as_jobs(team: Team, day: date) -> None:
    sent = team.http.post("/v1/scrapes", json={"board": "ziprecruiter"})
    assert sent.status_code == 202, sent.text
    where = sent.headers["location"]
    ended = team.until(where, lambda run: run["status"] not in ("queued", "running"), PATIENCE)
    live = [p for p in world.postings(day) if p.board == "ziprecruiter" and p.job.country == "US"]
    assert ended["status"] in ("succeeded", "partial"), ended
    assert ended["postings"] == len(live) > 0
    assert ended["pages"] >= ended["postings"]
    title = live[0].title
    found = team.until(
        "/v1/jobs", lambda page: any(j["title"] == title for j in page["jobs"]), PATIENCE, q=f'"{title}"'
    )
    job = next(job for job in found["jobs"] if job["title"] == title)
    assert team.http.get(f"/v1/jobs/{job['id']}").json()["board"] == "ziprecruiter"


@pytest.mark.usefixtures("searches")
def test_a_scrape_under_way_is_cancelled_and_keeps_what_arrived(team: Team, day: date) -> None:
    run = team.http.post("/v1/scrapes", json={"board": "linkedin"}).json()
    where = f"/v1/scrapes/{run['id']}"
    team.until(where, lambda run: run["status"] == "running" and run["pages"] > 30, PATIENCE)
    assert team.http.post(f"{where}/cancel").status_code == 202
    ended = team.until(where, lambda run: run["ended_at"] is not None, PATIENCE)
    pages_of_details = sum(posting.board == "linkedin" for posting in world.postings(day))
    assert ended["status"] == "cancelled"
    assert ended["postings"] > 0
    assert 30 < ended["pages"] < pages_of_details


def test_an_ordinary_person_is_refused(team: Team) -> None:
    ada = team.sign_in("ada@people.example.org")
    assert team.http.post("/v1/scrapes", json={"board": "linkedin"}, headers=ada).status_code == 403
    assert team.http.get("/v1/scrapes", headers=ada).status_code == 403
