"""Models become views and tables: each in one transaction, so that a reader sees the old or the new, never half.

What a model really gives is compared with the columns that its header promises before it replaces anything.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from psycopg import errors, sql

from jobmatch_dagster.sql_models.model import Model, ModelError

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True)
class Built:
    """What building one model did: rows it has now (None for a view that was not counted) and wall seconds."""

    model: Model
    rows: int
    seconds: float


def build(
    conn: psycopg.Connection[Any],
    model: Model,
    *,
    days: Sequence[date] = (),
    full_refresh: bool = False,
    variables: Mapping[str, Any] | None = None,
) -> Built:
    """Make one model in the database.

    Args:
        conn: an autocommit connection that may create in the model's schema.
        model: what to build; the models it reads must have been built.
        days: for an incremental model, the partitions to write again; its SQL sees them as ``var('days')``, an array
            literal, so that it need not read the others. Without days all partitions that the SELECT gives are written.
        full_refresh: build an incremental model from nothing; happens by itself when its SQL has changed.
        variables: values for ``var()``.

    Raises:
        ModelError: Postgres refuses the SQL (with file, line and column), or the columns are not those of the header.
    """
    start = time.perf_counter()
    with conn.transaction():
        conn.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(model.layer)))
        incremental = model.materialisation == "incremental" and not full_refresh and _is_current(conn, model)
        given = {"days": "{" + ",".join(map(str, days)) + "}"} if days else {}
        body = model.render({**given, **(variables or {})}, incremental=incremental)
        if incremental:
            _replace_partitions(conn, model, body, days)
        elif model.materialisation == "view":
            _replace_view(conn, model, body)
        else:
            _replace_table(conn, model, body)
        _check_columns(conn, model)
        _describe(conn, model)
        row = conn.execute(sql.SQL("select count(*) from {}").format(_relation(model))).fetchone()
    return Built(model, int(row[0]) if row else 0, time.perf_counter() - start)


def _relation(model: Model, suffix: str = "") -> sql.Identifier:
    return sql.Identifier(model.layer, model.name + suffix)


def _is_current(conn: psycopg.Connection[Any], model: Model) -> bool:
    """Whether the table is there and every partition of it was made by the SQL of today."""
    row = conn.execute("select obj_description(to_regclass(%s), 'pg_class')", (model.relation,)).fetchone()
    return bool(row and row[0] and row[0].endswith(_stamp(model)))


def _stamp(model: Model) -> str:
    """Ends the table's comment, and says which SQL made it."""
    return f"(SQL {model.code_version})"


def _drop(conn: psycopg.Connection[Any], model: Model) -> None:
    """Drop the relation of that name, whichever kind it was, with the views that stand on it (they are built after
    it).
    """
    row = conn.execute("select relkind from pg_class where oid = to_regclass(%s)", (model.relation,)).fetchone()
    if row:
        kind = "view" if row[0] == "v" else "table"
        conn.execute(sql.SQL("drop {} {} cascade").format(sql.SQL(kind), _relation(model)))  # type: ignore[arg-type]


def _select_into(conn: psycopg.Connection[Any], model: Model, before: sql.Composable, body: str) -> None:
    """Execute what stands before the model's SELECT with it; a complaint about the SELECT names file, line, column."""
    try:
        conn.execute(before + sql.SQL(body))  # type: ignore[arg-type]
    except (errors.InvalidTableDefinition, errors.WrongObjectType):
        raise
    except errors.Error as error:
        position = error.diag.statement_position
        at = int(position) - 1 - len(before.as_string(conn)) if position else None
        problem = f"was refused by Postgres: {error.diag.message_primary or error}"
        raise ModelError(model.where(body, at), problem, error.diag.message_hint or "") from None


def _replace_view(conn: psycopg.Connection[Any], model: Model, body: str) -> None:
    """A view runs with its reader's rights, so row-level security holds through it."""
    create = sql.SQL("create or replace view {} with (security_invoker = true) as ").format(_relation(model))
    try:
        with conn.transaction():
            _select_into(conn, model, create, body)
    except (errors.InvalidTableDefinition, errors.WrongObjectType):
        _drop(conn, model)
        _select_into(conn, model, create, body)


def _replace_table(conn: psycopg.Connection[Any], model: Model, body: str) -> None:
    new = _relation(model, "__new")
    _select_into(conn, model, sql.SQL("create table {} as ").format(new), body)
    _drop(conn, model)
    conn.execute(sql.SQL("alter table {} rename to {}").format(new, sql.Identifier(model.name)))
    if model.unique_key:
        names = sql.SQL(", ").join(map(sql.Identifier, model.unique_key))
        conn.execute(sql.SQL("create unique index on {} ({})").format(_relation(model), names))
    conn.execute(sql.SQL("analyze {}").format(_relation(model)))


def _replace_partitions(conn: psycopg.Connection[Any], model: Model, body: str, days: Sequence[date]) -> None:
    """Write the given partitions again; without days, those that the SELECT itself gives."""
    new = sql.Identifier("pg_temp", model.name + "__new")
    create = sql.SQL("create temp table {} on commit drop as ").format(sql.Identifier(model.name + "__new"))
    _select_into(conn, model, create, body)
    if model.partition_column:
        column = sql.Identifier(model.partition_column)
        if days:
            conn.execute(sql.SQL("delete from {} where not ({} = any(%s))").format(new, column), (list(days),))
            conn.execute(sql.SQL("delete from {} where {} = any(%s)").format(_relation(model), column), (list(days),))
        else:
            conn.execute(
                sql.SQL("delete from {} where {c} in (select distinct {c} from {})").format(
                    _relation(model), new, c=column
                )
            )
    else:
        names = sql.SQL(", ").join(map(sql.Identifier, model.unique_key))
        conn.execute(
            sql.SQL("delete from {} where ({k}) in (select {k} from {})").format(_relation(model), new, k=names)
        )
    conn.execute(sql.SQL("insert into {} select * from {}").format(_relation(model), new))


def _check_columns(conn: psycopg.Connection[Any], model: Model) -> None:
    """The columns and types in the database must be those of the header, in order."""
    rows = conn.execute(
        """select attname, format_type(atttypid, atttypmod) from pg_attribute
            where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped order by attnum""",
        (model.relation,),
    ).fetchall()
    promised = [(c.name, c.type) for c in model.columns]
    if promised and rows != promised:
        given = ", ".join(f"{n} {t}" for n, t in rows if (n, t) not in promised) or "another order"
        lacking = ", ".join(f"{n} {t}" for n, t in promised if (n, t) not in rows) or "the order of its columns"
        raise ModelError(
            str(model.path),
            f"gives {given} where its header promises {lacking}",
            "Mend the SELECT or the header's columns.",
        )


def _describe(conn: psycopg.Connection[Any], model: Model) -> None:
    """Put the header's words where any SQL client shows them."""
    kind = sql.SQL("view") if model.materialisation == "view" else sql.SQL("table")
    words = f"{model.description} {_stamp(model)}" if model.materialisation == "incremental" else model.description
    conn.execute(sql.SQL("comment on {} {} is {}").format(kind, _relation(model), sql.Literal(words)))
    for column in model.columns:
        name = sql.Identifier(model.layer, model.name, column.name)
        conn.execute(sql.SQL("comment on column {} is {}").format(name, sql.Literal(column.description)))
