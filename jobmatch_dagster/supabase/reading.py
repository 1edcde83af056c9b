"""Bulk reading: the result of a query as an Arrow table, over the caller's own connection and in its transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import ClientCursor, sql

from jobmatch_dagster.supabase import copying

if TYPE_CHECKING:
    import pyarrow as pa

# A row may be as large as a page that the crawler accepts.
_BLOCK_BYTES = 32 * 1024 * 1024


def _arrow_types() -> dict[int, pa.DataType]:
    """Postgres type -> Arrow type; what is not here is text (uuid, jsonb, enums)."""
    import pyarrow as pa

    return {
        16: pa.bool_(),
        20: pa.int64(),
        21: pa.int16(),
        23: pa.int32(),
        700: pa.float32(),
        701: pa.float64(),
        1700: pa.float64(),
        1082: pa.date32(),
        1114: pa.timestamp("us"),
        1184: pa.timestamp("us", tz="UTC"),
    }


# Array type -> element type
_NUMBER_ARRAYS = {1005: 21, 1007: 23, 1016: 20, 1021: 700, 1022: 701}
_TEXT_ARRAYS = (1009, 1015, 2951)


def read(connection: psycopg.Connection[Any], query: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> pa.Table:
    """Run a SELECT and return its rows as an Arrow table.

    Args:
        connection: the query sees what this connection sees: its transaction, its role.
        query: SQL with ``%s`` or ``%(name)s``.
        params: their values.

    Returns:
        Columns as in ``tables``: uuid and jsonb as strings, arrays as lists, timestamptz in UTC; numeric as float64
        (cast it to text in the query where every digit counts).
    """
    import pyarrow as pa

    with ClientCursor(connection) as binder:
        bound = binder.mogrify(query.rstrip().rstrip(";"), params or None)  # type: ignore[arg-type]
    names, oids = _describe(connection, bound)
    data = copying.fetch(connection, _copy_statement(bound, oids))
    texts = _parse(data, oids)
    columns = [_lists(column, oid) for column, oid in zip(texts, oids, strict=True)]
    return pa.table(columns, names=names)


def _describe(connection: psycopg.Connection[Any], query: str) -> tuple[list[str], list[int]]:
    """Names and type ids of the result's columns, without running the query."""
    pgconn = connection.pgconn
    for result in (pgconn.prepare(b"", query.encode()), pgconn.describe_prepared(b"")):
        if result.status != psycopg.pq.ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result, encoding="utf-8")
    numbers = range(result.nfields)
    return [(result.fname(i) or b"").decode() for i in numbers], [result.ftype(i) for i in numbers]


def _copy_statement(query: str, oids: list[int]) -> sql.Composed:
    """COPY of the query; arrays of text leave as JSON, which is the one notation of theirs that is quick to read."""
    body: sql.Composable = sql.SQL(query)  # type: ignore[arg-type]
    if any(oid in _TEXT_ARRAYS for oid in oids):
        names = [sql.Identifier(f"c{i}") for i in range(len(oids))]
        outputs = [
            sql.SQL("to_json({})" if oid in _TEXT_ARRAYS else "{}").format(name)
            for name, oid in zip(names, oids, strict=True)
        ]
        body = sql.SQL("select {} from ({}) as q({})").format(
            sql.SQL(", ").join(outputs), body, sql.SQL(", ").join(names)
        )
    return sql.SQL("copy ({}) to stdout with (format csv)").format(body)


def _parse(data: bytes, oids: list[int]) -> list[pa.ChunkedArray]:
    import pyarrow as pa
    from pyarrow import csv

    known = _arrow_types()
    types = {str(number): known.get(oid, pa.string()) for number, oid in enumerate(oids)}
    if not data:
        return [pa.chunked_array([], kind) for kind in types.values()]
    table = csv.read_csv(
        pa.BufferReader(data),
        read_options=csv.ReadOptions(column_names=list(types), block_size=min(len(data), _BLOCK_BYTES) + 1),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    columns: list[pa.ChunkedArray] = table.columns
    return columns


def _lists(texts: pa.ChunkedArray, oid: int) -> pa.ChunkedArray:
    """Turn the text of an array column into lists; other columns pass."""
    import pyarrow as pa

    if oid in _TEXT_ARRAYS:
        values = [None if text is None else json.loads(text) for text in texts.to_pylist()]
        return pa.chunked_array([pa.array(values, pa.list_(pa.string()))])
    if oid not in _NUMBER_ARRAYS:
        return texts
    element = _arrow_types()[_NUMBER_ARRAYS[oid]]
    return pa.chunked_array([_numbers(chunk, element) for chunk in texts.chunks], pa.list_(element))


def _numbers(literals: pa.Array, element: pa.DataType) -> pa.Array:
    """``{1,2}`` and ``{}`` as lists of numbers."""
    import pyarrow as pa
    from pyarrow import compute as pc

    inner = pc.utf8_slice_codeunits(literals, 1, -1)
    parts = pc.split_pattern(inner, ",")
    lengths = pc.if_else(pc.equal(inner, ""), 0, pc.list_value_length(parts))
    offsets = pa.concat_arrays(
        [pa.array([0], pa.int32()), pc.cumulative_sum(pc.fill_null(lengths, 0)).cast(pa.int32())]
    )
    numbers = parts.flatten()
    numbers = numbers.filter(pc.not_equal(numbers, ""))
    numbers = pc.if_else(pc.equal(numbers, "NULL"), None, numbers).cast(element)
    return pa.ListArray.from_arrays(offsets, numbers, mask=literals.is_null())
