"""Accounts as the service makes and removes them. Signing in, tokens and sessions belong to the HTTP API."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any, LiteralString

import psycopg

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import database
from jobmatch_dagster.supabase.client import service_client, with_retries

_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")


class AccountError(JobmatchError):
    """An account cannot be made, found or removed."""


def ensure_user(settings: Settings, email: str, *, name: str | None = None, password: str | None = None) -> str:
    """The id of the account with this address; it is made if there is none, and left as it is otherwise.

    Args:
        settings: which database and identity provider.
        email: the address; upper and lower case are one.
        name: for a new account, the name the person goes by.
        password: for a new account; without one the person signs in through a link or a provider.

    Raises:
        AccountError: the address is not one, or the identity provider refuses.
    """
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise AccountError("The e-mail address", "is not one", "Give it as name@example.org.")
    found = find_user(settings, address)
    if found:
        return found
    if settings.mode == "supabase":
        return _create_on_supabase(settings, address, name, password)
    return _create_embedded(settings, address, name, password)


def find_user(settings: Settings, user: str) -> str | None:
    """The id of an account that is named by its id or its address, or None."""
    try:
        column: LiteralString = "id"
        value = str(uuid.UUID(user.strip()))
    except ValueError:
        column, value = "email", user.strip().lower()
    with database.connect(settings) as connection:
        row = connection.execute(f"select id::text from auth.users where {column} = %s", [value]).fetchone()  # noqa: S608
    return str(row[0]) if row else None


def delete_user(settings: Settings, user_id: str) -> bool:
    """Remove the account, and with it every row of its person; returns whether there was one.

    Files are not rows: ``people.erase`` removes those first, and is what a person's wish calls for.
    """
    if settings.mode == "supabase":
        return _delete_on_supabase(settings, user_id)
    with database.connect(settings) as connection:
        return connection.execute("delete from auth.users where id = %s", [user_id]).rowcount > 0


def _create_embedded(settings: Settings, address: str, name: str | None, password: str | None) -> str:
    user_id = str(uuid.uuid4())
    profile = {"full_name": name} if name else {}
    try:
        with database.connect(settings) as connection, connection.transaction():
            connection.execute(
                "insert into auth.users (instance_id, id, email, encrypted_password, email_confirmed_at,"
                " raw_app_meta_data, raw_user_meta_data)"
                " values ('00000000-0000-0000-0000-000000000000', %s, %s, %s, now(), %s, %s)",
                [
                    user_id,
                    address,
                    _hash(password) if password else None,
                    json.dumps({"provider": "email", "providers": ["email"]}),
                    json.dumps(profile),
                ],
            )
            connection.execute(
                "insert into auth.identities (provider_id, user_id, provider, identity_data)"
                " values (%(id)s::text, %(id)s::uuid, 'email', %(data)s)",
                {"id": user_id, "data": json.dumps({"sub": user_id, "email": address, "email_verified": True})},
            )
    except psycopg.errors.UniqueViolation:  # made by somebody else in the meantime
        found = find_user(settings, address)
        if found is None:
            raise
        return found
    return user_id


def _hash(password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def _create_on_supabase(settings: Settings, address: str, name: str | None, password: str | None) -> str:
    from supabase_auth.errors import AuthApiError

    attributes: dict[str, Any] = {"email": address, "email_confirm": True}
    if name:
        attributes["user_metadata"] = {"full_name": name}
    if password:
        attributes["password"] = password
    client = service_client(settings)
    try:
        made = with_retries(lambda: client.auth.admin.create_user(attributes), is_passing=_passes)  # type: ignore[arg-type]
    except AuthApiError as error:
        found = find_user(settings, address) if error.code == "email_exists" else None
        if found:
            return found
        raise _refused(error) from None
    return str(made.user.id)


def _delete_on_supabase(settings: Settings, user_id: str) -> bool:
    from supabase_auth.errors import AuthApiError

    client = service_client(settings)
    try:
        with_retries(lambda: client.auth.admin.delete_user(user_id), is_passing=_passes)
    except AuthApiError as error:
        if error.code == "user_not_found" or error.status == 404:
            return False
        raise _refused(error) from None
    return True


def _passes(error: Exception) -> bool:
    from supabase_auth.errors import AuthApiError, AuthRetryableError

    if isinstance(error, AuthApiError):
        return error.status == 429 or error.status >= 500
    return isinstance(error, AuthRetryableError)


def _refused(error: Any) -> AccountError:
    if error.status in (401, 403):
        return AccountError("Supabase Auth", "refuses the key", "Check SUPABASE_SECRET_KEY: `jobmatch supabase check`.")
    return AccountError(
        "Supabase Auth", f"refuses the account ({error.code or error.status})", "See the Auth settings."
    )
