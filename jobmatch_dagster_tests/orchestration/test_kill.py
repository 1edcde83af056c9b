"""``kill -9`` in the middle of any stage, then the same command: the same final rows, none twice, none lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobmatch_dagster.supabase import database as db

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings

DAY = date(2026, 3, 2)
TABLES = (
    "raw.postings",
    "public.jobs",
    "public.job_skills",
    "public.resumes",
    "public.resume_skills",
    "public.job_matches",
)
STAGES = {
    "clean": ("clean", "clean_day", "public.jobs"),
    "skills": ("read_skills", "read_day", "public.job_skills"),
    "parse": ("parse", "parse_day", "public.resumes"),
    "match": ("match", "match_day", "public.job_matches"),
}
PROGRAM = """
import sys
from datetime import date
from importlib import import_module
from jobmatch_dagster.settings import settings
from jobmatch_dagster.supabase import database, merging
module, function, *die = sys.argv[1:]
if die:
    # As if the power went: rows that may have changed are in the temporary table, deletes are done, inserts and updates
    # are not; or rows are in the table itself, where they go straight into it, and nothing is committed.
    from jobmatch_dagster.supabase import binary
    import os, signal
    append, copy, write = database.append, merging._copy, binary.write
    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)
    def append_half(*given, **named):
        merging._copy = lambda *rows: (copy(*rows), die())
        return append(*given, **named)
    def write_half(conn, table, columns, rows):
        write(conn, table, columns, rows[: len(rows) // 2 + 1])
        die()
    merging._Plan.insert, binary.write = die, write_half
    if module != "match":
        database.append = append_half
getattr(import_module("jobmatch_dagster.stages." + module), function)(settings(), date(2026, 3, 2))
"""


@pytest.fixture(scope="module")
def filled(platform_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A day of raw postings and three uploads that no stage has seen."""
    from jobmatch_dagster.boards.raw import to_raw
    from jobmatch_dagster.demo.people import people, write_resumes
    from jobmatch_dagster.supabase.accounts import ensure_user
    from jobmatch_dagster.supabase.storage import file_store
    from jobmatch_dagster_tests.orchestration.shown import as_postings

    folder = tmp_path_factory.mktemp("files")
    with db.connect(platform_settings) as conn:
        db.merge(
            conn, "raw.postings", to_raw(as_postings(DAY, most=60), DAY), key=["board", "external_id", "scraped_on"]
        )
        for cast in [p for p in people() if p.statuses == ("parsed",) and p.paper.startswith("pdf")][:3]:
            user = ensure_user(platform_settings, cast.email)
            path = write_resumes(folder, [cast])[0]
            file_store(platform_settings).put(
                "resumes", f"{user}/{path.name}", path.read_bytes(), content_type="application/pdf", owner=user
            )
        conn.execute(
            "update storage.objects set created_at = %s, updated_at = %s where bucket_id = 'resumes'", (DAY, DAY)
        )
    return platform_settings


def do(settings: Settings, *stages: str) -> None:
    """Run stages in this process, undisturbed."""
    for stage in stages:
        module, function, _ = STAGES[stage]
        getattr(import_module(f"jobmatch_dagster.stages.{module}"), function)(settings, DAY)


def start(stage: str, *arguments: str) -> subprocess.Popen[str]:
    """Run a stage in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, *STAGES[stage][:2], *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ.copy())


def rows(settings: Settings) -> dict[str, str]:
    """Every table of the day as text, sorted."""
    with db.connect(settings) as conn:
        return {
            t: json.dumps([r[0] for r in conn.execute(f"select t::text from {t} t order by 1")])  # noqa: S608
            for t in TABLES
        }


def wipe(settings: Settings) -> None:
    with db.connect(settings) as conn:
        conn.execute("truncate public.jobs, public.resumes, private.read_jobs, private.scored cascade")


@pytest.fixture(scope="module")
def undisturbed(filled: Settings) -> dict[str, str]:
    """What the day looks like when nobody kills anything."""
    do(filled, *STAGES)
    found = rows(filled)
    assert found["public.job_matches"] != "[]"
    return found


@pytest.mark.parametrize("stage", list(STAGES))
def test_a_stage_killed_in_the_middle_of_its_write_leaves_the_same_rows_when_run_again(
    filled: Settings, undisturbed: dict[str, str], stage: str
) -> None:
    wipe(filled)
    names = list(STAGES)
    do(filled, *names[: names.index(stage)])
    before = rows(filled)
    killed = start(stage, "die in the merge")
    _, errors = killed.communicate(timeout=200)
    assert killed.returncode == -signal.SIGKILL, errors[-2000:]
    table = STAGES[stage][2]
    assert rows(filled)[table] == before[table], "nothing half-written"
    do(filled, *names[names.index(stage) :])
    assert rows(filled) == undisturbed


def test_a_day_killed_at_any_moment_ends_the_same(filled: Settings, undisturbed: dict[str, str]) -> None:
    wipe(filled)
    for number, stage in enumerate(STAGES):
        killed = start(stage)
        time.sleep(1.0 + 0.7 * number)
        killed.kill()
        killed.communicate(timeout=60)
        do(filled, stage)
    assert rows(filled) == undisturbed


def test_two_runs_of_one_partition_at_once_end_as_one(filled: Settings, undisturbed: dict[str, str]) -> None:
    wipe(filled)
    for stage in STAGES:
        other = start(stage)
        do(filled, stage)
        _, errors = other.communicate(timeout=200)
        assert other.returncode == 0, errors[-2000:]
    assert rows(filled) == undisturbed


def test_no_temporary_file_or_row_of_a_killed_stage_stays(filled: Settings, undisturbed: dict[str, str]) -> None:
    with db.connect(filled) as conn:
        held = conn.execute("select count(*) from pg_locks where locktype = 'advisory' and not granted").fetchone()
    assert held == (0,)
    assert not list(Path(filled.home).glob("**/*.partial"))
