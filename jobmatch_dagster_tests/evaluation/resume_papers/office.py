"""Word files with python-docx: styles and tabs, tables only, two columns in a table.

And their PDFs where LibreOffice is.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from jobmatch_dagster_tests.evaluation.resume_papers import people


def _saved(document: Any) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _bold(paragraph: Any, text: str) -> None:
    paragraph.add_run(text).bold = True


def _sections(document: Any, person: dict[str, Any]) -> None:
    words = person["words"]
    document.add_heading(words["skills"], 1)
    for line in people.groups(person):
        document.add_paragraph(line)
    if person["languages"]:
        document.add_heading(words["languages"], 1)
        for name, level in person["languages"]:
            document.add_paragraph(f"{name} – {level}", style="List Bullet")
    if person["certificates"]:
        document.add_heading(words["certificates"], 1)
        for name, year in person["certificates"]:
            document.add_paragraph(f"{name} ({year})", style="List Bullet")


def word_like(person: dict[str, Any]) -> bytes:
    """Word's own heading and list styles, dates after a tab."""
    from docx import Document

    document, basics, words = Document(), person["basics"], person["words"]
    document.add_heading(basics["name"], 0)
    document.add_paragraph(basics["label"])
    document.add_paragraph(" | ".join(people.contact(person)))
    document.add_heading(words["summary"], 1)
    document.add_paragraph(person["summary"])
    document.add_heading(words["work"], 1)
    for job in person["work"]:
        _bold(document.add_paragraph(), f"{job['position']}\t{people.dates(person, job)}")
        document.add_paragraph(f"{job['name']}, {job['location']}")
        for text in job["highlights"]:
            document.add_paragraph(text, style="List Bullet")
    document.add_heading(words["education"], 1)
    for school in person["education"]:
        _bold(document.add_paragraph(), f"{people.degree(school)}\t{people.dates(person, school)}")
        document.add_paragraph(school["institution"])
    _sections(document, person)
    return _saved(document)


def plain_bold(person: dict[str, Any]) -> bytes:
    """No styles at all: bold capitals for headings, empty paragraphs for white space, employer before title."""
    from docx import Document
    from docx.shared import Pt

    document, basics, words = Document(), person["basics"], person["words"]
    run = document.add_paragraph().add_run(basics["name"])
    run.bold, run.font.size = True, Pt(18)
    for part in people.contact(person):
        document.add_paragraph(part)
    for title, entries in ((words["work"], person["work"]), (words["education"], person["education"])):
        document.add_paragraph()
        _bold(document.add_paragraph(), title.upper())
        for entry in entries:
            head = document.add_paragraph()
            _bold(head, entry.get("institution") or entry["name"])
            head.add_run(f"\t{people.dates(person, entry)}")
            document.add_paragraph(entry.get("position") or people.degree(entry))
            for text in entry.get("highlights", []):
                document.add_paragraph(f"- {text}")
            document.add_paragraph()
    _bold(document.add_paragraph(), words["skills"].upper())
    document.add_paragraph(", ".join(k for g in person["skills"] for k in g["keywords"]))
    return _saved(document)


def table_only(person: dict[str, Any]) -> bytes:
    """One table of two columns: dates or labels on the left, text on the right."""
    from docx import Document

    document, basics, words = Document(), person["basics"], person["words"]
    table = document.add_table(rows=0, cols=2)

    def row(left: str, right: str, *, bold: bool = False, more: tuple[str, ...] = ()) -> None:
        cells = table.add_row().cells
        (_bold if bold else lambda p, t: p.add_run(t))(cells[0].paragraphs[0], left)
        cells[1].paragraphs[0].add_run(right)
        for text in more:
            cells[1].add_paragraph(text)

    row(basics["name"], basics["email"], bold=True, more=(basics["phone"], basics["place"], *basics["links"]))
    row(words["work"], "", bold=True)
    for job in person["work"]:
        row(people.dates(person, job), job["position"], more=(job["name"], *(f"• {t}" for t in job["highlights"])))
    row(words["education"], "", bold=True)
    for school in person["education"]:
        row(people.dates(person, school), people.degree(school), more=(school["institution"],))
    row(words["skills"], "; ".join(k for g in person["skills"] for k in g["keywords"]), bold=True)
    if person["languages"]:
        row(words["languages"], ", ".join(f"{name} ({level})" for name, level in person["languages"]), bold=True)
    return _saved(document)


def two_columns(person: dict[str, Any]) -> bytes:
    """A table of one row whose two cells are the columns of the page."""
    from docx import Document

    document, basics, words = Document(), person["basics"], person["words"]
    document.add_heading(basics["name"], 0)
    left, right = document.add_table(rows=1, cols=2).rows[0].cells
    _bold(left.paragraphs[0], words["skills"])
    for group in person["skills"]:
        for keyword in group["keywords"]:
            left.add_paragraph(keyword)
    if person["languages"]:
        _bold(left.add_paragraph(), words["languages"])
        for name, level in person["languages"]:
            left.add_paragraph(f"{name}: {level}")
    _bold(left.add_paragraph(), "Contact")
    for part in people.contact(person):
        left.add_paragraph(part)
    _bold(right.paragraphs[0], words["work"])
    for job in person["work"]:
        _bold(right.add_paragraph(), job["position"])
        right.add_paragraph(f"{job['name']} | {people.dates(person, job)}")
        for text in job["highlights"]:
            right.add_paragraph(text, style="List Bullet")
    _bold(right.add_paragraph(), words["education"])
    for school in person["education"]:
        _bold(right.add_paragraph(), people.degree(school))
        right.add_paragraph(f"{school['institution']} | {people.dates(person, school)}")
    return _saved(document)


PAPERS = {
    "Word styles": word_like,
    "Word, bold only": plain_bold,
    "Word, table only": table_only,
    "Word, two columns": two_columns,
}


def to_pdf(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files as LibreOffice prints them, by the same names; empty where LibreOffice is not installed."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, data in files.items():
            (root / f"{name}.docx").write_bytes(data)
        profile = f"-env:UserInstallation=file://{root}/profile"
        inputs = [str(root / f"{name}.docx") for name in files]
        subprocess.run(
            [program, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *inputs],
            capture_output=True,
            timeout=300,
            check=False,
        )
        return {name: (root / f"{name}.pdf").read_bytes() for name in files if (root / f"{name}.pdf").exists()}
