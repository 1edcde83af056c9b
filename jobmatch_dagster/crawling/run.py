"""Scrape one board for one day, and replay a day from its archive. The entrance to this room; knows no database.

    result = scrape("lever", searches, settings=settings(), day=today, workspace=folder)

``workspace`` is the folder of this day and board. A scrape that was killed, cancelled or blocked goes on there when it
is called again and fetches nothing twice.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from jobmatch_dagster.boards import registry
from jobmatch_dagster.boards.board import Board
from jobmatch_dagster.boards.policy import is_loopback, why_not
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.crawling.archive import PARQUET, Archive, asked_again, read_metadata, read_pages
from jobmatch_dagster.crawling.assembly import Assembly, fill_rates
from jobmatch_dagster.crawling.errors import NotAllowed, ScrapingError
from jobmatch_dagster.crawling.fetcher import Fetcher, Tally
from jobmatch_dagster.crawling.harvest import Course, Harvest
from jobmatch_dagster.crawling.kept import fold
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

Status = Literal["succeeded", "partial", "failed", "skipped", "cancelled"]


@dataclass
class ScrapeResult:
    """What one board delivered on one day.

    Args:
        postings: in the schema ``tables.POSTING``, one row per external id, details merged in.
        status: succeeded; partial (some of it could not be had); failed (nothing came); skipped (it may not run);
            cancelled.
        reason: why it is not succeeded, in one sentence.
        pages: pages read, those that earlier attempts of the day fetched included.
        retries, blocked, bytes: further tries, walls met, bytes received in this attempt.
        seconds: length of this attempt.
        postings_per_minute: postings by this attempt's time.
        success_rate: share of this attempt's requests that were answered; 1.0 if there was none.
        fill_rates: share of postings with each core field.
        warnings: drift, filters applied here, searches that were ended.
        searches: how far each search came, see ``harvest.Walk``; none in a replay.
        rejected: {page, what, reason} of what could not be read.
        pages_file: the archive, Parquet; None where nothing was asked.
    """

    postings: pa.Table
    status: Status
    reason: str | None = None
    pages: int = 0
    retries: int = 0
    blocked: int = 0
    bytes: int = 0
    seconds: float = 0.0
    postings_per_minute: float = 0.0
    success_rate: float = 1.0
    fill_rates: dict[str, float] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    searches: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    pages_file: Path | None = None


def scrape(
    board: str,
    searches: Sequence[Search],
    *,
    settings: Settings,
    day: date,
    workspace: Path,
    on_progress: Callable[[dict[str, Any]], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ScrapeResult:
    """Ask a board all its searches of a day, or go on where an earlier attempt stopped.

    Args:
        board: its name in the registry.
        searches: what to ask.
        settings: limits, identity, base URLs, keys.
        day: the partition; ages of postings count from the pages' own times, filters by age from this day.
        workspace: folder of this day × board.
        on_progress: called with {pages, postings, retries, blocked, bytes} after each page.
        cancelled: asked several times a second; True ends the scrape, and what arrived is kept.

    Returns:
        The result; a board that fails is a result with its reason, not an exception.

    Raises:
        JobmatchError: the board is not known, or another process scrapes into the same workspace.
    """
    source = registry.get(board)
    reason = why_not(source, settings) or _not_ready(source, searches, settings)
    if reason is not None:
        return ScrapeResult(_no_postings(), "skipped", reason)
    started = time.monotonic()
    archive = Archive(workspace)
    try:
        assembly = Assembly(source, {search.id: search for search in searches}, day)
        fold(assembly, archive.pages(), archive.asked_again)
        course, tally = asyncio.run(
            _walk(source, searches, settings, archive, assembly, on_progress=on_progress, cancelled=cancelled)
        )
        pages_file = archive.close(_metadata(board, day, searches))
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        archive.release()
    return _result(assembly, course, tally, time.monotonic() - started, pages_file)


async def _walk(
    board: Board,
    searches: Sequence[Search],
    settings: Settings,
    archive: Archive,
    assembly: Assembly,
    *,
    on_progress: Callable[[dict[str, Any]], None] | None,
    cancelled: Callable[[], bool] | None,
) -> tuple[Course, Tally]:
    async with _transport(board, settings) as transport:
        fetcher = Fetcher(
            board.name,
            settings,
            transport,
            delay=partial(_delay, board, settings),
            same_site=board.same_site,
            credentials=board.credentials(settings),
        )
        harvest = Harvest(
            board, searches, settings, archive, assembly, fetcher, on_progress=on_progress, cancelled=cancelled
        )
        return await harvest.walk(), fetcher.tally


def _not_ready(board: Board, searches: Sequence[Search], settings: Settings) -> str | None:
    """What is missing on our side for a scrape, or None."""
    if not searches:
        return f"{board.name} has no search that is enabled"
    if _needs_browser(board, settings):
        from jobmatch_dagster.crawling.browser import find_chromium

        try:
            find_chromium(settings)
        except JobmatchError as error:
            return str(error)
    return None


def _needs_browser(board: Board, settings: Settings) -> bool:
    return board.browser or board.name in settings.crawl_browser_boards


def _transport(board: Board, settings: Settings) -> Any:
    if _needs_browser(board, settings):
        from jobmatch_dagster.crawling.browser import BrowserTransport

        return BrowserTransport(settings)
    from jobmatch_dagster.crawling.transport import HttpTransport

    return HttpTransport(settings)


def _delay(board: Board, settings: Settings, host: str) -> float:
    """The slower of the setting and the source's policy; on this machine itself only the setting counts."""
    if is_loopback(urlsplit(f"//{host}").hostname):
        return settings.crawl_delay
    return max(settings.crawl_delay, board.policy.delay_seconds)


