"""Whether a table in the database still has the columns that ``tables`` promises: drift of the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from jobmatch_dagster import tables

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

_PLAIN = {
    pa.string(): "text",
    pa.float64(): "double precision",
    pa.int32(): "integer",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    tables.instant: "timestamp with time zone",
}
_COLUMNS = """
select attname, format_type(atttypid, atttypmod) from pg_attribute
 where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
"""


def postgres_type(field: pa.Field) -> str:
    """The type that a column of the contract has in Postgres, as Postgres writes it."""
    if pa.types.is_list(field.type):
        return f"{_PLAIN[field.type.value_type]}[]"
    return tables.sql_type(field) or _PLAIN[field.type]


def lacking(table: str) -> Callable[[psycopg.Connection[Any]], int]:
    """A function that counts the columns of the contract that a table lacks or has with another type."""

    def count(conn: psycopg.Connection[Any]) -> int:
        there = dict(conn.execute(_COLUMNS, (table,)).fetchall())
        return sum(there.get(field.name) != postgres_type(field) for field in tables.TABLES[table])

    return count
