"""Rankings on every labelled set at hand, the scorer beside a lexical baseline."""

from __future__ import annotations

from typing import Any

from jobmatch_dagster.matching import evaluation, metrics


def run() -> dict[str, Any]:
    """Means with 95 % bootstrap intervals; the public sets only where their folder is there."""
    results = evaluation.run(threads=2)
    skipped = None if evaluation.data_folder() else "public sets: no folder (set JOBMATCH_SHARED); the frozen set ran"
    table = {
        "title": "Ranking (mean [95 % interval over queries])",
        "columns": ["set", "ranker", *metrics.MEASURES],
        "rows": [result.row() for result in results],
    }
    return {"name": "matching", "tables": [table], "skipped": skipped}
