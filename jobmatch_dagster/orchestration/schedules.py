"""When things run by themselves on the clock: the boards, once a day."""

from collections.abc import Iterator

import dagster as dg

from jobmatch_dagster.orchestration.jobs import scrape_board
from jobmatch_dagster.orchestration.partitions import board_day
from jobmatch_dagster.settings import settings


@dg.schedule(
    job=scrape_board,
    cron_schedule=settings().daily_cron,
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Asks every enabled board for today, one run a board; a board never waits for another.",
)
def daily_boards(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """One run request for each board in ``JOBMATCH_BOARDS``."""
    day = context.scheduled_execution_time.date()
    for board in settings().boards:
        yield dg.RunRequest(run_key=f"{day}|{board}", partition_key=board_day(board, day), tags={"board": board})


SCHEDULES = [daily_boards]
