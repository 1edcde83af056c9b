"""``jobmatch matches …``: rank jobs for résumés, explain one match, evaluate and fit the scorer, look at the past."""

from __future__ import annotations

import json
from datetime import date
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from uuid import UUID

    import pyarrow as pa

    from jobmatch_dagster.jsonl import Report

_TEXT = click.File("r", encoding="utf-8", errors="replace")


@click.group()
def matches() -> None:
    """Rank jobs for résumés and explain a match."""


@matches.command()
@click.option("--resumes", type=_TEXT, required=True, help='Lines {"id", "resume": {…}}.')
@click.option("--jobs", type=_TEXT, required=True, help='Job rows, at least {"id", "title"}.')
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
        out.append((place, line["rank"], line | _told(row)))
    out.sort(key=lambda item: item[:2])
    jsonl.write(line for _, _, line in out)


RESUME = "select * from public.resumes where id = %s"
RESUME_SKILLS = "select * from public.resume_skills where resume_id = %s order by skill_id"
JOB = "select * from public.jobs where id = %s"
JOB_SKILLS = "select * from public.job_skills where job_id = %s order by skill_id"
OTHER_SCORES = """
select m.score from public.job_matches m join public.jobs j on j.id = m.job_id
 where m.resume_id = %s and m.job_id <> %s and j.closed_on is null
"""


@matches.command()
@click.option("--resume", type=click.UUID, required=True, help="Id of the résumé.")
@click.option("--job", type=click.UUID, required=True, help="Id of the job.")
def explain(resume: UUID, job: UUID) -> None:
    """Print what the match of one résumé and one job is made of, as one JSON object."""
    from jobmatch_dagster import jsonl
    from jobmatch_dagster.errors import JobmatchError
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import database

    with database.connect(settings()) as conn:
        person, ad = database.read(conn, RESUME, (str(resume),)), database.read(conn, JOB, (str(job),))
        for name, identity, found in (("résumé", resume, person), ("job", job, ad)):
            if not found.num_rows:
                raise JobmatchError(f"The {name} {identity}", "is not in the database", "Check its id.")
        skills = database.read(conn, RESUME_SKILLS, (str(resume),))
        asked = database.read(conn, JOB_SKILLS, (str(job),))
        others = database.read(conn, OTHER_SCORES, (str(resume), str(job)))
    jsonl.write([explained(person, skills, ad, asked, others["score"].to_pylist(), date.today())])


