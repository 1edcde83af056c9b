"""The partitions of the graph: a day, and a board on a day. Nothing else defines partitions.

Days end with today (UTC), so that what is uploaded now has a partition now. A multi-partition key is always built here:
Dagster orders its dimensions by name, and a key put together by hand would be wrong.
"""

from __future__ import annotations

from datetime import date

import dagster as dg

from jobmatch_dagster.boards import registry

FIRST_DAY = "2025-01-01"

DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, end_offset=1)
BOARDS = dg.StaticPartitionsDefinition(list(registry.BOARDS))
BOARD_DAYS = dg.MultiPartitionsDefinition({"board": BOARDS, "day": DAYS})


def board_day(board: str, day: date | str) -> dg.MultiPartitionKey:
    """The partition key of one board on one day."""
    return dg.MultiPartitionKey({"board": board, "day": str(day)})


def days_of(context: dg.AssetExecutionContext) -> list[date]:
    """The days that a run has to do: one, or a range when a backfill gives several to one run."""
    return [date.fromisoformat(key) for key in context.partition_keys]


def boards_and_days_of(context: dg.AssetExecutionContext) -> list[tuple[str, date]]:
    """The (board, day) pairs that a run has to do."""
    pairs = []
    for key in context.partition_keys:
        dimensions = BOARD_DAYS.get_partition_key_from_str(str(key)).keys_by_dimension
        pairs.append((dimensions["board"], date.fromisoformat(dimensions["day"])))
    return pairs
