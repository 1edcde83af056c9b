"""The postings of a day × board, folded from its pages in the order in which they were kept.

Scrape and replay fold the same pages in the same order with the same rules, which is why both give the same table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.boards.board import Board, Extracted, Posting
from jobmatch_dagster.boards.filters import applied_here, misses, never_misses, unchecked
from jobmatch_dagster.boards.merge import fill
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.crawling.archive import Page

if TYPE_CHECKING:
    import pyarrow as pa

_MOST_REJECTED = 1000
CORE_FIELDS = (
    "url",
    "title",
    "company",
    "location",
    "posted_on",
    "salary_text",
    "salary_min",
    "employment_type",
    "remote",
    "description_html",
    "apply_url",
)


@dataclass
class Assembly:
    """Postings by external id, with what was warned of and rejected on the way.

    Args:
        board: the board whose pages these are.
        searches: by id.
        day: the day of the scrape.
    """

    board: Board
    searches: dict[str, Search]
    day: date
    postings: dict[str, Posting] = field(default_factory=dict)
    warnings: Counter[str] = field(default_factory=Counter)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    rejected_count: int = 0
    pages: int = 0
    _found_by: dict[str, list[str]] = field(default_factory=dict)

    def add(self, page: Page, extracted: Extracted, page_ref: str) -> None:
        """Fold in one page. A posting seen before is filled where it had gaps; nothing known is overwritten.

        Args:
            page: as it was kept.
            extracted: what it says; of a page of kind "again", what the page says that it refers to.
            page_ref: where it is kept.
        """
        if page.kind != "detail":
            self._credit(page.search_id, (row["external_id"] for row in extracted.postings))
        if page.kind == "again":
            return
        self.pages += 1
        for row in extracted.postings:
            key = row["external_id"]
            if page.kind == "detail" and page.referrer and key != page.referrer:
                self.reject(page, f"posting {page.referrer}", f"its page shows another posting, {key}")
                continue
            if key in self.postings:
                self.postings[key] = fill(self.postings[key], row)
            else:
                self.postings[key] = row | {"page_ref": page_ref, "search_id": page.search_id}
        for warning in extracted.warnings:
            self.warnings[warning] += 1
        for what, reason in extracted.rejected:
            self.reject(page, what, reason)

    def _credit(self, search_id: str | None, keys: Iterable[str]) -> None:
        """Note who found the postings: all searches up to one that they pass whatever they say."""
        search = self.searches.get(search_id or "")
        if search is None:
            return
        for key in keys:
            finders = self._found_by.setdefault(key, [])
            settled = finders and never_misses(self.searches[finders[-1]], self.board)
            if not settled and search.id not in finders:
                finders.append(search.id)

    def reject(self, page: Page, what: str, reason: str) -> None:
        """Note something that could not be read; the first thousand are kept, all are counted."""
        self.rejected_count += 1
        if len(self.rejected) < _MOST_REJECTED:
            self.rejected.append({"page": page.number, "what": what, "reason": reason})

    def wanted(self, posting: Posting) -> bool:
        """Does the posting still pass the filters of a search that found it?"""
        return self._passing(posting) is not None

    def _passing(self, posting: Posting) -> str | None:
        """The first search that found the posting and whose filters it passes; "" where none is known."""
        finders = [self.searches[name] for name in self._found_by.get(posting["external_id"], [])]
        if not finders:
            return ""
        return next((s.id for s in finders if misses(posting, s, self.board, self.day) is None), None)

    def table(self) -> pa.Table:
        """The day's postings in the schema ``tables.POSTING``, in the order in which they were first seen."""
        import pyarrow as pa

        from jobmatch_dagster.tables import POSTING

        rows, dropped = [], Counter[str]()
        for posting in self.postings.values():
            passing = self._passing(posting)
            if passing is None:
                first = self.searches[self._found_by[posting["external_id"]][0]]
                dropped[str(misses(posting, first, self.board, self.day))] += 1
            elif self.board.stubs and not posting.get("title"):
                dropped["no posting on its page"] += 1
            else:
                rows.append(posting | {"search_id": passing or posting.get("search_id")})
        for reason, times in sorted(dropped.items()):
            self.warnings[f"{times} left out: {reason}"] = 1
        for search in self.searches.values():
            for warning in unchecked(search, self.board):
                self.warnings[warning] = 1
            if here := applied_here(search, self.board):
                told = f"{self.board.name} has no filter for {', '.join(here)}: applied to what arrived"
                self.warnings[told] = 1
        return pa.Table.from_pylist(rows, schema=POSTING)

    def told(self) -> list[str]:
        """The warnings, each once, with how often it came up; and whether more was refused than is listed."""
        told = [text if times == 1 else f"{text} (on {times} pages)" for text, times in self.warnings.items()]
        if self.rejected_count > len(self.rejected):
            told.append(f"{self.rejected_count} could not be read, of which the first {len(self.rejected)} are listed")
        return told


def fill_rates(table: pa.Table) -> dict[str, float]:
    """Share of postings that have each core field; an empty table has no rates."""
    import pyarrow.compute as pc

    if not table.num_rows:
        return {}
    return {name: round(pc.count(table[name]).as_py() / table.num_rows, 4) for name in CORE_FIELDS}
