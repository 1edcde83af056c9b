"""``jobmatch backup`` and ``jobmatch restore``."""

from __future__ import annotations

from pathlib import Path

import click

_HELP = {"help_option_names": ["-h", "--help"]}


@click.command(context_settings=_HELP)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--no-runs", is_flag=True, help="Leave Dagster's own records out.")
def backup(file: Path, no_runs: bool) -> None:
    """Write a backup of the embedded default into one file, while everything goes on.

    In it: the database as of one moment, Dagster's records, the files of the bucket, the keys. It holds personal data:
    keep it where only you can read it, and let it go when what it holds may no longer be kept.
    """
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.backup import backup as write

    manifest = write(settings(), file, with_runs=not no_runs)
    rows = ", ".join(f"{table} {count:,}" for table, count in manifest.rows.items())
    click.echo(f"{file}: {file.stat().st_size / 1e6:,.1f} MB, {rows}.")


@click.command(context_settings=_HELP)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Let go what is in the database and the bucket now.")
def restore(file: Path, replace: bool) -> None:
    """Put a backup back and bring it up to the migrations of this version.

    A database in use is refused without --replace. Stop `jobmatch dev` and the API first: their connections are broken
    off.
    """
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.backup import restore as put_back

    manifest = put_back(settings(), file, replace=replace)
    rows = ", ".join(f"{table} {count:,}" for table, count in manifest.rows.items())
    click.echo(f"Restored what was kept at {manifest.made_at} by version {manifest.version}: {rows}.")
