"""``jobmatch alerts``: try the addresses, look for incidents without Dagster's daemon, list what is open."""

from __future__ import annotations

import click

from jobmatch_dagster.errors import JobmatchError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def alerts() -> None:
    """Tell the team when a run fails, a blocking check fails, a board stays silent or a sensor stops.

    Off until JOBMATCH_ALERT_WEBHOOK or JOBMATCH_ALERT_EMAIL is set. One message an incident.
    """


@alerts.command()
def test() -> None:
    """Send one message to the addresses that are set."""
    from jobmatch_dagster.orchestration.alerts import Incident, addresses, send
    from jobmatch_dagster.settings import settings

    if not addresses(settings()):
        raise JobmatchError("Alerts", "are off", "Set JOBMATCH_ALERT_WEBHOOK or JOBMATCH_ALERT_EMAIL.")
    if not send(settings(), Incident("test", "test", "This is a test of jobmatch's alerts.", "Nothing is to be done.")):
        raise JobmatchError("The message", "was not taken", "Check the address, and whether this machine reaches it.")
    click.echo("Sent.")


@alerts.command()
def check() -> None:
    """Look for incidents now and tell what is new.

    The sensor `incidents` does this every minute. Run it from a timer of the system as well, and a daemon that is down
    is told, too: its sensors are silent.
    """
    from jobmatch_dagster.orchestration.alerts import current, record
    from jobmatch_dagster.orchestration.instance import open_instance
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import database

    with open_instance(settings()) as instance, database.connect(settings()) as conn:
        seen = current(conn, instance, settings())
        told = record(conn, settings(), seen)
    for one in seen:
        click.echo(f"{one.kind:<14} {one.sentence}\n{'':<14} {one.remedy}")
    click.echo(f"{len(seen)} open, {told} told now." if seen else "Nothing is wrong.")


@alerts.command("list")
def list_() -> None:
    """Show the incidents of the last thirty days, the newest first."""
    from jobmatch_dagster.settings import settings
    from jobmatch_dagster.supabase import database

    with database.connect(settings()) as conn:
        rows = conn.execute(
            """select opened_at, closed_at, told_at is not null, times, sentence from private.incidents
                where opened_at > now() - interval '30 days' order by id desc"""
        ).fetchall()
    for opened, closed, told, times, sentence in rows:
        state = f"over {closed:%m-%d %H:%M}" if closed else "open"
        click.echo(f"{opened:%Y-%m-%d %H:%M}  {state:<16} {'told' if told else 'not told':<9} {times:>4}×  {sentence}")
    if not rows:
        click.echo("None.")
