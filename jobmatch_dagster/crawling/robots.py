"""robots.txt: read once a run and host, through the host's own gate, and obeyed (RFC 9309).

No answer or a server error means that nothing may be asked; "not found" means that everything may. Rules are matched
with the first word of our user agent, the product token.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

_LARGEST = 512_000


@dataclass(frozen=True)
class Rules:
    """What one host's robots.txt says to us.

    Args:
        reason: why nothing may be asked for want of an answer; None if there was one.
        parsed: the rules.
        token: our product token.
    """

    reason: str | None
    parsed: Protego | None
    token: str

    def allows(self, url: str) -> bool:
        """May this URL be asked?"""
        if self.reason is not None:
            return False
        return self.parsed is None or bool(self.parsed.can_fetch(url, self.token))

    def delay(self) -> float:
        """Seconds between requests that the file asks for, 0 if it does not say."""
        if self.parsed is None:
            return 0.0
        delay = self.parsed.crawl_delay(self.token) or 0.0
        rate = self.parsed.request_rate(self.token)
        return max(float(delay), rate.seconds / rate.requests if rate and rate.requests else 0.0)


def product_token(user_agent: str) -> str:
    """The name by which robots.txt knows us: the user agent up to the first slash or space."""
    return user_agent.split("/", 1)[0].split(" ", 1)[0] or "*"


class RobotsCache:
    """The rules of each host of one run.

    Args:
        fetch: gets robots.txt and returns its status (0 for no answer) and text.
        user_agent: ours.
        obey: False asks nobody and allows everything.
    """

    def __init__(self, fetch: Callable[[str], Awaitable[tuple[int, str]]], user_agent: str, *, obey: bool) -> None:
        self._fetch, self._token, self._obey = fetch, product_token(user_agent), obey
        self._rules: dict[str, asyncio.Future[Rules]] = {}

    async def rules(self, url: str) -> Rules:
        """The rules for a URL's host; simultaneous callers share one request."""
        if not self._obey:
            return Rules(None, None, self._token)
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = asyncio.ensure_future(self._read(site))
        return await asyncio.shield(self._rules[site])

    async def _read(self, site: str) -> Rules:
        status, text = await self._fetch(f"{site}/robots.txt")
        if 200 <= status < 300:
            return Rules(None, Protego.parse(text[:_LARGEST]), self._token)
        if 400 <= status < 500 and status != 429:
            return Rules(None, None, self._token)
        said = f"answered {status}" if status else "did not answer"
        return Rules(f"its robots.txt {said}, so nothing may be asked", None, self._token)
