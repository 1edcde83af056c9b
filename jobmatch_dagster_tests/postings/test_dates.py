"""Dates resolve against the time of fetching, in eight languages."""

from datetime import UTC, date, datetime

import pytest

from jobmatch_dagster.postings.dates import absolute, deadline, posted
from jobmatch_dagster.postings.phrases import find

FETCHED = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Just posted", date(2026, 11, 20)),
        ("Today", date(2026, 11, 20)),
        ("3 days ago", date(2026, 11, 17)),
        ("Posted 2 weeks ago", date(2026, 11, 6)),
        ("5 hours ago", date(2026, 11, 19)),
        ("vor 3 Tagen", date(2026, 11, 17)),
        ("gestern", date(2026, 11, 19)),
        ("vorgestern", date(2026, 11, 18)),
        ("il y a 2 jours", date(2026, 11, 18)),
        ("hace 4 días", date(2026, 11, 16)),
        ("há 1 semana", date(2026, 11, 13)),
        ("3 giorni fa", date(2026, 11, 17)),
        ("2 dagen geleden", date(2026, 11, 18)),
        ("5 dni temu", date(2026, 11, 15)),
        ("einen Monat", None),
        ("2d", date(2026, 11, 18)),
        ("3天前", date(2026, 11, 17)),
        ("2026-11-03", date(2026, 11, 3)),
        ("3. März 2026", date(2026, 3, 3)),
        ("Feb 6, 2026", date(2026, 2, 6)),
        ("6 de febrero de 2026", date(2026, 2, 6)),
        ("soon", None),
    ],
)
def test_when_an_ad_was_posted(text, day):
    assert posted(text, FETCHED)[0] == day


def test_more_than_thirty_days_is_a_bound_and_says_so():
    day, note = posted("30+ days ago", FETCHED)
    assert day == date(2026, 10, 21)
    assert note


def test_a_relative_date_without_a_time_of_fetching_stays_open():
    day, note = posted("3 days ago", None)
    assert day is None
    assert "time of fetching" in note


def test_the_order_of_day_and_month_is_the_boards():
    assert absolute("03/04/2026") == date(2026, 4, 3)
    assert absolute("03/04/2026", month_first=True) == date(2026, 3, 4)
    assert absolute("25/12/2026", month_first=True) == date(2026, 12, 25)
    assert absolute("31.02.2026") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Apply by 15 December 2026, please.", date(2026, 12, 15)),
        ("Bewerbungsfrist: 31.12.2026", date(2026, 12, 31)),
        ("We met the deadline in 2024.", None),
    ],
)
def test_last_day_to_apply(text, day):
    found = deadline(text, find([text])[0])
    assert (found[0] if found else None) == day
