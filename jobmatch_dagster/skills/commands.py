"""``jobmatch skills …``: find skills in text, and look at the taxonomy. JSON Lines out."""

from __future__ import annotations

from typing import IO, Any

import click

BATCH = 2000
"""Texts read at once by ``extract``: enough to be fast, few enough that the first lines come soon."""


@click.group()
def skills() -> None:
    """Find skills in text; search the taxonomy."""


@skills.command()
@click.option("--kind", type=click.Choice(["posting", "resume"]), default="posting", show_default=True)
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
def extract(kind: str, file: IO[str]) -> None:
    """Read {"id", "text"} lines and print {"id", "skills": [...]} lines, in the same order."""
    from jobmatch_dagster import jsonl
    from jobmatch_dagster.errors import JobmatchError

    report = jsonl.Report()
    batch: list[dict[str, Any]] = []
    name = _name(file)
    for number, row in enumerate(jsonl.read(file, name, report), 1):
        if not isinstance(row.get("text"), str):
            report.problem(
                JobmatchError(f"{name}, row {number}", "has no text", 'Give each row a string under "text".')
            )
            continue
        batch.append(row)
        if len(batch) >= BATCH:
            jsonl.write(_extracted(batch, kind))
            batch = []
    jsonl.write(_extracted(batch, kind))
    report.exit()


def _extracted(rows: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    from jobmatch_dagster.skills.extractor import extract as extract_texts

    if not rows:
        return []
    found = extract_texts([row["text"] for row in rows], kind=kind)  # type: ignore[arg-type]
    out: list[dict[str, Any]] = [{"id": row.get("id"), "skills": []} for row in rows]
    for mention in found.rename_columns({"skill_id": "skill"}).to_pylist():
        out[mention.pop("row")]["skills"].append(mention)
    return out


@skills.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
def search(text: str, limit: int) -> None:
    """Skills whose name has TEXT in it, best first."""
    from jobmatch_dagster import jsonl
    from jobmatch_dagster.skills import taxonomy

    jsonl.write(taxonomy.load().search(text, limit))


@skills.command()
@click.argument("skill")
def show(skill: str) -> None:
    """One skill, by its id or its label: names, broader, narrower and related skills."""
    from jobmatch_dagster import jsonl
    from jobmatch_dagster.errors import JobmatchError
    from jobmatch_dagster.skills import taxonomy

    loaded = taxonomy.load()
    found = loaded.describe(skill)
    if found is None:
        raise JobmatchError(f"The skill {skill!r}", "is not in the taxonomy", "Try `jobmatch skills search`.")
    jsonl.write([found])


def _name(file: IO[str]) -> str:
    """What a stream is called; one that was handed over in memory has no name."""
    return str(getattr(file, "name", "<stdin>"))


@skills.command()
@click.option("--kind", type=click.Choice(["posting", "resume"]), default="posting", show_default=True)
@click.option("--at-least", type=click.IntRange(1), default=1, show_default=True, help="In so many texts.")
@click.argument("file", type=click.File("r", encoding="utf-8", errors="replace"), default="-")
def candidates(kind: str, at_least: int, file: IO[str]) -> None:
    """Phrases that {"id", "text"} lines ask for and the taxonomy lacks, with counts: what to add next."""
    from jobmatch_dagster import jsonl
    from jobmatch_dagster.skills.candidates import count
    from jobmatch_dagster.skills.extractor import extract as extract_texts

    report = jsonl.Report()
    texts = [row["text"] for row in jsonl.read(file, _name(file), report) if isinstance(row.get("text"), str)]
    counted = count(extract_texts(texts, kind=kind)).to_pylist()  # type: ignore[arg-type]
    jsonl.write(row for row in counted if row["texts"] >= at_least)
    report.exit()
