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


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Nov 5", date(2026, 11, 5)),
        ("5 Nov", date(2026, 11, 5)),
        ("Dec 28", date(2025, 12, 28)),
        ("aujourd’hui", date(2026, 11, 20)),
        ("tydzień temu", date(2026, 11, 13)),
        ("miesiąc temu", date(2026, 10, 21)),
        ("2 godz. temu", date(2026, 11, 19)),
        ("hace más de 30 días", date(2026, 10, 21)),
        ("Il y a plus de 30 jours", date(2026, 10, 21)),
        ("5 listopada 2026", date(2026, 11, 5)),
        ("een week geleden", date(2026, 11, 13)),
        ("há um mês", date(2026, 10, 21)),
        ("una settimana fa", date(2026, 11, 13)),
    ],
)
def test_dates_as_boards_of_each_country_write_them(text, day):
    assert posted(text, FETCHED)[0] == day


def test_an_ad_that_is_posted_again_says_so():
    assert posted("Reposted 2 weeks ago", FETCHED) == (date(2026, 11, 6), "posted again on this day")
    assert posted("erneut veröffentlicht vor 3 Tagen", FETCHED)[1] == "posted again on this day"


@pytest.mark.parametrize("text", ["Active 3 days ago", "No longer accepting applications", "Offre expirée"])
def test_an_employers_visit_or_a_closed_ad_is_no_posting_date(text):
    day, note = posted(text, FETCHED)
    assert day is None
    assert note


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Apply by 30 November 2026.", "Apply by 30 November 2026"),
        ("Bewerbungen bis zum 15. Dezember 2026", "Bewerbungen bis zum 15. Dezember 2026"),
        ("Candidatures jusqu'au 15/12/2026", "Candidatures jusqu'au 15/12/2026"),
        ("Inscripciones hasta el 15/12/2026", "Inscripciones hasta el 15/12/2026"),
        ("Inscrições até 15/12/2026", "Inscrições até 15/12/2026"),
        ("Scadenza: 15/12/2026", "Scadenza: 15/12/2026"),
        ("Solliciteer voor 15 december 2026", "Solliciteer voor 15 december 2026"),
        ("Aplikuj do 15.12.2026", "Aplikuj do 15.12.2026"),
        ("The deadline of 15 December 2026 for the bridge is tight", None),
    ],
)
def test_the_last_day_to_apply_and_the_words_that_say_it(text, words):
    found = deadline(text, find([text])[0])
    assert (text[found[1] : found[2]] if found else None) == words
