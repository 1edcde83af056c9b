"""Dagster: assets, partitions, jobs, schedules, sensors, checks and resources. The only place that imports Dagster."""
