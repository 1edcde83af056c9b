"""What people did with their matches, and what a user knows of groups: fitted weights and impact ratios, offline.

Nothing here changes a score by itself. Fitted weights are written only where they rank the labelled sets better.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.errors import JobmatchError

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.matching.weights import Weights
    from jobmatch_dagster.settings import Settings

# A person's last word on a job counts; one reaction a pair.
REACTIONS = """
select distinct on (m.resume_id, m.job_id) m.components::text as components, f.kind as reaction
  from public.match_feedback f join public.job_matches m on m.user_id = f.user_id and m.job_id = f.job_id
 where f.kind <> 'hidden'
 order by m.resume_id, m.job_id, f.created_at desc, f.kind
"""
SCORES = """
select m.resume_id::text as resume_id, m.score from public.job_matches m join public.jobs j on j.id = m.job_id
 where j.closed_on is null and j.duplicate_of is null order by m.resume_id, m.job_id
"""
IDENTITY = "resume_id"


@dataclass(frozen=True)
class Refit:
    """Weights fitted to feedback.

    Attributes:
        rows: reactions that say something about fit.
        weights: share of each component.
        reasons: why they do not go live; empty if they were written to ``file``.
        file: the weights file of the home folder.
    """

    rows: int
    weights: dict[str, float]
    reasons: list[str]
    file: Path


def refit(conn: psycopg.Connection, settings: Settings, *, on_progress: Callable[[str], None] | None = None) -> Refit:
    """Fit component weights to feedback and let them go live if they rank the labelled sets better.

    They are written to ``weights.toml`` in the home folder; the next run of matching sees a new scorer, scores
    everything with it and switches.
    """
    from jobmatch_dagster.matching import evaluation, feedback, weights
    from jobmatch_dagster.supabase import database

    now, file = weights.load(), settings.home / "weights.toml"
    values, wanted = feedback.examples(database.read(conn, REACTIONS).to_pylist())
    if len(wanted) < feedback.LEAST_ROWS:
        few = f"{len(wanted)} reactions say something about fit; {feedback.LEAST_ROWS} are needed"
        return Refit(len(wanted), dict(now.components), [few], file)
    text = feedback.as_toml(
        weights.path().read_text(encoding="utf-8"), feedback.refit(values, wanted, now), len(wanted)
    )
    before, after = (_record(candidate, settings, on_progress) for candidate in (now, weights.read(text)))
    reasons = evaluation.improvement(after, before)
    if not reasons:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Refit(len(wanted), weights.read(text).components, reasons, file)


def _record(
    candidate: Weights, settings: Settings, on_progress: Callable[[str], None] | None
) -> dict[str, dict[str, list[float]]]:
    """How the labelled sets are ranked with some weights."""
    from jobmatch_dagster.matching import evaluation, weights

    with weights.on_trial(candidate):
        return evaluation.as_record(evaluation.run(settings.match_threads, on_progress, baselines=False))


def labels_of(file: Path) -> dict[str, dict[str, str]]:
    """Categories of people by résumé, as a user supplies them.

    Args:
        file: CSV with a column ``resume_id`` and one column an attribute (``sex``, ``ethnicity`` …).

    Raises:
        JobmatchError: the file cannot be read or lacks the column.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            attributes = [name for name in rows.fieldnames or () if name and name != IDENTITY]
            if IDENTITY not in (rows.fieldnames or ()) or not attributes:
                raise JobmatchError(
                    str(file), f"has no column {IDENTITY} beside an attribute", f"Begin it with {IDENTITY},sex."
                )
            return {row[IDENTITY]: {name: (row[name] or "").strip() for name in attributes} for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise JobmatchError(str(file), "cannot be read", "Give a CSV file in UTF-8.") from error


def bias_report(conn: psycopg.Connection, labels: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    """Scoring rates and impact ratios of the matches in use, small groups suppressed; the labels are kept nowhere."""
    from jobmatch_dagster.matching import fairness
    from jobmatch_dagster.supabase import database

    return fairness.report(database.read(conn, SCORES), labels)
