"""Words that look like a skill and are none: no sentence of the list may yield one of the words it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jobmatch_dagster.skills import taxonomy
from jobmatch_dagster.skills.concepts import key
from jobmatch_dagster.skills.extractor import CANDIDATE, extract

LINES = [
    line.split("\t")
    for line in (Path(__file__).parent / "adversarial.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def surfaces() -> list[set[str]]:
    found = extract([sentence for sentence, _ in LINES], kind="posting").to_pylist()
    out: list[set[str]] = [set() for _ in LINES]
    for mention in found:
        if mention["kind"] != CANDIDATE:
            out[mention["row"]].add(mention["surface"])
    return out


def test_the_list_has_a_hundred_and_more_words_that_the_taxonomy_would_find() -> None:
    loaded = taxonomy.load()
    forms = {key(form) for names in loaded.skills["forms"].to_pylist() for form in names}
    harmless = [
        sentence
        for sentence, words in LINES
        if not any(key(word) in forms and re.search(rf"\b{re.escape(word)}\b", sentence) for word in words.split("|"))
    ]
    assert harmless == []
    assert len(LINES) > 115


@pytest.mark.parametrize("number", range(len(LINES)), ids=lambda n: LINES[n][0][:50])
def test_an_ordinary_word_is_no_skill(number: int, surfaces: list[set[str]]) -> None:
    _, words = LINES[number]
    assert not surfaces[number] & set(words.split("|"))
