"""What the database says of a match is what ``scorer.match`` says of it, word by word and digit by digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jobmatch_dagster.supabase import database as db
from jobmatch_dagster_tests.matching.conftest import SKILLS, World, asks, has, job, resume
from jobmatch_dagster_tests.stages import words
from jobmatch_dagster_tests.stages.test_match import History

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings

TITLES = (
    "Pflegefachkraft für Wundversorgung", "Ingénieure données", "データエンジニア", "Инженер данных",
    'Chef "de" \\partie', "{asked} analyst {names}", "senior data engineer", "nurse", "welder 🔧", "  ", "a\ttab",
)  # fmt: skip
LABELS = [label for label, _, _ in SKILLS]


class Odd(World):
    """Jobs that say little or ask for a lot, résumés that lack titles, work or skills, and titles of many scripts."""

    def job(self, identity: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        if self.dice.random() < 0.4:
            return super().job(identity)
        dice, kinds = self.dice, ("required", "preferred", "mentioned", "excluded")
        row = job(
            identity, dice.choice(TITLES), dice.choice(["", "pipeline", self.words(60)]),
            seniority=dice.choice([None, "intern", "senior"]), min_years_experience=dice.choice([None, 0.0, 12.0]),
            education=dice.choice([None, "doctorate"]),
        )  # fmt: skip
        asked = {
            label.replace(" ", "_"): (dice.choice(kinds), dice.choice([None, 2.0, 9.0]))
            for label in dice.sample(LABELS, dice.choice([0, 1, len(LABELS)]))
        }
        return row, asks(identity, **asked)

    def resume(self, identity: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        if self.dice.random() < 0.4:
            return super().resume(identity)
        dice = self.dice
        work = [
            {"position": dice.choice(TITLES), "startDate": "2012-05", "summary": self.words(20)}
            for _ in range(dice.choice([0, 1, 3]))
        ]
        content = {"basics": {"name": "Kim Doe"}, "work": work, "education": [{"studyType": dice.choice(["", "PhD"])}]}
        shown = dice.sample(LABELS, dice.choice([0, 1, len(LABELS)]))
        return resume(identity, content), has(identity, *shown, years=dice.choice([None, 0.5, 20.0]))


@pytest.mark.parametrize("kind", [World, Odd])
@pytest.mark.parametrize("seed", range(3))
def test_a_stored_match_says_what_the_scorer_says(few: Settings, kind: type[World], seed: int) -> None:
    all_of_them = few.model_copy(update={"matches_per_resume": 100, "min_score": 0.0})
    with db.connect(few) as conn:
        history = History(conn, all_of_them, seed)
        history.world = kind(seed)
        for step in [History.put_resume] * 8 + [History.put_job] * 20:
            step(history)
        history.score_today()
        stored, said = words.both(conn, all_of_them, history.today)
    assert stored.keys() == said.keys()
    assert len(said) > 40
    for pair, row in said.items():
        assert stored[pair] == row


def test_the_worlds_of_these_tests_have_every_kind_of_sentence_and_reason(few: Settings) -> None:
    all_of_them = few.model_copy(update={"matches_per_resume": 100, "min_score": 0.0})
    with db.connect(few) as conn:
        history = History(conn, all_of_them, 1)
        history.world = Odd(1)
        for step in [History.put_resume] * 12 + [History.put_job] * 30:
            step(history)
        history.score_today()
        stored, _ = words.both(conn, all_of_them, history.today)
    sentences = " ".join(row["sentence"] for row in stored.values())
    for part in (
        "Names no requirement", "of 1 requirement", "requirements", "lacks", "and more", "a different kind of title",
        "a related title", "a close title", "another level", "fewer years",
    ):  # fmt: skip
        assert part in sentences, part
    reasons = " ".join(part["reason"] for row in stored.values() for part in row["components"].values())
    for part in ("partly: 1", "asked: ", "not judged: ", "the posting says little", "beside the titles"):
        assert part in reasons, part
    statuses = {skill["status"] for row in stored.values() for skill in row["matched_skills"]}
    assert statuses == {"met", "partly"}
    assert {len(row["abstained"]) for row in stored.values()} > {0, 1, 2}
