"""The report of a day: what it says, that it needs nothing else, and that nobody can be told from it."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import html

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.report.facts import BoardDay, Facts, FailedCheck, read, round_width
from jobmatch_dagster.report.page import render
from jobmatch_dagster.supabase.database import connect
from jobmatch_dagster_tests.sql_models.world import DAY, MARK

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings


@pytest.fixture(scope="module")
def facts(built: Settings) -> Facts:
    with connect(built) as conn:
        return read(conn, DAY)


@pytest.fixture(scope="module")
def page(facts: Facts) -> str:
    return render(facts)


def test_the_numbers_are_those_of_the_tables(built: Settings, facts: Facts) -> None:
    def one(query: str) -> int:
        with connect(built) as conn:
            row = conn.execute(query, {"day": DAY}).fetchone()  # type: ignore[call-overload]
            return int(row[0])  # type: ignore[index]

    funnel, resumes = dict(facts.postings), dict(facts.resumes)
    assert funnel["postings"] == one("select count(*) from raw.postings where scraped_on = %(day)s")
    assert funnel["of them new"] == one("select count(*) from public.jobs where first_seen_on = %(day)s")
    assert resumes["uploaded"] == one("select count(*) from public.resumes where uploaded_on = %(day)s")
    assert facts.matches == one("select count(*) from public.job_matches where matched_on = %(day)s") > 0
    assert sum(n for _, n in facts.languages) == funnel["of them new"]
    assert sum(map(sum, facts.scores.values())) == one("select count(*) from public.job_matches")
    assert sum(facts.salaries[0].bins) == facts.salaries[0].ads
    assert len(facts.skills) == 5


def test_a_failing_check_says_since_when(facts: Facts) -> None:
    assert [(c.name, c.subject, c.since) for c in facts.checks] == [("usual_volume", "indeed", DAY - timedelta(days=2))]


def test_the_page_asks_nothing_of_the_network_and_runs_no_script(page: str) -> None:
    tree = html.fromstring(page)
    assert tree.xpath("//script | //link | //img | //iframe | //@src | //@href | //@onclick") == []
    assert not re.search(r"https?://|url\(|@import", page)
    assert "prefers-color-scheme: dark" in page
    assert "width=device-width" in page


def test_the_page_names_nobody_but_shows_reasons_checks_and_boards(page: str) -> None:
    assert MARK.casefold() not in page.casefold()
    text = html.fromstring(page).text_content()
    for shown in (
        "its folder is not the id of a person",
        "not a page",
        "greenhouse",
        'Only <3> & no "more".',
        "python",
    ):
        assert shown in text


def test_words_from_outside_cannot_become_markup() -> None:
    evil = '"><script>alert(1)</script>'
    day = BoardDay(evil, DAY, "failed", evil, 3, 9.0, 2, 1, 0, None)
    given = Facts(
        DAY,
        [(evil, 1)] * 5,
        [(evil, 1)] * 3,
        boards={evil: [day]},
        languages=[(evil, 1)],
        scores={evil: [1] * 20},
        statuses=[(evil, 1)],
        rejected=[(evil, evil, 1)],
        checks=[FailedCheck(evil, evil, evil, True, evil, DAY)],
    )
    assert "<script" not in render(given)


@pytest.mark.parametrize("day", [date(2020, 1, 1), DAY + timedelta(days=40)])
def test_a_day_without_anything_has_a_page_that_says_so(built: Settings, day: date) -> None:
    with connect(built) as conn:
        found = read(conn, day)
    assert found.headline == ("none", "Nothing arrived on this day.")
    assert "Nothing was refused." in render(found)


def test_the_headline_names_the_boards_that_did_not_deliver_as_usual() -> None:
    well = BoardDay("lever", DAY, "succeeded", None, 90, 100.0, 0, 9, 9, 1.0)
    few = BoardDay("indeed", DAY, "succeeded", None, 20, 100.0, 0, 9, 9, 1.0)
    blocked = BoardDay("linkedin", DAY, "failed", "blocked", 80, 100.0, 9, 9, 9, 1.0)
    forbidden = BoardDay("glassdoor", DAY, "skipped", "policy", 0, None, 0, 0, 0, None)
    resumes = [("uploaded", 1)]
    told = Facts(DAY, resumes=resumes, boards={b.board: [b] for b in (well, few, blocked, forbidden)}).headline
    assert told == ("warning", "indeed, linkedin did not deliver as usual; the rest went well.")
    good = Facts(DAY, resumes=resumes, boards={"lever": [well], "glassdoor": [forbidden]})
    assert good.headline[0] == "good"
    check = FailedCheck("match_scores", "x", "", True, "y", DAY)
    assert Facts(DAY, boards={"lever": [well]}, checks=[check]).headline == ("bad", "1 check stopped the day.")


def test_commands_in_a_sentence_are_shown_as_code_and_nothing_else_is_markup(facts: Facts) -> None:
    check = FailedCheck("match_scores", "x", "", True, "Run `jobmatch <b>` & see.", DAY)
    assert "Run <code>jobmatch &lt;b&gt;</code> &amp; see." in render(replace(facts, checks=[check]))


def test_salary_bins_have_round_widths() -> None:
    assert [round_width(w) for w in (0.9, 4_100, 5_000, 2_300, 11_000)] == [1, 5_000, 5_000, 2_500, 20_000]


def test_the_picture_for_the_catalogue_is_a_small_png(facts: Facts) -> None:
    from jobmatch_dagster.report.plots import overview

    for given in (facts, Facts(DAY)):
        picture = overview(given)
        assert picture.startswith(b"\x89PNG")
        assert len(picture) < 80_000


def test_the_picture_is_drawn_again_only_where_it_would_look_different(built: Settings, facts: Facts) -> None:
    from jobmatch_dagster.orchestration.assets.report import _picture
    from jobmatch_dagster.supabase.storage import REPORTS, file_store

    store = file_store(built)
    first = _picture(store, facts)
    name = f"{facts.day}.png"
    assert store.get(REPORTS, name) == first
    store.put(REPORTS, name, first + b"kept", content_type="image/png", upsert=True)
    assert _picture(store, facts).endswith(b"kept")
    assert not _picture(store, replace(facts, matches=facts.matches + 1)).endswith(b"kept")


def test_without_marts_the_report_says_how_to_make_them(server: Settings) -> None:
    with connect(server) as conn, pytest.raises(JobmatchError, match="jobmatch sql run"):
        read(conn, DAY)


def test_the_command_writes_the_page(built: Settings, environment: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "r.html"
    command = [sys.executable, "-m", "jobmatch_dagster.cli", "report", "--day", str(DAY), "--out", str(target)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert str(target) in done.stdout
    assert str(DAY.year) in target.read_text()
