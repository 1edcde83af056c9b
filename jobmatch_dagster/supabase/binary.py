"""Rows of few wide columns in Postgres' binary COPY format, whole arrays at a time.

Belongs here: fields and arrays of fixed-size numbers to bytes and back (PostgreSQL documentation, COPY, «Binary
Format», and ``array_send``). Rows that people read, and JSON, go as CSV (``merging``); this is for columns of numbers,
of which a row has hundreds.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from jobmatch_dagster.supabase import copying

# Types of array elements: Postgres' number of the type, and the element as it stands on the wire behind its length.
UUID, BIGINT, FLOAT, SMALLINT, INTEGER = ((2950, "S16"), (20, ">i8"), (701, ">f8"), (21, ">i2"), (23, ">i4"))
TEXT = 25
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = struct.pack(">h", -1)
_ARRAY = struct.Struct(">iiiiii")  # the field's length, dimensions, flags, type, number of elements, lower bound
_ARRAY_HEAD = _ARRAY.size - 4
_EPOCH = np.datetime64("2000-01-01")
Element = tuple[int, str]


def field(value: bytes) -> bytes:
    """A field that is so many bytes."""
    return struct.pack(">i", len(value)) + value


def dates(values: NDArray[np.datetime64]) -> list[bytes]:
    """Fields of dates."""
    return [field(struct.pack(">i", value)) for value in (values.astype("datetime64[D]") - _EPOCH).astype(int).tolist()]


def days(fields: Sequence[bytes]) -> NDArray[np.datetime64]:
    """The dates of fields of four bytes."""
    return _EPOCH + np.frombuffer(b"".join(fields), ">i4").astype("timedelta64[D]")


def uuids(texts: Sequence[str]) -> NDArray[np.bytes_]:
    """Ids of 16 bytes; they sort as their texts do."""
    return np.frombuffer(bytes.fromhex("".join(texts).replace("-", "")), "S16")


def arrays(values: NDArray[Any], element: Element, bounds: NDArray[np.int64]) -> list[bytes]:
    """Fields of arrays.

    Args:
        values: the elements of all arrays, one after the other.
        element: their type.
        bounds: where the arrays end, from 0 on.
    """
    number, kind = element
    wire = np.empty(len(values), [("length", ">i4"), ("value", kind)])
    wire["length"], wire["value"] = np.dtype(kind).itemsize, values
    data, width, out = wire.tobytes(), wire.itemsize, []
    ends = bounds.tolist()
    for start, end in itertools.pairwise(ends):
        head = _ARRAY.pack(_ARRAY_HEAD + (end - start) * width, 1, 0, number, end - start, 1)
        out.append(head + data[start * width : end * width])
    return out


def text_arrays(texts: Sequence[str], numbers: NDArray[np.int64], bounds: NDArray[np.int64]) -> list[bytes]:
    """Fields of arrays of texts.

    Args:
        texts: the distinct texts.
        numbers: the elements of all arrays, as places among the texts.
        bounds: where the arrays end, from 0 on.
    """
    wire, ends, out = [field(text.encode()) for text in texts], bounds.tolist(), []
    chosen = [wire[number] for number in numbers.tolist()]
    for start, end in itertools.pairwise(ends):
        data = b"".join(chosen[start:end])
        out.append(_ARRAY.pack(_ARRAY_HEAD + len(data), 1, 0, TEXT, end - start, 1) + data)
    return out


def elements(fields: Sequence[bytes], element: Element) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The elements of all arrays of a column, one after the other, and how many each has; no array is empty or null."""
    kind = element[1]
    wire = np.dtype([("length", ">i4"), ("value", kind)])
    values = np.frombuffer(b"".join(data[_ARRAY_HEAD:] for data in fields), wire)["value"]
    counts = np.array([(len(data) - _ARRAY_HEAD) // wire.itemsize for data in fields], np.int64)
    return values.astype(np.dtype(kind).newbyteorder("=")), counts


def rows(connection: psycopg.Connection[Any], query: sql.Composed) -> Iterator[tuple[list[bytes], bytes]]:
    """The fields of each row of a query, and the row as ``write`` takes it; no field is null."""
    statement = sql.SQL("copy ({}) to stdout with (format binary)").format(query)
    data = copying.fetch(connection, statement)
    at = len(_HEADER)
    while data[at : at + 2] != _END:
        start, fields = at, []
        at += 2
        for _ in range(int.from_bytes(data[start:at])):
            length = int.from_bytes(data[at : at + 4])
            fields.append(data[at + 4 : at + 4 + length])
            at += 4 + length
        yield fields, data[start:at]


def row(fields: Sequence[bytes]) -> bytes:
    """A row of fields that have their lengths before them."""
    return struct.pack(">h", len(fields)) + b"".join(fields)


def write(connection: psycopg.Connection[Any], table: str, columns: Sequence[str], given: Sequence[bytes]) -> None:
    """COPY rows into a table.

    Args:
        connection: in a transaction of the caller, or in autocommit mode.
        table: ``schema.name``.
        columns: names, in the order of the fields.
        given: rows as ``row`` makes them.
    """
    if not given:
        return
    statement = sql.SQL("copy {} ({}) from stdin with (format binary)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor().copy(statement) as copy:
        copy.write(b"".join([_HEADER, *given, _END]))
