"""The migrated tables are the contract of ``tables.py``, and the schema reference says what they are.

For Postgres every column of a view may be null; that a match has all of its required values is for those to test who
make matches (``stages/test_words.py``).
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from jobmatch_dagster import tables
from jobmatch_dagster.supabase import schema_reference
from jobmatch_dagster.supabase.database import read


@pytest.mark.parametrize("name", tables.TABLES)
def test_a_table_has_the_columns_of_its_arrow_schema_in_order(connection: psycopg.Connection[Any], name: str) -> None:
    schema = tables.TABLES[name]
    found = connection.execute(
        "select attname::text, not attnotnull, format_type(atttypid, null), col_description(attrelid, attnum),"
        " c.relkind::text from pg_attribute join pg_class c on c.oid = attrelid"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum",
        [name],
    ).fetchall()
    assert [row[0] for row in found] == schema.names
    if found[0][4] != "v":
        assert [row[1] for row in found] == [field.nullable for field in schema]
    assert [row[3] for row in found] == [tables.doc(field) for field in schema]
    declared = {field.name: tables.sql_type(field) for field in schema if tables.sql_type(field)}
    assert {row[0]: row[2] for row in found if row[2] in ("uuid", "jsonb")} == declared


@pytest.mark.parametrize("name", tables.TABLES)
def test_reading_a_table_gives_its_arrow_types(connection: psycopg.Connection[Any], name: str) -> None:
    found = read(connection, f"select * from {name}")  # noqa: S608
    assert found.schema.names == tables.TABLES[name].names
    assert found.schema.types == tables.TABLES[name].types


def test_the_written_schema_reference_is_current(connection: psycopg.Connection[Any]) -> None:
    written = schema_reference.PAGE.read_text("utf-8")
    assert written == schema_reference.page(connection), "run `jobmatch supabase schema --write`"


def test_every_table_column_and_function_is_described(connection: psycopg.Connection[Any]) -> None:
    undescribed = [
        f"{schema['name']}.{found['name']}{column}"
        for schema in schema_reference.schemas(connection)
        for found in [*schema["relations"], *schema["functions"]]
        for column, text in [("", found["text"]), *((f".{c['name']}", c["text"]) for c in found.get("columns", []))]
        if not text
    ]
    assert undescribed == []
