"""One stage over a range of days: how much it is, in which runs it is done, and where to go on after an interruption.

Days that hold nothing are left out. Neighbouring days share a run, since a run costs about as much as some days; a run
holds a week at most, since what was interrupted is done again from its start. What is done is kept in a small file
under ``JOBMATCH_HOME`` until all of it is; a partition is written by one process at a time, so any number of backfills
may go on beside each other and beside the schedule.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.orchestration.backfill_sizes import SECONDS, SIZES, Size
from jobmatch_dagster.orchestration.jobs import CLEAN, PARSE, READ, REPLAY, SCORE
from jobmatch_dagster.orchestration.launch import execute
from jobmatch_dagster.orchestration.partitions import board_day

if TYPE_CHECKING:
    import dagster as dg
    import psycopg

    from jobmatch_dagster.settings import Settings

Say = Callable[[str], Any]

JOBS = {"cleaned_jobs": CLEAN, "job_skills": READ, "parsed_resumes": PARSE, "match_scores": SCORE}
DAYS_OF_A_RUN = 7
GAP = 10  # empty days that cost less than a run of their own: 0.02 s each against 0.3 s and more
RUN_SECONDS = 0.5
TAG = "jobmatch/backfill"


@dataclass(frozen=True)
class Request:
    """What was asked for; the same words are the same backfill, which is how an interrupted one is found again."""

    stage: str
    first: date
    last: date
    boards: tuple[str, ...] = ()
    from_archive: bool = False

    @property
    def key(self) -> str:
        """Names the request in file names and run tags."""
        words = json.dumps([self.stage, str(self.first), str(self.last), sorted(self.boards), self.from_archive])
        return hashlib.sha256(words.encode()).hexdigest()[:12]

    @property
    def job(self) -> str:
        """The job that does it."""
        if self.stage == "raw_postings":
            return REPLAY if self.from_archive else "scrape_board"
        return JOBS[self.stage]

    @property
    def days(self) -> list[date]:
        """All days of the range."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass
class Plan:
    """What is to be done, before it is.

    Attributes:
        request: what was asked for.
        runs: the partitions of each run, in order; neighbours of one run are consecutive days.
        sizes: rows to work on, by partition.
        unit: what the rows are.
        empty: partitions of the range that hold nothing and are left out.
        done_before: partitions that an interrupted backfill of the same words has done.
        seconds: estimate from earlier runs of the stage; None where there were none.
    """

    request: Request
    runs: list[list[str]]
    sizes: dict[str, int]
    unit: str
    empty: int = 0
    done_before: int = 0
    seconds: float | None = None

    @property
    def partitions(self) -> int:
        """How many partitions are to be done."""
        return sum(map(len, self.runs))

    def lines(self) -> Iterator[str]:
        """The plan as a person reads it."""
        rows = sum(self.sizes.get(p, 0) for run in self.runs for p in run)
        runs = counted(len(self.runs), "run")
        asked = self.request
        yield f"{asked.stage}, {asked.first} to {asked.last}: {counted(self.partitions, 'partition')} in {runs}"
        yield f"  {rows:,} {self.unit}" + (f", about {_duration(self.seconds)}" if self.seconds is not None else "")
        if self.empty:
            yield f"  {self.empty} partitions hold nothing and are left out"
        if self.done_before:
            yield f"  {self.done_before} were done before it was interrupted (--from-start does them again)"


