"""Two weeks of the demo's world through real runs, so that pictures show a past: ``python -m …screenshots.fortnight``.

On one day a board does not answer, on another it was not asked; on the newest, which is today, a board shows pages of
another kind, so that a check has something to report. Days that are there are run again, and nothing changes.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from jobmatch_dagster.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS = 14
NOBODY_LISTENS = "http://127.0.0.1:9"
SILENT = {4: "glassdoor"}  # days before today, and the board that does not answer on them
NOT_ASKED = {8: "careerbuilder"}


def main() -> None:
    """Run the days, oldest first."""
    from jobmatch_dagster.demo.show import boards_on_loopback, refuse_real_data, searches_enabled, upload_people
    from jobmatch_dagster.demo.site import ziprecruiter
    from jobmatch_dagster.orchestration.day import run_day
    from jobmatch_dagster.orchestration.instance import open_instance
    from jobmatch_dagster.supabase import database
    from jobmatch_dagster.supabase.ready import make_ready

    make_ready(settings())
    refuse_real_data(settings())
    days = [datetime.now(UTC).date() - timedelta(days=ago) for ago in range(DAYS - 1, -1, -1)]
    upload_people(settings(), days[DAYS // 2], days[-1])
    with (
        open_instance(settings()) as instance,
        boards_on_loopback(days[0]) as site,
        database.connect(settings()) as conn,
        searches_enabled(conn),
    ):
        for ago, day in zip(range(DAYS - 1, -1, -1), days, strict=True):
            site.day = day
            if day == days[-1]:
                ziprecruiter.CARDS_SINCE = date.max
            asked = [board for board in site.base_urls if board != NOT_ASKED.get(ago)]
            with _silent(SILENT.get(ago)):
                done = run_day(instance, day, asked)
            print(f"{day}: {sum(seconds for _, seconds in done.seconds):.0f} s", flush=True)


@contextmanager
def _silent(board: str | None) -> Iterator[None]:
    """Nobody answers at a board's address for the length of the block."""
    if board is None:
        yield
        return
    name = f"JOBMATCH_{board.upper()}_URL"
    before = os.environ[name]
    os.environ |= {name: NOBODY_LISTENS, "JOBMATCH_CRAWL_RETRIES": "0"}
    settings.cache_clear()
    try:
        yield
    finally:
        os.environ[name] = before
        del os.environ["JOBMATCH_CRAWL_RETRIES"]
        settings.cache_clear()


if __name__ == "__main__":
    main()
