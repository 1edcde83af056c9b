"""Stage ``raw_postings``: ask one board for one day, keep its pages and write ``raw.postings``.

What arrived before a failure is written too; only a complete delivery replaces the day's earlier rows. How the run
goes is in its row (:mod:`~jobmatch_dagster.stages.scrape_runs`).
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.stages import scrape_runs
from jobmatch_dagster.stages.outcome import Outcome, keep_rejected, turn

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

    from jobmatch_dagster.boards.search import Search
    from jobmatch_dagster.crawling.run import ScrapeResult
    from jobmatch_dagster.settings import Settings

log = logging.getLogger(__name__)
KEY = ["board", "external_id", "scraped_on"]


def enabled_searches(conn: psycopg.Connection, board: str) -> list[Search]:
    """The enabled rows of ``private.searches`` for a board, in a stable order."""
    from psycopg.rows import dict_row

    from jobmatch_dagster.boards.search import Search

    names = (
        "id, board, keywords, place, country, radius_km, max_age_days, remote, employment_type, organisation, max_pages"
    )
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            f"select {names} from private.searches where board = %s and enabled order by created_at, id",  # noqa: S608
            (board,),
        ).fetchall()
    return [Search(**{**row, "id": str(row["id"])}) for row in rows]


def collect(
    settings: Settings,
    board: str,
    day: date,
    *,
    run_id: str | None = None,
    fresh: bool = False,
    on_progress: Callable[[str], None] | None = None,
) -> Outcome:
    """Ask a board for a day and write what it has.

    Args:
        settings: the process's settings.
        board: name of a source in the registry.
        day: the day the postings are filed under.
        run_id: Dagster's run id, for ``private.scrape_runs``.
        fresh: forget the pages already fetched for this day and ask again.
        on_progress: called with a short sentence now and then.

    Returns:
        The outcome; status ``partial``, ``failed`` or ``skipped`` says that the board did not deliver everything, and
        ``warnings`` says why. A board that fails does not raise.
    """
    from jobmatch_dagster.boards import registry
    from jobmatch_dagster.crawling.run import scrape
    from jobmatch_dagster.supabase import database

    registry.get(board)
    partition = f"{board}|{day}"
    outcome = Outcome("raw_postings", partition)
    workspace = settings.home / "crawl" / str(day) / board
    with database.connect(settings) as conn, turn(conn, "raw_postings", partition):
        searches = enabled_searches(conn, board)
        scrape_run = scrape_runs.begin(conn, board, day, run_id)
        if fresh:
            shutil.rmtree(workspace, ignore_errors=True)
        workspace.mkdir(parents=True, exist_ok=True)

        watch = scrape_runs.Watch(conn, scrape_run, on_progress)
        try:
            with outcome.timed("fetch and extract"):
                result = scrape(
                    board,
                    searches,
                    settings=settings,
                    day=day,
                    workspace=workspace,
                    on_progress=watch.progress,
                    cancelled=watch.cancelled,
                )
            with outcome.timed("write"):
                _write(conn, result, board, day, outcome)
                _archive(settings, result, board, day)
        except Exception as error:
            scrape_runs.finish(conn, scrape_run, "failed", str(error)[:1000])
            raise
        scrape_runs.finish(conn, scrape_run, result.status, result.reason, result)
    _describe(result, outcome)
    return outcome


def _write(conn: psycopg.Connection, result: ScrapeResult, board: str, day: date, outcome: Outcome) -> None:
    """Merge what arrived; only a whole delivery replaces the day's earlier rows."""
    from jobmatch_dagster.boards.raw import to_raw
    from jobmatch_dagster.supabase import database

    replace = ("board = %s and scraped_on = %s", (board, day)) if result.status == "succeeded" else None
    rows = _with_known_searches(conn, to_raw(result.postings, day))
    outcome.add_merged(database.merge(conn, "raw.postings", rows, key=KEY, guard="payload_hash", replace=replace))
    keep_rejected(conn, f"raw_postings/{board}", day, _refused(result))


def _with_known_searches(conn: psycopg.Connection, rows: pa.Table) -> pa.Table:
    """Postings whose search was removed since their pages were fetched stay, without the search."""
    import pyarrow as pa
    import pyarrow.compute as pc

    known = [str(row[0]) for row in conn.execute("select id from private.searches")]
    at = rows.schema.get_field_index("search_id")
    column = rows["search_id"].combine_chunks()
    kept = pc.if_else(pc.is_in(column, value_set=pa.array(known, column.type)), column, pa.scalar(None, column.type))
    return rows.set_column(at, rows.schema.field(at), kept)


def _refused(result: ScrapeResult) -> list[dict[str, Any]]:
    """What could not be read, in the words of ``private.rejected``."""
    return [
        {
            "subject": row.get("what") or row.get("page"),
            "reason": row.get("reason"),
            "detail": {"page": row.get("page")},
        }
        for row in result.rejected
    ]


def _archive(settings: Settings, result: ScrapeResult, board: str, day: date) -> None:
    """Put the fetched pages into the bucket, so that the day can be read again."""
    from jobmatch_dagster.supabase.storage import file_store

    if not result.pages or not result.pages_file or not Path(result.pages_file).exists():
        return
    file_store(settings).put(
        "raw-pages",
        f"{day}/{board}.parquet",
        Path(result.pages_file).read_bytes(),
        content_type="application/vnd.apache.parquet",
        upsert=True,
    )


def _describe(result: ScrapeResult, outcome: Outcome) -> None:
    outcome.status = result.status
    outcome.counts = {
        "pages": result.pages,
        "postings": result.postings.num_rows,
        "retries": result.retries,
        "blocked": result.blocked,
        "bytes": result.bytes,
        "rejected": len(result.rejected),
    }
    outcome.warnings = [*([result.reason] if result.reason else []), *result.warnings]
    columns = ["title", "company", "location", "salary_text", "posted_text"]
    outcome.preview = result.postings.select(columns).slice(0, 8).to_pylist()


def replay(settings: Settings, board: str, day: date) -> Outcome:
    """Extract a day again from its archived pages, without any request, and replace the day's raw rows.

    Raises:
        JobmatchError: no pages of that board and day are archived.
    """
    from jobmatch_dagster.boards import registry
    from jobmatch_dagster.crawling.run import replay as replay_pages
    from jobmatch_dagster.supabase import database

    outcome = Outcome("raw_postings", f"{board}|{day}")
    registry.get(board)
    workspace = settings.home / "crawl" / "replay"
    workspace.mkdir(parents=True, exist_ok=True)
    # The pages are read in the partition's turn: those of before a scrape that ends meanwhile must not undo its rows.
    with (
        database.connect(settings) as conn,
        turn(conn, "raw_postings", outcome.partition),
        tempfile.TemporaryDirectory(dir=workspace, prefix=f"{day}-{board}-") as folder,
    ):
        archive = Path(folder) / "pages.parquet"
        archive.write_bytes(_archived(settings, board, day))
        with outcome.timed("extract"):
            result = replay_pages(board, archive, day)
        with outcome.timed("write"):
            _write(conn, result, board, day, outcome)
    _describe(result, outcome)
    return outcome


def _archived(settings: Settings, board: str, day: date) -> bytes:
    from jobmatch_dagster.supabase.storage import file_store

    try:
        return file_store(settings).get("raw-pages", f"{day}/{board}.parquet")
    except FileNotFoundError:
        raise JobmatchError(
            f"{board} on {day}",
            "has no archived pages",
            f"Only days that were scraped here can be replayed, and pages are kept {settings.raw_retention_days} days.",
        ) from None
