"""Is a Supabase project set up as the pipeline needs it? Looks from outside, with its keys, and changes nothing."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase.findings import Finding, broken, note, ok

if TYPE_CHECKING:
    import httpx
    import psycopg

_HIDDEN_SCHEMAS = ("private", "raw", "marts", "matching", "search")
_BUCKETS = ("resumes", "raw-pages", "reports")


def check_project(settings: Settings) -> Iterator[Finding]:
    """Findings about keys, Auth, exposed schemas, files and database of the project that the settings name."""
    import httpx

    assert settings.supabase_url is not None
    assert settings.supabase_secret_key is not None
    secret = settings.supabase_secret_key.get_secret_value()
    yield from check_keys(settings)
    headers = {"apikey": secret}
    if not secret.startswith("sb_"):
        headers["Authorization"] = f"Bearer {secret}"
    with httpx.Client(base_url=settings.supabase_url, headers=headers, timeout=20.0) as http:
        try:
            reached = http.get("/auth/v1/health")
        except httpx.TransportError as error:
            yield broken(
                "project",
                f"{settings.supabase_url} cannot be reached ({type(error).__name__}).",
                "Check SUPABASE_URL and the network; a free project that paused is woken in its dashboard.",
            )
        else:
            if reached.status_code in (401, 403):
                yield broken(
                    "keys", "The project refuses the secret key.", "Copy SUPABASE_SECRET_KEY from its API keys."
                )
            else:
                yield ok("project", f"{settings.supabase_url} answers.")
                yield from _check_tokens(http)
                yield from _check_schemas(http)
                yield from _check_buckets(http)
    yield from _check_database(settings)


def check_keys(settings: Settings) -> Iterator[Finding]:
    """What the keys look like. Keys that start with sb_ say what they are; only legacy ones are tokens and are read."""
    secret = settings.supabase_secret_key.get_secret_value() if settings.supabase_secret_key else ""
    public = settings.supabase_publishable_key.get_secret_value() if settings.supabase_publishable_key else ""
    for variable, key, wanted in (
        ("SUPABASE_SECRET_KEY", secret, "service_role"),
        ("SUPABASE_PUBLISHABLE_KEY", public, "anon"),
    ):
        role = key_role(key)
        if not key:
            if wanted == "anon":
                yield note(
                    "keys", f"{variable} is not set: nobody can sign in through the HTTP API.", "Set it if wanted."
                )
        elif role is None:
            yield broken("keys", f"{variable} is no key of Supabase.", "Copy it from the project's API keys.")
        elif role != wanted:
            kind = "a secret key" if role == "service_role" else "a publishable key"
            yield broken("keys", f"{variable} holds {kind}.", "Swap it for the other one from the project's API keys.")
        elif key.startswith("sb_"):
            yield ok("keys", f"{variable} is set.")
        else:
            yield note("keys", f"{variable} is a legacy key.", "Legacy keys end with 2026: make an sb_ key.")


def key_role(key: str) -> str | None:
    """Which role a key stands for, ``service_role`` or ``anon``; None if it is no key."""
    if key.startswith("sb_"):
        return {"secret": "service_role", "publishable": "anon"}.get(key.split("_")[1])
    try:
        payload = key.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return None
    role = claims.get("role") if isinstance(claims, dict) else None
    return role if role in ("service_role", "anon") else None


def _check_tokens(http: httpx.Client) -> Iterator[Finding]:
    keys = _json(http.get("/auth/v1/.well-known/jwks.json")).get("keys")
    kinds = sorted({str(key.get("alg")) for key in keys if isinstance(key, dict)}) if isinstance(keys, list) else []
    if kinds:
        yield ok("tokens", f"Auth signs tokens with {', '.join(kinds)}.")
    else:
        yield note(
            "tokens",
            "Auth has no public signing key, so each token is verified by asking the project.",
            "Move to asymmetric JWT signing keys in the project's settings: it is quicker and safer.",
        )


def _check_schemas(http: httpx.Client) -> Iterator[Finding]:
    exposed = [schema for schema in _HIDDEN_SCHEMAS if _is_exposed(http, schema)]
    if exposed:
        yield broken(
            "schemas",
            f"The API exposes {', '.join(exposed)}, which are the pipeline's own.",
            "Remove them from the exposed schemas in the project's API settings.",
        )
    elif not _is_exposed(http, "public"):
        yield broken("schemas", "The API does not expose public.", "Add it to the exposed schemas for apps to read.")
    else:
        yield ok("schemas", "The API exposes public and none of the pipeline's own schemas.")


def _is_exposed(http: httpx.Client, schema: str) -> bool:
    """PostgREST answers PGRST106 for a schema that it does not expose, and something else for one that it does."""
    answer = http.get("/rest/v1/users", params={"limit": "0"}, headers={"Accept-Profile": schema})
    return _json(answer).get("code") != "PGRST106"


def _check_buckets(http: httpx.Client) -> Iterator[Finding]:
    for name in _BUCKETS:
        answer = http.get(f"/storage/v1/bucket/{name}")
        bucket = _json(answer)
        if answer.status_code != 200:
            yield broken("files", f"Bucket {name} does not exist.", "Run `jobmatch migrate`.")
        elif bucket.get("public"):
            yield broken("files", f"Bucket {name} is public: everyone can read it.", "Make it private in Storage.")
        elif name == "resumes" and not (bucket.get("file_size_limit") and bucket.get("allowed_mime_types")):
            yield broken("files", "Bucket resumes takes any size or type.", "Give it the limits of the migration.")
        else:
            yield ok("files", f"Bucket {name} is private.")


def _check_database(settings: Settings) -> Iterator[Finding]:
    from jobmatch_dagster.supabase import database, migrations

    yield from check_database_url(settings)
    try:
        with database.connect(settings) as connection:
            yield from _check_session(connection)
        missing = migrations.check(settings)
    except JobmatchError as error:
        yield Finding.of("database", error)
        return
    if missing:
        yield broken("migrations", f"{len(missing)} are missing, from {missing[0]} on.", "Run `jobmatch migrate`.")
    else:
        yield ok("migrations", "All are applied, and none was changed since.")


def check_database_url(settings: Settings) -> Iterator[Finding]:
    """Does the connection string name the project of the URL, and a pooler mode that keeps sessions?"""
    assert settings.supabase_url is not None
    assert settings.supabase_db_url is not None
    project = re.fullmatch(r"([a-z0-9]{15,30})\.supabase\.(?:co|in)", urlsplit(settings.supabase_url).hostname or "")
    parts = urlsplit(settings.supabase_db_url.get_secret_value())
    if project and project[1] not in f"{parts.username or ''} {parts.hostname or ''}":
        yield broken(
            "database",
            "SUPABASE_DB_URL is of another project than SUPABASE_URL.",
            "Copy both from one project.",
        )
    if (parts.hostname or "").startswith("db.") and (parts.hostname or "").endswith(".supabase.co"):
        yield note(
            "database", "This is the direct connection, which is IPv6 only.", "Without IPv6 take the session pooler."
        )


def _check_session(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    backends = {connection.execute("select pg_backend_pid()").fetchone() for _ in range(5)}
    if len(backends) > 1:
        yield broken(
            "database",
            "The pooler hands out a new session for each transaction, and bulk writing needs one.",
            "Take the session pooler's connection string (port 5432).",
        )
    else:
        yield ok("database", f"Connected to Postgres {connection.info.server_version // 10000}, one session.")
    if not connection.pgconn.ssl_in_use and not (connection.info.host or "").startswith(("/", "127.", "localhost")):
        yield note("database", "The connection is not encrypted.", "Add ?sslmode=require to SUPABASE_DB_URL.")
    row = connection.execute("select rolbypassrls or rolsuper from pg_roles where rolname = current_user").fetchone()
    if not row or not row[0]:
        yield broken("database", "The database user is bound by row-level security.", "Connect as postgres.")


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        value = answer.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
