"""When a job was first and last seen. When it is closed is for the stage to say: it knows what each search brought."""

from __future__ import annotations

from datetime import date


def first_seen(day: date, known_first: date | None) -> date:
    """The day a job was first seen: an earlier day's stands; a backfill of an earlier day moves it back."""
    return min(day, known_first) if known_first else day


def last_seen(day: date, known_last: date | None) -> date:
    """The day a job was last seen; cleaning an earlier day again does not move it back."""
    return max(day, known_last) if known_last else day
