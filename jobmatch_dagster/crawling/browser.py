"""Pages that only a browser completes: Crawl4AI's browser mode with the system's chromium, behind the same ``send``.

It is slower by a factor of a hundred and asks for more than the page alone, so it is for boards named in
``JOBMATCH_CRAWL_BROWSER_BOARDS``. It shows our user agent like any other request, and the flag with which Crawl4AI
hides that a program drives the browser is taken out again.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jobmatch_dagster.boards.css import prepare_crawl4ai
from jobmatch_dagster.crawling.transport import Answer, Exchange, ExchangeFailed, HttpTransport
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_HIDING = "AutomationControlled"


def find_chromium(settings: Settings) -> Path:
    """The chromium of the settings, or the system's.

    Raises:
        JobmatchError: there is none.
    """
    named = settings.chromium or next((Path(p) for name in _NAMES if (p := shutil.which(name))), None)
    if named is None or not named.exists():
        raise JobmatchError(
            "The browser mode", "finds no chromium", "Install chromium, or set JOBMATCH_CHROMIUM to its path."
        )
    return named


class BrowserTransport:
    """Opens pages in chromium; robots.txt and everything that is not a plain GET goes over HTTP."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = HttpTransport(settings)
        self._strategy: Any = None
        self._configs: dict[str | None, Any] = {}

    async def __aenter__(self) -> BrowserTransport:
        prepare_crawl4ai()
        from crawl4ai import BrowserConfig
        from crawl4ai.async_crawler_strategy import AsyncPlaywrightCrawlerStrategy

        program = str(find_chromium(self._settings))
        await self._http.__aenter__()
        self._strategy = AsyncPlaywrightCrawlerStrategy(
            browser_config=BrowserConfig(headless=True, user_agent=self._settings.user_agent, verbose=False)
        )
        # There is no option for the program's path: Crawl4AI builds what it hands to Playwright here.
        manager = self._strategy.browser_manager
        built = manager._build_browser_args

        def with_program() -> dict[str, Any]:
            options: dict[str, Any] = built()
            options["args"] = [flag for flag in options.get("args", []) if _HIDING not in flag]
            return options | {"executable_path": program}

        manager._build_browser_args = with_program
        await self._strategy.__aenter__()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._strategy.__aexit__(None, None, None)
        await self._http.__aexit__(*exc)

    def _config(self, proxy: str | None) -> Any:
        """How a page is opened: without cache, by way of the proxy whose turn it is. Made once a proxy: it is slow."""
        from crawl4ai import CacheMode, CrawlerRunConfig, ProxyConfig

        if proxy not in self._configs:
            parts = urlsplit(proxy or "")
            server = (
                f"{parts.scheme}://{parts.hostname}:{parts.port}"
                if parts.port
                else f"{parts.scheme}://{parts.hostname}"
            )
            self._configs[proxy] = CrawlerRunConfig(
                cache_mode=CacheMode.BYPASS,
                page_timeout=int(self._settings.crawl_total_timeout * 1000),
                wait_until="domcontentloaded",
                proxy_config=ProxyConfig(server, parts.username, parts.password) if proxy else None,
                verbose=False,
            )
        return self._configs[proxy]

    async def send(self, url: str, exchange: Exchange) -> Answer:
        """As ``HttpTransport.send``, but redirects have been followed: the answer says where it comes from."""
        if exchange.method != "GET" or exchange.headers or urlsplit(url).path == "/robots.txt":
            return await self._http.send(url, exchange)
        try:
            response = await self._strategy.crawl(url, config=self._config(exchange.proxy))
        except TimeoutError:
            raise ExchangeFailed("did not answer in time") from None
        except (RuntimeError, OSError) as error:
            raise ExchangeFailed(f"could not be opened in the browser ({type(error).__name__})") from None
        text = response.html or ""
        data = text.encode("utf-8", "replace")
        if len(data) > self._settings.crawl_max_bytes:
            limit = self._settings.crawl_max_bytes
            raise ExchangeFailed(f"is larger than {limit:,} bytes (JOBMATCH_CRAWL_MAX_BYTES)", broken=True)
        headers = {name.lower(): value for name, value in (response.response_headers or {}).items()}
        # The archive keeps what the browser made of the page, which is UTF-8 whatever was sent.
        headers |= {"content-type": "text/html; charset=utf-8"}
        return Answer(response.status_code or 0, headers, data, text, response.redirected_url or url)
