"""``jobmatch report``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--day", type=click.DateTime(formats=["%Y-%m-%d"]), help="The day; today (UTC) otherwise.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write; report-<day>.html otherwise."
)
def report(day: datetime | None, out: Path | None) -> None:
    """Write the day's report as one HTML page that needs nothing else: no network, no script.

    Reads the marts; `jobmatch run` and the daily job build them, `jobmatch sql run` does it by hand. The asset
    day_report keeps the same page of each day in the bucket `reports`.
    """
    from jobmatch_dagster.report.facts import read
    from jobmatch_dagster.report.page import render
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import database

    when = day.date() if day else datetime.now(UTC).date()
    with database.connect(settings()) as conn:
        facts = read(conn, when)
    target = out or Path(f"report-{when}.html")
    target.write_text(render(facts), encoding="utf-8")
    click.echo(f"{facts.headline[1]} {target}")
