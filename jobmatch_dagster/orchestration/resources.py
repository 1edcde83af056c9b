"""What assets, sensors and schedules are given to work with. The one seam that tests replace."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from jobmatch_dagster.settings import Settings
from jobmatch_dagster.settings import settings as current_settings

if TYPE_CHECKING:
    import psycopg


class Platform(dg.ConfigurableResource):
    """Supabase as this process is set up for it: settings, database connections, files.

    It has no configuration of its own; ``jobmatch_dagster.settings`` is the one place for that.
    """

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        return current_settings()

    @contextmanager
    def connection(self) -> "Iterator[psycopg.Connection]":
        """A database connection for the length of a block."""
        from jobmatch_dagster.supabase import database

        with database.connect(self.settings) as conn:
            yield conn
