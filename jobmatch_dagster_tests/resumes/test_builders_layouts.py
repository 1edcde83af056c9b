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


def test_names_of_sections_before_their_first_words_are_headings_where_no_line_is_a_heading() -> None:
    found = read(
        [
            (60, 740, "Experience"),
            (134, 740, "Staff Engineer, Quillon Systems Ltd"),
            (330, 740, "Aug 2024 - Present"),
            (74, 725, "- Led the move of three offices"),
            (60, 710, "Engineer, Pemberley Bank"),
            (200, 710, "Jun 2021 - Jul 2024"),
            (74, 695, "- Built the nightly loads"),
            (60, 665, "Skills"),
            (120, 665, "Rust"),
            (160, 665, "Kafka"),
            (60, 635, "Education"),
            (122, 635, "BSc Mathematics, University of Hull"),
            (320, 635, "2013 - 2017"),
        ]
    )
    assert [(j["position"], j["name"]) for j in found["work"]] == [
        ("Staff Engineer", "Quillon Systems Ltd"),
        ("Engineer", "Pemberley Bank"),
    ]
    assert [s["name"] for s in found["skills"]] == ["Rust", "Kafka"]
    assert [s["institution"] for s in found["education"]] == ["University of Hull"]


def centred(text: str, y: float, middle: float = 297.5) -> papers.Mark:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    bold = text.startswith("**")
    return middle - stringWidth(text.removeprefix("**"), "Helvetica-Bold" if bold else "Helvetica", 10) / 2, y, text


def test_headings_over_the_middle_of_the_page_are_no_column() -> None:
    marks = [
        centred("**Work Experience", 740),
        (40, 725, "**Quillon Systems Ltd"),
        (470, 725, "Mar 2020 - Present"),
        (40, 712, "Data Engineer"),
        centred("**Formal Education", 690),
        (40, 675, "**University of Hull"),
        (490, 675, "2012 - 2015"),
        (40, 662, "Interests"),
        (460, 662, "BSc in Mathematics"),
        centred("**Skills", 640),
        *[centred(text, y, 160) for text, y in (("**Databases", 625), ("SQL, Postgres, DuckDB", 612))],
        *[centred(text, y, 430) for text, y in (("**Tools", 625), ("Airflow, Kafka, Git", 612))],
    ]
    result = parse_bytes(papers.pdf([*HEAD, *marks]), "cv.pdf", today=TODAY)
    assert result.layout == "single"
    assert [(j["position"], j["name"], j["startDate"]) for j in result.resume["work"]] == [
        ("Data Engineer", "Quillon Systems Ltd", "2020-03")
    ]


def test_names_of_sections_flush_with_their_text_are_no_column_of_their_own() -> None:
    def label(text: str, y: float) -> papers.Mark:
        from reportlab.pdfbase.pdfmetrics import stringWidth

        return 160 - stringWidth(text, "Helvetica", 10), y, text

    result = parse_bytes(
        papers.pdf(
            [
                *papers.column(papers.HEAD, 175, 800),
                label("Europass", 800),
                label("Employment History", 740),
                (175, 740, "**Quillon Systems Ltd"),
                (440, 740, "Mar 2020 - Present"),
                (175, 725, "Data Engineer"),
                label("Academic Background", 700),
                (175, 700, "**University of Hull"),
                (460, 700, "2012 - 2015"),
                (175, 685, "BSc Mathematics"),
                label("Technical Skills", 660),
                (175, 660, "**Languages"),
                (175, 645, "C, Rust, Python"),
                (175, 630, "**Hardware"),
                (175, 615, "SPI, Bluetooth"),
            ]
        ),
        "cv.pdf",
        today=TODAY,
    )
    assert result.layout == "single"
    assert [(j["position"], j["name"]) for j in result.resume["work"]] == [("Data Engineer", "Quillon Systems Ltd")]
    assert [s["institution"] for s in result.resume["education"]] == ["University of Hull"]


def test_names_of_lists_that_are_only_bold_are_their_groups() -> None:
    data = drawn(
        [
            (HEAD, 10),
            ([(60, 740, "**Skills")], 14),
            (
                [(60, 720, "**Databases"), (116, 720, "Postgres, DuckDB"), (60, 706, "**Tools"), (92, 706, "Airflow")],
                10,
            ),
        ]
    )
    skills = parse_bytes(data, "cv.pdf", today=TODAY).resume["skills"]
    assert [(s["name"], s["keywords"]) for s in skills] == [
        ("Databases", ["Postgres", "DuckDB"]),
        ("Tools", ["Airflow"]),
    ]


def test_a_heading_of_two_words_is_whole_although_text_begins_under_its_second_word() -> None:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    x = 60 + stringWidth("Languages ", "Helvetica-Bold", 10)
    marks = [(60, 740, "**Languages spoken"), *papers.column(["French (C1)", "Welsh (A2)", "Irish (A1)"], x, 725)]
    assert [t["language"] for t in read(marks)["languages"]] == ["French", "Welsh", "Irish"]


def test_a_list_beside_its_name_goes_on_under_itself() -> None:
    skills = read(
        [
            (60, 740, "**Skills"),
            (60, 720, "Databases:"),
            (160, 720, "Postgres, DuckDB, Event"),
            (160, 706, "Stores, Redis"),
            (60, 692, "Tools:"),
            (160, 692, "Airflow, and Kafka"),
        ]
    )["skills"]
    assert [(s["name"], s["keywords"]) for s in skills] == [
        ("Databases", ["Postgres", "DuckDB", "Event Stores", "Redis"]),
        ("Tools", ["Airflow", "Kafka"]),
    ]


def test_what_announces_the_end_of_a_school_is_no_field_of_study() -> None:
    school = read(
        [
            (60, 740, "**Education"),
            (60, 720, "**University of Hull"),
            (400, 720, "Expected Graduation: June 2026"),
            (60, 706, "Bachelor of Arts, Business Administration"),
        ]
    )["education"][0]
    assert (school["studyType"], school["area"], school["endDate"]) == (
        "Bachelor of Arts",
        "Business Administration",
        "2026-06",
    )
