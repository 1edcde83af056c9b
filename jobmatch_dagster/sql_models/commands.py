"""``jobmatch sql``: run, test, compile and explain the SQL models without Dagster."""

from __future__ import annotations

from datetime import date

import click

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def sql() -> None:
    """Run, test and explain the SQL models in dbt_like_sql.

    A model is a SELECT with dbt's {{ ref('…') }}; MODEL+ takes what depends on it too, +MODEL what it needs.
    """


@sql.command()
@click.argument("models", nargs=-1)
@click.option("--day", "days", type=DAY, multiple=True, help="Partition to write again, for incremental models.")
@click.option("--full-refresh", is_flag=True, help="Build incremental models from nothing.")
def run(models: tuple[str, ...], days: tuple, full_refresh: bool) -> None:  # type: ignore[type-arg]
    """Build all models, or the named ones, in the order of their references."""
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.sql_models.build import build
    from jobmatch_dagster.sql_models.project import project
    from jobmatch_dagster.supabase import database

    chosen = project().select(models or project().models)
    when: list[date] = [d.date() for d in days]
    with database.connect(settings()) as conn:
        for model in chosen:
            done = build(conn, model, days=when, full_refresh=full_refresh)
            click.echo(f"{model.relation:40} {model.materialisation:12} {done.rows:>10,} rows {done.seconds:7.2f} s")


@sql.command()
@click.argument("models", nargs=-1)
def test(models: tuple[str, ...]) -> None:
    """Run the tests of all models, or of the named ones; exit status 1 if one fails."""
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.sql_models import data_tests
    from jobmatch_dagster.sql_models.project import project
    from jobmatch_dagster.supabase import database

    wanted = {m.name for m in project().select(models or project().models)}
    failed = 0
    with database.connect(settings()) as conn:
        for one in data_tests.of_project(project()):
            if one.model not in wanted:
                continue
            verdict = data_tests.run(conn, one)
            word = "ok  " if verdict.passed else one.severity.upper().ljust(4)
            click.echo(
                f"{word} {one.model}.{one.name}"
                + ("" if verdict.passed else f": {verdict.wrong} wrong rows. {one.promise} {verdict.told}".rstrip())
            )
            failed += not verdict.passed and one.severity == "error"
    if failed:
        raise SystemExit(1)


@sql.command()
@click.argument("model")
def compile(model: str) -> None:
    """Print a model's SQL as Postgres gets it."""
    from jobmatch_dagster.sql_models.project import project

    click.echo(project().select([model])[0].render({}).strip())


@sql.command()
@click.argument("model")
def lineage(model: str) -> None:
    """Say where each column of a model comes from."""
    from jobmatch_dagster.sql_models import lineage as columns
    from jobmatch_dagster.sql_models.project import project

    chosen = project().select([model])[0]
    for name, origins in columns.of_model(project(), chosen).items():
        click.echo(f"{name:32} ← {', '.join('.'.join(o) for o in origins) or 'a constant or a count'}")


@sql.command()
@click.option("--write", is_flag=True, help="Write docs/models.md anew instead.")
def docs(write: bool) -> None:
    """Print all models with their columns as Markdown."""
    from jobmatch_dagster.sql_models import docs as pages
    from jobmatch_dagster.sql_models.project import project

    if write:
        pages.write(project())
    else:
        click.echo(pages.page(project()), nl=False)
