"""What holds for every request, whatever it asks: rate, size, headers of the answer, figures, and no error untold.

Plain ASGI, so that bodies stream through it.
"""

from __future__ import annotations

import logging
import time
import traceback
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jobmatch_dagster.api.metrics import Metrics
from jobmatch_dagster.api.problems import Problem, answer
from jobmatch_dagster.api.throttle import Allowance, client_name, refuse_for

log = logging.getLogger(__name__)

# What any operation but an upload takes.
PLAIN_BODY_BYTES = 65_536
_UPLOAD_PATH = "/v1/resumes"
# What multipart adds around a file.
_ENVELOPE_BYTES = 16_384
_MOST_DIGITS = 15  # of a length that is read as a number at all
_LONGEST_URL = 8_192
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-site",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Strict-Transport-Security": "max-age=31536000",
}
# The page with the reference has its style in it, and nothing else.
_DOCS_PATH = "/v1/docs"
_DOCS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class Guard:
    """The middleware. Wraps the application inside of CORS, so that refusals can be read by pages, too."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, requests: Allowance, upload_bytes: int) -> None:
        self._app, self._metrics = app, metrics
        self._requests = requests
        self._upload_bytes = upload_bytes + _ENVELOPE_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See the class."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(scope, message)
            await send(message)

        try:
            refusal = await self._refusal(scope)
            if refusal is not None:
                await answer(refusal)(scope, receive, send_guarded)
            else:
                await self._run(scope, self._counted(scope, receive), send_guarded)
        finally:
            route = scope.get("route")
            operation = getattr(route, "path", "none")
            self._metrics.answered(scope["method"], operation, status, time.perf_counter() - started)

    async def _refusal(self, scope: Scope) -> Problem | None:
        client = scope.get("client")
        name = client_name(client[0] if client else None)
        # Counts that another server keeps are asked for beside the loop, since that may take a while.
        take = self._requests.take
        wait = await run_in_threadpool(take, name) if self._requests.is_shared else take(name)
        if wait:
            self._metrics.refused.inc()
            return refuse_for(wait)
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST_URL:
            return Problem("bad-request", "The URL is too long.")
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if declared.isdigit() and (len(declared) > _MOST_DIGITS or int(declared) > self._limit(scope)):
            return self._too_large(scope)
        return None

    def _limit(self, scope: Scope) -> int:
        is_upload = scope["path"].startswith(_UPLOAD_PATH) and scope["method"] in ("POST", "PUT")
        return self._upload_bytes if is_upload else PLAIN_BODY_BYTES

    def _too_large(self, scope: Scope) -> Problem:
        return Problem("too-large", f"At most {self._limit(scope)} bytes are taken here.", {"Connection": "close"})

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        """The body, but not more of it than is allowed, whatever its length was said to be."""
        left = self._limit(scope)

        async def receive_counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise self._too_large(scope)
            return message

        return receive_counted

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_started = False

        async def send_noting(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            # The message of an error may hold what a person sent; where it arose tells enough.
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error("unforeseen error: %s in %s, line %s", type(error).__name__, where.filename, where.lineno)
            if has_started:
                raise RuntimeError("an answer broke off; see the line before") from None
            problem = Problem("internal", "The request was not carried out, or not wholly. Try again later.")
            await answer(problem)(scope, receive, send)


def _add_headers(scope: Scope, message: Message) -> None:
    headers = MutableHeaders(scope=_headers_of(message))
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")
    if scope["path"] == _DOCS_PATH:
        headers["Content-Security-Policy"] = _DOCS_POLICY


def _headers_of(message: Message) -> dict[str, Any]:
    message.setdefault("headers", [])
    return message  # type: ignore[return-value]
