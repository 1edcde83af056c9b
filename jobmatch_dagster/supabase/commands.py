"""``jobmatch up | down | status | migrate`` and ``jobmatch supabase check``: the database from the command line."""

from __future__ import annotations

import json
from typing import Any

import click

_HELP = {"help_option_names": ["-h", "--help"]}
_COUNTED = ("users", "resumes", "jobs", "skills", "job_skills", "resume_skills", "job_matches")


@click.command(context_settings=_HELP)
def up() -> None:
    """Start the embedded database and bring it up to date.

    Makes $JOBMATCH_HOME/postgres the first time, applies what migrations are missing, and prints the connection string,
    which psql and every Postgres client understand. The server goes on until `jobmatch down`. Does nothing where all is
    in order. With SUPABASE_URL set there is nothing to start: `jobmatch migrate` brings the project up to date.
    """
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import database
    from jobmatch_dagster.supabase.ready import make_ready

    for label in make_ready(settings()):
        click.echo(f"applied {label}", err=True)
    click.echo(database.dsn(settings()) if settings().mode == "embedded" else "The Supabase project is ready.")


@click.command(context_settings=_HELP)
def down() -> None:
    """Stop the embedded database.

    Breaks off what is under way; committed work stays. `jobmatch up` starts it again with all its data.
    """
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import embedded

    click.echo("Stopped." if embedded.down(settings()) else "It was not running.")


@click.command(context_settings=_HELP)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of lines.")
def status(as_json: bool) -> None:
    """Say what runs, where, and what is in it. Exit status 1 if there is no database."""
    from jobmatch_dagster.settings import settings

    state = _state(settings())
    if as_json:
        click.echo(json.dumps(state))
    else:
        for name, value in state.items():
            shown = ", ".join(f"{k} {v:,}" for k, v in value.items()) if isinstance(value, dict) else value
            click.echo(f"{name + ':':<12} {shown}")


@click.command(context_settings=_HELP)
@click.option("--check", is_flag=True, help="Change nothing; exit status 1 if a migration is missing or was changed.")
def migrate(check: bool) -> None:
    """Apply the migrations that the database lacks.

    The files are dbt_like_sql/migrations/<14 digits>_<name>.sql; each runs once and in a transaction of its own, and is
    noted in the Supabase CLI's history table, so that `supabase db push` may be used as well.
    """
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import migrations

    if check:
        missing = migrations.check(settings())
        for label in missing:
            click.echo(f"missing {label}")
        click.echo(f"{len(missing)} missing." if missing else "Up to date.")
        raise SystemExit(1 if missing else 0)
    applied = migrations.migrate(settings())
    for label in applied:
        click.echo(f"applied {label}")
    if not applied:
        click.echo("Up to date.")


@click.group(context_settings=_HELP)
def supabase() -> None:
    """Check a Supabase project's setup; describe the schema."""


@supabase.command("check")
def check_command() -> None:
    """Look at a Supabase project from outside and say what to change.

    Looks at the keys, the way tokens are signed, which schemas the API exposes, the buckets, the connection string and
    its pooler, and the migrations. Changes nothing, prints no secret. Exit status 1 if something is broken.

    \b
    A project from nothing:
      1. make a project; copy URL and secret key from its API settings, the session pooler's string from Connect
      2. set SUPABASE_URL, SUPABASE_SECRET_KEY, SUPABASE_DB_URL (in .env)
      3. jobmatch migrate
      4. jobmatch supabase check
    """
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.check import check_project
    from jobmatch_dagster.supabase.findings import State, lines

    if settings().mode == "embedded":
        click.echo("No Supabase project is set: SUPABASE_URL, SUPABASE_SECRET_KEY and SUPABASE_DB_URL are empty.")
        raise SystemExit(1)
    findings = list(check_project(settings()))
    for line in lines(findings):
        click.echo(line)
    raise SystemExit(1 if any(finding.state is State.BROKEN for finding in findings) else 0)


@supabase.command("schema")
@click.option("--write", is_flag=True, help="Write docs/schema.md anew instead.")
def schema_command(write: bool) -> None:
    """Print tables, columns, policies and functions of the database in use as Markdown."""
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import database, schema_reference
    from jobmatch_dagster.supabase.ready import make_ready

    make_ready(settings())
    with database.connect(settings()) as connection:
        page = schema_reference.page(connection)
    if write:
        schema_reference.PAGE.write_text(page, "utf-8")
    else:
        click.echo(page, nl=False)


def _state(settings: Any) -> dict[str, Any]:
    """What `jobmatch status` shows."""
    from jobmatch_dagster.supabase import database, embedded, migrations

    where = settings.supabase_url or str(embedded.data_folder(settings))
    with database.connect(settings) as connection:
        server = connection.execute("select current_setting('server_version')").fetchone()
        size = connection.execute("select pg_size_pretty(pg_database_size(current_database()))").fetchone()
        there = connection.execute(
            "select name from unnest(%s::text[]) name where to_regclass('public.' || name) is not null",
            [list(_COUNTED)],
        ).fetchall()
        rows = {
            name: connection.execute(f"select count(*) from public.{name}").fetchone()[0]  # type: ignore[index]  # noqa: S608
            for name in _COUNTED
            if (name,) in there
        }
    missing = migrations.check(settings)
    return {
        "database": settings.mode,
        "where": where,
        "postgres": server[0] if server else None,
        "size": size[0] if size else None,
        "migrations": f"{len(missing)} missing: run `jobmatch migrate`" if missing else "up to date",
        "rows": rows,
    }
