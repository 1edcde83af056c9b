"""Jobs, schools, contact details and the rest of the profile, in several languages and forms."""

from __future__ import annotations

from datetime import date

import pytest

from jobmatch_dagster.resumes.parse import parse_bytes
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)


def profile(*lines: str):
    result = parse_bytes("\n".join(lines).encode(), "cv.txt", today=TODAY)
    assert result.status == "parsed", result.reason
    return result


def jobs(*lines: str) -> list[tuple]:
    found = profile("Odile Marchetti", "odile@example.com", "", "EXPERIENCE", *lines).resume["work"]
    return [(j["position"], j["name"], j["startDate"], j["endDate"]) for j in found]


@pytest.mark.parametrize(
    "lines",
    [
        ("Data Engineer, Quillon Systems Ltd", "Mar 2020 - Present", "- loads"),
        ("Quillon Systems Ltd\tMar 2020 - Present", "Data Engineer", "- loads"),
        ("Mar 2020 - Present", "Data Engineer | Quillon Systems Ltd", "- loads"),
        ("Data Engineer at Quillon Systems Ltd (Mar 2020 – Present)", "- loads"),
        ("Mar 2020 - Present", "- Data Engineer, Quillon Systems Ltd", "- loads"),
        ("Quillon Systems Ltd — Data Engineer", "03/2020 – Present · Leeds, UK", "- loads"),
    ],
)
def test_a_job_is_read_in_whatever_order_its_head_is_written(lines: tuple[str, ...]) -> None:
    assert jobs(*lines) == [("Data Engineer", "Quillon Systems Ltd", "2020-03", None)]


def test_several_roles_under_one_employer_each_have_it() -> None:
    found = jobs(
        "Quillon Systems Ltd\tLeeds, UK", "Lead Engineer\tJan 2021 - Present", "- led",
        "Software Engineer\tMar 2018 - Dec 2020", "- wrote",
    )  # fmt: skip
    assert [(f[0], f[1]) for f in found] == [
        ("Lead Engineer", "Quillon Systems Ltd"),
        ("Software Engineer", "Quillon Systems Ltd"),
    ]


def test_a_title_with_white_space_under_it_begins_its_job_as_the_first_one_does() -> None:
    listed = ("- grilled", "- cleaned", "- counted", "- ordered", "- served", "- tasted")
    found = jobs(
        "Line Cook", "", "Quillon Bistro, Leeds | May 2024 - Present", "", *listed, "",
        "Kitchen Hand", "", "Pemberley Inn, York | Jan 2022 - Feb 2024", "", *listed,
    )  # fmt: skip
    assert found == [
        ("Line Cook", "Quillon Bistro", "2024-05", None),
        ("Kitchen Hand", "Pemberley Inn", "2022-01", "2024-02"),
    ]


def test_a_counsel_is_a_title_and_no_employer() -> None:
    found = jobs(
        "Quillon Legal, London", "Senior Legal Counsel", "Feb 2023 - Present", "- settled", "",
        "Legal Counsel", "Jan 2020 - Feb 2023", "- advised",
    )  # fmt: skip
    assert [f[:2] for f in found] == [("Senior Legal Counsel", "Quillon Legal"), ("Legal Counsel", "Quillon Legal")]


def test_an_ambiguous_head_follows_the_order_of_its_neighbours() -> None:
    found = jobs(
        "Pemberley Bank | Data Analyst | 2018 - 2020", "- a", "Orangerie | Sommelier Guild | 2016 - 2018", "- b",
        "Quillon Systems Ltd | Software Engineer | 2014 - 2016", "- c",
    )  # fmt: skip
    assert found[0][1] == "Pemberley Bank"
    assert found[2][:2] == ("Software Engineer", "Quillon Systems Ltd")


def test_overlapping_jobs_count_once() -> None:
    result = profile(
        "Odile Marchetti", "", "EXPERIENCE", "Engineer, Quillon Systems Ltd", "Jan 2020 - Dec 2023", "- a",
        "Teacher, Derby College", "Jan 2022 - Dec 2024", "- b",
    )  # fmt: skip
    assert result.experience_years == 5.0


