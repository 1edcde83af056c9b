"""Kept pages, read again: when a scrape goes on where it was, and when a day is replayed. No fetching here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jobmatch_dagster.boards.board import Board, Extracted
from jobmatch_dagster.boards.decoding import decode
from jobmatch_dagster.crawling.archive import PARQUET, Page
from jobmatch_dagster.crawling.assembly import Assembly

_ANSWERED = frozenset({"ok", "gone"})
# What the reader of that day took for no answer; today's may know it, if there was a page at all.
_DOUBTFUL = frozenset({"changed", "blocked"})


def page_ref(page: Page) -> str:
    """Where a page is kept: file and row."""
    return f"{PARQUET}#{page.number}"


def fold(assembly: Assembly, pages: Iterable[Page], asked_again: set[str]) -> None:
    """Fold kept pages in, in their order, as today's reader reads them.

    Args:
        assembly: takes them in.
        pages: all pages of the day.
        asked_again: keys of list pages to which later pages refer, see ``Archive.asked_again``.
    """
    lists: dict[str, Extracted] = {}
    for page in pages:
        if page.kind == "again":
            assembly.add(page, lists.get(str(page.referrer), Extracted()), "")
        elif page.outcome in _ANSWERED or (page.outcome in _DOUBTFUL and page.body):
            extracted = read(assembly.board, page)
            if problem := extracted.blocked or extracted.changed:
                assembly.reject(page, subject(page), problem)
                continue
            if page.key in asked_again:
                lists[page.key] = extracted
            assembly.add(page, extracted, page_ref(page))


def read(board: Board, page: Page) -> Extracted:
    """Read a kept page again."""
    if page.outcome == "gone":
        return Extracted(rejected=[(subject(page), f"is gone ({page.status})")])
    charset = _charset(page.headers.get("content-type", ""))
    kind: Any = page.kind
    return board.extract(kind, decode(page.body, charset), page.final_url or page.url, page.fetched_at)


def subject(page: Page) -> str:
    """What a page is about, as it may be shown: the posting, or the address without its query."""
    return page.referrer or page.url.partition("?")[0]


def _charset(content_type: str) -> str | None:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
