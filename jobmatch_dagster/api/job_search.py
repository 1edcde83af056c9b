"""The search of jobs as SQL: conditions put together from what is asked, values always as parameters.

Newest first pages through everything. Ranked by words or by pay, the newest few thousand that fit are ranked: a person
never reads further, and the time stays bounded.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Literal

import psycopg
from psycopg import sql

from jobmatch_dagster.api import money
from jobmatch_dagster.api.problems import Problem

RANKED = 5_000
COUNTED = 10_000
FEW = 2_000
_IN_CELLS = """
select j.id from public.jobs j
 where j.closed_on is null and j.duplicate_of is null and search.cells(j.places) && %(cells)s::int[] limit %(most)s
"""
_KM_PER_DEGREE = 111.2
FACETS = ("country", "remote", "seniority", "employment_type", "language", "board")
_VALUES_PER_FACET = 20

COLUMNS = sql.SQL(
    "j.id::text, j.title, j.company, j.location, j.city, j.region, j.country, j.remote, j.salary_range,"
    " j.salary_annual_min, j.salary_annual_max, j.salary_currency, j.employment_type, j.seniority, j.language,"
    " j.posted_on, j.first_seen_on, j.url, j.apply_url"
)
# What a job pays a year, and what one unit of its currency is in the one that was asked for.
_PAY = "coalesce(j.salary_annual_max, j.salary_annual_min)"
_FACTOR = "(%(factors)s::jsonb ->> j.salary_currency)::float8"
Sort = Literal["newest", "relevance", "salary"]


@dataclass(frozen=True)
class Circle:
    """Around a point, in degrees and kilometres."""

    lat: float
    lon: float
    radius_km: float

    def cells(self) -> list[int]:
        """The squares of one degree that it touches, numbered as ``search.cell`` does."""
        south, north = self.lat - self.radius_km / _KM_PER_DEGREE, self.lat + self.radius_km / _KM_PER_DEGREE
        widest = math.cos(math.radians(min(89.0, max(abs(south), abs(north)))))
        reach = min(180.0, self.radius_km / (_KM_PER_DEGREE * widest))
        rows = range(max(-90, math.floor(south)), min(90, math.floor(north)) + 1)
        columns = range(math.floor(self.lon - reach), math.floor(self.lon + reach) + 1)
        return sorted({(row + 90) * 360 + (column + 180) % 360 for row in rows for column in columns})


@dataclass(frozen=True)
class Question:
    """What is asked for. Lists mean any of; skills mean all of."""

    words: str | None = None
    country: list[str] = field(default_factory=list)
    city: str | None = None
    near: Circle | None = None
    remote: list[str] = field(default_factory=list)
    seniority: list[str] = field(default_factory=list)
    employment_type: list[str] = field(default_factory=list)
    language: list[str] = field(default_factory=list)
    company: str | None = None
    skills: list[str] = field(default_factory=list)
    min_salary: float | None = None
    currency: str | None = None
    max_age_days: int | None = None
    sort: Sort = "newest"

    @property
    def is_ranked(self) -> bool:
        """Whether it is sorted by something else than age."""
        return self.sort != "newest"


class _Statement:
    """Parts of a statement and their parameters."""

    def __init__(self) -> None:
        self.conditions: list[sql.Composable] = [sql.SQL("j.closed_on is null and j.duplicate_of is null")]
        self.joins: list[sql.Composable] = []
        self.parameters: dict[str, Any] = {}

    def where(self, condition: str, **parameters: Any) -> None:
        self.conditions.append(sql.SQL(condition))  # type: ignore[arg-type]  # constants of this module
        self.parameters |= parameters

    @property
    def condition(self) -> sql.Composable:
        return sql.SQL(" and ").join(self.conditions)

    @property
    def source(self) -> sql.Composable:
        return sql.SQL(" ").join([sql.SQL("public.jobs j"), *self.joins])


def _nearby(connection: psycopg.Connection[Any], near: Circle | None) -> list[Any] | None:
    """Ids of the open jobs in the squares of a circle, or None where they are many.

    Few are looked up by their squares and sorted; where there are many, the newest are soon found by walking from the
    newest job on. The planner cannot tell one from the other.
    """
    if near is None:
        return None
    rows = connection.execute(_IN_CELLS, {"cells": near.cells(), "most": FEW + 1}).fetchall()
    return [row["id"] for row in rows] if len(rows) <= FEW else None


def _add_distance(made: _Statement, near: Circle, nearby: list[Any] | None) -> None:
    if nearby is None:
        made.where("search.cells(j.places) && %(cells)s::int[]", cells=near.cells())
    else:
        made.where("j.id = any(%(nearby)s)", nearby=nearby)
    made.where("search.nearest_km(j.places, %(lat)s, %(lon)s) <= %(km)s", lat=near.lat, lon=near.lon, km=near.radius_km)


def _statement(asked: Question, nearby: list[Any] | None) -> _Statement:
    made = _Statement()
    if asked.words:
        made.joins.append(sql.SQL("join search.documents d on d.job_id = j.id"))
        made.where("d.document @@ search.question(%(words)s)", words=asked.words)
    for name in ("country", "remote", "seniority", "employment_type", "language"):
        values = getattr(asked, name)
        if values:
            made.where(f"j.{name} = any(%({name})s)", **{name: values})
    if asked.city:
        made.where("lower(j.city) = lower(%(city)s)", city=asked.city)
    if asked.company:
        made.where("lower(j.company) = lower(%(company)s)", company=asked.company)
    if asked.near:
        _add_distance(made, asked.near, nearby)
    for number, skill in enumerate(asked.skills):
        made.where(
            "exists (select from public.job_skills s where s.job_id = j.id and s.requirement <> 'excluded'"
            f" and s.skill_id = %(skill{number})s)",
            **{f"skill{number}": skill},
        )
    if asked.max_age_days is not None:
        made.where("j.first_seen_on >= current_date - %(age)s::int", age=asked.max_age_days)
    _add_pay(made, asked)
    return made


def _add_pay(made: _Statement, asked: Question) -> None:
    if asked.min_salary is None and asked.sort != "salary":
        return
    factors = money.factors(asked.currency or "EUR")
    if not factors:
        raise Problem("invalid", "There is no exchange rate for this currency.")
    made.where(f"{_PAY} is not null and %(factors)s::jsonb ? j.salary_currency", factors=json.dumps(factors))
    if asked.min_salary is not None:
        made.where(f"{_PAY} >= %(floor)s / {_FACTOR}", floor=asked.min_salary)


def find(
    connection: psycopg.Connection[Any], asked: Question, limit: int, after: list[Any] | None
) -> tuple[list[dict[str, Any]], list[Any] | None]:
    """A page of jobs, and the sort values of its last row if there are more.

    Args:
        connection: in a transaction of the person who asks.
        asked: the question.
        limit: rows of a page.
        after: sort values of the last row of the page before.
    """
    made = _statement(asked, _nearby(connection, asked.near))
    made.parameters["limit"] = limit + 1
    rows = connection.execute((_ranked if asked.is_ranked else _newest)(made, asked, after), made.parameters).fetchall()
    page = rows[:limit]
    more = [page[-1]["key"], page[-1]["id"]] if len(rows) > limit else None
    return page, more


def _newest(made: _Statement, asked: Question, after: list[Any] | None) -> sql.Composed:
    if after is not None:
        made.where("(j.first_seen_on, j.id) < (%(after)s::date, %(after_id)s::uuid)", after=after[0], after_id=after[1])
    return sql.SQL(
        "select {columns}, j.first_seen_on as key from {source} where {condition}"
        " order by j.first_seen_on desc, j.id desc limit %(limit)s"
    ).format(columns=COLUMNS, source=made.source, condition=made.condition)


def _ranked(made: _Statement, asked: Question, after: list[Any] | None) -> sql.Composed:
    if asked.sort == "salary":
        rank = f"{_PAY} * {_FACTOR}"
    else:
        rank = "ts_rank(d.document, search.question(%(words)s))::float8" if asked.words else "0::float8"
    further = "true"
    if after is not None:
        further = "(f.key, f.id) < (%(after)s::float8, %(after_id)s::uuid)"
        made.parameters |= {"after": after[0], "after_id": after[1]}
    return sql.SQL(
        "with fitting as (select j.id, j.first_seen_on, {rank} as key from {source} where {condition}"
        " order by j.first_seen_on desc, j.id desc limit {most})"
        " select {columns}, f.key from (select * from fitting f where {further} order by key desc, id desc"
        " limit %(limit)s) f join public.jobs j on j.id = f.id order by f.key desc, f.id desc"
    ).format(
        rank=sql.SQL(rank),  # type: ignore[arg-type]
        source=made.source,
        condition=made.condition,
        most=sql.Literal(RANKED),
        further=sql.SQL(further),  # type: ignore[arg-type]
        columns=COLUMNS,
    )


def facets(connection: psycopg.Connection[Any], asked: Question) -> tuple[int, dict[str, dict[str, int]]]:
    """How many of the newest jobs that fit have which value, by field; and how many were counted."""
    made = _statement(asked, _nearby(connection, asked.near))
    query = sql.SQL(
        "with fitting as materialized (select {fields} from {source} where {condition}"
        " order by j.first_seen_on desc, j.id desc limit {most})"
        " select 'all' as field, null as value, count(*) as jobs from fitting union all"
        " select v.field, v.value, count(*) from fitting f, lateral (values {pairs}) v(field, value)"
        " where v.value is not null group by 1, 2 order by 3 desc, 2"
    ).format(
        fields=sql.SQL(", ").join(sql.SQL("j.{}").format(sql.Identifier(name)) for name in FACETS),
        source=made.source,
        condition=made.condition,
        most=sql.Literal(COUNTED),
        pairs=sql.SQL(", ").join(
            sql.SQL("({}, f.{})").format(sql.Literal(name), sql.Identifier(name)) for name in FACETS
        ),
    )
    counted, values = 0, {name: dict[str, int]() for name in FACETS}
    for row in connection.execute(query, made.parameters).fetchall():
        if row["field"] == "all":
            counted = row["jobs"]
        elif len(values[row["field"]]) < _VALUES_PER_FACET:
            values[row["field"]][row["value"]] = row["jobs"]
    return counted, values
