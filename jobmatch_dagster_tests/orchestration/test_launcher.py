"""A run whose process is gone does not count as started for ever, and a live one is never given up."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    import dagster as dg

RUN = """
import sys
import dagster as dg
from jobmatch_dagster.orchestration.instance import open_instance
from jobmatch_dagster.settings import settings

@dg.op
def waits():
    print("waits", flush=True)
    sys.stdin.read()

@dg.job(executor_def=dg.in_process_executor)
def patient():
    waits()

with open_instance(settings()) as instance:
    patient.execute_in_process(instance=instance, tags=dict([sys.argv[1].split("=")]))
"""


@contextmanager
def running(instance: dg.DagsterInstance, tag: str = "of=test") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process in the middle of a run, and the run's id; it ends when its standard input does."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, tag],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert any("waits" in line for line in process.stdout)
    try:
        yield process, instance.get_runs(limit=1)[0].run_id
    finally:
        process.communicate(timeout=60)


def monitored(instance: dg.DagsterInstance, run_id: str) -> str:
    """The run's status after one look of Dagster's monitoring."""
    from dagster._daemon.monitoring.run_monitoring import execute_run_monitoring_iteration

    context = SimpleNamespace(instance=instance, create_request_context=lambda: None)
    troubles = list(execute_run_monitoring_iteration(cast("Any", context), logging.getLogger("test")))
    assert troubles == [None] * len(troubles)
    run = instance.get_run_by_id(run_id)
    assert run
    return run.status.value


def test_a_run_is_failed_once_its_process_was_killed_and_not_before(instance: dg.DagsterInstance) -> None:
    with running(instance) as (process, run_id):
        assert monitored(instance, run_id) == "STARTED"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert monitored(instance, run_id) == "FAILURE"


def test_a_run_of_another_machine_is_left_alone(instance: dg.DagsterInstance) -> None:
    from jobmatch_dagster.orchestration.launcher import HOST_TAG

    with running(instance, f"{HOST_TAG}=elsewhere") as (process, run_id):
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert monitored(instance, run_id) == "STARTED"
    instance.delete_run(run_id)


def test_a_run_that_goes_on_after_a_look_succeeds(instance: dg.DagsterInstance) -> None:
    with running(instance) as (process, run_id):
        monitored(instance, run_id)
        process.communicate(timeout=60)
        assert monitored(instance, run_id) == "SUCCESS"


def test_a_process_that_was_given_a_dead_ones_id_is_not_taken_for_it() -> None:
    import time

    from jobmatch_dagster.orchestration.launcher import _lives

    assert _lives(os.getpid(), time.time())
    assert not _lives(os.getpid(), time.time() - 365 * 86_400)


def test_what_the_command_line_started_is_not_started_again_by_the_daemon(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    import dagster as dg

    from jobmatch_dagster import definitions
    from jobmatch_dagster.orchestration.launch import execute

    @dg.job(executor_def=dg.in_process_executor, partitions_def=dg.DailyPartitionsDefinition("2026-03-01"))
    def nothing() -> None: ...

    monkeypatch.setattr(definitions, "defs", dg.Definitions(jobs=[nothing]))
    done = execute(instance, "nothing", "2026-03-02")
    run = instance.get_run_by_id(done.run_id)
    assert run
    assert (run.tags["dagster/max_retries"], run.tags["jobmatch/host"]) == ("0", socket.gethostname())
