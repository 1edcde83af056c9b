"""The made-up database with all models built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobmatch_dagster_tests.sql_models.world import DAY, fill

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings


@pytest.fixture(scope="module")
def built(database: Settings) -> Settings:
    """Two weeks of three boards, with a check that has failed for three days."""
    from jobmatch_dagster.sql_models.build import build
    from jobmatch_dagster.sql_models.project import project
    from jobmatch_dagster.supabase.database import connect

    with connect(database) as conn:
        fill(conn)
        conn.execute(
            """insert into private.check_results (asset, name, day, subject, passed, blocking, sentence)
               select 'raw_postings', 'usual_volume', %s::date - n, 'indeed', n >= 3, false, 'Only <3> & no "more".'
               from generate_series(0, 5) n""",
            (DAY,),
        )
        for model in project().models.values():
            build(conn, model)
    return database
