"""Which proxy the next request takes: in turn, passing over those that failed lately."""

from __future__ import annotations

import time
from collections.abc import Callable

_REST = 60.0


class Proxies:
    """A list of proxies with their health. An empty list means that requests go out directly.

    Args:
        urls: proxy URLs; they may hold passwords and never appear in messages.
        clock: seconds, monotonic.
    """

    def __init__(self, urls: list[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._urls, self._clock = urls, clock
        self._turn = 0
        self._failures = dict.fromkeys(urls, 0)
        self._resting_until = dict.fromkeys(urls, 0.0)

    def take(self) -> str | None:
        """The next proxy in turn that is not resting; if all rest, the one that may come back first."""
        if not self._urls:
            return None
        now = self._clock()
        for step in range(len(self._urls)):
            place = (self._turn + step) % len(self._urls)
            if self._resting_until[self._urls[place]] <= now:
                self._turn = place + 1
                return self._urls[place]
        return min(self._urls, key=lambda url: self._resting_until[url])

    def failed(self, url: str | None) -> None:
        """Rest a proxy, twice as long each time it fails in a row."""
        if url is not None:
            self._failures[url] += 1
            self._resting_until[url] = self._clock() + _REST * 2 ** min(self._failures[url] - 1, 5)

    def worked(self, url: str | None) -> None:
        """Forget a proxy's failures."""
        if url is not None:
            self._failures[url] = 0
            self._resting_until[url] = 0.0
