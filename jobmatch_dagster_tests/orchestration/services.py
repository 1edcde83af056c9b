"""The services as a server runs them: processes of their own on a database of their own, asked over their ports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster_tests.orchestration.test_faults import closed_port

LAUNCH = """
mutation($p: ExecutionParams!) { launchRun(executionParams: $p) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }
"""
BACKFILL = """
mutation($p: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $p) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }
"""
BACKFILL_STATUS = (
    "query($id: String!) { partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } } }"
)
RUNS = """
query($f: RunsFilter!) { runsOrError(filter: $f) { ... on Runs { results {
  runId jobName status runConfigYaml tags { key value } assetMaterializations { assetKey { path } partition } } } } }
"""
MATERIALISED = """
query($path: [String!]!) { assetOrError(assetKey: {path: $path}) { ... on Asset { definition {
  partitionStats { numMaterialized } } } } }
"""
SCHEDULE = """
query($s: ScheduleSelector!) { scheduleOrError(scheduleSelector: $s) { ... on Schedule { id } } }
"""
STOP_SCHEDULE = """
mutation($id: String!) { stopRunningSchedule(id: $id) { __typename ... on PythonError { message } } }
"""
REPOSITORY = {"repositoryLocationName": "jobmatch", "repositoryName": "__repository__"}


@dataclass
class Services:
    """Running services.

    Attributes:
        settings: what they run with.
        processes: by name; their output is in ``<home>/<name>.log``.
    """

    settings: Settings
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, *parts: str) -> None:
        """``jobmatch serve`` of each part."""
        for part in parts:
            with (self.settings.home / f"{part}.log").open("wb") as log:
                self.processes[part] = subprocess.Popen(
                    [sys.executable, "-m", "jobmatch_dagster.cli", "serve", part],
                    env=self.environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )

    def stop(self) -> dict[str, int]:
        """End them as a service manager does; exit status by name."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        return {name: process.wait(timeout=60) for name, process in self.processes.items()}

    def log(self, part: str) -> str:
        """What a part has printed."""
        return (self.settings.home / f"{part}.log").read_text(errors="replace")

    def ask(self, query: str, **variables: Any) -> Any:
        """A GraphQL query or mutation, as the UI sends it."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.settings.ui_port}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            found = json.load(response)
        assert not found.get("errors"), found["errors"]
        return next(iter(found["data"].values()))

    def answers(self) -> bool:
        """Whether the UI has loaded the code location."""
        query = "{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }"
        try:
            return bool(self.ask(query).get("nodes"))
        except OSError:
            return False

    def launch(self, job: str, partition: str, config: dict[str, Any] | None = None) -> str:
        """Press «Launch run» for a job and a partition."""
        tags = {"dagster/partition": partition}
        if "|" in partition:
            board, day = partition.split("|")
            tags |= {"dagster/partition/board": board, "dagster/partition/day": day}
        found = self.ask(
            LAUNCH,
            p={
                "selector": {**REPOSITORY, "jobName": job},
                "runConfigData": config or {},
                "executionMetadata": {"tags": [{"key": k, "value": v} for k, v in tags.items()]},
            },
        )
        assert found["__typename"] == "LaunchRunSuccess", found
        return str(found["run"]["runId"])

    def turn_off(self, schedule: str) -> None:
        """Turn a schedule off, as one does in the UI."""
        found = self.ask(SCHEDULE, s={**REPOSITORY, "scheduleName": schedule})
        assert self.ask(STOP_SCHEDULE, id=found["id"])["__typename"] == "ScheduleStateResult"

    def runs(self, **criteria: Any) -> list[dict[str, Any]]:
        """Runs, the newest first; their tags as a dict."""
        found: list[dict[str, Any]] = self.ask(RUNS, f=criteria)["results"]
        for run in found:
            run["tags"] = {tag["key"]: tag["value"] for tag in run["tags"]}
        return found

    def ended(self, run_id: str, seconds: float = 900) -> str:
        """Wait for a run; its status."""
        over = ("SUCCESS", "FAILURE", "CANCELED")
        wait_until(lambda: self.runs(runIds=[run_id])[0]["status"] in over, f"run {run_id}", seconds)
        return str(self.runs(runIds=[run_id])[0]["status"])


def wait_until(condition: Callable[[], Any], what: str, seconds: float = 900) -> Any:
    """Wait until something holds, and give it; fail with its name when it takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.5)
    raise AssertionError(f"{what} did not come within {seconds:.0f} s")


@contextmanager
def served(**environment: str) -> Iterator[Services]:
    """Services on an embedded database of their own, in a short-lived home; none is started yet."""
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import embedded
    from jobmatch_dagster.supabase.ready import make_ready

    with tempfile.TemporaryDirectory(prefix="jm-", ignore_cleanup_errors=True) as folder:
        ours = {
            "JOBMATCH_HOME": folder,
            "JOBMATCH_UI_PORT": str(closed_port()),
            "JOBMATCH_API_PORT": str(closed_port()),
            "JOBMATCH_DATABASE": "postgres",
            **environment,
        }
        before = {name: os.environ.get(name) for name in (*ours, "DAGSTER_HOME")}
        os.environ.update(ours)
        settings.cache_clear()
        services = Services(load(), dict(os.environ))
        make_ready(services.settings)
        try:
            yield services
        finally:
            for process in services.processes.values():
                if process.poll() is None:
                    process.terminate()
            for process in services.processes.values():
                process.wait(timeout=60)
            embedded.down(services.settings)
            for name, value in before.items():
                os.environ.pop(name, None) if value is None else os.environ.update({name: value})
            settings.cache_clear()
