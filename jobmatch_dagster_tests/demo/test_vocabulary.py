"""The demo's data files fit together: nothing refers to what is not there, and no frame lacks its blank."""

from __future__ import annotations

import pytest

from jobmatch_dagster.demo import people, vocabulary

MAIN_LANGUAGES = ("en", "de", "fr", "es", "pl", "nl")
BLANKS = {
    "know": "{s}",
    "know_list": "{list}",
    "licence": "{s}",
    "language": "{s}",
    "prefer": "{s}",
    "mention": "{s}",
    "exclude": "{s}",
    "years": "{n}",
    "pay": "{salary}",
}


def test_there_are_at_least_fourteen_occupations_with_words_in_six_languages() -> None:
    occupations = vocabulary.occupations()
    assert len(occupations) >= 14
    for occupation in occupations.values():
        for language in MAIN_LANGUAGES:
            assert len(occupation.titles[language]) >= 2, (occupation.id, language)
            assert len(occupation.duties[language]) >= 5, (occupation.id, language)


def test_each_occupation_asks_only_for_skills_that_exist_and_has_enough_of_them_in_each_language() -> None:
    for occupation in vocabulary.occupations().values():
        assert set(occupation.core + occupation.extra) <= set(vocabulary.skills()), occupation.id
        for language in occupation.titles:
            assert len(vocabulary.skills_in(occupation.id, language, "core")) >= 4, (occupation.id, language)


@pytest.mark.parametrize("language", sorted(vocabulary.languages()))
def test_each_frame_has_the_blank_that_is_filled(language: str) -> None:
    words = vocabulary.languages()[language]
    for name, blank in BLANKS.items():
        assert all(blank in frame for frame in words[name]), (language, name)
    patterns = [*words["levels"].values(), *words["trade_levels"].values()]
    assert all("{t}" in pattern for pattern in patterns)


def test_no_two_skills_have_one_label() -> None:
    labels = [skill.label for skill in vocabulary.skills().values()]
    assert len(labels) == len(set(labels))


def test_each_country_has_a_way_to_write_pay_and_known_languages() -> None:
    formats = vocabulary.pay_formats()["formats"]
    for country in vocabulary.countries().values():
        assert country.code in formats
        assert set(country.languages) <= set(vocabulary.languages())


def test_people_have_words_for_every_language_and_area_of_study() -> None:
    content = people.words()
    for occupation in vocabulary.occupations().values():
        assert set(occupation.titles) <= set(content["areas"][occupation.id]), occupation.id
    assert set(vocabulary.languages()) == set(content["words"]) == set(content["names"])
