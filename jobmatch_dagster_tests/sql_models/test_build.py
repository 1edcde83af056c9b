"""Building SQL models in a real Postgres: atomic, repeatable, by partition, and true to their headers."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobmatch_dagster.sql_models import data_tests
from jobmatch_dagster.sql_models.build import build
from jobmatch_dagster.sql_models.model import Model, ModelError, read
from jobmatch_dagster.sql_models.project import project

if TYPE_CHECKING:
    import psycopg

Connection = "psycopg.Connection[Any]"


def model(tmp_path: Path, name: str, body: str, header: str = "description: Something.") -> Model:
    path = tmp_path / f"{name}.sql"
    path.write_text(f"/*\n{header}\n*/\n{body}")
    return read(path, "marts")


def rows(connection: psycopg.Connection[Any], name: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"select * from marts.{name} order by 1").fetchall()  # noqa: S608


def test_all_models_of_the_project_build_twice_and_their_tests_pass_on_an_empty_database(
    connection: psycopg.Connection[Any],
) -> None:
    for _ in range(2):
        for each in project().models.values():
            assert build(connection, each).rows == 0
    wrong = [v.test.name for t in data_tests.of_project(project()) if not (v := data_tests.run(connection, t)).passed]
    assert wrong == []


def test_a_view_may_become_a_table_and_a_view_again(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    for kind in ("view", "table", "view"):
        build(connection, model(tmp_path, "changing", f"{{{{ config(materialized='{kind}') }}}} select 1 as x"))
        assert rows(connection, "changing") == [(1,)]


def test_a_view_runs_with_the_rights_of_its_reader(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    build(connection, model(tmp_path, "careful", "select 1 as x"))
    options = connection.execute("select reloptions from pg_class where relname = 'careful'").fetchone()
    assert options is not None
    assert "security_invoker=true" in options[0]


def test_sql_that_postgres_refuses_leaves_the_old_table_and_names_file_line_and_column(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    build(connection, model(tmp_path, "kept", "{{ config(materialized='table') }} select 1 as x"))
    with pytest.raises(ModelError, match=r"kept\.sql:6:6 was refused.*nothing_of_the_kind"):
        build(
            connection,
            model(tmp_path, "kept", "{{ config(materialized='table') }}\nselect 1 as x\nfrom nothing_of_the_kind"),
        )
    assert rows(connection, "kept") == [(1,)]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("select 1 as x, nobody\n", "4:16"),
        ("select 1 as x from {{ ref('a_long_name') }} as a where a.nobody = 1 and a.x = 2", "4:56"),
        (
            "{{ config(materialized='table') }}\nselect x from {{ ref('a_long_name') }} b,\n  lateral (select wrong) c",
            "6:19",
        ),
        ("select 'ä' as x, nobody", "4:18"),
    ],
)
def test_an_error_points_at_the_place_in_the_file_however_long_its_placeholders_are(
    connection: psycopg.Connection[Any], tmp_path: Path, body: str, place: str
) -> None:
    build(connection, model(tmp_path, "a_long_name", "select 1 as x"))
    given = model(tmp_path, "wrong", body)
    given.config["_layers"] = {"a_long_name": "marts"}
    with pytest.raises(ModelError, match=rf"wrong\.sql:{place} was refused"):
        build(connection, given)


def test_a_test_that_postgres_refuses_names_its_file(connection: psycopg.Connection[Any], tmp_path: Path) -> None:
    given = model(tmp_path, "watched", "select 1 as x", "description: x\ntests: [{not_null: nobody}]")
    build(connection, given)
    with pytest.raises(ModelError, match=r"watched\.sql has a test \(nobody_not_null\) that Postgres refuses"):
        data_tests.run(connection, data_tests.of_model(given)[0])
    (tmp_path / "own.sql").write_text("/*\ndescription: x\n*/\nselect 1\nfrom nothing_there")
    own = read(tmp_path / "own.sql", "tests")
    test = data_tests.DataTest("own", "watched", "x", None, "error", own)
    with pytest.raises(ModelError, match=r"own\.sql:5:6 has a test \(own\)"):
        data_tests.run(connection, test)


def test_columns_other_than_promised_are_refused_before_readers_see_them(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    promise = "description: x\ncolumns:\n  x: integer, a number\n"
    build(connection, model(tmp_path, "promised", "{{ config(materialized='table') }} select 1 as x", promise))
    with pytest.raises(ModelError, match="gives x text where its header promises x integer"):
        build(connection, model(tmp_path, "promised", "{{ config(materialized='table') }} select 'a' as x", promise))
    assert rows(connection, "promised") == [(1,)]


def test_an_incremental_model_writes_only_the_given_days_again(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    connection.execute("create table if not exists marts.origin (day date, n integer)")
    connection.execute("insert into marts.origin values ('2026-01-01', 1), ('2026-01-02', 2)")
    body = "{{ config(materialized='incremental', partition_column='day') }} select day, n from marts.origin"
    growing = model(tmp_path, "growing", body)
    build(connection, growing)
    connection.execute("update marts.origin set n = n * 10")
    build(connection, growing, days=[date(2026, 1, 2)])
    assert rows(connection, "growing") == [(date(2026, 1, 1), 1), (date(2026, 1, 2), 20)]
    build(connection, growing, full_refresh=True)
    assert rows(connection, "growing") == [(date(2026, 1, 1), 10), (date(2026, 1, 2), 20)]


def test_an_incremental_model_with_a_key_replaces_rows_of_that_key(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    body = "{{ config(materialized='incremental', unique_key='k') }} select 1 as k, %s as v"
    build(connection, model(tmp_path, "keyed", body % "'old'::text"))
    build(connection, model(tmp_path, "keyed", body % "'new'::text"))
    assert rows(connection, "keyed") == [(1, "new")]


@pytest.mark.parametrize(
    ("test", "wrong"),
    [
        ("not_null: v", 1),
        ("unique: k", 1),
        ("unique: [k, v]", 0),
        ("accepted_values: {v: [a, b]}", 1),
        ("range: {k: [null, 1]}", 2),
        ("range: {k: [1, 2]}", 0),
        ("relationships: {k: marts.parents.id}", 2),
        ("freshness: {d: 3}", 1),
    ],
)
def test_a_header_test_counts_the_rows_that_are_wrong(
    connection: psycopg.Connection[Any], tmp_path: Path, test: str, wrong: int
) -> None:
    connection.execute("create table if not exists marts.parents as select 1 as id")
    body = (
        "{{ config(materialized='table') }} select * from "
        "(values (1, 'a', date '2020-01-01'), (2, 'c', date '2020-01-02'), (2, null, date '2020-01-03')) t(k, v, d)"
    )
    checked = model(tmp_path, "checked", body, f"description: x\ntests: [{{{test}}}]")
    build(connection, checked)
    verdict = data_tests.run(connection, data_tests.of_model(checked)[0])
    assert verdict.wrong == wrong
    assert len(verdict.examples) == wrong


def test_an_incremental_model_sees_the_days_of_the_run_and_need_not_read_others(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    connection.execute("create table if not exists marts.calendar (day date, n integer)")
    connection.execute("insert into marts.calendar values ('2026-01-01', 1), ('2026-01-02', 2)")
    body = (
        "{{ config(materialized='incremental', unique_key='day', meta={'partition_column': 'day'}) }}\n"
        "select day, %s from marts.calendar\n"
        "{%% if is_incremental() and var('days', '') %%} where day = any('{{ var('days') }}'::date[]) {%% endif %%}"
    )
    build(connection, model(tmp_path, "narrow", body % "n"))
    connection.execute("update marts.calendar set n = n * 10")
    connection.execute("delete from marts.calendar where day = '2026-01-02'")
    build(connection, model(tmp_path, "narrow", body % "n"), days=[date(2026, 1, 2)])
    assert rows(connection, "narrow") == [(date(2026, 1, 1), 1)], "the run's day is gone, the other as it was"


def test_an_incremental_model_whose_sql_changed_is_made_from_nothing(
    connection: psycopg.Connection[Any], tmp_path: Path
) -> None:
    body = "{{ config(materialized='incremental', unique_key='k') }} select %s as k"
    build(connection, model(tmp_path, "changed", body % "1"))
    build(connection, model(tmp_path, "changed", body % "2 -- the same\n +0"))
    assert rows(connection, "changed") == [(2,)]
