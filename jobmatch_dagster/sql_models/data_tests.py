"""Tests of models: each is a SELECT of the rows that are wrong; none is good.

The header's short tests (not_null, unique, accepted_values, relationships, range, freshness) become such SELECTs here;
a file in ``tests/`` is one already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql

from jobmatch_dagster.sql_models.model import Model, ModelError
from jobmatch_dagster.sql_models.project import Project

if TYPE_CHECKING:
    import psycopg

MOST_SHOWN = 5


@dataclass(frozen=True)
class DataTest:
    """One test.

    Attributes:
        name: unique within its model.
        model: the model it watches.
        promise: what holds when it passes, in words.
        query: SELECT of the wrong rows.
        severity: ``error`` or ``warn``.
        file: where it is written: the model's file, or its own.
    """

    name: str
    model: str
    promise: str
    query: sql.Composable
    severity: str
    file: Model


@dataclass(frozen=True)
class Verdict:
    """The result of one test: number of wrong rows and the first of them."""

    test: DataTest
    wrong: int
    examples: list[dict[str, Any]]

    @property
    def passed(self) -> bool:
        """No wrong row."""
        return self.wrong == 0


def of_project(project: Project) -> list[DataTest]:
    """All tests of a project: the headers' and the folder's, in a stable order."""
    found = [test for model in project.models.values() for test in of_model(model)]
    for model in project.tests.values():
        watched = model.refs[-1] if model.refs else ""
        found.append(DataTest(model.name, watched, model.description, sql.SQL(model.render({})), model.severity, model))  # type: ignore[arg-type]
    return found


def of_model(model: Model) -> list[DataTest]:
    """The tests that a model's header names.

    Raises:
        ModelError: a test is unknown or lacks what it needs.
    """
    found = []
    for given in model.tests:
        kind, _, options = _parts(model, given)
        for column, name, promise, query in KINDS[kind](model, options):
            severity = str(options.get("severity", "error")) if isinstance(options, Mapping) else "error"
            found.append(DataTest(f"{column}_{name}" if column else name, model.name, promise, query, severity, model))
    return found


def run(conn: psycopg.Connection[Any], test: DataTest) -> Verdict:
    """Count the wrong rows of a test and fetch a few.

    Raises:
        ModelError: Postgres refuses the test, with its file (and line and column, where it is a file of its own).
    """
    from psycopg import errors
    from psycopg.rows import dict_row

    before = "select count(*) from ("
    try:
        row = conn.execute(sql.SQL(before) + test.query + sql.SQL(") wrong")).fetchone()
    except errors.Error as error:
        at = int(error.diag.statement_position or 0) - 1 - len(before)
        own = test.file.layer == "tests"
        raise ModelError(
            test.file.where(test.query.as_string(conn), at) if own else str(test.file.path),
            f"has a test ({test.name}) that Postgres refuses: {error.diag.message_primary or error}",
            error.diag.message_hint or "",
        ) from None
    wrong = int(row[0]) if row else 0
    examples: list[dict[str, Any]] = []
    if wrong:
        with conn.cursor(row_factory=dict_row) as cursor:
            limited = sql.SQL("select * from ({}) wrong limit {}").format(test.query, sql.Literal(MOST_SHOWN))
            examples = cursor.execute(limited).fetchall()
    return Verdict(test, wrong, examples)


def _parts(model: Model, given: Any) -> tuple[str, Model, Any]:
    if not isinstance(given, Mapping) or len(given) != 1:
        raise ModelError(
            str(model.path), "has a test that is not `kind: options`", f"Known kinds are {', '.join(KINDS)}."
        )
    kind, options = next(iter(given.items()))
    if kind not in KINDS:
        raise ModelError(str(model.path), f"has an unknown test '{kind}'", f"Known kinds are {', '.join(KINDS)}.")
    return kind, model, options


Made = list[tuple[str, str, str, sql.Composable]]


def _from(model: Model) -> sql.Identifier:
    return sql.Identifier(model.layer, model.name)


def _listed(options: Any) -> list[str]:
    return [options] if isinstance(options, str) else list(options)


def _not_null(model: Model, options: Any) -> Made:
    return [
        (
            c,
            "not_null",
            f"{c} always has a value.",
            sql.SQL("select * from {} where {} is null").format(_from(model), sql.Identifier(c)),
        )
        for c in _listed(options)
    ]


def _unique(model: Model, options: Any) -> Made:
    columns = _listed(options)
    names = sql.SQL(", ").join(sql.Identifier(c) for c in columns)
    query = sql.SQL("select {n}, count(*) as times from {f} group by {n} having count(*) > 1").format(
        n=names, f=_from(model)
    )
    return [("_".join(columns), "unique", f"One row for each {', '.join(columns)}.", query)]


def _accepted_values(model: Model, options: Any) -> Made:
    made: Made = []
    for column, values in options.items():
        query = sql.SQL("select * from {} where {c} is not null and not ({c}::text = any({v}))").format(
            _from(model), c=sql.Identifier(column), v=sql.Literal([str(v) for v in values])
        )
        made.append((column, "accepted_values", f"{column} is one of {', '.join(map(str, values))}.", query))
    return made


def _relationships(model: Model, options: Any) -> Made:
    made: Made = []
    for column, target in options.items():
        relation, _, key = str(target).rpartition(".")
        query = sql.SQL(
            "select m.* from {} m where m.{c} is not null and not exists (select from {} t where t.{k} = m.{c})"
        ).format(_from(model), sql.SQL(relation), c=sql.Identifier(column), k=sql.Identifier(key))  # type: ignore[arg-type]
        made.append((column, "relationship", f"Each {column} exists in {relation}.", query))
    return made


def _range(model: Model, options: Any) -> Made:
    made: Made = []
    for column, (low, high) in options.items():
        conditions = [
            sql.SQL("{} {} {}").format(sql.Identifier(column), sql.SQL(sign), sql.Literal(bound))  # type: ignore[arg-type]
            for sign, bound in (("<", low), (">", high))
            if bound is not None
        ]
        query = sql.SQL("select * from {} where {}").format(_from(model), sql.SQL(" or ").join(conditions))
        made.append((column, "range", f"{column} is from {low} to {high}.", query))
    return made


def _freshness(model: Model, options: Any) -> Made:
    made: Made = []
    for column, days in options.items():
        if column == "severity":
            continue
        query = sql.SQL("select max({c}) as newest from {f} having max({c}) < current_date - {d}").format(
            c=sql.Identifier(column), f=_from(model), d=sql.Literal(int(days))
        )
        made.append((column, "fresh", f"The newest {column} is at most {days} days old.", query))
    return made


KINDS: dict[str, Callable[[Model, Any], Made]] = {
    "not_null": _not_null,
    "unique": _unique,
    "accepted_values": _accepted_values,
    "relationships": _relationships,
    "range": _range,
    "freshness": _freshness,
}
