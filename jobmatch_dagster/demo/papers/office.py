"""Résumés as word processor files: DOCX with paragraphs, DOCX that is all tables, ODT. The same bytes each time."""

from __future__ import annotations

import zipfile
from datetime import datetime
from io import BytesIO
from typing import Any

from jobmatch_dagster.demo.papers import content
from jobmatch_dagster.demo.papers.content import Content
from jobmatch_dagster.demo.people import Person

WRITTEN = datetime(2026, 3, 1, 9, 0)  # the files' own date, so that their bytes do not change


def _same_bytes(archive: bytes) -> bytes:
    """The zip archive with every member dated ``WRITTEN``, in the order and with the compression it had."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w") as new:
        for member in old.infolist():
            info = zipfile.ZipInfo(member.filename, WRITTEN.timetuple()[:6])
            info.compress_type = member.compress_type
            info.create_system = 0
            new.writestr(info, old.read(member))
    return buffer.getvalue()


def _new_document(words: Content) -> Any:
    from docx import Document

    document = Document()
    properties = document.core_properties
    properties.author, properties.title = words.name, words.name
    properties.created = properties.modified = WRITTEN
    return document


def _saved(document: Any) -> bytes:
    buffer = BytesIO()
    document.save(buffer)
    return _same_bytes(buffer.getvalue())


def _link(paragraph: Any, shown: str, address: str) -> None:
    """A hyperlink whose address stands only in the relationships of the file."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run, words = OxmlElement("w:r"), OxmlElement("w:t")
    words.text = shown
    run.append(words)
    link.append(run)
    paragraph._p.append(link)


def docx_plain(person: Person) -> bytes:
    """Headings, paragraphs and bullets; the contact stands in the page header, where naive readers miss it."""
    words = content.of(person)
    document = _new_document(words)
    document.sections[0].header.paragraphs[0].text = " | ".join(words.contact)
    document.add_heading(words.name, 0)
    document.add_paragraph(words.label)
    links = document.add_paragraph()
    for shown, address in words.links:
        _link(links, f"{shown} ", address)
    document.add_heading(words.headings["summary"], 1)
    document.add_paragraph(words.summary)
    document.add_heading(words.headings["work"], 1)
    for entry in words.entries:
        document.add_paragraph().add_run(entry.title).bold = True
        document.add_paragraph(f"{entry.place}\t{entry.dates}")
        for item in entry.bullets:
            document.add_paragraph(item, style="List Bullet")
    document.add_heading(words.headings["education"], 1)
    for school in words.schools:
        document.add_paragraph().add_run(school.title).bold = True
        document.add_paragraph(f"{school.place}\t{school.dates}")
    for name, items in (("skills", words.skills), ("languages", words.languages), ("certificates", words.certificates)):
        if items:
            document.add_heading(words.headings[name], 1)
            document.add_paragraph(", ".join(items))
    return _saved(document)


def docx_tables(person: Person) -> bytes:
    """Everything in tables: headings on the left, contents on the right, a nested table for the jobs."""
    words = content.of(person)
    document = _new_document(words)
    head = document.add_table(rows=1, cols=2)
    head.cell(0, 0).text = f"{words.name}\n{words.label}"
    head.cell(0, 1).text = "\n".join([*words.contact, *(address for _, address in words.links)])
    body = document.add_table(rows=0, cols=2)

    def row(heading: str, text: str) -> Any:
        cells = body.add_row().cells
        cells[0].text, cells[1].text = heading, text
        return cells[1]

    row(words.headings["summary"], words.summary)
    jobs = row(words.headings["work"], "").add_table(rows=0, cols=2)
    for entry in words.entries:
        cells = jobs.add_row().cells
        cells[0].text = entry.dates
        cells[1].text = "\n".join([entry.title, entry.place, *(f"• {item}" for item in entry.bullets)])
    for school in words.schools:
        row(words.headings["education"], f"{school.title}\n{school.place}\n{school.dates}")
    for name, items in (("skills", words.skills), ("languages", words.languages), ("certificates", words.certificates)):
        if items:
            row(words.headings[name], "\n".join(items))
    return _saved(document)


def odt(person: Person) -> bytes:
    """OpenDocument text with headings and lists."""
    from odf.opendocument import OpenDocumentText
    from odf.text import H, List, ListItem, P

    # odfpy declares namespaces as it meets them, once a process: after one throw-away file it knows them all.
    OpenDocumentText().write(BytesIO())
    words = content.of(person)
    document = OpenDocumentText()
    body = document.text

    def line(text: str) -> None:
        body.addElement(P(text=text))

    def heading(text: str, level: int = 2) -> None:
        body.addElement(H(outlinelevel=level, text=text))

    def bullets(items: tuple[str, ...]) -> None:
        listing = List()
        for item in items:
            entry = ListItem()
            entry.addElement(P(text=item))
            listing.addElement(entry)
        body.addElement(listing)

    heading(words.name, 1)
    for text in (words.label, " | ".join(words.contact), *(address for _, address in words.links)):
        line(text)
    heading(words.headings["summary"])
    line(words.summary)
    heading(words.headings["work"])
    for entry in words.entries:
        line(entry.title)
        line(f"{entry.place} | {entry.dates}")
        bullets(entry.bullets)
    heading(words.headings["education"])
    for school in words.schools:
        line(school.title)
        line(f"{school.place} | {school.dates}")
    for name, items in (("skills", words.skills), ("languages", words.languages), ("certificates", words.certificates)):
        if items:
            heading(words.headings[name])
            bullets(items)
    buffer = BytesIO()
    document.write(buffer)
    return _same_bytes(buffer.getvalue())
