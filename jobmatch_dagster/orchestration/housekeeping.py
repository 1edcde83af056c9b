"""What has to be done now and then, and makes no table: retention, closing what is gone, erasing a person."""

from datetime import UTC, date, datetime

import dagster as dg

from jobmatch_dagster.orchestration.failures import explained
from jobmatch_dagster.orchestration.partitions import DAYS
from jobmatch_dagster.orchestration.resources import Platform
from jobmatch_dagster.settings import settings


@dg.op(description="Removes archived pages, crawl workspaces, résumés and runs that are older than the settings allow.")
def remove_what_is_too_old(context: dg.OpExecutionContext, platform: Platform) -> None:
    """Keep to the retention times and say what went."""
    from jobmatch_dagster.orchestration.instance import forget_old_runs
    from jobmatch_dagster.stages.retention import keep_to_retention

    today = datetime.now(UTC).date()
    with explained():
        outcome = keep_to_retention(platform.settings, today)
        runs = forget_old_runs(context.instance, platform.settings.run_retention_days)
    counts = {name.replace(" ", "_"): int(n) for name, n in outcome.counts.items()}
    context.add_output_metadata({**counts, "runs": runs})


@dg.job(
    description=(
        "Keeps to JOBMATCH_RAW_RETENTION_DAYS (pages), JOBMATCH_RESUME_RETENTION_DAYS (résumés) and "
        "JOBMATCH_RUN_RETENTION_DAYS (Dagster's runs). Safe at any time; removes nothing that is younger."
    ),
    executor_def=dg.in_process_executor,
    tags={"jobmatch/kind": "housekeeping"},
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


class CloseConfig(dg.Config):
    """When a job that is not shown any more is closed."""

    after_days: int = settings().close_after_days
    """Days without being seen; JOBMATCH_CLOSE_AFTER_DAYS is what the daily job takes."""


@dg.op(description="Closes jobs that boards which delivered on the day no longer show; opens those that came back.")
def close_jobs_not_seen(context: dg.OpExecutionContext, config: CloseConfig, platform: Platform) -> None:
    """Close as of the run's day and say how many rows changed."""
    from jobmatch_dagster.stages.clean import close_unseen
    from jobmatch_dagster.stages.outcome import turn

    day = date.fromisoformat(context.partition_key)
    with explained(), platform.connection() as conn, turn(conn, "cleaned_jobs", "all"):
        changed = close_unseen(conn, day, config.after_days)
    context.add_output_metadata({"day": str(day), "changed": changed})


@dg.job(
    partitions_def=DAYS,
    config=dg.RunConfig(ops={"close_jobs_not_seen": CloseConfig()}),
    description=(
        "Closes jobs that their board stopped showing, as of one day; the daily job does the same with "
        "JOBMATCH_CLOSE_AFTER_DAYS. A board that did not deliver completely on that day closes nothing."
    ),
    executor_def=dg.in_process_executor,
    tags={"jobmatch/kind": "repair"},
)
def close_unseen_jobs() -> None:
    """One step."""
    close_jobs_not_seen()


NOBODY = "00000000-0000-0000-0000-000000000000"


class EraseConfig(dg.Config):
    """Whom to erase."""

    user_id: str = NOBODY
    """Id of the account, never an address: Dagster keeps the configuration of its runs."""


@dg.op(description="Removes a person's files, rows and account, and keeps a receipt that names nobody.")
def erase_everything_of(context: dg.OpExecutionContext, config: EraseConfig, platform: Platform) -> None:
    """Erase the person and show the receipt's number and counts."""
    import uuid

    from jobmatch_dagster.supabase.people import erase

    if config.user_id == NOBODY:
        raise dg.Failure("Nobody was erased. Put the account's id into the launchpad.", allow_retries=False)
    try:
        uuid.UUID(config.user_id)
    except ValueError:
        raise dg.Failure(
            "user_id is not the id of an account. Find it in public.users; an address has no place in a run.",
            allow_retries=False,
        ) from None
    with explained():
        receipt = erase(platform.settings, config.user_id, actor="dagster")
    counts = {name.replace(" ", "_").replace(".", "_"): n for name, n in receipt.counts.items()}
    context.add_output_metadata({"receipt": receipt.id, **counts})


@dg.job(
    config=dg.RunConfig(ops={"erase_everything_of": EraseConfig()}),
    description=(
        "Erases one person for good: files, résumés, matches, account. Put the account's id (not an address) into the "
        "launchpad; with the id of nobody, which stands there, the run fails and nothing happens."
    ),
    executor_def=dg.in_process_executor,
    tags={"jobmatch/kind": "repair"},
)
def erase_person() -> None:
    """One step."""
    erase_everything_of()


HOUSEKEEPING = [retention, close_unseen_jobs, erase_person]
