"""``jobmatch demo``."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from jobmatch_dagster.errors import JobmatchError


@click.command()
@click.option(
    "--day", type=click.DateTime(formats=["%Y-%m-%d"]), help="The second of the two days; today (UTC) otherwise."
)
def demo(day: datetime | None) -> None:
    """Run two days of made-up postings and résumés through everything, on this machine.

    Starts the embedded database, serves five boards on loopback, collects, cleans, reads skills and résumés, matches,
    and prints the funnel, seconds per stage and the best jobs of three people with their reasons. Run it again: the
    same rows, and it says that nothing changed.
    """
    from jobmatch_dagster.demo.show import show
    from jobmatch_dagster.settings import settings

    today = day.date() if day else datetime.now(UTC).date()
    shown = show(settings(), today, click.echo)
    click.echo(f"\n{shown.wall:.0f} s in all.", nl=False)
    if shown.failed:
        click.echo()
        raise JobmatchError(f"Stage {shown.failed[0]}", f"failed: {shown.failed[1]}", "What arrived before it is kept.")
    click.echo(
        f" {shown.changed:,} rows changed." if shown.changed else " Nothing changed: every row was there already."
    )
    click.echo("Open the Dagster UI with `make dev`, look around with `jobmatch status`.")
