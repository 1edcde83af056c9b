"""Many uploads at once, from the bucket to rows: the real sensor, a real run and the embedded Postgres of its own home.

The clock of each file starts when it is in the bucket and stops when another connection sees its row.
"""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jobmatch_dagster.settings import Settings, load, settings

_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def rows(files: Sequence[tuple[str, bytes]], uploads: int) -> list[dict[str, Any]]:
    """Upload ``uploads`` files, each of a person of its own, let the sensor find them and the run read them.

    One file goes first and has a row of its own: it pays for what is compiled once in a new home.

    Args:
        files: kinds (``pdf``, ``docx``) and contents, taken in turn.
        uploads: how many.
    """
    with _platform() as ours:
        return [
            _row("1 upload in a new home", *_through_the_sensor(ours, files, ["first"])),
            _row(
                f"{uploads} uploads at once", *_through_the_sensor(ours, files, [f"person{n}" for n in range(uploads)])
            ),
        ]


def _row(what: str, late: list[float], reasons: list[str]) -> dict[str, Any]:
    """A row of the table from the seconds of each file and what went wrong."""
    said = f" ({'; '.join(reasons)})" if reasons else ""
    row: dict[str, Any] = {"case": f"{what} → rows through the sensor, wall clock{said}", "rows": len(late)}
    if late:
        row |= {f"p{share}_s": round(late[min(len(late) * share // 100, len(late) - 1)], 2) for share in (50, 95, 99)}
    return row


@contextmanager
def _platform() -> Iterator[Settings]:
    """An empty migrated database and Dagster's storage beside it, named by this process's environment."""
    from jobmatch_dagster.supabase import embedded
    from jobmatch_dagster.supabase.ready import make_ready

    with tempfile.TemporaryDirectory(prefix="jm-up-") as folder:
        ours = load(home=Path(folder), supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
        make_ready(ours)
        named = {"JOBMATCH_HOME": folder, "DAGSTER_HOME": folder}
        before = {key: os.environ.get(key) for key in named}
        os.environ.update(named)
        settings.cache_clear()
        try:
            yield settings()
        finally:
            for key, value in before.items():
                os.environ.pop(key) if value is None else os.environ.update({key: value})
            settings.cache_clear()
            embedded.down(ours)


def _through_the_sensor(
    ours: Settings, files: Sequence[tuple[str, bytes]], names: Sequence[str]
) -> tuple[list[float], list[str]]:
    """Seconds from upload to row of each file, in rising order, and why files have none: what the sensor or the failed
    run says."""
    import dagster as dg

    from jobmatch_dagster.definitions import defs
    from jobmatch_dagster.orchestration import sensors
    from jobmatch_dagster.orchestration.instance import open_instance
    from jobmatch_dagster.orchestration.launch import execute
    from jobmatch_dagster.orchestration.resources import Platform

    put: dict[str, float] = {}
    seen: dict[str, float] = {}
    reasons: list[str] = []
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(ours, seen, done))
    with open_instance(ours) as instance:
        people = _people(ours, names)
        watcher.start()
        try:
            _upload(ours, people, files, put)
            context = dg.build_sensor_context(
                instance=instance, resources={"platform": Platform()}, repository_def=defs.get_repository_def()
            )
            for request in sensors.uploaded_resumes(context) or ():
                if isinstance(request, dg.SkipReason):
                    reasons.append(f"skipped: {request.skip_message}")
                elif isinstance(request, dg.RunRequest):
                    run = execute(instance, "uploads", request.partition_key or "")
                    if not run.succeeded:
                        reasons.append(f"{run.failed_stage} failed: {run.reason}")
            time.sleep(0.3)
        finally:
            done.set()
            watcher.join()
    return sorted(seen[name] - put[name] for name in put.keys() & seen.keys()), reasons


def _people(ours: Settings, names: Sequence[str]) -> list[str]:
    from jobmatch_dagster.supabase.accounts import ensure_user

    return [ensure_user(ours, f"{name}@example.com") for name in names]


def _upload(ours: Settings, people: list[str], files: Sequence[tuple[str, bytes]], put: dict[str, float]) -> None:
    from jobmatch_dagster.supabase.storage import file_store

    store = file_store(ours)
    for n, user in enumerate(people):
        kind, data = files[n % len(files)]
        name = f"{user}/cv.{kind}"
        store.put("resumes", name, data, content_type=_TYPES[kind], owner=user)
        put[name] = time.perf_counter()


def _watch(ours: Settings, seen: dict[str, float], done: threading.Event) -> None:
    from jobmatch_dagster.supabase import database

    with database.connect(ours) as conn:
        while not done.wait(0.05):
            now = time.perf_counter()
            for (name,) in conn.execute("select file_path from public.resumes"):
                seen.setdefault(name, now)
