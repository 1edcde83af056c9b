"""What a stage reports about one partition, and how it takes turns and keeps what it had to refuse.

Everything in an ``Outcome`` may be shown to anybody of the data team: counts, seconds, a few columns of a few rows. It
never holds résumé text, an e-mail address or a token.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


@dataclass
class Outcome:
    """The result of one stage on one partition.

    Attributes:
        stage: name of the asset.
        partition: day, or board and day.
        counts: what went in and came out, by name, in the order of the funnel.
        changed: rows inserted, updated or deleted; 0 says that nothing was new.
        seconds: wall seconds by step.
        preview: a few rows that show the result, without personal data.
        warnings: sentences for the data team.
        status: ``succeeded``, ``partial``, ``skipped`` or ``failed``.
    """

    stage: str
    partition: str
    counts: dict[str, float] = field(default_factory=dict)
    changed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    preview: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    status: str = "succeeded"

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the wall seconds of the block to ``seconds[step]``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = self.seconds.get(step, 0.0) + time.perf_counter() - start

    def add(self, earlier: Outcome) -> None:
        """Take in the numbers of an earlier partition of the same run: counts, changes, seconds and warnings add up."""
        for mine, theirs in ((self.counts, earlier.counts), (self.seconds, earlier.seconds)):
            for name, value in theirs.items():
                mine[name] = mine.get(name, 0) + value
        self.changed += earlier.changed
        self.warnings[:0] = earlier.warnings

    def add_merged(self, merged: Any) -> None:
        """Count the rows that a merge changed."""
        self.changed += merged.inserted + merged.updated + merged.deleted


@contextmanager
def turn(conn: psycopg.Connection, stage: str, partition: str) -> Iterator[None]:
    """Hold the advisory lock of one stage and partition, so that a second run of it waits and then finds the work done.

    The lock belongs to the session: it goes with the connection when the process is killed.
    """
    name = _turn_name(stage, partition)
    conn.execute("select pg_advisory_lock(hashtextextended(%s, 0))", (name,))
    try:
        yield
    finally:
        if not conn.closed:
            conn.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", (name,))


def under_way(conn: psycopg.Connection, stage: str, partition: str) -> bool:
    """Does anybody hold the turn of a stage and partition?"""
    found = one(
        conn,
        """select exists (select from pg_locks
                           where locktype = 'advisory' and objsubid = 1 and granted
                             and database = (select oid from pg_database where datname = current_database())
                             and (classid::bigint << 32) | objid::bigint = hashtextextended(%s, 0))""",
        (_turn_name(stage, partition),),
    )
    return bool(found)


def _turn_name(stage: str, partition: str) -> str:
    return f"jobmatch:{stage}:{partition}"


def keep_rejected(conn: psycopg.Connection, stage: str, day: date, rejected: Sequence[Mapping[str, Any]]) -> None:
    """Replace what a stage refused on a day, each with subject and reason, so that nothing vanishes silently.

    Args:
        conn: an autocommit connection.
        stage: the asset, with a part of the day behind a slash where it has several (``raw_postings/indeed``).
        day: the day's partition.
        rejected: dicts with ``subject`` and ``reason``, and ``detail`` if there is more to say.
    """
    records = [
        {
            "subject": str(row.get("subject", ""))[:500],
            "reason": str(row.get("reason", ""))[:1000],
            "detail": row.get("detail", {}),
        }
        for row in rejected
    ]
    with conn.transaction():
        conn.execute("delete from private.rejected where stage = %s and day = %s", (stage, day))
        conn.execute(
            """insert into private.rejected (stage, day, subject, reason, detail)
               select %s, %s, r.subject, r.reason, r.detail
                 from jsonb_to_recordset(%s::jsonb) as r(subject text, reason text, detail jsonb)
               on conflict do nothing""",
            (stage, day, json.dumps(records, default=str)),
        )


def keep_outcomes(conn: psycopg.Connection, outcomes: Sequence[Outcome], run_id: str | None) -> None:
    """Note what a stage reported, one row a partition of a day in ``private.stage_runs``."""
    with conn.cursor() as cursor:
        cursor.executemany(
            """insert into private.stage_runs (stage, day, run_id, status, changed, counts, seconds)
               values (%s, %s, %s, %s, %s, %s::jsonb, %s)""",
            [
                (o.stage, o.partition, run_id, o.status, o.changed, json.dumps(o.counts), sum(o.seconds.values()))
                for o in outcomes
            ],
        )


def one(conn: psycopg.Connection, sql: Any, params: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
    """The first column of the first row, or None; however the connection makes its rows."""
    from psycopg.rows import tuple_row

    with conn.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(sql, params).fetchone()
    return row[0] if row else None