def replay(board: str, archive: Path, day: date) -> ScrapeResult:
    """Read a day's kept pages again with today's reader, without a request. Same reader, same table, byte for byte.

    Args:
        board: its name in the registry.
        archive: the Parquet file that the scrape left (or the workspace that holds it).
        day: the day of the scrape.
    """
    source = registry.get(board)
    path = archive / PARQUET if archive.is_dir() else archive
    started = time.monotonic()
    pages, again = read_pages(path), asked_again(path)
    searches = [Search(**fields) for fields in json.loads(read_metadata(path).get("searches", "[]"))]
    assembly = Assembly(source, {search.id: search for search in searches}, day)
    fold(assembly, pages, again)
    return _result(assembly, Course(), Tally(), time.monotonic() - started, path)


def _metadata(board: str, day: date, searches: Sequence[Search]) -> dict[str, str]:
    asked = [asdict(search) for search in sorted(searches, key=lambda search: search.id)]
    return {"board": board, "day": day.isoformat(), "searches": json.dumps(asked)}


def _result(assembly: Assembly, course: Course, tally: Tally, seconds: float, pages_file: Path) -> ScrapeResult:
    table = assembly.table()
    status, reason = _status(course, table.num_rows)
    return ScrapeResult(
        postings=table,
        status=status,
        reason=reason,
        pages=assembly.pages,
        retries=tally.retries,
        blocked=tally.blocked,
        bytes=tally.received_bytes,
        seconds=round(seconds, 3),
        postings_per_minute=round(table.num_rows / max(seconds, 1e-3) * 60, 1),
        success_rate=round(tally.answered / tally.requests, 4) if tally.requests else 1.0,
        fill_rates=fill_rates(table),
        warnings=[*assembly.told(), *course.remarks, *_refusals(course)],
        searches=[asdict(walk) for walk in course.walks],
        rejected=assembly.rejected,
        pages_file=pages_file,
    )


def _status(course: Course, rows: int) -> tuple[Status, str | None]:
    """The verdict. Postings' own pages that robots.txt forbids are no failure: everything allowed was done."""
    if course.cancelled:
        return "cancelled", "It was cancelled; what arrived is kept."
    serious = [error for error in course.errors if not isinstance(error, NotAllowed)]
    if not course.errors or (not serious and rows):
        return "succeeded", None
    told = _told(serious or course.errors)
    if rows:
        return "partial", told
    return ("failed", told) if serious else ("skipped", told)


def _told(errors: Sequence[ScrapingError]) -> str:
    kinds = Counter(error.kind for error in errors)
    more = ", ".join(f"{times} {kind}" for kind, times in kinds.most_common())
    return str(errors[0]) if len(errors) == 1 else f"{errors[0]} In all: {more}."


def _refusals(course: Course) -> list[str]:
    refused = [error for error in course.errors if isinstance(error, NotAllowed)]
    return [f"{len(refused)} pages were not asked for: {refused[0].subject} {refused[0].problem}"] if refused else []


def _no_postings() -> pa.Table:
    from jobmatch_dagster.tables import POSTING

    return POSTING.empty_table()
