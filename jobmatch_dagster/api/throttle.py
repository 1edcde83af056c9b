"""How much one client may ask: so many times within a sliding window, counted by the ``limits`` library.

Counts live in this process, or, with JOBMATCH_REDIS_URL, in a Redis that several workers share. What is counted is a
keyed hash, never an address itself.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import math
import time
from collections.abc import Callable
from typing import Any

from limits import RateLimitItemPerSecond
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from jobmatch_dagster.api.problems import Problem
from jobmatch_dagster.api.secrets import cursor_key
from jobmatch_dagster.settings import Settings

log = logging.getLogger(__name__)

# So many counts are kept in a process; whoever sends from more addresses than this gets all of them forgotten.
MOST_COUNTS = 200_000
# A Redis on the same network answers within a millisecond; one that does not is not waited for.
_REDIS_SECONDS = 0.25
# While Redis is away each worker counts by itself, and asks for it again so often.
_AWAY_SECONDS = 10.0


class Counters:
    """Where all the counts of one application are kept."""

    def __init__(self, settings: Settings) -> None:
        self._key = hmac.digest(cursor_key(settings), b"jobmatch counts", "sha256")
        self._memory = MemoryStorage()
        self._local = SlidingWindowCounterRateLimiter(self._memory)
        self._shared: SlidingWindowCounterRateLimiter | None = None
        self._away_until = 0.0
        if settings.redis_url is not None:
            url = settings.redis_url.get_secret_value()
            more: dict[str, Any] = {"socket_timeout": _REDIS_SECONDS, "socket_connect_timeout": _REDIS_SECONDS}
            self._shared = SlidingWindowCounterRateLimiter(storage_from_string(url, wrap_exceptions=True, **more))

    @property
    def is_shared(self) -> bool:
        """Whether counting may wait for another server."""
        return self._shared is not None

    def name(self, parts: tuple[str, ...]) -> str:
        """The name that a count is kept under."""
        return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), key=self._key, digest_size=16).hexdigest()

    def ask(self, question: Callable[[SlidingWindowCounterRateLimiter], float]) -> float:
        """Put a question to the shared counts, or to this process's own while those are away."""
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return question(self._shared)
            except StorageError as error:
                self._away_until = time.monotonic() + _AWAY_SECONDS
                log.warning(
                    "Redis does not answer (%s): for %d s this process counts requests by itself",
                    type(error.storage_error).__name__,
                    _AWAY_SECONDS,
                )
        if len(self._memory.storage) > MOST_COUNTS:
            self._memory.reset()
        return question(self._local)


class Allowance:
    """``size`` times within ``seconds``, for each name.

    Args:
        counters: where it is counted.
        kind: keeps the names of one allowance apart from those of another.
        size: how often.
        seconds: length of the window, whole seconds.
    """

    def __init__(self, counters: Counters, kind: str, size: int, seconds: int) -> None:
        self._counters, self._kind = counters, kind
        self._item = RateLimitItemPerSecond(size, seconds, namespace=f"jobmatch:{kind}")

    @property
    def is_shared(self) -> bool:
        """Whether counting may wait for another server."""
        return self._counters.is_shared

    def take(self, *name: str) -> float:
        """Count one; returns 0, or the seconds until one is allowed again (and then counts nothing)."""
        return self._ask(SlidingWindowCounterRateLimiter.hit, name)

    def wait(self, *name: str) -> float:
        """The seconds until one is allowed, without counting."""
        return self._ask(SlidingWindowCounterRateLimiter.test, name)

    def _ask(self, is_allowed: Callable[..., bool], name: tuple[str, ...]) -> float:
        key = self._counters.name((self._kind, *name))

        def question(limiter: SlidingWindowCounterRateLimiter) -> float:
            if is_allowed(limiter, self._item, key):
                return 0.0
            return max(limiter.get_window_stats(self._item, key).reset_time - time.time(), 0.001)

        return self._counters.ask(question)


def refuse_for(seconds: float) -> Problem:
    """The answer to a client that has to wait."""
    whole = max(1, math.ceil(seconds))
    return Problem("too-many-requests", f"Try again in {whole} s.", {"Retry-After": str(whole)})


def client_name(host: str | None) -> str:
    """One name for one client: an IPv4 address, or the /64 network of an IPv6 one."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
