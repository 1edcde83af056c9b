"""What Dagster shows before anything ran: every part is described, owned and connected."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from typing import Any

import dagster as dg
import pytest

from jobmatch_dagster import tables
from jobmatch_dagster.definitions import defs
from jobmatch_dagster.orchestration.launch import default_config
from jobmatch_dagster.orchestration.partitions import BOARD_DAYS, board_day
from jobmatch_dagster.orchestration.sensors import SENSORS

SPECS = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
# What makes a table or a page; the others judge the scorer and are started by hand.
MADE_DAILY = sorted(name for name, spec in SPECS.items() if spec.freshness_policy)


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_asset_is_described_owned_grouped_and_shows_its_columns(name: str) -> None:
    spec = SPECS[name]
    assert spec.description
    assert len(spec.description) > 30
    assert spec.owners
    assert spec.group_name
    assert spec.group_name != "default"
    assert spec.kinds
    if "dagster/table_name" not in spec.metadata:
        assert name not in MADE_DAILY or "html" in spec.kinds
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
    assert upstream["scorer_evaluation"] == upstream["bias_report"] == {"match_scores"}
    assert upstream["stg_board_days"] == {"raw_postings", "cleaned_jobs"}
    assert upstream["board_health"] >= {"stg_board_days", "stg_jobs", "stg_scrape_runs"}
    assert upstream["stg_job_occupations"] == {"stg_jobs", "job_occupations"}
    roots = {name for name, parents in upstream.items() if not parents}
    # What is made by hand only never stands before the day: the UI would ask «Are you sure?» before each repair.
    assert roots == {"raw_postings", "parsed_resumes"}
    read = set().union(*upstream.values())
    assert not roots - read, "a node without a neighbour"


def test_the_table_assets_promise_the_columns_of_the_tables_module() -> None:
    columns = [c.name for c in SPECS["job_skills"].metadata["dagster/column_schema"].columns]
    assert columns == tables.JOB_SKILLS.names


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_asset_says_which_layer_it_is_and_whether_it_is_about_people(name: str) -> None:
    tags = SPECS[name].tags
    assert tags["layer"] in ("raw", "jobs", "people", "matches", "staging", "marts", "report")
    assert tags["personal_data"] == ("yes" if name in ("parsed_resumes", "match_scores") else "no")


def test_every_column_of_a_model_that_is_no_count_or_constant_has_its_origin() -> None:
    for name, spec in SPECS.items():
        if spec.group_name in ("staging", "marts"):
            known = spec.metadata["dagster/column_lineage"].deps_by_column
            named = {column.name for column in spec.metadata["dagster/column_schema"].columns}
            assert known.keys() <= named
            assert known, f"nothing is known of where the columns of {name} come from"
            assert all(dep.asset_key.to_user_string() in SPECS for deps in known.values() for dep in deps)


CHECKS = {
    f"{spec.asset_key.to_user_string()}.{spec.name}": spec
    for definition in defs.assets or []
    for spec in definition.check_specs  # type: ignore[union-attr]
}


@pytest.mark.parametrize("key", sorted(CHECKS))
def test_every_check_says_what_holds_when_it_passes(key: str) -> None:
    description = CHECKS[key].description
    assert description
    assert description.rstrip()[-1] in ".)"


JOBS = [job.name for job in defs.jobs or []]


@pytest.mark.parametrize("job", JOBS)
def test_every_job_says_what_it_is_for(job: str) -> None:
    definition = defs.resolve_job_def(job)
    assert len(definition.description or "") > 40
    assert definition.tags["jobmatch/kind"] in ("daily", "repair", "housekeeping")


def test_there_is_a_job_for_each_repair_with_its_defaults_in_the_launchpad() -> None:
    def shown(job: str) -> dict[str, Any]:
        partition = (
            str(board_day("indeed", "2026-03-02")) if job in ("scrape_board", "replay_from_archive") else "2026-03-02"
        )
        given = default_config(defs.resolve_job_def(job), partition)
        return {op: part["config"] for op, part in given.get("ops", {}).items()}

    assert shown("scrape_board") == {"raw_postings": {"fresh": False, "from_archive": False}}
    assert shown("replay_from_archive") == {"raw_postings": {"fresh": False, "from_archive": True}}
    assert shown("read_skills_again") == {"job_skills": {"again": True}}
    assert shown("parse_resumes_again") == {"parsed_resumes": {"again": True}}
    assert shown("score_again") == {"match_scores": {"again": True}}
    assert shown("close_unseen_jobs") == {"close_jobs_not_seen": {"after_days": 14}}
    assert set(shown("erase_person")["erase_everything_of"]) == {"user_id"}
    assert {"day", "clean_again", "build_models", "retention"} <= set(JOBS)


@pytest.mark.parametrize("schedule", defs.schedules or [], ids=lambda one: one.name)
def test_every_schedule_says_what_it_does_and_is_on(schedule: dg.ScheduleDefinition) -> None:
    assert schedule.description
    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING


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


def test_every_table_has_a_freshness_policy() -> None:
    tables_made = {name for name, spec in SPECS.items() if "dagster/table_name" in spec.metadata}
    assert tables_made | {"day_report"} == set(MADE_DAILY)


def test_the_code_location_loads_without_what_only_runs_need() -> None:
    program = (
        "import sys; from jobmatch_dagster.definitions import defs; defs.get_repository_def().get_all_jobs(); "
        "heavy = ('pyarrow', 'numpy', 'pandas', 'psycopg', 'jinja2', 'sqlglot', 'matplotlib', 'antlr4', 'numba'); "
        "print([m for m in heavy if m in sys.modules])"
    )
    # What is read off the models and tables is kept from the import above.
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]", "import it where it is used: every process that loads Dagster pays for it"