@pytest.mark.parametrize(
    ("heading", "title", "company", "dates", "start", "end"),
    [
        ("BERUFSERFAHRUNG", "Maschinenbauingenieur", "Hohenfels GmbH", "seit 03/2019", "2019-03", None),
        (
            "EXPÉRIENCE PROFESSIONNELLE",
            "Infirmière",
            "Clinique des Tilleuls",
            "février 2015 – août 2019",
            "2015-02",
            "2019-08",
        ),
        ("EXPERIENCIA LABORAL", "Cocinera", "Hotel Puerta del Mar", "mayo de 2013 – actualidad", "2013-05", None),
        ("ESPERIENZA LAVORATIVA", "Saldatore", "Officine Riva S.r.l.", "gennaio 2011 – oggi", "2011-01", None),
        ("WERKERVARING", "Verpleegkundige", "Ziekenhuis De Linde", "maart 2012 – mei 2016", "2012-03", "2016-05"),
        ("DOŚWIADCZENIE ZAWODOWE", "Programistka", "Bank Podgórski", "październik 2015 – obecnie", "2015-10", None),
        ("EXPERIÊNCIA PROFISSIONAL", "Analista de dados", "Varejo Ipê Ltda", "ago 2020 – atual", "2020-08", None),
    ],
)
def test_headings_dates_and_titles_of_each_language(
    heading: str, title: str, company: str, dates: str, start: str, end: str | None
) -> None:
    found = profile("Odile Marchetti", "o@example.com", "", heading, f"{title}, {company}", dates, "- x y z").resume[
        "work"
    ]
    assert [(j["position"], j["name"], j["startDate"], j["endDate"]) for j in found] == [(title, company, start, end)]


@pytest.mark.parametrize(
    "name",
    ["Etta", "Ελένη Παπαδάκη", "María del Carmen Ibáñez Soto", "Sjoerd van der Meulen", "田中 花子", "Rosa Cook"],
)
def test_names_of_one_word_many_words_and_other_scripts(name: str) -> None:
    assert profile(name, "someone@example.com | +44 20 7946 0321", "", *papers.JOBS).resume["basics"]["name"] == name


def test_a_documents_title_is_not_the_person() -> None:
    assert (
        profile("Curriculum Vitae", "Odile Marchetti", "odile.marchetti@example.com", "", *papers.JOBS).resume[
            "basics"
        ]["name"]
        == "Odile Marchetti"
    )


@pytest.mark.parametrize(
    ("written", "place", "number"),
    [
        ("(216) 555-0147", "Cleveland, OH", "+12165550147"),
        ("0221 5550198", "50667 Köln", "+492215550198"),
        ("+33 1 55 55 01 42", "Lyon, France", "+33155550142"),
        ("0048 12 555 01 21", "Kraków, Polska", "+48125550121"),
    ],
)
def test_phone_numbers_are_e164_with_the_country_of_the_place(written: str, place: str, number: str) -> None:
    found = profile("Odile Marchetti", f"odile@example.com | {written} | {place}", "", *papers.JOBS).resume["basics"]
    assert found["phone"] == number


def test_links_behind_the_text_become_profiles() -> None:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    for n, line in enumerate([*papers.HEAD, "LinkedIn", *papers.JOBS]):
        canvas.drawString(60, 780 - 15 * n, line)
    canvas.linkURL("https://www.linkedin.com/in/odile-m/", (60, 730, 120, 745))
    canvas.save()
    basics = parse_bytes(buffer.getvalue(), "cv.pdf", today=TODAY).resume["basics"]
    assert basics["profiles"] == [
        {"network": "LinkedIn", "username": "odile-m", "url": "https://linkedin.com/in/odile-m"}
    ]


def test_a_school_has_degree_field_dates_and_grade() -> None:
    found = profile(
        "Odile Marchetti", "", "EDUCATION", "University of Hull\t2012 - 2015", "BSc in Mathematics, GPA: 3.8/4.0", "",
        "Derby College", "A-levels, 2012",
    ).resume["education"]  # fmt: skip
    first = found[0]
    assert (first["institution"], first["studyType"], first["area"]) == ("University of Hull", "BSc", "Mathematics")
    assert (first["startDate"], first["endDate"], first["score"]) == ("2012", "2015", "3.8/4.0")
    assert found[1]["institution"] == "Derby College"


def test_skills_keep_the_persons_groups_and_words() -> None:
    found = profile("Odile Marchetti", "", "SKILLS", "Languages: C++, Rust", "Tools: Git, Make (GNU, BSD)").resume[
        "skills"
    ]
    assert [(s["name"], s["keywords"]) for s in found] == [
        ("Languages", ["C++", "Rust"]),
        ("Tools", ["Git", "Make (GNU, BSD)"]),
    ]


