"""The gate's promises, on a clock that the test moves."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise

from jobmatch_dagster.crawling.gate import HostGate


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


def gate(delay: float, concurrency: int = 1, jitter: float = 0.2) -> tuple[HostGate, Clock]:
    clock = Clock()
    return HostGate(
        delay, concurrency, jitter=jitter, clock=clock, sleep=clock.sleep, random_source=random.Random(7)
    ), clock


async def starts(some: HostGate, clock: Clock, count: int, work: float = 0.0) -> list[float]:
    """Ask for slots all at once and note when each begins."""
    begun: list[float] = []

    async def one() -> None:
        async with some.slot():
            begun.append(clock.now)
            if work:
                await clock.sleep(work)

    await asyncio.gather(*(one() for _ in range(count)))
    return begun


async def test_simultaneous_requests_leave_one_delay_apart() -> None:
    some, clock = gate(2.0)
    begun = await starts(some, clock, 6)
    gaps = [later - earlier for earlier, later in pairwise(begun)]
    assert min(gaps) >= 2.0
    assert len({round(gap, 6) for gap in gaps}) > 1, "the gaps are jittered"


async def test_a_moment_that_is_too_far_off_to_be_waited_for_holds_nothing() -> None:
    for asked, held in ((60.0, True), (86_400.0, False), (float("inf"), False)):
        some, clock = gate(2.0, jitter=0.0)
        some.pushed_back(asked)
        (begun,) = await starts(some, clock, 1)
        assert begun == (asked if held else 0.0)


async def test_the_delay_counts_from_the_end_of_the_answer() -> None:
    some, clock = gate(2.0, jitter=0.0)
    begun = await starts(some, clock, 3, work=5.0)
    assert begun == [0.0, 7.0, 14.0]


async def test_nothing_leaves_before_the_moment_that_the_host_named() -> None:
    some, clock = gate(1.0)
    async with some.slot():
        some.pushed_back(30.0)
    begun = await starts(some, clock, 2)
    assert begun[0] >= 30.0


async def test_a_retry_after_that_arrives_while_others_sleep_moves_them_too() -> None:
    some, clock = gate(1.0, concurrency=2)
    async with some.slot():
        pass
    waiting = asyncio.create_task(starts(some, clock, 1))
    await asyncio.sleep(0)
    some.pushed_back(60.0)
    assert (await waiting)[0] >= 60.0


async def test_throttling_doubles_the_delay_and_answers_ease_it_back_to_its_base() -> None:
    some, _ = gate(2.0)
    some.pushed_back(None)
    some.pushed_back(None)
    assert some.delay == 8.0
    for _ in range(40):
        some.answered()
    assert some.delay == 2.0


async def test_no_more_requests_than_allowed_are_under_way() -> None:
    some, clock = gate(0.0, concurrency=3)
    under_way = most = 0

    async def one() -> None:
        nonlocal under_way, most
        async with some.slot():
            under_way += 1
            most = max(most, under_way)
            await clock.sleep(1)
            under_way -= 1

    await asyncio.gather(*(one() for _ in range(20)))
    assert most == 3


async def test_robots_may_slow_a_host_down_but_not_speed_it_up() -> None:
    some, _ = gate(2.0)
    some.at_least(0.5)
    assert some.delay == 2.0
    some.at_least(10.0)
    assert some.delay == some.base_delay == 10.0
