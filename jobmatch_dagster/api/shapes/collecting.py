"""Searches and scrape runs, for the data team."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from jobmatch_dagster.api.shapes.common import Country, Employment, Line, Page, Remote, Shape, Wish, example

Board = Annotated[str, StringConstraints(max_length=50, pattern=r"^[a-z0-9_]+$")]


class SearchWish(Wish):
    """What is to be asked of a board every day."""

    model_config = Wish.model_config | example(board="indeed", keywords="data engineer", place="Vienna", country="at")

    board: Board
    keywords: Line | None = None
    place: Line | None = None
    country: Country | None = None
    radius_km: Annotated[float, Field(ge=0, le=1000)] | None = None
    max_age_days: Annotated[int, Field(ge=1, le=365)] | None = None
    remote: Remote | None = None
    employment_type: Employment | None = None
    organisation: Line | None = None
    enabled: bool = True
    max_pages: Annotated[int, Field(ge=1, le=1000)] | None = None


class SearchChange(Wish):
    """Switch a search on or off, or limit its pages."""

    enabled: bool = True
    max_pages: Annotated[int, Field(ge=1, le=1000)] | None = None


class Search(Shape):
    """A search of a board."""

    id: UUID
    board: str
    keywords: str | None
    place: str | None
    country: str | None
    radius_km: float | None
    max_age_days: int | None
    remote: str | None
    employment_type: str | None
    organisation: str | None
    enabled: bool
    max_pages: int | None
    created_at: datetime


class Searches(Page):
    """A page of searches, the oldest first."""

    searches: list[Search]


class ScrapeWish(Wish):
    """One board on one day."""

    model_config = Wish.model_config | example(board="indeed", day="2026-11-22")

    board: Board
    day: date | None = Field(None, description="Today (UTC) if left out.")


class Scrape(Shape):
    """A scrape run and how it goes."""

    model_config = example(
        id="0d4f5c0e-9f0b-4f7f-8e5e-0b5ab2f1c3d4",
        board="indeed",
        day="2026-11-22",
        kind="scrape",
        dagster_run_id="0d4f5c0e-9f0b-4f7f-8e5e-0b5ab2f1c3d4",
        status="running",
        reason=None,
        started_at="2026-11-22T05:00:00Z",
        ended_at=None,
        pages=12,
        postings=180,
        retries=0,
        blocked=0,
        bytes=1200000,
        postings_per_minute=None,
        success_rate=None,
        warnings=[],
        fill_rates={},
        searches=[],
    )

    id: str = Field(description="The run's id here.")
    board: str
    day: date
    kind: str = Field(default="scrape", description="scrape, or import for postings from a team's own files.")
    dagster_run_id: str | None
    status: str = Field(
        description=(
            "queued, running, dead (its process ended without a word), partial, succeeded, skipped, failed or "
            "cancelled."
        )
    )
    reason: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    pages: int = 0
    postings: int = 0
    retries: int = 0
    blocked: int = 0
    bytes: int = 0
    postings_per_minute: float | None = None
    success_rate: float | None = None
    warnings: list[Any] = Field(default_factory=list)
    fill_rates: dict[str, Any] = Field(default_factory=dict)
    searches: list[Any] = Field(default_factory=list, description="How far each search came, once the run has ended.")


class Scrapes(Page):
    """A page of scrape runs, the newest first."""

    scrapes: list[Scrape]
