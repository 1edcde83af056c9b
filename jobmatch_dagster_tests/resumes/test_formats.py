"""DOCX, ODT, RTF, HTML and Markdown: nothing that a person sees is lost, nothing hidden is taken."""

from __future__ import annotations

from datetime import date

import pytest

from jobmatch_dagster.resumes import formats
from jobmatch_dagster.resumes.model import Limits
from jobmatch_dagster.resumes.parse import parse_bytes
from jobmatch_dagster.resumes.status import Refused
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)


def lines(data: bytes, name: str) -> list[str]:
    return [line.text for line in formats.read(formats.sniff(data, name), data, Limits()).lines]


def test_word_tables_text_boxes_and_content_controls_are_read() -> None:
    p = papers.paragraph
    body = (
        f"<w:tbl><w:tr><w:tc>{p('In a cell')}</w:tc><w:tc>{p('2019')}</w:tc></w:tr></w:tbl>"
        f"<w:p><w:r><w:pict><w:txbxContent>{p('In a box')}</w:txbxContent></w:pict></w:r></w:p>"
        f"<w:sdt><w:sdtContent>{p('In a control')}</w:sdtContent></w:sdt>"
    )
    assert lines(papers.docx(body), "cv.docx") == ["In a cell\t2019", "In a box", "In a control"]


def test_tracked_changes_are_read_as_accepted_and_hidden_text_is_left() -> None:
    body = (
        "<w:p><w:r><w:t>Kept </w:t></w:r><w:ins><w:r><w:t>added</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>removed</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>"
    )
    assert lines(papers.docx(body), "cv.docx") == ["Kept added"]


def test_word_headers_and_links_are_read_and_external_parts_are_not() -> None:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" Type="x/header" Target="header1.xml"/>'
        b'<Relationship Id="r2" Type="x/header" Target="http://127.0.0.1:9/header.xml" TargetMode="External"/>'
        b'<Relationship Id="r3" Type="x/hyperlink" Target="https://github.com/odile" TargetMode="External"/>'
        b"</Relationships>"
    )
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    header = f'<w:hdr xmlns:w="{word}">{papers.paragraph("Odile Marchetti")}</w:hdr>'.encode()
    body = f'<w:p><w:hyperlink xmlns:r="{office}" r:id="r3"><w:r><w:t>my code</w:t></w:r></w:hyperlink></w:p>'
    data = papers.docx(body, more={"word/_rels/document.xml.rels": relations, "word/header1.xml": header})
    document = formats.read("docx", data, Limits())
    assert [line.text for line in document.lines] == ["Odile Marchetti", "my code"]
    assert document.links == ["https://github.com/odile"]


def _sheet(last: str, *, filler: int) -> bytes:
    """A style sheet of much that is not used, with one style at its end."""
    unused = "".join(f'<w:style w:styleId="U{n}"><w:name w:val="unused {n}"/></w:style>' for n in range(filler))
    return f'<w:styles xmlns:w="{papers.WORD}">{unused}{last}</w:styles>'.encode()


@pytest.mark.parametrize("filler", [0, 2_000])
def test_a_style_at_the_end_of_a_long_sheet_is_found(filler: int) -> None:
    style = '<w:style w:type="paragraph" w:styleId="Big"><w:rPr><w:sz w:val="40"/><w:b/></w:rPr></w:style>'
    body = '<w:p><w:pPr><w:pStyle w:val="Big"/></w:pPr><w:r><w:t>Imogen Thackeray</w:t></w:r></w:p>'
    data = papers.docx(body, more={"word/styles.xml": _sheet(style, filler=filler)})
    (line,) = formats.read("docx", data, Limits()).lines
    assert (line.size, line.bold) == (20.0, True)


def test_a_style_sheet_is_unpacked_as_far_as_it_is_used_and_no_further() -> None:
    style = '<w:style w:styleId="Name"><w:rPr><w:b/></w:rPr></w:style>'
    body = '<w:p><w:pPr><w:pStyle w:val="Name"/></w:pPr><w:r><w:t>Imogen Thackeray</w:t></w:r></w:p>'
    sheet = _sheet("", filler=0).replace(b"</w:styles>", style.encode() + b" " * 30_000_000)
    (line,) = formats.read("docx", papers.docx(body, more={"word/styles.xml": sheet}), Limits()).lines
    assert line.bold
    unused = body.replace('w:val="Name"', 'w:val="Other"')
    with pytest.raises(Refused) as refused:
        formats.read("docx", papers.docx(unused, more={"word/styles.xml": sheet}), Limits())
    assert refused.value.status == "malicious"


def test_every_text_that_python_docx_sees_is_read() -> None:
    from io import BytesIO

    from docx import Document

    document = Document()
    document.add_heading("Odile Marchetti", 0)
    document.add_paragraph("Moved nightly loads", style="List Bullet")
    cell = document.add_table(1, 1).rows[0].cells[0]
    cell.add_paragraph("In a cell")
    buffer = BytesIO()
    document.save(buffer)
    data = buffer.getvalue()
    seen = [b.text for b in Document(BytesIO(data)).paragraphs if b.text] + ["In a cell"]
    assert set(seen) <= set(lines(data, "cv.docx"))


def test_opendocument_lists_tables_and_links_are_read() -> None:
    from io import BytesIO

    from odf.opendocument import OpenDocumentText
    from odf.text import A, H, List, ListItem, P

    document = OpenDocumentText()
    document.text.addElement(H(outlinelevel=1, text="Experience"))
    item = ListItem()
    item.addElement(P(text="Moved nightly loads"))
    listed = List()
    listed.addElement(item)
    document.text.addElement(listed)
    paragraph = P()
    paragraph.addElement(A(href="https://github.com/odile", text="code"))
    document.text.addElement(paragraph)
    buffer = BytesIO()
    document.write(buffer)
    read = formats.read(formats.sniff(buffer.getvalue(), "cv.odt"), buffer.getvalue(), Limits())
    assert [(line.text, line.bullet) for line in read.lines] == [
        ("Experience", False),
        ("Moved nightly loads", True),
        ("code", False),
    ]
    assert read.links == ["https://github.com/odile"]


def test_html_scripts_and_styles_are_no_text() -> None:
    page = (
        b"<html><head><style>a{}</style></head><body><script>steal()</script>"
        b"<h2>Skills</h2><ul><li>SQL</li></ul></body></html>"
    )
    assert lines(page, "cv.html") == ["Skills", "SQL"]


def test_rtf_is_read() -> None:
    rows = r"\par ".join([*papers.HEAD, *papers.JOBS])
    result = parse_bytes((r"{\rtf1\ansi " + rows + "}").encode(), "cv.rtf", today=TODAY)
    assert result.resume["basics"]["name"] == "Odile Marchetti"
    assert len(result.resume["work"]) == 2


def test_text_of_an_older_code_page_is_read() -> None:
    data = "\n".join(
        ["Jürgen Weißmüller", "j@example.de", "", "BERUFSERFAHRUNG", "Schweißer, Brandt & Söhne GmbH", "2010 - 2012"]
    ).encode("cp1252")
    assert parse_bytes(data, "cv.txt", today=TODAY).resume["basics"]["name"] == "Jürgen Weißmüller"


def test_the_kind_is_told_by_the_content_not_by_the_name() -> None:
    assert formats.sniff(papers.pdf(papers.column(papers.HEAD)), "cv.docx") == "pdf"
    assert formats.sniff(papers.docx(papers.paragraph("x")), "cv.pdf") == "docx"
