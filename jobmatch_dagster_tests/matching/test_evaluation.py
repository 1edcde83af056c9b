"""Measures, the gate, and weights fitted to feedback."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.metrics import average_precision_score, ndcg_score

from jobmatch_dagster import cli
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.matching import evaluation, feedback, metrics, weights
from jobmatch_dagster.matching.weights import COMPONENTS


@pytest.mark.parametrize("seed", range(5))
def test_measures_are_those_of_scikit_learn(seed: int) -> None:
    dice = np.random.default_rng(seed)
    grades, scores = dice.integers(0, 4, 30), dice.permutation(30) / 30
    order = [str(n) for n in np.argsort(-scores)]
    known = {str(n): float(g) for n, g in enumerate(grades)}
    assert metrics.ndcg(order, known) == pytest.approx(ndcg_score([grades], [scores], k=10))
    assert metrics.average_precision(order, known) == pytest.approx(average_precision_score(grades > 0, scores))


def test_jobs_never_ranked_count_as_missed() -> None:
    grades = {"a": 1.0, "b": 1.0}
    assert metrics.recall(["a"], grades) == 0.5
    assert metrics.average_precision(["x", "a"], grades) == 0.25
    assert metrics.reciprocal_rank(["x", "a"], grades) == 0.5
    assert metrics.reciprocal_rank([], grades) == 0


@pytest.mark.parametrize(
    "text", ["{broken", "[1]", '{"a": 1}', '{"a": {"b": ["x"]}}', '{"a": {"b": 1}}', "[" * 100_000]
)
def test_a_file_that_is_no_recorded_evaluation_is_refused_before_anything_is_ranked(text: str, tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_text(text)
    done = CliRunner().invoke(cli.root, ["matches", "evaluate", "--against", str(file)])
    assert isinstance(done.exception, JobmatchError)
    assert "old.json is not a recorded evaluation" in str(done.exception)
    assert done.output == ""


def test_an_evaluation_is_read_as_it_was_recorded() -> None:
    record = {"frozen": {"nDCG@10": [0.5, 1.0]}}
    assert evaluation.read_record(json.dumps(record), "old.json") == record


def test_the_gate_lets_noise_pass_and_stops_a_real_fall() -> None:
    dice = np.random.default_rng(0)
    old = dice.random(60)
    noise, fall = old + dice.normal(0, 0.05, 60), old - 0.05 + dice.normal(0, 0.02, 60)
    record = lambda values: {"frozen set": {"nDCG@10": values.tolist()}}  # noqa: E731
    assert evaluation.gate(record(noise), record(old)) == []
    (reason,) = evaluation.gate(record(fall), record(old))
    assert reason.startswith("nDCG@10 on frozen set fell from")
    assert evaluation.gate(record(old[:5]), record(old)) == [], "other queries are not compared"


def rows(n: int, decisive: str) -> list[dict]:
    dice = np.random.default_rng(1)
    out = []
    for _ in range(n):
        values = {name: float(dice.random()) for name in COMPONENTS}
        wanted = values[decisive] > 0.5
        parts = {name: {"value": value} for name, value in values.items()}
        out.append({"components": json.dumps(parts), "reaction": "applied" if wanted else "not_relevant"})
    return out


def test_weights_move_to_what_people_decide_by() -> None:
    current = weights.load()
    fitted = feedback.refit(*feedback.examples(rows(3000, "education")), current)
    assert fitted["education"] > 2 * current.components["education"]
    assert sum(fitted.values()) == pytest.approx(1)
    assert min(fitted.values()) >= 0


def test_little_feedback_or_only_hidden_jobs_leave_the_weights_alone() -> None:
    current = weights.load()
    few = rows(feedback.LEAST_ROWS - 1, "education")
    assert feedback.refit(*feedback.examples(few), current) == current.components
    hidden = [row | {"reaction": "hidden"} for row in rows(500, "education")]
    assert feedback.refit(*feedback.examples(hidden), current) == current.components


def test_fitted_weights_are_a_weights_file_of_another_version() -> None:
    text, current = weights.PATH.read_text(encoding="utf-8"), weights.load()
    share = {name: 1 / len(COMPONENTS) for name in COMPONENTS}
    fitted = weights.read(feedback.as_toml(text, share, 1234))
    assert fitted.components == pytest.approx(share, abs=1e-3)
    assert fitted.version != current.version
    assert fitted.skills == current.skills
