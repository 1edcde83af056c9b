"""A loopback server that does what badly behaved sites do, as a test tells it to. It logs when each request arrived.

Written on bare streams, because a web framework would not let a test break a body off in the middle.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it. ``at`` is monotonic seconds."""

    at: float
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def number(self, name: str, otherwise: int = 0) -> int:
        """A query parameter as a number."""
        return int(self.query.get(name, [str(otherwise)])[0])


@dataclass(frozen=True)
class Reply:
    """What the server does.

    Args:
        body: text is sent as UTF-8.
        latency: seconds before the first byte.
        cut_after: send so many bytes of the body, then reset the connection.
        repeat: send the body so many times over, for bodies that should not be built in memory.
    """

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    latency: float = 0.0
    cut_after: int | None = None
    repeat: int = 1

    @property
    def data(self) -> bytes:
        """The body as bytes."""
        return self.body.encode() if isinstance(self.body, str) else self.body


Answering = Callable[[Asked], Reply]


def html(body: str | bytes, **more: object) -> Reply:
    """A page."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return Reply(body, headers=headers | more.pop("headers", {}), **more)  # type: ignore[operator,arg-type]


def jsons(value: object, **more: object) -> Reply:
    """A JSON answer."""
    return Reply(json.dumps(value), headers={"Content-Type": "application/json"}, **more)  # type: ignore[arg-type]


def gzip_bomb(megabytes: int) -> Reply:
    """A few kilobytes that unpack to so many megabytes."""
    packed = gzip.compress(bytes(megabytes * 1_000_000))
    return Reply(packed, headers={"Content-Type": "text/html", "Content-Encoding": "gzip"})


class Site:
    """A server that a test scripts.

    ``on(path, reply, reply, …)`` answers a path with each reply in turn, the last one for ever; ``answer`` takes every
    other path. ``log`` holds every request in order of arrival; ``most_under_way`` says how many waited at once.
    """

    def __init__(self) -> None:
        self.log: list[Asked] = []
        self.answer: Answering = lambda asked: Reply(status=404)
        self._scripts: dict[str, list[Reply | Answering]] = {"/robots.txt": [Reply(status=404)]}
        self._turns: dict[str, int] = defaultdict(int)
        self.base = ""
        self.under_way = self.most_under_way = 0

    def on(self, path: str, *replies: Reply | Answering) -> None:
        """Answer a path with each reply in turn, the last one for ever."""
        self._scripts[path] = list(replies)
        self._turns[path] = 0

    def robots(self, text: str, status: int = 200) -> None:
        """What robots.txt says."""
        self.on("/robots.txt", Reply(text, status, {"Content-Type": "text/plain"}))

    def asked(self, path: str = "") -> list[Asked]:
        """Requests whose path begins so, robots.txt left out unless asked for."""
        return [a for a in self.log if a.path.startswith(path) and (path or a.path != "/robots.txt")]

    def _reply(self, asked: Asked) -> Reply:
        self.log.append(asked)
        script = self._scripts.get(asked.path)
        if script is None:
            return self.answer(asked)
        turn = min(self._turns[asked.path], len(script) - 1)
        self._turns[asked.path] += 1
        step = script[turn]
        return step if isinstance(step, Reply) else step(asked)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Requests of one connection, one after the other."""
        try:
            while (asked := await _read_request(reader)) is not None:
                self.under_way += 1
                self.most_under_way = max(self.most_under_way, self.under_way)
                if not await self._send(self._reply(asked), writer):
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    async def _send(self, reply: Reply, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(reply.latency)
        self.under_way -= 1
        data = reply.data
        length = len(data) * reply.repeat
        headers = {"Content-Length": str(length)} | reply.headers
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {reply.status} X\r\n{head}\r\n".encode())
        if reply.cut_after is not None:
            writer.write(data[: reply.cut_after])
            await writer.drain()
            _reset(writer)
            return False
        for _ in range(reply.repeat):
            writer.write(data)
            await writer.drain()
        return True


async def _read_request(reader: asyncio.StreamReader) -> Asked | None:
    line = await reader.readline()
    if not line.strip():
        return None
    at = time.monotonic()
    method, target, _ = line.decode().split(" ", 2)
    headers: dict[str, str] = {}
    while (header := (await reader.readline()).decode().strip()) != "":
        name, _, value = header.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target)
    return Asked(at, method, parts.path, parse_qs(parts.query), headers, body)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextmanager
def conformance() -> Iterator[Site]:
    """A site on a free port of this machine, in a thread of its own."""
    site, ready = Site(), threading.Event()
    loop = asyncio.new_event_loop()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(site.serve, "127.0.0.1", 0)

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(start())
        site.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    try:
        yield site
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
