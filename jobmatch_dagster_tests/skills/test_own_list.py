"""The own list of skills keeps the format that its readers rely on; whether it is found in text is tested elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

import jobmatch_dagster.skills

FOLDER = Path(jobmatch_dagster.skills.__file__).parent / "data" / "own"
HEADER = ["label", "kind", "aliases", "broader", "ambiguity", "field"]
KINDS = {"tool", "knowledge", "method", "skill", "licence", "certificate", "language"}
AMBIGUITIES = {"none", "case", "context"}
EVERYDAY = [
    "Go",
    "R",
    "C",
    "Excel",
    "Spring",
    "Word",
    "Access",
    "Outlook",
    "Notion",
    "Rust",
    "React",
    "Lean",
    "Onboarding",
]
FILES = sorted(FOLDER.glob("*.tsv"))


@dataclass(frozen=True)
class Entry:
    """A line of the list and where it stands."""

    label: str
    kind: str
    aliases: tuple[str, ...]
    broader: str
    ambiguity: str
    field: str
    place: str

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.label, *self.aliases)


def rows(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text("utf-8").removesuffix("\n").split("\n")]


def read(path: Path) -> list[Entry]:
    found = []
    for number, (label, kind, aliases, broader, ambiguity, field) in enumerate(rows(path)[1:], 2):
        names = tuple(aliases.split("|")) if aliases else ()
        found.append(Entry(label, kind, names, broader, ambiguity, field, f"{path.name}:{number}"))
    return found


def folded(form: str) -> str:
    """A form without what the matcher reads over: case, spaces, hyphens and dots."""
    return re.sub(r"[\s.\-‐]", "", form.casefold())


def clean(form: str) -> bool:
    """Single spaces, composed characters, something to match, and no control character or picture."""
    pictures = any(unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn", "So"} for char in form)
    tidy = form == unicodedata.normalize("NFC", " ".join(form.split())) and len(form) <= 80
    return tidy and not pictures and any(char.isalnum() for char in form)


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return [entry for path in FILES for entry in read(path)]


@pytest.fixture(scope="module")
def exceptions() -> dict[str, str]:
    return dict(rows(FOLDER / "forms" / "ambiguity.tsv")[1:])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_is_a_table_of_six_columns_under_the_agreed_header(path: Path) -> None:
    head, *lines = rows(path)
    assert head == HEADER
    assert [line for line in lines if len(line) != len(HEADER)] == []


def test_list_covers_thousands_of_skills_in_many_fields(entries: list[Entry]) -> None:
    assert len(entries) >= 4000
    assert len({entry.field for entry in entries}) >= 25


def test_values_are_among_the_known_ones(entries: list[Entry]) -> None:
    assert {entry.kind for entry in entries} == KINDS
    assert {entry.ambiguity for entry in entries} == AMBIGUITIES
    assert [entry.place for entry in entries if entry.field != entry.place.split(".")[0]] == []


def test_label_and_form_belong_to_one_entry(entries: list[Entry]) -> None:
    owners = Counter(folded(form) for entry in entries for form in entry.forms)
    assert [form for form, count in owners.items() if count > 1] == []


def test_form_is_clean_text_with_a_letter_or_digit(entries: list[Entry]) -> None:
    odd = [form for entry in entries for form in entry.forms if not clean(form)]
    assert odd == []


def test_broader_entry_exists_and_chains_end(entries: list[Entry]) -> None:
    broader = {entry.label: entry.broader for entry in entries}
    assert [entry.place for entry in entries if entry.broader and entry.broader not in broader] == []
    for label in broader:
        chain = [label]
        while broader[chain[-1]]:
            chain.append(broader[chain[-1]])
            assert len(chain) == len(set(chain)), f"{chain} runs in a circle"


def test_form_of_one_or_two_characters_never_counts_without_case_or_context(
    entries: list[Entry], exceptions: dict[str, str]
) -> None:
    loose = [
        form
        for entry in entries
        for form in entry.forms
        if len(folded(form)) <= 2 and exceptions.get(form, entry.ambiguity) == "none"
    ]
    assert loose == []


@pytest.mark.parametrize("word", EVERYDAY)
def test_everyday_word_counts_only_with_context(word: str, entries: list[Entry], exceptions: dict[str, str]) -> None:
    found = [exceptions.get(word, entry.ambiguity) for entry in entries if word in entry.forms]
    assert found in ([], ["context"])


def test_exceptions_name_aliases_that_differ_from_their_entry(entries: list[Entry], exceptions: dict[str, str]) -> None:
    given = {alias: entry.ambiguity for entry in entries for alias in entry.aliases}
    assert rows(FOLDER / "forms" / "ambiguity.tsv")[0] == ["form", "ambiguity"]
    assert [form for form, ambiguity in exceptions.items() if given.get(form) in (None, ambiguity)] == []
    assert set(exceptions.values()) <= AMBIGUITIES


def test_human_languages_are_languages_and_nothing_else_is(entries: list[Entry]) -> None:
    assert {entry.field for entry in entries if entry.kind == "language"} == {"languages"}
    assert {entry.kind for entry in entries if entry.field == "languages"} == {"language"}
