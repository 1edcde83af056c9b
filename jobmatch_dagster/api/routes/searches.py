"""Searches (data team): what is asked of each board every day."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from psycopg import sql

from jobmatch_dagster.api.access import DataTeam, UseParts
from jobmatch_dagster.api.problems import Problem, documented
from jobmatch_dagster.api.replies import NOT_CHANGED, reply
from jobmatch_dagster.api.routes.audit import note
from jobmatch_dagster.api.shapes.collecting import Board, Search, SearchChange, Searches, SearchWish
from jobmatch_dagster.api.shapes.common import Cursor, Limit
from jobmatch_dagster.boards import registry
from jobmatch_dagster.boards.search import make_search

router = APIRouter(prefix="/v1/searches", tags=["searches"], responses=documented("unauthorized", "forbidden"))
SearchId = Annotated[UUID, Path(description="The search's id.")]

_COLUMNS = (
    "id, board, keywords, place, country, radius_km, max_age_days, remote, employment_type, organisation, enabled,"
    " max_pages, created_at"
)
_LIST = f"""
select {_COLUMNS} from private.searches
 where (%(board)s::text is null or board = %(board)s) and (%(enabled)s::boolean is null or enabled = %(enabled)s)
   and (%(after)s::timestamptz is null or (created_at, id) > (%(after)s::timestamptz, %(after_id)s::uuid))
 order by created_at, id limit %(limit)s
"""  # noqa: S608 - no input in it
_NO_SUCH = "There is no such search."


@router.get("", response_model=Searches, responses=NOT_CHANGED | documented("bad-cursor"))
def list_searches(
    request: Request,
    person: DataTeam,
    parts: UseParts,
    board: Board | None = None,
    enabled: Annotated[bool | None, Query(description="Only those that are on, or off.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Searches, the oldest first."""
    asked = {"board": board, "enabled": enabled}
    after = parts.cursors.open(cursor, "searches", asked) or [None, None]
    with parts.connections.as_service() as connection:
        rows = connection.execute(
            _LIST, {**asked, "after": after[0], "after_id": after[1], "limit": limit + 1}
        ).fetchall()
    page = rows[:limit]
    more = None
    if len(rows) > limit:
        more = parts.cursors.make([page[-1]["created_at"].isoformat(), str(page[-1]["id"])], "searches", asked)
    return reply(request, Searches(searches=[Search.model_validate(row) for row in page], next_cursor=more))


@router.post("", status_code=201, responses=documented("not-found", "conflict"))
def add_search(wish: SearchWish, response: Response, person: DataTeam, parts: UseParts) -> Search:
    """Add a search. One that the board cannot be asked is refused now rather than every morning."""
    values: dict[str, Any] = wish.model_dump()
    if wish.country:
        values["country"] = wish.country.lower()
    if wish.board not in registry.BOARDS:
        raise Problem("not-found", f"Boards are {', '.join(registry.BOARDS)}.")
    asked = {name: value for name, value in values.items() if name not in ("board", "enabled")}
    try:
        registry.get(wish.board).first_request(make_search(wish.board, **asked))
    except (ValueError, TypeError, KeyError):
        raise Problem("invalid", "The board cannot be asked this.") from None
    query = sql.SQL("insert into private.searches ({}) values ({}) returning {}").format(
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
        sql.SQL(_COLUMNS),
    )
    with parts.connections.as_service() as connection:
        row = connection.execute(query, values).fetchone()
        assert row is not None
        note(connection, person, "add search", str(row["id"]), board=wish.board)
    response.headers["Location"] = f"/v1/searches/{row['id']}"
    return Search.model_validate(row)


@router.get("/{search_id}", response_model=Search, responses=NOT_CHANGED | documented("not-found"))
def get_search(request: Request, search_id: SearchId, person: DataTeam, parts: UseParts) -> Response:
    """One search."""
    with parts.connections.as_service() as connection:
        row = connection.execute(f"select {_COLUMNS} from private.searches where id = %s", [search_id]).fetchone()  # noqa: S608
    if row is None:
        raise Problem("not-found", _NO_SUCH)
    return reply(request, Search.model_validate(row))


@router.patch("/{search_id}", responses=documented("not-found"))
def change_search(search_id: SearchId, change: SearchChange, person: DataTeam, parts: UseParts) -> Search:
    """Switch a search on or off, or limit its pages. To ask something else, add another search."""
    values = change.model_dump(exclude_unset=True)
    with parts.connections.as_service() as connection:
        row = connection.execute(
            "update private.searches set enabled = coalesce(%(enabled)s, enabled),"  # noqa: S608 - no input in it
            " max_pages = case when %(has_pages)s then %(max_pages)s else max_pages end"
            f" where id = %(id)s returning {_COLUMNS}",
            {
                "id": search_id,
                "enabled": values.get("enabled"),
                "has_pages": "max_pages" in values,
                "max_pages": values.get("max_pages"),
            },
        ).fetchone()
        if row is None:
            raise Problem("not-found", _NO_SUCH)
        note(connection, person, "change search", str(search_id), fields=sorted(values))
    return Search.model_validate(row)


@router.delete("/{search_id}", status_code=204, responses=documented("not-found"))
def remove_search(search_id: SearchId, person: DataTeam, parts: UseParts) -> None:
    """Remove a search; postings that it found stay."""
    with parts.connections.as_service() as connection:
        if not connection.execute("delete from private.searches where id = %s", [search_id]).rowcount:
            raise Problem("not-found", _NO_SUCH)
        note(connection, person, "remove search", str(search_id))
