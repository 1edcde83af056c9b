"""Bad weather: many clients at once, a client that hangs up, a database that goes away and comes back."""

from __future__ import annotations

import asyncio
import shutil
import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from jobmatch_dagster.api.app import build_app
from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.supabase import embedded, migrations
from jobmatch_dagster_tests.api.conftest import Member, enrol

REQUESTS, CLIENTS, RATE = 10_000, 50, 800


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application on a real port of the loopback interface."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, access_log=False, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


async def storm(url: str) -> Counter[int]:
    """Many requests by many clients; how often each status came."""
    seen: Counter[int] = Counter()
    left = iter(range(REQUESTS))

    async def one_client(session: aiohttp.ClientSession) -> None:
        for _ in left:
            async with session.get(f"{url}/v1/jobs?limit=5") as answer:
                await answer.read()
                seen[answer.status] += 1

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one_client(session) for _ in range(CLIENTS)))
    return seen


def test_ten_thousand_requests_of_fifty_clients_are_answered_or_told_to_wait(api_settings: Settings) -> None:
    app = build_app(api_settings.model_copy(update={"api_rate": RATE}))
    with served(app) as url:
        seen = asyncio.run(storm(url))
        assert seen.keys() == {200, 429}
        assert seen.total() == REQUESTS
        assert seen[200] >= RATE
        figures = app.state.parts.metrics.text().decode()
    assert f"jobmatch_refused_total {seen[429]:.1f}" in figures
    assert 'operation="/v1/jobs",status="200"' in figures


def test_a_client_that_hangs_up_in_the_middle_of_an_upload_leaves_nothing(
    app: FastAPI, ada: Member, database: Settings
) -> None:
    folder = database.home / "storage" / database.embedded_database
    before = set(folder.rglob("*/*/*"))
    with served(build_app(app.state.parts.settings)) as url:
        port = int(url.rsplit(":", 1)[1])
        head = (
            "POST /v1/resumes HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            f"Content-Length: 5000000\r\nAuthorization: Bearer {ada.session['access_token']}\r\n\r\n"
            '--x\r\nContent-Disposition: form-data; name="file"; filename="cv.pdf"\r\n\r\n%PDF-1.7 half of it'
        )
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(head.encode())
            time.sleep(0.3)
        time.sleep(0.3)
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(b"GET /v1/health HTTP/1.0\r\n\r\n")
            assert b"200 OK" in line.recv(100)
    assert set(folder.rglob("*/*/*")) == before
    assert ada("GET", "/v1/resumes").json() == {"resumes": []}


@pytest.fixture
def own_server() -> Iterator[Settings]:
    """A database server of this test's own, which it may stop."""
    home = Path(tempfile.mkdtemp(prefix="jm-away-"))
    settings = load(
        home=home,
        supabase_url=None,
        supabase_secret_key=None,
        supabase_db_url=None,
        api_rate=1_000_000,
    )
    embedded.up(settings)
    migrations.migrate(settings)
    yield settings
    embedded.down(settings)
    shutil.rmtree(home, ignore_errors=True)


def test_a_database_that_goes_away_is_said_to_be_away_and_is_found_again(own_server: Settings) -> None:
    with TestClient(build_app(own_server), client=("127.0.0.1", 5000)) as client:
        person = enrol(client, "steady@example.org")
        assert client.get("/v1/ready").status_code == 200
        embedded.down(own_server)
        asked: list[Any] = [
            client.get("/v1/ready"),
            client.get("/v1/jobs"),
            person("PATCH", "/v1/users/me", json={"headline": "x"}),
            person.upload("cv.txt", b"words"),
            client.post("/v1/auth/sign-in", json={"email": person.email, "password": "wrong"}),
        ]
        for answer in asked:
            assert answer.status_code == 503, answer.text
            assert answer.headers["content-type"] == "application/problem+json"
            assert int(answer.headers["retry-after"]) > 0
        assert client.get("/v1/health").status_code == 200
        embedded.up(own_server)
        for _ in range(100):
            if client.get("/v1/ready").status_code == 200:
                break
            time.sleep(0.1)
        assert client.get("/v1/jobs").status_code == 200
        assert person("GET", "/v1/users/me").json()["headline"] is None
