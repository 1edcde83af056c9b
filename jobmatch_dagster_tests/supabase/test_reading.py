"""Bulk reading: types, nulls, hostile text, and whose eyes the query has."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pyarrow as pa
import pytest

from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase.database import connect, read, transaction_as
from jobmatch_dagster_tests.supabase.world import build

VALUES: dict[str, tuple[str, pa.DataType, list[Any]]] = {
    "text that only looks like nothing": ("text", pa.string(), ["", None, "NULL", "\\N", '"', "a,b\nc", "\r\n", " "]),
    "booleans": ("boolean", pa.bool_(), [True, None, False]),
    "integers": ("integer", pa.int32(), [-(2**31), None, 2**31 - 1]),
    "large integers": ("bigint", pa.int64(), [-(2**63), None, 2**63 - 1]),
    "numbers": ("double precision", pa.float64(), [0.1, None, 5e-324]),
    "decimals": ("numeric", pa.float64(), [1.5, None, 1e20]),
    "days": ("date", pa.date32(), [dt.date(1, 1, 1), None, dt.date(9999, 12, 31)]),
    "moments": ("timestamptz", pa.timestamp("us", "UTC"), [dt.datetime(2026, 1, 2, 3, 4, 5, 6, dt.UTC), None]),
    "uuids": ("uuid", pa.string(), ["6f1c1d52-4f0b-5d5e-9f39-0e4f7f6c8a11", None]),
    "json": ("jsonb", pa.string(), ['{"a": "\\n"}', None, "[]"]),
    "lists of integers": ("integer[]", pa.list_(pa.int32()), [[1, None, 3], [], None, [7]]),
    "lists of numbers": ("double precision[]", pa.list_(pa.float64()), [[0.5, None], [], None]),
    "lists of text": ("text[]", pa.list_(pa.string()), [['a"b', "c,d", None, "", "NULL", "{}", "\\"], [], None]),
}


@pytest.mark.parametrize("case", VALUES)
def test_values_arrive_as_they_are(connection: psycopg.Connection[Any], case: str) -> None:
    sql_type, arrow_type, values = VALUES[case]
    lines = " union all ".join(f"select %s::int, cast(%s as {sql_type})" for _ in values)
    parameters = [part for numbered in enumerate(values) for part in numbered]
    found = read(connection, f"select v from ({lines}) as given(n, v) order by n", parameters)  # noqa: S608
    assert found.schema == pa.schema([("v", arrow_type)])
    assert found["v"].to_pylist() == values


def test_a_result_without_rows_has_its_columns(connection: psycopg.Connection[Any]) -> None:
    found = read(connection, "select 1 as n, '{a}'::text[] as t, now() as at where false;")
    assert found.num_rows == 0
    assert found.schema.types == [pa.int32(), pa.list_(pa.string()), pa.timestamp("us", "UTC")]


def test_columns_may_share_a_name(connection: psycopg.Connection[Any]) -> None:
    found = read(connection, "select 1 as a, array['x'] as a, 2 as a")
    assert found.schema.names == ["a", "a", "a"]
    assert [column.to_pylist() for column in found.columns] == [[1], [["x"]], [2]]


def test_parameters_are_values_whatever_they_hold(connection: psycopg.Connection[Any]) -> None:
    hostile = "x'); drop table public.jobs; --"
    assert read(connection, "select %s::text as v", (hostile,))["v"].to_pylist() == [hostile]
    assert read(connection, "select %(v)s::text as v", {"v": hostile})["v"].to_pylist() == [hostile]
    assert read(connection, "select 'a%b' as v")["v"].to_pylist() == ["a%b"]


def test_a_wrong_query_is_an_error_and_the_connection_goes_on(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        read(connection, "select * from nowhere")
    with pytest.raises(psycopg.errors.DivisionByZero):
        read(connection, "select 1 / (n - 1) from generate_series(1, 2) n")
    assert read(connection, "select 1 as n")["n"].to_pylist() == [1]


def test_a_large_row_and_many_rows_arrive_whole(connection: psycopg.Connection[Any]) -> None:
    found = read(connection, "select repeat(chr(10) || '\"', 3000000) as v union all select 'end'")
    assert [len(value) for value in found["v"].to_pylist()] == [6_000_000, 3]
    many = read(connection, "select n, repeat('ä', 200) as v from generate_series(1, 200000) n")
    assert many.num_rows == 200_000
    assert many["n"].to_pylist()[-1] == 200_000


def test_a_query_sees_its_transaction_and_its_role(database: Settings, connection: psycopg.Connection[Any]) -> None:
    world = build(database, connection)
    with connection.transaction(force_rollback=True):
        connection.execute("update public.users set full_name = 'Changed'")
        assert set(read(connection, "select full_name from public.users")["full_name"].to_pylist()) == {"Changed"}
    with connect(database) as own, transaction_as(own, world.ada):
        assert read(own, "select user_id from public.job_matches")["user_id"].to_pylist() == [world.ada]
