"""A scorer that ranks worse than the live one makes no matches: the blocking check stands before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import dagster as dg

DAY = "2026-03-02"


@pytest.mark.parametrize("reasons", [["nDCG@10 on frozen set fell from 0.900 to 0.800"], []])
def test_matches_are_made_only_if_the_scorer_ranks_no_worse(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, reasons: list[str]
) -> None:
    import dagster as dg

    from jobmatch_dagster.orchestration.assets.day import match_scores
    from jobmatch_dagster.orchestration.evaluation import scorer_evaluation
    from jobmatch_dagster.orchestration.resources import Platform
    from jobmatch_dagster.stages import scorer_version

    monkeypatch.setattr(scorer_version, "verdict", lambda *_, **__: ({}, reasons))
    done = dg.materialize(
        [scorer_evaluation, match_scores],
        instance=instance,
        partition_key=DAY,
        resources={"platform": Platform()},
        raise_on_error=False,
    )
    assert bool(done.asset_materializations_for_node("match_scores")) is not bool(reasons)
    assert done.success is not bool(reasons)
