"""Pages a second through the crawler, beside ``arun_many`` of Crawl4AI with the same extraction and no politeness.

A server in a process of its own answers with pages of 25 made-up cards. Both sides fetch the same pages, extract the
same fields, and keep nothing back; CPU time is that of the crawling process alone, the sides take turns, medians count.
Memory is the crawling process's own, over one long scrape whose pages show the same postings again and again: what
grows then is the crawler and not its harvest.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

CARDS = 25
_DAY = date(2026, 3, 10)
_SERVER = "from jobmatch_dagster_tests.benchmarks.bench_crawling import serve; serve()"
_FAULTY = "from jobmatch_dagster_tests.benchmarks.bench_crawling import serve_faulty; serve_faulty({})"


def serve() -> None:
    """A CareerBuilder that never ends: 25 new cards on every page, and a page for each posting. Prints its address."""
    from aiohttp import web

    from jobmatch_dagster_tests.boards.pages import careerbuilder_search

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/jobs":
            first = int(request.query.get("page_number", 1)) * CARDS
            text = careerbuilder_search(f"J{first + place:013d}" for place in range(CARDS))
            return web.Response(text=text, content_type="text/html")
        if request.path.startswith("/job/"):
            mark_up = {"@type": "JobPosting", "title": "Plumber", "description": "<p>You mend pipes.</p>" * 40}
            text = f'<script type="application/ld+json">{json.dumps(mark_up)}</script>'
            return web.Response(text=text, content_type="text/html")
        return web.Response(status=404)

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


def serve_faulty(postings: int) -> None:
    """Five boards of so many postings, with 10 % 503s, 5 % resets and two 429s each. Prints their addresses."""
    from contextlib import ExitStack
    from threading import Event

    from jobmatch_dagster_tests.crawling import five_boards
    from jobmatch_dagster_tests.crawling.conformance import conformance

    with ExitStack() as stack:
        bases = {}
        for seed, board in enumerate(five_boards.BOARDS):
            site = stack.enter_context(conformance())
            sound = five_boards.board_with(board, postings)
            site.answer = five_boards.faulty(sound, seed=seed, server_errors=0.10, resets=0.05, throttled=(20, 90))
            bases[board] = site.base
        print(json.dumps(bases), flush=True)
        Event().wait()


def ours(base: str, pages: int, folder: Path) -> int:
    """One scrape of so many list pages; returns the postings found."""
    from jobmatch_dagster.boards.search import make_search
    from jobmatch_dagster.crawling.run import scrape
    from jobmatch_dagster.settings import load

    settings = load(careerbuilder_url=base, crawl_delay=0.0, crawl_host_concurrency=4, home=folder / "home")
    # Details are another matter: a search that wants none of them leaves only list pages.
    searches = [make_search("careerbuilder", keywords=str(n), max_pages=pages // 4) for n in range(4)]
    board = _board_without_details()
    try:
        result = scrape("careerbuilder", searches, settings=settings, day=_DAY, workspace=folder / "workspace")
    finally:
        board.details = True
    return result.pages * CARDS


def _board_without_details() -> Any:
    from jobmatch_dagster.boards.registry import get

    board = get("careerbuilder")
    board.details = False
    return board


def plain(base: str, pages: int, folder: Path) -> int:
    """The same pages through ``AsyncWebCrawler.arun_many`` with ``JsonCssExtractionStrategy``."""
    from jobmatch_dagster.boards.css import prepare_crawl4ai

    prepare_crawl4ai()
    from crawl4ai import (
        AsyncWebCrawler,
        CacheMode,
        CrawlerRunConfig,
        JsonCssExtractionStrategy,
        MemoryAdaptiveDispatcher,
    )
    from crawl4ai.async_configs import HTTPCrawlerConfig
    from crawl4ai.async_crawler_strategy import AsyncHTTPCrawlerStrategy

    schema = json.loads((files("jobmatch_dagster.boards") / "schemas" / "careerbuilder.json").read_text())["search"]
    config = CrawlerRunConfig(
        extraction_strategy=JsonCssExtractionStrategy(schema), cache_mode=CacheMode.BYPASS, verbose=False, stream=False
    )
    urls = [f"{base}/jobs?keywords={n % 4}&page_number={n // 4 + 1}" for n in range(pages)]

    async def run() -> int:
        strategy = AsyncHTTPCrawlerStrategy(HTTPCrawlerConfig())
        async with AsyncWebCrawler(crawler_strategy=strategy, verbose=False) as crawler:
            dispatcher = MemoryAdaptiveDispatcher(max_session_permit=8)
            results = await crawler.arun_many(urls, config=config, dispatcher=dispatcher)
            return sum(len(json.loads(result.extracted_content or "[]")) for result in results)

    return asyncio.run(run())


def _timed(work: Callable[[str, int, Path], int], base: str, pages: int) -> tuple[float, float]:
    """CPU and wall seconds of one side; a wrong number of postings fails the benchmark."""
    with tempfile.TemporaryDirectory() as folder:
        cpu, wall = time.process_time(), time.perf_counter()
        found = work(base, pages, Path(folder))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    if found != pages * CARDS:
        raise AssertionError(f"{work.__name__} found {found} postings on {pages} pages")
    return cpu, wall


def _faulty(postings: int) -> dict[str, Any]:
    """How many of five boards' postings arrive, with their own pages, in spite of the faults."""
    from jobmatch_dagster.boards.search import make_search
    from jobmatch_dagster.crawling.run import scrape
    from jobmatch_dagster.settings import load

    server = subprocess.Popen([sys.executable, "-c", _FAULTY.format(postings)], stdout=subprocess.PIPE, text=True)
    arrived = whole = pages = retries = 0
    cpu, wall = time.process_time(), time.perf_counter()
    try:
        assert server.stdout is not None
        bases: dict[str, str] = json.loads(server.stdout.readline())
        for board, base in bases.items():
            with tempfile.TemporaryDirectory() as folder:
                settings = load(
                    **{f"{board}_url": base},
                    crawl_delay=0.0,
                    crawl_backoff=0.05,
                    crawl_retries=8,
                    crawl_host_concurrency=4,
                    crawl_max_pages=200,
                    home=Path(folder) / "home",
                )
                searches = [make_search(board, keywords="x")]
                result = scrape(board, searches, settings=settings, day=_DAY, workspace=Path(folder) / "w")
            arrived += result.postings.num_rows
            whole += result.postings.num_rows - result.postings["description_html"].null_count
            pages, retries = pages + result.pages, retries + result.retries
    finally:
        server.kill()
        server.wait()
    there = postings * len(bases)
    return {
        "case": f"5 boards x {postings:,} postings, 10 % 503s, 5 % resets, two 429s each: arrived whole",
        "ours_cpu_s": round(time.process_time() - cpu, 2),
        "plain_cpu_s": None,
        "ratio": None,
        "arrived": f"{arrived / there:.1%}",
        "with_text": f"{whole / there:.1%}",
        "retries": retries,
        "ours_pages_per_s": round(pages / (time.perf_counter() - wall), 1),
    }


