"""From a request to an answer worth reading: robots, gate, exchange, redirects, retry, and the errors they end in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from jobmatch_dagster.boards.board import Credentials, Request
from jobmatch_dagster.boards.challenge import recognise
from jobmatch_dagster.crawling.errors import (
    Blocked,
    Changed,
    Malformed,
    NotAllowed,
    ScrapingError,
    Throttled,
    Unreachable,
)
from jobmatch_dagster.crawling.gate import Gates
from jobmatch_dagster.crawling.proxies import Proxies
from jobmatch_dagster.crawling.retry import (
    LONGEST_RETRY_AFTER,
    LONGEST_WAIT,
    Breaker,
    Budget,
    retry_after_seconds,
    worth_another_try,
)
from jobmatch_dagster.crawling.robots import RobotsCache
from jobmatch_dagster.crawling.transport import Answer, Exchange, ExchangeFailed, Transport
from jobmatch_dagster.settings import Settings

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
_GONE = frozenset({404, 410})
_WALLS = frozenset({401, 403, 999})


@dataclass
class Tally:
    """What the requests of a run came to."""

    requests: int = 0
    answered: int = 0
    retries: int = 0
    blocked: int = 0
    received_bytes: int = 0


@dataclass(frozen=True)
class Fetched:
    """An answer to a request, from wherever the redirects led."""

    url: str
    final_url: str
    answer: Answer
    fetched_at: datetime

    @property
    def gone(self) -> bool:
        """The page does not exist (any more)."""
        return self.answer.status in _GONE


class Fetcher:
    """Asks one board for pages, politely.

    Args:
        board: the board's name, for errors.
        settings: limits and identity.
        transport: an open transport.
        delay: least seconds between two requests to a host, from policy and settings.
        same_site: host suffixes that a redirect may lead to, besides the host itself.
        credentials: keys sent with each request to the board.
    """

    def __init__(
        self,
        board: str,
        settings: Settings,
        transport: Transport,
        *,
        delay: Callable[[str], float],
        same_site: tuple[str, ...] = (),
        credentials: Credentials | None = None,
    ) -> None:
        self._board, self._settings, self._transport = board, settings, transport
        self._same_site = same_site
        self._credentials = credentials or Credentials()
        self._gates = Gates(delay, settings.crawl_host_concurrency, settings.crawl_concurrency)
        self._robots = RobotsCache(self._robots_txt, settings.user_agent, obey=settings.obey_robots)
        self._proxies = Proxies(settings.crawl_proxies)
        self._budget = Budget()
        self._stopped = asyncio.Event()
        self.breaker = Breaker()
        self.tally = Tally()

    def stop(self) -> None:
        """No further try for anything under way."""
        self._stopped.set()

    async def get(self, url: str, request: Request) -> Fetched:
        """Ask for one page.

        Args:
            url: absolute, without keys.
            request: method and body.

        Raises:
            ScrapingError: the page cannot be had; which kind says why.
        """
        if self.breaker.reason is not None:
            raise self.breaker.reason
        self._budget.requests += 1
        try:
            return await self._tries(url, request)
        except ScrapingError as error:
            self.refused(error)
            raise

    def refused(self, error: ScrapingError) -> None:
        """Count a request that came to nothing, also where only reading its page showed that."""
        self.tally.blocked += error.kind == "blocked"
        self.breaker.failed(error)

    async def _tries(self, url: str, request: Request) -> Fetched:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(self._settings.crawl_retries + 1),
            wait=wait_random_exponential(self._settings.crawl_backoff, max=LONGEST_WAIT),
            retry=retry_if_exception(self._try_again),
            before_sleep=self._count_retry,
            reraise=True,
        )
        async for attempt in retrying:
            with attempt:
                return await self._follow(url, request)
        raise AssertionError("unreachable")

    def _try_again(self, error: BaseException) -> bool:
        if not worth_another_try(error) or self._stopped.is_set() or self.breaker.reason is not None:
            return False
        asked = getattr(error, "retry_after", None) or 0
        return asked <= LONGEST_RETRY_AFTER and self._budget.take()

    def _count_retry(self, state: RetryCallState) -> None:
        self.tally.retries += 1

    async def _follow(self, url: str, request: Request) -> Fetched:
        """One try: the request and its redirects, each hop through robots and gate."""
        current, seen = url, {url}
        for _ in range(_MOST_REDIRECTS + 1):
            answer, moment = await self._exchange(current, request)
            if answer.final_url not in (None, current):
                current = self._allowed(url, current, str(answer.final_url), answer.status)
            if answer.status not in _REDIRECTS:
                return self._judge(url, current, answer, moment)
            target = self._allowed(url, current, urljoin(current, answer.headers.get("location", "")), answer.status)
            if target in seen:
                raise Malformed(self._board, url, "redirects in a circle", status=answer.status)
            seen.add(target)
            current = target
        raise Malformed(self._board, url, f"redirects more than {_MOST_REDIRECTS} times")

    def _allowed(self, asked: str, current: str, target: str, status: int) -> str:
        """Where a redirect leads, if it may be followed."""
        if (wall := recognise("", target)) is not None:
            raise Blocked(self._board, asked, f"leads to {wall}", status=status)
        if not self._within_policy(current, target):
            raise NotAllowed(self._board, asked, "leads out of the board's own site", status=status)
        return target

    async def _exchange(self, url: str, request: Request) -> tuple[Answer, datetime]:
        rules = await self._robots.rules(url)
        if rules.reason is not None:
            raise Unreachable(self._board, url, f"was not asked for: {rules.reason}", final=True)
        if not rules.allows(url):
            raise NotAllowed(self._board, url, "is forbidden by robots.txt")
        host = urlsplit(url).netloc
        gate = self._gates.of(host)
        gate.at_least(rules.delay())
        proxy = self._proxies.take()
        headers = dict(self._credentials.headers)
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        exchange = Exchange(request.method, request.body, headers, proxy)
        async with self._gates.slot(host):
            # While this request waited for its slot, another may have learnt that the host is to be left alone.
            if self.breaker.reason is not None:
                raise self.breaker.reason
            self.tally.requests += 1
            try:
                answer = await self._transport.send(self._with_keys(url), exchange)
            except ExchangeFailed as failure:
                self._proxies.failed(proxy)
                kind = Malformed if failure.broken else Unreachable
                raise kind(self._board, url, failure.problem) from None
            moment = datetime.now(UTC)
            self.tally.received_bytes += len(answer.data)
            if answer.status in (429, 503):
                asked = retry_after_seconds(answer.headers.get("retry-after"), moment, answer.headers.get("date"))
                gate.pushed_back(asked)
                problem = f"asks to be left alone ({answer.status})"
                raise Throttled(self._board, url, problem, status=answer.status, retry_after=asked)
            gate.answered()
        if answer.status in _WALLS:
            self._proxies.failed(proxy)
        else:
            self._proxies.worked(proxy)
        return answer, moment

    def _judge(self, url: str, final_url: str, answer: Answer, moment: datetime) -> Fetched:
        status = answer.status
        if status in _WALLS:
            wall = recognise(answer.text, final_url)
            raise Blocked(self._board, url, f"is blocked ({wall or f'status {status}'})", status=status)
        if status >= 500 or status in (408, 425):
            raise Unreachable(self._board, url, f"fails on the server ({status})", status=status)
        if status == 451:
            raise NotAllowed(self._board, url, "is withheld for legal reasons (451)", status=status)
        if not 200 <= status < 300 and status not in _GONE:
            raise Changed(self._board, url, f"answers with status {status}", status=status)
        self.tally.answered += 1
        return Fetched(url, final_url, answer, moment)

    def _within_policy(self, current: str, target: str) -> bool:
        """The same host or another of the board's own, and never from https down to http."""
        here, there = urlsplit(current), urlsplit(target)
        if there.scheme not in ("http", "https") or (here.scheme == "https" and there.scheme == "http"):
            return False
        if here.netloc == there.netloc:
            return True
        host = there.hostname or ""
        return any(host == suffix or host.endswith(f".{suffix}") for suffix in self._same_site)

    def _with_keys(self, url: str) -> str:
        if not self._credentials.params:
            return url
        parts = urlsplit(url)
        pairs = [*parse_qsl(parts.query, keep_blank_values=True), *self._credentials.params.items()]
        return urlunsplit(parts._replace(query=urlencode(pairs)))

    async def _robots_txt(self, url: str) -> tuple[int, str]:
        """robots.txt through the gate, with the usual tries; a redirect within the site is followed."""
        status = 0
        for attempt in range(self._settings.crawl_retries + 1):
            if attempt:
                self.tally.retries += 1
                await asyncio.sleep(min(LONGEST_WAIT, self._settings.crawl_backoff * 2**attempt))
            status, text = await self._robots_once(url)
            if status and status < 500 and status != 429:
                return status, text
        return status, ""

    async def _robots_once(self, url: str) -> tuple[int, str]:
        current = url
        for _ in range(_MOST_REDIRECTS + 1):
            host = urlsplit(current).netloc
            async with self._gates.slot(host):
                self.tally.requests += 1
                try:
                    answer = await self._transport.send(current, Exchange(proxy=self._proxies.take()))
                except ExchangeFailed:
                    return 0, ""
                if answer.status in (429, 503):
                    asked = retry_after_seconds(answer.headers.get("retry-after"), None, answer.headers.get("date"))
                    self._gates.of(host).pushed_back(asked)
            if answer.status not in _REDIRECTS:
                self.tally.answered += answer.status < 500
                return answer.status, answer.text
            target = urljoin(current, answer.headers.get("location", ""))
            if not self._within_policy(current, target):
                return 0, ""
            current = target
        return 0, ""
