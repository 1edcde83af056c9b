"""The identity provider of a Supabase project: Supabase Auth, through supabase-py.

Each call has a client of its own: signing in on a client rewrites its Authorization header, and must never do so on one
that somebody else uses, least of all the service's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from jobmatch_dagster.api.identity import Session
from jobmatch_dagster.api.problems import Problem, unauthorized, unavailable
from jobmatch_dagster.api.throttle import refuse_for
from jobmatch_dagster.api.tokens import AskSupabase, Person, RemoteKeys, Verifier
from jobmatch_dagster.settings import Settings

if TYPE_CHECKING:
    import supabase

_TIMEOUT = httpx.Timeout(15.0, connect=5.0)
_WAIT_SECONDS = 60


class SupabaseIdentity:
    """See ``identity.Identity``."""

    def __init__(self, settings: Settings) -> None:
        assert settings.supabase_url is not None
        assert settings.supabase_secret_key is not None
        self._url = settings.supabase_url
        key = settings.supabase_publishable_key
        self._public_key = key.get_secret_value() if key else None
        http = httpx.Client(timeout=_TIMEOUT, follow_redirects=False)
        keys = RemoteKeys(self._url, http)
        asking_key = self._public_key or settings.supabase_secret_key.get_secret_value()
        self.verifier = Verifier(f"{self._url}/auth/v1", keys, AskSupabase(self._url, asking_key, http))

    def sign_up(self, email: str, password: str, full_name: str | None) -> Session | None:
        """See ``identity.Identity``; the project's settings say whether the address has to be confirmed."""
        data = {"full_name": full_name} if full_name else {}
        with self._client() as client:
            made = client.auth.sign_up({"email": email, "password": password, "options": {"data": data}})
        return _session(made) if made.session else None

    def sign_in(self, email: str, password: str, client: str) -> Session:
        """See ``identity.Identity``; Supabase Auth counts the attempts."""
        with self._client() as own:
            return _session(own.auth.sign_in_with_password({"email": email, "password": password}))

    def refresh(self, refresh_token: str) -> Session:
        """See ``identity.Identity``."""
        with self._client() as client:
            return _session(client.auth.refresh_session(refresh_token))

    def sign_out(self, person: Person, everywhere: bool) -> None:
        """See ``identity.Identity``."""
        with self._client() as client:
            client.auth.admin.sign_out(person.token, "global" if everywhere else "local")

    def provider_url(self, provider: str, redirect_to: str) -> str:
        """See ``identity.Identity``; the app finds its tokens in the fragment of ``redirect_to``."""
        with self._client() as client:
            asked: Any = {"provider": provider, "options": {"redirect_to": redirect_to}}
            return str(client.auth.sign_in_with_oauth(asked).url)

    def published_keys(self) -> list[dict[str, Any]]:
        """See ``identity.Identity``; the project publishes its own."""
        return []

    @contextmanager
    def _client(self) -> Iterator[supabase.Client]:
        """A client of the publishable key for one call; what Auth refuses becomes a problem."""
        import supabase
        from supabase_auth.errors import AuthError

        if self._public_key is None:
            raise unavailable("Signing in needs SUPABASE_PUBLISHABLE_KEY on the server.")
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as http:
            options = supabase.ClientOptions(
                auto_refresh_token=False, persist_session=False, flow_type="implicit", httpx_client=http
            )
            try:
                yield supabase.create_client(self._url, self._public_key, options=options)
            except httpx.TransportError:
                raise unavailable("Supabase Auth does not answer. Try again in a moment.") from None
            except AuthError as error:
                raise _explained(error) from None


def _session(made: Any) -> Session:
    session = made.session
    if session is None:
        raise unauthorized("Address or password is wrong.")
    return Session(
        session.access_token,
        session.refresh_token,
        int(session.expires_in),
        int(session.expires_at or 0),
        str(session.user.id),
        session.user.email,
    )


def _explained(error: Any) -> Problem:
    """Auth's refusal as a problem, told by its code; its message may repeat what was sent."""
    code, status = str(error.code or ""), int(getattr(error, "status", 0) or 0)
    if status == 429 or code.startswith("over_"):
        return refuse_for(_WAIT_SECONDS)
    if status >= 500 or status == 0:
        return unavailable("Supabase Auth does not answer. Try again in a moment.")
    if code == "weak_password":
        return Problem("invalid", "The password is too weak for this project.")
    if code in ("email_address_invalid", "validation_failed"):
        return Problem("invalid", "The project does not take this address.")
    if code in ("user_already_exists", "email_exists"):
        return Problem("conflict", "There is an account with this address. Sign in instead.")
    if code in ("signup_disabled", "email_provider_disabled", "provider_disabled"):
        return Problem("forbidden", "The project does not allow this way to sign in or up.")
    if code == "email_not_confirmed":
        return unauthorized("The address has not been confirmed yet.")
    return unauthorized("Address, password or refresh token is not valid.")
