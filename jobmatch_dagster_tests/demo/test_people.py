"""The cast's files open, hold what the truth says, and fail to open exactly where they are meant to."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import phonenumbers
import pytest
from docx import Document
from odf import teletype
from odf.opendocument import load
from pypdf import PdfReader

from jobmatch_dagster.demo.papers import special
from jobmatch_dagster.demo.people import Person, gallery, generate_people, people, write_resumes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("resumes")
    write_resumes(target, people())
    return target


def _file(folder: Path, paper: str) -> tuple[Person, Path]:
    person = next(p for p in people() if p.paper == paper)
    return person, next(folder.glob(f"{person.id}.*"))


def _pdf_text(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


def _docx_text(path: Path) -> str:
    document = Document(str(path))
    cells = document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t")
    return "\n".join([*(node.text or "" for node in cells), *(p.text for p in document.sections[0].header.paragraphs)])


READERS: dict[str, Callable[[Path], str]] = {
    ".pdf": _pdf_text,
    ".docx": _docx_text,
    ".odt": lambda path: teletype.extractText(load(str(path)).text),
    ".md": lambda path: path.read_text("utf-8"),
    ".txt": lambda path: path.read_text("utf-8-sig"),
}


def test_the_cast_covers_the_occupations_kinds_of_file_and_languages() -> None:
    cast = people()
    assert len({p.occupation for p in cast}) >= 14
    assert len({p.paper for p in cast}) >= 14
    assert {p.language for p in cast} >= {"en", "de", "fr", "es", "pl", "nl"}
    assert {p.story for p in cast} == {None, "promoted", "overlapping"}
    assert len({p.email for p in cast}) == len(cast)


def test_contact_details_lead_to_nobody() -> None:
    for person in [*people(), *generate_people(100)]:
        basics = person.resume["basics"]
        assert basics["email"].endswith("@example.org")
        assert basics["url"].endswith(".example.org")
        assert phonenumbers.is_possible_number(phonenumbers.parse(basics["phone"]))


@pytest.mark.parametrize(
    "person", [p for p in people() if p.statuses == ("parsed",)], ids=lambda p: f"{p.id}-{p.paper}"
)
def test_a_readable_file_holds_the_words_of_the_truth(person: Person, folder: Path) -> None:
    path = next(folder.glob(f"{person.id}.*"))
    text = " ".join(READERS[path.suffix](path).split())
    resume = person.resume
    assert resume["basics"]["name"] in text
    assert resume["basics"]["email"] in text
    for job in resume["work"]:
        assert job["position"] in text
        assert job["name"] in text
    for skill in resume["skills"]:
        assert skill["name"] in text


def test_the_gallery_shows_every_readable_kind_of_file_in_eight_languages(tmp_path: Path) -> None:
    shown = gallery()
    assert len({(p.paper, p.language) for p in shown}) == len(shown) >= 80
    every_third = shown[::3]  # all kinds and languages come up, at a third of the time
    for person, path in zip(every_third, write_resumes(tmp_path, every_third), strict=True):
        text = " ".join(READERS[path.suffix](path).split())
        assert person.resume["basics"]["name"] in text, person.id
        assert person.resume["work"][0]["position"] in text, person.id


def test_the_same_people_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for path in write_resumes(tmp_path, people()):
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


def test_the_scan_has_a_page_with_a_picture_and_no_text(folder: Path) -> None:
    _, path = _file(folder, "pdf_scan")
    page = PdfReader(path).pages[0]
    assert page.extract_text().strip() == ""
    assert len(page.images) == 1


def test_the_locked_file_opens_with_its_password_only(folder: Path) -> None:
    person, path = _file(folder, "pdf_encrypted")
    reader = PdfReader(path)
    assert reader.is_encrypted
    assert not reader.decrypt("")
    assert reader.decrypt(special.PASSWORD)
    assert person.resume["basics"]["name"] in reader.pages[0].extract_text()


def test_the_empty_file_has_a_page_without_anything(folder: Path) -> None:
    _, path = _file(folder, "pdf_empty")
    reader = PdfReader(path)
    assert len(reader.pages) == 1
    assert reader.pages[0].extract_text().strip() == ""
    assert not reader.pages[0].images


def test_the_misnamed_file_is_a_picture_called_pdf(folder: Path) -> None:
    _, path = _file(folder, "misnamed")
    assert path.suffix == ".pdf"
    assert path.read_bytes().startswith(b"\x89PNG")


def test_the_table_document_has_nothing_outside_its_tables(folder: Path) -> None:
    _, path = _file(folder, "docx_tables")
    document = Document(str(path))
    assert not any(p.text.strip() for p in document.paragraphs)
    assert document.tables[1].cell(1, 1).tables, "the jobs are a nested table"


def test_the_sidebar_sets_headings_apart_and_keeps_links_behind_words(folder: Path) -> None:
    person, path = _file(folder, "pdf_sidebar")
    page = PdfReader(path).pages[0]
    assert "S K I L L S" in page.extract_text()
    annotations: Any = page["/Annots"].get_object()
    targets = {annotation.get_object()["/A"]["/URI"] for annotation in annotations}
    assert targets == {person.resume["basics"]["url"], person.resume["basics"]["profiles"][0]["url"]}
    assert person.resume["basics"]["url"] not in page.extract_text()


def test_crossed_columns_stand_row_by_row_in_the_file(folder: Path) -> None:
    person, path = _file(folder, "pdf_crossed")
    text = PdfReader(path).pages[0].extract_text()
    first, last = (text.index(person.resume["skills"][at]["name"]) for at in (0, -1))
    assert person.resume["work"][0]["name"] in text[first:last], "the right column's words stand between the skills"


def test_several_roles_at_one_employer_stand_under_its_name_once(folder: Path) -> None:
    person = next(p for p in people() if p.story == "promoted" and p.paper == "pdf_one_column")
    first, second = person.resume["work"][:2]
    assert first["name"] == second["name"]
    assert first["startDate"] == second["endDate"]
    text = _pdf_text(folder / f"{person.id}.pdf")
    assert text.count(first["name"]) == 1


def test_overlapping_jobs_count_once() -> None:
    person = next(p for p in people() if p.story == "overlapping")
    newest, second = person.resume["work"][:2]
    assert second["endDate"] > newest["startDate"]
    months = 0
    for job in person.resume["work"]:
        start, end = job["startDate"], job["endDate"] or "2026-03"
        months += (int(end[:4]) - int(start[:4])) * 12 + int(end[5:]) - int(start[5:])
    assert person.years < months / 12


def test_generated_people_are_different_and_repeatable() -> None:
    made = list(generate_people(200))
    assert len({p.id for p in made}) == 200
    assert len({p.occupation for p in made}) >= 14
    assert made[:3] == list(generate_people(3))


def test_a_file_can_be_written_anew_over_an_old_one(tmp_path: Path) -> None:
    one = people()[:1]
    first = write_resumes(tmp_path / "new" / "folder", one)[0].read_bytes()
    assert write_resumes(tmp_path / "new" / "folder", one)[0].read_bytes() == first
    assert PdfReader(BytesIO(first)).pages
