"""Titles of several languages find their occupation; what is like none has none."""

from __future__ import annotations

import pyarrow as pa
import pytest

from jobmatch_dagster.occupations import catalogue
from jobmatch_dagster.occupations.classify import classify


@pytest.mark.parametrize(
    ("title", "occupation"),
    [
        ("Senior Backend Engineer (m/w/d)", "software_developer"),
        ("Registered Nurse - ICU, night shift", "nurse"),
        ("Elektroniker für Betriebstechnik", "electrician"),
        ("LKW-Fahrer (m/w/d)", "driver"),
        ("Data Scientist II", "data_scientist"),
        ("Assistant Store Manager", "shop_manager"),
    ],
)
def test_a_title_finds_its_occupation_whatever_level_it_names(title: str, occupation: str) -> None:
    assert classify(pa.array([title]))[0].to_pylist() == [occupation]


def test_what_is_like_nothing_has_no_occupation_and_order_is_kept() -> None:
    codes, likeness = classify(pa.chunked_array([["Nurse", None], ["", "Qzxv wrmbl", "Nurse"]]))
    assert codes.to_pylist() == ["nurse", None, None, None, "nurse"]
    assert likeness[0].as_py() == likeness[4].as_py() > 0.8
    assert classify(pa.array([], pa.string()))[0].to_pylist() == []


def test_the_list_names_each_occupation_and_each_title_once() -> None:
    listed = catalogue.load()
    assert len({one.code for one in listed}) == len(listed)
    titles = [title.casefold() for one in listed for title in one.titles]
    assert sorted({title for title in titles if titles.count(title) > 1}) == []
    assert all(len(one.group) == 2 and one.label and one.titles for one in listed)
