"""Dagster's own home: its configuration file, its storage on Postgres, and the instance of this process.

``dagster.yaml`` is written anew from here whenever a command starts, so that it always fits the settings. The database
address is handed over by environment variable and is never in the file.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from jobmatch_dagster import logs

if TYPE_CHECKING:
    import dagster as dg

    from jobmatch_dagster.settings import Settings

DATABASE_VARIABLE = "JOBMATCH_DAGSTER_STORAGE"


def configuration(settings: Settings) -> dict[str, object]:
    """The content of ``dagster.yaml``: Postgres storage, one run a board at a time, retries, monitoring, no
    telemetry.
    """
    home = settings.home
    return {
        "storage": _storage(settings),
        "local_artifact_storage": {
            "module": "dagster._core.storage.root",
            "class": "LocalArtifactStorage",
            "config": {"base_dir": str(home / "dagster" / "storage")},
        },
        "run_launcher": {"module": "jobmatch_dagster.orchestration.launcher", "class": "WatchingRunLauncher"},
        # What a stage says is in the run's log. Capturing stdout as well costs four processes a run and keeps on disk
        # whatever a library prints.
        "compute_logs": {
            "module": "dagster._core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
        },
        "concurrency": {
            "runs": {
                "max_concurrent_runs": 6,
                "tag_concurrency_limits": [
                    {"key": "board", "value": {"applyLimitPerUniqueValue": True}, "limit": 1},
                    # Runs that people and backfills start have no tag of ours, but Dagster's own.
                    {"key": "dagster/partition/board", "value": {"applyLimitPerUniqueValue": True}, "limit": 1},
                    {"key": "dagster/backfill", "limit": 4},
                ],
            }
        },
        # Runs that wait are started side by side, and looked for every two seconds: kept connections make that cheap.
        "run_queue": {"dequeue_use_threads": True, "dequeue_num_workers": 4, "dequeue_interval_seconds": 2},
        "run_retries": {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False},
        "run_monitoring": {
            "enabled": True,
            "start_timeout_seconds": 180,
            "max_resume_run_attempts": 0,
            "poll_interval_seconds": 60,
        },
        "retention": {
            "schedule": {"purge_after_days": 90},
            "sensor": {"purge_after_days": {"skipped": 2, "failure": 30, "success": 30}},
        },
        "freshness": {"enabled": True},
        "python_logs": logs.for_dagster(settings),
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
    }


def _storage(settings: Settings) -> dict[str, object]:
    """Connections are kept, but for those through Supabase's pooler: it has few, and whoever keeps one takes it from
    the others.
    """
    where = {"postgres_url": {"env": DATABASE_VARIABLE}}
    if settings.supabase_db_url and not settings.dagster_db_url:
        return {"postgres": where}
    return {
        "custom": {
            "module": "jobmatch_dagster.orchestration.storage",
            "class": "PooledPostgresStorage",
            "config": where,
        }
    }


def prepare(settings: Settings) -> Path:
    """Write ``dagster.yaml`` and point this process, and those it starts, at it.

    Returns:
        Dagster's home folder.
    """
    home = settings.home / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    text = "# Written by jobmatch on every start; settings belong in .env.\n" + yaml.safe_dump(
        configuration(settings), sort_keys=False
    )
    target = home / "dagster.yaml"
    if not target.exists() or target.read_text() != text:
        partial = target.with_suffix(f".{os.getpid()}")
        partial.write_text(text)
        partial.replace(target)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ[DATABASE_VARIABLE] = storage_url(settings)
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
    logs.install(settings)
    return home


def forget_old_runs(instance: dg.DagsterInstance, days: int) -> int:
    """Delete Dagster's records of runs that ended more than so many days ago; what they made stays.

    Returns:
        Number of runs deleted.
    """
    import dagster as dg

    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    before = datetime.now(UTC) - timedelta(days=days)
    deleted = 0
    while old := instance.get_run_records(dg.RunsFilter(statuses=ended, created_before=before), limit=200):
        for record in old:
            instance.delete_run(record.dagster_run.run_id)
        deleted += len(old)
    return deleted


def storage_url(settings: Settings) -> str:
    """The SQLAlchemy URL of Dagster's own storage.

    The embedded server has a database for it; on Supabase it lives in the schema ``dagster``, which the API does not
    expose. dagster-postgres speaks psycopg2.
    """
    if settings.dagster_db_url:
        url = settings.dagster_db_url.get_secret_value()
    elif settings.supabase_db_url:
        url = settings.supabase_db_url.get_secret_value()
        url += ("&" if "?" in url else "?") + "options=-csearch_path%3Ddagster"
    else:
        from jobmatch_dagster.supabase import embedded

        url = embedded.dsn(settings, embedded.DAGSTER_DATABASE)
    return "postgresql+psycopg2://" + url.split("://", 1)[1]


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The Dagster instance of this process on the project's Postgres."""
    import dagster as dg

    prepare(settings)
    return dg.DagsterInstance.get()
