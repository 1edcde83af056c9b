"""What every source of postings offers: its policy, the requests it is asked with, and how its pages are read.

A board builds requests and reads bodies; it never fetches. The crawler walks the requests, so paging, rate and retry
are written once for all boards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

from jobmatch_dagster import jsonl
from jobmatch_dagster.boards import values
from jobmatch_dagster.boards.challenge import recognise
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings

Kind = Literal["search", "detail"]
# What a reader stumbles with over a page that is made otherwise than it expects.
_MISREAD = (AttributeError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError)
Posting = dict[str, Any]


@dataclass(frozen=True)
class Policy:
    """Under which terms a source may be asked. Shown by ``jobmatch boards list`` and obeyed by the crawler.

    Args:
        legal_basis: why reading it is lawful, or what stands against it.
        terms_reviewed_on: day on which a person last read the source's terms.
        robots: what its robots.txt says about the paths we use, in short.
        delay_seconds: least time between two requests, whatever the setting allows.
        enabled: asked without further ado. A disabled source runs only when ``JOBMATCH_BOARDS`` names it.
        why: the reason for ``enabled``.
        welcomes_machines: the source offers these pages to programs.
        attribution: what the source asks of those who show its postings.
    """

    legal_basis: str
    terms_reviewed_on: date
    robots: str
    delay_seconds: float
    enabled: bool
    why: str
    welcomes_machines: bool
    attribution: str | None = None


@dataclass(frozen=True)
class Request:
    """One page to ask for.

    Args:
        url: absolute, or relative to the board's base URL.
        kind: how its answer is read.
        body: JSON body; with it the request is a POST.
        referrer: external id of the posting that a detail page belongs to.
    """

    url: str
    kind: Kind = "search"
    body: str | None = None
    referrer: str | None = None

    @property
    def method(self) -> str:
        """GET, or POST where there is a body."""
        return "GET" if self.body is None else "POST"

    @staticmethod
    def post(url: str, payload: dict[str, Any], kind: Kind = "search") -> Request:
        """A POST with a JSON body whose keys are in order, so that equal questions are equal requests."""
        return Request(url, kind, json.dumps(payload, sort_keys=True))


@dataclass
class Paging:
    """How far the walk through one search has come; the crawler keeps it, the board reads it.

    Args:
        number: search pages received so far, this one included.
        received: postings on all of them.
        new: postings on this page that the search had not shown before.
        said: what the last page said about where it goes on.
        queue: requests that earlier pages named and that are still to be asked (sitemaps).
    """

    number: int = 0
    received: int = 0
    new: int = 0
    said: Any = None
    queue: list[Request] = field(default_factory=list)


@dataclass
class Extracted:
    """What one page says.

    Args:
        postings: rows in the names of ``tables.POSTING``.
        total: postings that the board says the search has.
        next: where the page itself says to go on (a URL, a cursor); None if it does not say.
        warnings: what a person should look at, such as two readings of the page that disagree.
        blocked: which challenge or wall this page is instead of an answer; None for an answer.
        changed: why the page is not one that we know how to read; None where it is, even with no posting on it.
        rejected: what could not be read: (what, reason).
    """

    postings: list[Posting] = field(default_factory=list)
    total: int | None = None
    next: Any = None
    warnings: list[str] = field(default_factory=list)
    blocked: str | None = None
    changed: str | None = None
    rejected: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Credentials:
    """Keys that go with each request to a source and never into an archive, a log or an error."""

    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


class Unconfigured(JobmatchError):
    """The source needs a setting that is not there."""


class Board:
    """A source of postings. Subclasses say how it is asked and how its pages are read.

    Class attributes:
        name: the board's name in settings, tables and the command line.
        organisations: the source is asked employer by employer.
        details: a posting's own page adds what the list lacks.
        browser: its pages need a browser to be complete.
        stubs: its list names pages only; a posting without a title after its own page was read is none.
        counts: the number of postings that it states is counted, not guessed.
        same_site: hosts besides the board's own that a redirect may lead to, as suffixes.
    """

    name: str = ""
    organisations: bool = False
    details: bool = False
    browser: bool = False
    stubs: bool = False
    counts: bool = True
    same_site: tuple[str, ...] = ()

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def base_url(self, settings: Settings, search: Search | None = None) -> str:
        """Where the board lives, without a slash at its end.

        Raises:
            JobmatchError: the search lacks what the address is made of, such as the organisation.
        """
        return settings.board_url(self.name)

    def credentials(self, settings: Settings) -> Credentials:
        """The keys that the source asks for.

        Raises:
            Unconfigured: they are not set; the message names the settings.
        """
        return Credentials()

    def first_request(self, search: Search) -> Request:
        """The first page of a search."""
        raise NotImplementedError

    def next_request(self, search: Search, page: Extracted, state: Paging) -> Request | None:
        """The page after this one, or None where the board has no more, or shows no more."""
        return None

    def shows_no_more(self, state: Paging) -> bool:
        """Has the walk come to the place after which the board shows nothing, however much it has?"""
        return False

    def detail_request(self, posting: Posting) -> Request | None:
        """The page with a posting's full text, or None where the list already had it all."""
        if not self.details or not posting["url"]:
            return None
        return Request(posting["url"], "detail", referrer=posting["external_id"])

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        """Read a page with a list of postings."""
        raise NotImplementedError

    def read_detail(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        """Read a page with one posting."""
        return self.read_search(body, url, fetched_at)

    def extract(self, kind: Kind, body: str, url: str | None = None, fetched_at: datetime | None = None) -> Extracted:
        """Read one page; postings come with every column of ``tables.POSTING``, unknown ones None.

        Args:
            kind: search or detail.
            body: the page as text.
            url: where it came from, if known; relative links are resolved against it.
            fetched_at: when; relative ages count from here. Without it they stay unresolved.
        """
        try:
            page = (self.read_search if kind == "search" else self.read_detail)(body, url, fetched_at)
        except _MISREAD as error:
            page = Extracted(changed=f"it has an unexpected shape ({type(error).__name__}: {error})"[:200])
        stamp = {"board": self.name, "fetched_at": fetched_at}
        rows = (jsonl.whole(_said(row)) for row in page.postings)
        page.postings = [{name: row.get(name) for name in columns()} | stamp for row in rows]
        if not page.postings:
            page.blocked = recognise(body, url)
            page.changed = None if page.blocked else page.changed
        return page


class PagedBoard(Board):
    """A source whose list comes in pages: how a page is asked for, and when one leads on.

    Class attributes:
        page_size: postings on a full page.
        most: postings of one search after which the board shows no more; None where it has no such end.
    """

    page_size: int = 0
    most: int | None = None

    def page(self, search: Search, state: Paging) -> Request:
        """The page at which the walk stands: after ``state.number`` pages with ``state.received`` postings."""
        raise NotImplementedError

    def first_request(self, search: Search) -> Request:
        return self.page(search, Paging())

    def next_request(self, search: Search, page: Extracted, state: Paging) -> Request | None:
        if not page.postings or not self.leads_on(page, state) or self.shows_no_more(state):
            return None
        state.said = page.next
        return self.page(search, state)

    def leads_on(self, page: Extracted, state: Paging) -> bool:
        """Does this page, which has postings, have one after it? By the total, unless the board says it otherwise."""
        return page.total is None or state.received < page.total

    def shows_no_more(self, state: Paging) -> bool:
        return self.most is not None and state.received >= self.most


def _said(row: Posting) -> Posting:
    """A posting with what holds for every source: a board's guess is no salary, and "Remote, Italy" says remote."""
    row = row | values.stated_salary(row.get("salary_text"))
    return row | {"remote": row.get("remote") or values.arrangement_in(row.get("location"))}


@lru_cache(maxsize=1)
def columns() -> tuple[str, ...]:
    """The columns of a posting."""
    from jobmatch_dagster.tables import POSTING

    return tuple(POSTING.names)


def each(
    records: Iterable[Any], what: str, read: Callable[[Any], Posting]
) -> tuple[list[Posting], list[tuple[str, str]]]:
    """Read records one by one; one that has another shape than expected is rejected with its reason, the rest goes on.

    Args:
        records: what a page's data or elements hold.
        what: what one record is called in a message.
        read: makes a posting of one record.
    """
    rows, rejected = [], []
    for place, record in enumerate(records, 1):
        try:
            rows.append(read(record))
        except _MISREAD as error:
            rejected.append((f"{what} {place}", f"has an unexpected shape ({type(error).__name__}: {error})"[:200]))
    return rows, rejected
