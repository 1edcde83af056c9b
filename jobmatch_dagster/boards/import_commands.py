"""``jobmatch import …``: postings and résumés that a team already has enter where scraped and uploaded ones do."""

from __future__ import annotations

import mimetypes
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from jobmatch_dagster import jsonl
from jobmatch_dagster.errors import JobmatchError

_RESUME_ENDINGS = (".pdf", ".docx", ".doc", ".odt", ".rtf", ".txt", ".md", ".html", ".htm")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("import")
def import_() -> None:
    """Bring in postings or résumés that you already have."""


@import_.command()
@click.option("--day", type=_DAY, default=None, help="The day that the postings are filed under.")
@click.option("--day-column", default=None, help="The file's column with each row's day, instead of --day.")
@click.option("--board", "name", default=None, help="The name they are filed under; «files» otherwise.")
@click.option("--mapping", type=click.Path(path_type=Path, dir_okay=False), default=None, help="YAML, see below.")
@click.option("--column", "columns", multiple=True, help="ours=theirs, such as title=jobTitle; a+b joins two columns.")
@click.option("--dry-run", is_flag=True, help="Print the postings as JSON Lines; no database is needed.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def postings(
    day: datetime | None,
    day_column: str | None,
    name: str | None,
    mapping: Path | None,
    columns: tuple[str, ...],
    dry_run: bool,
    files: tuple[Path, ...],
) -> None:
    """CSV, JSON Lines, a JSON array or Parquet. Usual column names are recognised; a mapping names the others.

    \b
    title: jobTitle
    description: {join: [duties, requirements], with: "\\n\\n"}
    external_id: {join: [platform, jobId], with: "/"}
    company: {value: Example Ltd}
    day_column: scraped_at
    """
    from jobmatch_dagster.boards.files import load_mapping

    chosen = load_mapping(mapping).with_columns(columns)
    chosen = replace(
        chosen,
        board=name or chosen.board,
        day=day.date() if day else None,
        day_column=day_column or chosen.day_column,
    )
    if (chosen.day is None) == (chosen.day_column is None):
        raise click.UsageError("Say the day once: --day 2026-11-22, or --day-column with the column that holds it.")
    report = jsonl.Report()
    if dry_run:
        for file in files:
            for table in _tables(file, chosen, report):
                jsonl.write(table.to_pylist())
    else:
        _store(files, chosen, report)
    report.exit()


def _tables(file: Path, mapping: Any, report: jsonl.Report) -> Iterator[Any]:
    """The file's postings in pieces; each rejected row is reported, and a file that cannot be read at all as one."""
    from jobmatch_dagster.boards.file_rows import Rejected
    from jobmatch_dagster.boards.files import stream_postings

    rejected: list[Rejected] = []
    try:
        yield from stream_postings(file, mapping, rejected)
    except JobmatchError as error:
        report.problem(error)
    for bad in rejected:
        report.problem(JobmatchError(f"{file}, row {bad.row}", bad.reason, "The other rows were imported."))


def _store(files: tuple[Path, ...], mapping: Any, report: jsonl.Report) -> None:
    """Merge the files into the raw table, and note the import as a run of each day, so that the days are run."""
    from jobmatch_dagster.boards.raw import to_raw
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.stages.scrape_runs import keep_import
    from jobmatch_dagster.supabase import database

    days: Counter[date] = Counter()
    with database.connect(settings()) as connection:
        for file in files:
            before, read, new, changed = report.count, 0, 0, 0
            for table in _tables(file, mapping, report):
                rows = to_raw(table, mapping.day)
                merged = database.merge(
                    connection,
                    "raw.postings",
                    rows,
                    key=["board", "external_id", "scraped_on"],
                    guard="payload_hash",
                )
                read, new, changed = read + table.num_rows, new + merged.inserted, changed + merged.updated
                if merged.inserted or merged.updated:
                    days.update(rows["scraped_on"].to_pylist())
            told = f"{file}: {read} postings, {new} new, {changed} changed, {report.count - before} rejected"
            click.echo(told)
        for day, count in sorted(days.items()):
            keep_import(connection, mapping.board, day, count)
    if days:
        span = f"{min(days)}" if len(days) == 1 else f"{min(days)} to {max(days)}"
        click.echo(f"{span}: a running `jobmatch dev` works on it now; without one, `jobmatch run --from {min(days)}`.")


@import_.command()
@click.option("--user", "email", default=None, help="The person that all files belong to, by e-mail.")
@click.option("--user-per-file", is_flag=True, help="A person of its own for each file, made from its name.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
def resumes(email: str | None, user_per_file: bool, paths: tuple[Path, ...]) -> None:
    """Put résumé files, or folders of them, into the bucket; the pipeline parses and matches them."""
    if (email is None) == (not user_per_file):
        raise click.UsageError("Say whose they are: --user someone@example.org, or --user-per-file.")
    from jobmatch_dagster.settings import settings

    report = jsonl.Report()
    stored = present = 0
    for file in _resume_files(paths, report):
        try:
            fresh = _put(settings(), file, email)
        except JobmatchError as error:
            report.problem(JobmatchError(str(file), error.problem, error.remedy))
        except OSError as error:
            report.problem(JobmatchError(str(file), f"cannot be read: {error.strerror}", "Check its rights."))
        else:
            stored, present = stored + fresh, present + (not fresh)
    click.echo(f"{stored} stored, {present} there already, {report.count} refused")
    report.exit()


def _resume_files(paths: tuple[Path, ...], report: jsonl.Report) -> Iterator[Path]:
    """The files, and in folders those whose ending is one of a document's."""
    for path in paths:
        if path.is_dir():
            yield from sorted(
                file
                for file in path.rglob("*")
                if file.is_file() and file.suffix.lower() in _RESUME_ENDINGS and not file.name.startswith(".")
            )
        elif path.exists():
            yield path
        else:
            report.problem(JobmatchError(str(path), "is not there", "Check the path."))


def _put(settings: Any, file: Path, email: str | None) -> bool:
    """Store one file; False if the person has a file of that name and content already."""
    from jobmatch_dagster.supabase.accounts import ensure_user
    from jobmatch_dagster.supabase.storage import FileExists, file_store, safe_name

    user = ensure_user(settings, email or _own_address(file))
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    name = f"{user}/{safe_name(file.name)}"
    data = file.read_bytes()
    try:
        file_store(settings).put("resumes", name, data, content_type=kind, owner=user)
    except FileExists:
        if file_store(settings).get("resumes", name) == data:
            return False
        file_store(settings).put("resumes", name, data, content_type=kind, owner=user, upsert=True)
    return True


def _own_address(file: Path) -> str:
    """A made-up address for a file's person; example.org takes no mail."""
    import hashlib

    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in file.stem.lower()).strip("-")[:40]
    digest = hashlib.sha256(str(file.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{plain or 'resume'}-{digest}@example.org"
