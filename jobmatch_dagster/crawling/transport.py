"""One HTTP exchange over Crawl4AI's crawler without a browser. No waiting, no retry, no robots: that is the fetcher's.

Crawl4AI's own strategy loses the status and ``Retry-After`` of failed answers, reads bodies of any size and writes JSON
answers into the home folder; the subclass here keeps its place in Crawl4AI and replaces the exchange.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from jobmatch_dagster.boards.css import prepare_crawl4ai
from jobmatch_dagster.boards.decoding import decode
from jobmatch_dagster.settings import Settings

_CHUNK = 65_536


class ExchangeFailed(Exception):
    """There was no usable answer.

    Args:
        problem: what happened, as the rest of a sentence; never with a proxy's or a key's text in it.
        broken: the answer itself is broken, so that asking again will not help.
    """

    def __init__(self, problem: str, *, broken: bool = False) -> None:
        self.problem, self.broken = problem, broken
        super().__init__(problem)


@dataclass(frozen=True)
class Exchange:
    """What is sent. ``headers`` come on top of the transport's own."""

    method: str = "GET"
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    proxy: str | None = None


@dataclass(frozen=True)
class Answer:
    """What came back: header names in lower case, the body decompressed, and the body as text.

    ``final_url`` is set where the transport followed redirects itself.
    """

    status: int
    headers: dict[str, str]
    data: bytes
    text: str
    final_url: str | None = None


class Transport(Protocol):
    """What the fetcher sends exchanges with."""

    async def send(self, url: str, exchange: Exchange) -> Answer:
        """One exchange.

        Raises:
            ExchangeFailed: no usable answer.
        """
        ...


@lru_cache(maxsize=1)
def _strategy_class() -> type:
    prepare_crawl4ai()
    import aiohttp
    from crawl4ai.async_crawler_strategy import AsyncHTTPCrawlerStrategy
    from crawl4ai.models import AsyncCrawlResponse

    class BareResponse(AsyncCrawlResponse):
        data: bytes = b""

    class BareHttpStrategy(AsyncHTTPCrawlerStrategy):
        """Crawl4AI's HTTP strategy that keeps every status and its headers, with limits on time and size."""

        def __init__(self, settings: Settings) -> None:
            super().__init__(max_connections=settings.crawl_concurrency)
            self._session: aiohttp.ClientSession | None = None
            self._settings = settings

        async def start(self) -> None:
            if self._session is None:
                limits = self._settings
                self._session = aiohttp.ClientSession(
                    headers={"User-Agent": limits.user_agent, "Accept-Encoding": "gzip, deflate"},
                    connector=aiohttp.TCPConnector(limit=self.max_connections, ttl_dns_cache=300),
                    timeout=aiohttp.ClientTimeout(
                        total=limits.crawl_total_timeout,
                        connect=limits.crawl_connect_timeout,
                        sock_read=limits.crawl_read_timeout,
                    ),
                    cookie_jar=aiohttp.DummyCookieJar(),
                    auto_decompress=False,
                )

        async def _handle_http(self, url: str, config: Any) -> AsyncCrawlResponse:
            await self.start()
            assert self._session is not None
            exchange: Exchange = config
            async with self._session.request(
                exchange.method,
                url,
                data=exchange.body,
                headers=dict(exchange.headers),
                proxy=exchange.proxy,
                allow_redirects=False,
            ) as response:
                data = await _body(response, self._settings.crawl_max_bytes)
                headers = {name.lower(): value for name, value in response.headers.items()}
                return BareResponse(
                    html=decode(data, response.charset),
                    data=data,
                    response_headers=headers,
                    status_code=response.status,
                    redirected_url=url,
                )

    return BareHttpStrategy


async def _body(response: Any, limit: int) -> bytes:
    """The body after decompression, read no further than the limit: a small file may unpack to a huge one."""
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip", "deflate"):
        raise ExchangeFailed(f"answered in a compression that was not offered ({coding[:20]})", broken=True)
    unpack = None if coding in ("", "identity") else _Inflater(coding)
    parts, size = [], 0
    async for chunk in response.content.iter_chunked(_CHUNK):
        piece = chunk if unpack is None else unpack.feed(chunk, limit - size + 1)
        size += len(piece)
        if size > limit:
            raise ExchangeFailed(f"is larger than {limit:,} bytes (JOBMATCH_CRAWL_MAX_BYTES)", broken=True)
        parts.append(piece)
    if unpack is not None and parts and not unpack.complete:
        raise ExchangeFailed("broke off in the middle of its answer")
    return b"".join(parts)


class _Inflater:
    """gzip and both readings of "deflate", with a bound on what one chunk may unpack to."""

    def __init__(self, coding: str) -> None:
        self._machine = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        self._raw_possible = coding == "deflate"

    @property
    def complete(self) -> bool:
        """The compressed stream has come to its end."""
        return bool(self._machine.eof)

    def feed(self, chunk: bytes, most: int) -> bytes:
        """Unpack a chunk, to ``most`` bytes at most."""
        try:
            return self._machine.decompress(self._machine.unconsumed_tail + chunk, most)
        except zlib.error:
            if self._raw_possible:
                self._raw_possible = False
                self._machine = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
                return self.feed(chunk, most)
            raise ExchangeFailed("has a broken compression", broken=True) from None


class HttpTransport:
    """Sends exchanges over one pool of connections. Use as an async context manager."""

    def __init__(self, settings: Settings) -> None:
        self._strategy: Any = _strategy_class()(settings)

    async def __aenter__(self) -> HttpTransport:
        await self._strategy.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._strategy.close()

    async def send(self, url: str, exchange: Exchange) -> Answer:
        """One request, one answer of any status; redirects are not followed.

        Raises:
            ExchangeFailed: no answer, or one that is too large or broken.
        """
        import aiohttp

        try:
            response = await self._strategy.crawl(url, exchange)
        except ExchangeFailed:
            raise
        except TimeoutError:
            raise ExchangeFailed("did not answer in time") from None
        except aiohttp.InvalidURL:
            raise ExchangeFailed("is not a valid address", broken=True) from None
        except aiohttp.ClientPayloadError:
            raise ExchangeFailed("broke off in the middle of its answer") from None
        except aiohttp.ClientConnectorError:
            raise ExchangeFailed("could not be connected to") from None
        except (aiohttp.ClientError, ConnectionError, OSError) as error:
            raise ExchangeFailed(f"broke the connection ({type(error).__name__})") from None
        return Answer(response.status_code, response.response_headers, response.data, response.html)
