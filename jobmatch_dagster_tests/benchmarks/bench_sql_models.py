"""The SQL engine: reading the folder, building all models, one day of an incremental model against all of them.

On a made-up database on an embedded server of its own. CPU seconds are those of this process and of its backend
together; «plain» is the same model built from nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg

from jobmatch_dagster.settings import load
from jobmatch_dagster.sql_models import data_tests, parsed
from jobmatch_dagster.sql_models.build import build
from jobmatch_dagster.sql_models.project import load as load_project
from jobmatch_dagster.supabase import database, embedded
from jobmatch_dagster.supabase.ready import make_ready
from jobmatch_dagster_tests.sql_models.world import DAY, fill


def run(quick: bool) -> dict[str, Any]:
    """Measure; ``quick`` takes 2,000 jobs instead of 50,000."""
    jobs, days = (2_000, 10) if quick else (50_000, 30)
    with tempfile.TemporaryDirectory(prefix="jm-bench-") as folder:
        settings = load(home=Path(folder), supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
        make_ready(settings)
        try:
            with database.connect(settings) as conn:
                fill(conn, jobs=jobs, days=days, matches=jobs // 2)
                conn.execute("vacuum analyze")
                rows = [*_parsing(conn, Path(folder)), *_building(conn, jobs)]
        finally:
            embedded.down(settings)
    aims = (
        "Aims: what is kept is read 20 times as fast as it is parsed; over 50,000 jobs all models are built in 10 s of "
        "CPU, all tests run in 1 s, and a day of an incremental model costs a fifth of all days."
    )
    return {"name": "SQL models", "rows": rows, "notes": f"{jobs:,} jobs over {days} days. {aims}"}


def _parsing(conn: psycopg.Connection[Any], folder: Path) -> list[dict[str, Any]]:
    project = load_project()
    cold = _measured(conn, lambda: parsed.load(folder))
    warm = _measured(conn, lambda: parsed.load(folder))
    return [
        _row(f"{len(project.models)} models with their column lineage, kept against read and parsed", warm, cold),
        _row("read the folder", _measured(conn, load_project)),
    ]


def _building(conn: psycopg.Connection[Any], jobs: int) -> list[dict[str, Any]]:
    project = load_project()
    models = list(project.models.values())
    first = _measured(conn, lambda: [build(conn, model) for model in models])
    day = _measured(conn, lambda: [build(conn, model, days=[DAY]) for model in models])
    tests = data_tests.of_project(project)
    checked = _measured(conn, lambda: [data_tests.run(conn, test) for test in tests])
    counted = project.models["stg_board_days"]
    whole = _measured(conn, lambda: build(conn, counted, full_refresh=True))
    part = _measured(conn, lambda: build(conn, counted, days=[DAY]))
    return [
        _row(f"build all models over {jobs:,} jobs for a day", day, first),
        _row(f"run all {len(tests)} tests", checked),
        _row("stg_board_days, one day against all", part, whole),
    ]


def _measured(conn: psycopg.Connection[Any], work: Callable[[], Any]) -> tuple[float, float]:
    """CPU seconds of this process and of the backend, and wall seconds."""
    backend = psutil.Process(conn.info.backend_pid)
    before, cpu, wall = backend.cpu_times(), time.process_time(), time.perf_counter()
    work()
    after = backend.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return time.process_time() - cpu + spent, time.perf_counter() - wall


def _row(case: str, ours: tuple[float, float], plain: tuple[float, float] | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"case": case, "ours_cpu_s": round(ours[0], 3), "wall_s": round(ours[1], 3)}
    if plain:
        row |= {"plain_cpu_s": round(plain[0], 3), "ratio": round(plain[0] / max(ours[0], 1e-3), 1)}
    return row
