"""The SQL models as assets of a run."""

from datetime import date

import pytest

from jobmatch_dagster.orchestration.sql_models import days_of_run


@pytest.mark.parametrize(
    ("tags", "days"),
    [
        ({"dagster/partition": "2026-03-02"}, [date(2026, 3, 2)]),
        (
            {
                "dagster/asset_partition_range_start": "2026-02-28",
                "dagster/asset_partition_range_end": "2026-03-01",
            },
            [date(2026, 2, 28), date(2026, 3, 1)],
        ),
        ({"dagster/partition": "indeed|2026-03-02"}, []),
        ({}, []),
    ],
)
def test_models_write_again_the_days_that_their_run_is_about(tags: dict[str, str], days: list[date]) -> None:
    assert days_of_run(tags) == days
