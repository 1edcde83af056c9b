"""One call that makes the database usable: what every command that needs it begins with."""

from __future__ import annotations

from jobmatch_dagster.errors import DatabaseUnavailable
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import embedded, migrations


def make_ready(settings: Settings) -> list[str]:
    """Start and migrate the embedded database; on Supabase make sure that nothing is to be migrated.

    A Supabase project is never migrated by the way: that is the team's decision, and one command.

    Returns:
        The labels of the migrations that were applied.

    Raises:
        DatabaseUnavailable: there is no database, or a Supabase project lacks migrations.
    """
    if settings.mode == "embedded":
        embedded.up(settings)
        return migrations.migrate(settings)
    missing = migrations.check(settings)
    if missing:
        raise DatabaseUnavailable(
            "The Supabase project", f"lacks {len(missing)} migrations, from {missing[0]} on", "Run `jobmatch migrate`."
        )
    return []
