"""Accounts and sessions over HTTP: what both identity providers do, and which one is in use.

The embedded default's provider is ``local_identity``; a Supabase project's is reached by ``supabase_identity``.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Protocol

import psycopg
from cachetools import TTLCache

from jobmatch_dagster.api.connections import Connections
from jobmatch_dagster.api.problems import unauthorized
from jobmatch_dagster.api.throttle import Counters
from jobmatch_dagster.api.tokens import Person, Verifier
from jobmatch_dagster.settings import Settings

# A token is good for an hour, but an account that was erased or signed out is heard of within this time.
_REMEMBERED_SECONDS = 5

_IS_THERE = """
select exists (
  select from auth.users u
   where u.id = %(user)s and u.deleted_at is null and (u.banned_until is null or u.banned_until < now())
     and (%(session)s::uuid is null
          or exists (select from auth.sessions s where s.id = %(session)s::uuid and s.user_id = u.id))
) as is_there
"""


@dataclass(frozen=True)
class Session:
    """What a client gets when it signs in or refreshes."""

    access_token: str
    refresh_token: str
    expires_in: int
    expires_at: int
    user_id: str
    email: str | None


class Identity(Protocol):
    """What both providers do."""

    verifier: Verifier

    def sign_up(self, email: str, password: str, full_name: str | None) -> Session | None:
        """Make an account; None where the address has to be confirmed first.

        Raises:
            Problem: conflict, invalid (a weak password), too-many-requests or unavailable.
        """
        ...

    def sign_in(self, email: str, password: str, client: str) -> Session:
        """A session for a password; ``client`` is the name of the address that asks.

        Raises:
            Problem: unauthorized, whether address or password is wrong; too-many-requests after failed attempts.
        """
        ...

    def refresh(self, refresh_token: str) -> Session:
        """A new session for a refresh token, which is used up by this.

        Raises:
            Problem: unauthorized; a token that was used before ends the whole session.
        """
        ...

    def sign_out(self, person: Person, everywhere: bool) -> None:
        """End this session, or all of the person's."""
        ...

    def provider_url(self, provider: str, redirect_to: str) -> str:
        """Where to send a browser to sign in with another provider.

        Raises:
            Problem: not-found where there are no other providers.
        """
        ...

    def published_keys(self) -> list[dict[str, Any]]:
        """The public keys that tokens are signed with, if we are the ones who publish them."""
        ...


class Presence:
    """Whether the account and the session of a token are still there. Asks the database, remembers for seconds."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._known: TTLCache[tuple[str, str | None], bool] = TTLCache(50_000, _REMEMBERED_SECONDS)
        self._lock = threading.Lock()

    def check(self, person: Person) -> None:
        """Return if they are.

        Raises:
            Problem: unauthorized.
        """
        session = person.claims.get("session_id")
        name = (person.id, session if isinstance(session, str) else None)
        with self._lock:
            known = self._known.get(name)
        if known is None:
            known = self._ask(*name)
            with self._lock:
                self._known[name] = known
        if not known:
            raise unauthorized()

    def forget(self, person: Person) -> None:
        """Ask anew for this person: they signed out or were erased."""
        with self._lock:
            for name in [name for name in self._known if name[0] == person.id]:
                self._known.pop(name, None)

    def _ask(self, user: str, session: str | None) -> bool:
        with self._connections.as_owner() as connection:
            try:
                row = connection.execute(_IS_THERE, {"user": user, "session": session}).fetchone()
            except psycopg.DataError:  # a session that is no uuid was never one of the provider's
                return False
        return bool(row and row["is_there"])


def identity_of(settings: Settings, connections: Connections, counters: Counters) -> Identity:
    """The identity provider in use."""
    if settings.mode == "supabase":
        from jobmatch_dagster.api.supabase_identity import SupabaseIdentity

        return SupabaseIdentity(settings)
    from jobmatch_dagster.api.local_identity import LocalIdentity

    return LocalIdentity(settings, connections, counters)
