"""Bulk writing and reading against the plain ways: executemany upserts, ADBC ingest, fetchall.

CPU seconds are those of this process and of the server's backend together. Every case runs on an embedded server of its
own with fsync on; the rows are made up, 2 KB of text a job.
"""

from __future__ import annotations

import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import psycopg
import pyarrow as pa

from jobmatch_dagster import tables
from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.supabase import database, embedded
from jobmatch_dagster.supabase.ready import make_ready

DAY = dt.date(2026, 3, 2)
_WORDS = (
    "lift mechanic nurse ward welder steel rota safety night shift customer report kitchen menu invoice ledger pump",
    "valve patient theatre crane harness cable inspect repair clean plan order deliver check measure team lead train",
)


def run(quick: bool) -> dict[str, Any]:
    """Measure; ``quick`` takes 2,000 jobs instead of 100,000."""
    jobs_count, rounds = (2_000, 1) if quick else (100_000, 1)
    with tempfile.TemporaryDirectory(prefix="jobmatch-bench-") as folder:
        settings = load(home=Path(folder), supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
        make_ready(settings)
        try:
            rows = _measure(settings, jobs_count, rounds)
        finally:
            embedded.down(settings)
    return {
        "name": "supabase",
        "rows": rows,
        "notes": "CPU of client and backend together; wall seconds depend on the disk. Plain: psycopg executemany with"
        " on conflict do update, where not said otherwise.",
    }


def _measure(settings: Settings, jobs_count: int, rounds: int) -> list[dict[str, Any]]:
    jobs = make_jobs(jobs_count)
    later = make_jobs(jobs_count, seen=DAY + dt.timedelta(1))
    out = []
    with database.connect(settings) as connection:
        empty = (lambda: connection.execute("truncate public.jobs cascade"),)
        rewind = (
            lambda: connection.execute("update public.jobs set last_seen_on = %s", [DAY]),
            lambda: connection.execute("vacuum public.jobs"),
        )
        for case, prepare, rows in (
            (f"{jobs_count:,} new jobs", empty, jobs),
            (f"{jobs_count:,} jobs, none changed", (), jobs),
            (f"{jobs_count:,} jobs seen a day later", rewind, later),
        ):
            ours, plain = (
                lambda rows=rows: _merge_jobs(connection, rows),
                lambda rows=rows: _upsert_jobs(connection, rows),
            )
            out.append(_compare(connection, case, jobs_count, prepare, ours, plain, rounds))
        stage = (lambda: connection.execute("drop table if exists public.staged"),)
        out.append(
            _compare(
                connection,
                f"{jobs_count:,} jobs into an empty table (plain: ADBC ingest)",
                jobs_count,
                stage,
                lambda: _copy_in(connection, jobs),
                lambda: _adbc_in(settings, jobs),
                rounds,
                plain_backend=False,
            )
        )
        query = "select * from public.jobs"
        out.append(
            _compare(
                connection,
                f"read {jobs_count:,} jobs (plain: fetchall and from_pylist)",
                jobs_count,
                (),
                lambda: database.read(connection, query),
                lambda: _read_plain(connection, query),
                rounds,
            )
        )
    return out


def _compare(
    connection: psycopg.Connection[Any],
    case: str,
    count: int,
    prepare: tuple[Callable[[], Any], ...],
    ours: Callable[[], Any],
    plain: Callable[[], Any],
    rounds: int,
    *,
    plain_backend: bool = True,
) -> dict[str, Any]:
    """Interleave both ways, each on a database made ready for it, and take medians."""
    readings: dict[str, list[tuple[float, float]]] = {"ours": [], "plain": []}
    for _ in range(rounds):
        for name, way in (("ours", ours), ("plain", plain)):
            for step in prepare:
                step()
            readings[name].append(_timed(connection, way, plain_backend or name == "ours"))
    cpu = {name: statistics.median(reading[0] for reading in found) for name, found in readings.items()}
    wall = {name: statistics.median(reading[1] for reading in found) for name, found in readings.items()}
    return {
        "case": case,
        "ours_cpu_s": round(cpu["ours"], 3),
        "plain_cpu_s": round(cpu["plain"], 3),
        "ratio": round(cpu["plain"] / cpu["ours"], 2),
        "ours_rows_per_s": round(count / wall["ours"]),
        "plain_rows_per_s": round(count / wall["plain"]),
    }


def _timed(connection: psycopg.Connection[Any], way: Callable[[], Any], ours_backend: bool) -> tuple[float, float]:
    """CPU seconds of client and backends, and wall seconds."""
    backend = psutil.Process(connection.info.backend_pid)
    # A way that opens a connection of its own works in a backend that the postmaster counts once it has ended.
    postmaster = backend.parent()
    assert postmaster is not None

    def used() -> float:
        times = backend.cpu_times() if ours_backend else postmaster.cpu_times()
        server = times.user + times.system
        if not ours_backend:
            server += postmaster.cpu_times().children_user + postmaster.cpu_times().children_system
        return time.process_time() + server

    before, start = used(), time.perf_counter()
    way()
    wall = time.perf_counter() - start
    if not ours_backend:
        time.sleep(0.5)
    return used() - before, wall


def make_jobs(count: int, seen: dt.date = DAY) -> pa.Table:
    """Made-up jobs whose text is some 2 KB long."""
    random = np.random.default_rng(1)
    words = np.array(" ".join(_WORDS).split())
    texts = [" ".join(words[random.integers(0, len(words), 300)]) for _ in range(min(count, 1000))]
    numbers = range(count)
    columns = {
        "id": [tables.job_id("bench", str(number)) for number in numbers],
        "board": ["bench"] * count,
        "external_id": [str(number) for number in numbers],
        "title": [f"Lift mechanic {number}" for number in numbers],
        "company": ["Nordhub Lifts"] * count,
        "description": [f"{texts[number % len(texts)]} {number}" for number in numbers],
        "language": ["en"] * count,
        "first_seen_on": [seen] * count,
        "last_seen_on": [seen] * count,
        "content_hash": [f"{number:016x}" for number in numbers],
    }
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(count, field.type)
        for field in tables.JOBS
    ]
    return pa.table(arrays, schema=tables.JOBS)


