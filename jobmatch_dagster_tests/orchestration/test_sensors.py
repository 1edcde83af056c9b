"""A batch of uploads that fails is tried again, but not for ever, and another batch is not held against it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg
import pytest

from jobmatch_dagster.orchestration.sensors import BATCH_TAG, _upload_request

DAY = date(2026, 3, 2)


def request(names: list[str], runs_before: dict[str, int]) -> dg.RunRequest | dg.SkipReason:
    """What the sensor asks for, where so many runs of each batch have been."""
    counted = SimpleNamespace(get_runs_count=lambda of: runs_before.get(of.tags[BATCH_TAG], 0))
    return _upload_request(cast("Any", counted), DAY, names)


def test_a_batch_is_asked_for_three_times_each_under_another_key_and_then_left_to_a_person() -> None:
    first = request(["b@1", "a@1"], {})
    assert isinstance(first, dg.RunRequest)
    assert (first.partition_key, first.tags["files"]) == ("2026-03-02", "2")
    batch = first.tags[BATCH_TAG]
    keys = {first.run_key}
    for before in (1, 2):
        again = request(["a@1", "b@1"], {batch: before})
        assert isinstance(again, dg.RunRequest)
        keys.add(again.run_key)
    assert len(keys) == 3
    left = request(["a@1", "b@1"], {batch: 3})
    assert isinstance(left, dg.SkipReason)
    assert "2 files of 2026-03-02 failed 3 times" in (left.skip_message or "")


@pytest.mark.parametrize("names", [["a@2", "b@1"], ["a@1"], ["a@1", "b@1", "c@1"]])
def test_a_file_that_is_new_or_was_replaced_makes_another_batch(names: list[str]) -> None:
    first = request(["a@1", "b@1"], {})
    assert isinstance(first, dg.RunRequest)
    assert isinstance(request(names, {first.tags[BATCH_TAG]: 3}), dg.RunRequest)
