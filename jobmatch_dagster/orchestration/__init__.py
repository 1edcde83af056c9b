"""Dagster: assets, partitions, jobs, schedules, sensors, checks and resources. The only place that imports Dagster."""

import warnings

import dagster as dg

# Said at every import of parts that Dagster may still change; the lock file pins its version, and the tests run them.
warnings.filterwarnings("ignore", message=".*is currently in beta", category=dg.BetaWarning)
