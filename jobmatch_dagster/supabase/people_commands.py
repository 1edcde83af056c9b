"""``jobmatch people``: erase or export what is kept about a person."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def people() -> None:
    """Erase or export what is kept about a person.

    \b
    jobmatch people export --user ada@example.org --output ada.json --files ada/
    jobmatch people erase --user ada@example.org
    """


@people.command()
@click.option("--user", required=True, metavar="ID|E-MAIL", help="The account.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(user: str, yes: bool) -> None:
    """Remove a person for good: files, résumés, matches, feedback, account.

    Prints a receipt as JSON: its number, when, and how much was removed. It names nobody; it is the proof.
    """
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.people import erase as erase_person

    if not yes and sys.stdin.isatty():
        click.confirm("This cannot be undone. Erase this person?", abort=True)
    click.echo(json.dumps(asdict(erase_person(settings(), user)), default=str, indent=2))


@people.command()
@click.option("--user", required=True, metavar="ID|E-MAIL", help="The account.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of to the screen.")
@click.option("--files", type=click.Path(file_okay=False, path_type=Path), help="Save the person's files in here, too.")
def export(user: str, output: Path | None, files: Path | None) -> None:
    """Write all that is kept about a person as JSON: account, profile, résumés, matches, feedback, list of files."""
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.people import export as export_person
    from jobmatch_dagster.supabase.storage import RESUMES, file_store

    kept = export_person(settings(), user)
    text = json.dumps(kept, ensure_ascii=False, indent=2)
    if output:
        output.write_text(text + "\n", encoding="utf-8")
    else:
        click.echo(text)
    if files:
        files.mkdir(parents=True, exist_ok=True)
        store = file_store(settings())
        for file in kept["files"]:
            (files / file["name"].rsplit("/", 1)[-1]).write_bytes(store.get(RESUMES, file["name"]))
