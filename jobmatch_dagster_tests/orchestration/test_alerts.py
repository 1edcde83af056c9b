"""Incidents are found, told once, and over when they are over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.orchestration import alerts
from jobmatch_dagster.orchestration.alerts import Incident
from jobmatch_dagster.stages.verdicts import Verdict, keep
from jobmatch_dagster_tests.orchestration.sink import Sink, mail, webhook

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings

TODAY = datetime.now(UTC).date()
TROUBLE = Incident("board indeed", "board_blocked", "indeed has given nothing on 3 days in a row.", "Read why.")


@pytest.fixture
def sink() -> Iterator[Sink]:
    with webhook() as running:
        yield running


@pytest.fixture
def told(database: Settings, connection: psycopg.Connection[Any], sink: Sink) -> Settings:
    """Settings whose alerts go to the sink; no incident is open."""
    connection.execute("delete from private.incidents")
    return database.model_copy(update={"alert_webhook": SecretStr(f"http://127.0.0.1:{sink.port}/hooks/a?key=b")})


def test_an_incident_is_told_once_and_anew_when_it_comes_back(
    connection: psycopg.Connection[Any], told: Settings, sink: Sink
) -> None:
    assert [alerts.record(connection, told, [TROUBLE]) for _ in range(3)] == [1, 0, 0]
    assert sink.got == [("/hooks/a?key=b", f"{TROUBLE.sentence}\n{TROUBLE.remedy}")]
    assert connection.execute("select times from private.incidents").fetchall() == [(3,)]
    assert alerts.record(connection, told, []) == 0
    assert alerts.record(connection, told, [TROUBLE]) == 1
    assert len(sink.got) == 2


def test_a_message_that_is_refused_is_sent_at_the_next_look(
    connection: psycopg.Connection[Any], told: Settings, sink: Sink
) -> None:
    sink.refuse = True
    assert alerts.record(connection, told, [TROUBLE]) == 0
    sink.refuse = False
    assert alerts.record(connection, told, [TROUBLE]) == 1
    assert len(sink.got) == 1


def test_alerts_are_off_until_an_address_is_set_but_incidents_are_kept(
    connection: psycopg.Connection[Any], told: Settings, database: Settings, sink: Sink
) -> None:
    assert alerts.addresses(database) == []
    assert alerts.record(connection, database, [TROUBLE]) == 0
    assert connection.execute("select told_at from private.incidents").fetchall() == [(None,)]
    assert sink.got == []


def test_mail_goes_to_the_team_with_a_subject(database: Settings) -> None:
    with mail() as server:
        address = f"mailto://127.0.0.1:{server.port}?from=jobmatch@example.org&to=team@example.org&mode=insecure"
        assert alerts.send(database.model_copy(update={"alert_email": SecretStr(address)}), TROUBLE)
    assert len(server.got) == 1
    assert "jobmatch: board blocked" in server.got[0]
    assert "team@example.org" in server.got[0]


def test_an_address_that_is_none_is_refused_without_being_shown(database: Settings) -> None:
    wrong = database.model_copy(update={"alert_email": SecretStr("team-secret@nowhere")})
    with pytest.raises(JobmatchError) as error:
        alerts.send(wrong, TROUBLE)
    assert "secret" not in str(error.value)


def test_a_board_is_told_after_so_many_days_without_a_posting(connection: psycopg.Connection[Any]) -> None:
    def ran(board: str, days_ago: int, postings: int, status: str = "failed") -> None:
        connection.execute(
            """insert into private.scrape_runs (board, day, status, postings, ended_at)
               values (%s, current_date - %s::int, %s, %s, now())""",
            (board, days_ago, status, postings),
        )

    ran("indeed", 4, 20, "succeeded")
    for days_ago in (3, 2, 2, 0):
        ran("indeed", days_ago, 0)
        ran("lever", days_ago, 5, "partial")
        ran("glassdoor", days_ago, 0, "skipped")
    found = alerts.blocked_boards(connection, 3)
    assert [one.key for one in found] == ["board indeed"]
    last = connection.execute("select current_date - 4").fetchone()
    assert last is not None
    assert f"on 3 days in a row; it last delivered on {last[0]}." in found[0].sentence
    assert alerts.blocked_boards(connection, 4) == []


def test_a_blocking_check_is_told_until_it_passes(connection: psycopg.Connection[Any]) -> None:
    def verdict(name: str, passed: bool, blocking: bool) -> Verdict:
        return Verdict("match_scores", name, TODAY, passed, blocking, "3 rows break it. Stop the app.")

    keep(connection, [verdict("keys", False, True), verdict("drift", False, False)])
    found = alerts.failed_checks(connection)
    assert [(one.key, one.remedy) for one in found] == [("check match_scores keys", "3 rows break it. Stop the app.")]
    keep(connection, [verdict("keys", True, True)])
    assert alerts.failed_checks(connection) == []


class Fate:
    """Whether the next run fails."""

    fails = False


@dg.op
def work() -> None:
    if Fate.fails:
        raise ValueError("the text of somebody's file")


@dg.job
def daily() -> None:
    work()


def run(instance: dg.DagsterInstance, partition: str, fails: bool, **tags: str) -> None:
    Fate.fails = fails
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    daily.execute_in_process(
        quiet, instance=instance, raise_on_error=False, tags={"dagster/partition": partition, **tags}
    )


def test_a_job_is_told_while_its_last_run_of_a_partition_failed() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run(instance, "2026-01-01", True)
        run(instance, "2026-01-01", True)
        run(instance, "2026-01-02", True)
        run(instance, "2026-01-02", False)
        run(instance, "2026-01-03", True, **{"dagster/will_retry": "true"})
        found = alerts.failed_runs(instance)
        assert [one.key for one in found] == ["run daily 2026-01-01"]
        assert "somebody" not in found[0].sentence + found[0].remedy
        assert alerts.failed_runs(instance, {"2026-01-01"}) == [], "a check has told it already"


def test_a_sensor_that_is_on_and_silent_is_told() -> None:
    from dagster._core.definitions.run_request import InstigatorType
    from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
    from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, SensorInstigatorData

    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("jobmatch"), "jobs")
    now = datetime.now(UTC).timestamp()

    def add(instance: dg.DagsterInstance, name: str, status: InstigatorStatus, minutes_ago: int) -> None:
        ticked = now - 60 * minutes_ago
        data = SensorInstigatorData(last_tick_timestamp=now, last_tick_success_timestamp=ticked)
        origin = RemoteInstigatorOrigin(repository, name)
        instance.add_instigator_state(InstigatorState(origin, InstigatorType.SENSOR, status, data))

    with dg.DagsterInstance.local_temp() as instance:
        add(instance, "silent", InstigatorStatus.DECLARED_IN_CODE, 45)
        add(instance, "lively", InstigatorStatus.DECLARED_IN_CODE, 1)
        add(instance, "stopped", InstigatorStatus.STOPPED, 900)
        assert [one.key for one in alerts.silent_sensors(instance, 30)] == ["sensor silent"]


def test_the_sensor_looks_at_everything_and_starts_nothing(
    connection: psycopg.Connection[Any], told: Settings, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobmatch_dagster.orchestration import resources
    from jobmatch_dagster.orchestration.alerts_sensor import incidents
    from jobmatch_dagster.orchestration.resources import Platform

    monkeypatch.setattr(resources, "current_settings", lambda: told)
    keep(connection, [Verdict("jobs", "keys", TODAY, False, True, "2 rows break it. Run the day again.")])
    with dg.DagsterInstance.local_temp() as instance:
        run(instance, "2026-01-01", True)
        for _ in range(2):
            context = dg.build_sensor_context(instance=instance, resources={"platform": Platform()})
            assert isinstance(incidents(context), dg.SkipReason)
    texts = [text for _, text in sink.got]
    assert sum("The job daily failed for 2026-01-01." in text for text in texts) == 1
    assert sum("The check keys of jobs stopped the day" in text for text in texts) == 1


def test_the_test_command_sends_one_message_or_says_that_alerts_are_off(
    told: Settings, database: Settings, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobmatch_dagster.orchestration.alerts_commands import alerts as command

    monkeypatch.setattr("jobmatch_dagster.settings.settings", lambda: told)
    assert CliRunner().invoke(command, ["test"]).output == "Sent.\n"
    assert len(sink.got) == 1
    sink.refuse = True
    assert "was not taken" in str(CliRunner().invoke(command, ["test"]).exception)
    monkeypatch.setattr("jobmatch_dagster.settings.settings", lambda: database)
    assert "Alerts are off. Set JOBMATCH_ALERT_WEBHOOK" in str(CliRunner().invoke(command, ["test"]).exception)


def test_incidents_are_listed_with_what_became_of_them(
    connection: psycopg.Connection[Any], told: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobmatch_dagster.orchestration.alerts_commands import alerts as command

    alerts.record(connection, told, [TROUBLE])
    monkeypatch.setattr("jobmatch_dagster.settings.settings", lambda: told)
    assert "open" in CliRunner().invoke(command, ["list"]).output
    alerts.record(connection, told, [])
    listed = CliRunner().invoke(command, ["list"]).output
    assert "over" in listed
    assert TROUBLE.sentence in listed
