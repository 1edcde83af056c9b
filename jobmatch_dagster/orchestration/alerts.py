"""Incidents and who is told: what is wrong now, one open row each in ``private.incidents``, one message each.

What is wrong is found from the state of things, not from events: an incident opens when it is seen, stays open while
it is seen, and closes when it is over; when it comes back it is a new one. Messages carry boards, jobs, days and
checks, never a person's data, a file's name or an error's text. Off until an address is set; incidents are kept.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from jobmatch_dagster.errors import JobmatchError

if TYPE_CHECKING:
    import dagster as dg
    import psycopg

    from jobmatch_dagster.settings import Settings

log = logging.getLogger(__name__)

REMEMBERED = timedelta(days=2)  # what has not been seen for so long is over
MOST_TOLD = 20  # messages of one look; more at once would say nothing
_LOCK = 0x6A6D_0003

BLOCKED_BOARDS = """
with days as (
  select board, day, max(postings) as postings from private.scrape_runs
   where ended_at is not null and status <> 'skipped' group by board, day),
delivered as (
  select board, max(day) filter (where postings > 0) as last_delivery, max(day) as last_day from days group by board)
select d.board, count(*), v.last_delivery
  from days d join delivered v on v.board = d.board
 where d.day > coalesce(v.last_delivery, '-infinity') and v.last_day > current_date - 7
 group by d.board, v.last_delivery having count(*) >= %s order by d.board
"""
FAILED_CHECKS = """
select asset, name, subject, max(day), (array_agg(sentence order by day desc))[1]
  from private.check_results where not passed and blocking and checked_at > now() - %s
 group by asset, name, subject order by 1, 2, 3
"""
SEEN = """
insert into private.incidents (key, kind, sentence, remedy) values (%(key)s, %(kind)s, %(sentence)s, %(remedy)s)
on conflict (key) where closed_at is null do update
  set times = incidents.times + 1, last_seen_at = now(), sentence = excluded.sentence, remedy = excluded.remedy
"""


@dataclass(frozen=True)
class Incident:
    """Something that somebody should know.

    Attributes:
        key: the same for the same trouble.
        kind: ``run_failed``, ``check_failed``, ``board_blocked``, ``sensor_silent``, ``table_late`` or ``test``.
        sentence: what happened.
        remedy: what to do.
    """

    key: str
    kind: str
    sentence: str
    remedy: str


# --- what is wrong now ----------------------------------------------------------------------------


def current(conn: psycopg.Connection[Any], instance: dg.DagsterInstance, settings: Settings) -> list[Incident]:
    """Everything that is wrong now, by the database and by Dagster's own records."""
    checks = failed_checks(conn)
    return [
        *checks,
        *failed_runs(instance, {day for _, day in _blocked_days(conn)}),
        *blocked_boards(conn, settings.alert_blocked_days),
        *silent_sensors(instance, settings.alert_silent_minutes),
        *stale_tables(instance),
    ]


def failed_checks(conn: psycopg.Connection[Any]) -> list[Incident]:
    """Blocking checks that failed lately and did not pass since."""
    return [
        Incident(
            f"check {asset} {name} {subject}".strip(),
            "check_failed",
            f"The check {name} of {asset}{f' ({subject})' if subject else ''} stopped the day {day}.",
            sentence,
        )
        for asset, name, subject, day, sentence in conn.execute(FAILED_CHECKS, (REMEMBERED,))
    ]


