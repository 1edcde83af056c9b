"""Signing up, in and out, and refreshing a session."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response

from jobmatch_dagster.api.access import Parts, SignedIn, UseParts
from jobmatch_dagster.api.identity import Session
from jobmatch_dagster.api.problems import Problem, documented
from jobmatch_dagster.api.shapes.common import shown
from jobmatch_dagster.api.shapes.people import (
    ProviderUrl,
    Refresh,
    SessionShape,
    SignIn,
    SignUp,
    Unconfirmed,
    User,
)
from jobmatch_dagster.api.throttle import client_name, refuse_for

router = APIRouter(prefix="/v1/auth", tags=["auth"], responses=documented("forbidden"))
PROVIDERS = r"^(google|github|gitlab|azure|linkedin_oidc|apple|facebook|bitbucket|slack_oidc)$"


def _shape(session: Session) -> SessionShape:
    return SessionShape(
        access_token=session.access_token,
        refresh_token=session.refresh_token,
        expires_in=session.expires_in,
        expires_at=session.expires_at,
        user=User(id=session.user_id, email=session.email),
    )


def _client(request: Request) -> str:
    return client_name(request.client.host if request.client else None)


@router.post(
    "/sign-up",
    status_code=201,
    response_model=SessionShape,
    responses=shown(Unconfirmed, 202, description="The address has to be confirmed first.")
    | documented("conflict", "unauthorized"),
)
def sign_up(wish: SignUp, request: Request, response: Response, parts: UseParts) -> Any:
    """Make an account and sign in to it.

    Where the project wants addresses confirmed, the answer is 202 and the person gets a mail.
    """
    _throttle_sign_up(parts, request)
    session = parts.identity.sign_up(wish.email, wish.password, wish.full_name)
    if session is None:
        return Response(Unconfirmed().model_dump_json(), 202, media_type="application/json")
    return _shape(session)


def _throttle_sign_up(parts: Parts, request: Request) -> None:
    wait = parts.sign_ups.take(_client(request))
    if wait:
        raise refuse_for(wait)


@router.post("/sign-in", responses=documented("unauthorized"))
def sign_in(wish: SignIn, request: Request, parts: UseParts) -> SessionShape:
    """Sign in with a password. Failed attempts are counted, and too many of them cost a wait."""
    return _shape(parts.identity.sign_in(wish.email, wish.password, _client(request)))


@router.post("/refresh", responses=documented("unauthorized"))
def refresh(wish: Refresh, parts: UseParts) -> SessionShape:
    """A new session for a refresh token. Each is good once: coming with a used one ends the session."""
    return _shape(parts.identity.refresh(wish.refresh_token))


@router.post("/sign-out", status_code=204, responses=documented("unauthorized"))
def sign_out(
    person: SignedIn,
    parts: UseParts,
    everywhere: Annotated[bool, Query(description="End all of the person's sessions, not only this one.")] = False,
) -> None:
    """End the session. Its refresh token is void at once, its access token within seconds."""
    parts.identity.sign_out(person, everywhere)
    parts.presence.forget(person)


@router.get("/providers/{provider}", responses=documented("not-found", "unauthorized"))
def provider_url(
    provider: str,
    redirect_to: Annotated[str, Query(max_length=500, description="Page of your app; its origin must be allowed.")],
    parts: UseParts,
) -> ProviderUrl:
    """Where to send the browser to sign in with another provider; tokens come back in the fragment of `redirect_to`.

    Needs a Supabase project. The origin of `redirect_to` must be one of JOBMATCH_API_CORS_ORIGINS.
    """
    import re

    if not re.fullmatch(PROVIDERS, provider):
        raise Problem("not-found", "There is no such provider.")
    try:
        target = urlsplit(redirect_to)
        origin = f"{target.scheme}://{target.netloc}"
    except ValueError:
        origin = ""
    if origin not in parts.settings.api_cors_origins:
        raise Problem("forbidden", "redirect_to is not on an allowed origin.")
    return ProviderUrl(url=parts.identity.provider_url(provider, redirect_to))
