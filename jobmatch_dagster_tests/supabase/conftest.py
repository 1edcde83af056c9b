"""Fixtures of this room: a Supabase project on the loopback interface whose database is the module's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.supabase import embedded
from jobmatch_dagster_tests.supabase import stub

# A lane of its own: `SUPABASE_URL=… SUPABASE_SECRET_KEY=… SUPABASE_DB_URL=… make test`
collect_ignore = [] if os.environ.get("SUPABASE_URL") else ["test_real_project.py"]


@pytest.fixture
def project() -> Iterator[stub.Project]:
    """A stand-in of a Supabase project, empty."""
    with stub.running() as running:
        yield running


@pytest.fixture
def hosted(project: stub.Project, database: Settings, tmp_path: Path) -> Settings:
    """Settings that name the stand-in, with the module's database as the project's."""
    project.dsn = embedded.dsn(database)
    return load(
        home=tmp_path,
        supabase_url=project.url,
        supabase_secret_key=stub.SECRET,
        supabase_db_url=project.dsn,
        supabase_publishable_key="sb_publishable_made_up",
    )
