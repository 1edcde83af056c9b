"""``jobmatch matches …``: rank jobs for résumés, explain one match, evaluate the scorer."""

from __future__ import annotations

import json
from datetime import date
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.jsonl import Report


@click.group()
def matches() -> None:
    """Rank jobs for résumés and explain a match."""


@matches.command()
@click.option("--resumes", type=click.File("r", encoding="utf-8"), required=True, help='Lines {"id", "resume": {…}}.')
@click.option(
    "--jobs", type=click.File("r", encoding="utf-8"), required=True, help='Job rows, at least {"id", "title"}.'
)
@click.option("--top", type=click.IntRange(1, 100_000), default=10, show_default=True, help="Jobs per résumé.")
@click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Lowest score printed.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Day that open-ended positions last until; today.")
def rank(resumes: IO[str], jobs: IO[str], top: int, min_score: float, day: Any) -> None:
    """Rank the jobs of one file for each résumé of another; no database is needed."""
    from jobmatch_dagster import jsonl
    from jobmatch_dagster.matching import rows, scorer
    from jobmatch_dagster.settings import settings

    threads = settings().match_threads
    report, today = jsonl.Report(), day.date() if day else date.today()
    people = _identified(resumes, "resume", report)
    ads = _identified(jobs, "title", report)
    if people and ads:
        found = scorer.match(
            *rows.resumes(people, today, threads),
            *rows.jobs(ads, today, threads),
            top=top,
            min_score=min_score,
            threads=threads,
            day=today,
        )
        _print(found.matches, people, ads)
    report.exit()


def _identified(stream: IO[str], needed: str, report: Report) -> list[dict[str, Any]]:
    """Rows with an id of their own and the field that is needed; others are reported. Ids become strings."""
    from jobmatch_dagster import jsonl
    from jobmatch_dagster.errors import JobmatchError

    kept: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(jsonl.read(stream, stream.name, report), 1):
        identity, where = row.get("id"), f"{stream.name}, row {number}"
        if not isinstance(identity, str | int) or isinstance(identity, bool) or identity == "":
            report.problem(JobmatchError(where, "has no id", 'Give each row a string or a number under "id".'))
        elif not isinstance(row.get(needed), dict if needed == "resume" else str):
            report.problem(JobmatchError(where, f"has no {needed}", f'Give each row its "{needed}".'))
        elif str(identity) in kept:
            report.problem(JobmatchError(where, "has the id of an earlier row", "Give each row an id of its own."))
        else:
            kept[str(identity)] = row | {"id": str(identity), "_id": identity}
    return list(kept.values())


def _print(found: pa.Table, people: list[dict[str, Any]], ads: list[dict[str, Any]]) -> None:
    """Ranked lines, résumés in the order of their file."""
    from jobmatch_dagster import jsonl

    order = {row["id"]: (place, row["_id"]) for place, row in enumerate(people)}
    names = {row["id"]: row["_id"] for row in ads}
    out: list[tuple[int, int, dict[str, Any]]] = []
    ranks: dict[str, int] = {}
    for row in found.to_pylist():
        ranks[row["resume_id"]] = ranks.get(row["resume_id"], 0) + 1
        place, identity = order[row["resume_id"]]
        line = {"resume_id": identity, "job_id": names[row["job_id"]], "rank": ranks[row["resume_id"]]}
        line["score"] = row["score"]
        for name in ("components", "matched_skills", "missing_skills"):
            line[name] = json.loads(row[name])
        line |= {"abstained": row["abstained"], "vetoes": json.loads(row["vetoes"]), "sentence": row["sentence"]}
        out.append((place, line["rank"], line))
    out.sort(key=lambda item: item[:2])
    jsonl.write(line for _, _, line in out)
