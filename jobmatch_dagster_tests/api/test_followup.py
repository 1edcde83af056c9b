"""What an upload sets going in the background: in batches, tried again, never in anybody's way."""

from __future__ import annotations

import threading
import time
from datetime import date
from typing import Any

import pytest

from jobmatch_dagster.api import followup
from jobmatch_dagster.api.followup import FollowUp
from jobmatch_dagster.settings import load

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)


class Stages:
    """Stand-ins of the two stages that note what they are asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from jobmatch_dagster.stages import match, parse

        self.parsed: list[tuple[date, list[str]]] = []
        self.matched = 0
        self.failures = 0
        self.go_on = threading.Event()
        self.go_on.set()
        monkeypatch.setattr(parse, "parse_day", self.parse)
        monkeypatch.setattr(match, "match_day", self.match)
        monkeypatch.setattr(followup, "_WAIT_SECONDS", 0.0)

    def parse(self, settings: Any, day: date, only: list[str]) -> None:
        self.parsed.append((day, sorted(only)))
        self.go_on.wait(10)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("ada@example.org was erased")

    def match(self, settings: Any, day: date) -> None:
        self.matched += 1


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> Stages:
    return Stages(monkeypatch)


def settle(follow_up: FollowUp) -> None:
    for _ in range(500):
        if follow_up.is_idle():
            return
        time.sleep(0.01)
    raise AssertionError("never idle")


def test_what_arrives_during_a_batch_is_the_next_batch(stages: Stages) -> None:
    follow_up = FollowUp(load())
    stages.go_on.clear()
    follow_up.uploaded("a", DAY)
    while not stages.parsed:
        time.sleep(0.01)
    for number in range(100):
        follow_up.uploaded(f"b{number:02}", DAY)
    follow_up.uploaded("c", NEXT)
    stages.go_on.set()
    settle(follow_up)
    assert [(day, len(names)) for day, names in stages.parsed] == [(DAY, 1), (DAY, 100), (NEXT, 1)]
    assert stages.matched == 2
    follow_up.close()


def test_a_batch_that_fails_is_tried_again_and_then_left_to_the_sensor(
    stages: Stages, caplog: pytest.LogCaptureFixture
) -> None:
    follow_up = FollowUp(load())
    stages.failures = 1
    follow_up.uploaded("a", DAY)
    settle(follow_up)
    assert (follow_up.done, follow_up.failed, len(stages.parsed)) == (1, 0, 2)
    stages.failures = 3
    follow_up.uploaded("b", DAY)
    settle(follow_up)
    assert (follow_up.done, follow_up.failed) == (1, 1)
    follow_up.uploaded("c", DAY)
    settle(follow_up)
    assert follow_up.done == 2
    assert "ada@" not in caplog.text
    follow_up.close()


def test_matching_anew_also_drops_what_lost_its_file(stages: Stages) -> None:
    follow_up = FollowUp(load())
    follow_up.match()
    settle(follow_up)
    assert [names for _, names in stages.parsed] == [[]]
    assert stages.matched == 1
    follow_up.close()


def test_nothing_starts_after_the_end(stages: Stages) -> None:
    follow_up = FollowUp(load())
    follow_up.close()
    follow_up.uploaded("a", DAY)
    time.sleep(0.05)
    assert stages.parsed == []
