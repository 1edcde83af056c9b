"""What is kept for how long: pages, their workspaces, résumés and their rankings, what matches no longer speak of."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from jobmatch_dagster.stages.outcome import Outcome, turn

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings


# A row holds until the next of its résumé: the last one stays.
OLD_RANKINGS = """
delete from private.ranking_log l
 where l.at < %s and exists (select from private.ranking_log n where n.resume_id = l.resume_id and n.id > l.id)
"""


def keep_to_retention(settings: Settings, today: date) -> Outcome:
    """Remove what is older than the settings allow: archived pages, crawl workspaces, résumé files, logged rankings.

    The rows of a removed résumé, and its matches, go with the next run of ``parsed_resumes``, which follows the bucket;
    they are removed here at once, so that nothing outlives its file.

    Returns:
        How many pages, folders, résumés, logged rankings and former readings of jobs went.
    """
    from jobmatch_dagster.crawling.retention import clear_workspaces
    from jobmatch_dagster.stages.match_lists import UNTOLD_JOBS
    from jobmatch_dagster.stages.parse import GONE
    from jobmatch_dagster.supabase import database
    from jobmatch_dagster.supabase.storage import file_store

    outcome = Outcome("retention", str(today))
    store = file_store(settings)
    oldest_page = str(today - timedelta(days=settings.raw_retention_days))
    oldest_resume = today - timedelta(days=settings.resume_retention_days)
    with outcome.timed("remove"), database.connect(settings) as conn:
        pages = [file.name for file in store.list("raw-pages") if file.name[:10] < oldest_page]
        expired = conn.execute(
            """select name from storage.objects where bucket_id = 'resumes'
                 and coalesce(updated_at, created_at) < %s order by name""",
            (oldest_resume,),
        )
        resumes = [row[0] for row in expired]
        outcome.counts = {
            "archived days of a board": store.delete("raw-pages", pages) if pages else 0,
            "crawl workspaces": len(clear_workspaces(settings.home / "crawl", today, settings.raw_retention_days)),
            "résumé files": store.delete("resumes", resumes) if resumes else 0,
            "logged rankings": conn.execute(OLD_RANKINGS, (oldest_resume,)).rowcount,
        }
        with turn(conn, "match_scores", "all"):
            outcome.counts["former readings of jobs"] = conn.execute(UNTOLD_JOBS).rowcount
        outcome.changed = conn.execute(GONE).rowcount
    return outcome
