"""Bulk writing: Arrow rows over the wire into their table, all in one transaction.

Keys travel first, and guards where they tell whether a row changed. Rows that are new then go straight into their
table; those that may have changed go by way of a staging table, so that a day on which little happened costs little.
Rows travel as CSV (Arrow's C++ writer, Postgres' COPY) over the caller's
own connection, so a merge can be part of the caller's transaction, works through a session pooler, and Postgres itself
reads uuid, jsonb, numeric and arrays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.supabase import csv_columns

if TYPE_CHECKING:
    import pyarrow as pa

# Keys of all rows, with guards and moving columns if there is a guard; and whole rows, of those that may have changed.
_GIVEN = sql.Identifier("jobmatch_given")
_STAGED = sql.Identifier("jobmatch_staged")
_ROW = "jobmatch_row"
# Rows per CSV block: 2 KB rows make blocks of some 16 MB, so memory stays flat.
_ROWS_PER_BLOCK = 8192


class MergeError(JobmatchError):
    """Rows that their table cannot take; nothing was written."""


@dataclass(frozen=True)
class Merged:
    """What a merge did, in rows."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0

    def __add__(self, other: Merged) -> Merged:
        return Merged(
            self.inserted + other.inserted,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.deleted + other.deleted,
        )


def merge(
    connection: psycopg.Connection[Any],
    table: str,
    rows: pa.Table,
    *,
    key: Sequence[str],
    guard: str | Sequence[str] | None = None,
    replace: tuple[str, Sequence[Any]] | None = None,
    keep: Sequence[str] = (),
    least: Sequence[str] = (),
    greatest: Sequence[str] = (),
) -> Merged:
    """Make the table hold these rows: insert new ones, rewrite changed ones, and delete what a replaced slice lost.

    Merges into one table wait for each other, so two runs of one partition at once end as if one had run after the
    other. All or nothing; inside a transaction of the caller it is part of that.

    Args:
        connection: in autocommit mode, or inside the caller's transaction.
        table: ``schema.name``.
        rows: columns by name; columns of the table that are missing here get their default, or stay as they are.
            Strings are read as the column's type (uuid, jsonb, numeric); U+0000, which Postgres has no place for,
            becomes U+FFFD.
        key: the columns that identify a row; they need a unique index.
        guard: columns that tell whether a row changed, e.g. ``content_hash``; an equal row is not rewritten. None
            compares all columns.
        replace: the slice that these rows replace, as a WHERE over the table with ``%s`` and its parameters, e.g.
            ``("matched_on = %s", (day,))``; rows of the slice that are not given are deleted.
        keep: columns that an update never changes.
        least: columns that an update only ever makes smaller (``first_seen_on``); a change of theirs alone is written.
        greatest: columns that an update only ever makes larger (``last_seen_on``); likewise.

    Raises:
        MergeError: a column is unknown, a key is null or given twice, or a value breaks the table's rules.
    """
    schema, _, name = table.rpartition(".")
    target = sql.Identifier(schema or "public", name)
    _check_keys(table, rows, key)
    guards = None if guard is None else [guard] if isinstance(guard, str) else list(guard)
    plan = _Plan(target, rows.schema.names, list(key), guards, list(keep), list(least), list(greatest))
    sending: Sequence[int] = range(rows.num_rows)
    try:
        with connection.transaction():
            connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"jobmatch merge {table}"])
            new, known = _stage_keys(connection, plan, rows)
            sending = known
            _stage(connection, target, _STAGED, _pick(rows, known))
            _learn_spread(connection, _STAGED, plan.key)
            deleted = connection.execute(plan.delete(replace[0]), list(replace[1])).rowcount if replace else 0
            # before the updates: a row that changed may point at a new one
            sending = new
            _copy(connection, plan.insert(), _pick(rows, new))
            updated = _run(connection, plan.rewrite()) + _run(connection, plan.move())
            connection.execute(sql.SQL("drop table {}, {}").format(_STAGED, _GIVEN))
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.UndefinedColumn) as error:
        raise _explain(table, error, sending) from None
    return Merged(len(new), updated, rows.num_rows - len(new) - updated, deleted)


