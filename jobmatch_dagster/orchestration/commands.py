"""Commands around Dagster: open its UI, run a day here, run a stage again over a range."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, date, datetime

import click

from jobmatch_dagster.errors import JobmatchError

DAY = click.DateTime(formats=["%Y-%m-%d"])
STAGES = ("raw_postings", "cleaned_jobs", "job_skills", "parsed_resumes", "match_scores")


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
        stage, reason = done.failed
        remedy = "What does not need it went on; after mending run the day again."
        raise JobmatchError(f"Stage {stage}", f"failed: {reason.rstrip('.')}", remedy)


@click.command()
@click.option("--stage", type=click.Choice(STAGES), required=True, help="Which stage to run again.")
@click.option("--from", "first", type=DAY, required=True, help="First day.")
@click.option("--to", "last", type=DAY, required=True, help="Last day, included.")
@click.option(
    "--board", "boards", multiple=True, help="For raw_postings: the boards; those of JOBMATCH_BOARDS otherwise."
)
@click.option("--from-archive", is_flag=True, help="For raw_postings: read archived pages again, without any request.")
@click.option("--from-start", is_flag=True, help="Do all of it, also what an interrupted backfill has done.")
@click.option("--dry-run", is_flag=True, help="Say how much it is and stop.")
@click.option("--yes", is_flag=True, help="Do not ask before starting.")
def backfill(
    stage: str,
    first: datetime,
    last: datetime,
    boards: tuple[str, ...],
    from_archive: bool,
    from_start: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Run one stage again for a range of days, in this process.

    Says first how much it is. A partition is replaced, never appended to: running it again gives the same rows. Can be
    interrupted at any moment, even killed: the same command goes on where it was. May run beside other backfills and
    beside the night's own runs.

    \b
    jobmatch backfill --stage cleaned_jobs --from 2026-11-01 --to 2026-11-14
    jobmatch backfill --stage raw_postings --board greenhouse --from-archive --from 2026-11-01 --to 2026-11-14
    """
    from jobmatch_dagster.orchestration import backfill as backfills
    from jobmatch_dagster.orchestration.backfill import counted
    from jobmatch_dagster.orchestration.instance import open_instance
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import database
    from jobmatch_dagster.supabase.ready import make_ready

    if last < first:
        raise JobmatchError("--to", f"is before --from ({last.date()} < {first.date()})", "Give the earlier day first.")
    if stage != "raw_postings" and (boards or from_archive):
        raise JobmatchError("--board and --from-archive", f"say nothing about {stage}", "They are for raw_postings.")
    make_ready(settings())
    names = boards or tuple(settings().boards) if stage == "raw_postings" else ()
    request = backfills.Request(stage, first.date(), last.date(), names, from_archive)
    with database.connect(settings()) as conn:
        planned = backfills.plan(conn, settings(), request, from_start=from_start)
    for line in planned.lines():
        click.echo(line)
    if dry_run or not planned.partitions:
        return
    if not yes and sys.stdin.isatty():
        click.confirm("Start?", abort=True)
    started = time.perf_counter()
    with open_instance(settings()) as instance:
        done = backfills.run(instance, settings(), planned, say=click.echo)
    click.echo(
        f"{done.partitions} of {counted(planned.partitions, 'partition')} done in {time.perf_counter() - started:.1f} s"
    )
    if done.failed:
        raise JobmatchError(
            f"{len(done.failed)} partitions",
            f"failed, the first being {done.failed[0][0]}: {done.failed[0][1]}",
            "The same command tries these again and leaves alone what is done.",
        )
    days = f"--day {last.date()}" if first == last else f"--from {first.date()} --day {last.date()}"
    click.echo(f"What stands downstream still has the old rows: jobmatch run {days}")
