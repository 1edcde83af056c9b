"""What a stage leaves behind beside its rows: what it refused, for as long as it refuses it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.stages.outcome import keep_rejected

if TYPE_CHECKING:
    import psycopg

DAY = date(2026, 3, 2)


def kept(connection: psycopg.Connection[Any], stage: str, day: date = DAY) -> list[str]:
    rows = connection.execute(
        "select subject from private.rejected where stage = %s and day = %s order by 1", (stage, day)
    )
    return [subject for (subject,) in rows]


def test_what_is_read_after_all_is_no_longer_among_the_refused_of_its_day(connection: psycopg.Connection[Any]) -> None:
    bad = [{"subject": name, "reason": "it has no title"} for name in ("a", "b")]
    for stage, day in (("made_up/one", DAY), ("made_up/two", DAY), ("made_up/one", DAY - timedelta(days=1))):
        keep_rejected(connection, stage, day, bad)
    keep_rejected(connection, "made_up/one", DAY, bad[:1])
    assert kept(connection, "made_up/one") == ["a"]
    assert kept(connection, "made_up/two") == ["a", "b"], "another part of the stage keeps its own"
    assert kept(connection, "made_up/one", DAY - timedelta(days=1)) == ["a", "b"], "and another day"
    keep_rejected(connection, "made_up/one", DAY, [])
    assert kept(connection, "made_up/one") == []
