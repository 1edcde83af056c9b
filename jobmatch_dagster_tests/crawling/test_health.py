"""A board is compared with its own past, and only where it has one."""

from __future__ import annotations

from jobmatch_dagster.crawling.health import drift, low_yield

PAST = [
    {"title": 1.0, "salary_text": 0.6, "remote": 0.1},
    {"title": 1.0, "salary_text": 0.5},
    {"title": 1.0, "salary_text": 0.7},
]


def test_a_field_that_used_to_be_filled_and_is_no_longer_is_named() -> None:
    (finding,) = drift({"title": 1.0, "salary_text": 0.0}, PAST)
    assert (finding.subject, finding.usual, finding.today) == ("salary_text", 0.6, 0.0)
    assert "selector" in finding.sentence


def test_a_rate_that_varies_and_a_field_that_was_always_rare_are_no_drift() -> None:
    assert drift({"title": 1.0, "salary_text": 0.45}, PAST) == []


def test_without_a_past_nothing_is_odd() -> None:
    assert drift({"title": 0.0}, PAST[:2]) == []
    assert low_yield(0, [100, 100]) is None


def test_a_day_with_far_fewer_postings_than_usual_is_named() -> None:
    finding = low_yield(20, [100, 110, 95, 105])
    assert finding is not None
    assert finding.today == 20
    assert low_yield(80, [100, 110, 95, 105]) is None


def test_a_board_that_always_jumps_about_is_not_called_low() -> None:
    assert low_yield(40, [20, 200, 100, 30, 180]) is None


def test_a_board_that_stops_delivering_is_low_however_steady_it_was() -> None:
    assert low_yield(0, [50, 50, 50, 50]) is not None
