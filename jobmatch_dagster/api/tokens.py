"""Who asks: access tokens and what must be true of one. The same rules for our own tokens and for Supabase's.

A token counts when its signature is by a published key of its issuer with an algorithm that we allow, it is for us
(``aud``), by our issuer (``iss``), in its time, and for the role of a signed-in person. A project that publishes no key
still signs with a shared secret: then Supabase Auth is asked about each token.
"""

from __future__ import annotations

import hashlib
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
import jwt
from cachetools import TTLCache

from jobmatch_dagster.api.problems import unauthorized, unavailable

AUDIENCE, ROLE = "authenticated", "authenticated"
ALGORITHMS = frozenset({"ES256", "RS256"})
DATA_TEAM = "data_team"
CLOCK_SKEW_SECONDS = 30
KEYS_SECONDS = 600
# An unknown key id may be a new key; it is looked up at most this often.
_LOOK_AGAIN_SECONDS = 60
_ASKED_SECONDS = 60
_LONGEST_TOKEN = 8192


@dataclass(frozen=True)
class Person:
    """Whose request it is, by a verified token."""

    id: str
    claims: dict[str, Any] = field(repr=False)
    token: str = field(repr=False)

    @property
    def is_data_team(self) -> bool:
        """Whether the account has the data team's role; only the service can give it (``app_metadata``)."""
        metadata = self.claims.get("app_metadata")
        return isinstance(metadata, dict) and metadata.get("role") == DATA_TEAM


class RemoteKeys:
    """The published keys of a Supabase project, kept for at most ten minutes."""

    def __init__(self, url: str, http: httpx.Client) -> None:
        self._url, self._http = f"{url}/auth/v1/.well-known/jwks.json", http
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def get(self, kid: str | None) -> jwt.PyJWK | None:
        """The key of this id, or None; an id that is not known is looked up again once a minute."""
        with self._lock:
            age = time.monotonic() - self._read_at
            if age > KEYS_SECONDS or (kid not in self._keys and age > _LOOK_AGAIN_SECONDS):
                self._keys, self._read_at = self._fetch(), time.monotonic()
            return self._keys.get(kid or "")

    def is_empty(self) -> bool:
        """Whether the project publishes no key at all."""
        self.get(None)
        return not self._keys

    def _fetch(self) -> dict[str, jwt.PyJWK]:
        try:
            answer = self._http.get(self._url)
            answer.raise_for_status()
            listed = answer.json()["keys"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            raise unavailable("Supabase Auth does not answer. Try again in a moment.") from None
        keys = {}
        for key in listed:
            if isinstance(key, dict) and key.get("kid") and key.get("kty") in ("EC", "RSA"):
                keys[str(key["kid"])] = jwt.PyJWK.from_dict(key)
        return keys


class Keys(Protocol):
    """Where published keys come from."""

    def get(self, kid: str | None) -> jwt.PyJWK | None:
        """The key of this id, or None."""
        ...

    def is_empty(self) -> bool:
        """Whether no key is published at all."""
        ...


class Verifier:
    """Tells what a token claims, once it is sure that it may.

    Args:
        issuer: what ``iss`` must be.
        keys: the issuer's published keys.
        ask: whether the identity provider stands by a token; used only while it publishes no key. None where it always
            does.
    """

    def __init__(self, issuer: str, keys: Keys, ask: Callable[[str], bool] | None = None) -> None:
        self._issuer, self._keys, self._ask = issuer, keys, ask

    def verify(self, token: str) -> Person:
        """The person of a token.

        Raises:
            Problem: unauthorized, without saying which rule was broken.
        """
        try:
            claims = self._claims(token)
            person = str(uuid.UUID(claims["sub"]))
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            raise unauthorized() from None
        if claims.get("role") != ROLE:
            raise unauthorized()
        return Person(person, claims, token)

    def _claims(self, token: str) -> dict[str, Any]:
        if len(token) > _LONGEST_TOKEN:
            raise ValueError("longer than any token of ours")
        header = jwt.get_unverified_header(token)
        algorithm, kid = header.get("alg"), header.get("kid")
        rules: dict[str, Any] = {
            "audience": AUDIENCE,
            "issuer": self._issuer,
            "leeway": CLOCK_SKEW_SECONDS,
            "options": {"require": ["exp", "sub", "aud", "iss", "role"]},
        }
        if self._ask is not None and self._keys.is_empty():
            if not self._ask(token):
                raise ValueError("the identity provider does not know it")
            rules["options"] |= {"verify_signature": False, "verify_aud": True, "verify_iss": True, "verify_exp": True}
            return jwt.decode(token, **rules)
        key = self._keys.get(kid) if isinstance(kid, str) and algorithm in ALGORITHMS else None
        if key is None or key.algorithm_name != algorithm:
            raise ValueError("no published key goes with it")
        return jwt.decode(token, key.key, [str(algorithm)], **rules)


class AskSupabase:
    """Whether Supabase Auth stands by a token of a project that publishes no key; remembered for a minute."""

    def __init__(self, url: str, api_key: str, http: httpx.Client) -> None:
        self._url, self._headers, self._http = f"{url}/auth/v1/user", {"apikey": api_key}, http
        self._known: TTLCache[bytes, bool] = TTLCache(10_000, _ASKED_SECONDS)
        self._lock = threading.Lock()

    def __call__(self, token: str) -> bool:
        """See the class."""
        name = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        with self._lock:
            known = self._known.get(name)
        if known is not None:
            return known
        try:
            answer = self._http.get(self._url, headers={**self._headers, "Authorization": f"Bearer {token}"})
        except (httpx.TransportError, UnicodeEncodeError):
            raise unavailable("Supabase Auth does not answer. Try again in a moment.") from None
        if answer.status_code == 429 or answer.status_code >= 500:
            raise unavailable("Supabase Auth does not answer. Try again in a moment.")
        stands = answer.status_code == 200
        with self._lock:
            self._known[name] = stands
        return stands
