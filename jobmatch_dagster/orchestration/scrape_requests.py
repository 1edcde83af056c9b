"""A scrape that a person asks for, on the command line or over HTTP: its run in Dagster and its row, begun and ended
together.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.orchestration import launch
from jobmatch_dagster.stages import scrape_runs

if TYPE_CHECKING:
    import psycopg


def start(conn: psycopg.Connection, board: str, day: date) -> tuple[str, str]:
    """Queue the scrape of a board and day.

    Returns:
        The id of its row in ``private.scrape_runs``, and Dagster's id of the run.

    Raises:
        JobmatchError: no Dagster answers on the UI's port, or it does not take the run.
    """
    run_id = launch.scrape(board, day)
    return str(scrape_runs.note_queued(conn, board, day, run_id)), run_id


def cancel(conn: psycopg.Connection, scrape: Mapping[str, Any]) -> str | None:
    """Cancel a run that waits, is under way or died.

    A run under way hears it from its row and ends by itself, so that what arrived is kept; one that waits is taken out
    of Dagster's queue.

    Args:
        conn: an autocommit connection.
        scrape: ``id``, ``status`` and ``dagster_run_id`` of its row.

    Returns:
        What Dagster said if it could not be told. The run is cancelled all the same: should it begin, it ends at once.
    """
    told = None
    if scrape["status"] == "queued" and scrape["dagster_run_id"]:
        try:
            launch.cancel(scrape["dagster_run_id"])
        except JobmatchError as error:
            told = str(error)
    scrape_runs.call_off(conn, scrape["id"], over=scrape["status"] != "running")
    return told
