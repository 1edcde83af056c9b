"""Answers with an ETag: a client that has the current version already gets 304 and no body."""

from __future__ import annotations

import hashlib
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel

NOT_CHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It has not changed since that ETag."}}


def reply(request: Request, content: BaseModel, *, public_seconds: int = 0) -> Response:
    """The content as JSON, or 304 where the client's ``If-None-Match`` names it.

    Args:
        request: what was asked.
        content: the answer.
        public_seconds: how long any cache may keep it; 0 for what is a person's own.
    """
    body = content.model_dump_json(by_alias=True).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    kept = f"public, max-age={public_seconds}" if public_seconds else "private, no-cache"
    headers = {"ETag": etag, "Cache-Control": kept, "Vary": "Authorization"}
    if _names(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _names(condition: str | None, etag: str) -> bool:
    if condition is None:
        return False
    return any(part.strip().removeprefix("W/") in (etag, "*") for part in condition.split(","))
