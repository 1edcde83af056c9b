"""Nothing about who a person is moves a score, and impact ratios are those of the law."""

from __future__ import annotations

import pyarrow as pa
import pytest

from jobmatch_dagster.matching import personal, scorer
from jobmatch_dagster.matching.fairness import impact_ratios
from jobmatch_dagster_tests.matching.conftest import DAY, as_tables, asks, has, job, resume

ADS = [
    (job("a", "Pastry Baker", "He or she bakes bread and cakes. " * 4), asks("a", SQL="required", Kafka="preferred")),
    (job("b", "Staff Nurse", "Polish ward in Berlin. Her patients. Anna Kowalska leads the team."), []),
    (job("c", "Data Engineer", "Pipelines and a warehouse, born in 1990 or 2015. Married to data."), []),
]


def scored(content: dict) -> pa.Table:
    people = [(resume("r", content, experience_years=4.0), has("r", "SQL"))]
    found = scorer.match(*as_tables(people, ADS), top=9, min_score=0.0, threads=1, day=DAY).matches
    return found.drop_columns(["resume_hash"])


def profile(name: str, *, pronoun: str, born: str, place: str, nation: str, image: str, graduated: str) -> dict:
    return {
        "basics": {
            "name": name,
            "label": "Pastry Baker",
            "image": image,
            "email": f"{name.split()[0].lower()}@example.org",
            "birthDate": born,
            "summary": f"{name} is a baker with a decade of bread behind {pronoun}. Date of birth: {born}\n"
            f"Nationality: {nation}\nPlace of birth: {place}\nProud {nation} {pronoun}, graduated in {graduated}. "
            f"Bakes bread and cakes for a team.",
        },
        "work": [{"position": "Baker", "name": "Oven Ltd", "startDate": "2021-03", "summary": "Bread, cakes, pastry."}],
        "education": [{"area": "Baking", "studyType": "Bachelor", "institution": "X", "endDate": graduated}],
    }


BASE = {
    "name": "Anna Kowalska", "pronoun": "her", "born": "1990-02-01", "place": "Kraków", "nation": "Polish", "image":
    "a.jpg", "graduated": "2012",
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"name": "John Miller"},
        {"name": "Joe Baker"},
        {"name": "Nguyễn Văn An"},
        {"pronoun": "him"},
        {"born": "1961-12-30"},
        {"place": "Lagos"},
        {"nation": "Nigerian"},
        {"image": "https://example.org/other.png"},
        {"graduated": "1983"},
        {
            "name": "Mohammed Ali",
            "pronoun": "him",
            "born": "1958-01-01",
            "place": "Cairo",
            "nation": "Egyptian",
            "graduated": "1980",
        },
    ],
    ids=lambda change: "+".join(change) + ":" + str(next(iter(change.values()))),
)
def test_personal_facts_do_not_move_a_score_by_one_bit(change: dict[str, str]) -> None:
    assert scored(profile(**BASE)).equals(scored(profile(**{**BASE, **change})))


def test_the_work_itself_does_move_it() -> None:
    other = profile(**BASE)
    other["work"][0] |= {"position": "Data Engineer", "summary": "Pipelines and a warehouse."}
    assert not scored(profile(**BASE)).equals(scored(other))


@pytest.mark.parametrize(
    "line",
    [
        "Geburtsdatum: 01.02.1990",
        "Né le 3 mai 1980 à Lyon",
        "Stan cywilny: panna",
        "性别：女",
        "Age: 54",
        "I am 54 years old",
    ],
)
def test_lines_of_personal_facts_are_not_read_in_other_languages_either(line: str) -> None:
    assert personal.without_personal(f"Python\n{line}\nKafka", None).split() == ["Python", "Kafka"]


def test_a_name_that_is_also_a_trade_stays_in_the_work() -> None:
    name = personal.name_pattern("Joe Baker")
    assert personal.without_personal("Joe M. Baker, baker since 2001", name).split() == [",", "baker", "since", "2001"]


def test_impact_ratio_is_the_rate_above_the_median_over_the_highest_rate() -> None:
    scores = pa.table({"resume_id": [f"{n}" for n in range(40)], "score": [n / 40 for n in range(40)]})
    labels = {f"{n}": "old" if n < 15 or n >= 35 else "young" for n in range(40)}
    rows = {row["category"]: row for row in impact_ratios(scores, labels)}
    assert rows["old"]["scoring_rate"] == 5 / 20
    assert rows["young"]["scoring_rate"] == 15 / 20
    assert rows["old"]["impact_ratio"] == pytest.approx(1 / 3)
    assert rows["young"]["impact_ratio"] == 1


def test_small_groups_are_not_shown() -> None:
    scores = pa.table({"resume_id": [f"{n}" for n in range(30)], "score": [n / 30 for n in range(30)]})
    labels = {f"{n}": "few" if n > 26 else "many" for n in range(30)}
    few = next(row for row in impact_ratios(scores, labels) if row["category"] == "few")
    assert few == {"category": "few", "people": None, "scoring_rate": None, "impact_ratio": None, "suppressed": True}
    assert impact_ratios(scores, {}) == []
