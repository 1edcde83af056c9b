"""What résumé builders and browsers print: drawn list marks, smaller headings in a sidebar, dates over their entry."""

from __future__ import annotations

from datetime import date
from typing import Any

from jobmatch_dagster.resumes.parse import parse_bytes
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)
HEAD = papers.column(papers.HEAD, top=800)


def read(marks: list[papers.Mark]) -> dict[str, Any]:
    result = parse_bytes(papers.pdf([*HEAD, *marks]), "cv.pdf", today=TODAY)
    assert result.resume is not None, result.reason
    return result.resume


def drawn(parts: list[tuple[list[papers.Mark], float]]) -> bytes:
    """A PDF of parts that have a size each."""
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    for marks, size in parts:
        for x, y, what in marks:
            canvas.setFont("Helvetica-Bold" if what.startswith("**") else "Helvetica", size)
            canvas.drawString(x, y, what.removeprefix("**"))
    canvas.save()
    return buffer.getvalue()


def test_text_set_in_from_its_head_is_a_list_although_its_marks_are_drawn() -> None:
    job = read(
        [
            (60, 740, "**Experience"),
            (60, 720, "**Data Engineer"),
            (460, 720, "Mar 2020 - Present"),
            (60, 708, "Quillon Systems Ltd"),
            (75, 696, "Moved the nightly loads of eleven offices to Airflow and wrote down how it is done"),
            (75, 684, "so that others can do it"),
            (75, 672, "Halved the time of restores"),
        ]
    )["work"][0]
    assert job["highlights"] == [
        "Moved the nightly loads of eleven offices to Airflow and wrote down how it is done so that others can do it",
        "Halved the time of restores",
    ]
    assert not job.get("summary")


def test_dates_over_each_entry_belong_to_what_stands_under_them() -> None:
    rows = ["**Education", "[ 10/2011 - 03/2014 ]", "**Master of Science Physics", "University of Hull"]
    rows += ["[ 10/2008 - 09/2011 ]", "**Bachelor of Science Physics", "Derby College"]
    tops = [740, 715, 703, 691, 667, 655, 643]
    schools = read([(60, y, row) for y, row in zip(tops, rows, strict=True)])["education"]
    assert [(s["institution"], s["startDate"], s["endDate"]) for s in schools] == [
        ("University of Hull", "2011-10", "2014-03"),
        ("Derby College", "2008-10", "2011-09"),
    ]


def test_a_sidebar_whose_headings_are_smaller_than_the_others_is_a_column() -> None:
    side = papers.column(
        ["**Skills", "SQL", "Rust", "Airflow", "Kafka", "", "**Languages", "English", "French"], 20, 700
    )
    main = papers.column(["**Experience", "**Education"], 200, 700, 90)
    job = papers.column(["Data Engineer", "Quillon Systems Ltd", "Mar 2020 - Present", "Moved loads"], 200, 682, 14)
    school = papers.column(["University of Hull", "BSc Mathematics, 2012 - 2015", "First class"], 200, 592, 14)
    heads = [mark for mark in side if mark[2].startswith("**")]
    plain = [mark for mark in side if not mark[2].startswith("**")]
    data = drawn([(HEAD, 9), (plain, 9), (heads, 10.5), (main, 14), ([*job, *school], 9)])
    result = parse_bytes(data, "cv.pdf", today=TODAY)
    assert result.layout == "columns"
    assert [s["name"] for s in result.resume["skills"]] == ["SQL", "Rust", "Airflow", "Kafka"]
    assert [(j["position"], j["name"]) for j in result.resume["work"]] == [("Data Engineer", "Quillon Systems Ltd")]


def test_a_name_that_is_broken_beside_a_rail_of_dates_goes_on_under_itself() -> None:
    school = read(
        [
            (60, 740, "**Education"),
            (60, 720, "2011 - 2014"),
            (300, 720, "Master of Engineering Electrical"),
            (300, 708, "Engineering"),
            (300, 690, "Oregon Coast Institute of Technology"),
        ]
    )["education"][0]
    assert (school["area"], school["institution"]) == (
        "Electrical Engineering",
        "Oregon Coast Institute of Technology",
    )


def test_dates_that_a_tab_left_no_room_for_and_headings_set_wide_are_read() -> None:
    found = read(
        [
            (60, 740, "**EXPERIENCE"),
            (60, 720, "**Graphic Designer"),
            (60, 708, "Studio Kyma2015 - 2019"),
            (60, 680, "**KEY"),
            (94, 680, "**SKILLS"),
            (60, 660, "Figma, Typography"),
        ]
    )
    assert [(j["name"], j["startDate"], j["endDate"]) for j in found["work"]] == [("Studio Kyma", "2015", "2019")]
    assert [s["name"] for s in found["skills"]] == ["Figma", "Typography"]


def test_an_address_under_a_job_is_its_address_and_no_text() -> None:
    rows = ["**Experience", "**Data Engineer", "Quillon Systems Ltd", "Mar 2020 - Present", "https://quillon.example/"]
    job = read(papers.column(rows, top=740))["work"][0]
    assert (job["url"], job.get("summary")) == ("https://quillon.example/", None)


def test_a_range_of_dates_that_is_broken_over_the_page_is_one() -> None:
    from jobmatch_dagster.resumes.model import Cell, Line
    from jobmatch_dagster.resumes.segments import segment

    head = Line([Cell("Derby College | 10/2008 –", 60, 300, size=10)], page=0, gap=0.2)
    rest = Line([Cell("09/2011", 60, 100, size=10)], page=1)
    ((lines, _),) = segment([head, rest])
    assert [line.text for line in lines] == ["Derby College | 10/2008 – 09/2011"]


def test_pictures_of_letters_and_telephones_part_the_details_of_contact() -> None:
    text = "Odile Marchetti\n✉ odile@example.com ☎ +44 20 7946 0321 ⌂ Leeds, United Kingdom\n\nSkills\nSQL, Rust"
    resume = parse_bytes(text.encode(), "cv.txt", today=TODAY).resume
    assert resume is not None
    assert resume["basics"]["location"]["city"] == "Leeds"


def test_names_of_lists_beside_them_are_groups_and_programming_languages_are_skills() -> None:
    found = read(
        [
            (60, 740, "**Skills"),
            (60, 720, "Databases"),
            (200, 720, "Postgres, DuckDB"),
            (60, 706, "Platforms"),
            (200, 706, "Linux, Kubernetes"),
            (60, 680, "**Languages"),
            (60, 660, "C, C++, Rust"),
        ]
    )
    assert [(s["name"], s["keywords"]) for s in found["skills"][:2]] == [
        ("Databases", ["Postgres", "DuckDB"]),
        ("Platforms", ["Linux", "Kubernetes"]),
    ]
    assert [s["name"] for s in found["skills"][2:]] == ["C", "C++", "Rust"]
    assert found["languages"] == []
