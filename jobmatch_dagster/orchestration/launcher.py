"""Starting runs as processes of this machine, and telling when such a process is gone.

Dagster's own launcher leaves that to the code server, which reports a process that died under it. After a loss of
power, or when the code server was killed too, nobody does: such a run would count as started for ever, keep its board
and its place in the queue, and have the sensor of uploads wait for it. Dagster's monitoring asks here once a minute.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher

if TYPE_CHECKING:
    import dagster as dg

HOST_TAG = "jobmatch/host"
# A process writes down that it runs after it has begun; clocks of the two are rounded differently.
_ROUNDING_SECONDS = 2.0


class WatchingRunLauncher(DefaultRunLauncher):
    """``DefaultRunLauncher`` that finds a run's process by the id that the run has written down."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """So that Dagster's monitoring asks."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process lives. What cannot be told counts as running: a live run must not be given up."""
        if run.tags.get(HOST_TAG, socket.gethostname()) != socket.gethostname():
            return CheckRunHealthResult(WorkerStatus.RUNNING, "It runs on another machine.")
        known = _process(self._instance, run.run_id)
        if known is None:
            return CheckRunHealthResult(WorkerStatus.RUNNING, "Its process is not known yet.")
        pid, written_at = known
        if _lives(pid, written_at):
            return CheckRunHealthResult(WorkerStatus.RUNNING, run_worker_id=str(pid))
        return CheckRunHealthResult(WorkerStatus.FAILED, f"Its process {pid} is gone.", run_worker_id=str(pid))


def _process(instance: dg.DagsterInstance, run_id: str) -> tuple[int, float] | None:
    """The newest process id among a run's events, and when it was written down."""
    import dagster as dg

    for entry in reversed(instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)):
        data = entry.dagster_event.engine_event_data if entry.dagster_event else None
        if data and (pid := data.metadata.get("pid")):
            return int(str(pid.value)), entry.timestamp
    return None


def _lives(pid: int, written_at: float) -> bool:
    """Whether the process is there and is not another one that was given the same id later."""
    import psutil

    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= written_at + _ROUNDING_SECONDS
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True
