"""A day of the demo's world: how much of what there is, what stays, what goes, and that it is the same everywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from jobmatch_dagster.demo import world
from jobmatch_dagster.demo.world import DemoPosting

DAY = date(2026, 3, 2)
WEEK = [DAY + timedelta(days=step) for step in range(7)]

FINGERPRINT = """
import hashlib
from datetime import date
from jobmatch_dagster.demo import people, relevance, world
seen = repr(world.postings(date(2026, 3, 2))) + repr(people.people()) + repr(list(world.generate_postings(50)))
seen += repr(sorted(relevance.frozen_set().grades.items()))
print(hashlib.sha256(seen.encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def postings() -> list[DemoPosting]:
    return world.postings(DAY)


def test_the_same_day_is_the_same_in_every_process() -> None:
    prints = set()
    for seed in ("0", "1"):
        run = [sys.executable, "-c", FINGERPRINT]
        env = os.environ | {"PYTHONHASHSEED": seed}
        prints.add(subprocess.run(run, env=env, capture_output=True, text=True, check=True).stdout)
    assert len(prints) == 1


def test_known_ids_never_change() -> None:
    assert world.external_id("linkedin", "2026-03-02/000", 0) == "4067010835"
    assert world.external_id("indeed", "2026-03-02/000", 0) == "4c3cfd23687b5263"


@pytest.mark.parametrize("day", WEEK, ids=str)
def test_each_day_has_enough_of_everything(day: date) -> None:
    shown = world.postings(day)
    assert len(shown) >= 300
    assert min(Counter(p.board for p in shown)[board] for board in world.BOARDS) >= 20
    assert len({p.job.occupation for p in shown}) >= 14
    languages = Counter(p.job.language for p in shown)
    assert {"en", "de", "fr", "es", "pl", "nl"} <= set(languages)
    assert len({p.job.salary.currency for p in shown if p.job.salary}) >= 7
    assert {p.job.salary.period for p in shown if p.job.salary} >= {"hour", "week", "month", "year"}
    assert 0.5 < sum(p.job.salary is not None for p in shown) / len(shown) < 0.8
    assert len({p.markup for p in shown}) >= 6
    assert any(p.repost_of for p in shown)


def test_about_fifteen_per_cent_of_jobs_are_on_two_boards() -> None:
    shares = []
    for day in WEEK:
        boards = defaultdict(set)
        for posting in world.postings(day):
            boards[posting.duplicate_group].add(posting.board)
        shares.append(sum(len(on) > 1 for on in boards.values()) / len(boards))
    assert 0.13 < sum(shares) / len(shares) < 0.2


def test_the_second_board_shows_the_same_words_with_the_legal_form_of_the_employer(postings: list[DemoPosting]) -> None:
    listings = defaultdict(list)
    for posting in postings:
        listings[posting.duplicate_group].append(posting)
    pairs = [pair for pair in listings.values() if len({p.board for p in pair}) == 2]
    assert pairs
    for pair in pairs:
        assert len({p.title for p in pair}) == 1
        assert any(p.company.endswith(p.job.company_suffix) for p in pair)
        assert len({p.external_id for p in pair}) == len(pair)


def test_an_external_id_names_one_listing_only(postings: list[DemoPosting]) -> None:
    keys = [(p.board, p.external_id) for day in WEEK for p in world.postings(day)]
    listings = {(p.board, p.external_id, p.job.key, p.first_day) for day in WEEK for p in world.postings(day)}
    assert len(set(keys)) == len(listings)


def test_a_listing_keeps_its_id_and_words_while_it_is_live() -> None:
    today = {(p.board, p.external_id): p for p in world.postings(DAY)}
    tomorrow = {(p.board, p.external_id): p for p in world.postings(DAY + timedelta(days=1))}
    for key, posting in today.items():
        if posting.last_day > DAY:
            assert tomorrow[key] == posting
        else:
            assert key not in tomorrow
    arrived = set(tomorrow) - set(today)
    assert 60 <= len(arrived) <= 200
    assert len(set(today) - set(tomorrow)) >= 40


def test_a_repost_is_the_same_job_later_under_another_id() -> None:
    seen = {p.external_id: p for day in WEEK for p in world.postings(day)}
    reposts = [p for p in seen.values() if p.repost_of in seen]
    assert reposts
    for again in reposts:
        first = seen[str(again.repost_of)]
        assert (first.job.key, first.board) == (again.job.key, again.board)
        assert first.last_day < again.first_day == again.posted_on


def test_one_ad_in_two_cities_is_two_jobs_with_the_same_text_but_for_the_city(postings: list[DemoPosting]) -> None:
    groups = defaultdict(dict)
    for posting in postings:
        groups[posting.job.ad_group][posting.job.key] = posting.job
    twins = [list(jobs.values()) for jobs in groups.values() if len(jobs) == 2]
    placed = [(one, two) for one, two in twins if one.city and two.city]
    assert placed
    for one, two in placed:
        assert one.city != two.city
        assert one.country == two.country
        assert one.text.replace(one.city, "*") == two.text.replace(two.city, "*")


def test_postings_for_benchmarks_are_all_different_jobs() -> None:
    made = list(world.generate_postings(300, seed="a"))
    assert len({p.job.key for p in made}) == len({(p.board, p.external_id) for p in made}) == 300
    assert made[:5] == list(world.generate_postings(5, seed="a"))
    assert [p.title for p in made[:20]] != [p.title for p in world.generate_postings(20, seed="b")]
