"""Reading order: columns are read one after the other, and single-column pages are never torn apart."""

from __future__ import annotations

from datetime import date
from typing import Any

from jobmatch_dagster.resumes.model import Limits
from jobmatch_dagster.resumes.parse import parse_bytes
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)


def read(marks: list[papers.Mark], **options: Any):
    result = parse_bytes(papers.pdf(marks, **options), "cv.pdf", limits=Limits(), today=TODAY)
    assert result.status == "parsed"
    return result


def test_two_columns_written_row_by_row_are_read_column_by_column() -> None:
    left = papers.column(["**Experience", "**Nurse", "Sandhill Hospital", "2018 - 2021", "Cared for the ward"], 40, 700)
    right = papers.column(["**Skills", "Triage", "Wound care", "**Education", "BSc Nursing, Derby College"], 330, 700)
    rows = [mark for pair in zip(left, right, strict=True) for mark in pair]
    result = read([(40, 780, "**Petra Lindqvist"), (40, 760, "petra@example.com"), *rows])
    assert result.layout == "columns"
    assert result.body is not None
    assert "Sandhill Hospital\n2018 - 2021" in result.body
    assert "Triage\nWound care" in result.body


def test_dates_on_the_right_margin_are_no_column() -> None:
    marks = papers.column([*papers.HEAD, "**Experience"], 60)
    for n in range(5):
        y = 700 - 45 * n
        marks += [(60, y, f"**Engineer {n}"), (460, y, f"{2010 + n} - {2011 + n}"), (60, y - 15, "Quillon Systems Ltd")]
        marks += [(460, y - 15, "Leeds, UK"), (60, y - 30, "- Built things that still stand")]
    assert read(marks).layout == "single"


def test_names_of_sections_on_the_left_margin_are_headings_and_no_column() -> None:
    marks = [*papers.column(papers.HEAD, 60), (60, 700, "**Experience"), (200, 700, "**Engineer, Quillon Systems Ltd")]
    marks += [
        (440, 700, "2019 - 2023"),
        (200, 685, "- Built things"),
        (60, 650, "**Skills"),
        (200, 650, "Rust, Go, SQL"),
    ]
    result = read(marks)
    assert result.layout == "single"
    assert result.resume["work"][0]["position"] == "Engineer"
    assert [s["name"] for s in result.resume["skills"]] == ["Rust", "Go", "SQL"]


def test_wide_set_letters_are_words() -> None:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    look = canvas.beginText(60, 780)
    look.setFont("Helvetica-Bold", 20)
    look.setCharSpace(6)
    look.textOut("ODILE MARCHETTI")
    canvas.drawText(look)
    canvas.setFont("Helvetica", 10)
    for n, line in enumerate([*papers.HEAD[1:], *papers.JOBS]):
        canvas.drawString(60, 740 - 15 * n, line)
    canvas.save()
    result = parse_bytes(buffer.getvalue(), "cv.pdf", today=TODAY)
    assert result.resume["basics"]["name"] == "ODILE MARCHETTI"


def test_words_without_spaces_in_the_file_are_parted_by_their_gaps() -> None:
    from io import BytesIO

    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    canvas.setFont("Helvetica", 10)
    for n, line in enumerate([*papers.HEAD, *papers.JOBS]):
        x = 60.0
        for word in line.split():
            canvas.drawString(x, 780 - 15 * n, word)
            x += stringWidth(word, "Helvetica", 10) + 2.2
    canvas.save()
    result = parse_bytes(buffer.getvalue(), "cv.pdf", today=TODAY)
    assert "Moved nightly loads to Airflow" in result.body


def test_a_column_goes_on_over_the_page_without_its_neighbour_in_between() -> None:
    left = papers.column(["**Skills", "Triage", "Wound care", "Telemetry", "**Languages", "English", "Polish"], 40, 700)
    right = papers.column(
        ["**Experience", "**Nurse", "Sandhill Hospital", "2018 - 2021", "Cared for the ward"], 240, 700
    )
    result = read([(40, 780, "**Petra Lindqvist"), *left, *right], pages=2)
    assert result.body.index("Sandhill") > result.body.rindex("Telemetry")


