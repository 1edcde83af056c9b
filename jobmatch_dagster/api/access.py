"""What an operation can depend on: the parts of the application, and whose request it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from jobmatch_dagster.api.connections import Connections
from jobmatch_dagster.api.cursors import Cursors
from jobmatch_dagster.api.followup import FollowUp
from jobmatch_dagster.api.identity import Identity, Presence
from jobmatch_dagster.api.metrics import Metrics
from jobmatch_dagster.api.problems import Problem, unauthorized
from jobmatch_dagster.api.throttle import Allowance
from jobmatch_dagster.api.tokens import Person
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase.storage import FileStore

_BEARER = HTTPBearer(
    auto_error=False, bearerFormat="JWT", description="The access token of /v1/auth, or of Supabase Auth."
)


@dataclass
class Parts:
    """The parts of one application."""

    settings: Settings
    connections: Connections
    identity: Identity
    presence: Presence
    cursors: Cursors
    follow_up: FollowUp
    metrics: Metrics
    files: FileStore
    requests: Allowance
    uploads: Allowance
    sign_ups: Allowance


def parts_of(request: Request) -> Parts:
    """The application's parts."""
    parts: Parts = request.app.state.parts
    return parts


# For ``openapi_extra`` of operations that ``Anybody`` may ask: without a token is a way, too.
TOKEN_IS_OPTIONAL: dict[str, Any] = {"security": [{}]}
UseParts = Annotated[Parts, Depends(parts_of)]
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


def anybody(request: Request, parts: UseParts, credentials: _Credentials) -> Person | None:
    """The signed-in person, or None without a token; a token that is not good is refused all the same."""
    if credentials is None:
        if request.headers.get("authorization"):
            raise unauthorized()
        return None
    person = parts.identity.verifier.verify(credentials.credentials)
    parts.presence.check(person)
    return person


def signed_in(person: Annotated[Person | None, Depends(anybody)]) -> Person:
    """The signed-in person."""
    if person is None:
        raise unauthorized()
    return person


def data_team(person: Annotated[Person, Depends(signed_in)]) -> Person:
    """A signed-in member of the data team."""
    if not person.is_data_team:
        raise Problem("forbidden", "This is for the data team.")
    return person


Anybody = Annotated[Person | None, Depends(anybody)]
SignedIn = Annotated[Person, Depends(signed_in)]
DataTeam = Annotated[Person, Depends(data_team)]
