"""When the next request to a host may go out. One gate per host; nothing reaches a host but through its gate.

The gate keeps three promises: never more requests under way than allowed, never two closer together than the delay,
and never one before the moment that the host asked for with ``Retry-After``.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from jobmatch_dagster.crawling.retry import LONGEST_RETRY_AFTER

_SLOWEST = 120.0
_EASE = 0.9


class HostGate:
    """The gate of one host.

    Args:
        delay: least seconds between two requests.
        concurrency: requests under way at once.
        jitter: up to this share of the delay is added at random, so that requests form no beat.
        clock: seconds, monotonic; tests give their own.
        sleep: waits; tests give their own.
    """

    def __init__(
        self,
        delay: float,
        concurrency: int = 1,
        *,
        jitter: float = 0.2,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random_source: random.Random | None = None,
    ) -> None:
        self.base_delay = self.delay = delay
        self._jitter, self._clock, self._sleep = jitter, clock, sleep
        self._random = random_source or random.Random()
        self._lock = asyncio.Lock()
        self._places = asyncio.Semaphore(concurrency)
        self._single = concurrency == 1
        self._next = 0.0
        self._held_until = 0.0

    def at_least(self, delay: float) -> None:
        """Raise the delay to what robots.txt or the source's policy asks for; never lower it."""
        self.base_delay = max(self.base_delay, delay)
        self.delay = max(self.delay, delay)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Wait for a place and a moment, and hold the place while the request is under way."""
        async with self._places:
            await self._wait()
            try:
                yield
            finally:
                if self._single:
                    # Counted from the end of the answer, the host sees at least the delay between two requests,
                    # however the network shifts their arrival.
                    self._next = max(self._next, self._clock() + self._spaced())

    async def _wait(self) -> None:
        async with self._lock:
            # After each sleep look again: an answer that came meanwhile may have moved the moment.
            while (wait := max(self._next, self._held_until) - self._clock()) > 0:
                await self._sleep(wait)
            self._next = self._clock() + self._spaced()

    def _spaced(self) -> float:
        return self.delay * (1 + self._jitter * self._random.random())

    def pushed_back(self, retry_after: float | None) -> None:
        """The host said 429 or 503: double the delay, and hold until the moment that it named.

        A moment too far off to be waited for holds nothing: the host is left alone for the run, by those who asked.
        """
        self.delay = min(max(self.delay * 2, self.base_delay), max(_SLOWEST, self.base_delay))
        if retry_after is not None and retry_after <= LONGEST_RETRY_AFTER:
            self._held_until = max(self._held_until, self._clock() + retry_after)

    def answered(self) -> None:
        """The host answered well: ease the delay back towards its base."""
        self.delay = max(self.base_delay, self.delay * _EASE)


class Gates:
    """The gates of a run, made when a host is first asked.

    Args:
        delay: least seconds between two requests to a host, given its name with port.
        concurrency: as for ``HostGate``.
        overall: requests under way at once, all hosts together.
    """

    def __init__(self, delay: Callable[[str], float], concurrency: int, overall: int) -> None:
        self._delay, self._concurrency = delay, concurrency
        self._overall = asyncio.Semaphore(overall)
        self._gates: dict[str, HostGate] = {}

    def of(self, host: str) -> HostGate:
        """The host's gate; ``host`` is host and port."""
        if host not in self._gates:
            self._gates[host] = HostGate(self._delay(host), self._concurrency)
        return self._gates[host]

    @asynccontextmanager
    async def slot(self, host: str) -> AsyncIterator[None]:
        """A slot at the host, and one of the places that all hosts share."""
        async with self.of(host).slot(), self._overall:
            yield
