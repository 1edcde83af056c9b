"""A whole day, executed in this process as real Dagster runs.

For the command line and the demo; the UI, schedules and sensors start the same jobs through the queue.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.orchestration.launch import Finished, execute
from jobmatch_dagster.orchestration.partitions import board_day

if TYPE_CHECKING:
    import dagster as dg
    import psycopg

Say = Callable[[str], Any]
BUSY_DAYS = """
select distinct day from (
  select scraped_on as day from raw.postings
  union all
  select (coalesce(updated_at, created_at) at time zone 'utc')::date from storage.objects where bucket_id = 'resumes'
) d where day between %(first)s and %(last)s order by day
"""
DAY_STAGES = ("cleaned_jobs", "job_skills", "job_occupations", "parsed_resumes", "match_scores")


@dataclass
class DayDone:
    """What running a day did.

    Attributes:
        seconds: (stage, wall seconds) in order.
        changed: rows that changed, over all stages.
        failed: (stage, reason) of the first failure, if any.
    """

    seconds: list[tuple[str, float]] = field(default_factory=list)
    changed: int = 0
    failed: tuple[str, str] | None = None

    def note(self, finished: Finished, stage: str, seconds: float) -> None:
        """Add one run."""
        self.seconds.append((stage, seconds))
        self.changed += sum(int(m.get("changed_rows", 0)) for m in finished.metadata.values())
        if not finished.succeeded and self.failed is None:
            self.failed = (finished.failed_stage or stage, finished.reason or "no reason known")


def run_day(
    instance: dg.DagsterInstance,
    day: date,
    boards: Iterable[str] = (),
    *,
    stretches: Sequence[tuple[date, date]] = (),
    say: Say = print,
) -> DayDone:
    """Ask boards for a day, then run everything after them on what arrived.

    A board that fails is told and passed over; the day's downstream runs all the same.

    Args:
        instance: Dagster's instance; all runs are recorded there.
        day: the day.
        boards: boards to ask first, one run each.
        stretches: (first, last) days to run the stages after the boards for, one run each; the day alone otherwise.
        say: takes progress lines.
    """
    done = DayDone()
    for board in boards:
        start = time.perf_counter()
        finished = execute(instance, "scrape_board", str(board_day(board, day)))
        seconds = time.perf_counter() - start
        found = finished.metadata.get("raw_postings", {})
        done.note(finished, f"raw_postings {board}", seconds)
        if finished.succeeded:
            postings, pages = found.get("postings", 0), found.get("pages", 0)
            say(f"  {board}: {postings:.0f} postings from {pages:.0f} pages, {seconds:.1f} s")
        else:
            say(f"  {board}: failed, the day goes on without it. {finished.reason}")
    for first, last in stretches or [(day, day)]:
        start = time.perf_counter()
        finished = execute(instance, "day", str(first), through=str(last) if last > first else None)
        total = time.perf_counter() - start
        inside = _stage_seconds(finished)
        done.note(finished, "SQL models, checks and Dagster itself", total - sum(s for _, s in inside))
        done.seconds[-1:-1] = inside
        if len(stretches) > 1:
            say(f"  {first} to {last}: {total:.1f} s")
    return done


def busy_stretches(conn: psycopg.Connection[Any], first: date, last: date) -> list[tuple[date, date]]:
    """The stretches of consecutive days on which postings or files arrived; other days have nothing to do."""
    rows = conn.execute(BUSY_DAYS, {"first": first, "last": last}).fetchall()
    stretches: list[tuple[date, date]] = []
    for (day,) in rows:
        if stretches and day - stretches[-1][1] == timedelta(days=1):
            stretches[-1] = (stretches[-1][0], day)
        else:
            stretches.append((day, day))
    return stretches


def _stage_seconds(finished: Finished) -> list[tuple[str, float]]:
    return [
        (stage, sum(finished.metadata[stage].get("seconds", {}).values()))
        for stage in DAY_STAGES
        if stage in finished.metadata
    ]
