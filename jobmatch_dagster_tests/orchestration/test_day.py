"""A real day on a real Dagster instance and Postgres: boards, an upload, the sensors, the person's own view."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from jobmatch_dagster.definitions import defs
from jobmatch_dagster.orchestration import sensors
from jobmatch_dagster.orchestration.launch import execute
from jobmatch_dagster.orchestration.partitions import board_day
from jobmatch_dagster.orchestration.resources import Platform
from jobmatch_dagster.supabase import database as db

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings

BOARDS = ("ziprecruiter", "careerbuilder")


@dataclass
class Person:
    """Somebody with an account and a résumé in the bucket."""

    user: str
    object_name: str


def upload(settings: Settings, cast: Any, folder: Path) -> Person:
    from jobmatch_dagster.demo.people import write_resumes
    from jobmatch_dagster.supabase.accounts import ensure_user
    from jobmatch_dagster.supabase.storage import file_store

    user = ensure_user(settings, cast.email)
    path = write_resumes(folder, [cast])[0]
    name = f"{user}/{path.name}"
    file_store(settings).put("resumes", name, path.read_bytes(), content_type="application/pdf", owner=user)
    return Person(user, name)


def tick(sensor: Any, instance: dg.DagsterInstance, cursor: str | None = None) -> list[dg.RunRequest]:
    """One evaluation of a sensor as the daemon does it."""
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, resources={"platform": Platform()}, repository_def=defs.get_repository_def()
    )
    return [r for r in sensor(context) if isinstance(r, dg.RunRequest)]


@pytest.fixture(scope="module")
def day(platform_settings: Settings, instance: dg.DagsterInstance) -> date:
    """Today, with two of the demo's boards asked as real runs and the rest of the day run when they landed."""
    from jobmatch_dagster.demo.show import boards_on_loopback, searches_enabled

    today = datetime.now(UTC).date()
    with boards_on_loopback(today), db.connect(platform_settings) as conn, searches_enabled(conn):
        for board in BOARDS:
            finished = execute(instance, "scrape_board", str(board_day(board, today)))
            assert finished.succeeded, finished.reason
    landed = tick(sensors.landed_boards, instance)
    assert [r.partition_key for r in landed] == [str(today)]
    assert execute(instance, "day", str(today)).succeeded
    return today


