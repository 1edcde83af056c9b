"""Tests of models: each is a SELECT of the rows that are wrong; none is good.

The header's short tests (not_null, unique, accepted_values, relationships, range, freshness) become such SELECTs here;
a file in ``tests/`` is one already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.sql_models.model import Model, ModelError
from jobmatch_dagster.sql_models.project import Project

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

MOST_SHOWN = 5


@dataclass(frozen=True)
class Query:
    """A SELECT whose names and values are still to be put in: what a test asks is known without a database driver.

    Attributes:
        text: the SQL, with ``{name}`` for what is put in.
        names: names of relations and columns, by their parts.
        values: values.
    """

    text: str
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def compose(self) -> sql.Composable:
        """The query as psycopg takes it, names and values quoted."""
        from psycopg import sql

        if not (self.names or self.values):
            return sql.SQL(self.text)  # type: ignore[arg-type]
        names = {name: sql.Identifier(*parts) for name, parts in self.names.items()}
        values = {name: sql.Literal(value) for name, value in self.values.items()}
        return sql.SQL(self.text).format(**names, **values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class DataTest:
    """One test.

    Attributes:
        name: unique within its model.
        model: the model it watches.
        promise: what holds when it passes, in words.
        query: SELECT of the wrong rows; None for that of the test's own file.
        severity: ``error`` or ``warn``.
        file: where it is written: the model's file, or its own.
    """

    name: str
    model: str
    promise: str
    query: Query | None
    severity: str
    file: Model

    def compose(self) -> sql.Composable:
        """The SELECT of the wrong rows, for psycopg."""
        return (self.query or Query(self.file.render({}))).compose()


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

    @property
    def told(self) -> str:
        """What the first wrong rows say of themselves, in a column ``says``; empty where the test has none."""
        return " ".join(str(row["says"]) for row in self.examples if row.get("says"))


def of_project(project: Project) -> list[DataTest]:
    """All tests of a project: the headers' and the folder's, in a stable order."""
    found = [test for model in project.models.values() for test in of_model(model)]
    for model in project.tests.values():
        watched = model.refs[-1] if model.refs else ""
        found.append(DataTest(model.name, watched, model.description, None, model.severity, model))
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
    from psycopg import errors, sql
    from psycopg.rows import dict_row

    before, query = "select count(*) from (", test.compose()
    try:
        row = conn.execute(sql.SQL(before) + query + sql.SQL(") wrong")).fetchone()
    except errors.Error as error:
        at = int(error.diag.statement_position or 0) - 1 - len(before)
        own = test.file.layer == "tests"
        raise ModelError(
            test.file.where(query.as_string(conn), at) if own else str(test.file.path),
            f"has a test ({test.name}) that Postgres refuses: {error.diag.message_primary or error}",
            error.diag.message_hint or "",
        ) from None
    wrong = int(row[0]) if row else 0
    examples: list[dict[str, Any]] = []
    if wrong:
        with conn.cursor(row_factory=dict_row) as cursor:
            limited = sql.SQL("select * from ({}) wrong limit {}").format(query, sql.Literal(MOST_SHOWN))
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


Made = list[tuple[str, str, str, Query]]


def _query(model: Model, text: str, columns: Mapping[str, str] | None = None, **values: Any) -> Query:
    """A query over ``{model}`` with columns and values by name."""
    names = {name: (column,) for name, column in (columns or {}).items()}
    return Query(text, {"model": (model.layer, model.name), **names}, values)


def _listed(options: Any) -> list[str]:
    return [options] if isinstance(options, str) else list(options)


def _not_null(model: Model, options: Any) -> Made:
    text = "select * from {model} where {c} is null"
    return [(c, "not_null", f"{c} always has a value.", _query(model, text, {"c": c})) for c in _listed(options)]


def _unique(model: Model, options: Any) -> Made:
    columns = _listed(options)
    keys = {f"c{number}": column for number, column in enumerate(columns)}
    names = ", ".join(f"{{{key}}}" for key in keys)
    text = "select KEY, count(*) as times from {model} group by KEY having count(*) > 1".replace("KEY", names)
    return [("_".join(columns), "unique", f"One row for each {', '.join(columns)}.", _query(model, text, keys))]


def _accepted_values(model: Model, options: Any) -> Made:
    made: Made = []
    for column, values in options.items():
        text = "select * from {model} where {c} is not null and not ({c}::text = any({v}))"
        query = _query(model, text, {"c": column}, v=[str(v) for v in values])
        made.append((column, "accepted_values", f"{column} is one of {', '.join(map(str, values))}.", query))
    return made


def _relationships(model: Model, options: Any) -> Made:
    made: Made = []
    for column, target in options.items():
        relation, _, key = str(target).rpartition(".")
        names = {"model": (model.layer, model.name), "target": relation.split("."), "c": (column,), "k": (key,)}
        absent = "not exists (select from {target} t where t.{k} = m.{c})"
        text = "select m.* from {model} m where m.{c} is not null and ABSENT".replace("ABSENT", absent)
        made.append((column, "relationship", f"Each {column} exists in {relation}.", Query(text, names)))
    return made


def _range(model: Model, options: Any) -> Made:
    made: Made = []
    for column, (low, high) in options.items():
        # Nothing is below or above a bound that is not given: a comparison with null is not true.
        query = _query(
            model, "select * from {model} where {c} < {low} or {c} > {high}", {"c": column}, low=low, high=high
        )
        made.append((column, "range", f"{column} is from {low} to {high}.", query))
    return made


def _freshness(model: Model, options: Any) -> Made:
    made: Made = []
    for column, days in options.items():
        if column == "severity":
            continue
        text = "select max({c}) as newest from {model} having max({c}) < current_date - {days}"
        query = _query(model, text, {"c": column}, days=int(days))
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