def append(connection: psycopg.Connection[Any], table: str, rows: pa.Table, *, key: Sequence[str]) -> Merged:
    """Insert rows that the table cannot have yet, straight into it: half the work of a merge.

    Args:
        connection: in autocommit mode, or inside the caller's transaction.
        table: ``schema.name``.
        rows: as for ``merge``.
        key: the columns that identify a row.

    Raises:
        MergeError: as ``merge`` does, and if a key is there already.
    """
    schema, _, name = table.rpartition(".")
    _check_keys(table, rows, key)
    try:
        with connection.transaction():
            _copy(connection, _copy_into(sql.Identifier(schema or "public", name), rows.schema.names), rows)
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.UndefinedColumn) as error:
        raise _explain(table, error, range(rows.num_rows)) from None
    return Merged(inserted=rows.num_rows)


@dataclass(frozen=True)
class _Plan:
    """The statements of one merge."""

    target: sql.Identifier
    columns: list[str]
    key: list[str]
    guard: list[str] | None
    keep: list[str]
    least: list[str]
    greatest: list[str]

    @property
    def free(self) -> list[str]:
        """The columns that an update may change."""
        return [column for column in self.columns if column not in {*self.key, *self.keep}]

    @property
    def moving(self) -> list[str]:
        """The columns that an update only moves one way."""
        return [column for column in self.free if column in {*self.least, *self.greatest}]

    @property
    def compared(self) -> list[str]:
        """The columns that tell whether a row changed."""
        if self.guard is None:
            return [column for column in self.free if column not in self.moving]
        return list(self.guard)

    @property
    def told(self) -> list[str]:
        """The columns that travel for every row."""
        guards = [] if self.guard is None else [*self.compared, *self.moving]
        return list(dict.fromkeys([*self.key, *guards]))

    def changed(self) -> sql.Composed:
        """Number, and whether it is new, of each given row that is new, or may have changed."""
        return sql.SQL(
            "select s.{row}, t.{key} is null from {given} s left join {target} t on {same}"
            " where t.{key} is null or {differ} order by 1"
        ).format(
            row=sql.Identifier(_ROW),
            given=_GIVEN,
            target=self.target,
            same=self._same_key(),
            key=sql.Identifier(self.key[0]),
            differ=sql.SQL("true") if self.guard is None else self._differ(self.compared),
        )

    def delete(self, where: str) -> sql.Composed:
        """Delete from the slice what was not given."""
        return sql.SQL(
            "delete from {target} t where ({where}) and not exists (select from {given} s where {same})"
        ).format(
            target=self.target,
            where=sql.SQL(where),  # type: ignore[arg-type]  # the caller's own SQL; its values are parameters
            given=_GIVEN,
            same=self._same_key(),
        )

    def insert(self) -> sql.Composed:
        """Take in the rows that are new."""
        return _copy_into(self.target, self.columns)

    def rewrite(self) -> sql.Composed | None:
        """Rewrite the rows that changed."""
        return self._update(_STAGED, self.free, self.compared) if self.compared and self.free else None

    def move(self) -> sql.Composed | None:
        """Move what moves in the other rows: touches no long text and, if no such column is indexed, no index."""
        given = _STAGED if self.guard is None else _GIVEN
        return self._update(given, self.moving, self.moving) if self.moving else None

    def _update(self, source: sql.Identifier, columns: list[str], compared: list[str]) -> sql.Composed:
        values = [sql.SQL("{} = {}").format(sql.Identifier(column), self._value(column)) for column in columns]
        return sql.SQL("update {target} t set {values} from {source} s where {same} and ({differ})").format(
            target=self.target,
            values=sql.SQL(", ").join(values),
            source=source,
            same=self._same_key(),
            differ=self._differ(compared),
        )

    def _same_key(self) -> sql.Composed:
        return sql.SQL(" and ").join(sql.SQL("t.{0} = s.{0}").format(sql.Identifier(column)) for column in self.key)

    def _differ(self, columns: list[str]) -> sql.Composed:
        return sql.SQL(" or ").join(
            sql.SQL("t.{} is distinct from {}").format(sql.Identifier(column), self._value(column))
            for column in columns
        )

    def _value(self, column: str) -> sql.Composed:
        move = "least" if column in self.least else "greatest" if column in self.greatest else None
        form = "s.{0}" if move is None else f"{move}(t.{{0}}, s.{{0}})"
        return sql.SQL(form).format(sql.Identifier(column))  # type: ignore[arg-type]


