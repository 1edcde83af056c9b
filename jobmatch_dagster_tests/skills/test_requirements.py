"""Required, preferred, mentioned or excluded: the words around a skill decide, each as far as it speaks. A
skill that is only mentioned may be left out."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jobmatch_dagster.skills.extractor import extract

NAMES = {"R": "required", "P": "preferred", "M": "mentioned", "X": "excluded"}
MARK = re.compile(r"\[\[([^\]=]+)=(\w)\]\]")
LINES = [
    line.replace("\\n", "\n").split("\t", 1)
    for line in (Path(__file__).parent / "requirements.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def read() -> pa.Table:
    return extract([MARK.sub(r"\1", marked) for _, marked in LINES], kind="posting")


IDS = [language + " " + MARK.sub(r"\1", marked)[:60] for language, marked in LINES]


@pytest.mark.parametrize("number", range(len(LINES)), ids=IDS)
def test_each_skill_has_the_requirement_that_its_words_give_it(number: int, read: pa.Table) -> None:
    mentions = read.filter(pc.equal(read["row"], number)).to_pylist()
    found = {m["surface"]: m["requirement"] for m in mentions}
    wanted = {mark[1]: NAMES[mark[2]] for mark in MARK.finditer(LINES[number][1])}
    assert {name: found.get(name, "mentioned") for name in wanted} == wanted


def test_the_table_has_six_languages_and_all_four_readings() -> None:
    assert {language for language, _ in LINES} >= {"en", "de", "fr", "es", "nl", "pl"}
    assert {mark[2] for _, marked in LINES for mark in MARK.finditer(marked)} == set(NAMES)


@pytest.mark.parametrize(
    ("text", "name", "years", "level"),
    [
        ("3+ years of Python", "Python", 3, None),
        ("3-5 years of experience with Python and SQL", "SQL", 3, None),
        ("At least 5 years of experience with Java, knowledge of SQL", "SQL", None, None),
        ("At least 5 years of experience with Java, 2 years with SQL", "SQL", 2, None),
        ("Must have two years of Docker", "Docker", 2, None),
        ("Requirements: Docker (18 months)", "Docker", 1.5, None),
        ("For 40 years we have used Java.", "Java", None, None),
        ("Fluent English, basic German", "English", None, "advanced"),
        ("Fluent English, basic German", "German", None, "basic"),
        ("Advanced Excel; Python and SQL", "Python", None, None),
        ("Mindestens 3 Jahre Erfahrung mit Java, Kenntnisse in Docker", "Java", 3, None),
        ("Mindestens 3 Jahre Erfahrung mit Java, Kenntnisse in Docker", "Docker", None, None),
        ("Fließend Deutsch, Grundkenntnisse in Englisch", "Deutsch", None, "advanced"),
        ("Fließend Deutsch, Grundkenntnisse in Englisch", "Englisch", None, "basic"),
        ("3 ans d'expérience en Python", "Python", 3, None),
        ("Anglais courant", "Anglais", None, "advanced"),
        ("Mínimo 2 años de experiencia en Java", "Java", 2, None),
        ("Inglés nivel B2", "Inglés", None, "intermediate"),
        ("Minimaal 4 jaar ervaring met Python", "Python", 4, None),
        ("Minimum 2 lata doświadczenia z Python", "Python", 2, None),
        ("Bardzo dobra znajomość Python, podstawowa znajomość SQL", "SQL", None, "basic"),
    ],
)
def test_years_and_levels_go_to_the_skills_of_their_item(
    text: str, name: str, years: float | None, level: str | None
) -> None:
    mentions = {m["surface"]: m for m in extract([text], kind="posting").to_pylist()}
    assert (mentions[name]["years"], mentions[name]["level"]) == (years, level)
