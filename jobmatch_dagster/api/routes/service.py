"""The service itself: is it there, is it ready, its figures, its published keys, and files behind a signed URL."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from jobmatch_dagster import __version__
from jobmatch_dagster.api.access import TOKEN_IS_OPTIONAL, Anybody, UseParts
from jobmatch_dagster.api.problems import Problem, Responses, documented, unauthorized
from jobmatch_dagster.api.reference import html
from jobmatch_dagster.api.shapes.common import Shape
from jobmatch_dagster.supabase.storage import FileMissing, StorageError

router = APIRouter(tags=["service"])
_FIGURES: Responses = {200: {"content": {"text/plain": {}}, "description": "Figures in Prometheus' text format."}}


class Health(Shape):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str = __version__


class Ready(Shape):
    """Everything that a request needs is there."""

    status: Literal["ready"] = "ready"
    mode: Literal["embedded", "supabase"]


@router.get("/v1/health")
def health() -> Health:
    """Whether the process answers; says nothing about the database."""
    return Health()


@router.get("/v1/docs", include_in_schema=False)
def docs(request: Request) -> Response:
    """The reference of this API, for people."""
    return Response(html(request.app.openapi()), media_type="text/html")


@router.get("/v1/ready")
def ready(parts: UseParts) -> Ready:
    """Whether requests can be served: the database answers and is migrated."""
    with parts.connections.as_person(None) as connection:
        connection.execute("select 1 from public.jobs limit 1")
    return Ready(mode=parts.settings.mode)


@router.get(
    "/v1/metrics",
    response_class=Response,
    openapi_extra=TOKEN_IS_OPTIONAL,
    responses=_FIGURES | documented("unauthorized", "forbidden"),
)
def metrics(request: Request, person: Anybody, parts: UseParts) -> Response:
    """Figures for Prometheus: from this machine, or with a token of the data team."""
    if not _is_loopback(request):
        if person is None:
            raise unauthorized()
        if not person.is_data_team:
            raise Problem("forbidden", "This is for the data team.")
    return Response(parts.metrics.text(), media_type="text/plain; version=0.0.4")


def _is_loopback(request: Request) -> bool:
    try:
        return ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False


@router.get("/auth/v1/.well-known/jwks.json", include_in_schema=False)
def published_keys(parts: UseParts) -> Any:
    """The public keys of local accounts, where Supabase Auth has its own."""
    keys = parts.identity.published_keys()
    return Response(
        _json({"keys": keys}), media_type="application/json", headers={"Cache-Control": "public, max-age=600"}
    )


@router.get("/storage/v1/object/sign/{bucket}/{name:path}", include_in_schema=False)
def signed_file(bucket: str, name: str, token: Annotated[str, Query(max_length=4000)], parts: UseParts) -> Response:
    """A file of the local store behind a signed URL, at the path that Supabase Storage has."""
    from jobmatch_dagster.supabase.local_storage import LocalStore

    if not isinstance(parts.files, LocalStore):
        raise Problem("not-found", "Signed URLs are answered by Supabase Storage.")
    try:
        data = parts.files.get_signed(bucket, name, token)
    except FileMissing:
        raise
    except StorageError:
        raise Problem("forbidden", "The signed URL is not valid or has expired. Ask for a new one.") from None
    return Response(data, media_type="application/octet-stream", headers={"Content-Disposition": "attachment"})


def _json(value: Any) -> str:
    import json

    return json.dumps(value)
