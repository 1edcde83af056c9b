"""When a job was first and last seen, and when it is closed. A job is only closed by a board that did deliver."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import pyarrow as pa


def first_seen(day: date, known_first: date | None) -> date:
    """The day a job was first seen: an earlier day's stands; a backfill of an earlier day moves it back."""
    return min(day, known_first) if known_first else day


def last_seen(day: date, known_last: date | None) -> date:
    """The day a job was last seen; cleaning an earlier day again does not move it back."""
    return max(day, known_last) if known_last else day


def closures(known: pa.Table, delivered: Collection[str], day: date, close_after_days: int) -> pa.Table:
    """The open jobs to close.

    Args:
        known: open jobs with columns ``id``, ``board``, ``last_seen_on``, after the day's sightings were written.
        delivered: boards whose run of the day did deliver; a silent board says nothing about its jobs.
        day: the day that was cleaned.
        close_after_days: days without a sighting after which a job is closed.

    Returns:
        A table ``id``, ``closed_on``; the closing day is ``day``, on which it was found gone.
    """
    limit = day - timedelta(days=close_after_days)
    gone: list[Any] = [
        job
        for job, board, last in zip(
            known["id"].to_pylist(), known["board"].to_pylist(), known["last_seen_on"].to_pylist(), strict=True
        )
        if board in delivered and last is not None and last <= limit
    ]
    return pa.table({"id": pa.array(gone, pa.string()), "closed_on": pa.array([day] * len(gone), pa.date32())})
