"""What Dagster shows before anything ran: every part is described, owned and connected."""

from __future__ import annotations

from datetime import datetime

import dagster as dg
import pytest

from jobmatch_dagster import tables
from jobmatch_dagster.definitions import defs
from jobmatch_dagster.orchestration.partitions import BOARD_DAYS, board_day
from jobmatch_dagster.orchestration.sensors import SENSORS

SPECS = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_asset_is_described_owned_grouped_and_shows_its_columns(name: str) -> None:
    spec = SPECS[name]
    assert spec.description
    assert len(spec.description) > 30
    assert spec.owners
    assert spec.group_name
    assert spec.group_name != "default"
    assert spec.kinds
    if "html" in spec.kinds:
        return
    columns = spec.metadata["dagster/column_schema"].columns
    assert all(column.description for column in columns)
    assert spec.metadata["dagster/table_name"]


def test_the_graph_reads_from_the_boards_to_the_marts_without_stray_nodes() -> None:
    graph = defs.resolve_asset_graph()
    upstream = {
        k.to_user_string(): {p.to_user_string() for p in graph.get(k).parent_keys} for k in graph.get_all_asset_keys()
    }
    assert upstream["cleaned_jobs"] == {"raw_postings"}
    assert upstream["job_skills"] == {"cleaned_jobs"}
    assert upstream["match_scores"] == {"job_skills", "parsed_resumes"}
    assert upstream["stg_board_days"] == {"raw_postings", "cleaned_jobs"}
    assert upstream["board_health"] >= {"stg_board_days", "stg_jobs", "stg_scrape_runs"}
    roots = {name for name, parents in upstream.items() if not parents}
    assert roots == {"raw_postings", "parsed_resumes"}


def test_the_table_assets_promise_the_columns_of_the_tables_module() -> None:
    columns = [c.name for c in SPECS["job_skills"].metadata["dagster/column_schema"].columns]
    assert columns == tables.JOB_SKILLS.names


@pytest.mark.parametrize("job", [j.name for j in defs.jobs or []])
def test_every_job_says_what_it_is_for(job: str) -> None:
    assert defs.resolve_job_def(job).description


def test_every_sensor_says_what_it_is_for_and_is_on() -> None:
    for sensor in SENSORS:
        assert sensor.description
        assert sensor.default_status == dg.DefaultSensorStatus.RUNNING


def test_the_daily_schedule_asks_each_board_in_a_run_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    from jobmatch_dagster.orchestration.schedules import daily_boards
    from jobmatch_dagster.settings import settings

    monkeypatch.setenv("JOBMATCH_BOARDS", "linkedin,greenhouse")
    settings.cache_clear()
    context = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 3, 2, 5))
    ticked = daily_boards(context)
    requests = list(ticked)  # type: ignore[arg-type]
    settings.cache_clear()
    assert [r.run_key for r in requests] == ["2026-03-02|linkedin", "2026-03-02|greenhouse"]
    assert [r.tags["board"] for r in requests] == ["linkedin", "greenhouse"]
    assert requests[0].partition_key == board_day("linkedin", "2026-03-02")


def test_a_board_and_day_make_a_key_that_dagster_can_take_apart() -> None:
    parsed = BOARD_DAYS.get_partition_key_from_str(str(board_day("indeed", "2026-03-02")))
    assert parsed.keys_by_dimension == {"board": "indeed", "day": "2026-03-02"}


def test_one_board_runs_once_at_a_time_and_nothing_is_sent_to_strangers() -> None:
    from jobmatch_dagster.orchestration.instance import configuration
    from jobmatch_dagster.settings import load

    written = configuration(load())
    limits = written["concurrency"]["runs"]["tag_concurrency_limits"]  # type: ignore[index]
    for key in ("board", "dagster/partition/board"):
        assert {"key": key, "value": {"applyLimitPerUniqueValue": True}, "limit": 1} in limits
    assert written["telemetry"] == {"enabled": False}


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_table_has_a_freshness_policy(name: str) -> None:
    assert SPECS[name].freshness_policy
