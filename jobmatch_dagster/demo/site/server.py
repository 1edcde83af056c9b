"""The demo site's server: a thread with one loopback port a board, a day that can be moved, a log of all requests."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from types import TracebackType

from aiohttp import web

from jobmatch_dagster.demo import world
from jobmatch_dagster.demo.site import careerbuilder, glassdoor, indeed, linkedin, ziprecruiter
from jobmatch_dagster.demo.site.faults import Faults
from jobmatch_dagster.demo.site.pages import Answer, Asked

ANSWERS: dict[str, Callable[[Asked], Answer]] = {
    "linkedin": linkedin.answer,
    "indeed": indeed.answer,
    "glassdoor": glassdoor.answer,
    "ziprecruiter": ziprecruiter.answer,
    "careerbuilder": careerbuilder.answer,
}
ROBOTS = "User-agent: *\nDisallow: /login\nDisallow: /account\nAllow: /\n"
START_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Logged:
    """One request that the site answered. ``time`` is in seconds of a monotonic clock, ``host`` is host:port."""

    time: float
    board: str
    host: str
    path: str
    status: int
    user_agent: str


@dataclass
class DemoSite:
    """A running site. Set ``day`` to move it to another day; ``clock``, where given, decides instead.

    ``first_port`` is the first board's port, where it is free; 0 takes any.
    ``base_urls`` maps each board to its base URL without a slash at its end; ``log`` grows with each request.
    """

    day: date
    clock: Callable[[], date] | None = None
    first_port: int = 0
    base_urls: dict[str, str] = field(default_factory=dict)
    log: list[Logged] = field(default_factory=list)
    _faults: Faults = field(default_factory=Faults)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None

    @property
    def today(self) -> date:
        """The day that the next request sees."""
        return self.clock() if self.clock else self.day

    def start(self) -> None:
        """Open the ports and begin to answer; returns once all boards answer."""
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="demo-site", daemon=True)
        self._thread.start()
        if not ready.wait(START_TIMEOUT):
            raise RuntimeError("the demo site did not open its ports")

    def stop(self) -> None:
        """Close the ports. A second call does nothing."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._thread = None

    def __enter__(self) -> DemoSite:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        runners = self._loop.run_until_complete(self._open())
        ready.set()
        self._loop.run_forever()
        for runner in runners:
            self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _open(self) -> list[web.AppRunner]:
        runners = []
        for place, board in enumerate(world.BOARDS):
            app = web.Application()
            app.router.add_get("/{path:.*}", self._handler(board))
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
            await runner.setup()
            await _listen(runner, self.first_port + place if self.first_port else 0)
            host, port = runner.addresses[0][:2]
            self.base_urls[board] = f"http://{host}:{port}"
            runners.append(runner)
        return runners

    def _handler(self, board: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            answer = self._answer(board, request)
            agent = request.headers.get("User-Agent", "")
            self.log.append(Logged(time.monotonic(), board, request.host, request.path_qs, answer.status, agent))
            return web.Response(
                text=answer.body,
                status=answer.status,
                headers=answer.headers,
                content_type=answer.content_type,
                charset="utf-8",
            )

        return handle

    def _answer(self, board: str, request: web.Request) -> Answer:
        if request.path == "/robots.txt":
            return Answer(ROBOTS, content_type="text/plain")
        asked = Asked(self.base_urls[board], self.today, request.path, dict(request.query))
        return self._faults.answer(board, asked) or ANSWERS[board](asked)


async def _listen(runner: web.AppRunner, port: int) -> None:
    """Listen on the port, or on any free one where it is taken."""
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError:
        await web.TCPSite(runner, "127.0.0.1", 0).start()


@contextmanager
def serve(*, day: date, clock: Callable[[], date] | None = None, first_port: int = 0) -> Iterator[DemoSite]:
    """Run the five boards on loopback ports for the length of a ``with`` block.

    Args:
        day: which day's postings are live; ``site.day = …`` moves it.
        clock: called for each request to say the day, instead of ``day``.
        first_port: where given, the boards take this port and the four after it as long as they are free, so that
            addresses are the same in each run; 0 takes any free ports.

    Raises:
        RuntimeError: no port could be opened.
    """
    with DemoSite(day=day, clock=clock, first_port=first_port) as site:
        yield site
