"""What the doctor says of the services, and which tables are late."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from jobmatch_dagster.orchestration import health
from jobmatch_dagster.orchestration.lateness import late_tables
from jobmatch_dagster.supabase.findings import Finding, State

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings


def beat(instance: dg.DagsterInstance, seconds_ago: dict[str, float]) -> None:
    """Heartbeats of parts of the daemon, so long ago."""
    import time

    from dagster._daemon.types import DaemonHeartbeat

    instance.wipe_daemon_heartbeats()
    for kind, age in seconds_ago.items():
        instance.add_daemon_heartbeat(DaemonHeartbeat(time.time() - age, kind, "test", None))


def told(settings: Settings) -> Finding:
    return next(iter(health.check_daemon(settings)))


def test_the_daemon_is_known_by_its_heartbeats(platform_settings: Settings, instance: dg.DagsterInstance) -> None:
    beat(instance, {})
    assert told(platform_settings).state is State.NOTE
    beat(instance, {"SENSOR": 20, "SCHEDULER": 5})
    assert told(platform_settings).state is State.OK
    beat(instance, {"SENSOR": 900, "SCHEDULER": 5})
    assert told(platform_settings).state is State.BROKEN
    assert "without sensors (for 15 min)" in told(platform_settings).sentence
    beat(instance, {"SENSOR": 8000, "SCHEDULER": 7900})
    assert told(platform_settings).state is State.NOTE
    assert "last heard 2 h ago" in told(platform_settings).sentence


@contextmanager
def answering(body: dict[str, Any], status: int = 200) -> Iterator[int]:
    """A port on which every page says the same."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("body", "status", "ui", "api"),
    [
        ({"dagster_version": "1"}, 200, State.OK, State.BROKEN),
        ({"status": "ready", "mode": "embedded"}, 200, State.BROKEN, State.OK),
        ({"title": "The database does not answer.", "status": 503}, 503, State.BROKEN, State.BROKEN),
    ],
)
def test_a_port_is_known_by_who_answers_on_it(
    platform_settings: Settings, body: dict[str, Any], status: int, ui: State, api: State
) -> None:
    with answering(body, status) as port:
        here = platform_settings.model_copy(update={"ui_port": port, "api_port": port})
        assert [finding.state for finding in health.check_ui(here)] == [ui]
        assert [finding.state for finding in health.check_api(here)] == [api]
    assert [finding.state for finding in health.check_ui(here)] == [State.NOTE]
    assert [finding.state for finding in health.check_api(here)] == [State.NOTE]


def test_a_table_is_late_by_its_policy_and_what_waits_for_it_is_counted_not_told() -> None:
    soon = dg.FreshnessPolicy.time_window(fail_window=timedelta(seconds=61))
    never = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=9))
    specs = [
        dg.AssetSpec("first", freshness_policy=soon),
        dg.AssetSpec("second", deps=["first"], freshness_policy=soon),
        dg.AssetSpec("patient", freshness_policy=never),
        dg.AssetSpec("unmade", freshness_policy=soon),
        dg.AssetSpec("without_a_policy"),
    ]
    with dg.instance_for_test() as instance:
        assert late_tables(instance, specs) == []
        for name in ("first", "second", "patient", "without_a_policy"):
            instance.report_runless_asset_event(dg.AssetMaterialization(name))
        assert late_tables(instance, specs) == []
        found = late_tables(instance, specs, now=datetime.now(UTC) + timedelta(minutes=5))
    assert [(late.asset, late.waiting) for late in found] == [("first", 1)]
