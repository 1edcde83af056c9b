"""``jobmatch scrape`` asks one board without a database; ``jobmatch scrapes …`` manages the recorded scrape runs."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from jobmatch_dagster import jsonl
from jobmatch_dagster.boards.search_options import search_options
from jobmatch_dagster.errors import JobmatchError

_INTERNAL = ("search_id", "page_ref")


@click.command()
@click.option("--board", "name", required=True, help="Name of the board, see `jobmatch boards list`.")
@search_options
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder that keeps the pages; a later scrape into it goes on there. A temporary one otherwise.",
)
def scrape(name: str, max_pages: int | None, workspace: Path | None, **fields: Any) -> None:
    """Ask one board for postings, without a database: a posting a line.

    \b
    jobmatch scrape --board lever --organisation acme
    jobmatch scrape --board linkedin --keywords "data engineer" --place Ghent --max-pages 2
    """
    from jobmatch_dagster.boards.search import make_search
    from jobmatch_dagster.crawling.run import scrape as run
    from jobmatch_dagster.settings import settings

    search = make_search(name, max_pages=max_pages, **fields)
    with tempfile.TemporaryDirectory(prefix="jobmatch-scrape-") as passing:
        result = run(
            name,
            [search],
            settings=settings(),
            day=datetime.now(UTC).date(),
            workspace=workspace or Path(passing),
            on_progress=_progress_line(),
        )
        jsonl.write(
            {key: value for key, value in row.items() if key not in _INTERNAL} for row in result.postings.to_pylist()
        )
    report = jsonl.Report()
    for warning in result.warnings:
        click.echo(f"note: {warning}", err=True)
    for entry in result.rejected:
        report.problem(JobmatchError(f"{name}, page {entry['page']}, {entry['what']}", str(entry["reason"])))
    click.echo(
        f"{result.status}: {result.postings.num_rows} postings from {result.pages} pages in {result.seconds:.1f} s, "
        f"{result.retries} retries, {result.blocked} blocked",
        err=True,
    )
    if result.status != "succeeded":
        raise JobmatchError(f"The scrape of {name}", f"{result.status}: {(result.reason or '').rstrip('.')}")
    report.exit()


def _progress_line() -> Callable[[dict[str, Any]], None] | None:
    """Counts on one line that rewrites itself; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        return None

    def show(counts: dict[str, Any]) -> None:
        click.echo(f"\r{counts['pages']} pages, {counts['postings']} postings", err=True, nl=False)

    return show


@click.group()
def scrapes() -> None:
    """List, show, start and cancel scrape runs."""


_COLUMNS = (
    "id, board, day, kind, status, reason, started_at, ended_at, pages, postings, retries, blocked, bytes, "
    "postings_per_minute, success_rate, searches, warnings, fill_rates, dagster_run_id"
)


def _rows(where: str, params: tuple[Any, ...]) -> list[dict[str, Any]]:
    from psycopg import sql
    from psycopg.rows import dict_row

    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.stages.scrape_runs import tell_the_dead
    from jobmatch_dagster.supabase.database import connect

    statement = sql.SQL("select {} from private.scrape_runs {}").format(
        sql.SQL(_COLUMNS),
        sql.SQL(where),  # type: ignore[arg-type]
    )
    with connect(settings()) as connection, connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement, params).fetchall()
        tell_the_dead(connection, rows)
        return rows


@scrapes.command("list")
@click.option("--board", "name", default=None, help="Only this board.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Only this day.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Most recent runs shown.")
@click.option("--json", "as_json", is_flag=True, help="A JSON line per run.")
def list_runs(name: str | None, day: datetime | None, limit: int, as_json: bool) -> None:
    """The latest scrape runs."""
    rows = _rows(
        "where (%s::text is null or board = %s) and (%s::date is null or day = %s) order by started_at desc limit %s",
        (name, name, day and day.date(), day and day.date(), limit),
    )
    if as_json:
        jsonl.write(rows)
        return
    click.echo(
        f"{'run':10}{'board':14}{'day':12}{'status':11}{'pages':>6}{'postings':>9}{'retries':>8}{'blocked':>8}  reason"
    )
    for row in rows:
        status = "imported" if row["kind"] == "import" else row["status"]
        click.echo(
            f"{str(row['id'])[:8]:10}{row['board']:14}{row['day']!s:12}{status:11}{row['pages']:>6}"
            f"{row['postings']:>9}{row['retries']:>8}{row['blocked']:>8}  {(row['reason'] or '')[:80]}"
        )


@scrapes.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="As a JSON line.")
def show(run: str, as_json: bool) -> None:
    """Everything about one run (its id or the beginning of it)."""
    row = _one(run)
    if as_json:
        jsonl.write([row])
        return
    for key, value in row.items():
        if isinstance(value, list):
            click.echo(f"{key}:{'' if value else ' none'}")
            for line in value:
                click.echo(f"  - {_walk(line) if isinstance(line, dict) else line}")
        elif isinstance(value, dict):
            click.echo(f"{key}: " + ", ".join(f"{name} {share:.0%}" for name, share in value.items()))
        elif isinstance(value, datetime):
            click.echo(f"{key}: {value:%Y-%m-%d %H:%M:%S %Z}")
        else:
            click.echo(f"{key}: {'' if value is None else value}")


def _walk(walk: dict[str, Any]) -> str:
    """How far one search came, as a line."""
    counted = f" of {walk['total']}" if walk["total"] is not None else ""
    return f"«{walk['label']}» {walk['ended']}: {walk['postings']}{counted} postings on {walk['pages']} pages"


@scrapes.command()
@click.option("--board", "name", required=True, help="The board to ask.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day; today otherwise.")
def start(name: str, day: datetime | None) -> None:
    """Start the scrape of a board and day as a run of Dagster."""
    from jobmatch_dagster.boards.registry import get
    from jobmatch_dagster.orchestration import scrape_requests
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.database import connect

    get(name)
    when: date = day.date() if day else datetime.now(UTC).date()
    with connect(settings()) as connection:
        _, run_id = scrape_requests.start(connection, name, when)
    click.echo(f"{name} {when}: started as Dagster run {run_id}; `jobmatch scrapes list --board {name}` follows it")


@scrapes.command()
@click.argument("run")
def cancel(run: str) -> None:
    """Cancel a run that waits or is under way; what arrived is kept, and a later run goes on there."""
    from jobmatch_dagster.orchestration import scrape_requests
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.database import connect

    row = _one(run)
    if row["status"] not in ("queued", "running", "dead"):
        raise JobmatchError(f"Scrape run {run}", f"has ended ({row['status']})", "There is nothing to cancel.")
    with connect(settings()) as connection:
        if unheard := scrape_requests.cancel(connection, row):
            click.echo(f"note: {unheard}", err=True)
    told = "cancelled; it ends within a second or two" if row["status"] == "running" else "cancelled"
    click.echo(f"{row['board']} {row['day']}: {told}")


def _one(run: str) -> dict[str, Any]:
    rows = _rows("where starts_with(id::text, %s) order by started_at desc limit 2", (run.lower(),))
    if len(rows) != 1:
        problem = "is not known" if not rows else "fits several runs"
        raise JobmatchError(f"Scrape run {run!r}", problem, "`jobmatch scrapes list` shows the runs.")
    return rows[0]