def counted(number: int, what: str) -> str:
    """``1 run``, ``2 runs``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


@dataclass
class Done:
    """What a backfill did: partitions done now, and (partition, reason) of those that failed."""

    partitions: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


# --- before ---------------------------------------------------------------------------------------


def plan(conn: psycopg.Connection[Any], settings: Settings, request: Request, *, from_start: bool = False) -> Plan:
    """Find out how much a request is, and what of it is left.

    Args:
        conn: a database connection.
        settings: where progress is kept.
        request: what is asked for.
        from_start: forget what an interrupted backfill of the same words has done.
    """
    size = SIZES[request.stage if not request.from_archive else "archive"]
    found = _sizes(conn, request, size)
    finished = set() if from_start else set(_Progress(settings, request).finished())
    left = {partition: rows for partition, rows in found.items() if partition not in finished}
    runs = _runs(request, list(left))
    return Plan(
        request,
        runs,
        left,
        size.unit,
        empty=len(request.days) * (len(request.boards) or 1) - len(found),
        done_before=len(found) - len(left),
        seconds=_seconds(conn, request, sum(left.values()), len(runs)),
    )


def _sizes(conn: psycopg.Connection[Any], request: Request, size: Size) -> dict[str, int]:
    given = {"first": request.first, "last": request.last, "boards": list(request.boards)}
    rows = conn.execute(size.query, given).fetchall()  # type: ignore[arg-type]
    if request.stage == "raw_postings":
        return {str(board_day(board, day)): int(n) for day, board, n in rows}
    return {str(day): int(n) for day, n in rows}


def _seconds(conn: psycopg.Connection[Any], request: Request, rows: int, runs: int) -> float | None:
    """Rows times what a row took in earlier runs, and what the runs themselves cost."""
    row = conn.execute(SECONDS[request.stage], {"stage": request.stage}).fetchone()  # type: ignore[arg-type]
    return None if row is None or row[0] is None else rows * float(row[0]) + runs * RUN_SECONDS


def _runs(request: Request, partitions: Sequence[str]) -> list[list[str]]:
    """Which partitions share a run: none of the boards, whose runs fail alone; days that are near each other."""
    if request.stage == "raw_postings":
        return [[partition] for partition in partitions]
    runs: list[list[str]] = []
    for partition in partitions:
        day = date.fromisoformat(partition)
        if runs and len(runs[-1]) < DAYS_OF_A_RUN and (day - date.fromisoformat(runs[-1][-1])).days <= GAP:
            runs[-1].append(partition)
        else:
            runs.append([partition])
    return runs


# --- doing it -------------------------------------------------------------------------------------


def run(instance: dg.DagsterInstance, settings: Settings, planned: Plan, *, say: Say = print) -> Done:
    """Do what is planned, one run after the other, in this process.

    A run that fails is told and passed over. What is done is kept, so that the same request goes on after the last
    finished run, whether this process was killed or a run failed.

    Raises:
        JobmatchError: another process is doing the same backfill.
    """
    progress, done = _Progress(settings, planned.request), Done()
    with progress.alone():
        if not planned.done_before:
            progress.forget()
        total, at = planned.partitions, 0
        for partitions in planned.runs:
            finished = execute(
                instance,
                planned.request.job,
                partitions[0],
                through=partitions[-1] if len(partitions) > 1 else None,
                tags={TAG: planned.request.key},
            )
            at += len(partitions)
            what = partitions[0] if len(partitions) == 1 else f"{partitions[0]} to {partitions[-1]}"
            if finished.succeeded:
                progress.add(partitions, finished.run_id)
                done.partitions += len(partitions)
            else:
                done.failed += [(partition, finished.reason or "no reason known") for partition in partitions]
            say(f"  {at}/{total}  {what}  {'done' if finished.succeeded else f'failed: {finished.reason}'}")
        if not done.failed:
            progress.forget()
    return done


class _Progress:
    """The file that remembers what of a request is done: a line a run, gone when all is done."""

    def __init__(self, settings: Settings, request: Request) -> None:
        self.request = request
        self.path: Path = settings.home / "backfills" / f"{request.stage}-{request.key}.jsonl"

    def finished(self) -> Iterator[str]:
        """Partitions that are done; a last line that a kill cut off is none."""
        if not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                yield from json.loads(line)["partitions"]
            except ValueError:
                continue

    def add(self, partitions: Sequence[str], run_id: str) -> None:
        """Note a run that is done."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = {"partitions": list(partitions), "run": run_id, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def forget(self) -> None:
        """All is done, or all is to be done again."""
        self.path.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the request's lock; it goes with the process."""
        import fasteners

        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = fasteners.InterProcessLock(str(self.path.with_suffix(".lock")))
        if not lock.acquire(blocking=False):
            raise JobmatchError(
                f"The backfill of {self.request.stage}", "is under way in another process", "Wait for it, or end it."
            )
        try:
            yield
        finally:
            lock.release()
