"""An ad says what its truth says: every value of the truth stands in the text, and every markup shows every word."""

from __future__ import annotations

from datetime import date
from html import unescape

import pytest
from selectolax.lexbor import LexborHTMLParser

from jobmatch_dagster.demo import advert, markup, pay, vocabulary, world
from jobmatch_dagster.demo.advert import Wishes
from jobmatch_dagster.demo.world import DemoPosting


@pytest.fixture(scope="module")
def postings() -> list[DemoPosting]:
    return world.postings(date(2026, 3, 2)) + list(world.generate_postings(300))


def _shown_words(html: str) -> str:
    parser = LexborHTMLParser(html)
    return " ".join(parser.body.text(separator=" ").split()) if parser.body else ""


def test_each_skill_of_the_truth_stands_in_the_text_with_its_surface(postings: list[DemoPosting]) -> None:
    for posting in postings:
        text = posting.job.text
        for skill in posting.job.skills:
            assert skill.surface in text, (posting.job.key, skill)


def test_no_blank_is_left_unfilled(postings: list[DemoPosting]) -> None:
    for posting in postings:
        shown = "\n".join(
            [posting.job.text, posting.title, posting.company, posting.location, posting.salary_text or ""]
        )
        assert not set("{}") & set(shown), posting.job.key


def test_all_four_kinds_of_requirement_occur_and_a_skill_has_one_of_them_only(postings: list[DemoPosting]) -> None:
    kinds = {skill.requirement for posting in postings for skill in posting.job.skills}
    assert kinds == {"required", "preferred", "mentioned", "excluded"}
    for posting in postings:
        ids = [skill.skill_id for skill in posting.job.skills]
        assert len(ids) == len(set(ids)), posting.job.key


def test_an_excluded_skill_stands_in_a_sentence_that_says_so(postings: list[DemoPosting]) -> None:
    found = [(p.job, s) for p in postings for s in p.job.skills if s.requirement == "excluded"]
    assert found
    for job, skill in found:
        frames = vocabulary.languages()[job.language]["exclude"]
        said = {frame.replace("{s}", skill.surface) for frame in frames}
        lines = job.text.split("\n")
        assert any(line in said or line[:1].lower() + line[1:] in said for line in lines), (job.language, skill)


def test_years_pay_and_place_of_the_truth_stand_in_the_text_or_the_boards_fields(postings: list[DemoPosting]) -> None:
    for posting in postings:
        job = posting.job
        if job.min_years is not None:
            assert str(job.min_years) in job.text
        if job.salary:
            assert (job.salary.text in job.text) == job.salary_in_text
            assert job.salary_in_text or posting.salary_text == job.salary.text
        else:
            assert posting.salary_text is None
        if job.city:
            assert job.city in posting.location
        else:
            assert job.remote == "remote"


def test_texts_hold_amounts_that_are_no_salary(postings: list[DemoPosting]) -> None:
    without_pay = "\n".join(p.job.text for p in postings if p.job.salary is None and p.job.language == "en")
    for trap in ("401(k)", "up to 10%", "$2,000", "employees", "24/7"):
        assert trap in without_pay, trap


@pytest.mark.parametrize("style", sorted(markup.STYLES))
def test_every_markup_shows_every_word(style: str) -> None:
    for number in range(40):
        job = advert.write(f"t/{number}", f"t/{number}")
        html = markup.render(job.sections, style)
        shown = _shown_words(unescape(html) if style == "escaped" else html)
        for section in job.sections:
            for item in section.items:
                assert " ".join(item.split()) in shown, (style, item)


def test_special_characters_survive_the_markup() -> None:
    section = advert.Section("A/B & more", ("C++ and C# < 5 years", "R&D, .NET"), True)
    for style in ("lists", "bold", "divs", "table", "broken"):
        shown = _shown_words(markup.render([section], style))
        assert "A/B & more" in shown
        assert "C++ and C# < 5 years" in shown


@pytest.mark.parametrize(
    ("style", "amount", "text"),
    [
        ("en", 1234.5, "1,234.50"),
        ("de", 55000, "55.000"),
        ("space", 12000, "12\u00a0000"),
        ("ch", 95500, "95'500"),
    ],
)
def test_amounts_are_written_as_the_country_writes_them(style: str, amount: float, text: str) -> None:
    assert pay.written(amount, style) == text


def test_one_sided_pay_has_one_end_only(postings: list[DemoPosting]) -> None:
    salaries = [p.job.salary for p in postings if p.job.salary]
    assert any(s.low is None for s in salaries)
    assert any(s.high is None for s in salaries)
    assert all(s.low is None or s.high is None or s.low <= s.high for s in salaries)
    assert all(s.gross is None or s.gross for s in salaries)


def test_wishes_are_kept() -> None:
    job = advert.write("w", "w", wishes=Wishes("nurse", "DE", "de", "senior"))
    assert (job.occupation, job.country, job.language) == ("nurse", "DE", "de")
    thin = advert.write("w", "w", wishes=Wishes("welder", "US", "en", thin=True))
    assert not thin.skills
    assert thin.min_years is None
    decoy = advert.write("w", "w", wishes=Wishes("cook", "US", "en", decoy="welder"))
    welding = {s.label for s in vocabulary.skills_in("welder", "en", "core")}
    assert decoy.labels("mentioned") & welding
    assert not decoy.labels("required") & welding
