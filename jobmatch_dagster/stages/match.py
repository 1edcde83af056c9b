"""Stage ``match_scores``: score what is new and keep the best of each résumé, read as ``public.job_matches``.

What is new is decided by content, not by the clock: ``private.scored`` remembers with which content and scorer version
each job and each résumé was last scored. A pair is filed under the day its younger side arrived, whichever run finds
it, so days are disjoint, any order of days gives the same table, and a day on which nothing changed costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from jobmatch_dagster.stages import match_blocks, match_lists, ranking_log, scorer_version
from jobmatch_dagster.stages.match_blocks import Target
from jobmatch_dagster.stages.outcome import Outcome, one, turn
from jobmatch_dagster.supabase import database

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings

RESUMES_AT_ONCE = 1000  # bounds the memory of a block: features, heaps and lists

NEW = {
    "job": """
        select j.id::text, j.content_hash from public.jobs j
          left join private.scored s on s.side = 'job' and s.id = j.id
         where j.first_seen_on <= %(day)s and j.closed_on is null and j.duplicate_of is null
           and (%(again)s and j.first_seen_on = %(day)s
                or s.id is null or s.content_hash <> j.content_hash or s.version <> %(version)s)
         order by j.id""",
    "resume": """
        select r.id::text, r.content_hash from public.resumes r
          left join private.scored s on s.side = 'resume' and s.id = r.id
         where r.uploaded_on <= %(day)s and r.status = 'parsed'
           and (%(again)s and r.uploaded_on = %(day)s
                or s.id is null or s.content_hash <> r.content_hash or s.version <> %(version)s
                or s.was_cut and (select count(*) from matching.lists l cross join unnest(l.job_ids) as kept (job_id)
                                    join public.jobs j on j.id = kept.job_id
                                   where l.resume_id = r.id and j.closed_on is null) < %(keep)s)
         order by r.id""",
}
EVERYTHING = {
    "job": """
        select id::text, content_hash from public.jobs where closed_on is null and duplicate_of is null order by id""",
    "resume": "select id::text, content_hash from public.resumes where status = 'parsed' order by id",
}
# Of each table what a score and its reasons depend on, and no more.
OF_JOBS = """
id, title, description, seniority, min_years_experience, education, country, remote, remote_scope, salary_annual_max,
salary_currency, language, language_confidence, content_hash, first_seen_on
"""
# What is later than the day takes part if it was scored before; its pairs with what is new now would go stale.
JOBS = f"""
select {OF_JOBS} from public.jobs j where closed_on is null and duplicate_of is null
   and (first_seen_on <= %s or exists (select from private.scored s where s.side = 'job' and s.id = j.id))
 order by id
"""  # noqa: S608  # columns of this module
JOBS_NAMED = f"select {OF_JOBS} from public.jobs where id = any(%s::uuid[]) order by id"  # noqa: S608  # likewise
JOB_SKILLS = """
select job_id, skill_id, requirement, weight, years, evidence from public.job_skills
 where job_id = any(%s::uuid[]) order by job_id, skill_id
"""
OTHERS = """
select id::text from public.resumes r where status = 'parsed' and id <> all(%s::uuid[])
   and (uploaded_on <= %s or exists (select from private.scored s where s.side = 'resume' and s.id = r.id))
 order by id
"""
KEPT = "select coalesce(sum(cardinality(job_ids)), 0) from matching.lists where matched_on = %s"
DONE = "update private.scored set version = %s where side = 'resume' and id = any(%s::uuid[])"
JOINED_BY = {
    "public.jobs": ("id", "closed_on", "duplicate_of"),
    "private.scored": ("side", "id", "was_cut"),
}
CUT = """
insert into private.scored (side, id, content_hash, version, was_cut)
select 'resume', resume_id, '', '', true from matching.lists
 group by resume_id having sum(cardinality(job_ids)) >= %s
"""
# From before the first match of a job is written it is known to have some.
BEGUN = """
insert into private.scored (side, id, content_hash, version, was_cut)
select 'job', unnest(%s::uuid[]), '', '', false on conflict do nothing
"""
STALE = """
select matching.forget_jobs(array_agg(j.id)) from private.scored s join public.jobs j on j.id = s.id
 where s.side = 'job' and j.duplicate_of is not null
