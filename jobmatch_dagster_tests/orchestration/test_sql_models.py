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


def test_a_header_is_one_check_that_names_each_promise_that_is_broken() -> None:
    import dagster as dg

    from jobmatch_dagster.orchestration.sql_models import HEADER_CHECK, _results, _sentence
    from jobmatch_dagster.sql_models.data_tests import DataTest, Query, Verdict
    from jobmatch_dagster.sql_models.project import project

    def verdict(name: str, wrong: int, severity: str = "error") -> Verdict:
        file = project().tests.get(name) or project().models["board_health"]
        test = DataTest(name, "board_health", f"{name} holds.", Query("select 1"), severity, file)
        return Verdict(test, wrong, [{"row": name}] * wrong)

    def results(given: list[Verdict]) -> list[dg.AssetCheckResult]:
        return list(_results(given, {one.test.name: _sentence(one) for one in given}))

    good = [verdict("day_not_null", 0), verdict("boards_that_fell_silent", 0, "warn")]
    assert {r.check_name: r.passed for r in results(good)} == {HEADER_CHECK: True, "boards_that_fell_silent": True}
    header, silent = results([verdict("day_not_null", 2), verdict("day_unique", 0), *good[1:]])
    assert (header.passed, header.severity, silent.passed) == (False, dg.AssetCheckSeverity.ERROR, True)
    assert "2 rows break it: day_not_null holds." in (header.description or "")
    assert "day_unique" not in (header.description or "")
