"""``jobmatch serve``: one long-running process for a service manager; ``jobmatch dev`` is the same for a person.

Each becomes the process itself (exec), so that signals and exit codes reach the service manager unchanged.
"""

from __future__ import annotations

import os
import sys

import click

from jobmatch_dagster.settings import PROJECT_ROOT, Settings

PARTS = ("daemon", "ui", "api")


def command_line(part: str, settings: Settings, host: str) -> list[str]:
    """What is executed for a part: the daemon (schedules, sensors, run queue), the Dagster UI, or the HTTP API."""
    workspace = ["-w", str(PROJECT_ROOT / "workspace.yaml")]
    if part == "daemon":
        return [sys.executable, "-m", "dagster._daemon", "run", *workspace]
    if part == "ui":
        return [sys.executable, "-m", "dagster_webserver", *workspace, "-h", host, "-p", str(settings.ui_port)]
    return [sys.executable, "-m", "jobmatch_dagster.cli", "api", "serve"]


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("part", type=click.Choice(PARTS))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address that the Dagster UI listens on.")
def serve(part: str, host: str) -> None:
    """Run one part of jobmatch in the foreground, for systemd or a container.

    The Dagster UI has no sign-in of its own: keep it on the loopback interface, or behind something that has one.
    """
    from jobmatch_dagster.orchestration.instance import prepare
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase.ready import make_ready

    make_ready(settings())
    prepare(settings())
    line = command_line(part, settings(), host)
    os.execv(line[0], line)
