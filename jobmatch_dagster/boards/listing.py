"""What sources with a plain JSON list have in common: parse it, read each record, or say that it is another thing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from jobmatch_dagster.boards.board import Board, Extracted, Posting, each
from jobmatch_dagster.boards.payload import loads
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.errors import JobmatchError


def read_list(
    body: str, find: Callable[[Any], Any], read: Callable[[dict[str, Any]], Posting | None], what: str = "record"
) -> Extracted:
    """Read a JSON answer.

    Args:
        body: the answer.
        find: takes the list of records out of the document; None where it is not there.
        read: makes a posting of a record, or None for a record that is no posting (a notice, an unlisted job).
        what: what a record is called in messages.
    """
    document = loads(body)
    records = find(document) if document is not None else None
    if not isinstance(records, list):
        return Extracted(changed="not the JSON list that the source documents")
    rows, rejected = each(records, what, lambda record: read(record) or {})
    rows = [row for row in rows if row]
    rejected += [(what, "has no id") for row in rows if not row["external_id"]]
    return Extracted([row for row in rows if row["external_id"]], rejected=rejected)


def organisation(board: Board, search: Search) -> str:
    """The employer's name in the source's addresses, safe to put into one.

    Raises:
        JobmatchError: the search names no organisation, or something else than a name.
    """
    name = (search.organisation or "").strip()
    if not re.fullmatch(r"[\w.\-]{1,100}", name):
        raise JobmatchError(
            f"The {board.name} search «{search.label()}»",
            "names no organisation" if not name else "has an organisation that is not a plain name",
            f"{board.name} is asked employer by employer: give the name that stands in the employer's address there.",
        )
    return quote(name)


def path_part(url: str | None, place: int) -> str | None:
    """One segment of a URL's path, counted from 0."""
    parts = [part for part in urlsplit(url or "").path.split("/") if part]
    return parts[place] if place < len(parts) else None


def first_segment(url: str | None, after: str) -> str | None:
    """The path segment that follows another one in a URL, such as the organisation after ``boards``."""
    parts = [part for part in urlsplit(url or "").path.split("/") if part]
    return parts[parts.index(after) + 1] if after in parts[:-1] else None