def _blocked_days(conn: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    rows = conn.execute(
        "select asset, day::text from private.check_results where not passed and blocking and checked_at > now() - %s",
        (REMEMBERED,),
    )
    return [(row[0], row[1]) for row in rows]


def failed_runs(instance: dg.DagsterInstance, told_by_checks: set[str] | None = None) -> list[Incident]:
    """Jobs whose last run of a partition failed, and is not tried again by itself.

    Args:
        instance: Dagster's instance.
        told_by_checks: partitions that a blocking check stopped; that is told already.
    """
    import dagster as dg

    since = datetime.now(UTC) - REMEMBERED
    records = instance.get_run_records(
        dg.RunsFilter(statuses=[dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS], updated_after=since),
        order_by="update_timestamp",
        ascending=False,
        limit=500,
    )
    last: dict[tuple[str, str], dg.DagsterRun] = {}
    for record in records:
        run = record.dagster_run
        last.setdefault((run.job_name, _partition(run)), run)
    return [
        Incident(
            f"run {job} {partition}".strip(),
            "run_failed",
            f"The job {job}{f' failed for {partition}' if partition else ' failed'}.",
            f"Open run {run.run_id[:8]} in the Dagster UI, mend what its failed step says, and start it again there.",
        )
        for (job, partition), run in sorted(last.items())
        if run.status == dg.DagsterRunStatus.FAILURE
        and run.tags.get("dagster/will_retry") != "true"
        and partition not in (told_by_checks or set())
    ]


def _partition(run: dg.DagsterRun) -> str:
    """The partition of a run, or the range of them; empty where it has none."""
    first = run.tags.get("dagster/asset_partition_range_start")
    return (
        f"{first} to {run.tags['dagster/asset_partition_range_end']}"
        if first
        else run.tags.get("dagster/partition", "")
    )


def blocked_boards(conn: psycopg.Connection[Any], days: int) -> list[Incident]:
    """Boards that were asked on so many days in a row and gave nothing."""
    return [
        Incident(
            f"board {board}",
            "board_blocked",
            f"{board} has given nothing on {asked} days in a row"
            + (f"; it last delivered on {last}." if last else "; it has never delivered."),
            f"Read why with `jobmatch scrapes list --board {board}`. If it refuses us, take it out of JOBMATCH_BOARDS.",
        )
        for board, asked, last in conn.execute(BLOCKED_BOARDS, (days,))
    ]


def silent_sensors(instance: dg.DagsterInstance, minutes: int) -> list[Incident]:
    """Sensors that are on and have not ticked without error for so long."""
    from dagster._core.definitions.run_request import InstigatorType
    from dagster._core.scheduler.instigation import InstigatorStatus, SensorInstigatorData

    limit = datetime.now(UTC).timestamp() - 60 * minutes
    found = []
    for state in instance.all_instigator_state(instigator_type=InstigatorType.SENSOR):
        data = state.instigator_data
        if state.status == InstigatorStatus.STOPPED or not isinstance(data, SensorInstigatorData):
            continue
        ticked = data.last_tick_success_timestamp or data.last_sensor_start_timestamp
        if ticked and ticked < limit:
            at = datetime.fromtimestamp(ticked, UTC)
            found.append(
                Incident(
                    f"sensor {state.instigator_name}",
                    "sensor_silent",
                    f"The sensor {state.instigator_name} has done nothing since {at:%Y-%m-%d %H:%M} UTC.",
                    "Look at its ticks in the Dagster UI (Automation); if all are silent, start the daemon again.",
                )
            )
    return sorted(found, key=lambda one: one.key)


def stale_tables(instance: dg.DagsterInstance) -> list[Incident]:
    """Tables whose freshness policy is broken, the first in the order of the data; what waits for them is counted."""
    from jobmatch_dagster.orchestration.lateness import late_tables

    return [
        Incident(
            f"late {late.asset}",
            "table_late",
            f"{late.asset} is late: it was last made on {late.made_at:%Y-%m-%d at %H:%M} UTC"
            + (f", and {late.waiting} tables wait." if late.waiting else "."),
            "Look in the Dagster UI whether the schedule and the sensors are on and what their last runs said; "
            "`jobmatch run` makes up for the day.",
        )
        for late in late_tables(instance)
    ]


# --- telling --------------------------------------------------------------------------------------


def record(conn: psycopg.Connection[Any], settings: Settings, seen: Sequence[Incident]) -> int:
    """Open what is new, close what is over, and tell what nobody was told yet.

    One process at a time; another that comes meanwhile leaves it to the first.

    Args:
        conn: an autocommit connection.
        settings: where messages go.
        seen: everything that is wrong now; open incidents that are not in it are over.

    Returns:
        Number of messages that went out.
    """
    row = conn.execute("select pg_try_advisory_lock(%s)", (_LOCK,)).fetchone()
    if not row or not row[0]:
        return 0
    try:
        with conn.transaction():
            for one in seen:
                conn.execute(SEEN, one.__dict__)
            conn.execute(
                "update private.incidents set closed_at = now() where closed_at is null and key <> all(%s)",
                ([one.key for one in seen],),
            )
        return _tell_open(conn, settings)
    finally:
        conn.execute("select pg_advisory_unlock(%s)", (_LOCK,))


def _tell_open(conn: psycopg.Connection[Any], settings: Settings) -> int:
    if not addresses(settings):
        return 0
    waiting = conn.execute(
        """select id, key, kind, sentence, remedy from private.incidents
            where closed_at is null and told_at is null order by id limit %s""",
        (MOST_TOLD,),
    ).fetchall()
    told = 0
    for number, key, kind, sentence, remedy in waiting:
        if not send(settings, Incident(key, kind, sentence, remedy)):
            log.error("An alert could not be delivered; it is tried again at the next look: %s", key)
            break
        conn.execute("update private.incidents set told_at = now() where id = %s", (number,))
        told += 1
    return told


def addresses(settings: Settings) -> list[str]:
    """Where messages go, in Apprise's form; empty while alerts are off."""
    found = []
    if settings.alert_webhook:
        found.append(_webhook(settings.alert_webhook.get_secret_value()))
    if settings.alert_email:
        found.append(settings.alert_email.get_secret_value())
    return found


def _webhook(url: str) -> str:
    """A plain URL gets what Slack's incoming webhooks take, and others in their manner: ``{"text": …}``."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return url
    only_text = {":message": "text", ":title": "", ":type": "", ":version": "", ":attachments": ""}
    own = {f"-{name}": value for name, value in parse_qsl(parts.query)}
    return f"json{parts.scheme[4:]}://{parts.netloc}{quote(parts.path)}?{urlencode({**only_text, **own})}"


def send(settings: Settings, incident: Incident) -> bool:
    """Send one message to every address.

    Returns:
        Whether all of them took it.

    Raises:
        JobmatchError: an address is none that Apprise understands; the message does not show it.
    """
    import apprise

    # Apprise writes addresses, and so tokens, into its own log.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    post = apprise.Apprise(asset=apprise.AppriseAsset(app_id="jobmatch", app_desc="jobmatch"))
    for address in addresses(settings):
        if not post.add(address):
            raise JobmatchError(
                "JOBMATCH_ALERT_WEBHOOK or JOBMATCH_ALERT_EMAIL",
                "is no address that messages can be sent to",
                "Use https://… for a webhook and mailtos://user:password@host?to=… for e-mail.",
            )
    title = f"jobmatch: {incident.kind.replace('_', ' ')}"
    return bool(post.notify(title=title, body=f"{incident.sentence}\n{incident.remedy}"))
