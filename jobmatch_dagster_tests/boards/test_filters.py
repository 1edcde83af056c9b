"""Every filter of a search at every board: asked of the board, applied to what arrived, or said to have no effect."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from jobmatch_dagster.boards.filters import applied_here, expressed, misses, never_misses, unchecked
from jobmatch_dagster.boards.registry import BOARDS, get
from jobmatch_dagster.boards.search import FILTERS, Search, make_search

DAY = date(2026, 3, 10)
WANTED: dict[str, Any] = {
    "keywords": "welder",
    "place": "Ghent",
    "radius_km": 25.0,
    "max_age_days": 3,
    "remote": "remote",
    "employment_type": "full_time",
}
# A posting that contradicts each filter in turn, and one of which nothing is known but its title.
OTHER = {
    "title": "Baker",
    "location": "Lyon",
    "posted_on": date(2026, 1, 1),
    "remote": "onsite",
    "employment_type": "part_time",
}
ORGANISATIONS = {
    "greenhouse": "noord",
    "lever": "noord",
    "ashby": "noord",
    "recruitee": "noord",
    "workday": "noord/wd3/Jobs",
    "careerpage": "https://noord.example/jobs",
}
# Per board, in the order of FILTERS: asked of the board, applied here, or without effect.
TABLE = {
    "linkedin": "asked asked asked asked asked asked",
    "indeed": "asked asked asked asked here asked",
    "glassdoor": "asked asked asked asked asked asked",
    "ziprecruiter": "asked asked asked asked asked asked",
    "careerbuilder": "asked asked asked asked asked asked",
    "greenhouse": "here here none here here here",
    "lever": "here here none here here here",
    "ashby": "here here none here here here",
    "recruitee": "here here none here here here",
    "workday": "asked here none here here here",
    "remoteok": "here here none here here here",
    "remotive": "asked here none here here here",
    "adzuna": "asked asked asked asked here asked",
    "usajobs": "asked asked asked asked asked here",
    "careerpage": "here here none here here here",
}
CELLS = [
    (board, name, cell) for board, cells in TABLE.items() for name, cell in zip(FILTERS, cells.split(), strict=True)
]


def searched(board: str, *names: str, **more: Any) -> Search:
    """A search with these filters."""
    return make_search(board, organisation=ORGANISATIONS.get(board), **{name: WANTED[name] for name in names}, **more)


def test_the_table_has_every_board() -> None:
    assert set(TABLE) == set(BOARDS)


@pytest.mark.parametrize(("board", "name", "cell"), CELLS)
def test_each_filter_is_asked_or_applied_and_said_or_said_to_have_no_effect(board: str, name: str, cell: str) -> None:
    search, source = searched(board, name), get(board)
    assert (name in expressed(search, source)) == (cell == "asked")
    assert applied_here(search, source) == ([name] if cell == "here" else [])
    assert bool(unchecked(search, source)) == (cell == "none")
    if cell == "here":
        assert misses(OTHER, search, source, DAY) == name


@pytest.mark.parametrize("board", TABLE)
@pytest.mark.parametrize("name", ["max_age_days", "remote", "employment_type"])
def test_what_a_posting_says_of_itself_counts_even_where_the_board_was_asked(board: str, name: str) -> None:
    assert misses(OTHER, searched(board, name), get(board), DAY) == name
    assert misses({"title": "Baker"}, searched(board, name), get(board), DAY) is None


@pytest.mark.parametrize(
    ("board", "name", "value"),
    [
        ("glassdoor", "remote", "hybrid"),
        ("usajobs", "remote", "onsite"),
        ("careerbuilder", "remote", "hybrid"),
        ("indeed", "max_age_days", 30),
        ("ziprecruiter", "max_age_days", 90),
        ("ziprecruiter", "employment_type", "internship"),
        ("adzuna", "employment_type", "internship"),
    ],
)
def test_a_value_that_the_board_does_not_know_is_applied_here(board: str, name: str, value: Any) -> None:
    assert applied_here(searched(board, **{name: value}), get(board)) == [name]


def test_a_search_that_only_the_board_can_judge_never_drops_what_it_finds() -> None:
    assert never_misses(searched("linkedin", "keywords", "place", "radius_km"), get("linkedin"))
    assert not never_misses(searched("linkedin", "keywords", "max_age_days"), get("linkedin"))
    assert not never_misses(searched("greenhouse", "keywords"), get("greenhouse"))
    assert never_misses(searched("greenhouse"), get("greenhouse"))


def test_a_search_without_its_employer_is_asked_of_nobody() -> None:
    assert expressed(make_search("lever", keywords="welder"), get("lever")) == frozenset()
