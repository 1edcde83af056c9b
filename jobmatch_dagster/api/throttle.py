"""How much one client may ask: a bucket of tokens per client that fills up again at a steady rate.

The buckets live in this process; each worker has its own. What is counted is a keyed hash, never an address itself.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
import threading
import time

from cachetools import TTLCache

from jobmatch_dagster.api.problems import Problem


class Buckets:
    """Buckets of ``size`` tokens, one for each name, that fill up within ``seconds``."""

    def __init__(self, size: int, seconds: float, most: int = 100_000) -> None:
        self._size, self._rate = float(size), size / seconds
        # A bucket that nobody touched for so long is full again, and can be forgotten.
        self._levels: TTLCache[bytes, tuple[float, float]] = TTLCache(most, seconds)
        self._lock = threading.Lock()
        self._salt = secrets.token_bytes(16)

    def take(self, *name: str) -> float:
        """Take one token; returns 0, or the seconds until there is one."""
        return self._change(name, 1.0)

    def wait(self, *name: str) -> float:
        """The seconds until there is a token, without taking it."""
        return self._change(name, 0.0)

    def _change(self, name: tuple[str, ...], cost: float) -> float:
        key = hashlib.blake2b("\x1f".join(name).encode("utf-8", "replace"), key=self._salt, digest_size=16).digest()
        now = time.monotonic()
        with self._lock:
            level, at = self._levels.get(key, (self._size, now))
            level = min(self._size, level + (now - at) * self._rate)
            if level < 1:
                return (1 - level) / self._rate
            if cost:
                self._levels[key] = (level - cost, now)
            return 0.0


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
