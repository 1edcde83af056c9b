"""``jobmatch boards searches …``: what is asked of each board every day, the rows of ``private.searches``."""

from __future__ import annotations

from typing import Any

import click

from jobmatch_dagster import jsonl
from jobmatch_dagster.boards.search_options import search_options
from jobmatch_dagster.errors import JobmatchError

_FIELDS = ("keywords", "place", "country", "radius_km", "max_age_days", "remote", "employment_type", "organisation")


@click.group()
def searches() -> None:
    """What is asked of each board every day."""


def _connect() -> Any:
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.database import connect

    return connect(settings())


@searches.command("list")
@click.option("--board", "name", default=None, help="Only this board.")
@click.option("--json", "as_json", is_flag=True, help="A JSON line per search.")
def list_searches(name: str | None, as_json: bool) -> None:
    """All searches, enabled or not."""
    from psycopg.rows import dict_row

    with _connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            """select id, board, enabled, keywords, place, country, radius_km, max_age_days, remote, employment_type,
                      organisation, max_pages
                 from private.searches where %s::text is null or board = %s order by board, created_at""",
            (name, name),
        ).fetchall()
    if as_json:
        jsonl.write(rows)
        return
    for row in rows:
        asked = ", ".join(f"{field}={row[field]}" for field in _FIELDS if row[field] is not None)
        click.echo(
            f"{str(row['id'])[:8]}  {row['board']:14}{'on' if row['enabled'] else 'off':5}{asked or 'everything'}"
        )


@searches.command()
@click.option("--board", "name", required=True, help="Name of the board.")
@search_options
def add(name: str, **fields: Any) -> None:
    """Add a search; the same one twice is one."""
    from jobmatch_dagster.boards.filters import applied_here, unchecked
    from jobmatch_dagster.boards.registry import get
    from jobmatch_dagster.boards.search import make_search
    from jobmatch_dagster.settings import settings

    board, search = get(name), make_search(name, **fields)
    # A search that the board cannot even be asked is refused now rather than every morning.
    board.base_url(settings(), search)
    board.first_request(search)
    names = [*_FIELDS, "max_pages"]
    with _connect() as connection:
        row = connection.execute(
            """insert into private.searches
                 (board, keywords, place, country, radius_km, max_age_days, remote, employment_type, organisation,
                  max_pages)
               values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
               on conflict (board, keywords, place, country, radius_km, max_age_days, remote, employment_type,
                            organisation)
               do update set enabled = true, max_pages = excluded.max_pages
               returning id""",
            (name, *(fields[field] for field in names)),
        ).fetchone()
    click.echo(f"{str(row[0])[:8]} is asked of {name} every day")
    for note in (*unchecked(search, board), *(f"{name} has no filter for {f}" for f in applied_here(search, board))):
        click.echo(f"note: {note}", err=True)


def _change(statement: str, run: str, told: str) -> None:
    with _connect() as connection:
        found = connection.execute(
            "select id from private.searches where starts_with(id::text, %s)", (run.lower(),)
        ).fetchall()
        if len(found) != 1:
            problem = "is not known" if not found else "fits several searches"
            raise JobmatchError(f"Search {run!r}", problem, "`jobmatch boards searches list` shows them.")
        connection.execute(statement, (found[0][0],))
    click.echo(f"{run} {told}")


@searches.command()
@click.argument("search")
def remove(search: str) -> None:
    """Remove a search; postings that it found stay."""
    _change("delete from private.searches where id = %s", search, "is removed")


@searches.command()
@click.argument("search")
def enable(search: str) -> None:
    """Ask a search again every day."""
    _change("update private.searches set enabled = true where id = %s", search, "is on")


@searches.command()
@click.argument("search")
def disable(search: str) -> None:
    """Stop asking a search; it stays in the list."""
    _change("update private.searches set enabled = false where id = %s", search, "is off")