def _merge_jobs(connection: psycopg.Connection[Any], rows: pa.Table) -> None:
    database.merge(
        connection,
        "public.jobs",
        rows,
        key=["id"],
        guard="content_hash",
        least=["first_seen_on"],
        greatest=["last_seen_on"],
    )


def _upsert_jobs(connection: psycopg.Connection[Any], rows: pa.Table) -> None:
    _upsert(connection, "public.jobs", rows, ["id"], "content_hash", "last_seen_on")


def _upsert(connection: psycopg.Connection[Any], table: str, rows: pa.Table, key: list[str], *guards: str) -> None:
    names = rows.schema.names
    values = ", ".join(["%s"] * len(names))
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    guarded = " or ".join(f"t.{name} is distinct from excluded.{name}" for name in guards)
    statement = (
        f"insert into {table} as t ({', '.join(names)}) values ({values})"  # noqa: S608
        f" on conflict ({', '.join(key)}) do update set {changes} where {guarded}"
    )
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(statement, [tuple(row.values()) for row in rows.to_pylist()])  # type: ignore[arg-type]


def _copy_in(connection: psycopg.Connection[Any], rows: pa.Table) -> None:
    from psycopg import sql

    from jobmatch_dagster.supabase import merging

    with connection.transaction():
        merging._stage(connection, sql.Identifier("public", "jobs"), sql.Identifier("jobmatch_staged"), rows)
        connection.execute("create table public.staged as table jobmatch_staged")
        connection.execute("drop table jobmatch_staged")


def _adbc_in(settings: Settings, rows: pa.Table) -> None:
    """What ADBC does with the same rows; uuid and jsonb still have to be cast from text afterwards."""
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(database.dsn(settings)) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("jobmatch_ingested", rows, mode="create", temporary=True)
        casts = ", ".join(
            f"{field.name}::{tables.sql_type(field)}" if tables.sql_type(field) else field.name for field in rows.schema
        )
        cursor.execute(f"create table public.staged as select {casts} from jobmatch_ingested")  # noqa: S608
        connection.commit()


def _read_plain(connection: psycopg.Connection[Any], query: str) -> pa.Table:
    from psycopg.rows import dict_row

    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query).fetchall()  # type: ignore[arg-type]
    for row in rows:
        for name, value in row.items():
            if name in ("id", "duplicate_of", "group_id") and value is not None:
                row[name] = str(value)
    return pa.Table.from_pylist(rows, schema=tables.JOBS)