def _memory(base: str, pages: int) -> dict[str, Any]:
    """Resident memory after a tenth of a long scrape and at its last page, in a process of its own."""
    code = f"from jobmatch_dagster_tests.benchmarks.bench_crawling import _memory_run; _memory_run({base!r}, {pages})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return {
        "case": f"resident memory over one scrape of {pages:,} pages",
        "ours_cpu_s": round(found["cpu_s"], 2),
        "plain_cpu_s": None,
        "ratio": None,
        "mb_after_a_tenth": found["early_mb"],
        "mb_at_the_end": found["late_mb"],
        "growth": f"{found['late_mb'] / found['early_mb'] - 1:+.1%}",
        "ours_pages_per_s": round(pages / found["seconds"], 1),
    }


def _memory_run(base: str, pages: int) -> None:
    from jobmatch_dagster.boards.search import make_search
    from jobmatch_dagster.crawling.run import scrape
    from jobmatch_dagster.settings import load

    marks: list[float] = []

    def watch(counts: dict[str, Any]) -> None:
        if counts["pages"] in (pages // 10, pages - 1):
            marks.append(_resident_mb())

    per_search = 50
    searches = [make_search("careerbuilder", keywords=str(n), max_pages=per_search) for n in range(pages // per_search)]
    _board_without_details()
    with tempfile.TemporaryDirectory() as folder:
        settings = load(careerbuilder_url=base, crawl_delay=0.0, crawl_host_concurrency=4, home=Path(folder) / "home")
        started, cpu = time.perf_counter(), time.process_time()
        scrape("careerbuilder", searches, settings=settings, day=_DAY, workspace=Path(folder) / "w", on_progress=watch)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(json.dumps({"early_mb": marks[0], "late_mb": marks[-1], "seconds": seconds, "cpu_s": cpu}))


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def run(quick: bool) -> dict[str, Any]:
    """Compare; ``quick`` takes fewer pages and rounds."""
    pages, rounds, long = (80, 2, 2_000) if quick else (200, 3, 20_000)
    server = subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        _timed(ours, base, 8)
        _timed(plain, base, 8)
        times: dict[str, list[tuple[float, float]]] = {"ours": [], "plain": []}
        for _ in range(rounds):
            times["ours"].append(_timed(ours, base, pages))
            times["plain"].append(_timed(plain, base, pages))
        memory = _memory(base, long)
        faulty = _faulty(100 if quick else 1000)
    finally:
        server.kill()
        server.wait()
    cpu = {side: statistics.median(c for c, _ in found) for side, found in times.items()}
    wall = {side: statistics.median(w for _, w in found) for side, found in times.items()}
    rows = [
        {
            "case": f"{pages} list pages of {CARDS} cards, fetched, extracted and archived",
            "ours_cpu_s": round(cpu["ours"], 3),
            "plain_cpu_s": round(cpu["plain"], 3),
            "ratio": round(cpu["plain"] / cpu["ours"], 1),
            "ours_pages_per_s": round(pages / wall["ours"], 1),
            "plain_pages_per_s": round(pages / wall["plain"], 1),
        },
        faulty,
        memory,
    ]
    notes = [
        "plain: arun_many with JsonCssExtractionStrategy over AsyncHTTPCrawlerStrategy, cache off, 8 at once.",
        "memory: list pages of 25 cards in searches of 50 pages, each of which shows the same 1,250 postings.",
    ]
    return {"name": "crawling", "rows": rows, "notes": "\n".join(notes)}


if __name__ == "__main__":
    print(json.dumps(run(quick="--quick" in sys.argv), indent=2))
