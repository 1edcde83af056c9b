"""One call that makes the database usable, whatever the mode: for every command that needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings


def make_ready(settings: Settings) -> None:
    """Start the embedded database if it is ours to start, and apply the migrations that it lacks.

    On a Supabase project nothing is started, and a missing migration is applied as ``jobmatch migrate`` would.

    Raises:
        DatabaseUnavailable: it cannot be reached or started; the message says why and what to do.
    """
    from jobmatch_dagster.supabase import embedded, migrations

    if settings.mode == "embedded":
        embedded.up(settings)
    if migrations.pending(settings):
        migrations.migrate(settings)
