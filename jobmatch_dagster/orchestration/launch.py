"""Runs that a person starts outside the UI: in this process, or in the queue of a running Dagster.

The command line and the HTTP API come through here, so that whatever they start shows in the Dagster UI.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.errors import JobmatchError

if TYPE_CHECKING:
    import dagster as dg
    from dagster_graphql import DagsterGraphQLClient


# The run's events are in Dagster's storage and its UI; a terminal needs the summary only.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class Finished:
    """A run that was executed here.

    Attributes:
        run_id: Dagster's id of it.
        succeeded: whether all steps and blocking checks passed.
        failed_stage: the first asset that failed, if any.
        reason: one sentence from the failure.
        metadata: the materialisation metadata by asset.
    """

    run_id: str
    succeeded: bool
    failed_stage: str | None
    reason: str | None
    metadata: Mapping[str, Mapping[str, Any]]


def execute(
    instance: dg.DagsterInstance,
    job: str,
    partition: str,
    *,
    through: str | None = None,
    run_config: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Finished:
    """Run a job on one partition, or on a range of days in one run, in this process and wait for it.

    Args:
        instance: Dagster's instance; the run is recorded there.
        job: name of the job.
        partition: its partition key.
        through: last partition key of a range that starts at ``partition``.
        run_config: the job's configuration; its defaults, as the launchpad shows them, otherwise.
        tags: further tags of the run.
    """
    from jobmatch_dagster.definitions import defs
    from jobmatch_dagster.orchestration.launcher import HOST_TAG

    definition = defs.resolve_job_def(job)
    # A run of this process is nobody else's to start again when the process is lost.
    all_tags = {HOST_TAG: socket.gethostname(), "dagster/max_retries": "0", **(tags or {})}
    if "|" in partition:
        all_tags.setdefault("board", partition.split("|", 1)[0])
    if through:
        all_tags |= {"dagster/asset_partition_range_start": partition, "dagster/asset_partition_range_end": through}
    result = definition.execute_in_process(
        instance=instance,
        partition_key=None if through else partition,
        run_config={**QUIET, **(run_config or default_config(definition, partition))},
        tags=all_tags,
        raise_on_error=False,
    )
    stage, reason = _first_failure(result)
    metadata = {
        event.asset_key.to_user_string(): {k: v.value for k, v in event.materialization.metadata.items()}
        for event in result.get_asset_materialization_events()
        if event.asset_key
    }
    return Finished(result.run_id, result.success, stage, reason, metadata)


def _first_failure(result: dg.ExecuteInProcessResult) -> tuple[str | None, str | None]:
    """The first step that failed, and why in one sentence: its blocking check's own, where one stopped it."""
    checks: dict[str, list[str]] = {}
    for event in result.all_events:
        if event.event_type_value == "ASSET_CHECK_EVALUATION":
            found = event.asset_check_evaluation_data
            if not found.passed and found.blocking and event.step_key:
                checks.setdefault(event.step_key, []).append(f"{found.check_name}: {found.description or ''}".rstrip())
        elif event.is_step_failure and event.step_key:
            if event.step_key in checks:
                return event.step_key, " ".join(checks[event.step_key])
            error = event.step_failure_data.error
            shown = event.step_failure_data.user_failure_data
            cause = error.cause if error and error.cause else error
            said = shown.description if shown and shown.description else (cause.message.strip() if cause else None)
            return event.step_key, said
    return None, None


def default_config(job: dg.JobDefinition, partition: str) -> Mapping[str, Any]:
    """The configuration that the launchpad shows for a job and a partition."""
    if job.partitioned_config:
        return job.partitioned_config.get_run_config_for_partition_key(partition)
    return job.run_config or {}


@contextmanager
def _dagster() -> Iterator[DagsterGraphQLClient]:
    """A client of the running Dagster; its errors become ours."""
    from dagster_graphql import DagsterGraphQLClient, DagsterGraphQLClientError
    from requests.exceptions import RequestException

    from jobmatch_dagster.settings import settings

    port = settings().ui_port
    try:
        yield DagsterGraphQLClient("127.0.0.1", port_number=port)
    except (RequestException, ConnectionError, DagsterGraphQLClientError) as error:
        # The client wraps what its transport says; a refusal of Dagster's own has no cause.
        if isinstance(error, DagsterGraphQLClientError) and error.__cause__ is None:
            raise JobmatchError("Dagster", f"does not do it: {error}", "Look at the run in its UI.") from None
        raise JobmatchError(
            "Dagster", f"does not answer on port {port}", "Start it with `jobmatch dev`, or set JOBMATCH_UI_PORT."
        ) from None


def scrape(board: str, day: date) -> str:
    """Put the scrape of one board and day into the queue of a running Dagster (``jobmatch dev``).

    Returns:
        The id of the Dagster run.

    Raises:
        JobmatchError: no Dagster answers on the UI's port, or it does not take the run.
    """
    from jobmatch_dagster.orchestration.partitions import board_day

    partition = str(board_day(board, day))
    tags = {
        "dagster/partition": partition,
        "dagster/partition/board": board,
        "dagster/partition/day": str(day),
        "board": board,
    }
    with _dagster() as client:
        run_id: str = client.submit_job_execution("scrape_board", tags=tags, run_config={})
    return run_id


def cancel(run_id: str) -> None:
    """Ask the running Dagster to end a run.

    Raises:
        JobmatchError: no Dagster answers on the UI's port, or it does not know the run.
    """
    with _dagster() as client:
        client.terminate_run(run_id)
