"""The identity provider of the embedded default. It stands in for Supabase Auth: same tables, same claims, ES256.

Passwords are kept as argon2 hashes, refresh tokens as SHA-256 hashes. A refresh token is good once; whoever comes with
a used one ends its session, since two parties hold it. There is no mail here: an address is taken at its word.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
import uuid
from typing import Any

import argon2
import psycopg

from jobmatch_dagster.api.connections import Connections
from jobmatch_dagster.api.identity import Session
from jobmatch_dagster.api.problems import Problem, unauthorized
from jobmatch_dagster.api.secrets import LocalKey
from jobmatch_dagster.api.throttle import Allowance, Counters, refuse_for
from jobmatch_dagster.api.tokens import AUDIENCE, ROLE, Person, Verifier
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import accounts

ACCESS_SECONDS = 3600
SESSION_DAYS = 30
# Failed attempts for one address from one client, and from one client for any address, in a quarter of an hour.
FAILED_PER_ADDRESS, FAILED_PER_CLIENT, ATTEMPT_SECONDS = 10, 50, 900
# A hash takes 64 MB for as long as it is made.
_HASHES_AT_ONCE = 4

_ACCOUNT = """
select u.id::text, u.email, u.encrypted_password, u.raw_app_meta_data, u.raw_user_meta_data, u.phone, u.is_anonymous
from auth.users u
where u.deleted_at is null and (u.banned_until is null or u.banned_until < now())
"""
_BY_EMAIL = _ACCOUNT + " and lower(u.email) = %s and not u.is_sso_user"
_BY_ID = _ACCOUNT + " and u.id = %s"
_REFRESH_TOKEN = """
select t.id, t.revoked, t.session_id::text, s.user_id::text, coalesce(s.not_after < now(), false) as has_ended
from auth.refresh_tokens t join auth.sessions s on s.id = t.session_id
where t.token = %s
for update of t, s
"""


def issuer(settings: Settings) -> str:
    """What ``iss`` is in our tokens: the place where Supabase Auth would be on this server."""
    return f"http://{settings.api_host}:{settings.api_port}/auth/v1"


class LocalIdentity:
    """See ``identity.Identity``."""

    def __init__(self, settings: Settings, connections: Connections, counters: Counters) -> None:
        self._settings, self._connections = settings, connections
        self._key = LocalKey(settings)
        self._issuer = issuer(settings)
        self.verifier = Verifier(self._issuer, self._key)
        self._hasher = argon2.PasswordHasher()
        self._hashing = threading.BoundedSemaphore(_HASHES_AT_ONCE)
        # Checking a password against this takes as long as against a real one, so that time tells nobody who is here.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(16))
        self._per_address = Allowance(counters, "failed for address", FAILED_PER_ADDRESS, ATTEMPT_SECONDS)
        self._per_client = Allowance(counters, "failed from client", FAILED_PER_CLIENT, ATTEMPT_SECONDS)

    def sign_up(self, email: str, password: str, full_name: str | None) -> Session | None:
        """See ``identity.Identity``; nothing has to be confirmed here."""
        address = email.strip().lower()
        taken = Problem("conflict", "There is an account with this address. Sign in instead.")
        if accounts.find_user(self._settings, address):
            raise taken
        with self._hashing:
            accounts.ensure_user(self._settings, address, name=full_name, password=password)
        account = self._verified(address, password)
        if account is None:  # somebody else made it at the same moment
            raise taken
        return self._start(account)

    def sign_in(self, email: str, password: str, client: str) -> Session:
        """See ``identity.Identity``; each failed attempt counts against the address and the client."""
        address = email.strip().lower()
        wait = max(self._per_address.wait(address, client), self._per_client.wait(client))
        if wait:
            raise refuse_for(wait)
        account = self._verified(address, password)
        if account is not None:
            return self._start(account)
        self._per_address.take(address, client)
        self._per_client.take(client)
        raise unauthorized("Address or password is wrong.")

    def refresh(self, refresh_token: str) -> Session:
        """See ``identity.Identity``."""
        with self._connections.as_owner() as connection:
            row = connection.execute(_REFRESH_TOKEN, [_hash(refresh_token)]).fetchone()
            if row is not None and not row["revoked"] and not row["has_ended"]:
                account = connection.execute(_BY_ID, [row["user_id"]]).fetchone()
                if account is not None:
                    connection.execute(
                        "update auth.refresh_tokens set revoked = true, updated_at = now() where id = %s", [row["id"]]
                    )
                    return self._go_on(connection, account, row["session_id"], _hash(refresh_token))
            if row is not None:
                connection.execute("delete from auth.sessions where id = %s", [row["session_id"]])
        raise unauthorized("The refresh token is not valid or was used before. Sign in again.")

    def sign_out(self, person: Person, everywhere: bool) -> None:
        """See ``identity.Identity``."""
        session = None if everywhere else person.claims.get("session_id")
        with self._connections.as_owner() as connection:
            connection.execute(
                "delete from auth.sessions where user_id = %s and (%s::text is null or id::text = %s)",
                [person.id, session, session],
            )

    def provider_url(self, provider: str, redirect_to: str) -> str:
        """See ``identity.Identity``."""
        raise Problem("not-found", "Other providers need a Supabase project.")

    def published_keys(self) -> list[dict[str, Any]]:
        """See ``identity.Identity``."""
        return [self._key.public]

    def _verified(self, address: str, password: str) -> dict[str, Any] | None:
        with self._connections.as_owner() as connection:
            account: dict[str, Any] | None = connection.execute(_BY_EMAIL, [address]).fetchone()
        kept = (account or {}).get("encrypted_password") or self._nobody
        with self._hashing:
            try:
                self._hasher.verify(kept, password)
            except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
                return None
        return account

    def _start(self, account: dict[str, Any]) -> Session:
        """A new session. Neither address nor browser of the client is kept with it."""
        session = str(uuid.uuid4())
        with self._connections.as_owner() as connection:
            connection.execute("insert into auth.sessions (id, user_id) values (%s, %s)", [session, account["id"]])
            connection.execute("update auth.users set last_sign_in_at = now() where id = %s", [account["id"]])
            return self._go_on(connection, account, session, None)

    def _go_on(
        self, connection: psycopg.Connection[Any], account: dict[str, Any], session: str, parent: str | None
    ) -> Session:
        refresh_token = secrets.token_urlsafe(32)
        connection.execute(
            "insert into auth.refresh_tokens (token, user_id, revoked, parent, session_id)"
            " values (%s, %s, false, %s, %s)",
            [_hash(refresh_token), account["id"], parent, session],
        )
        connection.execute(
            "update auth.sessions set refreshed_at = now() at time zone 'utc', updated_at = now(),"
            " not_after = now() + make_interval(days => %s) where id = %s",
            [SESSION_DAYS, session],
        )
        now = int(time.time())
        token = self._key.sign(self._claims(account, session, now))
        return Session(token, refresh_token, ACCESS_SECONDS, now + ACCESS_SECONDS, account["id"], account["email"])

    def _claims(self, account: dict[str, Any], session: str, now: int) -> dict[str, Any]:
        """The claims that Supabase Auth puts into a token of a person who signed in with a password."""
        return {
            "iss": self._issuer,
            "sub": account["id"],
            "aud": AUDIENCE,
            "exp": now + ACCESS_SECONDS,
            "iat": now,
            "email": account["email"] or "",
            "phone": account["phone"] or "",
            "app_metadata": account["raw_app_meta_data"] or {},
            "user_metadata": account["raw_user_meta_data"] or {},
            "role": ROLE,
            "aal": "aal1",
            "amr": [{"method": "password", "timestamp": now}],
            "session_id": session,
            "is_anonymous": account["is_anonymous"],
        }


def _hash(refresh_token: str) -> str:
    return hashlib.sha256(refresh_token.encode("utf-8", "replace")).hexdigest()