def test_spoken_languages_have_a_level() -> None:
    found = profile("Odile Marchetti", "", "LANGUAGES", "German – native", "French (B2)", "Polish: basic").resume[
        "languages"
    ]
    assert [(f["language"], f["_code"], f["_cefr"]) for f in found] == [
        ("German", "de", "native"),
        ("French", "fr", "B2"),
        ("Polish", "pl", "A2"),
    ]


def test_offsets_point_at_the_words_they_stand_for() -> None:
    result = parse_bytes(papers.pdf(papers.column([*papers.HEAD, *papers.JOBS])), "cv.pdf", today=TODAY)
    fields, basics = result.resume["meta"]["fields"], result.resume["basics"]
    for path, value in (("basics.name", basics["name"]), ("basics.email", basics["email"])):
        assert result.body[fields[path]["start"] : fields[path]["end"]] == value
    for n, job in enumerate(result.resume["work"]):
        at = fields[f"work[{n}].position"]
        assert result.body[at["start"] : at["end"]] == job["position"]
        start, end = job["_span"]
        assert job["highlights"][0] in result.body[start:end]
    assert result.resume["work"][0]["_span"][1] <= result.resume["work"][1]["_span"][0]


def test_an_uploaded_json_resume_is_read_and_cut_to_what_it_may_hold() -> None:
    import json

    given = {
        "basics": {"name": "Odile Marchetti", "email": "o@example.com", "script": "<x>"},
        "work": [{"name": "Quillon", "position": "Engineer", "startDate": "2020-01", "endDate": "soon", "evil": 1}, 7],
        "skills": [{"name": "SQL"}, "Python"],
    }
    result = parse_bytes(json.dumps(given).encode(), "cv.json", today=TODAY)
    assert result.status == "parsed"
    assert "script" not in result.resume["basics"]
    assert result.resume["work"][0]["endDate"] is None
    assert "evil" not in result.resume["work"][0]
    assert [s["name"] for s in result.resume["skills"]] == ["SQL", "Python"]
    start, end = result.resume["work"][0]["_span"]
    assert "Quillon" in result.body[start:end]


def test_a_place_after_the_employer_is_the_jobs_place() -> None:
    found = profile("Odile Marchetti", "", "EXPERIENCE", "Engineer | Quillon Systems, Leeds, UK", "2019 - 2021", "- a")
    job = found.resume["work"][0]
    assert (job["name"], job["location"]) == ("Quillon Systems", "Leeds, UK")


@pytest.mark.parametrize(
    ("written", "begin", "finish"),
    [
        ("Aoû 2019 – Juin 2021", "2019-08", "2021-06"),
        ("Jan 2020 – gegenwärtig", "2020-01", None),
        ("2014 ‑ 2018", "2014", "2018"),
        ("2013 - 15", "2013", "2015"),
        ("2019年4月 – 2020年3月", "2019-04", "2020-03"),
        ("2019년 3월 – 현재", "2019-03", None),
        ("2019. 3. - 2021. 5.", "2019-03", "2021-05"),
        ("WS 2010/11 - SS 2014", "2010-10", "2014-04"),
        ("Q1 2019 - Q3 2020", "2019-01", "2020-07"),
        ("Март 2015 — настоящее время", "2015-03", None),
    ],
)
def test_ranges_are_read_in_the_forms_that_languages_and_programs_write(
    written: str, begin: str, finish: str | None
) -> None:
    from jobmatch_dagster.resumes import dates

    assert [(d.begin, d.finish, d.range) for d in dates.find(written)] == [(begin, finish, True)]


def test_a_year_in_a_sentence_begins_no_job() -> None:
    assert jobs("Sales Manager, Quillon Ltd", "2017 - 2020", "Turnover of 11 M€ in 2019") == [
        ("Sales Manager", "Quillon Ltd", "2017", "2020")
    ]


def test_a_reader_that_says_something_else_has_a_version_of_its_own() -> None:
    from jobmatch_dagster.resumes.parse import PARSER_VERSION
    from jobmatch_dagster_tests.resumes import readings

    assert readings.known().get(PARSER_VERSION) == readings.digest(), (
        "What is read has changed. Raise PARSER_VERSION in resumes/parse.py, then run "
        "`python -m jobmatch_dagster_tests.resumes.readings`."
    )
