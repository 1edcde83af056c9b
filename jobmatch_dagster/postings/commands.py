"""`jobmatch jobs …`: clean postings from JSON Lines, without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, Any

import click


@click.group()
def jobs() -> None:
    """Clean postings into jobs."""


@jobs.command("clean")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Day of the postings (default: today).")
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
def clean_command(day: datetime | None, file: IO[str]) -> None:
    """Read postings (JSON Lines, from FILE or stdin), write one job a line, in the same order.

    Each posting needs a title and a company; its text is in description_html or description. Repeats within the
    input, exact or
    nearly so, name the job that they repeat in duplicate_of.
    """
    from jobmatch_dagster import jsonl
    from jobmatch_dagster.postings.clean import clean
    from jobmatch_dagster.postings.intake import postings

    report = jsonl.Report()
    name = getattr(file, "name", "-")
    name = "standard input" if name in ("-", "<stdin>") else name
    table, errors = postings(jsonl.read(file, name, report), name)
    for error in errors:
        report.problem(error)
    cleaned = clean(table, day=day.date() if day else datetime.now(UTC).date())
    jsonl.write(_printable(job) for job in cleaned.jobs.to_pylist())
    report.exit()


def _printable(job: dict[str, Any]) -> dict[str, Any]:
    """A job with its JSON columns as JSON and its dates as text."""
    import json

    for name in ("places", "evidence", "issues"):
        job[name] = json.loads(job[name]) if job[name] else None
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in job.items()}
