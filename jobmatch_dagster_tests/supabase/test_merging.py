"""Bulk writing: what a merge leaves behind, whatever was there, whatever comes in, and whoever dies on the way."""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jobmatch_dagster import tables
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase.database import Merged, append, connect, know_columns, merge, read
from jobmatch_dagster.supabase.merging import MergeError
from jobmatch_dagster_tests.supabase.world import DAY, World, build, job, jobs

KEYS = {
    "public.job_skills": ["job_id", "skill_id"],
    "public.resume_skills": ["resume_id", "skill_id"],
    "private.job_occupations": ["job_id"],
}
_OTHERS = ("slice", "hash", "note", "first", "last", "born")
_ITEMS = pa.schema(
    [pa.field("id", pa.int32())]
    + [pa.field(name, pa.int32() if name in ("first", "last") else pa.string()) for name in _OTHERS]
)


@pytest.fixture
def items(connection: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """An empty table of a plain shape."""
    connection.execute(
        "create table private.items"
        " (id int primary key, slice text, hash text, note text, first int, last int, born text)"
    )
    yield connection
    connection.execute("drop table private.items")


def _rows(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=_ITEMS)


def _kept(connection: psycopg.Connection[Any]) -> dict[int, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in connection.execute("select * from private.items").fetchall()}


row_values = st.fixed_dictionaries(
    {
        "id": st.integers(0, 6),
        "slice": st.sampled_from(["a", "b"]),
        "hash": st.sampled_from(["x", "y", "z", None]),
        "note": st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
        "first": st.one_of(st.none(), st.integers(0, 5)),
        "last": st.one_of(st.none(), st.integers(0, 5)),
        "born": st.sampled_from(["m", "n"]),
    }
)
batches = st.lists(
    st.tuples(st.sampled_from(["a", "b", None]), st.lists(row_values, max_size=6, unique_by=lambda row: row["id"])),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("guard", ["hash", None])
@given(batches=batches)
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_merges_end_as_a_plain_dictionary_would(
    items: psycopg.Connection[Any], batches: list[tuple[str | None, list[dict[str, Any]]]], guard: str | None
) -> None:
    items.execute("truncate private.items")
    model: dict[int, dict[str, Any]] = {}
    for replaced, batch in batches:
        done = merge(
            items,
            "private.items",
            _rows(*batch),
            key=["id"],
            guard=guard,
            replace=("slice = %s", (replaced,)) if replaced else None,
            keep=["born"],
            least=["first"],
            greatest=["last"],
        )
        assert done == _merge_in_memory(model, batch, replaced, ["hash"] if guard else ["slice", "hash", "note"])
    assert _kept(items) == {key: tuple(row[name] for name in _ITEMS.names[1:]) for key, row in model.items()}


def _merge_in_memory(
    model: dict[int, dict[str, Any]], batch: list[dict[str, Any]], replaced: str | None, compared: list[str]
) -> Merged:
    given_ids = {row["id"] for row in batch}
    gone = [key for key, row in model.items() if replaced and row["slice"] == replaced and key not in given_ids]
    for key in gone:
        del model[key]
    inserted = updated = 0
    for row in batch:
        text = row["note"].replace("\0", "�") if row["note"] else row["note"]
        row = {**row, "note": text}
        old = model.get(row["id"])
        if old is None:
            model[row["id"]] = row
            inserted += 1
            continue
        moved = {"first": _pick(min, old["first"], row["first"]), "last": _pick(max, old["last"], row["last"])}
        differs = any(old[name] != row[name] for name in compared)
        new = {**row, "born": old["born"], **moved} if differs else {**old, **moved}
        updated += new != old
        model[row["id"]] = new
    return Merged(inserted, updated, len(batch) - inserted - updated, len(gone))


def _pick(choose: Any, old: int | None, new: int | None) -> int | None:
    known = [value for value in (old, new) if value is not None]
    return choose(known) if known else None


def test_an_equal_row_is_not_rewritten(connection: psycopg.Connection[Any]) -> None:
    rows = jobs(job(1), job(2))
    merge(connection, "public.jobs", rows, key=["id"], guard="content_hash")
    before = connection.execute("select id, xmin from public.jobs").fetchall()
    assert merge(connection, "public.jobs", rows, key=["id"], guard="content_hash") == Merged(unchanged=2)
    assert merge(connection, "public.jobs", rows, key=["id"], guard=None) == Merged(unchanged=2)
    assert connection.execute("select id, xmin from public.jobs").fetchall() == before


def test_a_job_seen_again_moves_its_days_and_keeps_its_search_words(connection: psycopg.Connection[Any]) -> None:
    merge(connection, "public.jobs", jobs(job(3)), key=["id"], guard="content_hash")
    words = "select xmin, document from search.documents where job_id = %s"
    before = connection.execute(words, [job(3)["id"]]).fetchone()
    later = job(3, first_seen_on=DAY + dt.timedelta(1), last_seen_on=DAY + dt.timedelta(1))
    later["content_hash"] = job(3)["content_hash"]
    done = merge(
        connection,
        "public.jobs",
        jobs(later),
        key=["id"],
        guard="content_hash",
        least=["first_seen_on"],
        greatest=["last_seen_on"],
    )
    assert done == Merged(updated=1)
    assert connection.execute(
        "select first_seen_on, last_seen_on from public.jobs where id = %s", [later["id"]]
    ).fetchone() == (DAY, DAY + dt.timedelta(1))
    assert connection.execute(words, [later["id"]]).fetchone() == before


@pytest.mark.parametrize("name", sorted(tables.TABLES.keys() - {"public.job_matches"}))  # a view
def test_every_table_takes_its_arrow_schema_and_gives_it_back(
    database: Settings, connection: psycopg.Connection[Any], name: str
) -> None:
    world = build(database, connection)
    schema = tables.TABLES[name]
    before = read(connection, f"select * from {name}")  # noqa: S608
    key = KEYS.get(name, ["id"])
    changed = pa.Table.from_pylist([_filled(row, schema, key, world) for row in before.to_pylist()], schema=schema)
    merge(connection, name, changed, key=key, guard=None)
    after = read(connection, f"select * from {name}").sort_by([(column, "ascending") for column in key])  # noqa: S608
    wanted = changed.sort_by([(column, "ascending") for column in key])
    for column, field in zip(schema.names, schema, strict=True):
        left, right = after[column].to_pylist(), wanted[column].to_pylist()
        if tables.sql_type(field) == "jsonb":
            left, right = ([value and json.loads(value) for value in side] for side in (left, right))
        assert left == right, column


def _filled(row: dict[str, Any], schema: pa.Schema, key: list[str], world: World) -> dict[str, Any]:
    """The row with a value that is hard to carry in every column that may hold one."""
    hard = 'comma, "quote" \\backslash\n{brace} \\. é 中 \u2028 NULL'
    checked = {*key, "user_id", "board", "external_id", "file_path", "requirement", "weight", "score", "vetoes"}
    checked |= {"confidence", "first_seen_on", "last_seen_on", "skill_id"}
    values: dict[pa.DataType, Any] = {
        pa.string(): hard,
        pa.float64(): 1.1e-7,
        pa.int32(): -2_000_000_000,
        pa.bool_(): False,
        pa.date32(): dt.date(1999, 12, 31),
        pa.list_(pa.string()): [hard, "", None, "NULL"],
        pa.list_(pa.int32()): [0, -1, 2_000_000_000],
        pa.timestamp("us", tz="UTC"): dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC),
    }
    out = dict(row)
    for field in schema:
        if field.name in checked or tables.sql_type(field) == "uuid":
            continue
        out[field.name] = json.dumps({"k": hard}) if tables.sql_type(field) == "jsonb" else values[field.type]
    return out


def test_text_that_postgres_has_no_place_for_is_replaced_not_refused(connection: psycopg.Connection[Any]) -> None:
    escaped = '{"a": "x\\u0000\\u0000y", "b": "kept \\\\u0000"}'
    merge(connection, "public.jobs", jobs(job(4, title="nul\0l", evidence=escaped)), key=["id"])
    row = connection.execute("select title, evidence from public.jobs where id = %s", [job(4)["id"]]).fetchone()
    assert row == ("nul�l", {"a": "x��y", "b": "kept \\u0000"})


def test_a_merge_is_part_of_the_callers_transaction(items: psycopg.Connection[Any]) -> None:
    with items.transaction(force_rollback=True):
        for number in (1, 2):
            merge(items, "private.items", _rows({"id": number}), key=["id"])
        assert set(_kept(items)) == {1, 2}
    assert _kept(items) == {}


def test_columns_that_are_not_given_stay_or_take_their_default(items: psycopg.Connection[Any]) -> None:
    items.execute("alter table private.items alter note set default 'new'")
    items.execute("insert into private.items (id, note, hash) values (1, 'old', 'x')")
    rows = pa.table({"id": pa.array([1, 2], pa.int32()), "hash": ["y", "y"]})
    assert merge(items, "private.items", rows, key=["id"]) == Merged(inserted=1, updated=1)
    assert items.execute("select id, note, hash from private.items order by id").fetchall() == [
        (1, "old", "y"),
        (2, "new", "y"),
    ]


def test_an_empty_slice_is_emptied_and_others_are_left_alone(items: psycopg.Connection[Any]) -> None:
    merge(items, "private.items", _rows({"id": 1, "slice": "a"}, {"id": 2, "slice": "b"}), key=["id"])
    hostile = "a' or 'b' = 'b"
    assert merge(items, "private.items", _rows(), key=["id"], replace=("slice = %s", (hostile,))) == Merged()
    assert merge(items, "private.items", _rows(), key=["id"], replace=("slice = %s", ("a",))) == Merged(deleted=1)
    assert set(_kept(items)) == {2}


REFUSED: dict[str, tuple[pa.Table, str]] = {
    "a key given twice": (jobs(job(1), job(1)), "whose key"),
    "a row without its key": (jobs(job(1, id=None)), "without id"),
    "a uuid that is none": (jobs(job(1, id="x")), "cannot take id of row 1"),
    "json that is none": (jobs(job(1), job(2, places="{")), "cannot take places of row 2"),
    "a required value that lacks": (jobs(job(1, title=None)), "needs a value in title"),
    "a column that the table lacks": (pa.table({"id": [job(1)["id"]], "colour": ["red"]}), "lacks a column"),
    "rows without the key's column": (pa.table({"title": ["x"]}), "which the rows lack"),
    "a row that points nowhere": (jobs(job(1, duplicate_of=job(99)["id"])), "do not exist"),
    "days the wrong way round": (jobs(job(1, first_seen_on=DAY + dt.timedelta(1))), "break its rule"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_rows_that_the_table_cannot_take_are_refused_together_and_named(
    connection: psycopg.Connection[Any], case: str
) -> None:
    rows, part = REFUSED[case]
    before = connection.execute("select count(*) from public.jobs").fetchone()
    with pytest.raises(MergeError, match=part):
        merge(connection, "public.jobs", rows, key=["id"])
    assert connection.execute("select count(*) from public.jobs").fetchone() == before


def test_the_row_that_is_refused_is_counted_among_all_that_were_given(connection: psycopg.Connection[Any]) -> None:
    merge(connection, "public.jobs", jobs(job(1), job(2)), key=["id"], guard="content_hash")
    with pytest.raises(MergeError, match="cannot take places of row 3"):
        merge(connection, "public.jobs", jobs(job(1), job(2), job(3, places="{")), key=["id"], guard="content_hash")


def test_a_refusal_never_shows_a_value(connection: psycopg.Connection[Any]) -> None:
    for rows in (jobs(job(1, places="secret@example.org")), jobs(job(1, id="secret@example.org"))):
        with pytest.raises(MergeError) as caught:
            merge(connection, "public.jobs", rows, key=["id"])
        assert "secret" not in str(caught.value)


def test_two_merges_of_one_slice_at_once_end_as_one_after_the_other(
    database: Settings, items: psycopg.Connection[Any]
) -> None:
    batches = [
        _rows(*({"id": number, "slice": "a", "hash": name, "note": name} for number in range(start, start + 300)))
        for name, start in (("one", 0), ("two", 150))
    ]
    problems: list[BaseException] = []

    def run(rows: pa.Table) -> None:
        try:
            with connect(database) as own:
                for _ in range(5):
                    merge(own, "private.items", rows, key=["id"], guard="hash", replace=("slice = %s", ("a",)))
        except BaseException as error:  # handed to the test's own thread
            problems.append(error)

    threads = [threading.Thread(target=run, args=(rows,)) for rows in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    kept = _kept(items)
    last = "two" if 449 in kept else "one"
    start = 150 if last == "two" else 0
    assert kept == dict.fromkeys(range(start, start + 300), ("a", last, last, None, None, None))


_ENDLESS_MERGE = """
import os, sys
import pyarrow as pa
from jobmatch_dagster.settings import load
from jobmatch_dagster.supabase import database, merging

def stage(connection, target, name, rows, ours=merging._stage):
    ours(connection, target, name, rows)
    connection.execute("delete from private.items where slice = 'a'")
    print("staged", flush=True)
    connection.execute("select pg_sleep(60)")

merging._stage = stage
with database.connect(load()) as connection:
    rows = pa.table({"id": pa.array([7], pa.int32()), "slice": ["a"]})
    database.merge(connection, "private.items", rows, key=["id"], replace=("slice = %s", ("a",)))
"""


def test_a_client_killed_in_the_middle_leaves_all_as_it_was_and_nobody_waiting(
    items: psycopg.Connection[Any], environment: dict[str, str]
) -> None:
    merge(items, "private.items", _rows({"id": 1, "slice": "a"}), key=["id"])
    before = _kept(items)
    client = subprocess.Popen([sys.executable, "-c", _ENDLESS_MERGE], env=environment, stdout=subprocess.PIPE)
    assert client.stdout is not None
    assert client.stdout.readline() == b"staged\n"
    os.kill(client.pid, signal.SIGKILL)
    client.wait()
    items.execute("select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep(60)'")
    _until(lambda: not items.execute("select from pg_locks where locktype = 'advisory'").fetchall())
    assert _kept(items) == before
    assert merge(items, "private.items", _rows({"id": 2, "slice": "a"}), key=["id"]) == Merged(inserted=1)


def _until(condition: Any) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_numbers_keep_every_bit(items: psycopg.Connection[Any]) -> None:
    items.execute("create table private.numbers (id int primary key, value float8)")
    hard = [0.1 + 0.2, 5e-324, 1.7976931348623157e308, -0.0, math.inf, -math.inf, math.nan, 1 / 3]
    rows = pa.table({"id": pa.array(range(len(hard)), pa.int32()), "value": hard})
    merge(items, "private.numbers", rows, key=["id"])
    back = read(items, "select value from private.numbers order by id")["value"].to_pylist()
    assert [value.hex() for value in back] == [value.hex() for value in hard]
    items.execute("drop table private.numbers")


def test_rows_that_a_table_cannot_have_go_straight_in_and_all_or_none_of_them(
    items: psycopg.Connection[Any],
) -> None:
    first = _rows({"id": 1, "slice": "a"}, {"id": 2, "slice": "a"})
    assert append(items, "private.items", first, key=["id"]) == Merged(inserted=2)
    with pytest.raises(MergeError):
        append(items, "private.items", _rows({"id": 3}, {"id": 2}), key=["id"])
    assert sorted(_kept(items)) == [1, 2]


def test_a_table_that_nobody_has_looked_at_is_looked_at_once(connection: psycopg.Connection[Any]) -> None:
    known = "select count(*) from pg_stats where schemaname = 'scratch' and tablename = 'unseen'"
    connection.execute("create schema if not exists scratch")
    connection.execute("create table scratch.unseen as select n, n::text as words from generate_series(1, 500) as n")
    know_columns(connection, {"scratch.unseen": ["n"]})
    assert connection.execute(known).fetchone() == (1,), "only the columns that are joined by"
    connection.execute("truncate scratch.unseen")
    know_columns(connection, {"scratch.unseen": ["n", "words"]})
    assert connection.execute(known).fetchone() == (1,), "what is known stays autovacuum's"
    connection.execute("drop schema scratch cascade")
