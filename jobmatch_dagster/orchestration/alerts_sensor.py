"""The sensor that looks for incidents every minute and tells what is new."""

import dagster as dg

from jobmatch_dagster.orchestration import alerts
from jobmatch_dagster.orchestration.resources import Platform


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description=(
        "Looks for failed runs, blocking checks that failed, boards that gave nothing for days and sensors that are "
        "silent. Each opens one incident and sends one message, if JOBMATCH_ALERT_WEBHOOK or _EMAIL is set."
    ),
)
def incidents(context: dg.SensorEvaluationContext, platform: Platform) -> dg.SkipReason:
    """One look; it never starts a run."""
    with platform.connection() as conn:
        seen = alerts.current(conn, context.instance, platform.settings)
        told = alerts.record(conn, platform.settings, seen)
    return dg.SkipReason(f"{len(seen)} open, {told} told now." if seen else "Nothing is wrong.")
