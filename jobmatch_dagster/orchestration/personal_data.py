"""Whether staging and marts hold anything of a person: by the names of their columns, and by what stands in the cells.

The cells of every text column of the marts are looked at, whatever marts there are; nothing that is found is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

_TELLING_COLUMNS = """
select count(*) from information_schema.columns
 where table_schema in ('staging', 'marts')
   and column_name in ('user_id', 'resume_id', 'email', 'phone', 'full_name', 'body', 'content', 'file_path', 'sha256',
                       'owner_id')
"""
_TEXT_COLUMNS = """
select c.table_name, c.column_name from information_schema.columns c
  join information_schema.tables t using (table_schema, table_name)
 where c.table_schema = 'marts' and c.data_type in ('text', 'ARRAY', 'jsonb') order by 1, 2
"""
_ADDRESS = r"[[:alnum:]._%+-]+@[[:alnum:]-]+\.[[:alnum:].-]+"
_NUMBER = r"\+[[:digit:]][[:digit:] ()./-]{7,}[[:digit:]]"
_ID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ANY = "select count(*) from ({cells}) c where cell ~ {address} or cell ~ {number}"
_KNOWN = """
with cells as materialized (select distinct lower(cell) as cell from ({cells}) c),
known as (
  select lower(email) as words from auth.users where email <> ''
  union select lower(phone) from auth.users where length(phone) > 6
  union select id::text from auth.users)
select count(*) from cells where (cell ~ {address} or cell ~ {number} or cell ~ {identity})
   and exists (select from known where strpos(cell, words) > 0)
"""


def telling_columns(conn: psycopg.Connection[Any]) -> int:
    """How many columns of staging and marts are named after a person's data."""
    return _number(conn, _TELLING_COLUMNS)


def addresses(conn: psycopg.Connection[Any]) -> int:
    """How many cells of the marts hold an e-mail address or an international telephone number, whosever."""
    return _over_cells(conn, _ANY)


def known_people(conn: psycopg.Connection[Any]) -> int:
    """How many different cells of the marts hold the address, number or id of an account."""
    return _over_cells(conn, _KNOWN)


def _over_cells(conn: psycopg.Connection[Any], query: LiteralString) -> int:
    from psycopg import sql

    columns = conn.execute(_TEXT_COLUMNS).fetchall()
    if not columns:
        return 0
    cell = sql.SQL("select distinct {c}::text as cell from {t} where {c} is not null")
    cells = sql.SQL(" union all ").join(
        cell.format(c=sql.Identifier(column), t=sql.Identifier("marts", table)) for table, column in columns
    )
    patterns = {"address": sql.Literal(_ADDRESS), "number": sql.Literal(_NUMBER), "identity": sql.Literal(_ID)}
    return _number(conn, sql.SQL(query).format(cells=cells, **patterns))


def _number(conn: psycopg.Connection[Any], query: LiteralString | sql.Composed) -> int:
    row = conn.execute(query).fetchone()
    return int(row[0]) if row else 0
