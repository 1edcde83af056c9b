"""The code location that Dagster loads. Assembly and nothing else."""

from __future__ import annotations

import dagster as dg

from jobmatch_dagster.orchestration.assets import ASSETS
from jobmatch_dagster.orchestration.housekeeping import HOUSEKEEPING, nightly_retention
from jobmatch_dagster.orchestration.jobs import JOBS
from jobmatch_dagster.orchestration.resources import Platform
from jobmatch_dagster.orchestration.schedules import SCHEDULES
from jobmatch_dagster.orchestration.sensors import SENSORS
from jobmatch_dagster.orchestration.sql_models import MODEL_ASSETS


def build(platform: Platform | None = None) -> dg.Definitions:
    """Assemble the code location.

    Args:
        platform: what assets and sensors work with; tests pass their own.
    """
    return dg.Definitions(
        assets=[*ASSETS, *MODEL_ASSETS],
        jobs=[*JOBS, *HOUSEKEEPING],
        schedules=[*SCHEDULES, nightly_retention],
        sensors=SENSORS,
        resources={"platform": platform or Platform()},
        executor=dg.in_process_executor,
    )


defs = build()
