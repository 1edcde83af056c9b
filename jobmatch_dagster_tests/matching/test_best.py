"""Merging matches over days."""

from __future__ import annotations

import pyarrow as pa

from jobmatch_dagster.matching.best import keep_top


def rows(*items: tuple[str, str, float]) -> pa.Table:
    return pa.table(
        {"resume_id": [i[0] for i in items], "job_id": [i[1] for i in items], "score": [float(i[2]) for i in items]}
    )


def test_equal_scores_are_ordered_by_job_id_whichever_day_came_first() -> None:
    monday, tuesday = rows(("r", "b", 0.5), ("r", "d", 0.5)), rows(("r", "a", 0.5), ("r", "c", 0.5))
    expected = ["a", "b", "c"]
    assert keep_top(monday, tuesday, 3)["job_id"].to_pylist() == expected
    assert keep_top(tuesday, monday, 3)["job_id"].to_pylist() == expected


def test_a_pair_scored_again_counts_with_its_new_score() -> None:
    kept = keep_top(rows(("r", "a", 0.9), ("r", "b", 0.5)), rows(("r", "a", 0.1)), 2)
    assert kept.to_pylist() == rows(("r", "b", 0.5), ("r", "a", 0.1)).to_pylist()


def test_each_resume_keeps_its_own_best() -> None:
    kept = keep_top(rows(("r", "a", 0.9), ("s", "a", 0.2)), rows(("s", "b", 0.8), ("r", "b", 0.8)), 1)
    assert kept.to_pylist() == rows(("r", "a", 0.9), ("s", "b", 0.8)).to_pylist()
