"""``jobmatch boards …``: the sources, their policy, and reading saved pages. No fetching here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from jobmatch_dagster import jsonl
from jobmatch_dagster.boards.searches_commands import searches
from jobmatch_dagster.errors import JobmatchError

_INTERNAL = ("fetched_at", "search_id", "page_ref")


@click.group()
def boards() -> None:
    """The sources of postings: list, policy, extract a saved page."""


@boards.command("list")
@click.option("--json", "as_json", is_flag=True, help="A JSON line per board.")
def list_boards(as_json: bool) -> None:
    """Every source with its policy and whether it runs today."""
    from jobmatch_dagster.boards.policy import standing
    from jobmatch_dagster.boards.registry import BOARDS
    from jobmatch_dagster.settings import settings

    rows = [standing(board, settings()) for board in BOARDS.values()]
    if as_json:
        jsonl.write(rows)
        return
    for row in rows:
        click.echo(f"{row['board']:14}{'runs' if row['runs'] else 'off':6}{row['reason']}")
        click.echo(f"{'':20}basis: {row['legal_basis']}")
        click.echo(
            f"{'':20}robots: {row['robots']} Terms read on {row['terms_reviewed_on']}. "
            f"At most one request in {row['delay_seconds']:g} s."
        )
        if row["attribution"]:
            click.echo(f"{'':20}attribution: {row['attribution']}")


def _instant(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a time such as 2026-08-01T00:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@boards.command()
@click.option("--board", "name", required=True, help="Name of the board, see `jobmatch boards list`.")
@click.option("--kind", type=click.Choice(["search", "detail"]), required=True, help="What the pages are.")
@click.option("--url", default=None, help="Where the pages came from; relative links are resolved against it.")
@click.option("--fetched-at", callback=_instant, default=None, help="When; ages such as «3 days ago» count from here.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def extract(name: str, kind: str, url: str | None, fetched_at: datetime | None, files: tuple[Path, ...]) -> None:
    """Read saved pages: a posting a line."""
    from jobmatch_dagster.boards.registry import get

    board = get(name)
    report = jsonl.Report()
    for file in files:
        jsonl.write(_postings_of(board, kind, url, fetched_at, file, report))
    report.exit()


def _postings_of(
    board: Any, kind: Any, url: str | None, fetched_at: datetime | None, file: Path, report: jsonl.Report
) -> Iterator[dict[str, Any]]:
    from jobmatch_dagster.boards.decoding import decode

    try:
        body = decode(file.read_bytes())
    except OSError as error:
        report.problem(JobmatchError(str(file), f"cannot be read: {error.strerror}", "Check the path and its rights."))
        return
    page = board.extract(kind, body, url, fetched_at)
    for row in page.postings:
        yield {key: value for key, value in row.items() if key not in _INTERNAL} | {"file": str(file)}
    for problem in page_problems(str(file), page):
        report.problem(problem)
    for warning in page.warnings:
        click.echo(json.dumps({"input": str(file), "warning": warning}, ensure_ascii=False), err=True)


def page_problems(name: str, page: Any) -> Iterator[JobmatchError]:
    """What is wrong with one page, in the words of an error: blocked, changed, entries that cannot be read."""
    if page.blocked:
        yield JobmatchError(
            name,
            f"is blocked: it is {page.blocked} instead of postings",
            "Leave the board alone for a while; see docs/boards.md.",
        )
    elif page.changed:
        yield JobmatchError(name, f"has changed: {page.changed}", "Compare the page with the board's schema.")
    for what, reason in page.rejected:
        yield JobmatchError(f"{name}, {what}", reason, "The rest of the page was read.")


@boards.command()
@click.option("--board", "name", required=True, help="Name of the board.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day to read again.")
def replay(name: str, day: datetime) -> None:
    """Read a day's archived pages again, without a request, and store what today's reader finds."""
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.stages.collect import replay as replay_day

    outcome = replay_day(settings(), name, day.date())
    click.echo(f"{name} {day.date()}: {outcome.counts['postings']} postings from {outcome.counts['pages']} kept pages")
    for warning in outcome.warnings:
        click.echo(f"note: {warning}", err=True)


boards.add_command(searches)