"""
UNTOLD = """
delete from matching.resumes r
 where not exists (select from matching.lists l where l.resume_id = r.resume_id and l.resume_reading = r.reading)
"""
# A job that is gone is new again when it comes back: who arrived meanwhile was not scored against it.
FORGET = """
delete from private.scored s using public.jobs j
 where s.side = 'job' and j.id = s.id and (j.closed_on is not null or j.duplicate_of is not null)
"""
# The best of all stand in the lists that begin best.
PREVIEW = """
with first as (select resume_id, user_id, matched_on from matching.lists where matched_on = %s
                order by scores[1] desc, job_ids[1] limit 8)
select j.title as job, j.company, m.score, m.sentence
  from public.job_matches m join public.jobs j on j.id = m.job_id
 where (m.resume_id, m.user_id, m.matched_on) in (select * from first)
 order by m.score desc, m.job_id limit 8
"""


@dataclass
class Work:
    """What one run has to score: new jobs against every résumé, new résumés against every open job.

    Attributes:
        jobs, resumes: ids with the content that they had when the work was found; what changes meanwhile is new again.
        others: résumés that only the new jobs are scored against.
        until: no job first seen after this day takes part.
        target: where the matches go.
    """

    jobs: dict[str, str]
    resumes: dict[str, str]
    others: list[str]
    until: date
    target: Target


def version() -> str:
    """What a score depends on besides the two texts: scorer, taxonomy and extractor."""
    from jobmatch_dagster.matching.scorer import SCORER_VERSION
    from jobmatch_dagster.stages import read_skills

    return f"{SCORER_VERSION}+{read_skills.version()}"


def match_day(
    settings: Settings, day: date, *, again: bool = False, on_progress: Callable[[str], None] | None = None
) -> Outcome:
    """Score what is new up to a day and keep the best matches of each résumé.

    Args:
        settings: the process's settings (matches kept per résumé, lowest score, threads).
        day: jobs first seen and résumés uploaded after this day are left alone.
        again: score the pairs of this very day again even if nothing changed.
        on_progress: called with a short sentence after each block.

    Returns:
        Counts of new jobs, new résumés, pairs scored, vetoed pairs and the day's matches.
    """
    outcome = Outcome("match_scores", str(day))
    with database.connect(settings) as conn, turn(conn, "match_scores", "all"):
        now = version()
        if scorer_version.has_changed(conn, now):
            changed = _change_scorer(conn, settings, now, outcome, on_progress)
        else:
            changed = None
        scorer_version.begin(conn, now)
        with outcome.timed("find what is new"):
            database.know_columns(conn, JOINED_BY)
            outcome.changed += one(conn, STALE) or 0
            conn.execute(FORGET)
            work = _work(conn, settings, day, now, again)
        if work.jobs or work.resumes:
            fell = _score(conn, settings, work, outcome, on_progress)
            with conn.transaction():
                _remember(conn, work)
                conn.execute(DONE, (now, fell))
        done = [target for target in (changed, work.target) if target]
        outcome.changed += sum(target.changed for target in done)
        outcome.counts = {
            "new jobs": len(work.jobs),
            "new resumes": len(work.resumes),
            "pairs scored": sum(target.pairs for target in done),
            "pairs vetoed": sum(target.vetoed for target in done),
            "matches": one(conn, KEPT, (day,)),
        }
        outcome.preview = [
            {"job": r[0], "company": r[1], "score": r[2], "sentence": r[3]} for r in conn.execute(PREVIEW, (day,))
        ]
    return outcome


def _work(conn: psycopg.Connection, settings: Settings, day: date, now: str, again: bool) -> Work:
    params = {"day": day, "version": now, "again": again, "keep": settings.matches_per_resume}
    jobs: dict[str, str] = dict(conn.execute(NEW["job"], params).fetchall())
    resumes: dict[str, str] = dict(conn.execute(NEW["resume"], params).fetchall())
    others = [row[0] for row in conn.execute(OTHERS, (database.ids(list(resumes)), day))] if jobs else []
    target = Target(match_lists.LIVE, now, list(jobs), settings.matches_per_resume, day)
    return Work(jobs, resumes, others, day, target)


def _change_scorer(
    conn: psycopg.Connection,
    settings: Settings,
    now: str,
    outcome: Outcome,
    on_progress: Callable[[str], None] | None,
) -> Target:
    """Score everything, whatever its day, beside the live matches, and show it in their place."""
    with outcome.timed("evaluate the scorer"):
        scorer_version.refuse_worse(conn, threads=settings.match_threads, on_progress=on_progress)
    with outcome.timed("find what is new"):
        conn.execute("truncate private.next_lists")
        jobs: dict[str, str] = dict(conn.execute(EVERYTHING["job"]).fetchall())
        resumes: dict[str, str] = dict(conn.execute(EVERYTHING["resume"]).fetchall())
    target = Target(match_lists.NEXT, now, list(jobs), settings.matches_per_resume, date.max)
    work = Work(jobs, resumes, [], date.max, target)
    _score(conn, settings, work, outcome, on_progress)
    with outcome.timed("switch"), conn.transaction():
        scorer_version.switch(conn, now)
        conn.execute(CUT, (settings.matches_per_resume,))
        _remember(conn, work)
        for start in range(0, len(resumes), RESUMES_AT_ONCE):
            ranking_log.keep_of(conn, list(resumes)[start : start + RESUMES_AT_ONCE])
    return target


def _score(
    conn: psycopg.Connection,
    settings: Settings,
    work: Work,
    outcome: Outcome,
    on_progress: Callable[[str], None] | None,
) -> list[str]:
    """Score block after block of résumés, each written in one transaction; returns those that saw every job again."""
    from jobmatch_dagster.matching import sides

    conn.execute(BEGUN, (database.ids(list(work.jobs)),))
    scorer_version.keep_words(conn)
    # A résumé whose ranking fell when a job was scored again has had better ones cut off: it sees every job once more.
    fell: list[str] = []
    halves: list[tuple[list[str], str, tuple, bool]] = [
        (list(work.resumes), JOBS, (work.until,), True),
        (work.others, JOBS_NAMED, (database.ids(list(work.jobs)),), False),
        (fell, JOBS, (work.until,), True),
    ]
    done = 0
    for resumes, jobs_sql, params, against_all in halves:
        if not resumes:
            continue
        with outcome.timed("read"):
            rows = database.read(conn, jobs_sql, params)
            job_skills = database.read(conn, JOB_SKILLS, (database.ids(rows["id"].to_pylist()),))
        with outcome.timed("make jobs ready"):
            jobs = sides.jobs(rows, job_skills)
            ads = match_blocks.Ads.of(jobs, work.target)
        for start in range(0, len(resumes), RESUMES_AT_ONCE):
            block = resumes[start : start + RESUMES_AT_ONCE]
            with outcome.timed("score"):
                found = match_blocks.find(conn, settings, block, jobs)
            with outcome.timed("write"), conn.transaction():
                fell += match_blocks.write(conn, found, ads, work.target, against_all=against_all)
            done += len(block)
            if on_progress:
                on_progress(f"{done} of {len(work.resumes) + len(work.others) + len(fell)} résumés scored")
    return fell


def _remember(conn: psycopg.Connection, work: Work) -> None:
    """Note with which content and version each new side was scored."""
    for side, scored in (("job", work.jobs), ("resume", work.resumes)):
        conn.execute(
            """insert into private.scored (side, id, content_hash, version, was_cut)
               select %s, id, content_hash, %s, false from unnest(%s::uuid[], %s::text[]) as known (id, content_hash)
               on conflict (side, id) do update
                  set content_hash = excluded.content_hash, version = excluded.version""",
            (side, work.target.version, list(scored), list(scored.values())),
        )
    conn.execute(
        """delete from private.scored s
            where s.side = 'resume' and not exists (select from public.resumes r where r.id = s.id)
               or s.side = 'job' and not exists (select from public.jobs j where j.id = s.id)"""
    )
    # What a résumé showed is kept no longer than a match that speaks of it.
    conn.execute(UNTOLD)
