"""A scorer that ranks worse than the live one makes no matches, and the evaluation says so in advance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import dagster as dg

DAY = "2026-03-02"
FELL = "nDCG@10 on frozen set fell from 0.900 to 0.800"


@pytest.mark.parametrize("reasons", [[FELL], []])
def test_matches_are_made_only_if_the_scorer_ranks_no_worse(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, reasons: list[str]
) -> None:
    import dagster as dg

    from jobmatch_dagster.orchestration.assets.day import match_scores
    from jobmatch_dagster.orchestration.evaluation import scorer_evaluation
    from jobmatch_dagster.orchestration.resources import Platform
    from jobmatch_dagster.stages import scorer_version

    monkeypatch.setattr(scorer_version, "verdict", lambda *_, **__: ({}, reasons))
    monkeypatch.setattr(scorer_version, "has_changed", lambda *_: True)
    run = {"instance": instance, "resources": {"platform": Platform()}, "raise_on_error": False}
    matched = dg.materialize([match_scores], partition_key=DAY, **run)  # type: ignore[arg-type]
    assert matched.success is not bool(reasons)
    assert bool(matched.asset_materializations_for_node("match_scores")) is not bool(reasons)
    evaluated = dg.materialize([scorer_evaluation], **run)  # type: ignore[arg-type]
    (check,) = evaluated.get_asset_check_evaluations()
    assert check.passed is not bool(reasons)
    assert (FELL in (check.description or "")) is bool(reasons)
