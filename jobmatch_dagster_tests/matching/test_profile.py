"""Résumés as matching reads them: all at once, against reading field by field."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobmatch_dagster.demo.people import make_person
from jobmatch_dagster.matching import personal, profile

TODAY = date(2026, 3, 2)
SAYINGS = [
    "Data Engineer", "Managed a team; age: 30. Storage at threshold", "I was born in 1980 | Python",
    "Né le 3 mai • Rust", "ſex: f and sex : m", "İzmir CİTİZEN of x. citızenship", "AGE : 33. ÂGE: 4", "出生1990。数据",
    "aged 30 or 30 years old.", "Kim Doe did it, Doe, Kim and Kim X. Doe", "KIM-DOE graduated in 2001", "dob\n:",
    "ΟΔΟΣ alter: 3", "x\rborn\x85y", "gold photo: frame", "", "  wiek: 4  ",
]  # fmt: skip
TEXT = st.sampled_from(SAYINGS) | st.lists(st.sampled_from(SAYINGS), min_size=2, max_size=4).map("\n".join)
ODD = st.recursive(TEXT | st.none() | st.booleans() | st.integers(), lambda inner: st.lists(inner, max_size=3))
MONTH = st.sampled_from(["2018-01", "2020", "1999-13-40", "soon", " 2016-02", "2031-01", None, 7])
WORK = st.fixed_dictionaries({}, optional={"position": ODD, "summary": TEXT, "highlights": ODD, "startDate": MONTH})
CONTENT = st.fixed_dictionaries(
    {"basics": st.fixed_dictionaries({"name": st.sampled_from(["Kim Doe", "é", "Kim (van) Doe"]), "label": ODD})},
    optional={"work": st.lists(WORK | ODD, max_size=9), "skills": st.lists(WORK, max_size=2) | ODD, "projects": ODD},
)


def plain_without_personal(text: str, name: personal.Name | None) -> str:
    """Name out, then every sentence out that one of all the expressions fits whose letters stand in the text."""
    lowered = text.lower()
    if name is not None and name.parts[0].lower() in lowered and name.parts[-1].lower() in lowered:
        text = name.pattern.sub(" ", text)
    lines = [line for key, found in personal._data()[1].items() if key in lowered for line in found]
    sentences = personal._SENTENCE.findall(text)
    return "".join(s for s in sentences if not any(re.search(line, s, re.IGNORECASE) for line in lines))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SAYINGS), max_size=5), st.sampled_from([" ", "\n", ". "]))
def test_what_is_taken_out_is_what_each_expression_takes_out_by_itself(said: list[str], between: str) -> None:
    text, name = between.join(said), personal.name_pattern("Kim Doe")
    assert personal.without_personal(text, name) == plain_without_personal(text, name)


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXT, max_size=6))
def test_no_text_from_which_something_is_taken_out_is_passed_over(texts: list[str]) -> None:
    for text, suspect in zip(texts, personal.may_state_facts(texts), strict=True):
        assert suspect or personal.without_personal(text, None) == text


@pytest.mark.parametrize("key", list(personal._data()[1]))
def test_letters_are_seen_at_either_end_of_a_text_and_in_capitals(key: str) -> None:
    assert personal.may_state_facts([key, key.upper(), f"- {key} -"]) == [True] * 3


def test_letters_within_other_words_make_no_text_suspect() -> None:
    assert personal.may_state_facts(["manage older storage", "Adobe, Essex"]) == [False, False]


@settings(max_examples=150, deadline=None)
@given(st.lists(CONTENT, max_size=3))
def test_titles_and_text_are_those_of_cleaning_every_field(contents: list[dict[str, Any]]) -> None:
    n = len(contents)
    read = profile.read_all([json.dumps(c) for c in contents], [None] * n, [None] * n, [TODAY] * n)
    for content, found in zip(contents, read, strict=True):
        name = personal.name_pattern(content["basics"]["name"])
        assert found.text == plain_without_personal(profile.text_of(content), name)
        rows = [row for row in content.get("work", []) if isinstance(row, dict)]
        rows.sort(key=lambda row: str(row.get("startDate") or "").strip()[:7], reverse=True)
        held = [content["basics"]["label"], *[row.get("position") for row in rows]]
        cleaned = [plain_without_personal(title.strip(), name) for title in held if isinstance(title, str)]
        assert [title for title, _ in found.titles] == [title for title in cleaned if title]


def test_a_person_is_read_alike_alone_and_among_others() -> None:
    contents = [json.dumps(make_person(f"seed{n}").resume) for n in range(30)]
    n = len(contents)
    together = profile.read_all(contents, [None] * n, [None] * n, [TODAY] * n)
    assert together == [profile.read_all([content], [None], [None], [TODAY])[0] for content in contents]
    assert len({found.text for found in together}) > 20


@pytest.mark.parametrize("stored", [None, "", "{", "[1]", "3", '"x"', "[" * 5000, '{"basics": []}', '{"work": {}}'])
def test_what_is_no_profile_is_an_empty_one(stored: str | None) -> None:
    assert profile.read_all([stored], [None], [None], [TODAY]) == [profile.Profile()]


def test_half_a_surrogate_pair_does_not_stop_the_others() -> None:
    found = profile.read_all(['{"basics": {"label": "cut \\ud83d"}}'], [None], [None], [TODAY])[0]
    assert found.text == "cut \ufffd"


def test_fields_of_a_text_stand_in_the_order_of_the_profile_the_latest_position_first() -> None:
    content = {
        "skills": [{"name": "SQL", "keywords": ["views", {"more": ["windows"]}]}],
        "work": [
            {"position": "Intern", "startDate": "2019-01", "highlights": ["made tea"]},
            {"position": "Engineer", "startDate": "2021-05", "summary": " built pipes "},
        ],
        "basics": {"summary": "Careful.", "label": "Builder"},
    }
    expected = "Builder\nCareful.\nEngineer\nbuilt pipes\nIntern\nmade tea\nSQL\nviews\nwindows"
    assert profile.text_of(content) == expected