def everything(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every table of the day, as a reader sees them."""
    tables = ("raw.postings", "public.jobs", "public.job_skills", "public.resumes", "public.job_matches")
    with db.connect(settings) as conn:
        return {t: conn.execute(f"select t::text from {t} t order by 1").fetchall() for t in tables}  # noqa: S608


def test_an_upload_becomes_matches_that_only_its_person_can_read(
    platform_settings: Settings, instance: dg.DagsterInstance, day: date, tmp_path: Path
) -> None:
    from jobmatch_dagster.demo.people import people

    readable = [p for p in people() if p.statuses == ("parsed",) and p.paper.startswith("pdf") and p.language == "en"]
    me, other = (upload(platform_settings, cast, tmp_path) for cast in readable[:2])
    uploads = tick(sensors.uploaded_resumes, instance)
    assert [r.partition_key for r in uploads] == [str(datetime.now(UTC).date())]
    assert "@" not in str(uploads[0]), "no file name in what Dagster keeps"
    finished = execute(instance, "uploads", uploads[0].partition_key or "")
    assert finished.succeeded, finished.reason
    assert tick(sensors.uploaded_resumes, instance) == []

    def visible(conn: Any, table: str) -> set[str]:
        return {str(row[0]) for row in conn.execute(f"select distinct user_id from public.{table}")}  # noqa: S608

    with db.connect(platform_settings) as conn:
        for person in (me, other):
            with db.transaction_as(conn, person.user):
                assert visible(conn, "resumes") == {person.user}
                assert visible(conn, "job_matches") <= {person.user}
        assert conn.execute("select count(*) from public.job_matches").fetchone() != (0,)
        with db.transaction_as(conn, me.user):
            assert conn.execute("select 1 from public.job_matches where user_id = %s", (other.user,)).fetchall() == []
            assert (
                conn.execute("select 1 from public.ranked_matches where user_id = %s", (other.user,)).fetchall() == []
            )


def test_a_day_run_again_changes_nothing(platform_settings: Settings, instance: dg.DagsterInstance, day: date) -> None:
    before = everything(platform_settings)
    finished = execute(instance, "day", str(day))
    assert finished.succeeded
    assert everything(platform_settings) == before
    stages = ("cleaned_jobs", "job_skills", "parsed_resumes", "match_scores")
    assert finished.metadata["job_skills"]["dagster/partition_row_count"] == len(before["public.job_skills"])
    assert {stage: finished.metadata[stage]["changed_rows"] for stage in stages} == dict.fromkeys(stages, 0)


def test_the_day_is_asked_for_once_until_a_late_board_lands(
    platform_settings: Settings, instance: dg.DagsterInstance, day: date
) -> None:
    with db.connect(platform_settings) as conn:
        # The day was run after its boards had landed, if not by this sensor.
        conn.execute("update private.scrape_runs set ended_at = ended_at - interval '1 minute'")
        assert tick(sensors.landed_boards, instance) == []
        conn.execute("update private.scrape_runs set ended_at = now() + interval '1 second'")
        first = tick(sensors.landed_boards, instance)
        conn.execute(
            """insert into private.scrape_runs (board, day, status, ended_at)
               values ('indeed', %s, 'succeeded', now() + interval '9 seconds')""",
            (day,),
        )
        late = tick(sensors.landed_boards, instance)
    assert [r.partition_key for r in late] == [str(day)]
    assert {r.run_key for r in late}.isdisjoint(r.run_key for r in first)
    assert len(first) == len(late) == 1


def test_the_day_waits_for_a_board_that_is_still_being_asked(
    platform_settings: Settings, instance: dg.DagsterInstance, day: date
) -> None:
    with db.connect(platform_settings) as conn:
        row = conn.execute(
            "insert into private.scrape_runs (board, day, status) values ('linkedin', %s, 'running') returning id",
            (day,),
        ).fetchone()
        assert row is not None
        conn.execute("update private.scrape_runs set ended_at = now() + interval '1 second' where ended_at is not null")
        assert tick(sensors.landed_boards, instance) == []
        conn.execute("delete from private.scrape_runs where id = %s", row)
        assert len(tick(sensors.landed_boards, instance)) == 1


def test_checks_that_fail_block_what_stands_downstream(
    platform_settings: Settings, instance: dg.DagsterInstance, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from jobmatch_dagster.orchestration import checks

    broken = [
        replace(rule, wrong_rows="select 7 where %(days)s is not null") if rule.name == "keys_are_unique" else rule
        for rule in checks.RULES
    ]
    monkeypatch.setattr(checks, "RULES", broken)
    finished = execute(instance, "day", str(day))
    assert not finished.succeeded
    assert finished.failed_stage == "cleaned_jobs"
    remedy = next(rule.remedy for rule in broken if rule.name == "keys_are_unique")
    assert finished.reason == f"keys_are_unique: 7 rows break it: Each posting of a board is one job. {remedy}"
    assert "job_skills" not in finished.metadata
    assert "match_scores" not in finished.metadata


def test_a_failed_run_is_kept_in_the_audit_log_in_one_line(
    platform_settings: Settings, instance: dg.DagsterInstance, day: date
) -> None:
    failed = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE]), limit=1)[0]
    event = next(
        e for e in instance.all_logs(failed.run_id) if e.dagster_event and e.dagster_event.is_run_failure
    ).dagster_event
    assert event is not None
    context = dg.build_run_status_sensor_context(
        sensor_name="failed_runs",
        dagster_event=event,
        dagster_instance=instance,
        dagster_run=failed,
        resources={"platform": Platform()},
    ).for_run_failure()
    sensors.failed_runs(context)
    with db.connect(platform_settings) as conn:
        rows = conn.execute(
            "select subject, detail ->> 'partition' from private.audit_log where action = 'run_failed'"
        ).fetchall()
    assert rows == [("day", str(day))]


def test_a_scrape_whose_run_somebody_ended_in_the_ui_waits_no_longer(
    platform_settings: Settings, instance: dg.DagsterInstance, day: date
) -> None:
    from jobmatch_dagster.definitions import defs
    from jobmatch_dagster.stages.scrape_runs import note_queued

    run = instance.create_run_for_job(defs.resolve_job_def("scrape_board"))
    instance.report_run_canceled(run)
    ended = instance.all_logs(run.run_id)[-1].dagster_event
    assert ended is not None
    context = dg.build_run_status_sensor_context(
        sensor_name="cancelled_scrapes",
        dagster_event=ended,
        dagster_instance=instance,
        dagster_run=run,
        resources={"platform": Platform()},
    )
    with db.connect(platform_settings) as conn:
        waiting = note_queued(conn, "lever", day, run.run_id)
        sensors.cancelled_scrapes(context)
        row = conn.execute(
            "select status, ended_at is not null, reason from private.scrape_runs where id = %s", (waiting,)
        ).fetchone()
        conn.execute("delete from private.scrape_runs where id = %s", (waiting,))
    assert row == ("cancelled", True, "Somebody ended its run in Dagster.")
