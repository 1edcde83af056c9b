"""Rows in Postgres' binary form are the rows that Postgres reads in them, and come back as they were written."""

from __future__ import annotations

import math
import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from jobmatch_dagster.supabase import binary

COLUMNS = ("id", "day", "note", "ids", "readings", "scores", "bits", "ends", "notes", "parts")
QUERY = sql.SQL("select {} from private.packed order by id").format(sql.SQL(", ").join(map(sql.Identifier, COLUMNS)))
whole = {bits: st.integers(-(1 << bits - 1), (1 << bits - 1) - 1) for bits in (16, 32, 64)}
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)


@st.composite
def packed(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A few rows with values that are hard to carry: zero bytes in ids, infinities, the ends of each range."""
    zeros = st.builds(lambda number: uuid.UUID(int=number << 64), st.integers(0, (1 << 64) - 1))
    element = {
        "ids": st.one_of(st.uuids(), zeros), "readings": whole[64], "scores": st.floats(allow_nan=False),
        "bits": whole[16], "ends": whole[32], "notes": texts,
    }  # fmt: skip
    rows = []
    for key in draw(st.lists(st.one_of(st.uuids(), zeros), min_size=1, max_size=4, unique=True)):
        length = draw(st.integers(1, 5))
        row = {name: draw(st.lists(kind, min_size=length, max_size=length)) for name, kind in element.items()}
        alone = {"id": key, "day": draw(st.dates()), "note": draw(texts), "parts": draw(st.binary(max_size=40))}
        rows.append(row | alone)
    return sorted(rows, key=lambda row: row["id"].bytes)


@pytest.fixture
def table(connection: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """An empty table with a column of each kind."""
    connection.execute(
        "create table private.packed (id uuid, day date, note text, ids uuid[], readings bigint[],"
        " scores double precision[], bits smallint[], ends integer[], notes text[], parts bytea)"
    )
    yield connection
    connection.execute("drop table private.packed")


def write(conn: psycopg.Connection[Any], rows: list[dict[str, Any]]) -> None:
    bounds = np.cumsum([0] + [len(row["ids"]) for row in rows])
    flat = {name: [value for row in rows for value in row[name]] for name in COLUMNS[3:9]}
    distinct = list(dict.fromkeys(flat["notes"]))
    numbers = np.array([distinct.index(text) for text in flat["notes"]], np.int64)
    columns = (
        [binary.field(row["id"].bytes) for row in rows],
        binary.dates(np.array([row["day"] for row in rows], "datetime64[D]")),
        [binary.field(row["note"].encode()) for row in rows],
        binary.arrays(binary.uuids([str(key) for key in flat["ids"]]), binary.UUID, bounds),
        binary.arrays(np.array(flat["readings"], np.int64), binary.BIGINT, bounds),
        binary.arrays(np.array(flat["scores"]), binary.FLOAT, bounds),
        binary.arrays(np.array(flat["bits"], np.int16), binary.SMALLINT, bounds),
        binary.arrays(np.array(flat["ends"]), binary.INTEGER, bounds),
        binary.text_arrays(distinct, numbers, bounds),
        [binary.field(row["parts"]) for row in rows],
    )
    conn.execute("truncate private.packed")
    given = [binary.row(fields) for fields in zip(*columns, strict=True)]
    binary.write(conn, "private.packed", COLUMNS, given)
    assert [row for _, row in binary.rows(conn, QUERY)] == given


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=packed())
def test_what_is_written_is_what_postgres_reads_and_comes_back(
    table: psycopg.Connection[Any], rows: list[dict[str, Any]]
) -> None:
    write(table, rows)
    there = table.execute(QUERY).fetchall()
    assert [dict(zip(COLUMNS, row, strict=True)) for row in there] == rows
    assert all(math.copysign(1, a) == math.copysign(1, b) for row, own in zip(there, rows, strict=True)
               for a, b in zip(row[5], own["scores"], strict=True))  # fmt: skip

    columns = list(zip(*(fields for fields, _ in binary.rows(table, QUERY)), strict=True))
    assert [uuid.UUID(bytes=bytes(key)) for key in columns[0]] == [row["id"] for row in rows]
    assert binary.days(columns[1]).tolist() == [row["day"] for row in rows]
    assert [bytes(data) for data in columns[9]] == [row["parts"] for row in rows]
    kinds = {"readings": binary.BIGINT, "scores": binary.FLOAT, "bits": binary.SMALLINT, "ends": binary.INTEGER}
    for name, kind in kinds.items():
        values, counts = binary.elements(columns[COLUMNS.index(name)], kind)
        assert values.tolist() == [value for row in rows for value in row[name]]
        assert counts.tolist() == [len(row[name]) for row in rows]
        assert values.dtype.isnative
    keys, _ = binary.elements(columns[3], binary.UUID)
    wanted = [key.bytes for row in rows for key in row["ids"]]
    data = keys.tobytes()
    assert [data[at : at + 16] for at in range(0, len(data), 16)] == wanted


def test_ids_sort_as_their_texts_do() -> None:
    keys = [str(uuid.uuid5(uuid.NAMESPACE_DNS, str(number))) for number in range(200)]
    keys += ["00000000-0000-0000-0000-000000000000", "ff000000-0000-0000-0000-000000000000"]
    order = np.argsort(binary.uuids(keys), kind="stable")
    assert [keys[at] for at in order] == sorted(keys)


def test_no_rows_are_written_and_read_as_none(table: psycopg.Connection[Any]) -> None:
    binary.write(table, "private.packed", COLUMNS, [])
    assert list(binary.rows(table, QUERY)) == []


def test_dates_before_and_after_the_epoch_are_the_same_days(table: psycopg.Connection[Any]) -> None:
    days = [date(1, 1, 1), date(1999, 12, 31), date(2000, 1, 1), date(9999, 12, 31)]
    fields = binary.dates(np.array(days, "datetime64[D]"))
    assert binary.days([field[4:] for field in fields]).tolist() == days


def test_a_query_that_fails_says_so_and_leaves_the_connection_usable(table: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        list(binary.rows(table, sql.SQL("select 1 / (n - 500) from generate_series(1, 1000) n").format()))
    with pytest.raises(psycopg.errors.UndefinedTable):
        list(binary.rows(table, sql.SQL("select 1 from private.nowhere").format()))
    assert table.execute("select 1").fetchone() == (1,)
