"""Accounts on a Supabase project: what supabase-py sends, and what Auth's answers become."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from jobmatch_dagster.api.problems import Problem
from jobmatch_dagster.api.supabase_identity import SupabaseIdentity
from jobmatch_dagster.api.tokens import Person
from jobmatch_dagster.settings import Settings, load

PUBLIC = "sb_publishable_made_up"
USER = {
    "id": "6f1c0c52-7d0c-4b0e-9f53-0d4a3c1b2a10",
    "aud": "authenticated",
    "role": "authenticated",
    "email": "ada@example.org",
    "app_metadata": {"provider": "email"},
    "user_metadata": {},
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00Z",
}


class Auth:
    """A stand-in of Supabase Auth on the loopback interface that answers what it is told to."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.answers: list[tuple[int, Any]] = []
        auth = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = urlsplit(self.path)
                auth.heard.append(
                    {
                        "path": parts.path,
                        "query": parse_qs(parts.query),
                        "apikey": self.headers.get("apikey"),
                        "authorization": self.headers.get("Authorization"),
                        "body": json.loads(body) if body else None,
                    }
                )
                status, answer = auth.answers.pop(0)
                data = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=lambda: self.server.serve_forever(poll_interval=0.01), daemon=True).start()


@pytest.fixture
def auth() -> Iterator[Auth]:
    made = Auth()
    yield made
    made.server.shutdown()
    made.server.server_close()


def project(auth: Auth, public: str | None = PUBLIC) -> Settings:
    return load(
        supabase_url=auth.url,
        supabase_secret_key="sb_secret_made_up",
        supabase_db_url="postgresql://postgres@127.0.0.1:1/postgres",
        supabase_publishable_key=public,
    )


@pytest.fixture
def identity(auth: Auth) -> SupabaseIdentity:
    return SupabaseIdentity(project(auth))


def session(access: str = "a.b.c", refresh: str = "next") -> dict[str, Any]:
    return {
        "access_token": access,
        "refresh_token": refresh,
        "token_type": "bearer",
        "expires_in": 3600,
        "expires_at": 2_000_000_000,
        "user": USER,
    }


def test_signing_in_and_refreshing_use_the_publishable_key_and_hand_the_tokens_out(
    auth: Auth, identity: SupabaseIdentity
) -> None:
    auth.answers += [(200, session()), (200, session("d.e.f", "later"))]
    first = identity.sign_in("ada@example.org", "correct horse battery", "127.0.0.1")
    second = identity.refresh(first.refresh_token)
    assert (first.access_token, first.user_id, first.email) == ("a.b.c", USER["id"], "ada@example.org")
    assert (second.access_token, second.refresh_token, second.expires_at) == ("d.e.f", "later", 2_000_000_000)
    assert [h["path"] for h in auth.heard] == ["/auth/v1/token", "/auth/v1/token"]
    assert [h["query"]["grant_type"] for h in auth.heard] == [["password"], ["refresh_token"]]
    assert {h["apikey"] for h in auth.heard} == {PUBLIC}
    assert auth.heard[1]["body"] == {"refresh_token": "next"}
    # Nobody's sign-in leaves a trace on the client of the next one.
    assert "a.b.c" not in str(auth.heard[1]["authorization"])


def test_signing_up_gives_a_session_or_waits_for_the_mail(auth: Auth, identity: SupabaseIdentity) -> None:
    auth.answers += [(200, session()), (200, USER)]
    made = identity.sign_up("ada@example.org", "correct horse battery", "Ada")
    assert made is not None
    assert made.access_token == "a.b.c"
    assert auth.heard[0]["body"]["data"] == {"full_name": "Ada"}
    assert identity.sign_up("ada@example.org", "correct horse battery", None) is None


@pytest.mark.parametrize(("everywhere", "scope"), [(False, "local"), (True, "global")])
def test_signing_out_is_done_with_the_persons_own_token(
    auth: Auth, identity: SupabaseIdentity, everywhere: bool, scope: str
) -> None:
    auth.answers.append((204, None))
    identity.sign_out(Person(str(USER["id"]), {}, "a.b.c"), everywhere)
    (heard,) = auth.heard
    assert (heard["path"], heard["query"]["scope"]) == ("/auth/v1/logout", [scope])
    assert heard["authorization"] == "Bearer a.b.c"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "invalid_credentials", 401),
        (400, "email_not_confirmed", 401),
        (400, "refresh_token_already_used", 401),
        (422, "weak_password", 422),
        (400, "email_address_invalid", 422),
        (422, "user_already_exists", 409),
        (422, "signup_disabled", 403),
        (429, "over_request_rate_limit", 429),
        (503, None, 503),
    ],
)
def test_what_auth_refuses_becomes_a_problem_that_repeats_nothing(
    auth: Auth, identity: SupabaseIdentity, status: int, code: str | None, expected: int
) -> None:
    body = {"code": status, "error_code": code, "msg": "about ada@example.org", "weak_password": {"reasons": []}}
    auth.answers += [(status, body)] * 5
    with pytest.raises(Problem) as caught:
        identity.sign_in("ada@example.org", "correct horse battery", "127.0.0.1")
    assert caught.value.status_code == expected
    assert "ada@" not in str(caught.value.detail)


def test_another_provider_is_reached_by_a_redirect_of_auth(identity: SupabaseIdentity, auth: Auth) -> None:
    url = identity.provider_url("github", "https://app.example.org/in")
    parts = urlsplit(url)
    assert url.startswith(f"{auth.url}/auth/v1/authorize?")
    assert parse_qs(parts.query) == {"provider": ["github"], "redirect_to": ["https://app.example.org/in"]}


def test_without_a_publishable_key_nobody_signs_in_and_the_answer_says_why(auth: Auth) -> None:
    with pytest.raises(Problem) as caught:
        SupabaseIdentity(project(auth, None)).sign_in("ada@example.org", "x", "127.0.0.1")
    assert caught.value.status_code == 503
    assert "SUPABASE_PUBLISHABLE_KEY" in str(caught.value.detail)


def test_cursors_of_all_workers_of_a_project_are_sealed_alike(auth: Auth) -> None:
    from jobmatch_dagster.api.secrets import cursor_key

    assert cursor_key(project(auth)) == cursor_key(project(auth))
