"""Dagster's storage keeps its connections, notices no restart, and takes none from Supabase's pooler."""

from __future__ import annotations

import multiprocessing
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    import dagster as dg

    from jobmatch_dagster.settings import Settings

SUPABASE = {
    "supabase_url": "https://abcdefghijklmnopqrst.supabase.co",
    "supabase_secret_key": "sb_secret_made_up",
    "supabase_db_url": "postgresql://a:b@pooler.example.org:5432/postgres",
}
BACKENDS = "select pid from pg_stat_activity where datname = %s and pid <> pg_backend_pid()"


def backends(settings: Settings) -> set[int]:
    """The server's processes that serve Dagster's database."""
    from jobmatch_dagster.supabase import embedded

    with psycopg.connect(embedded.dsn(settings, "postgres")) as conn:
        return {pid for (pid,) in conn.execute(BACKENDS, (settings.embedded_database + "_dagster",))}


def test_statements_share_connections_that_stay_open(platform_settings: Settings, instance: dg.DagsterInstance) -> None:
    from jobmatch_dagster.orchestration.instance import open_instance

    instance.get_runs_count()
    first = backends(platform_settings)
    with open_instance(platform_settings) as other:
        for _ in range(3):
            other.get_runs_count()
            instance.all_asset_keys()
            other.all_instigator_state()
    # One of an earlier instance may still have been on its way out.
    assert set() != backends(platform_settings) <= first


def test_a_restart_of_the_server_is_not_noticed(platform_settings: Settings, instance: dg.DagsterInstance) -> None:
    from jobmatch_dagster.supabase import embedded

    instance.get_runs_count()
    with psycopg.connect(embedded.dsn(platform_settings, "postgres"), autocommit=True) as conn:
        for pid in backends(platform_settings):
            conn.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    assert instance.get_runs_count() == 0


def test_a_restart_of_the_server_is_not_noticed_by_the_ui_either(platform_settings: Settings) -> None:
    """Dagster's webserver has its storage open connections of another kind."""
    from jobmatch_dagster.orchestration.instance import open_instance
    from jobmatch_dagster.supabase import embedded

    with open_instance(platform_settings) as ui:
        ui.optimize_for_webserver(statement_timeout=5000, pool_recycle=3600, max_overflow=20)

        def asked() -> tuple[int, int, int]:
            return len(ui.get_run_records()), len(ui.all_asset_keys()), len(ui.all_instigator_state())

        before = asked()
        with psycopg.connect(embedded.dsn(platform_settings, "postgres"), autocommit=True) as conn:
            for pid in backends(platform_settings):
                conn.execute("select pg_terminate_backend(%s, 5000)", (pid,))
        assert asked() == before


def _count(instance: dg.DagsterInstance, answer: multiprocessing.Queue[int]) -> None:
    answer.put(instance.get_runs_count())


def test_a_forked_child_opens_connections_of_its_own(instance: dg.DagsterInstance) -> None:
    instance.get_runs_count()
    forked = multiprocessing.get_context("fork")
    answer = forked.Queue()
    child = forked.Process(target=_count, args=(instance, answer))
    child.start()
    assert answer.get(timeout=30) == 0
    child.join(30)
    assert (child.exitcode, instance.get_runs_count()) == (0, 0)


@pytest.mark.parametrize(
    ("given", "keeps"),
    [
        ({}, True),
        (SUPABASE, False),
        ({**SUPABASE, "dagster_db_url": "postgresql://a:b@db.example.org:5432/dagster"}, True),
    ],
)
def test_connections_are_kept_where_there_are_enough(given: dict[str, str], keeps: bool) -> None:
    from jobmatch_dagster.orchestration.instance import configuration
    from jobmatch_dagster.settings import load

    nothing = {"supabase_url": None, "supabase_secret_key": None, "supabase_db_url": None, "dagster_db_url": None}
    written = configuration(load(**{**nothing, **given}))
    assert ("custom" in written["storage"]) is keeps  # type: ignore[operator]
