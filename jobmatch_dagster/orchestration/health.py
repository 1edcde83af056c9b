"""Whether the services run: the daemon by its heartbeats, the Dagster UI and the HTTP API by their answers.

For ``jobmatch doctor``. It asks Dagster's storage by SQL, since opening an instance would write to it and take seconds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import urlopen

from jobmatch_dagster.doctor import is_listening
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.supabase.findings import Finding, broken, note, ok

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings

SECONDS_ALIVE = 150  # a heartbeat comes every thirty seconds, later on a busy machine
SECONDS_TO_ANSWER = 5
HOURS_IN_QUEUE = 1
# The parts of the daemon that a missing heartbeat stops, and what stops with them.
PARTS = {
    "SCHEDULER": "schedules",
    "SENSOR": "sensors",
    "QUEUED_RUN_COORDINATOR": "the run queue",
    "BACKFILL": "backfills",
    "MONITORING": "the watch over lost runs",
    "EVENT_LOG_CONSUMER": "retries of lost runs",
    "FRESHNESS_DAEMON": "freshness",
}
START = "Start it: `jobmatch dev`, or `systemctl start jobmatch@daemon`."
STUCK = """
select count(*) from runs where status in ('QUEUED', 'NOT_STARTED') and create_timestamp < (now() at time zone 'utc')
   - make_interval(hours => %s)
"""


def check_services(settings: Settings) -> Iterator[Finding]:
    """What of the services runs, what has stopped, and what waits in the queue."""
    yield from check_daemon(settings)
    yield from check_ui(settings)
    yield from check_api(settings)
    yield from check_incidents(settings)


@contextmanager
def _dagster(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    import psycopg

    from jobmatch_dagster.orchestration.instance import storage_url

    url = storage_url(settings).replace("postgresql+psycopg2://", "postgresql://", 1)
    with psycopg.connect(url, connect_timeout=SECONDS_TO_ANSWER, autocommit=True) as conn:
        yield conn


def check_daemon(settings: Settings) -> Iterator[Finding]:
    """The age of each part's last heartbeat, and runs that nobody takes out of the queue."""
    import psycopg

    try:
        with _dagster(settings) as conn:
            beats = conn.execute(
                """select daemon_type, extract(epoch from (now() at time zone 'utc') - timestamp)::float8
                     from daemon_heartbeats"""
            ).fetchall()
            row = conn.execute(STUCK, (HOURS_IN_QUEUE,)).fetchone()
    except psycopg.errors.UndefinedTable:
        yield note("daemon", "Dagster has never run here.", "`jobmatch dev` starts it.")
        return
    except (psycopg.OperationalError, JobmatchError):
        return  # the database has its own finding
    ages = {kind: age for kind, age in beats if kind in PARTS}
    silent = sorted(kind for kind, age in ages.items() if age > SECONDS_ALIVE)
    if not ages or len(silent) == len(ages):
        last = f", last heard {_ago(min(ages.values()))} ago" if ages else ""
        yield note("daemon", f"Dagster's daemon does not run{last}: schedules and sensors start nothing.", START)
    elif silent:
        stopped = ", ".join(f"{PARTS[kind]} (for {_ago(ages[kind])})" for kind in silent)
        yield broken("daemon", f"Dagster's daemon runs, but without {stopped}.", "Read its log and start it again.")
    else:
        yield ok(
            "daemon", f"Dagster's daemon is alive: all {len(ages)} parts, the last {_ago(max(ages.values()))} ago."
        )
    if row and row[0]:
        yield broken(
            "queue",
            f"{row[0]} runs have waited in the queue for more than an hour.",
            "Is the daemon up? Look at Runs, Queued, in the Dagster UI; end a run that holds the others.",
        )


def check_ui(settings: Settings) -> Iterator[Finding]:
    """Whether the Dagster UI answers, and that it is Dagster that answers."""
    if not is_listening("127.0.0.1", settings.ui_port):
        yield note(
            "Dagster UI", f"It does not run: port {settings.ui_port} is free.", "`jobmatch dev`, or jobmatch@ui."
        )
        return
    answer = _get(f"http://127.0.0.1:{settings.ui_port}/server_info")
    if "dagster_version" in answer:
        yield ok("Dagster UI", f"http://127.0.0.1:{settings.ui_port} (Dagster {answer['dagster_version']}).")
    else:
        yield broken("Dagster UI", f"Port {settings.ui_port} is another program's.", "Set JOBMATCH_UI_PORT.")


def check_api(settings: Settings) -> Iterator[Finding]:
    """Whether the HTTP API answers and can work."""
    host = "127.0.0.1" if settings.api_host in ("0.0.0.0", "::", "") else settings.api_host
    if not is_listening(host, settings.api_port):
        yield note(
            "HTTP API", f"It does not run: port {settings.api_port} is free.", "`jobmatch dev`, or jobmatch@api."
        )
        return
    answer = _get(f"http://{host}:{settings.api_port}/v1/ready")
    if answer.get("status") == "ready":
        yield ok("HTTP API", f"http://{host}:{settings.api_port} answers and is ready.")
    elif "title" in answer:
        yield broken("HTTP API", f"It is not ready: {answer['title']}.", "Read its log; is the database up?")
    else:
        yield broken("HTTP API", f"Port {settings.api_port} is another program's.", "Set JOBMATCH_API_PORT.")


def check_incidents(settings: Settings) -> Iterator[Finding]:
    """What the team was told and is not over."""
    from jobmatch_dagster.supabase import database

    try:
        with database.connect(settings) as conn:
            rows = conn.execute(
                "select sentence, opened_at from private.incidents where closed_at is null order by id limit 5"
            ).fetchall()
    except JobmatchError:
        return  # the database has its own finding
    for sentence, opened in rows:
        yield note("incident", f"Since {opened:%Y-%m-%d %H:%M}: {sentence}", "`jobmatch alerts check` says what to do.")
    if not rows:
        yield ok("incidents", "None is open.")


def _get(url: str) -> dict[str, Any]:
    """What a page says as JSON, also with an error's status; empty where it says nothing of the kind."""
    try:
        with urlopen(url, timeout=SECONDS_TO_ANSWER) as response:
            text = response.read(100_000)
    except HTTPError as error:
        text = error.read(100_000)
    except (OSError, HTTPException):
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ago(seconds: float) -> str:
    if seconds < 120:
        return f"{max(seconds, 0):.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
