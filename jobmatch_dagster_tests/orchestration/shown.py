"""The demo's postings as the raw layer has them, without a server in between."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa


def as_postings(day: date, most: int | None = None) -> pa.Table:
    """What the demo's boards show on a day, as rows of ``tables.POSTING``; the first ``most`` of them."""
    import pyarrow as pa

    from jobmatch_dagster import tables
    from jobmatch_dagster.demo.world import postings

    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    rows: list[dict[str, Any]] = []
    for shown in postings(day)[:most]:
        known = {name: getattr(shown, name) for name in tables.POSTING.names if hasattr(shown, name)}
        rows.append({**known, "fetched_at": noon})
    return pa.Table.from_pylist(rows, schema=tables.POSTING)
