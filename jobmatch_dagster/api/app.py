"""The application: parts, middleware and operations put together. ``build_app`` is the seam that tests use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.openapi.utils import get_openapi

from jobmatch_dagster import __version__
from jobmatch_dagster.api import problems
from jobmatch_dagster.api.access import Parts
from jobmatch_dagster.api.connections import Connections
from jobmatch_dagster.api.cursors import Cursors
from jobmatch_dagster.api.followup import FollowUp
from jobmatch_dagster.api.guard import Guard
from jobmatch_dagster.api.identity import Presence, identity_of
from jobmatch_dagster.api.metrics import Metrics
from jobmatch_dagster.api.routes import auth, jobs, matches, resumes, scrapes, searches, service, users
from jobmatch_dagster.api.secrets import cursor_key
from jobmatch_dagster.api.throttle import Allowance, Counters
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase.storage import file_store

_MINUTE, _HOUR = 60, 3600
UPLOADS_PER_HOUR, SIGN_UPS_PER_HOUR = 60, 20
DESCRIPTION = """
Accounts, résumés, jobs and ranked matches for an app.

Sign in with `/v1/auth` and send the access token as `Authorization: Bearer …`. What a person sees and does is decided
by row-level security in the database. Lists have a `cursor`; answers have an `ETag`; what goes wrong is a problem
document (RFC 9457). Every client address has a budget of requests a minute (429 with `Retry-After`).
"""
_TAGS = [
    {"name": "auth", "description": "Sign up, in and out, refresh."},
    {"name": "users", "description": "The signed-in person."},
    {"name": "resumes", "description": "Résumé files and what was read from them."},
    {"name": "jobs", "description": "Search and read jobs; no sign-in needed."},
    {"name": "matches", "description": "Ranked, explained matches and what the person says about them."},
    {"name": "scrapes", "description": "Scrape runs, for the data team."},
    {"name": "searches", "description": "What is asked of the boards, for the data team."},
    {"name": "service", "description": "Health, readiness, figures."},
]
# What any operation may answer besides its own.
_EVERYWHERE = ("bad-request", "too-large", "invalid", "too-many-requests", "unavailable")


def build_app(settings: Settings) -> FastAPI:
    """The application on the database, files and accounts that the settings name. It connects when it is started."""
    parts = build_parts(settings)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        parts.connections.open()
        yield
        parts.follow_up.close()
        parts.connections.close()

    app = _operations(life)
    app.state.parts = parts
    problems.install(app)
    app.add_middleware(Guard, metrics=parts.metrics, requests=parts.requests, upload_bytes=settings.resume_max_bytes)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.api_cors_origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "If-None-Match"],
        expose_headers=["ETag", "Location", "Retry-After"],
        max_age=600,
    )
    return app


def build_document() -> dict[str, Any]:
    """The OpenAPI document, without an application that could run."""
    return _operations(None).openapi()


def _operations(life: Any) -> FastAPI:
    app = FastAPI(
        title="jobmatch",
        version=__version__,
        description=DESCRIPTION,
        openapi_tags=_TAGS,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        responses=problems.documented(*_EVERYWHERE),
        redirect_slashes=False,
    )
    for module in (auth, users, resumes, jobs, matches, scrapes, searches, service):
        app.include_router(module.router)
    app.openapi = lambda: openapi(app)  # type: ignore[method-assign]
    return app


def build_parts(settings: Settings) -> Parts:
    """The parts of an application, not yet connected."""
    connections = Connections(settings)
    follow_up, metrics, counters = FollowUp(settings), Metrics(), Counters(settings)

    def figures() -> dict[str, Any]:
        pool = connections.figures()
        return {
            "pool_size": pool.get("pool_size", 0),
            "pool_available": pool.get("pool_available", 0),
            "pool_waiting": pool.get("requests_waiting", 0),
            "pool_errors": pool.get("connections_errors", 0),
            "uploads_waiting": follow_up.waiting(),
            "batches_done": follow_up.done,
            "batches_failed": follow_up.failed,
        }

    metrics.watch(figures)
    return Parts(
        settings=settings,
        connections=connections,
        identity=identity_of(settings, connections, counters),
        presence=Presence(connections),
        cursors=Cursors(cursor_key(settings)),
        follow_up=follow_up,
        metrics=metrics,
        files=file_store(settings),
        requests=Allowance(counters, "request", settings.api_rate, _MINUTE),
        uploads=Allowance(counters, "upload", UPLOADS_PER_HOUR, _HOUR),
        sign_ups=Allowance(counters, "sign-up", SIGN_UPS_PER_HOUR, _HOUR),
    )


def openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the shape of problems."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            tags=app.openapi_tags,
            routes=app.routes,
        )
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = problems.SCHEMA
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        app.openapi_schema = document
    return app.openapi_schema
