"""How much a backfill is: the rows that each stage has to work on by day, and what a row took it lately."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Rows of a stage's input.

    Attributes:
        unit: what the rows are, in the plural.
        query: SQL that gives (day, rows), for boards (day, board, rows), of the partitions from ``%(first)s`` to
            ``%(last)s`` that hold anything, in order.
    """

    unit: str
    query: str


_UPLOADS = "(coalesce(o.updated_at, o.created_at) at time zone 'utc')::date"

SIZES = {
    # Asking a board has no rows beforehand: as many pages as it took the last time it delivered.
    "raw_postings": Size(
        "pages to ask for, if the boards are as they were last",
        """
        select d::date, b, coalesce((select r.pages from private.scrape_runs r
                                      where r.board = b and r.pages > 0 order by r.day desc, r.id limit 1), 0)
          from generate_series(%(first)s::date, %(last)s::date, interval '1 day') d
          cross join unnest(%(boards)s::text[]) b order by 1, 2
        """,
    ),
    "archive": Size(
        "archived pages",
        """
        select d::date, b, coalesce((select max(r.pages) from private.scrape_runs r where r.board = b and r.day = d), 0)
          from generate_series(%(first)s::date, %(last)s::date, interval '1 day') d
          cross join unnest(%(boards)s::text[]) b
         where exists (select from storage.objects o
                        where o.bucket_id = 'raw-pages' and o.name = d::date || '/' || b || '.parquet')
         order by 1, 2
        """,
    ),
    "cleaned_jobs": Size(
        "postings",
        """
        select scraped_on, count(*) from raw.postings
         where scraped_on between %(first)s and %(last)s group by 1 order by 1
        """,
    ),
    "job_skills": Size(
        "jobs",
        """
        select d, count(*) from public.jobs j
         cross join lateral (select j.first_seen_on union select j.last_seen_on) days (d)
         where d between %(first)s and %(last)s group by 1 order by 1
        """,
    ),
    "parsed_resumes": Size(
        "files",
        f"""
        select {_UPLOADS}, count(*) from storage.objects o
         where o.bucket_id = 'resumes' and {_UPLOADS} between %(first)s and %(last)s group by 1 order by 1
        """,  # noqa: S608 - no input in it
    ),
    # A pair is of the day its younger side arrived: new jobs by all résumés so far, and new résumés by all jobs so far.
    "match_scores": Size(
        "pairs",
        """
        with new as (
          select first_seen_on as day, count(*) as jobs, 0 as resumes from public.jobs
           where closed_on is null and duplicate_of is null group by 1
          union all
          select uploaded_on, 0, count(*) from public.resumes where status = 'parsed' group by 1),
        days as (select day, sum(jobs) as jobs, sum(resumes) as resumes from new group by 1),
        summed as (
          select day, jobs, resumes, sum(jobs) over w as all_jobs, sum(resumes) over w as all_resumes
            from days window w as (order by day))
        select day, jobs * all_resumes + resumes * (all_jobs - jobs) from summed
         where day between %(first)s and %(last)s order by day
        """,
    ),
}

_LATELY = """
select sum(seconds) / nullif(sum((counts ->> '{count}')::numeric), 0) from private.stage_runs
 where stage = %(stage)s and ended_at > now() - interval '60 days' and (counts ->> '{count}')::numeric > 0
"""
# Seconds of one row, by the runs of the last sixty days.
SECONDS = {
    "raw_postings": """
        select sum(extract(epoch from ended_at - started_at)) / nullif(sum(pages), 0) from private.scrape_runs
         where ended_at > now() - interval '60 days' and pages > 0
    """,
    "cleaned_jobs": _LATELY.format(count="postings"),
    "job_skills": _LATELY.format(count="read now"),
    "parsed_resumes": _LATELY.format(count="parsed now"),
    "match_scores": _LATELY.format(count="pairs scored"),
}
