"""The reference is what the code says, and the commands around the API work."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from fastapi.testclient import TestClient

from jobmatch_dagster.api.app import build_document
from jobmatch_dagster.api.reference import markdown
from jobmatch_dagster.settings import PROJECT_ROOT, Settings
from jobmatch_dagster_tests.api.conftest import PASSWORD, Member


def test_the_written_reference_is_current() -> None:
    assert (PROJECT_ROOT / "docs" / "api.md").read_text() == markdown(build_document()), (
        "docs/api.md is out of date: run `jobmatch api reference > docs/api.md`"
    )


def test_the_guide_names_operations_that_exist() -> None:
    guide = (PROJECT_ROOT / "docs" / "apps.md").read_text()
    paths = [re.sub(r"\{\w+\}", "[^/]+", path) + "$" for path in build_document()["paths"]]
    named = {"/v1/" + found.rstrip("/") for found in re.findall(r"\$api/([\w/-]+)", guide)}
    assert len(named) > 5
    assert [name for name in named if not any(re.match(path, name) for path in paths)] == []


def test_every_operation_is_described_and_every_problem_is_a_problem_document() -> None:
    document = build_document()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), (method, path)
            for status, answer in operation["responses"].items():
                if status >= "400":
                    assert list(answer["content"]) == ["application/problem+json"], (method, path, status)


def test_the_page_for_people_shows_every_operation_and_runs_no_script(client: TestClient) -> None:
    page = client.get("/v1/docs")
    assert page.status_code == 200
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert "<script" not in page.text
    for path in client.get("/v1/openapi.json").json()["paths"]:
        assert path in page.text


def test_the_document_is_printed_without_a_database(tmp_path: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jobmatch_dagster.cli", "api", "openapi"],
        capture_output=True,
        text=True,
        env={**environment, "JOBMATCH_HOME": str(tmp_path / "none")},
        check=True,
    )
    assert json.loads(done.stdout) == build_document()
    assert not (tmp_path / "none").exists()


def test_the_data_teams_role_is_given_and_taken_and_ends_old_sessions(
    client: TestClient, sign_up: Any, api_settings: Settings, connection: psycopg.Connection[Any]
) -> None:
    from jobmatch_dagster.api.roles import set_data_team

    person: Member = sign_up("newcomer@example.org")
    assert person("GET", "/v1/searches").status_code == 403

    def sign_in() -> Member:
        session = client.post("/v1/auth/sign-in", json={"email": person.email, "password": PASSWORD}).json()
        return Member(client, person.id, person.email, session)

    set_data_team(api_settings, person.id, True)
    trusted = sign_in()
    assert trusted("GET", "/v1/searches").status_code == 200
    set_data_team(api_settings, person.id, False)
    assert sign_in()("GET", "/v1/searches").status_code == 403
    old = client.post("/v1/auth/refresh", json={"refresh_token": trusted.session["refresh_token"]})
    assert old.status_code == 401


def test_figures_are_for_this_machine_and_the_data_team(app: Any, member: Member, ada: Member) -> None:
    far = TestClient(app, client=("203.0.113.7", 40000))
    assert far.get("/v1/metrics").status_code == 401
    assert far.get("/v1/metrics", headers=ada.headers).status_code == 403
    text = far.get("/v1/metrics", headers=member.headers).text
    assert "jobmatch_pool_size" in text
    assert ada.id not in text
    near = ada.client.get("/v1/metrics")
    assert near.status_code == 200