@matches.command("resumes")
@click.option("--job", type=click.UUID, required=True, help="Id of the job.")
@click.option("--top", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Résumés printed.")
def of_job(job: UUID, top: int) -> None:
    """Print the best résumés of one job with reasons, best first; for the data team, and noted in the audit log."""
    from jobmatch_dagster import jsonl
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.stages.best_resumes import best_resumes_of

    rows = best_resumes_of(settings(), str(job), top=top, day=date.today()).to_pylist()
    jsonl.write(
        {"rank": rank, "resume_id": row["resume_id"], "job_id": row["job_id"], **_told(row)}
        for rank, row in enumerate(rows, 1)
    )


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """A match's score and reasons, JSON columns parsed."""
    out: dict[str, Any] = {"score": row["score"]}
    for name in ("components", "matched_skills", "missing_skills"):
        out[name] = json.loads(row[name])
    return out | {"abstained": row["abstained"], "vetoes": json.loads(row["vetoes"]), "sentence": row["sentence"]}


def explained(
    person: pa.Table, skills: pa.Table, ad: pa.Table, asked: pa.Table, others: list[float], day: date
) -> dict[str, Any]:
    """One pair with everything that is known of it; a vetoed pair has only its vetoes.

    Args:
        person, skills, ad, asked: one row of ``tables.RESUMES`` and one of ``tables.JOBS``, with their skills.
        others: scores of the résumé's other matches.
        day: stands in for the day of a side that has none.
    """
    from jobmatch_dagster.matching import scorer, sides, vetoes
    from jobmatch_dagster.matching.changes import changes

    there = sides.jobs(ad, asked)
    here = sides.resumes(person, skills, there)
    out: dict[str, Any] = {"resume_id": person["id"][0].as_py(), "job_id": ad["id"][0].as_py()}
    out |= {"title": ad["title"][0].as_py(), "company": ad["company"][0].as_py()}
    out["vetoes"] = vetoes.judge(there.asked[0], here.offered[0])
    found = scorer.match(person, skills, there, top=1, min_score=0.0, threads=1, day=day).matches
    if not found.num_rows:
        return out
    row = found.to_pylist()[0]
    for name in ("components", "matched_skills", "missing_skills"):
        out[name] = json.loads(row[name])
    rank_now, possible = changes(person, skills, ad, asked, others, day=day)
    met = [item["label"] for item in out["matched_skills"] if item["status"] == "met"]
    return out | {
        "score": row["score"],
        "rank": rank_now,
        "abstained": row["abstained"],
        "sentence": row["sentence"],
        "strengths": met[:3],
        "what_would_change": [
            f"With {change.skill}: score {change.score:.3f}, rank {change.rank} instead of {rank_now}."
            for change in possible[:3]
        ],
        "scorer_version": row["scorer_version"],
    }


@matches.command()
@click.option("--against", type=_TEXT, help="JSON of an earlier evaluation to compare with.")
@click.option("--record", type=click.File("w", encoding="utf-8"), help="Write this evaluation as JSON.")
def evaluate(against: IO[str] | None, record: IO[str] | None) -> None:
    """Rank every labelled set at hand, beside a lexical baseline; with --against, fail if worse beyond noise."""
    from jobmatch_dagster.errors import JobmatchError
    from jobmatch_dagster.matching import evaluation, metrics
    from jobmatch_dagster.settings import settings

    old = evaluation.read_record(against.read(), against.name) if against else {}
    results = evaluation.run(settings().match_threads, lambda name: click.echo(f"{name} …", err=True))
    for cells in (["set", "ranker", *metrics.MEASURES], *(result.row() for result in results)):
        click.echo("  ".join(f"{cell:<26}" for cell in cells).rstrip())
    if record:
        json.dump(evaluation.as_record(results), record)
    reasons = evaluation.gate(evaluation.as_record(results), old)
    if reasons:
        problem = f"is worse than the earlier one: {'; '.join(reasons)}"
        raise JobmatchError("This scorer", problem, "Do not let it go live.")


@matches.command()
def refit() -> None:
    """Fit the weights to what people did with their matches; they go live only if they rank better."""
    from jobmatch_dagster.errors import JobmatchError
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.stages import feedback
    from jobmatch_dagster.supabase import database

    with database.connect(settings()) as conn:
        fitted = feedback.refit(conn, settings(), on_progress=lambda text: click.echo(f"{text} …", err=True))
    for name, share in fitted.weights.items():
        click.echo(f"{name:<12} {share:.3f}")
    if fitted.reasons:
        raise JobmatchError(
            "The fitted weights", f"do not go live: {'; '.join(fitted.reasons)}", "The weights in use stay as they are."
        )
    click.echo(f"Fitted to {fitted.rows} reactions and written to {fitted.file}; the next run of matching uses them.")


@matches.command()
@click.option(
    "--labels", type=click.Path(exists=True, dir_okay=False), required=True,
    help="CSV with resume_id and one column an attribute (sex, ethnicity …); it is read and not kept.",
)  # fmt: skip
def bias(labels: str) -> None:
    """Print scoring rates and impact ratios between groups (New York City Local Law 144), one JSON object a line."""
    from pathlib import Path

    from jobmatch_dagster import jsonl
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.stages import feedback
    from jobmatch_dagster.supabase import database

    known = feedback.labels_of(Path(labels))
    with database.connect(settings()) as conn:
        jsonl.write(feedback.bias_report(conn, known))


@matches.command()
@click.option("--resume", type=click.UUID, required=True, help="Id of the résumé.")
@click.option("--at", type=click.DateTime(), help="UTC; now, if not given.")
def served(resume: UUID, at: Any) -> None:
    """Print the ranking that could be seen at a moment, from the log, and whether it comes out the same again."""
    from datetime import UTC, datetime

    from jobmatch_dagster import jsonl
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.stages import ranking_log
    from jobmatch_dagster.supabase import database

    moment = at.replace(tzinfo=UTC) if at else datetime.now(UTC)
    with database.connect(settings()) as conn:
        jsonl.write([ranking_log.served(conn, str(resume), moment)])
