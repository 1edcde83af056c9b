"""Accounts, sessions and profiles."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from jobmatch_dagster.api.shapes.common import LINE, Line, Shape, Wish, example

Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,189}$", max_length=254),
    Field(examples=["ada@example.org"]),
]
# argon2 takes any length; a limit keeps one attempt from being work.
Password = Annotated[str, StringConstraints(min_length=10, max_length=200), Field(examples=["correct horse battery"])]


class SignUp(Wish):
    """A new account."""

    email: Email
    password: Password
    full_name: Line | None = None


class SignIn(Wish):
    """An address and its password."""

    email: Email
    password: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Refresh(Wish):
    """The refresh token of the last session; it is used up by this."""

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=LINE)]


class User(Shape):
    """Whose session it is."""

    id: str
    email: str | None


class SessionShape(Shape):
    """Tokens, in the names that Supabase Auth gives them."""

    model_config = example(
        access_token="eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
        refresh_token="b1fJ0Yc9v7mQ",
        token_type="bearer",
        expires_in=3600,
        expires_at=1795392000,
        user={"id": "6f1c0c52-7d0c-4b0e-9f53-0d4a3c1b2a10", "email": "ada@example.org"},
    )

    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    refresh_token: str = Field(description="Good once, for the next session.")
    token_type: Literal["bearer"] = "bearer"
    expires_in: int = Field(description="Seconds.")
    expires_at: int = Field(description="Seconds since 1970.")
    user: User


class Unconfirmed(Shape):
    """The account waits for its address to be confirmed."""

    confirmation: Literal["sent"] = "sent"


class ProviderUrl(Shape):
    """Where to send the browser."""

    url: str


class Profile(Shape):
    """A person's own profile."""

    model_config = example(
        id="6f1c0c52-7d0c-4b0e-9f53-0d4a3c1b2a10",
        email="ada@example.org",
        full_name="Ada Made-Up",
        headline="Data engineer",
        location="Vienna",
        phone=None,
        preferences={"remote": "hybrid"},
        created_at="2026-11-22T08:00:00Z",
        updated_at="2026-11-22T08:00:00Z",
    )

    id: str
    email: str | None
    full_name: str | None
    headline: str | None
    location: str | None
    phone: str | None
    preferences: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class ProfileChange(Wish):
    """What a person may change about themselves; what is left out stays, null clears it."""

    model_config = Wish.model_config | example(headline="Data engineer", preferences={"remote": "hybrid"})

    full_name: Line | None = None
    headline: Line | None = None
    location: Line | None = None
    phone: Annotated[str, StringConstraints(max_length=50, pattern=LINE)] | None = None
    preferences: dict[str, Any] = Field(default_factory=dict, description="Filters of your app; at most 16 kB.")


class Receipt(Shape):
    """Proof of an erasure. It names nobody."""

    model_config = example(
        id="0b54de0e-5a2e-4b4e-8a55-2f3b6f1f4a77",
        erased_at="2026-11-22T09:00:00Z",
        counts={"files in resumes": 1, "public.resumes": 1, "matching.lists": 12},
    )

    id: str
    erased_at: datetime
    counts: dict[str, int] = Field(description="Rows and files that went, by kind.")


class Export(Shape):
    """Everything that is kept about a person: the account, the files' names, and the rows of each table."""

    account: dict[str, Any] | None
    files: list[dict[str, Any]]
    tables: dict[str, list[dict[str, Any]]]
