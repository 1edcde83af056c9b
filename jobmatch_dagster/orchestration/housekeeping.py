"""What has to be done now and then, and makes no table: keeping to the retention times."""

from datetime import UTC, datetime

import dagster as dg

from jobmatch_dagster.orchestration.failures import explained
from jobmatch_dagster.orchestration.resources import Platform


@dg.op(description="Removes archived pages, crawl workspaces and résumés that are older than the settings allow.")
def remove_what_is_too_old(context: dg.OpExecutionContext, platform: Platform) -> None:
    """Keep to the retention times and say what went."""
    from jobmatch_dagster.stages.retention import keep_to_retention

    with explained():
        outcome = keep_to_retention(platform.settings, datetime.now(UTC).date())
    context.add_output_metadata({name.replace(" ", "_"): int(n) for name, n in outcome.counts.items()})


@dg.job(
    description="Keeps to JOBMATCH_RAW_RETENTION_DAYS and JOBMATCH_RESUME_RETENTION_DAYS.",
    executor_def=dg.in_process_executor,
)
def retention() -> None:
    """One step."""
    remove_what_is_too_old()


nightly_retention = dg.ScheduleDefinition(
    name="nightly_retention",
    job=retention,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Every night: removes what is older than the retention settings allow.",
)
