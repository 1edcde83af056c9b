"""What Dagster itself costs: loading the code location, a run, a step, a day on which nothing is new.

Every case is a process of its own on an embedded server of its own, as a server runs it. CPU seconds are those of the
process and of all that it started; processes are counted while it runs. «Plain» is Dagster's default, a process a
step (multiprocess executor), where there is one to compare with.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from jobmatch_dagster.settings import load
from jobmatch_dagster.supabase import embedded
from jobmatch_dagster.supabase.ready import make_ready

DAY = "2026-03-02"
LOAD = """
import resource, time
cpu, wall = time.process_time(), time.perf_counter()
from jobmatch_dagster.definitions import defs
defs.get_repository_def().get_all_jobs()
print(time.process_time(), time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
FILL = f"""
from datetime import date
from pathlib import Path
import tempfile
from jobmatch_dagster.boards.raw import to_raw
from jobmatch_dagster.demo.show import upload_people
from jobmatch_dagster.settings import settings
from jobmatch_dagster.supabase import database
from jobmatch_dagster_tests.orchestration.shown import as_postings
day = date.fromisoformat("{DAY}")
with database.connect(settings()) as conn:
    database.merge(conn, "raw.postings", to_raw(as_postings(day), day), key=["board", "external_id", "scraped_on"])
upload_people(settings(), day, day)
"""
# Three assets in a row and a check of the last: the smallest thing that has steps.
STEPS = """
import time
import dagster as dg
from jobmatch_dagster.orchestration.instance import open_instance
from jobmatch_dagster.settings import settings

EXECUTOR = dg.KIND_executor

@dg.asset
def first() -> None: ...
@dg.asset(deps=[first])
def second() -> None: ...
@dg.asset(deps=[second])
def third() -> None: ...
@dg.asset_check(asset=third)
def check() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)

def job() -> dg.JobDefinition:
    defs = dg.Definitions(assets=[first, second, third], asset_checks=[check], executor=EXECUTOR,
                          jobs=[dg.define_asset_job("all", executor_def=EXECUTOR)])
    return defs.resolve_job_def("all")

if __name__ == "__main__":
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with open_instance(settings()) as instance:
        started = time.perf_counter()
        done = dg.execute_job(dg.reconstructable(job), instance=instance, run_config=quiet)
        assert done.success
        print(time.perf_counter() - started)
"""


def run(quick: bool) -> dict[str, Any]:
    """Measure; ``quick`` does each once instead of three times."""
    rounds = 1 if quick else 3
    with tempfile.TemporaryDirectory(prefix="jm-bench-") as folder:
        settings = load(home=Path(folder), supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
        environment = {**os.environ, "JOBMATCH_HOME": folder, "JOBMATCH_CACHE": str(load().cache)}
        make_ready(settings)
        try:
            rows = [*_loading(environment, rounds), *_steps(environment, folder, rounds), *_days(environment, rounds)]
        finally:
            embedded.down(settings)
    aims = "Aims: the code location ≤ 3 s and ≤ 250 MB; a day with nothing new ≤ 15 s wall on 2 cores."
    return {"name": "Orchestration", "rows": rows, "notes": f"{aims} Wall times hold on a quiet machine only."}


def _loading(environment: dict[str, str], rounds: int) -> list[dict[str, Any]]:
    found = [_program(environment, LOAD) for _ in range(rounds)]
    numbers = [[float(word) for word in one.output.split()] for one in found]
    cpu, wall, megabytes = (statistics.median(values) for values in zip(*numbers, strict=True))
    return [_row("load the code location", cpu, wall, 1, megabytes=round(megabytes))]


def _steps(environment: dict[str, str], folder: str, rounds: int) -> list[dict[str, Any]]:
    """Three steps and a check, by the executor that every job here has and by Dagster's default; interleaved."""
    file = Path(folder) / "steps.py"
    measured: dict[str, list[_Measured]] = {"in_process": [], "multiprocess": []}
    for _ in range(rounds):
        for kind, runs in measured.items():
            file.write_text(STEPS.replace("KIND", kind), encoding="utf-8")
            runs.append(_command(environment, [sys.executable, str(file)]))
    ours, plain = (_median(runs) for runs in measured.values())
    return [
        _row(
            "three steps and a check",
            ours.cpu,
            float(ours.output),
            ours.processes,
            plain_cpu_s=round(plain.cpu, 2),
            plain_wall_s=round(float(plain.output), 2),
            plain_processes=plain.processes,
            ratio=round(plain.cpu / ours.cpu, 1),
        )
    ]


def _days(environment: dict[str, str], rounds: int) -> list[dict[str, Any]]:
    """A day of 440 postings and twenty files, and the same day again, as ``jobmatch run`` does it."""
    _program(environment, FILL)
    day = [sys.executable, "-m", "jobmatch_dagster.cli", "run", "--day", DAY]
    first = _command(environment, day)
    again = _median([_command(environment, day) for _ in range(rounds)])
    return [
        _row("a day, first run", first.cpu, first.wall, first.processes),
        _row("a day, nothing new, end to end", again.cpu, again.wall, again.processes),
    ]


class _Measured:
    """A process that ended: its output, wall and CPU seconds, and how many processes it was at once."""

    def __init__(self, output: str, wall: float, cpu: float, processes: int) -> None:
        self.output, self.wall, self.cpu, self.processes = output, wall, cpu, processes


def _program(environment: dict[str, str], text: str) -> _Measured:
    return _command(environment, [sys.executable, "-c", text])


def _command(environment: dict[str, str], command: list[str]) -> _Measured:
    before, started = os.times(), time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seen = {process.pid}
    while process.poll() is None:
        try:
            seen |= {child.pid for child in psutil.Process(process.pid).children(recursive=True)}
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    output, errors = process.communicate()
    wall, after = time.perf_counter() - started, os.times()
    if process.returncode:
        raise RuntimeError(f"{command[:3]} ended with {process.returncode}: {errors[-2000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return _Measured(output, wall, cpu, len(seen))


def _median(measured: list[_Measured]) -> _Measured:
    return sorted(measured, key=lambda one: one.cpu)[len(measured) // 2]


def _row(case: str, cpu: float, wall: float, processes: int, **more: Any) -> dict[str, Any]:
    return {"case": case, "ours_cpu_s": round(cpu, 2), "wall_s": round(wall, 2), "processes": processes, **more}
