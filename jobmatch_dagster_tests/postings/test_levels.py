"""Seniority, employment, years of experience and education, in eight languages and Chinese."""

from pathlib import Path

import pytest
import yaml

from jobmatch_dagster.postings.education import least_degree
from jobmatch_dagster.postings.employment import employment_in_text, employment_in_title, employment_on_board
from jobmatch_dagster.postings.experience import min_years
from jobmatch_dagster.postings.phrases import find
from jobmatch_dagster.postings.seniority import is_grade_of_a_bank, seniority_in_title, seniority_on_board


@pytest.mark.parametrize(
    ("title", "level"),
    [
        ("Senior Welder", "senior"),
        ("Sr. Data Engineer", "senior"),
        ("Junior Buchhalter (m/w/d)", "junior"),
        ("Werkstudent Marketing", "intern"),
        ("Head of Nursing", "director"),
        ("VP Sales", "executive"),
        ("Teamleiter Lager", "lead"),
        ("Chef d'équipe maintenance", "lead"),
        ("Starszy specjalista ds. płac", "senior"),
        ("Młodszy księgowy", "junior"),
        ("Desenvolvedor Pleno", "mid"),
        ("Estagiário de Direito", "intern"),
        ("Gerente de tienda", "manager"),
        ("高级后端工程师", "senior"),
        ("Senior Manager, Payroll", "manager"),
        ("Electrician", None),
        ("Product Manager", None),
        ("Senior Living Caregiver", None),
        ("Account Executive", None),
        ("Lead Generation Specialist", None),
        ("Data Entry Clerk", None),
        ("Senior Staff Nurse", "senior"),
    ],
)
def test_level_of_a_title(title, level):
    found = seniority_in_title(find([title])[0])
    assert (found.label if found else None) == level


def test_a_boards_own_words_for_levels():
    assert [
        seniority_on_board(words) for words in ("Mid-Senior level", "Entry level", "specjalista", "Not Applicable")
    ] == [
        "senior",
        "junior",
        "mid",
        None,
    ]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("FULL_TIME", "full_time"),
        ("Part-time", "part_time"),
        ("Festanstellung, Vollzeit", "full_time"),
        ("Temps partiel", "part_time"),
        ("CONTRACTOR", "contract"),
        ("Praktikum", "internship"),
        ("umowa o pracę", "full_time"),
        ("see text", None),
    ],
)
def test_employment_as_boards_write_it(value, kind):
    assert employment_on_board(value) == kind


def test_employment_in_titles_and_set_phrases_only():
    assert employment_in_title(find(["Nurse (part-time)"])[0]).label == "part_time"
    assert employment_in_title(find(["Full-time or part-time cook"])[0]).label == "full_time"
    assert employment_in_text(find(["This is a full-time position."])[0]).label == "full_time"
    assert employment_in_text(find(["You manage contracts and temporary staff."])[0]) is None


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("5+ years of experience in welding", 5),
        ("At least three years' experience as a cook", 3),
        ("3-5 years of relevant work experience", 3),
        ("Mindestens 2 Jahre Berufserfahrung", 2),
        ("Vous avez 4 ans d'expérience en cuisine", 4),
        ("Al menos 3 años de experiencia", 3),
        ("Mínimo de 2 anos de experiência", 2),
        ("Almeno 5 anni di esperienza", 5),
        ("Minimaal 3 jaar ervaring", 3),
        ("Minimum 2 lata doświadczenia", 2),
        ("三年以上工作经验", 3),
        ("18 months of experience", 1.5),
        ("Our company has 60 years of experience", None),
        ("Wir haben seit 20 Jahren Erfahrung", None),
        ("You are 18 years old", None),
        ("a contract for 2 years", None),
    ],
)
def test_years_of_experience_asked_for(text, years):
    found = min_years(text, find([text])[0])
    assert (found[0] if found else None) == years


@pytest.mark.parametrize(
    ("text", "degree"),
    [
        ("Bachelor's or Master's degree required", "bachelor"),
        ("You hold a PhD in chemistry", "doctorate"),
        ("High school diploma required", "secondary"),
        ("MS in statistics required", "master"),
        ("Abgeschlossene Berufsausbildung als Koch", "vocational"),
        ("Wykształcenie wyższe magisterskie", "master"),
        ("• Laurea triennale", "bachelor"),
        ("本科及以上学历", "bachelor"),
        ("Certified Scrum Master required", None),
        ("MS Office skills required", None),
        ("Based in Boston, MA. Travel required, MA only", None),
        ("Forklift licence is required", None),
    ],
)
def test_least_degree_asked_for(text, degree):
    found = least_degree(text, find([text])[0])
    assert (found.label if found else None) == degree


def table(name):
    """(language, words, expected) of a table of ``levels.yaml``."""
    rows = yaml.safe_load((Path(__file__).parent / "levels.yaml").read_text("utf-8"))[name]
    return [
        pytest.param(words, expected, id=f"{code}-{words}")
        for code, cases in rows.items()
        for words, expected in cases.items()
    ]


@pytest.mark.parametrize(("title", "level"), table("seniority"))
def test_levels_of_titles_by_language(title, level):
    found = seniority_in_title(find([title])[0])
    assert (found.label if found else None) == level


@pytest.mark.parametrize(("text", "years"), table("years"))
def test_years_asked_by_language(text, years):
    found = min_years(text, find([text])[0])
    assert (found[0] if found else None) == years


@pytest.mark.parametrize(("title", "kind"), table("employment_in_title"))
def test_employment_in_titles_by_language(title, kind):
    found = employment_in_title(find([title])[0])
    assert (found.label if found else None) == kind


@pytest.mark.parametrize(("text", "degree"), table("education"))
def test_degrees_asked_by_language(text, degree):
    found = least_degree(text, find([text])[0])
    assert (found.label if found else None) == degree


def test_a_vice_president_of_a_bank_is_no_executive():
    assert is_grade_of_a_bank("Vice President", "Barclays Bank PLC")
    assert not is_grade_of_a_bank("Vice President", "Acme Tools")
    assert not is_grade_of_a_bank("Senior Vice President", "Barclays Bank PLC")
