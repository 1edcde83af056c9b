"""The columns that ``tables`` promises: as the catalogue shows them, and whether a table in the database has them.

Arrow and numpy, which ``tables`` is made of, cost a process a quarter of its start; the
catalogue is shown without them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobmatch_dagster import kept
from jobmatch_dagster.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg
    import pyarrow as pa

TABLES = Path(__file__).parents[1] / "tables.py"
_COLUMNS = """
select attname, format_type(atttypid, atttypmod) from pg_attribute
 where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped
"""


@lru_cache(maxsize=1)
def described() -> dict[str, list[dict[str, Any]]]:
    """The columns of each table: ``name``, ``type``, ``description`` and whether it is ``nullable``."""
    code = [Path(__file__), Path(kept.__file__), TABLES]
    found: dict[str, list[dict[str, Any]]] = kept.kept(
        settings().cache / "tables", code, _describe, versions=[version("pyarrow")]
    )
    return found


def _describe() -> dict[str, list[dict[str, Any]]]:
    from jobmatch_dagster import tables

    return {
        name: [
            {
                "name": field.name,
                "type": tables.sql_type(field) or str(field.type),
                # The catalogue takes a sentence for markdown, in which a word in angle brackets is not shown.
                "description": re.sub(r"[^\s`]*<[^`]*>", r"`\g<0>`", tables.doc(field)),
                "nullable": field.nullable,
            }
            for field in schema
        ]
        for name, schema in {"raw.postings": tables.POSTING, **tables.TABLES}.items()
    }


def postgres_type(field: pa.Field) -> str:
    """The type that a column of the contract has in Postgres, as Postgres writes it."""
    import pyarrow as pa

    from jobmatch_dagster import tables

    plain = {
        pa.string(): "text",
        pa.float64(): "double precision",
        pa.int32(): "integer",
        pa.bool_(): "boolean",
        pa.date32(): "date",
        tables.instant: "timestamp with time zone",
    }
    if pa.types.is_list(field.type):
        return f"{plain[field.type.value_type]}[]"
    return tables.sql_type(field) or plain[field.type]


def lacking(table: str) -> Callable[[psycopg.Connection[Any]], int]:
    """A function that counts the columns of the contract that a table lacks or has with another type."""

    def count(conn: psycopg.Connection[Any]) -> int:
        from jobmatch_dagster import tables

        there = dict(conn.execute(_COLUMNS, (table,)).fetchall())
        return sum(there.get(field.name) != postgres_type(field) for field in tables.TABLES[table])

    return count