def _check_keys(table: str, rows: pa.Table, key: Sequence[str]) -> None:
    missing = [column for column in key if column not in rows.schema.names]
    if missing:
        raise MergeError(table, f"is merged by {', '.join(missing)}, which the rows lack", "Give the key's columns.")
    for column in key:
        if rows.column(column).null_count:
            raise MergeError(table, f"was given rows without {column}, which is part of the key", "Leave them out.")
    distinct = rows.select(list(key)).group_by(list(key)).aggregate([]).num_rows
    if distinct != rows.num_rows:
        raise MergeError(
            table,
            f"was given {rows.num_rows - distinct} rows whose key ({', '.join(key)}) stands in another row, too",
            "Give each key once.",
        )


def _run(connection: psycopg.Connection[Any], statement: sql.Composed | None) -> int:
    return connection.execute(statement).rowcount if statement else 0


def _stage_keys(connection: psycopg.Connection[Any], plan: _Plan, rows: pa.Table) -> tuple[list[int], list[int]]:
    """Send what travels for every row; returns the numbers of the rows that are new, and of those that may have
    changed."""
    import pyarrow as pa

    numbers = pa.array(range(rows.num_rows), pa.int32())
    _stage(connection, plan.target, _GIVEN, rows.select(plan.told).append_column(_ROW, numbers))
    _learn_spread(connection, _GIVEN, plan.key)
    found = connection.execute(plan.changed()).fetchall()
    return [row for row, is_new in found if is_new], [row for row, is_new in found if not is_new]


def _pick(rows: pa.Table, numbers: Sequence[int]) -> pa.Table:
    import pyarrow as pa

    return rows if len(numbers) == rows.num_rows else rows.take(pa.array(numbers, pa.int64()))


def _stage(connection: psycopg.Connection[Any], target: sql.Identifier, name: sql.Identifier, rows: pa.Table) -> None:
    """Send rows into a new temporary table whose columns have the target's types."""
    names = [sql.Identifier(column) for column in rows.schema.names]
    typed = sql.SQL(", ").join(
        sql.SQL("0 as {}").format(column) if column == sql.Identifier(_ROW) else column for column in names
    )
    connection.execute(
        sql.SQL("create temporary table {} on commit drop as select {} from {} with no data").format(
            name, typed, target
        )
    )
    _copy(connection, _copy_into(name, rows.schema.names), rows)


def _copy_into(table: sql.Identifier, columns: Sequence[str]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("copy {} ({}) from stdin with (format csv)").format(table, names)


def _copy(connection: psycopg.Connection[Any], statement: sql.Composed, rows: pa.Table) -> None:
    """Send rows to a COPY, block by block."""
    import pyarrow as pa
    from pyarrow import csv

    if rows.num_rows == 0:
        return
    with connection.cursor().copy(statement) as copy:
        options = csv.WriteOptions(include_header=False, batch_size=_ROWS_PER_BLOCK)
        for start in range(0, rows.num_rows, _ROWS_PER_BLOCK):
            block = pa.BufferOutputStream()
            csv.write_csv(csv_columns.of(rows.slice(start, _ROWS_PER_BLOCK)), block, options)
            copy.write(block.getvalue())


def _learn_spread(connection: psycopg.Connection[Any], name: sql.Identifier, key: Sequence[str]) -> None:
    """Tell the planner how the columns of the key are spread; to do so for long texts would cost more than all else."""
    columns = sql.SQL(", ").join(map(sql.Identifier, key))
    connection.execute(sql.SQL("analyze {} ({})").format(name, columns))


def _explain(table: str, error: psycopg.Error, numbers: Sequence[int]) -> MergeError:
    """What the table refused, without a value, which may be personal; ``numbers`` are those of the rows being sent."""
    diag = error.diag
    where = re.search(r"line (\d+), column (\w+)", diag.context or "")
    if where:
        row = numbers[int(where[1]) - 1] + 1
        return MergeError(
            table, f"cannot take {where[2]} of row {row}: it is not of the column's type", "Mend that row."
        )
    if isinstance(error, psycopg.errors.UndefinedColumn):
        return MergeError(table, f"lacks a column: {diag.message_primary}", "Run `jobmatch migrate`.")
    if isinstance(error, psycopg.errors.NotNullViolation):
        return MergeError(table, f"needs a value in {diag.column_name} in every row", "Leave out rows without it.")
    if isinstance(error, psycopg.errors.ForeignKeyViolation):
        return MergeError(
            table, f"was given rows that point at rows that do not exist ({diag.constraint_name})", "Write those first."
        )
    if isinstance(error, psycopg.IntegrityError):
        return MergeError(table, f"was given rows that break its rule {diag.constraint_name}", "Leave out those rows.")
    return MergeError(table, "was given a value that does not fit its column", "Check the rows' types and ranges.")
