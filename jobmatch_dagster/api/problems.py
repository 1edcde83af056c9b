"""What goes wrong, as RFC 9457 problem documents: the kinds, and how errors of the other rooms become one.

Nothing here repeats what the client sent or what the database said: both may hold personal data.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout, TooManyRequests
from starlette.exceptions import HTTPException

from jobmatch_dagster.errors import DatabaseUnavailable, JobmatchError
from jobmatch_dagster.supabase.accounts import AccountError
from jobmatch_dagster.supabase.people import PersonNotFound
from jobmatch_dagster.supabase.storage import FileExists, FileMissing, FileRefused, StorageError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
# kind -> status and title; the kind is the end of the problem's type
KINDS: dict[str, tuple[int, str]] = {
    "bad-request": (400, "The request cannot be read"),
    "bad-cursor": (400, "The cursor is not one for this list"),
    "unauthorized": (401, "Sign in first"),
    "forbidden": (403, "This is not yours to do"),
    "not-found": (404, "There is no such thing here"),
    "method-not-allowed": (405, "This cannot be done here"),
    "conflict": (409, "It does not fit what is there"),
    "too-large": (413, "The request is too large"),
    "unsupported-type": (415, "This kind of content is not taken"),
    "invalid": (422, "A value is not allowed"),
    "too-many-requests": (429, "Too many requests"),
    "internal": (500, "Something went wrong on our side"),
    "unavailable": (503, "A part that is needed does not answer"),
}
_KIND_OF_STATUS = {status: kind for kind, (status, _) in reversed(KINDS.items())}

SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A problem, as RFC 9457 describes it.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "urn:jobmatch:problem: and the kind."},
        "title": {"type": "string", "description": "The kind in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {"type": "string", "description": "What is wrong and what to do about it."},
        "errors": {
            "type": "array",
            "description": "For values: each one that is not allowed.",
            "items": {
                "type": "object",
                "required": ["where", "problem"],
                "properties": {"where": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
    },
    "example": {
        "type": "urn:jobmatch:problem:not-found",
        "title": KINDS["not-found"][1],
        "status": 404,
        "detail": "There is no such match.",
    },
}


class Problem(HTTPException):
    """A request that ends with a problem document.

    Args:
        kind: one of ``KINDS``.
        detail: what is wrong and what to do, as sentences for the app's developer; no personal data.
        headers: further headers of the answer.
        errors: for values, each one that is wrong: ``where`` and ``problem``.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(KINDS[kind][0], detail, dict(headers or {}))
        self.kind, self.errors = kind, list(errors)


def unauthorized(detail: str = "The access token is missing, not valid or has expired. Sign in or refresh.") -> Problem:
    """Refuse a request for its token; which rule it broke is nobody's business."""
    return Problem("unauthorized", detail, {"WWW-Authenticate": 'Bearer realm="jobmatch"'})


def unavailable(detail: str) -> Problem:
    """A part that is needed is away; the client may try again."""
    return Problem("unavailable", detail, {"Retry-After": str(RETRY_SECONDS)})


Responses = dict[int | str, dict[str, Any]]


def documented(*kinds: str) -> Responses:
    """The ``responses`` of an operation that may end with these kinds."""
    titles: dict[int, list[str]] = {}
    for kind in kinds:
        status, title = KINDS[kind]
        titles.setdefault(status, []).append(title)
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "; ".join(words), "content": content} for status, words in titles.items()}


def answer(problem: Problem) -> JSONResponse:
    """The problem document."""
    status, title = KINDS[problem.kind]
    body: dict[str, Any] = {
        "type": f"urn:jobmatch:problem:{problem.kind}",
        "title": title,
        "status": status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return JSONResponse(body, status, problem.headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""
    for kind in (HTTPException, RequestValidationError, JobmatchError, psycopg.Error, PoolTimeout, TooManyRequests):
        app.add_exception_handler(kind, _handle)


async def _handle(request: Request, error: Exception) -> JSONResponse:
    return answer(as_problem(error))


def as_problem(error: Exception) -> Problem:
    """Which problem an error is for the client; what is not foreseen is ``internal`` and logged by its kind alone."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        kind = _KIND_OF_STATUS.get(error.status_code, "bad-request")
        return Problem(kind, f"{KINDS[kind][1]}.", error.headers)
    if isinstance(error, psycopg.Error):
        return _from_postgres(error)
    if isinstance(error, JobmatchError):
        return _from_ours(error)
    log.error("unforeseen error: %s", type(error).__name__)
    return Problem("internal", "The request was not carried out, or not wholly. Try again later.")


def _invalid(error: RequestValidationError) -> Problem:
    errors = [
        {"where": ".".join(str(part) for part in found["loc"]), "problem": str(found["msg"])}
        for found in error.errors()[:50]
    ]
    if any(found["type"] == "json_invalid" for found in error.errors()):
        return Problem("bad-request", "The body is not JSON.")
    return Problem("invalid", "Values of the request are not allowed; see errors.", errors=errors)


_FROM_POSTGRES: list[tuple[type[psycopg.Error], str, str]] = [
    (psycopg.errors.UniqueViolation, "conflict", "There is one already."),
    (psycopg.errors.ForeignKeyViolation, "not-found", "What it refers to is not there."),
    (psycopg.errors.CheckViolation, "invalid", "A value is outside of what is kept."),
    (psycopg.errors.InsufficientPrivilege, "forbidden", "Row-level security refuses this."),
    (psycopg.DataError, "invalid", "A value cannot be kept."),
    (psycopg.errors.ProgramLimitExceeded, "invalid", "A value is too long or too deep to be kept."),
]


def _from_postgres(error: psycopg.Error) -> Problem:
    for kind, name, detail in _FROM_POSTGRES:
        if isinstance(error, kind):
            return Problem(name, detail)
    if isinstance(error, psycopg.errors.QueryCanceled):
        return unavailable("The database took too long. Ask for less, or try again.")
    if isinstance(error, psycopg.OperationalError):  # a pool without a connection is one, too
        return unavailable("The database does not answer. Try again in a moment.")
    log.error("unforeseen database error: %s", type(error).__name__)
    return Problem("internal", "The request was not carried out. Try again later.")


def _from_ours(error: JobmatchError) -> Problem:
    if isinstance(error, DatabaseUnavailable):
        return unavailable("The database does not answer. Try again in a moment.")
    if isinstance(error, (FileMissing, PersonNotFound)):
        return Problem("not-found", "It does not exist; it may have been removed meanwhile.")
    if isinstance(error, FileExists):
        return Problem("conflict", "There is a file of this name already.")
    if isinstance(error, FileRefused):
        return Problem("unsupported-type", str(error))
    if isinstance(error, StorageError):
        return unavailable("The file store does not answer. Try again in a moment.")
    if isinstance(error, AccountError):
        return Problem("invalid", str(error))
    return Problem("invalid", str(error))
