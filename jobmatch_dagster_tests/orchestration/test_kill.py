"""``kill -9`` in the middle of any stage, then the same command: the same final rows, none twice, none lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    "clean": "from jobmatch_dagster.stages.clean import clean_day; clean_day(settings(), day)",
    "skills": "from jobmatch_dagster.stages.read_skills import read_day; read_day(settings(), day)",
    "parse": "from jobmatch_dagster.stages.parse import parse_day; parse_day(settings(), day)",
    "match": "from jobmatch_dagster.stages.match import match_day; match_day(settings(), day)",
}
PROGRAM = """
import sys
from datetime import date
from jobmatch_dagster.settings import settings
from jobmatch_dagster.supabase import merging
day = date(2026, 3, 2)
if "--die-in-merge" in sys.argv:
    # As if the power went: after the rows are in the temporary table, before or after the merge's statements.
    import os, signal
    whole = merging._Plan.insert
    def die(self):
        os.kill(os.getpid(), signal.SIGKILL)
    merging._Plan.insert = die
{stage}
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
            conn, "raw.postings", to_raw(as_postings(DAY, most=120), DAY), key=["board", "external_id", "scraped_on"]
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


def run(stage: str, *arguments: str, after: float | None = None) -> int:
    """Run a stage in a process of its own; killed after some seconds if asked."""
    command = [sys.executable, "-c", PROGRAM.format(stage=STAGES[stage]), *arguments]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ.copy())
    if after is not None:
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    _, errors = process.communicate(timeout=200)
    assert process.returncode in (0, -signal.SIGKILL), errors[-2000:]
    return process.returncode


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


def all_stages(settings: Settings) -> dict[str, Any]:
    for stage in STAGES:
        assert run(stage) == 0
    return rows(settings)


@pytest.fixture(scope="module")
def undisturbed(filled: Settings) -> dict[str, Any]:
    """What the day looks like when nobody kills anything."""
    found = all_stages(filled)
    assert found["public.job_matches"] != "[]"
    return found


@pytest.mark.parametrize("stage", list(STAGES))
def test_a_stage_killed_in_the_middle_of_its_write_leaves_the_same_rows_when_run_again(
    filled: Settings, undisturbed: dict[str, Any], stage: str
) -> None:
    wipe(filled)
    names = list(STAGES)
    for earlier in names[: names.index(stage)]:
        run(earlier)
    before = rows(filled)
    assert run(stage, "--die-in-merge") == -signal.SIGKILL
    half = {
        "clean": "public.jobs",
        "skills": "public.job_skills",
        "parse": "public.resumes",
        "match": "public.job_matches",
    }
    assert rows(filled)[half[stage]] == before[half[stage]], "nothing half-written"
    for later in names[names.index(stage) :]:
        assert run(later) == 0
    assert rows(filled) == undisturbed


def test_a_day_killed_at_any_moment_ends_the_same(filled: Settings, undisturbed: dict[str, Any]) -> None:
    wipe(filled)
    for number, stage in enumerate(STAGES):
        run(stage, after=0.8 + 0.7 * number)
        run(stage)
    assert rows(filled) == undisturbed


def test_two_runs_of_one_partition_at_once_end_as_one(filled: Settings, undisturbed: dict[str, Any]) -> None:
    wipe(filled)
    for stage in STAGES:
        command = [sys.executable, "-c", PROGRAM.format(stage=STAGES[stage])]
        both = [subprocess.Popen(command, env=os.environ.copy()) for _ in range(2)]
        assert [process.wait(timeout=200) for process in both] == [0, 0]
    assert rows(filled) == undisturbed


def test_no_temporary_file_or_row_of_a_killed_stage_stays(filled: Settings, undisturbed: dict[str, Any]) -> None:
    with db.connect(filled) as conn:
        held = conn.execute("select count(*) from pg_locks where locktype = 'advisory' and not granted").fetchone()
    assert held == (0,)
    assert not list(Path(filled.home).glob("**/*.partial"))