def test_text_that_meets_its_neighbour_without_a_gap_is_parted_at_the_pages_edge() -> None:
    marks = papers.column([*papers.HEAD, "**Experience"], 60)
    for n, title in enumerate(("**Engineer", "**Analyst", "**Teacher")):
        y = 700 - 60 * n
        marks += [(60, y, f"September 201{n} - April 201{n + 2}"), (193, y, title)]
        marks += [(193, y - 15, "Quillon Systems Ltd"), (193, y - 30, "- Built things that still stand")]
    found = read(marks).resume["work"]
    assert [(j["position"], j["startDate"], j["endDate"]) for j in found] == [
        ("Engineer", "2010-09", "2012-04"),
        ("Analyst", "2011-09", "2013-04"),
        ("Teacher", "2012-09", "2014-04"),
    ]


def test_dates_broken_over_two_lines_beside_a_name_are_one_range() -> None:
    marks = [*papers.column(papers.HEAD, 60), (60, 720, "**Experience")]
    marks += [
        (60, 700, "**Quillon Systems"),
        (430, 700, "September 2019 –"),
        (60, 685, "Engineer"),
        (430, 685, "Present"),
    ]
    marks += [(430, 670, "Leeds, UK"), (60, 655, "- Built things that still stand")]
    job = read(marks).resume["work"][0]
    assert (job["position"], job["name"], job["startDate"], job["endDate"]) == (
        "Engineer",
        "Quillon Systems",
        "2019-09",
        None,
    )


def test_labels_inside_a_section_do_not_tear_a_page_with_centred_headings_apart() -> None:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    canvas.setFont("Helvetica", 10)
    for x, y, text in papers.column(papers.HEAD, 60):
        canvas.drawString(x, y, text)
    for title, y in (("EDUCATION", 700), ("TECHNICAL SKILLS", 600)):
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawCentredString(297, y, title)
    canvas.setFont("Helvetica-Bold", 10)
    for x, y, text in (
        (60, 680, "University of Hull"),
        (60, 640, "Derby College"),
        (60, 575, "Languages"),
        (300, 575, "Tools"),
    ):
        canvas.drawString(x, y, text)
    canvas.setFont("Helvetica", 10)
    for x, y, text in ((60, 665, "Mathematics"), (60, 625, "Physics"), (60, 560, "C, Rust"), (300, 560, "Git, Make")):
        canvas.drawString(x, y, text)
    for y, text in ((680, "2010 - 2013"), (665, "BSc"), (640, "2008 - 2010"), (625, "A-levels")):
        canvas.drawRightString(535, y, text)
    canvas.save()
    result = parse_bytes(buffer.getvalue(), "cv.pdf", today=TODAY)
    assert result.layout == "single"
    assert [s["institution"] for s in result.resume["education"]] == ["University of Hull", "Derby College"]
    assert [(s["name"], s["keywords"]) for s in result.resume["skills"]] == [
        ("Languages", ["C", "Rust"]),
        ("Tools", ["Git", "Make"]),
    ]


def test_a_page_that_its_witness_contradicts_is_read_by_the_reference_too(monkeypatch) -> None:
    from jobmatch_dagster.resumes.formats.witness import Witness

    asked = []
    monkeypatch.setattr(Witness, "reference_text", lambda self, number: asked.append(number))
    data = papers.pdf(papers.column([*papers.HEAD, *papers.JOBS]))
    parse_bytes(data, "cv.pdf", today=TODAY)
    assert asked == []
    witness = Witness(data)
    told = witness.characters(0)
    assert told is not None
    letters = [ord(c) for c in "".join([*papers.HEAD, *papers.JOBS]) if c.isalnum()]
    assert witness.agrees(0, letters)
    assert not witness.agrees(0, letters[:-20])
    monkeypatch.setattr(Witness, "agrees", lambda *_: False)
    parse_bytes(data, "cv.pdf", today=TODAY)
    assert asked == [0]
