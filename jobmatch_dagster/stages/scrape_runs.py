"""The rows of ``private.scrape_runs``: one a scrape or an import, from its wish to its end.

What a run fetched is not written here (:mod:`~jobmatch_dagster.stages.collect`); starting and ending the run itself is
Dagster's (:mod:`~jobmatch_dagster.orchestration.scrape_requests`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.stages.outcome import one, under_way

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.crawling.run import ScrapeResult

_DEAD = "Its process ended without a word. Start it again: it goes on where it was."


def note_queued(conn: psycopg.Connection, board: str, day: date, run_id: str) -> Any:
    """Note a scrape that waits in Dagster's queue, so that it is listed and can be cancelled; returns the row's id.

    A run that has begun before it was noted has its row already, and that one's id comes back.
    """
    return one(
        conn,
        """with noted as (
             insert into private.scrape_runs (board, day, dagster_run_id, status)
             select %(board)s, %(day)s, %(run)s, 'queued'
              where not exists (select from private.scrape_runs where dagster_run_id = %(run)s) returning id)
           select id from noted union all select id from private.scrape_runs where dagster_run_id = %(run)s limit 1""",
        {"board": board, "day": day, "run": run_id},
    )


def call_off(conn: psycopg.Connection, scrape_run: Any, *, over: bool) -> None:
    """Set a run to cancelled: one under way hears it and ends with what arrived; one that waits or died is ``over``."""
    conn.execute(
        """update private.scrape_runs
              set status = 'cancelled', ended_at = case when %s then coalesce(ended_at, now()) else ended_at end
            where id = %s and status in ('queued', 'running')""",
        (over, scrape_run),
    )


def settle(conn: psycopg.Connection, run_id: str, status: str, reason: str) -> None:
    """Close the row of a run of Dagster that ended before it could say so itself."""
    conn.execute(
        """update private.scrape_runs set status = %s, reason = %s, ended_at = now()
            where dagster_run_id = %s and ended_at is null and status in ('queued', 'running', 'cancelled')""",
        (status, reason, run_id),
    )


def tell_the_dead(conn: psycopg.Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Set ``status`` and ``reason`` of rows whose process is gone although they say that it runs."""
    for row in rows:
        if row["status"] == "running" and not under_way(conn, "raw_postings", f"{row['board']}|{row['day']}"):
            row |= {"status": "dead", "reason": _DEAD}


def keep_import(conn: psycopg.Connection, board: str, day: date, postings: int) -> None:
    """Note that a team brought its own postings of a day: the day is then run as if a board had landed."""
    conn.execute(
        """insert into private.scrape_runs (board, day, kind, status, postings, ended_at)
           values (%s, %s, 'import', 'succeeded', %s, now())""",
        (board, day, postings),
    )


def begin(conn: psycopg.Connection, board: str, day: date, run_id: str | None) -> Any:
    """The run's row: the one that was queued, or a new one. In the partition's turn, so any other that runs is dead."""
    conn.execute(
        """update private.scrape_runs set status = 'failed', ended_at = now(), reason = %s
            where board = %s and day = %s and status = 'running'""",
        ("Its process ended without a word; what it fetched is kept, and the next run went on there.", board, day),
    )
    # Dagster may try a run again under another id, so whoever begins first takes what waits for this board and day.
    # A run that was cancelled while it waited stays cancelled, and ends at once.
    queued = one(
        conn,
        """update private.scrape_runs
              set status = case when status = 'queued' then 'running' else status end, started_at = now(),
                  dagster_run_id = %(run)s
            where id = (select id from private.scrape_runs
                         where board = %(board)s and day = %(day)s
                           and (status = 'queued' or (status = 'cancelled' and dagster_run_id = %(run)s))
                         order by dagster_run_id = %(run)s desc nulls last, started_at limit 1)
            returning id""",
        {"board": board, "day": day, "run": run_id},
    )
    return queued or one(
        conn,
        """insert into private.scrape_runs (board, day, dagster_run_id, status, started_at)
           values (%s, %s, %s, 'running', now()) returning id""",
        (board, day, run_id),
    )


def finish(
    conn: psycopg.Connection, scrape_run: Any, status: str, reason: str | None, result: ScrapeResult | None = None
) -> None:
    """Say how it ended. Without a result the counts stay as the progress wrote them."""
    conn.execute(
        """update private.scrape_runs
              set status = case when status = 'cancelled' then status else %s end, reason = %s, ended_at = now()
            where id = %s""",
        (status, reason, scrape_run),
    )
    if result is not None:
        conn.execute(
            """update private.scrape_runs
                  set pages = %s, postings = %s, retries = %s, blocked = %s, bytes = %s, postings_per_minute = %s,
                      success_rate = %s, warnings = %s::jsonb, fill_rates = %s::jsonb, searches = %s::jsonb
                where id = %s""",
            (
                result.pages,
                result.postings.num_rows,
                result.retries,
                result.blocked,
                result.bytes,
                result.postings_per_minute,
                result.success_rate,
                json.dumps(result.warnings),
                json.dumps(result.fill_rates),
                json.dumps(result.searches),
                scrape_run,
            ),
        )


class Watch:
    """Keeps the scrape run's row current while the crawler works, and hears when somebody cancels it.

    The crawler asks often; the database is asked once a second at most.
    """

    def __init__(self, conn: psycopg.Connection, scrape_run: Any, say: Callable[[str], None] | None) -> None:
        self.conn, self.scrape_run, self.say = conn, scrape_run, say
        self.next_look = self.next_write = self.next_word = 0.0
        self.was_cancelled = False

    def cancelled(self) -> bool:
        """Whether somebody has set the run to cancelled."""
        if time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + 1
            status = one(self.conn, "select status from private.scrape_runs where id = %s", (self.scrape_run,))
            self.was_cancelled = status == "cancelled"
        return self.was_cancelled

    def progress(self, counts: dict[str, Any]) -> None:
        """Write the counts so far, once a second; say them every ten seconds."""
        now = time.monotonic()
        if now >= self.next_write:
            self.next_write = now + 1
            self.conn.execute(
                """update private.scrape_runs
                      set pages = %(pages)s, postings = %(postings)s, retries = %(retries)s, blocked = %(blocked)s,
                          bytes = %(bytes)s where id = %(id)s""",
                {**counts, "id": self.scrape_run},
            )
        if self.say and now >= self.next_word:
            self.next_word = now + 10
            self.say(f"{counts['pages']} pages, {counts['postings']} postings so far")
