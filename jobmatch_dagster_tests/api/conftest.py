"""A running application on the module's database, and people who are signed in to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from jobmatch_dagster.settings import Settings

PASSWORD = "correct horse battery"


@dataclass
class Member:
    """Somebody with an account, and their requests."""

    client: TestClient
    id: str
    email: str
    session: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.session['access_token']}"}

    def __call__(self, method: str, path: str, **more: Any) -> Any:
        """A request with this person's token."""
        return self.client.request(method, path, headers={**self.headers, **more.pop("headers", {})}, **more)

    def upload(self, name: str, data: bytes) -> Any:
        """Upload a résumé."""
        return self("POST", "/v1/resumes", files={"file": (name, data)})


@pytest.fixture(scope="module")
def api_settings(database: Settings) -> Settings:
    """Settings of an API on the module's database, with a rate that no ordinary test reaches."""
    return database.model_copy(update={"api_rate": 1_000_000, "api_cors_origins": ["https://app.example.org"]})


@pytest.fixture(scope="module")
def app(api_settings: Settings, request: pytest.FixtureRequest) -> FastAPI:
    """The application. Uploads are parsed and matched only in modules that say FOLLOWS_UP."""
    from jobmatch_dagster.api.app import build_app
    from jobmatch_dagster.api.throttle import Allowance, Counters

    built = build_app(api_settings)
    parts = built.state.parts
    counters = Counters(api_settings)
    parts.sign_ups, parts.uploads = (Allowance(counters, kind, 100_000, 3600) for kind in ("sign-up", "upload"))
    if not getattr(request.module, "FOLLOWS_UP", False):
        parts.follow_up._run = lambda files: None
    return built


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False, client=("127.0.0.1", 50000)) as running:
        yield running


def enrol(client: TestClient, email: str, name: str | None = None) -> Member:
    """A person who signs up."""
    answer = client.post("/v1/auth/sign-up", json={"email": email, "password": PASSWORD, "full_name": name})
    assert answer.status_code == 201, answer.text
    session = answer.json()
    return Member(client, session["user"]["id"], email, session)


@pytest.fixture(scope="module")
def sign_up(client: TestClient) -> Callable[..., Member]:
    """Make an account and sign in to it."""
    return lambda email, name=None: enrol(client, email, name)


@pytest.fixture(scope="module")
def ada(client: TestClient) -> Member:
    """An ordinary person."""
    return enrol(client, "ada@people.example.org", "Ada Made-Up")


@pytest.fixture(scope="module")
def bob(client: TestClient) -> Member:
    """Another one."""
    return enrol(client, "bob@people.example.org", "Bob Made-Up")


@pytest.fixture(scope="module")
def member(client: TestClient, api_settings: Settings) -> Member:
    """Somebody of the data team."""
    from jobmatch_dagster.api.roles import set_data_team

    person = enrol(client, "team@example.org", "Team Made-Up")
    set_data_team(api_settings, person.id, True)
    session = client.post("/v1/auth/sign-in", json={"email": person.email, "password": PASSWORD}).json()
    return Member(client, person.id, person.email, session)
