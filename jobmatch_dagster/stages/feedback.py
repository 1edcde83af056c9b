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
        file: CSV with a column ``resume_id`` and one column an attribute (``sex``, ``ethnicity`` …); an empty field is
            a category that is not known.

    Raises:
        JobmatchError: the file cannot be read, lacks the column, or a line does not fit; the message has no label.
    """
    found: dict[str, dict[str, str]] = {}
    try:
        with file.expanduser().open(encoding="utf-8-sig", newline="") as stream:
            rows = csv.DictReader(stream)
            attributes = [name for name in rows.fieldnames or () if name and name != IDENTITY]
            if IDENTITY not in (rows.fieldnames or ()) or not attributes:
                raise JobmatchError(
                    str(file), f"has no column {IDENTITY} beside an attribute", f"Begin it with {IDENTITY},sex."
                )
            for row in rows:
                identity = (row[IDENTITY] or "").strip().lower()
                if not identity or None in row or None in row.values():
                    raise JobmatchError(
                        f"{file}, line {rows.line_num}",
                        f"has not one field for each of {IDENTITY}, {', '.join(attributes)}",
                        "Separate the fields by commas, and leave an attribute empty that is not known.",
                    )
                given = {name: row[name].strip() for name in attributes}
                if found.setdefault(identity, given) != given:
                    raise JobmatchError(
                        f"{file}, line {rows.line_num}",
                        "gives a résumé other categories than an earlier line",
                        "Give each résumé once.",
                    )
    except OSError as error:
        raise JobmatchError(
            str(file), f"cannot be read: {error.strerror}", "Name a CSV file on the machine on which this runs."
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise JobmatchError(str(file), "is not a CSV file in UTF-8", "Save it as CSV, encoded in UTF-8.") from None
    return found


def bias_report(conn: psycopg.Connection, labels: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    """Scoring rates and impact ratios of the matches in use, small groups suppressed; the labels are kept nowhere.

    Raises:
        JobmatchError: no résumé with a label has a match, so there is nothing to compare.
    """
    from jobmatch_dagster.matching import fairness
    from jobmatch_dagster.supabase import database

    scores = database.read(conn, SCORES)
    if labels.keys().isdisjoint(scores["resume_id"].to_pylist()):
        raise JobmatchError(
            "The labels",
            f"name {len(labels)} résumés, none of which has a match in use",
            "Take the ids from public.resumes, and run the day's matching first.",
        )
    return fairness.report(scores, labels)


def without_matches(conn: psycopg.Connection, labels: dict[str, dict[str, str]]) -> int:
    """How many of the résumés with labels have no match in use and are therefore not compared."""
    from jobmatch_dagster.supabase import database

    return len(labels.keys() - set(database.read(conn, SCORES)["resume_id"].to_pylist()))
