"""``jobmatch reread``: what a new version of the taxonomy leaves to do for jobs of days that do not run any more."""

from __future__ import annotations

import click


@click.command()
def reread() -> None:
    """Read the skills of stored jobs again where taxonomy or reader have changed since.

    Takes all open jobs of all days and says how far it is. Can be interrupted: the same command goes on where it was.
    The matches of the days follow with `jobmatch backfill --stage match_scores`.
    """
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.stages.read_skills import read_outdated
    from jobmatch_dagster.supabase.ready import make_ready

    make_ready(settings())
    outcome = read_outdated(settings(), lambda done, total: click.echo(f"{done} of {total} jobs read", err=True))
    click.echo(f"{outcome.counts['read now']} jobs read, {outcome.counts['skills found']} skills found")
