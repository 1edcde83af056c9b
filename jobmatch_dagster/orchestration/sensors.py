"""What starts runs because something arrived, and what speaks up when a run fails.

Sensors ask the tables, not the clock: a file or a board that lands late is found all the same. Nothing is parsed or
fetched in here; a tick only asks one short question.
"""

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from jobmatch_dagster.orchestration.alerts_sensor import incidents
from jobmatch_dagster.orchestration.jobs import day as day_job
from jobmatch_dagster.orchestration.jobs import scrape_board
from jobmatch_dagster.orchestration.jobs import uploads as uploads_job
from jobmatch_dagster.orchestration.resources import Platform
from jobmatch_dagster.stages import scrape_runs

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
PATIENCE_MINUTES = 30
BATCH_TAG = "jobmatch/batch"
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.MANAGED,
]

# Days with boards that ended after the day was last cleaned. Waits for boards under way, but not for ever.
LANDED = """
select r.day, extract(epoch from max(r.ended_at))::bigint as landed
  from private.scrape_runs r
 where r.ended_at is not null and r.status in ('succeeded', 'partial', 'failed', 'cancelled')
   and r.ended_at > now() - interval '30 days'
 group by r.day
having not exists (select from private.scrape_runs w
                    where w.day = r.day and w.status in ('queued', 'running')
                      and w.started_at > now() - make_interval(mins => %(patience)s)
                      and max(r.ended_at) > now() - make_interval(mins => %(patience)s))
 order by r.day
"""


@dg.sensor(
    job=day_job,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Runs the rest of a day when its boards have landed, and once more when a late one lands. "
        "Waits up to half an hour for boards that are still being asked."
    ),
)
def landed_boards(context: dg.SensorEvaluationContext, platform: Platform) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run request a day and landing; Dagster drops a run key that it has seen."""
    with platform.connection() as conn:
        landed = conn.execute(LANDED, {"patience": PATIENCE_MINUTES}).fetchall()
    seen = set((context.cursor or "").split(","))
    keys = {f"{day}@{at}": day for day, at in landed}
    new = [key for key in keys if key not in seen and not _was_run_since(context.instance, key)]
    if not new:
        yield dg.SkipReason("No board has landed since the last run of its day.")
    for key in new:
        yield dg.RunRequest(run_key=key, partition_key=str(keys[key]))
    context.update_cursor(",".join(keys))


def _was_run_since(instance: dg.DagsterInstance, key: str) -> bool:
    """Whether somebody ran the day after it landed, with `jobmatch run` or by hand: nothing is left to do."""
    day, _, landed = key.partition("@")
    # The time is in whole seconds: a run of the same second may have begun before the landing.
    after = datetime.fromtimestamp(int(landed) + 1, UTC)
    runs = dg.RunsFilter(
        job_name=day_job.name,
        tags={"dagster/partition": day},
        statuses=[dg.DagsterRunStatus.SUCCESS, *UNFINISHED],
        created_after=after,
    )
    return bool(instance.get_run_records(runs, limit=1))


@dg.sensor(
    job=uploads_job,
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Parses and matches uploaded résumés. Asks which files have no row yet; one run a batch and day.",
)
def uploaded_resumes(
    context: dg.SensorEvaluationContext, platform: Platform
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """One run request for each day with unparsed files, unless a run is on its way or the batch has failed too
    often.
    """
    from jobmatch_dagster.stages.parse import unparsed

    with platform.connection() as conn:
        waiting = unparsed(conn)
    if not waiting:
        yield dg.SkipReason("Every uploaded file has its row.")
        return
    if context.instance.get_run_records(dg.RunsFilter(job_name=uploads_job.name, statuses=UNFINISHED), limit=1):
        yield dg.SkipReason(f"{len(waiting)} files wait; a run that parses uploads is on its way.")
        return
    by_day: dict[date, list[str]] = defaultdict(list)
    for name, _, file_version, uploaded in waiting:
        by_day[uploaded].append(f"{name}@{file_version}")
    for uploaded, names in by_day.items():
        yield _upload_request(context.instance, uploaded, names)


def _upload_request(instance: dg.DagsterInstance, uploaded: date, names: list[str]) -> dg.RunRequest | dg.SkipReason:
    """A run for a batch; the run key names the batch and the attempt, so that a failed batch is tried again, thrice."""
    batch = hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]
    attempt = 1 + instance.get_runs_count(dg.RunsFilter(job_name=uploads_job.name, tags={BATCH_TAG: batch}))
    if attempt > MOST_ATTEMPTS:
        return dg.SkipReason(
            f"{len(names)} files of {uploaded} failed {MOST_ATTEMPTS} times. "
            "Look at the failed runs, then start `uploads` by hand."
        )
    return dg.RunRequest(
        run_key=f"{uploaded}|{batch}|{attempt}",
        partition_key=str(uploaded),
        tags={BATCH_TAG: batch, "files": str(len(names))},
    )


@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes each failed run with its stage and partition to the log and to `private.audit_log`.",
)
def failed_runs(context: dg.RunFailureSensorContext, platform: Platform) -> None:
    """Keep one line a failed run where people and alerts can find it."""
    run = context.dagster_run
    detail: dict[str, Any] = {
        "job": run.job_name,
        "run_id": run.run_id,
        "partition": run.tags.get("dagster/partition"),
        "error": (context.failure_event.message or "")[:500],
    }
    log.error("run failed: %s", json.dumps(detail))
    with platform.connection() as conn:
        conn.execute(
            """insert into private.audit_log (actor, action, subject, detail)
               values ('dagster', 'run_failed', %s, %s::jsonb)""",
            (run.job_name, json.dumps(detail)),
        )
        scrape_runs.settle(
            conn, run.run_id, "failed", "Its run failed in Dagster without a word; what it fetched is kept."
        )


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.CANCELED,
    monitored_jobs=[scrape_board],
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Closes the scrape run of a run that somebody ended in the UI, so that no board waits for it.",
)
def cancelled_scrapes(context: dg.RunStatusSensorContext, platform: Platform) -> None:
    """A run that is ended from outside cannot write that it has ended."""
    with platform.connection() as conn:
        scrape_runs.settle(conn, context.dagster_run.run_id, "cancelled", "Somebody ended its run in Dagster.")


SENSORS = [landed_boards, uploaded_resumes, failed_runs, cancelled_scrapes, incidents]
