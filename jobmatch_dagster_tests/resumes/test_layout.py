"""Reading order: columns are read one after the other, and single-column pages are never torn apart."""

from __future__ import annotations

from datetime import date

from jobmatch_dagster.resumes.model import Limits
from jobmatch_dagster.resumes.parse import parse_bytes
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)


def read(marks: list[papers.Mark], **options: int):
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
