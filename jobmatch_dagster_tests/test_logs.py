"""What is logged is a line of JSON with the run, partition and board it belongs to, and without anybody's words."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from jobmatch_dagster import logs
from jobmatch_dagster.settings import load


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, with the handlers it had put back."""
    logger = logging.getLogger()
    before = list(logger.handlers)
    yield logger
    logger.handlers = before


def test_a_run_writes_its_story_with_job_partition_and_board(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "jobmatch.jsonl"

    @dg.op
    def work(context):  # type: ignore[no-untyped-def]  # Dagster reads annotations, and here they are strings
        context.log.info("12 pages so far")
        logging.getLogger("jobmatch_dagster.somewhere").warning("slow")
        raise ValueError("the words of somebody's file")

    @dg.job
    def scrape() -> None:
        work()

    given = logs.for_dagster(load(log_file=path))
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.instance_for_test(overrides={"python_logs": given}) as instance:
        tags = {"board": "indeed", "dagster/partition": "indeed|2026-03-02"}
        run = scrape.execute_in_process(quiet, instance=instance, tags=tags, raise_on_error=False)
    found = lines(path)
    said = {line["message"]: line for line in found}
    assert said["12 pages so far"]["level"] == "info"
    assert "slow" in said
    assert {line.get("event") for line in found} >= {"run_start", "step_start", "step_failure", "run_failure"}
    for line in found:
        assert line["run"] == run.run_id
        assert (line["job"], line["board"], line["partition"]) == ("scrape", "indeed", "indeed|2026-03-02")
    assert "somebody" not in path.read_text()


def test_other_processes_write_to_the_same_file_once_each_and_leave_errors_texts_out(
    tmp_path: Path, root: logging.Logger
) -> None:
    path = tmp_path / "jobmatch.jsonl"
    for _ in range(2):
        logs.install(load(log_file=path))
    log = logging.getLogger("jobmatch_dagster.api")
    log.debug("too fine")
    try:
        raise ValueError("ada@example.org")
    except ValueError:
        log.exception("An upload was not read")
    (line,) = lines(path)
    assert (line["level"], line["message"], line["error"]) == ("error", "An upload was not read", "ValueError")
    assert "ada@" not in path.read_text()
    path.rename(tmp_path / "old")
    log.warning("after rotation")
    assert [one["message"] for one in lines(path)] == ["after rotation"]


def test_without_a_file_nothing_is_added(root: logging.Logger) -> None:
    before = list(root.handlers)
    logs.install(load(log_file=None))
    assert root.handlers == before
    assert "dagster_handler_config" not in logs.for_dagster(load(log_file=None))
