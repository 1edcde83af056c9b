"""The filters of a search, checked against what arrived.

Boards lack some filters and ignore others. What a posting itself says decides; where it says nothing it is kept, since
an unknown value is no reason to drop it. What cannot be checked afterwards is said in a warning.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from jobmatch_dagster.boards.board import Board, Posting
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.errors import JobmatchError

# Neither a posting's text nor its place as written tells how far away it is.
_UNCHECKABLE = frozenset({"radius_km"})


@lru_cache(maxsize=1024)
def expressed(search: Search, board: Board) -> frozenset[str]:
    """The filters of the search that the board itself is asked for: those without which the request would be another.

    A value that the board does not know (a contract's kind, an age beyond its largest step) is not expressed either.
    """
    try:
        asked = board.first_request(search)
        return frozenset(name for name in search.asked() if board.first_request(_without(search, name)) != asked)
    except JobmatchError:
        # It lacks its employer: nothing is asked at all, and the scrape says so.
        return frozenset()


def _without(search: Search, name: str) -> Search:
    nothing: dict[str, Any] = {name: None}
    return replace(search, **nothing)


def misses(posting: Posting, search: Search, board: Board, today: date) -> str | None:
    """The filter that a posting fails, or None if it passes or does not say.

    Args:
        posting: in the names of ``tables.POSTING``.
        search: what was asked.
        board: what it was asked for in keywords and place is trusted.
        today: the day of the scrape; ages count from it.
    """
    posted_on = posting.get("posted_on")
    if search.max_age_days is not None and posted_on and posted_on < today - timedelta(days=search.max_age_days):
        return "max_age_days"
    for name in ("remote", "employment_type"):
        wanted, said = getattr(search, name), posting.get(name)
        if wanted is not None and said is not None and said != wanted:
            return name
    trusted = expressed(search, board)
    if search.keywords and "keywords" not in trusted and not _has_words(posting, search.keywords):
        return "keywords"
    if search.place and "place" not in trusted and not _is_near(posting, search.place):
        return "place"
    return None


def never_misses(search: Search, board: Board) -> bool:
    """Does every posting that the search finds pass it, whatever the posting says?"""
    return search.asked() <= (expressed(search, board) & {"keywords", "place"}) | _UNCHECKABLE


def unchecked(search: Search, board: Board) -> list[str]:
    """Filters of the search that neither the board nor a look at the posting can apply, each as a warning."""
    return [
        f"{board.name} cannot filter by distance: {name} of the search «{search.label()}» has no effect"
        for name in sorted((search.asked() & _UNCHECKABLE) - expressed(search, board))
    ]


def applied_here(search: Search, board: Board) -> list[str]:
    """Filters of the search that the board was not asked for and that are applied to what arrived."""
    return sorted(search.asked() - expressed(search, board) - _UNCHECKABLE)


def _has_words(posting: Posting, keywords: str) -> bool:
    """Every word of the keywords stands in the title or the description."""
    text = f"{posting.get('title') or ''} {posting.get('description_html') or posting.get('snippet') or ''}".casefold()
    return all(word in text for word in _words(keywords))


def _is_near(posting: Posting, place: str) -> bool:
    """The posting's place names the searched one, or says nothing; a posting that says remote passes."""
    said = (posting.get("location") or "").casefold()
    return not said or posting.get("remote") == "remote" or any(word in said for word in _words(place))


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[^\w+#.]+", text.casefold()) if word]
