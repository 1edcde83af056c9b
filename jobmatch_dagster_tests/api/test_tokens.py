"""Which tokens count: each way to forge or misuse one is refused, with an answer that does not say why."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI
from fastapi.testclient import TestClient

from jobmatch_dagster.api import tokens
from jobmatch_dagster.api.problems import Problem
from jobmatch_dagster.api.secrets import LocalKey
from jobmatch_dagster.api.tokens import AskSupabase, RemoteKeys, Verifier
from jobmatch_dagster.settings import Settings
from jobmatch_dagster_tests.api.conftest import PASSWORD, Member


@pytest.fixture(scope="module")
def key(api_settings: Settings) -> LocalKey:
    """The key that the application signs with."""
    return LocalKey(api_settings)


@pytest.fixture
def claims(ada: Member) -> dict[str, Any]:
    """What a good token of Ada's claims."""
    return jwt.decode(ada.session["access_token"], options={"verify_signature": False})


def ask(client: TestClient, token: str) -> int:
    """The status with which the profile is answered for a token."""
    answer = client.get("/v1/users/me", headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 401:
        assert answer.headers["content-type"] == "application/problem+json"
        assert "bearer" in answer.headers["www-authenticate"].lower()
    return answer.status_code


def pem_of(key: LocalKey) -> bytes:
    public: Any = key.get(key.public["kid"]).key  # type: ignore[union-attr]
    return public.public_bytes(  # type: ignore[no-any-return]
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def by_hand(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    """A token that no library would make."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def test_a_good_token_is_taken_with_some_clock_skew(client: TestClient, key: LocalKey, claims: dict[str, Any]) -> None:
    assert ask(client, key.sign(claims)) == 200
    assert ask(client, key.sign({**claims, "exp": int(time.time()) - 5})) == 200


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"aud": "anon"}, id="wrong audience"),
        pytest.param({"aud": None}, id="no audience"),
        pytest.param({"iss": "https://other.supabase.co/auth/v1"}, id="wrong issuer"),
        pytest.param({"iss": None}, id="no issuer"),
        pytest.param({"exp": 1_700_000_000}, id="expired"),
        pytest.param({"exp": None}, id="never expires"),
        pytest.param({"nbf": 4_000_000_000}, id="not yet valid"),
        pytest.param({"role": "service_role"}, id="service role"),
        pytest.param({"role": "anon"}, id="anonymous role"),
        pytest.param({"role": None}, id="no role"),
        pytest.param({"sub": "1' or '1'='1"}, id="subject is no id"),
        pytest.param({"sub": None}, id="no subject"),
        pytest.param({"sub": "00000000-0000-4000-8000-000000000000", "session_id": None}, id="account is not there"),
        pytest.param({"session_id": "00000000-0000-4000-8000-000000000000"}, id="session is not there"),
        pytest.param({"session_id": "x'; drop table auth.sessions"}, id="session is no id"),
    ],
)
def test_a_token_of_ours_with_other_claims_is_refused(
    client: TestClient, key: LocalKey, claims: dict[str, Any], change: dict[str, Any]
) -> None:
    changed = {name: value for name, value in {**claims, **change}.items() if value is not None or name == "session_id"}
    assert ask(client, key.sign(changed)) == 401


def test_a_token_without_signature_is_refused(client: TestClient, key: LocalKey, claims: dict[str, Any]) -> None:
    for algorithm in ("none", "None", "NONE", ""):
        assert ask(client, by_hand({"alg": algorithm, "kid": key.public["kid"], "typ": "JWT"}, claims)) == 401
    good = key.sign(claims)
    assert ask(client, good.rsplit(".", 1)[0] + ".") == 401


def test_a_token_signed_with_the_public_key_as_a_shared_secret_is_refused(
    client: TestClient, key: LocalKey, claims: dict[str, Any]
) -> None:
    import hashlib
    import hmac

    header = {"alg": "HS256", "kid": key.public["kid"], "typ": "JWT"}
    for secret in (pem_of(key), json.dumps(key.public).encode()):
        unsigned = by_hand(header, claims).rstrip(".")
        signature = hmac.new(secret, unsigned.encode(), hashlib.sha256).digest()
        assert ask(client, by_hand(header, claims, signature)) == 401


def test_a_token_of_another_key_is_refused_whatever_key_id_it_names(
    client: TestClient, key: LocalKey, claims: dict[str, Any]
) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    for kid in (key.public["kid"], "unknown", "../../etc/passwd", ""):
        assert ask(client, jwt.encode(claims, other, "ES256", headers={"kid": kid})) == 401
    assert ask(client, jwt.encode(claims, other, "ES256")) == 401


def test_a_key_that_the_token_brings_along_is_not_used(
    client: TestClient, key: LocalKey, claims: dict[str, Any]
) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    own = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(other.public_key()))
    for header in ({"jwk": own}, {"jku": "https://evil.example.org/jwks.json"}, {"x5u": "https://evil.example.org/"}):
        assert ask(client, jwt.encode(claims, other, "ES256", headers={"kid": key.public["kid"], **header})) == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é.é.é", "." * 100, "A" * 20_000, "null", "Bearer"])
def test_what_is_no_token_is_refused(client: TestClient, token: str) -> None:
    answer = client.get("/v1/users/me", headers=[(b"Authorization", f"Bearer {token}".encode())])
    assert answer.status_code == 401


@pytest.mark.parametrize("header", ["Basic YWRhOng=", "bearer", "Token x"])
def test_another_scheme_is_refused_even_where_nobody_has_to_sign_in(client: TestClient, header: str) -> None:
    assert client.get("/v1/jobs", headers={"Authorization": header}).status_code == 401
    assert client.get("/v1/jobs").status_code == 200


def test_a_used_refresh_token_ends_the_session_for_both_holders(
    client: TestClient, app: FastAPI, sign_up: Callable[..., Member]
) -> None:
    victim = sign_up("victim@example.org")
    first = victim.session["refresh_token"]
    second = client.post("/v1/auth/refresh", json={"refresh_token": first}).json()
    assert second["refresh_token"] != first
    assert client.post("/v1/auth/refresh", json={"refresh_token": first}).status_code == 401
    assert client.post("/v1/auth/refresh", json={"refresh_token": second["refresh_token"]}).status_code == 401
    app.state.parts.presence._known.clear()
    assert ask(client, second["access_token"]) == 401


def test_of_many_who_refresh_with_one_token_at_once_at_most_one_gets_a_session(
    client: TestClient, sign_up: Callable[..., Member]
) -> None:
    token = sign_up("racer@example.org").session["refresh_token"]
    statuses: list[int] = []

    def race() -> None:
        statuses.append(client.post("/v1/auth/refresh", json={"refresh_token": token}).status_code)

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 401, 401, 401, 401, 401]


def test_signing_out_ends_the_session_at_once_and_everywhere_if_asked(
    client: TestClient, sign_up: Callable[..., Member]
) -> None:
    here = sign_up("roamer@example.org")
    there = client.post("/v1/auth/sign-in", json={"email": here.email, "password": PASSWORD}).json()
    elsewhere = client.post("/v1/auth/sign-in", json={"email": here.email, "password": PASSWORD}).json()
    assert here("POST", "/v1/auth/sign-out").status_code == 204
    assert ask(client, here.session["access_token"]) == 401
    assert client.post("/v1/auth/refresh", json={"refresh_token": here.session["refresh_token"]}).status_code == 401
    assert ask(client, there["access_token"]) == 200
    headers = {"Authorization": f"Bearer {there['access_token']}"}
    assert client.post("/v1/auth/sign-out", params={"everywhere": "true"}, headers=headers).status_code == 204
    assert ask(client, elsewhere["access_token"]) == 401


def test_tokens_have_the_claims_that_supabase_auth_gives(client: TestClient, claims: dict[str, Any]) -> None:
    wanted = {"iss", "sub", "aud", "exp", "iat", "email", "phone", "app_metadata", "user_metadata", "role", "aal"}
    assert claims.keys() >= wanted | {"amr", "session_id", "is_anonymous"}
    assert (claims["aud"], claims["role"]) == ("authenticated", "authenticated")
    published = client.get("/auth/v1/.well-known/jwks.json").json()["keys"]
    assert [(k["kty"], k["crv"], k["alg"]) for k in published] == [("EC", "P-256", "ES256")]
    assert "d" not in published[0]


def test_the_signing_key_is_readable_by_its_owner_only(api_settings: Settings, key: LocalKey) -> None:
    kept = api_settings.home / "api" / "token.key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert LocalKey(api_settings).public == key.public


class Project:
    """A Supabase project's Auth as far as tokens are verified with it."""

    def __init__(self, keys: list[dict[str, Any]]) -> None:
        self.keys, self.asked, self.knows = keys, [], set[str]()
        self.is_down = False
        self.http = httpx.Client(transport=httpx.MockTransport(self.answer))
        self.url = "https://made-up.supabase.co"

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.is_down:
            raise httpx.ConnectError("down")
        if request.url.path.endswith("jwks.json"):
            return httpx.Response(200, json={"keys": self.keys})
        return httpx.Response(200 if request.headers["authorization"].removeprefix("Bearer ") in self.knows else 403)

    def verifier(self) -> Verifier:
        ask = AskSupabase(self.url, "sb_publishable_x", self.http)
        return Verifier(f"{self.url}/auth/v1", RemoteKeys(self.url, self.http), ask)


def test_published_keys_are_kept_for_ten_minutes_and_looked_up_again_for_an_unknown_id_once_a_minute(
    key: LocalKey, claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project([key.public])
    verifier = project.verifier()
    now = [1000.0]
    monkeypatch.setattr(tokens.time, "monotonic", lambda: now[0])
    good = {**claims, "iss": f"{project.url}/auth/v1"}
    for _ in range(5):
        assert verifier.verify(key.sign(good)).id == claims["sub"]
    assert len(project.asked) == 1
    stranger = ec.generate_private_key(ec.SECP256R1())
    forged = jwt.encode(good, stranger, "ES256", headers={"kid": "new"})
    for _ in range(5):
        with pytest.raises(Problem):
            verifier.verify(forged)
    assert len(project.asked) == 1
    now[0] += 61
    for _ in range(5):
        with pytest.raises(Problem):
            verifier.verify(forged)
    assert len(project.asked) == 2
    project.keys = []  # the key was withdrawn
    now[0] += 601
    with pytest.raises(Problem):
        verifier.verify(key.sign(good))


def test_a_project_without_published_keys_is_asked_about_each_token(key: LocalKey, claims: dict[str, Any]) -> None:
    project = Project([])
    verifier = project.verifier()
    good = jwt.encode({**claims, "iss": f"{project.url}/auth/v1"}, "s" * 32, "HS256")
    other = jwt.encode({**claims, "iss": "https://other.supabase.co/auth/v1"}, "s" * 32, "HS256")
    project.knows = {good, other}
    for _ in range(3):
        assert verifier.verify(good).id == claims["sub"]
    assert project.asked.count("/auth/v1/user") == 1
    for token in (other, jwt.encode(claims, "t" * 32, "HS256")):
        with pytest.raises(Problem) as caught:
            verifier.verify(token)
        assert caught.value.status_code == 401


def test_a_project_with_published_keys_is_never_asked_about_a_shared_secret(
    key: LocalKey, claims: dict[str, Any]
) -> None:
    project = Project([key.public])
    forged = jwt.encode({**claims, "iss": f"{project.url}/auth/v1"}, "s" * 32, "HS256", headers={"kid": "x"})
    project.knows = {forged}
    with pytest.raises(Problem):
        project.verifier().verify(forged)
    assert "/auth/v1/user" not in project.asked


def test_when_auth_is_away_the_answer_is_to_come_again(key: LocalKey, claims: dict[str, Any]) -> None:
    project = Project([key.public])
    project.is_down = True
    with pytest.raises(Problem) as caught:
        project.verifier().verify(key.sign(claims))
    assert caught.value.status_code == 503
