"""Text that nobody sees does not count, in any format, and the person is told; white on a colour is seen."""

from __future__ import annotations

from datetime import date

import pytest

from jobmatch_dagster.resumes.parse import parse_bytes
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)
SECRET = "Kubernetes Terraform"


WHITE = '<w:color w:val="FFFFFF"/>'
BLUE = '<w:shd w:fill="1F3864"/>'


def paragraph(look: str = "", around: str = "") -> str:
    """A paragraph of Word's with the secret in a run of a look."""
    return f"<w:p><w:pPr>{around}</w:pPr><w:r><w:rPr>{look}</w:rPr><w:t>{SECRET}</w:t></w:r></w:p>"


def table(inside: str, look: str = "") -> str:
    return f"<w:tbl><w:tr><w:tc><w:tcPr>{look}</w:tcPr>{inside}</w:tc></w:tr></w:tbl>"


def read(data: bytes, name: str) -> tuple[str, list[str]]:
    result = parse_bytes(data, name, today=TODAY)
    assert result.status == "parsed", result.reason
    assert result.body is not None
    return result.body, [w for w in result.warnings if "cannot be seen" in w]


def word(more: str) -> bytes:
    return papers.docx("".join(map(papers.paragraph, (*papers.HEAD, *papers.JOBS))) + more)


@pytest.mark.parametrize(
    "hidden",
    [
        paragraph(WHITE),
        paragraph('<w:sz w:val="2"/>'),
        paragraph("<w:vanish/>"),
        table(paragraph('<w:color w:val="FEFEFE"/>')),
    ],
    ids=["white", "tiny", "vanished", "white in a plain table"],
)
def test_hidden_text_in_word_files_is_left_out_and_told(hidden: str) -> None:
    body, told = read(word(hidden), "cv.docx")
    assert "Kubernetes" not in body
    assert told == ["2 words that cannot be seen were left out: text must be visible to count."]


@pytest.mark.parametrize(
    ("mark", "look", "seen"),
    [
        ('<w:rStyle w:val="Gone"/>', "", False),
        ("", '<w:pStyle w:val="Gone"/>', False),
        ('<w:vanish w:val="0"/>', '<w:pStyle w:val="Gone"/>', True),
    ],
    ids=["style of the run", "style of the paragraph", "seen in spite of its style"],
)
def test_text_that_a_style_hides_is_left_out(mark: str, look: str, seen: bool) -> None:
    style = '<w:style w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style></w:styles>'
    sheet = f'<w:styles xmlns:w="{papers.WORD}">{style}'.encode()
    whole = "".join(map(papers.paragraph, (*papers.HEAD, *papers.JOBS))) + paragraph(mark, around=look)
    body, told = read(papers.docx(whole, more={"word/styles.xml": sheet}), "cv.docx")
    assert ("Kubernetes" in body, not told) == (seen, seen)


@pytest.mark.parametrize(
    "shown",
    [
        paragraph(WHITE + BLUE),
        paragraph(WHITE, around=BLUE),
        table(paragraph(WHITE), BLUE),
        f"<w:p><w:r><w:pict><w:txbxContent>{paragraph(WHITE)}</w:txbxContent></w:pict></w:r></w:p>",
        paragraph('<w:color w:val="auto"/>'),
    ],
    ids=["shaded run", "shaded paragraph", "shaded cell", "text box", "automatic"],
)
def test_white_text_on_a_colour_in_word_files_is_read(shown: str) -> None:
    body, told = read(word(shown), "cv.docx")
    assert SECRET in body
    assert told == []


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"color": "#ffffff"}, False),
        ({"fontsize": "1pt"}, False),
        ({"display": "none"}, False),
        ({"color": "#ffffff", "backgroundcolor": "#1f3864"}, True),
    ],
    ids=["white", "tiny", "not displayed", "white on blue"],
)
def test_hidden_text_in_opendocument_files_is_left_out_and_told(given: dict[str, str], seen: bool) -> None:
    from io import BytesIO

    from odf.opendocument import OpenDocumentText
    from odf.style import Style, TextProperties
    from odf.text import P, Span

    document = OpenDocumentText()
    style = Style(name="quiet", family="text")
    style.addElement(TextProperties(**given))
    document.automaticstyles.addElement(style)
    for line in (*papers.HEAD, *papers.JOBS):
        document.text.addElement(P(text=line))
    paragraph = P()
    paragraph.addElement(Span(stylename=style, text=SECRET))
    document.text.addElement(paragraph)
    buffer = BytesIO()
    document.write(buffer)
    body, told = read(buffer.getvalue(), "cv.odt")
    assert ("Kubernetes" in body) is seen
    assert bool(told) is not seen


@pytest.mark.parametrize(
    ("sheet", "attributes", "seen"),
    [
        ("", "style='display:none'", False),
        ("", "style='font-size: 1px'", False),
        ("", "style='color:#FFF'", False),
        ("", "hidden", False),
        (".quiet{visibility:hidden}", "class='note quiet'", False),
        ("", "style='font-size:0.9em;color:#333'", True),
        ("header{background:#1f3864}", "style='color:white'", True),
        ("@media print{.quiet{display:none}}", "class=quiet", True),
    ],
)
def test_hidden_text_in_web_pages_is_left_out_and_told(sheet: str, attributes: str, seen: bool) -> None:
    rows = "".join(f"<p>{line}</p>" for line in (*papers.HEAD, *papers.JOBS))
    page = f"<html><head><style>{sheet}</style></head><body>{rows}<p {attributes}>{SECRET}</p></body></html>"
    body, told = read(page.encode(), "cv.html")
    assert ("Kubernetes" in body) is seen
    assert bool(told) is not seen


def test_a_page_that_a_script_shows_is_read_although_all_of_it_is_hidden() -> None:
    rows = "".join(f"<p>{line}</p>" for line in (*papers.HEAD, *papers.JOBS))
    body, _ = read(f"<html><body><div style='opacity:0'>{rows}</div></body></html>".encode(), "cv.html")
    assert "Quillon Systems" in body
