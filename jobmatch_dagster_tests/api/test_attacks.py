"""What a stranger or a fellow user may try: others' ids, injection, mass assignment, forged cursors, guessing."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from jobmatch_dagster.api.local_identity import FAILED_PER_ADDRESS
from jobmatch_dagster.api.throttle import Allowance, Counters
from jobmatch_dagster.settings import Settings
from jobmatch_dagster_tests.api.conftest import PASSWORD, Member
from jobmatch_dagster_tests.supabase.world import World, build

INJECTIONS = [
    "'; drop table public.jobs; --",
    "' or '1'='1",
    "%' or 1=1 --",
    "\\'; select pg_sleep(10); --",
    "{{7*7}}",
    "%(after)s",
    "$1",
    "<script>alert(1)</script>",
    "a & | ! ( : * <-> b",
]


@pytest.fixture(scope="module")
def world(database: Settings) -> World:
    """Two people with rows in every table."""
    from jobmatch_dagster.supabase.database import connect

    with connect(database) as admin:
        return build(database, admin)


@pytest.fixture(scope="module")
def of_world(world: World, client: TestClient, database: Settings) -> dict[str, Member]:
    """The people of the world, signed in."""
    from argon2 import PasswordHasher

    from jobmatch_dagster.supabase.database import connect

    with connect(database) as admin:
        admin.execute(
            "update auth.users set encrypted_password = %s where id = any(%s::uuid[])",
            [PasswordHasher().hash(PASSWORD), [world.ada, world.bob]],
        )
        emails = dict(admin.execute("select id::text, email from auth.users").fetchall())
    people = {}
    for name, person in (("ada", world.ada), ("bob", world.bob)):
        session = client.post("/v1/auth/sign-in", json={"email": emails[person], "password": PASSWORD}).json()
        people[name] = Member(client, person, emails[person], session)
    return people


def test_another_persons_resume_cannot_be_seen_replaced_linked_or_deleted(
    ada: Member, bob: Member, connection: psycopg.Connection[Any]
) -> None:
    theirs = bob.upload("secret.txt", b"Bob Made-Up\nPlumber since 2010\n").json()["id"]
    for method, path in (
        ("GET", f"/v1/resumes/{theirs}"),
        ("GET", f"/v1/resumes/{theirs}/file"),
        ("POST", f"/v1/resumes/{theirs}/link"),
        ("DELETE", f"/v1/resumes/{theirs}"),
    ):
        assert ada(method, path).status_code == 404, path
    assert ada("PUT", f"/v1/resumes/{theirs}", files={"file": ("x.txt", b"mine")}).status_code == 404
    assert theirs not in ada("GET", "/v1/resumes").text
    assert bob("GET", f"/v1/resumes/{theirs}/file").content.startswith(b"Bob")
    found = connection.execute("select count(*) from storage.objects where name like %s", [f"{bob.id}/%"]).fetchone()
    assert found == (1,)


def test_another_persons_matches_are_neither_listed_nor_shown(
    world: World, of_world: dict[str, Member], connection: psycopg.Connection[Any]
) -> None:
    mine, theirs = (
        connection.execute("select id::text from public.resumes where user_id = %s", [person]).fetchall()[0][0]
        for person in (world.ada, world.bob)
    )
    ada = of_world["ada"]
    assert [m["resume_id"] for m in ada("GET", "/v1/matches").json()["matches"]] == [mine]
    assert ada("GET", "/v1/matches", params={"resume_id": theirs}).json()["matches"] == []
    assert ada("GET", f"/v1/matches/{mine}/{world.job}").status_code == 200
    assert ada("GET", f"/v1/matches/{theirs}/{world.job}").status_code == 404
    assert len(ada("GET", "/v1/matches/feedback").json()["feedback"]) == 1
    kept = ada("GET", "/v1/users/me/export").text
    assert world.bob not in kept
    assert theirs not in kept


def test_a_signed_url_is_good_for_its_file_only(client: TestClient, ada: Member, bob: Member) -> None:
    mine = ada.upload("mine.txt", b"Ada's own words").json()["id"]
    theirs = bob.upload("theirs.txt", b"Bob's own words").json()["id"]
    url = ada("POST", f"/v1/resumes/{mine}/link").json()["url"]
    path = "/" + url.split("/", 3)[3]
    assert client.get(path).content == b"Ada's own words"
    other = bob("POST", f"/v1/resumes/{theirs}/link").json()["url"].split("/", 3)[3].split("?")[0]
    token = path.split("?token=")[1]
    assert client.get(f"/{other}?token={token}").status_code == 403
    assert client.get(path[:-3] + "abc").status_code == 403
    assert client.get(f"/storage/v1/object/sign/resumes/../../api/token.key?token={token}").status_code in (403, 404)


@pytest.mark.parametrize(
    "body",
    [
        {"id": "00000000-0000-4000-8000-000000000000"},
        {"email": "admin@example.org"},
        {"role": "service_role"},
        {"app_metadata": {"role": "data_team"}},
        {"created_at": "2000-01-01T00:00:00Z"},
        {"full_name": "x", "user_id": "1"},
    ],
)
def test_a_profile_takes_no_column_that_is_not_the_persons_to_write(ada: Member, body: dict[str, Any]) -> None:
    before = ada("GET", "/v1/users/me").json()
    assert ada("PATCH", "/v1/users/me", json=body).status_code == 422
    assert ada("GET", "/v1/users/me").json() == before


def test_signing_up_gives_no_role_whatever_is_sent_along(client: TestClient, sign_up: Callable[..., Member]) -> None:
    wish = {"email": "climber@example.org", "password": PASSWORD}
    for extra in ({"app_metadata": {"role": "data_team"}}, {"role": "service_role"}, {"data": {"role": "data_team"}}):
        assert client.post("/v1/auth/sign-up", json={**wish, **extra}).status_code == 422
    person = sign_up("climber@example.org", "data_team")
    person("PATCH", "/v1/users/me", json={"preferences": {"role": "data_team"}})
    assert person("GET", "/v1/scrapes").status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/scrapes"),
        ("POST", "/v1/scrapes"),
        ("GET", "/v1/scrapes/00000000-0000-4000-8000-000000000000"),
        ("POST", "/v1/scrapes/00000000-0000-4000-8000-000000000000/cancel"),
        ("GET", "/v1/searches"),
        ("POST", "/v1/searches"),
        ("PATCH", "/v1/searches/00000000-0000-4000-8000-000000000000"),
        ("DELETE", "/v1/searches/00000000-0000-4000-8000-000000000000"),
        ("PATCH", "/v1/jobs/00000000-0000-4000-8000-000000000000"),
    ],
)
def test_an_ordinary_person_is_refused_what_is_the_data_teams(
    client: TestClient, ada: Member, method: str, path: str
) -> None:
    body: dict[str, Any] = {} if method in ("GET", "DELETE") else {"json": {"board": "indeed"}}
    if path.startswith("/v1/jobs"):
        body = {"json": {"seniority": "lead"}}
    if method == "PATCH" and "searches" in path:
        body = {"json": {"enabled": False}}
    assert ada(method, path, **body).status_code == 403
    assert client.request(method, path, **body).status_code == 401


@pytest.mark.parametrize("text", INJECTIONS)
def test_text_that_looks_like_sql_is_text(client: TestClient, ada: Member, world: World, text: str) -> None:
    for name in ("q", "city", "company", "skill", "place"):
        assert client.get("/v1/jobs", params={name: text}).status_code in (200, 422), name
    for name in ("sort", "currency", "country", "remote", "cursor", "limit"):
        assert client.get("/v1/jobs", params={name: text}).status_code in (400, 422), name
    assert ada("PATCH", "/v1/users/me", json={"full_name": text}).json()["full_name"] == text
    assert client.get("/v1/jobs", params={"limit": 100}).json()["jobs"]


@pytest.mark.parametrize("text", ["a\r\nSet-Cookie: x=1", "a\nX-Evil: 1", "a\x00b"])
def test_no_header_and_no_row_takes_a_line_break_or_nul(client: TestClient, ada: Member, text: str) -> None:
    assert ada("PATCH", "/v1/users/me", json={"full_name": text}).status_code == 422
    assert client.get("/v1/jobs", params={"q": text}).status_code == 422
    sent = ada.upload(f"{text}.txt", f"Words of {text!r}".encode())
    assert sent.status_code == 202
    answer = ada("GET", f"/v1/resumes/{sent.json()['id']}/file")
    assert "set-cookie" not in answer.headers
    assert "x-evil" not in answer.headers
    assert answer.headers["content-disposition"].startswith("attachment; ")
    redirect = client.get("/v1/auth/providers/google", params={"redirect_to": f"https://app.example.org/{text}"})
    assert redirect.status_code in (403, 404)


def test_a_browser_is_only_sent_back_to_an_allowed_origin(client: TestClient) -> None:
    for target in (
        "https://evil.example.org/",
        "javascript:alert(1)",
        "//evil.example.org",
        "https://app.example.org.x/",
    ):
        assert client.get("/v1/auth/providers/google", params={"redirect_to": target}).status_code == 403
    allowed = client.get("/v1/auth/providers/google", params={"redirect_to": "https://app.example.org/in"})
    assert allowed.status_code == 404  # the local provider has no others


def test_only_allowed_origins_may_read_answers(client: TestClient) -> None:
    good = client.get("/v1/jobs", headers={"Origin": "https://app.example.org"})
    assert good.headers["access-control-allow-origin"] == "https://app.example.org"
    bad = client.get("/v1/jobs", headers={"Origin": "https://evil.example.org"})
    assert "access-control-allow-origin" not in bad.headers


def test_a_cursor_cannot_be_forged_changed_or_taken_to_another_list(
    client: TestClient, world: World, of_world: dict[str, Member]
) -> None:
    first = client.get("/v1/jobs", params={"limit": 1}).json()
    cursor = first["next_cursor"]
    second = client.get("/v1/jobs", params={"limit": 1, "cursor": cursor})
    assert second.status_code == 200
    assert second.json()["jobs"][0]["id"] != first["jobs"][0]["id"]
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[-3] ^= 1
    for forged in (
        base64.urlsafe_b64encode(bytes(raw)).decode(),
        base64.urlsafe_b64encode(b"\0" * 16 + b'["2026-01-01","x"]').decode(),
        base64.urlsafe_b64encode(b'["2026-01-01"]').decode(),
        cursor[:-4],
        "é",
        "x" * 500,
    ):
        answer = client.get("/v1/jobs", params={"cursor": forged})
        assert answer.status_code == 400, forged
        assert answer.json()["type"] == "urn:jobmatch:problem:bad-cursor"
    assert client.get("/v1/jobs", params={"limit": 1, "cursor": cursor, "country": "AT"}).status_code == 400
    assert of_world["ada"]("GET", "/v1/matches", params={"cursor": cursor}).status_code == 400


def test_a_cursor_of_one_person_is_no_good_for_another(app: FastAPI, of_world: dict[str, Member]) -> None:
    asked = {
        "resume_id": None,
        "min_score": 0.0,
        "country": None,
        "remote": None,
        "seniority": None,
        "employment_type": None,
        "feedback": None,
    }
    ada, bob = of_world["ada"], of_world["bob"]
    cursor = app.state.parts.cursors.make([0.5, ada.id, ada.id], "matches", ada.id, asked)
    assert ada("GET", "/v1/matches", params={"cursor": cursor}).status_code == 200
    assert bob("GET", "/v1/matches", params={"cursor": cursor}).status_code == 400


def test_guessing_a_password_costs_a_wait_and_says_nothing_about_who_is_here(
    client: TestClient, app: FastAPI, sign_up: Callable[..., Member]
) -> None:
    person = sign_up("guessed@example.org")
    wrong = client.post("/v1/auth/sign-in", json={"email": person.email, "password": "wrong wrong wrong"})
    nobody = client.post("/v1/auth/sign-in", json={"email": "nobody@example.org", "password": "wrong wrong wrong"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json() == nobody.json()
    identity = app.state.parts.identity
    for _ in range(FAILED_PER_ADDRESS):
        identity._per_address.take(person.email, "127.0.0.1")
    answer = client.post("/v1/auth/sign-in", json={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    counters = Counters(app.state.parts.settings)
    identity._per_address = Allowance(counters, "failed for address", FAILED_PER_ADDRESS, 900)


def test_two_who_sign_up_with_one_address_do_not_get_one_account(
    client: TestClient, sign_up: Callable[..., Member]
) -> None:
    first = sign_up("same@example.org")
    again = client.post("/v1/auth/sign-up", json={"email": "SAME@example.org", "password": "another password of mine"})
    assert again.status_code == 409
    assert first.id not in again.text
    assert "same@" not in again.text.lower()


def test_answers_carry_the_headers_that_browsers_heed(client: TestClient, ada: Member) -> None:
    for answer in (client.get("/v1/jobs"), ada("GET", "/v1/users/me"), client.get("/nowhere")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
    assert ada("GET", "/v1/users/me").headers["cache-control"] == "private, no-cache"


def test_no_log_line_names_a_person(
    client: TestClient, ada: Member, caplog: pytest.LogCaptureFixture, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"something about {ada.email}")

    monkeypatch.setattr(app.state.parts.presence, "check", burst)
    with caplog.at_level("DEBUG"):
        answer = ada("GET", "/v1/users/me", headers={"X-Note": ada.email})
    assert answer.status_code == 500
    assert ada.email not in answer.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("jobmatch", "uvicorn"))]
    assert any("RuntimeError" in line for line in ours)
    assert not any(ada.email in line for line in ours)
