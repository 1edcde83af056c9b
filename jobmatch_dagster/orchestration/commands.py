"""Commands around Dagster: open its UI, run a day here, run a stage again over a range."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, date, datetime, timedelta

import click

from jobmatch_dagster.errors import JobmatchError

DAY = click.DateTime(formats=["%Y-%m-%d"])
STAGES = {
    "raw_postings": "ask the boards again, or read the archived pages again with --from-archive",
    "cleaned_jobs": "clean the day's postings again",
    "job_skills": "read the jobs' skills again",
    "parsed_resumes": "parse the day's uploads again",
    "match_scores": "score the day's pairs again",
}


def today() -> date:
    """Today in UTC, which is how days are counted everywhere."""
    return datetime.now(UTC).date()


@click.command()
@click.option("--port", type=int, help="Port of the UI; JOBMATCH_UI_PORT otherwise.")
@click.option("--api/--no-api", default=True, help="Serve the HTTP API beside it.")
def dev(port: int | None, api: bool) -> None:
    """Open the Dagster UI on this machine, with schedules and sensors on, and the HTTP API beside it.

    Starts the embedded database if it does not run (it keeps running afterwards; `jobmatch down` stops it).
    """
    from jobmatch_dagster.orchestration.beside import run_beside
    from jobmatch_dagster.orchestration.instance import prepare
    from jobmatch_dagster.settings import PROJECT_ROOT, settings
    from jobmatch_dagster.supabase.ready import make_ready

    make_ready(settings())
    prepare(settings())
    number = port or settings().ui_port
    os.environ["JOBMATCH_UI_PORT"] = str(number)
    click.echo(f"Dagster UI: http://127.0.0.1:{number}   (end with Ctrl-C)")
    workspace = str(PROJECT_ROOT / "workspace.yaml")
    programs = [[sys.executable, "-m", "dagster", "dev", "-w", workspace, "-h", "127.0.0.1", "-p", str(number)]]
    if api:
        programs.append([sys.executable, "-m", "jobmatch_dagster.cli", "api", "serve"])
    run_beside(programs)


@click.command()
@click.option("--day", type=DAY, help="The day to run; today (UTC) otherwise.")
@click.option("--from", "first", type=DAY, help="Run all days with something in them from this one to --day.")
@click.option("--board", "boards", multiple=True, help="Ask this board first (may be repeated); none otherwise.")
def run(day: datetime | None, first: datetime | None, boards: tuple[str, ...]) -> None:
    """Run one day of the graph, or a range of days, in this process and print the funnel of the last.

    \b
    jobmatch run --day 2026-11-22                     what is in the raw table and the bucket
    jobmatch run --board greenhouse --board lever     ask two boards first
    jobmatch run --from 2026-02-01                    all days until today, after an import
    """
    from jobmatch_dagster.orchestration import funnel
    from jobmatch_dagster.orchestration.day import busy_stretches, run_day
    from jobmatch_dagster.orchestration.instance import open_instance
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import database
    from jobmatch_dagster.supabase.ready import make_ready

    make_ready(settings())
    when = day.date() if day else today()
    start = first.date() if first else when
    with open_instance(settings()) as instance, database.connect(settings()) as conn:
        stretches = busy_stretches(conn, start, when) if first else []
        done = run_day(instance, when, boards, stretches=stretches, say=click.echo)
        for line in funnel.show(funnel.read(conn, when, since=start)):
            click.echo(line)
    for line in funnel.show_seconds(done.seconds):
        click.echo(line)
    if done.failed:
        raise JobmatchError(
            f"Stage {done.failed[0]}", f"failed: {done.failed[1]}", "The others went on; run the day again."
        )


@click.command()
@click.option("--stage", type=click.Choice(list(STAGES)), required=True, help="Which stage to run again.")
@click.option("--from", "first", type=DAY, required=True, help="First day.")
@click.option("--to", "last", type=DAY, required=True, help="Last day, included.")
@click.option(
    "--board", "boards", multiple=True, help="For raw_postings: the boards; those of JOBMATCH_BOARDS otherwise."
)
@click.option("--from-archive", is_flag=True, help="For raw_postings: read archived pages again, without any request.")
@click.option("--yes", is_flag=True, help="Do not ask before starting.")
def backfill(
    stage: str, first: datetime, last: datetime, boards: tuple[str, ...], from_archive: bool, yes: bool
) -> None:
    """Run one stage again for a range of days, in this process.

    A partition is replaced, never appended to: running it again gives the same rows. Can be interrupted and repeated.
    """
    from jobmatch_dagster.orchestration.day import rerun
    from jobmatch_dagster.orchestration.instance import open_instance
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.ready import make_ready

    if last < first:
        raise JobmatchError("--to", f"is before --from ({last.date()} < {first.date()})", "Give the earlier day first.")
    make_ready(settings())
    days = [first.date() + timedelta(days=n) for n in range((last - first).days + 1)]
    names = boards or tuple(settings().boards) if stage == "raw_postings" else ()
    amount = len(days) * (len(names) or 1)
    click.echo(f"{stage}: {amount} partitions, {days[0]} to {days[-1]}: {STAGES[stage]}.")
    if not yes and sys.stdin.isatty():
        click.confirm("Start?", abort=True)
    started = time.perf_counter()
    with open_instance(settings()) as instance:
        failed = rerun(instance, stage, days, names, from_archive=from_archive, say=click.echo)
    click.echo(f"{amount - len(failed)} of {amount} partitions done in {time.perf_counter() - started:.1f} s")
    if failed:
        raise JobmatchError(
            f"{len(failed)} partitions",
            f"failed, the first being {failed[0][0]}: {failed[0][1]}",
            "Run the same command again.",
        )
