"""Retry-After, budget, breaker and proxies."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

import pytest

from jobmatch_dagster.crawling.errors import Blocked, NotAllowed, Throttled, Unreachable
from jobmatch_dagster.crawling.proxies import Proxies
from jobmatch_dagster.crawling.retry import Breaker, Budget, retry_after_seconds, worth_another_try

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 5 ", 5),
        ("Tue, 10 Mar 2026 12:01:00 GMT", 60),
        ("Tue, 10 Mar 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("", None),
        (None, None),
        ("-3", None),
        ("²", None),
        ("9" * 6000, float("inf")),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOON) == seconds


def test_a_retry_after_date_counts_from_the_servers_own_clock() -> None:
    skewed_now, said = "Tue, 10 Mar 2026 15:00:00 GMT", "Tue, 10 Mar 2026 15:00:30 GMT"
    assert retry_after_seconds(said, NOON, skewed_now) == 30


def test_only_what_may_pass_is_tried_again() -> None:
    assert worth_another_try(Throttled("b", "https://x/", "is slow"))
    assert worth_another_try(Unreachable("b", "https://x/", "is down"))
    assert not worth_another_try(Unreachable("b", "https://x/", "has no robots", final=True))
    assert not worth_another_try(Blocked("b", "https://x/", "is walled"))
    assert not worth_another_try(NotAllowed("b", "https://x/", "is forbidden"))


def test_the_retry_budget_ends_a_run_that_fails_everywhere() -> None:
    budget = Budget(fixed=2, share=0.5, requests=4)
    assert [budget.take() for _ in range(5)] == [True, True, True, True, False]


def test_the_breaker_opens_after_failures_in_a_row_and_not_after_scattered_ones() -> None:
    breaker = Breaker(failures_allowed=3)
    for _ in range(5):
        breaker.failed(Unreachable("b", "https://x/", "is down"))
        breaker.failed(Unreachable("b", "https://x/", "is down"))
        breaker.succeeded()
    assert breaker.reason is None
    for _ in range(3):
        breaker.failed(Unreachable("b", "https://x/", "is down"))
    assert isinstance(breaker.reason, Unreachable)


def test_two_walls_in_a_row_are_enough() -> None:
    breaker = Breaker()
    breaker.failed(Blocked("b", "https://x/", "is walled"))
    assert breaker.reason is None
    breaker.failed(Blocked("b", "https://x/", "is walled"))
    assert isinstance(breaker.reason, Blocked)


def test_a_host_that_asks_for_an_hours_silence_is_left_alone_for_the_run() -> None:
    breaker = Breaker()
    breaker.failed(Throttled("b", "https://x/", "asks to be left alone", retry_after=3600))
    assert breaker.reason is not None


def test_errors_name_board_page_status_and_remedy_but_no_query_and_survive_pickling() -> None:
    error = Throttled(
        "adzuna", "https://user:pw@api.example/v1/x?app_key=sesame#y", "is slow", status=429, retry_after=7
    )
    assert str(error).startswith("adzuna: https://api.example/v1/x is slow. ")
    assert "sesame" not in str(error)
    assert "pw" not in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.status, again.retry_after, str(again)) == (Throttled, 429, 7, str(error))


def test_proxies_take_turns_and_a_failing_one_rests() -> None:
    now = [0.0]
    proxies = Proxies(["http://a", "http://b", "http://c"], clock=lambda: now[0])
    assert [proxies.take() for _ in range(4)] == ["http://a", "http://b", "http://c", "http://a"]
    proxies.failed("http://b")
    assert [proxies.take() for _ in range(3)] == ["http://c", "http://a", "http://c"]
    now[0] = 61
    assert "http://b" in [proxies.take() for _ in range(3)]


def test_without_proxies_requests_go_out_directly_and_with_all_resting_one_is_still_tried() -> None:
    assert Proxies([]).take() is None
    proxies = Proxies(["http://a", "http://b"], clock=lambda: 0.0)
    proxies.failed("http://a")
    proxies.failed("http://a")
    proxies.failed("http://b")
    assert proxies.take() == "http://b"
