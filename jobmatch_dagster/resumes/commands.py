"""``jobmatch resumes …``: parse résumé files without a database. The reading itself is in ``parse`` and ``pool``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.group()
def resumes() -> None:
    """Parse résumé files."""


@resumes.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=None,
    help="Files read at once.  [default: JOBMATCH_RESUME_WORKERS]",
)
@click.option("--body/--no-body", default=False, help="Also print the plain text in reading order.")
def parse(files: tuple[Path, ...], workers: int | None, body: bool) -> None:
    """Read résumé FILES (PDF, DOCX, ODT, RTF, HTML, Markdown, text, JSON Resume) and print a profile a line.

    A file that cannot be read is a line too, with a status and a sentence for the person. Offsets count characters of
    the text that --body prints.

    \b
        jobmatch resumes parse cv.pdf | jq .resume.work
    """
    from jobmatch_dagster import jsonl
    from jobmatch_dagster.errors import JobmatchError
    from jobmatch_dagster.resumes.model import Limits
    from jobmatch_dagster.resumes.pool import parse_many
    from jobmatch_dagster.settings import settings

    report = jsonl.Report()
    limits = Limits.from_settings(settings())
    found: list[tuple[str, Path]] = []
    for file in files:
        if file.is_file():
            found.append((str(file), file))
        else:
            report.problem(JobmatchError(str(file), "is not a file", "Check the path."))
    count = min(workers or settings().resume_workers, max(len(found), 1))
    jsonl.write(_row(result, body) for result in parse_many(found, workers=count, limits=limits))
    report.exit()


def _row(result: Any, body: bool) -> dict[str, Any]:
    row = {
        "file": result.name,
        "status": result.status,
        "reason": result.reason,
        "confidence": result.confidence,
        "warnings": result.warnings,
        "language": result.language,
        "layout": result.layout,
        "experience_years": result.experience_years,
        "recent_experience": result.recent_experience,
        "seniority": result.seniority,
        "pages": result.pages,
        "parser_version": result.parser_version,
        "resume": result.resume,
    }
    if body:
        row["body"] = result.body
    return row
