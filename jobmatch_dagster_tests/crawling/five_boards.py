"""The five boards as scripted sites: so many postings each, in lists and on pages of their own; faults on request."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable

from jobmatch_dagster_tests.boards import pages
from jobmatch_dagster_tests.crawling.conformance import Answering, Asked, Reply, html

FIRST = 4_100_000_000


def board_with(board: str, postings: int) -> Answering:
    """What a board of so many postings answers."""
    return _BOARDS[board](postings)


def faulty(
    answer: Answering, *, seed: int, server_errors: float, resets: float, throttled: tuple[int, ...]
) -> Answering:
    """The same answers with faults among them.

    Args:
        answer: what a sound site says.
        seed: of the dice.
        server_errors, resets: shares of requests that meet a 503, or a connection reset in the middle of the body.
        throttled: numbers of the requests that meet a 429 with ``Retry-After: 1``.
    """
    dice, lock, count = random.Random(seed), threading.Lock(), 0

    def with_faults(asked: Asked) -> Reply:
        nonlocal count
        with lock:
            count += 1
            number, fate = count, dice.random()
        if number in throttled:
            return Reply("slow down", 429, {"Retry-After": "1"})
        if fate < server_errors:
            return Reply("sorry", 503)
        good = answer(asked)
        return Reply(good.body, good.status, good.headers, cut_after=30) if fate < server_errors + resets else good

    return with_faults


def _linkedin(postings: int) -> Answering:
    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/search"):
            start = asked.number("start")
            return html(pages.linkedin_search(range(FIRST + start, FIRST + min(postings, start + 10))))
        return html(pages.linkedin_detail(int(asked.path.rpartition("/")[2])))

    return answer


def _indeed(postings: int) -> Answering:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/viewjob":
            return html(pages.indeed_detail(asked.query["jk"][0]))
        first = asked.number("start") // 10 * 15
        keys = [f"{number:016x}" for number in range(first, min(postings, first + 15))]
        return html(pages.indeed_search([pages.indeed_record(key) for key in keys], more=first + 15 < postings))

    return answer


def _glassdoor(postings: int) -> Answering:
    def answer(asked: Asked) -> Reply:
        if asked.path.startswith("/job-listing"):
            return html(pages.glassdoor_detail(asked.number("jl")))
        first = (asked.number("p", 1) - 1) * 30
        found = range(FIRST + first, FIRST + min(postings, first + 30))
        page = pages.glassdoor_search(found, total=postings, next_page=asked.number("p", 1) + 1)
        return html(page.replace("https://www.glassdoor.com", f"http://{asked.headers['host']}"))

    return answer


def _ziprecruiter(postings: int) -> Answering:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/jobs-search":
            first = (asked.number("page", 1) - 1) * 20
            keys = [f"k{number}" for number in range(first, min(postings, first + 20))]
            records = [pages.ziprecruiter_record(key, rawCanonicalZipJobPageUrl=f"/c/S/Job/B?lk={key}") for key in keys]
            return html(pages.ziprecruiter_old(records, last_page=-(-postings // 20)))
        return html(_posting("Baker"))

    return answer


def _careerbuilder(postings: int) -> Answering:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/jobs":
            first = (asked.number("page_number", 1) - 1) * 25
            found = range(first, min(postings, first + 25))
            total = f"<div class='job-count'>{postings} jobs</div>"
            return html(total + pages.careerbuilder_search(f"J{number:013d}" for number in found))
        return html(_posting("Plumber"))

    return answer


def _posting(title: str) -> str:
    mark_up = {"@type": "JobPosting", "title": title, "description": "<p>You come early.</p>"}
    return f'<script type="application/ld+json">{json.dumps(mark_up)}</script>'


_BOARDS: dict[str, Callable[[int], Answering]] = {
    "linkedin": _linkedin,
    "indeed": _indeed,
    "glassdoor": _glassdoor,
    "ziprecruiter": _ziprecruiter,
    "careerbuilder": _careerbuilder,
}
BOARDS = tuple(_BOARDS)
