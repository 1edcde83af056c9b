"""What we ask a board for. One search is one row of ``private.searches``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

FILTERS = ("keywords", "place", "radius_km", "max_age_days", "remote", "employment_type")


@dataclass(frozen=True)
class Search:
    """Keywords and a place asked of one board, with the filters that narrow them.

    Args:
        id: uuid of the row in ``private.searches``; made up from the rest where there is no row.
        board: name of the board in the registry.
        keywords: what a person would type; None asks for everything.
        place: city, region or country as a person would type it.
        country: ISO 3166-1 alpha-2, kept in lower case; picks the national site or endpoint where a board has several.
        radius_km: how far around the place.
        max_age_days: oldest posting that is wanted, in days.
        remote: onsite, hybrid or remote.
        employment_type: one of the values of ``tables.POSTING``'s column.
        organisation: for sources that are asked employer by employer: the employer's name there, or its page's URL.
        max_pages: search pages asked for at most; None takes the setting.
    """

    id: str
    board: str
    keywords: str | None = None
    place: str | None = None
    country: str | None = None
    radius_km: float | None = None
    max_age_days: int | None = None
    remote: str | None = None
    employment_type: str | None = None
    organisation: str | None = None
    max_pages: int | None = None

    def __post_init__(self) -> None:
        if self.country is not None:
            object.__setattr__(self, "country", self.country.strip().lower() or None)

    def asked(self) -> frozenset[str]:
        """Names of the filters that this search uses."""
        return frozenset(name for name in FILTERS if getattr(self, name) is not None)

    def label(self) -> str:
        """The search in words, for messages and tables."""
        parts = [self.keywords, self.place and f"in {self.place}", self.organisation and f"at {self.organisation}"]
        return " ".join(part for part in parts if part) or "everything"


def search_id(board: str, **fields: Any) -> str:
    """A stable uuid for a search that has no row: the same fields give the same id."""
    known = sorted((name, str(value)) for name, value in fields.items() if value is not None)
    digest = hashlib.sha256("\x1f".join([board, *(f"{n}={v}" for n, v in known)]).encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}"


def make_search(board: str, **fields: Any) -> Search:
    """A search with an id of its own, from any of ``Search``'s fields."""
    return Search(id=search_id(board, **fields), board=board, **fields)
