"""What rules a pair out, and what does not."""

from __future__ import annotations

import pytest

from jobmatch_dagster.matching import scorer
from jobmatch_dagster.matching.vetoes import Asked, Offered, countries_of, facts_of, judge, languages_of, verdicts
from jobmatch_dagster_tests.matching.conftest import DAY, as_tables, asks, has, job, resume


def kinds(asked: Asked, offered: Offered) -> list[str]:
    return [veto["kind"] for veto in judge(asked, offered)]


@pytest.mark.parametrize(
    ("asked", "offered", "expected"),
    [
        (Asked(country="DE"), Offered(country="US"), ["place"]),
        (Asked(country="DE"), Offered(country="DE"), []),
        (Asked(country="DE"), Offered(), []),
        (Asked(), Offered(country="US"), []),
        (Asked(country="DE"), Offered(country="US", relocates=True), []),
        (Asked(country="DE", remote="remote"), Offered(country="US"), []),
        (Asked(country="US", remote="remote", scope="US"), Offered(country="DE"), ["place"]),
        (Asked(remote="remote", scope="EMEA, US"), Offered(country="DE"), []),
        (Asked(remote="remote", scope="Atlantis"), Offered(country="DE"), []),
        (Asked(languages=frozenset({"de"})), Offered(languages=frozenset({"en"})), ["language"]),
        (Asked(languages=frozenset({"de"})), Offered(languages=frozenset({"en", "de"})), []),
        (Asked(languages=frozenset({"de"})), Offered(), []),
        (Asked(licences=frozenset({"nursing licence"})), Offered(), ["licence"]),
        (Asked(licences=frozenset({"nursing licence"})), Offered(licences=None), []),
        (Asked(licences=frozenset({"nursing licence"})), Offered(licences=frozenset({"nursing licence"})), []),
        (Asked(pays=(40_000.0, "EUR")), Offered(floor=(50_000.0, "EUR")), ["salary"]),
        (Asked(pays=(40_000.0, "EUR")), Offered(floor=(50_000.0, "USD")), []),
        (Asked(pays=(60_000.0, "EUR")), Offered(floor=(50_000.0, "EUR")), []),
    ],
)
def test_only_what_both_sides_say_rules_a_pair_out(asked: Asked, offered: Offered, expected: list[str]) -> None:
    assert kinds(asked, offered) == expected


def test_a_sentence_says_why() -> None:
    (veto,) = judge(Asked(languages=frozenset({"de"})), Offered(languages=frozenset({"en"}), lists_languages=True))
    assert veto["sentence"] == "The job requires German, which the résumé does not list."


def test_who_applies_reads_the_ad_and_a_presumption_is_called_one() -> None:
    (veto,) = judge(Asked(written="pl"), Offered(languages=languages_of(frozenset(), "en", "US")))
    assert veto["sentence"] == "The ad is written in Polish; the résumé lists no languages, so English is presumed."
    assert not judge(Asked(written="pl"), Offered(languages=languages_of(frozenset(), "en", "PL")))
    assert not judge(Asked(written="pl"), Offered(languages=languages_of(frozenset(), None, None)))
    assert not judge(Asked(written="en"), Offered(languages=languages_of(frozenset(), "pl", None)))


def test_a_list_of_languages_is_believed_but_the_text_and_the_home_speak_as_well() -> None:
    assert languages_of(frozenset({"fr"}), "de", "PL") == {"fr", "de", "pl"}


def test_only_a_long_ad_whose_language_is_sure_asks_for_it() -> None:
    person = (resume("r", {"basics": {"label": "Welder", "summary": "steel"}}, language="en"), has("r", "welding"))
    words = "Spawanie stali i aluminium w hali produkcyjnej. " * 10
    for text, sure, vetoed in ((words, 0.99, 1), (words, 0.5, 0), (words[:60], 0.99, 0)):
        ad = job("j", "Spawacz", text, language="pl", language_confidence=sure)
        assert run(person, (ad, asks("j", welding="required"))) == vetoed


def test_regions_are_read_and_everybody_is_no_limit() -> None:
    assert "PL" in (countries_of("EU") or ())
    assert countries_of("worldwide") is None
    assert countries_of("DE/AT") == {"DE", "AT"}


def run(person: tuple, ad: tuple) -> int:
    return scorer.match(*as_tables([person], [ad]), top=5, min_score=0.0, threads=1, day=DAY).vetoed


def test_a_required_licence_rules_out_but_a_driving_licence_is_one_more_requirement() -> None:
    nurse = (resume("r", {"basics": {"label": "Nurse", "summary": "ward work"}}), has("r", "nursing"))
    assert run(nurse, (job("j", "Nurse"), asks("j", nursing_licence="required"))) == 1
    assert run(nurse, (job("j", "Nurse"), asks("j", nursing_licence="preferred"))) == 0
    assert run(nurse, (job("j", "Nurse"), asks("j", driving_licence="required"))) == 0


def test_titles_alone_do_not_tell_which_licences_somebody_lacks() -> None:
    only_titles = {"basics": {"label": "Nurse"}, "work": [{"position": "Ward nurse"}]}
    dated = {"work": [{"position": "Nurse", "startDate": "2019-01", "endDate": "2024-01"}]}
    ad = (job("j", "Nurse"), asks("j", nursing_licence="required"))
    assert run((resume("r", only_titles), []), ad) == 0
    assert run((resume("r", dated), []), ad) == 1


def test_a_required_language_counts_as_listed_in_any_way_that_the_resume_says_it() -> None:
    ad = (job("j", "Nurse"), asks("j", German="required"))
    listed = {"basics": {"label": "Nurse"}, "languages": [{"language": "Deutsch", "fluency": "C1"}]}
    assert run((resume("r", listed), []), ad) == 0
    assert run((resume("r", {"basics": {"label": "Nurse"}}), has("r", "German")), ad) == 0
    assert run((resume("r", {"basics": {"label": "Nurse"}}), has("r", "English")), ad) == 1
    assert run((resume("r", {"basics": {"label": "Nurse"}}, language="de"), has("r", "English")), ad) == 0


def test_the_table_of_verdicts_is_what_each_pair_is_judged() -> None:
    jobs = [
        Asked(frozenset(languages), written, frozenset(licences), country, remote, "EU" if remote else None, pays)
        for languages in ((), ("de",))
        for written in (None, "de")
        for licences in ((), ("nursing licence",))
        for country in (None, "DE", "US")
        for remote in (None, "remote")
        for pays in (None, (40_000.0, "EUR"))
    ]
    people = [
        Offered(frozenset(languages), lists, licences, country, relocates, floor)
        for lists in (False, True)
        for licences in (frozenset(), None)
        for languages in ((), ("en",), ("de", "en"))
        for country in (None, "DE", "US")
        for relocates in (False, True)
        for floor in (None, (50_000.0, "EUR"))
    ]
    expected = [[bool(judge(job, person)) for job in jobs] for person in people]
    assert verdicts(facts_of(jobs), people).tolist() == expected
