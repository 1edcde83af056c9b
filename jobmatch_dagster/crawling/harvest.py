"""The walk through a board: every search page by page, then the postings' own pages. Decides what to ask and when.

Lists come first: if the board shuts the door half way, every posting is known at least by its card. What the archive
already holds is not asked again, so the walk of a killed scrape runs through its kept pages and goes on from there.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urljoin

from jobmatch_dagster.boards.board import Board, Extracted, Paging, Request
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.crawling.archive import Archive, Page
from jobmatch_dagster.crawling.assembly import Assembly
from jobmatch_dagster.crawling.errors import Blocked, Changed, NotAllowed, ScrapingError
from jobmatch_dagster.crawling.fetcher import Fetcher
from jobmatch_dagster.crawling.kept import page_ref, read, subject
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings

_STALE_PAGES = 2
_WATCH_SECONDS = 0.25
# A board that says how many postings a search has is taken at its word if so many of them came.
_WHOLE_SHARE = 0.9
T = TypeVar("T")


@dataclass
class Walk:
    """How far the walk through one search came.

    Args:
        search: its id.
        label: the search in words.
        pages: list pages read.
        postings: distinct postings on them.
        total: postings that the board said the search has.
        ended: complete (the board has no more), capped (by us or by the board), stale (pages only repeated
            themselves), short (fewer came than the board said there are), or broken (a page could not be had).
    """

    search: str
    label: str
    pages: int = 0
    postings: int = 0
    total: int | None = None
    ended: str = "broken"


@dataclass
class Course:
    """How a scrape went.

    Args:
        errors: what went wrong, one per request that was given up.
        cancelled: somebody ended it.
        remarks: searches that ended early for a reason that is no error.
        walks: one for each search that was begun.
    """

    errors: list[ScrapingError] = field(default_factory=list)
    cancelled: bool = False
    remarks: list[str] = field(default_factory=list)
    walks: list[Walk] = field(default_factory=list)


def key_of(request: Request, url: str) -> str:
    """What makes two requests the same question."""
    body = "" if request.body is None else hashlib.sha256(request.body.encode()).hexdigest()[:16]
    return f"{request.method} {url} {body}".rstrip()


class Harvest:
    """One attempt at one board's day.

    Args:
        board, searches, settings: what to ask, of whom, how.
        archive: open; holds what earlier attempts fetched.
        assembly: what the pages are folded into.
        fetcher: asks for pages.
        on_progress: called with counts after each page.
        cancelled: asked several times a second; True ends the walk.
    """

    def __init__(
        self,
        board: Board,
        searches: Iterable[Search],
        settings: Settings,
        archive: Archive,
        assembly: Assembly,
        fetcher: Fetcher,
        *,
        on_progress: Callable[[dict[str, Any]], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.board, self.searches, self.settings = board, list(searches), settings
        self.archive, self.assembly, self.fetcher = archive, assembly, fetcher
        self._on_progress, self._cancelled = on_progress, cancelled
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="extract")
        self._questions: dict[Request, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._noted: set[int] = set()
        self.course = Course()

    async def walk(self) -> Course:
        """Ask everything that is still to be asked."""
        try:
            async with self._watched():
                await self._each(self.searches, self._search)
                if self.board.details:
                    await self._each(self._wanting_details(), self._detail)
        except asyncio.CancelledError:
            if not self.course.cancelled:
                raise
            task = asyncio.current_task()
            if task is not None:
                task.uncancel()
        finally:
            self._reader.shutdown()
        return self.course

    # --- searches --------------------------------------------------------------------------------------------

    async def _search(self, search: Search) -> None:
        walk, state, seen, stale = Walk(search.id, search.label()), Paging(), set[str](), 0
        self.course.walks.append(walk)
        most = search.max_pages or self.settings.crawl_max_pages
        request: Request | None = self.board.first_request(search)
        base = self.board.base_url(self.settings, search)
        while request is not None:
            if state.number >= most:
                return self._ended(walk, "capped", f"was ended at its cap of {most} pages")
            extracted = await self._once(request, base, search.id)
            if extracted is None:
                return None
            keys = {row["external_id"] for row in extracted.postings}
            state.number += 1
            state.received += len(extracted.postings)
            state.new = len(keys - seen)
            seen |= keys
            walk.pages, walk.postings = state.number, len(seen)
            walk.total = extracted.total if walk.total is None else walk.total
            stale = 0 if state.new or not keys else stale + 1
            if stale >= _STALE_PAGES:
                return self._ended(walk, "stale", f"was ended: {stale} pages in a row brought nothing new")
            request = self.board.next_request(search, extracted, state)
        if self.board.shows_no_more(state):
            return self._ended(walk, "capped", f"was ended after {walk.postings} postings: the board shows no more")
        if self.board.counts and walk.postings < _WHOLE_SHARE * (walk.total or 0):
            return self._ended(
                walk, "short", f"gave {walk.postings} of the {walk.total} postings that the board counts"
            )
        return self._ended(walk, "complete")

    def _ended(self, walk: Walk, how: str, remark: str | None = None) -> None:
        walk.ended = how
        if remark:
            self.course.remarks.append(f"«{walk.label}» {remark}")

    async def _once(self, request: Request, base: str, search_id: str) -> Extracted | None:
        """A list page. Two searches that ask the same question at once wait for one answer."""
        async with self._questions[request]:
            extracted = await self._page(request, base, search_id)
        self._questions.pop(request, None)
        return extracted

    # --- details ---------------------------------------------------------------------------------------------

    def _wanting_details(self) -> list[Request]:
        """Requests for the full text of each posting that lacks it and is still wanted by its search."""
        wanting = []
        for posting in self.assembly.postings.values():
            if not posting.get("description_html") and self.assembly.wanted(posting):
                request = self.board.detail_request(posting)
                if request is not None:
                    wanting.append(request)
        return wanting

    async def _detail(self, request: Request) -> None:
        posting = self.assembly.postings.get(request.referrer or "")
        search = self.assembly.searches.get((posting or {}).get("search_id") or "")
        await self._page(request, self.board.base_url(self.settings, search), search.id if search else None)

    # --- one page --------------------------------------------------------------------------------------------

    async def _page(self, request: Request, base: str, search_id: str | None) -> Extracted | None:
        """Have one page, kept or fetched, and fold it in; None where it cannot be had."""
        url = urljoin(base + "/", request.url)
        key = key_of(request, url)
        if (kept := self.archive.outcome(key)) is not None:
            return await self._kept(key, request, search_id) if kept == "ok" and request.kind == "search" else None
        fields: dict[str, Any] = {
            "key": key,
            "kind": request.kind,
            "method": request.method,
            "url": url,
            "request_body": request.body,
            "search_id": search_id,
            "referrer": request.referrer,
        }
        try:
            fetched = await self.fetcher.get(url, request)
        except ScrapingError as error:
            self._failed(error, fields)
            return None
        answer = fetched.answer
        kept_fields = {
            "final_url": fetched.final_url,
            "status": answer.status,
            "headers": answer.headers,
            "fetched_at": fetched.fetched_at,
            "body": answer.data,
        }
        if fetched.gone:
            self.fetcher.breaker.succeeded()
            page = self.archive.append(**fields, **kept_fields, outcome="gone")
            self.assembly.add(page, read(self.board, page), page_ref(page))
            self._progress()
            return None
        kind, text = request.kind, answer.text
        extracted = await self._off_loop(lambda: self.board.extract(kind, text, fetched.final_url, fetched.fetched_at))
        problem = self._problem(url, extracted, answer.status)
        page = self.archive.append(**fields, **kept_fields, outcome=problem.kind if problem else "ok")
        if problem is not None:
            self._note(problem, page)
            return None
        self.assembly.add(page, extracted, page_ref(page))
        self._progress()
        return extracted

    async def _kept(self, key: str, request: Request, search_id: str | None) -> Extracted:
        """A list page that the day already has. A further search that asks for it is noted, and finds its postings."""
        page = await self._off_loop(lambda: self.archive.page(key))
        assert page is not None
        extracted = await self._off_loop(lambda: read(self.board, page))
        again = f"again {search_id} {key}"
        if search_id != page.search_id and self.archive.outcome(again) is None:
            noted = self.archive.append(
                key=again,
                kind="again",
                method=request.method,
                url=page.url,
                request_body=None,
                final_url=None,
                search_id=search_id,
                referrer=key,
                status=0,
                headers={},
                outcome="ok",
                fetched_at=datetime.now(UTC),
                body=b"",
            )
            self.assembly.add(noted, extracted, "")
        return extracted

    def _problem(self, url: str, extracted: Extracted, status: int) -> ScrapingError | None:
        if extracted.blocked:
            error: ScrapingError = Blocked(self.board.name, url, f"is {extracted.blocked}", status=status)
            self.fetcher.refused(error)
            return error
        self.fetcher.breaker.succeeded()
        if extracted.changed:
            problem = f"is not a page that the reader knows: {extracted.changed}"
            return Changed(self.board.name, url, problem, status=status)
        return None

    def _failed(self, error: ScrapingError, fields: dict[str, Any]) -> None:
        """Keep a request that was given up: the archive tells the whole story, and a later attempt asks again."""
        if error is self.fetcher.breaker.reason and error.url != fields["url"]:
            self._note(error, None)
            return
        page = self.archive.append(
            **fields,
            final_url=None,
            status=error.status,
            headers={},
            fetched_at=datetime.now(UTC),
            body=b"",
            outcome=error.kind.replace(" ", "_"),
        )
        self._note(error, page)

    def _note(self, error: ScrapingError, page: Page | None) -> None:
        if id(error) not in self._noted:
            self._noted.add(id(error))
            # Where it was raised is of no use to anybody, and would keep the page and all around it in memory.
            error.__traceback__ = error.__context__ = None
            self.course.errors.append(error)
        if page is not None:
            self.assembly.reject(page, subject(page), f"{error.kind}: {error.problem}")
        self._progress()

    def _progress(self) -> None:
        if self._on_progress is not None:
            tally = self.fetcher.tally
            self._on_progress(
                {
                    "pages": self.assembly.pages,
                    "postings": len(self.assembly.postings),
                    "retries": tally.retries,
                    "blocked": tally.blocked,
                    "bytes": tally.received_bytes,
                }
            )

    # --- running ---------------------------------------------------------------------------------------------

    async def _off_loop(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, work)

    async def _each(self, items: Iterable[Any], act: Callable[[Any], Awaitable[None]]) -> None:
        """Act on every item with as many at once as requests may be under way; memory holds only those."""
        waiting = iter(items)

        async def worker() -> None:
            for item in waiting:
                try:
                    await act(item)
                except JobmatchError as error:
                    if not isinstance(error, ScrapingError):
                        error = NotAllowed(self.board.name, "", f"{error.subject} {error.problem}")
                    self._note(error, None)

        workers = min(self.settings.crawl_concurrency, max(1, self.settings.crawl_host_concurrency * 4))
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(worker())

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[None]:
        """End the walk as soon as somebody cancels it, even while a request waits for its slot."""
        if self._cancelled is None:
            yield
            return
        walk, asked = asyncio.current_task(), self._cancelled

        async def watch() -> None:
            while not asked():
                await asyncio.sleep(_WATCH_SECONDS)
            self.course.cancelled = True
            self.fetcher.stop()
            if walk is not None:
                walk.cancel()

        watcher = asyncio.create_task(watch())
        try:
            yield
        finally:
            watcher.cancel()
