"""Compounds and inflected forms are found and linked in five languages, and what only looks like one is not."""

from __future__ import annotations

import pytest

from jobmatch_dagster.skills.extractor import extract

FOUND = [
    ("de", "Du hast Elektroinstallationskenntnisse.", "Elektroinstallationskenntnisse", "Electrical installation"),
    ("de", "Projektmanagementerfahrung ist von Vorteil.", "Projektmanagementerfahrung", "project management"),
    ("de", "Du bringst Python-Kenntnisse mit.", "Python", "Python (computer programming)"),
    ("de", "Gute Excelkenntnisse sind erforderlich.", "Excelkenntnisse", "Microsoft Excel"),
    ("de", "Erfahrung in der Kundenberatung ist von Vorteil.", "Kundenberatung", "customer service"),
    ("de", "Zu den Aufgaben gehören Schweißarbeiten.", "Schweißarbeiten", "Welding"),
    ("de", "Wir erwarten Schweißkenntnisse.", "Schweißkenntnisse", "Welding"),
    ("de", "Sichere Buchhaltungskenntnisse sind erforderlich.", "Buchhaltungskenntnisse", "accounting"),
    ("de", "Erfahrung mit maschinellem Lernen ist erforderlich.", "maschinellem Lernen", "machine learning"),
    ("fr", "Maîtrise des installations électriques exigée.", "installations électriques", "Electrical installation"),
    ("fr", "Vous faites des gestions de projets.", "gestions de projets", "project management"),
    ("es", "Experiencia en instalaciones eléctricas.", "instalaciones eléctricas", "Electrical installation"),
    ("es", "Se realizan soldaduras en el taller.", "soldaduras", "Welding"),
    ("nl", "Goede boekhoudkennis is vereist.", "boekhoudkennis", "accounting"),
    ("nl", "Ervaring met lassen is vereist.", "lassen", "Welding"),
    ("pl", "Wymagane doświadczenie w spawaniu.", "spawaniu", "Welding"),
    ("pl", "Wymagana znajomość księgowości.", "księgowości", "accounting"),
    ("pl", "Wymagana znajomość elektroniki.", "elektroniki", "electronics"),
    ("pl", "Doświadczenie w obsłudze klienta jest wymagane.", "obsłudze klienta", "customer service"),
    ("pl", "Wymagana praca z językiem angielskim.", "językiem angielskim", "English"),
]  # fmt: skip
NOT_FOUND = [
    ("de", "Lassen Sie sich überraschen und lassen Sie uns reden.", "lassen"),
    ("de", "Ihre Erfahrungen und Kenntnisse zählen bei uns.", "Kenntnisse"),
    ("de", "Die Arbeiten beginnen im Mai.", "Arbeiten"),
    ("de", "Wortkenntnisse und Restarbeiten fallen nicht an.", "Restarbeiten"),
    ("fr", "Les excellents résultats de nos équipes.", "excellents"),
    ("es", "Las palabras de nuestros clientes.", "palabras"),
    ("nl", "De werkzaamheden beginnen in mei.", "werkzaamheden"),
    ("pl", "Zapraszamy do naszego zespołu.", "zespołu"),
    ("pl", "Znajomość języka angielskiego na poziomie komunikatywnym.", "komunikatywnym"),
]


@pytest.mark.parametrize(("language", "text", "surface", "label"), FOUND, ids=[f"{row[0]} {row[2]}" for row in FOUND])
def test_a_form_that_grammar_makes_is_the_same_skill(language: str, text: str, surface: str, label: str) -> None:
    found = {(m["surface"], m["label"]) for m in extract([text], kind="posting", languages=[language]).to_pylist()}
    assert (surface, label) in found


@pytest.mark.parametrize(("language", "text", "word"), NOT_FOUND, ids=[f"{row[0]} {row[2]}" for row in NOT_FOUND])
def test_an_ordinary_word_that_looks_like_a_form_is_none(language: str, text: str, word: str) -> None:
    mentions = extract([text], kind="posting", languages=[language]).to_pylist()
    assert word.casefold() not in {m["surface"].casefold() for m in mentions if m["skill_id"]}


def test_made_forms_stay_out_of_what_people_are_shown() -> None:
    from jobmatch_dagster.skills import taxonomy

    described = taxonomy.load().describe("Welding")
    assert described is not None
    assert "spawaniu" not in described["forms"]  # type: ignore[operator]
