"""Scrape runs (data team): start one as a run of Dagster, follow it, cancel it."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from jobmatch_dagster.api.access import DataTeam, Parts, UseParts
from jobmatch_dagster.api.problems import Problem, documented, unavailable
from jobmatch_dagster.api.replies import NOT_CHANGED, reply
from jobmatch_dagster.api.routes.audit import note
from jobmatch_dagster.api.shapes.collecting import Board, Scrape, Scrapes, ScrapeWish
from jobmatch_dagster.api.shapes.common import Cursor, Limit
from jobmatch_dagster.boards import registry
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.stages.scrape_runs import tell_the_dead

router = APIRouter(prefix="/v1/scrapes", tags=["scrapes"], responses=documented("unauthorized", "forbidden"))
ScrapeId = Annotated[UUID, Path(description="The run's id here, or Dagster's.")]

_COLUMNS = (
    "id::text, board, day, kind, dagster_run_id, status, reason, started_at, ended_at, pages, postings, retries,"
    " blocked, bytes, postings_per_minute, success_rate, warnings, fill_rates, searches"
)
_LIST = f"""
select {_COLUMNS} from private.scrape_runs
 where (%(board)s::text is null or board = %(board)s) and (%(day)s::date is null or day = %(day)s)
   and (%(status)s::text is null or status = %(status)s)
   and (%(after)s::timestamptz is null or (started_at, id) < (%(after)s::timestamptz, %(after_id)s::uuid))
 order by started_at desc, id desc limit %(limit)s
"""  # noqa: S608 - no input in it
_ONE = f"""
select {_COLUMNS} from private.scrape_runs where id = %(id)s or dagster_run_id = %(id)s::text
 order by started_at desc limit 1
"""  # noqa: S608 - no input in it
# Dagster's GraphQL client is not made for many threads at once.
_dagster = threading.Lock()


@router.post("", status_code=202, responses=documented("not-found"))
def start(wish: ScrapeWish, response: Response, person: DataTeam, parts: UseParts) -> Scrape:
    """Start a scrape of one board and day as a run of Dagster, in whose UI it shows."""
    day = wish.day or datetime.now(UTC).date()
    if wish.board not in registry.BOARDS:
        raise Problem("not-found", f"Boards are {', '.join(registry.BOARDS)}.")
    if not date(2000, 1, 1) <= day <= datetime.now(UTC).date():
        raise Problem("invalid", "The day is today or in the past.")
    from jobmatch_dagster.orchestration import scrape_requests  # brings Dagster along, which only this needs

    with parts.connections.as_service() as connection:
        try:
            with _dagster:
                scrape_id, _ = scrape_requests.start(connection, wish.board, day)
        except JobmatchError as error:
            raise unavailable(f"{error.subject} {error.problem}. {error.remedy}") from None
        note(connection, person, "start scrape", scrape_id, board=wish.board, day=str(day))
    response.headers["Location"] = f"/v1/scrapes/{scrape_id}"
    return _find(parts, UUID(scrape_id))


@router.get("", response_model=Scrapes, responses=NOT_CHANGED | documented("bad-cursor"))
def list_scrapes(
    request: Request,
    person: DataTeam,
    parts: UseParts,
    board: Board | None = None,
    day: date | None = None,
    status: Annotated[
        str | None, Query(pattern="^(queued|running|partial|succeeded|skipped|failed|cancelled)$")
    ] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Scrape runs, the newest first."""
    asked = {"board": board, "day": day, "status": status}
    after = parts.cursors.open(cursor, "scrapes", asked) or [None, None]
    with parts.connections.as_service() as connection:
        rows = connection.execute(_LIST, {**asked, "after": after[0], "after_id": after[1], "limit": limit + 1})
        found = rows.fetchall()
        tell_the_dead(connection, found)
    page = found[:limit]
    more = None
    if len(found) > limit:
        more = parts.cursors.make([page[-1]["started_at"].isoformat(), page[-1]["id"]], "scrapes", asked)
    return reply(request, Scrapes(scrapes=[Scrape.model_validate(row) for row in page], next_cursor=more))


@router.get("/{scrape_id}", response_model=Scrape, responses=NOT_CHANGED | documented("not-found"))
def get_scrape(request: Request, scrape_id: ScrapeId, person: DataTeam, parts: UseParts) -> Response:
    """One scrape run: how far it is, and how it ended."""
    return reply(request, _find(parts, scrape_id))


@router.post("/{scrape_id}/cancel", status_code=202, responses=documented("not-found", "conflict"))
def cancel(scrape_id: ScrapeId, person: DataTeam, parts: UseParts) -> Scrape:
    """Cancel a run that waits, is under way or died. What arrived is kept."""
    scrape = _find(parts, scrape_id)
    if scrape.status not in ("queued", "running", "dead"):
        raise Problem("conflict", f"The run has ended: {scrape.status}.")
    from jobmatch_dagster.orchestration import scrape_requests

    with parts.connections.as_service() as connection, _dagster:
        scrape_requests.cancel(connection, scrape.model_dump(include={"id", "status", "dagster_run_id"}))
        note(connection, person, "cancel scrape", scrape.id)
    return _find(parts, scrape_id)


def _find(parts: Parts, scrape_id: UUID) -> Scrape:
    with parts.connections.as_service() as connection:
        row = connection.execute(_ONE, {"id": str(scrape_id)}).fetchone()
        if row is None:
            raise Problem("not-found", "There is no such scrape run.")
        tell_the_dead(connection, [row])
        return Scrape.model_validate(row)
