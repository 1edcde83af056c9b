"""``jobmatch api …``: serve the HTTP API, print its document, say who is of the data team."""

from __future__ import annotations

import json
from typing import Any

import click

from jobmatch_dagster.errors import JobmatchError


@click.group()
def api() -> None:
    """The HTTP API for the downstream app."""


@api.command()
@click.option("--host", default=None, help="Address to listen on; JOBMATCH_API_HOST otherwise.")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port; JOBMATCH_API_PORT otherwise.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the API until Ctrl-C. Starts the embedded database if it does not run."""
    import uvicorn

    from jobmatch_dagster import logs
    from jobmatch_dagster.api.app import build_app
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.ready import make_ready

    given = settings()
    changed = {"api_host": host or given.api_host, "api_port": port or given.api_port}
    used = given.model_copy(update=changed)
    make_ready(used)
    logs.install(used)
    click.echo(f"HTTP API: http://{used.api_host}:{used.api_port}/v1/docs   (end with Ctrl-C)")
    # No access log: its lines hold addresses and ids. Figures are at /v1/metrics.
    uvicorn.run(
        build_app(used),
        host=used.api_host,
        port=used.api_port,
        access_log=False,
        server_header=False,
        log_level=used.log_level,
        timeout_keep_alive=15,
        h11_max_incomplete_event_size=65_536,
    )


@api.command()
def openapi() -> None:
    """Print the OpenAPI document. Needs no database."""
    click.echo(json.dumps(_document(), indent=2, ensure_ascii=False))


@api.command()
def reference() -> None:
    """Print the API reference as Markdown (docs/api.md)."""
    from jobmatch_dagster.api.reference import markdown

    click.echo(markdown(_document()), nl=False)


def _document() -> dict[str, Any]:
    """The OpenAPI document. It depends on no secret, and none is made for it."""
    from jobmatch_dagster.api.app import build_document

    return build_document()


@api.command("data-team")
@click.argument("person")
@click.option("--remove", is_flag=True, help="Take the role away.")
def data_team(person: str, remove: bool) -> None:
    """Give an account (its id or address) the data team's role, or take it away. It counts from the next sign-in."""
    from jobmatch_dagster.api.roles import set_data_team
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.accounts import find_user

    user_id = find_user(settings(), person)
    if user_id is None:
        raise JobmatchError("The person", "has no account here", "Give the account's id, or its e-mail address.")
    set_data_team(settings(), user_id, not remove)
    click.echo(f"{user_id} is {'no longer' if remove else 'now'} of the data team")
