"""The API's own secrets: the key that signs tokens of local accounts, and the key that seals cursors.

Each is made once, lies in ``<home>/api`` and is readable by this user only. On Supabase tokens are signed by Supabase,
and cursors are sealed with a key that is derived from the project's secret key, so that all workers agree.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings

_CURSOR_KEY_BYTES = 32


class LocalKey:
    """The ES256 key of the local identity provider, with its published half."""

    def __init__(self, settings: Settings) -> None:
        pem = _kept(settings, "token.key", _new_key)
        try:
            private = serialization.load_pem_private_key(pem, None)
        except ValueError:
            private = None
        if not isinstance(private, ec.EllipticCurvePrivateKey):
            raise _damaged(settings, "token.key", "everybody then signs in again")
        self._private = private
        self.public = _public_jwk(private)
        self._jwk = jwt.PyJWK.from_dict(self.public)

    def sign(self, claims: dict[str, Any]) -> str:
        """A token of these claims."""
        return jwt.encode(claims, self._private, "ES256", headers={"kid": self.public["kid"]})

    def get(self, kid: str | None) -> jwt.PyJWK | None:
        """The published key, if this is its id."""
        return self._jwk if kid == self.public["kid"] else None

    def is_empty(self) -> bool:
        """Our own key is always published."""
        return False


def cursor_key(settings: Settings) -> bytes:
    """The key that cursors are sealed with."""
    if settings.supabase_secret_key is not None:
        secret = settings.supabase_secret_key.get_secret_value().encode()
        return hmac.digest(secret, b"jobmatch cursors", "sha256")
    key = _kept(settings, "cursor.key", lambda: secrets.token_bytes(_CURSOR_KEY_BYTES))
    if len(key) != _CURSOR_KEY_BYTES:
        raise _damaged(settings, "cursor.key", "lists that are being paged through then begin anew")
    return key


def _folder(settings: Settings) -> Path:
    return settings.home.expanduser().resolve() / "api"


def _damaged(settings: Settings, name: str, price: str) -> JobmatchError:
    return JobmatchError(
        f"The key in {_folder(settings) / name}",
        "is damaged",
        f"Put it back from a backup, or remove the file: a new one is made, and {price}.",
    )


def _kept(settings: Settings, name: str, make: Any) -> bytes:
    """A secret's content; made if there is none. Of several processes that make it at once, the first one's counts."""
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        partial = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
        partial.unlink()
    return Path(path).read_bytes()


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public_jwk(private: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    numbers = private.public_key().public_numbers()
    shape = {"crv": "P-256", "kty": "EC", "x": _b64(numbers.x), "y": _b64(numbers.y)}
    # The thumbprint of RFC 7638: a hash of these members in this order, without spaces.
    thumbprint = hashlib.sha256(json.dumps(shape, separators=(",", ":"), sort_keys=True).encode()).digest()
    kid = base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()
    return {**shape, "kid": kid, "alg": "ES256", "use": "sig", "key_ops": ["verify"]}


def _b64(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
