"""Postings ↔ rows of ``raw.postings``: the payload is the posting as JSON, and its hash says whether it changed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pyarrow as pa
import xxhash

from jobmatch_dagster.tables import POSTING

RAW = pa.schema(
    [
        pa.field("board", pa.string(), nullable=False),
        pa.field("external_id", pa.string(), nullable=False),
        pa.field("scraped_on", pa.date32(), nullable=False),
        pa.field("url", pa.string()),
        pa.field("search_id", pa.string(), metadata={b"sql": b"uuid"}),
        pa.field("fetched_at", pa.timestamp("us", tz="UTC")),
        pa.field("payload", pa.string(), nullable=False, metadata={b"sql": b"jsonb"}),
        pa.field("payload_hash", pa.string(), nullable=False),
        pa.field("page_ref", pa.string()),
    ]
)
# Columns of the raw row itself; the payload holds the others. What changes with every fetch stays out of the hash.
_OF_THE_ROW = ("fetched_at", "search_id", "page_ref")


def to_raw(postings: pa.Table, day: date | None) -> pa.Table:
    """Rows of ``raw.postings``.

    Args:
        postings: schema ``tables.POSTING``.
        day: the partition; None takes each row's own ``fetched_at`` day.
    """
    rows = []
    for posting in postings.to_pylist():
        content = {name: value for name, value in posting.items() if value is not None and name not in _OF_THE_ROW}
        payload = json.dumps(content, ensure_ascii=False, sort_keys=True, default=date.isoformat).replace("\\u0000", "")
        rows.append(
            {
                "board": posting["board"],
                "external_id": posting["external_id"],
                "scraped_on": day or posting["fetched_at"].date(),
                "url": posting["url"],
                "search_id": posting["search_id"],
                "fetched_at": posting["fetched_at"],
                "payload": payload,
                "payload_hash": xxhash.xxh3_128_hexdigest(payload),
                "page_ref": posting["page_ref"],
            }
        )
    return pa.Table.from_pylist(rows, schema=RAW)


def from_raw(table: pa.Table) -> pa.Table:
    """The postings again, schema ``tables.POSTING``, in the order of the rows.

    Args:
        table: ``payload`` as JSON, and the columns of the row itself; those that are absent are null.
    """
    payloads = [json.loads(payload) for payload in table["payload"].to_pylist()]
    given = set().union(*payloads)
    return pa.table([_column(field, table, payloads, given) for field in POSTING], schema=POSTING)


def _column(field: pa.Field, table: pa.Table, payloads: list[dict[str, Any]], given: set[str]) -> Any:
    if field.name in ("board", "external_id", *_OF_THE_ROW) and field.name in table.column_names:
        return table[field.name].cast(field.type)
    if field.name not in given:
        return pa.nulls(table.num_rows, field.type)
    values = [payload.get(field.name) for payload in payloads]
    if pa.types.is_date(field.type):
        values = [date.fromisoformat(value) if value else None for value in values]
    return pa.array(values, field.type)
