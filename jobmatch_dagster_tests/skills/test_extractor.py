"""What the extractor finds and what it reads around it."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from typing import Any

import pytest

from jobmatch_dagster.skills.extractor import CANDIDATE, MENTIONS, extract


def found(text: str, **options: Any) -> list[dict[str, Any]]:
    rows = extract([text], kind=options.pop("kind", "posting"), **options).to_pylist()
    return [row for row in rows if row["kind"] != CANDIDATE]


def surfaces(text: str, **options: Any) -> list[str]:
    return [row["surface"] for row in found(text, **options)]


def requirement(text: str, surface: str, **options: Any) -> str:
    return next(row["requirement"] for row in found(text, **options) if row["surface"] == surface)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Experience with C, C++ and C#.", ["C", "C++", "C#"]),
        ("We need ASP.NET and PostgreSQL.", ["ASP.NET", "PostgreSQL"]),
        ("Experience with node js and Node.js.", ["node js", "Node.js"]),
        ("Experience with Go and Kubernetes.", ["Go", "Kubernetes"]),
        ("Programming in R, Python and SQL", ["R", "Python", "SQL"]),
        ("java, spring, docker, kubernetes", ["java", "spring", "docker", "kubernetes"]),
        ("Proficient in Excel, PowerPoint and SAP", ["Excel", "PowerPoint", "SAP"]),
    ],
)
def test_names_that_are_letters_or_everyday_words_are_found_where_the_context_says_so(
    text: str, expected: list[str]
) -> None:
    assert [s for s in surfaces(text) if s in expected] == expected


def test_offsets_are_indices_into_the_text() -> None:
    text = "\ufeffÄnderungen: 😀 Kenntnisse in Python\u00a0und Kubernetes – 熟悉Docker开发"
    rows = found(text)
    assert {row["surface"] for row in rows} >= {"Python", "Kubernetes", "Docker"}
    assert all(text[row["start"] : row["end"]] == row["surface"] for row in rows)


def test_decomposed_accents_and_full_width_letters_are_the_same_word() -> None:
    text = "Expérience en développement web exigée"
    plain, decomposed = found(text, languages=["fr"]), found(unicodedata.normalize("NFD", text), languages=["fr"])
    assert [row["skill_id"] for row in plain] == [row["skill_id"] for row in decomposed] != []
    assert found("Ｐｙｔｈｏｎ and SQL")[0]["label"] == "Python (computer programming)"


def test_hyphens_plurals_and_joined_words_are_the_same_skill() -> None:
    forms = ("machine learning", "machine-learning", "Machine  Learning")
    ids = {row["skill_id"] for form in forms for row in found(f"Experience with {form} is required.")}
    assert len(ids) == 1


def test_of_overlapping_forms_the_longer_one_counts() -> None:
    assert surfaces("Experience with Azure DevOps and Java") == ["Azure DevOps", "Java"]


@pytest.mark.parametrize(
    ("text", "surface", "skill"),
    [
        ("You have experience with cloud deployment tools and Python.", "cloud deployment tools", "cloud technologies"),
        ("Knowledge of fixed income analytics and Java.", "fixed income analytics", "Fixed income"),
    ],
)
def test_a_mention_shows_the_whole_phrase_that_names_the_skill(text: str, surface: str, skill: str) -> None:
    rows = {row["surface"]: row for row in found(text)}
    assert rows[surface]["label"] == skill
    assert text[rows[surface]["start"] : rows[surface]["end"]] == surface


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Experience with Linux systems administration and SQL data management", ["Linux", "SQL"]),
        ("Holds an SIA licence and monitors CCTV.", ["SIA licence", "CCTV"]),
        ("Knowledge of cloud infrastructure management.", ["cloud", "infrastructure"]),
    ],
)
def test_products_and_names_beside_others_keep_their_own_words(text: str, expected: list[str]) -> None:
    assert surfaces(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Strong HTML and CSS", ["HTML", "CSS"]),
        ("Experience with Java Spring and React Redux.", ["Java", "Spring", "React", "Redux"]),
    ],
)
def test_two_products_side_by_side_are_two(text: str, expected: list[str]) -> None:
    assert surfaces(text) == expected


def test_a_name_in_a_place_where_only_a_number_can_stand_is_none() -> None:
    assert surfaces("At least Go years of experience with Python.") == ["Python"]


@pytest.mark.parametrize(
    ("text", "surface", "expected"),
    [
        ("You must have Python.", "Python", "required"),
        ("Python is required, Java would be a plus.", "Python", "required"),
        ("Python is required, Java would be a plus.", "Java", "preferred"),
        ("Nice to have: Kubernetes", "Kubernetes", "preferred"),
        ("Experience with Docker is a plus but not required.", "Docker", "preferred"),
        ("No experience with Scala needed.", "Scala", "excluded"),
        ("Experience with Scala is not required.", "Scala", "excluded"),
        ("Our services are written in Kotlin.", "Kotlin", "mentioned"),
        ("Kenntnisse in Java sind zwingend erforderlich, Kotlin ist von Vorteil.", "Java", "required"),
        ("Kenntnisse in Java sind zwingend erforderlich, Kotlin ist von Vorteil.", "Kotlin", "preferred"),
        ("Keine Erfahrung mit Java nötig.", "Java", "excluded"),
        ("La maîtrise de Python est indispensable, Docker serait un plus.", "Python", "required"),
        ("La maîtrise de Python est indispensable, Docker serait un plus.", "Docker", "preferred"),
        ("Se requiere experiencia en Python; se valorará Docker.", "Docker", "preferred"),
        ("Wymagana znajomość Java, mile widziany Docker.", "Docker", "preferred"),
        ("Ervaring met Java is vereist, Docker is een pré.", "Docker", "preferred"),
    ],
)
def test_requirement_is_read_from_the_words_around(text: str, surface: str, expected: str) -> None:
    assert requirement(text, surface) == expected


def test_the_section_decides_where_no_words_do() -> None:
    text = (
        "About us\nWe use Java.\n\nRequirements:\n- Python\n- SQL\n\nNice to have\n- Docker\n\nBenefits\n- Java courses"
    )
    rows = {(row["surface"], row["section"]): row for row in found(text, languages=["xx"])}
    assert rows["Python", "requirements"]["requirement"] == "required"
    assert rows["Docker", "preferred"]["requirement"] == "preferred"
    assert rows["Java", "about"]["requirement"] == "mentioned"
    assert (
        rows["Java", "about"]["weight"]
        < rows["Docker", "preferred"]["weight"]
        < rows["Python", "requirements"]["weight"]
    )


def test_years_and_level_belong_to_the_skill_beside_them() -> None:
    rows = {
        row["surface"]: row
        for row in found("5+ years of experience with Python and 3 years with Java. Advanced SQL. Docker (2 years).")
    }
    assert [rows[name]["years"] for name in ("Python", "Java", "SQL", "Docker")] == [5, 3, None, 2]
    assert rows["SQL"]["level"] == "advanced"


def test_a_company_age_is_not_years_of_experience() -> None:
    assert all(row["years"] is None for row in found("For 120 years we have built engines; Java runs them."))


def test_a_title_is_required_and_has_negative_offsets() -> None:
    rows = extract(["We use SQL."], kind="posting", titles=["Python Engineer"]).to_pylist()
    assert (rows[0]["surface"], rows[0]["requirement"], rows[0]["section"]) == ("Python", "required", "title")
    assert (~rows[0]["start"], ~rows[0]["end"]) == (0, 6)


def test_an_attitude_counts_in_a_posting_only_where_it_is_asked_for() -> None:
    assert "communication skills" not in surfaces("We praise communication skills here.")
    assert "communication skills" in surfaces("Requirements:\n- communication skills")
    assert "communication skills" in surfaces("Honest person with communication skills.", kind="resume")


def test_a_skill_that_the_taxonomy_lacks_becomes_a_candidate() -> None:
    text = "Python, Zorblax, Java, SQL"
    rows = extract([text], kind="posting").to_pylist()
    assert [(row["surface"], row["skill_id"]) for row in rows if row["kind"] == CANDIDATE] == [("Zorblax", None)]


def test_threads_batches_and_company_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from jobmatch_dagster.skills import extractor

    texts = [f"Must have Python, SQL and Docker. Text {n}. " * (n % 5) for n in range(40)]
    once = extract(texts, kind="posting")
    monkeypatch.setattr(extractor, "BATCH_CHARACTERS", 200)
    assert extract(texts, kind="posting", threads=2).equals(once)
    alone = extract([texts[7]], kind="posting").drop_columns("row")
    assert once.filter(once["row"].to_numpy() == 7).drop_columns("row").equals(alone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "\x00\x00",
        "a" * 200_000,
        "C++ " * 20_000,
        "\ud800 Python",
        "—" * 5000,
        ". . . / & + # " * 500,
        "的" * 3000,
    ],
    ids=["empty", "blank", "nul", "one word", "one skill", "lone surrogate", "dashes", "signs", "ideographs"],
)
def test_hostile_texts_are_read_without_an_error(text: str) -> None:
    assert extract([text], kind="posting").schema.equals(MENTIONS)


def test_no_texts_give_an_empty_table() -> None:
    assert extract([], kind="resume").equals(MENTIONS.empty_table())


def test_reading_needs_no_pandas() -> None:
    code = (
        "import sys; from jobmatch_dagster.skills.extractor import extract;"
        "extract(['Python and SQL'], kind='posting', titles=['SQL']); print('pandas' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_product_that_is_the_employer_is_no_skill() -> None:
    assert surfaces("At Databricks, you work with Terraform.") == ["Terraform"]
    assert surfaces("Experience with Databricks is required.") == ["Databricks"]


def test_a_name_of_another_language_does_not_count_in_english() -> None:
    english = "Experience with assurance, an IDE and Python is required in this team and for the work."
    assert surfaces(english) == ["Python"]
    french = "Vous avez une expérience et un diplôme IDE pour les soins de la clinique."
    assert "IDE" in surfaces(french)


def test_a_product_of_two_words_is_found_written_as_one() -> None:
    found = extract(["Experience with PowerBI is required."], kind="posting").to_pylist()
    assert [(m["surface"], m["label"]) for m in found] == [("PowerBI", "Power BI")]


def test_an_unknown_name_between_two_products_of_a_german_list_is_a_candidate() -> None:
    text = "Du arbeitest mit den Werkzeugen des Teams, zum Beispiel Jenkins, Quavertool und Docker."
    found = extract([text], kind="posting").to_pylist()
    assert [(m["surface"], m["kind"]) for m in found] == [
        ("Jenkins", "tool"),
        ("Quavertool", "candidate"),
        ("Docker", "tool"),
    ]


def test_a_long_line_does_not_speak_of_the_next_one() -> None:
    long = "Strong written and spoken command of what our many customers in this town want from their new kitchens"
    found = extract([f"{long}\nAdvanced tests with the team\nDocker is a plus"], kind="posting").to_pylist()
    assert [(m["surface"], m["requirement"], m["level"]) for m in found if m["kind"] == "tool"] == [
        ("Docker", "preferred", None)
    ]
