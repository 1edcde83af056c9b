"""Stage ``match_scores``: score the pairs that are new and keep the best of each résumé in ``public.job_matches``.

What is new is decided by content, not by the clock: ``private.scored`` remembers with which content and scorer version
each job and each résumé was last scored. A pair is filed under the day its younger side arrived, whichever run finds
it, so days are disjoint, any order of days gives the same table, and a day on which nothing changed costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.stages.outcome import Outcome, one, turn

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

    from jobmatch_dagster.matching.sides import Jobs
    from jobmatch_dagster.settings import Settings

RESUMES_AT_ONCE = 1000  # bounds the memory of explanations: about 50 kB a résumé at 50 matches

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
                or s.was_cut and (select count(*) from public.job_matches m join public.jobs j on j.id = m.job_id
                                   where m.resume_id = r.id and j.closed_on is null) < %(keep)s)
         order by r.id""",
}
EVERYTHING = {
    "job": """
        select id::text, content_hash from public.jobs where closed_on is null and duplicate_of is null order by id""",
    "resume": "select id::text, content_hash from public.resumes where status = 'parsed' order by id",
}
# What is later than the day takes part if it was scored before; its pairs with what is new now would go stale.
JOBS = """
select * from public.jobs j where closed_on is null and duplicate_of is null
   and (first_seen_on <= %s or exists (select from private.scored s where s.side = 'job' and s.id = j.id))
 order by id
"""
JOBS_NAMED = "select * from public.jobs where id = any(%s::uuid[]) order by id"
JOB_SKILLS = "select * from public.job_skills where job_id = any(%s::uuid[]) order by job_id, skill_id"
RESUMES_NAMED = "select * from public.resumes where id = any(%s::uuid[]) order by id"
RESUME_SKILLS = "select * from public.resume_skills where resume_id = any(%s::uuid[]) order by resume_id, skill_id"
OTHERS = """
select id::text from public.resumes r where status = 'parsed' and id <> all(%s::uuid[])
   and (uploaded_on <= %s or exists (select from private.scored s where s.side = 'resume' and s.id = r.id))
 order by id
"""
SCORED_AGAIN = """
resume_id = any(%s::uuid[]) and (resume_id = any(%s::uuid[]) or job_id = any(%s::uuid[]))
and job_id in (select id from public.jobs where closed_on is null)
"""
HAVE_NONE = """
select not exists (select from public.job_matches where resume_id = any(%s::uuid[]))
   and not exists (select from public.job_matches where job_id = any(%s::uuid[]))
"""
PRUNE = """
with ranked as (
  select m.resume_id, m.job_id, row_number() over (partition by m.resume_id order by m.score desc, m.job_id) as place
    from public.job_matches m join public.jobs j on j.id = m.job_id
   where m.resume_id = any(%s::uuid[]) and j.closed_on is null and j.duplicate_of is null)
delete from public.job_matches m using ranked r
 where m.resume_id = r.resume_id and m.job_id = r.job_id and r.place > %s
returning m.resume_id::text, m.matched_on
"""
KEPT = "select count(*) from public.job_matches where matched_on = %s"
LAST_KEPT = """
select r.id::text, kept.score, kept.job_id::text
  from unnest(%s::uuid[]) as r (id)
  join private.scored s on s.side = 'resume' and s.id = r.id and s.was_cut
 cross join lateral (
       select m.score, m.job_id from public.job_matches m join public.jobs j on j.id = m.job_id
        where m.resume_id = r.id and j.closed_on is null and j.duplicate_of is null
        order by m.score desc, m.job_id offset %s - 1 limit 1) as kept
"""
# Who fell is new again, from the moment that it is written until all jobs were seen: a run that dies forgets nobody.
TO_DO = "update private.scored set version = '' where side = 'resume' and id = any(%s::uuid[])"
DONE = "update private.scored set version = %s where side = 'resume' and id = any(%s::uuid[])"
JOINED_BY = {
    "public.jobs": ("id", "closed_on", "duplicate_of"),
    "public.job_matches": ("resume_id", "job_id"),
    "private.scored": ("side", "id", "was_cut"),
}
CUT = """
insert into private.scored (side, id, content_hash, version, was_cut)
select 'resume', resume_id, '', '', true from public.job_matches group by resume_id having count(*) >= %s
"""
STALE = """
delete from public.job_matches m using public.jobs j
 where j.id = m.job_id and j.duplicate_of is not null
"""
# A job that is gone is new again when it comes back: who arrived meanwhile was not scored against it.
FORGET = """
delete from private.scored s using public.jobs j
 where s.side = 'job' and j.id = s.id and (j.closed_on is not null or j.duplicate_of is not null)
"""
PREVIEW = """
select j.title as job, j.company, m.score, m.sentence from public.job_matches m join public.jobs j on j.id = m.job_id
 where m.matched_on = %s order by m.score desc, m.job_id limit 8
"""


@dataclass
class Work:
    """What one run has to score: new jobs against every résumé, new résumés against every open job.

    Attributes:
        jobs, resumes: ids with the content that they had when the work was found; what changes meanwhile is new again.
        others: résumés that only the new jobs are scored against.
        table: where the matches go.
        until: no job first seen after this day takes part.
        is_first: no pair of what is new has a match yet.
    """

    jobs: dict[str, str]
    resumes: dict[str, str]
    others: list[str]
    table: str
    until: date
    is_first: bool


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
    from jobmatch_dagster.stages import scorer_version
    from jobmatch_dagster.supabase import database

    outcome = Outcome("match_scores", str(day))
    with database.connect(settings) as conn, turn(conn, "match_scores", "all"):
        now = version()
        tally = {"pairs": 0, "vetoed": 0, "kept": 0}
        if scorer_version.has_changed(conn, now):
            _change_scorer(conn, settings, now, outcome, tally, on_progress)
        scorer_version.begin(conn, now)
        with outcome.timed("find what is new"):
            database.know_columns(conn, JOINED_BY)
            outcome.changed += conn.execute(STALE).rowcount
            conn.execute(FORGET)
            work = _work(conn, settings, day, now, again)
        tally["kept"] = one(conn, KEPT, (day,))
        if work.jobs or work.resumes:
            fell = _score(conn, settings, day, work, outcome, tally, on_progress)
            with conn.transaction():
                _remember(conn, work, now)
                conn.execute(DONE, (now, fell))
            # To count rows that were written a moment ago takes as long as a tenth of writing them.
            tally["kept"] = tally["kept"] if work.is_first else one(conn, KEPT, (day,))
        outcome.counts = {
            "new jobs": len(work.jobs),
            "new resumes": len(work.resumes),
            "pairs scored": tally["pairs"],
            "pairs vetoed": tally["vetoed"],
            "matches": tally["kept"],
        }
        outcome.preview = [
            {"job": r[0], "company": r[1], "score": r[2], "sentence": r[3]} for r in conn.execute(PREVIEW, (day,))
        ]
    return outcome


def _work(conn: psycopg.Connection, settings: Settings, day: date, now: str, again: bool) -> Work:
    params = {"day": day, "version": now, "again": again, "keep": settings.matches_per_resume}
    jobs: dict[str, str] = dict(conn.execute(NEW["job"], params).fetchall())
    resumes: dict[str, str] = dict(conn.execute(NEW["resume"], params).fetchall())
    others = [row[0] for row in conn.execute(OTHERS, (list(resumes), day))] if jobs else []
    new = one(conn, HAVE_NONE, (list(resumes), list(jobs)))
    return Work(jobs, resumes, others, "public.job_matches", day, new)


def _change_scorer(
    conn: psycopg.Connection,
    settings: Settings,
    now: str,
    outcome: Outcome,
    tally: dict[str, int],
    on_progress: Callable[[str], None] | None,
) -> None:
    """Score everything, whatever its day, beside the live matches, and show it in their place."""
    from jobmatch_dagster.stages import scorer_version

    with outcome.timed("evaluate the scorer"):
        scorer_version.refuse_worse(conn, threads=settings.match_threads, on_progress=on_progress)
    with outcome.timed("find what is new"):
        conn.execute("truncate private.next_matches")
        jobs: dict[str, str] = dict(conn.execute(EVERYTHING["job"]).fetchall())
        resumes: dict[str, str] = dict(conn.execute(EVERYTHING["resume"]).fetchall())
    work = Work(jobs, resumes, [], "private.next_matches", date.max, is_first=True)
    _score(conn, settings, date.max, work, outcome, tally, on_progress)
    with outcome.timed("switch"), conn.transaction():
        scorer_version.switch(conn, now)
        conn.execute(CUT, (settings.matches_per_resume,))
        _remember(conn, work, now)
        scorer_version.log_rankings(conn, list(resumes))


def _score(
    conn: psycopg.Connection,
    settings: Settings,
    day: date,
    work: Work,
    outcome: Outcome,
    tally: dict[str, int],
    on_progress: Callable[[str], None] | None,
) -> list[str]:
    """Score block after block of résumés, each written in one transaction; returns those that saw every job again."""
    from jobmatch_dagster.matching import sides
    from jobmatch_dagster.supabase import database

    # A résumé whose ranking fell when a job was scored again has had better ones cut off: it sees every job once more.
    fell: list[str] = []
    halves: list[tuple[list[str], str, tuple, bool]] = [
        (list(work.resumes), JOBS, (work.until,), True),
        (work.others, JOBS_NAMED, (list(work.jobs),), False),
        (fell, JOBS, (work.until,), True),
    ]
    done = 0
    for resumes, jobs_sql, params, against_all in halves:
        if not resumes:
            continue
        with outcome.timed("read"):
            rows = database.read(conn, jobs_sql, params)
            job_skills = database.read(conn, JOB_SKILLS, (rows["id"].to_pylist(),))
        with outcome.timed("make jobs ready"):
            jobs = sides.jobs(rows, job_skills)
        for start in range(0, len(resumes), RESUMES_AT_ONCE):
            block = resumes[start : start + RESUMES_AT_ONCE]
            matched = _match_block(conn, settings, day, block, jobs, outcome)
            tally["pairs"] += matched.pairs
            tally["vetoed"] += matched.vetoed
            with outcome.timed("write"):
                keep = settings.matches_per_resume
                fell += _write(conn, matched.matches, block, work, keep, outcome, tally, against_all=against_all)
            done += len(block)
            if on_progress:
                on_progress(f"{done} of {len(work.resumes) + len(work.others) + len(fell)} résumés scored")
    return fell


def _match_block(
    conn: psycopg.Connection,
    settings: Settings,
    day: date,
    block: Sequence[str],
    jobs: Jobs,
    outcome: Outcome,
) -> Any:
    from jobmatch_dagster.matching.scorer import match
    from jobmatch_dagster.supabase import database

    with outcome.timed("read"):
        resumes = database.read(conn, RESUMES_NAMED, (block,))
        resume_skills = database.read(conn, RESUME_SKILLS, (block,))
    with outcome.timed("score"):
        return match(
            resumes,
            resume_skills,
            jobs,
            top=settings.matches_per_resume,
            min_score=settings.min_score,
            threads=settings.match_threads,
            day=day,
        )


def _write(
    conn: psycopg.Connection,
    matches: pa.Table,
    block: Sequence[str],
    work: Work,
    keep: int,
    outcome: Outcome,
    tally: dict[str, int],
    *,
    against_all: bool,
) -> list[str]:
    """Replace the block's rows of what was scored, then cut each résumé's open rows to the best ``keep``.

    Args:
        conn: an autocommit connection.
        matches: the new rows.
        block: the résumés that were scored.
        work: what they were scored for.
        keep: open rows kept per résumé.
        outcome: counts the changes.
        tally: ``kept`` follows the day's rows, as long as rows only come.
        against_all: every job was scored, not the new ones alone.

    Returns:
        Résumés whose last kept row ranks lower than before although better ones were cut off once.
    """
    import pyarrow.compute as pc

    from jobmatch_dagster.stages import scorer_version
    from jobmatch_dagster.supabase import database

    key = ["resume_id", "job_id"]
    with conn.transaction():
        if work.is_first:
            before = {}
            merged = database.append(conn, work.table, matches, key=key)
        else:
            before = {} if against_all else _last_kept(conn, block, keep)
            again = (SCORED_AGAIN, (block, block if against_all else [], list(work.jobs)))
            merged = database.merge(conn, work.table, matches, key=key, guard=None, replace=again)
        outcome.add_merged(merged)
        if work.table != "public.job_matches":
            return []
        # Who had no match has no more than the best ones now.
        pruned = [] if work.is_first and against_all else conn.execute(PRUNE, (block, keep)).fetchall()
        cut = {resume for resume, _ in pruned}
        came = pc.sum(pc.equal(matches["matched_on"], work.until)).as_py() or 0
        tally["kept"] += came - sum(day == work.until for _, day in pruned)
        full = {r["values"] for r in matches["resume_id"].value_counts().to_pylist() if r["counts"] >= keep}
        outcome.changed += len(cut)
        conn.execute(
            """insert into private.scored (side, id, content_hash, version, was_cut)
               select 'resume', unnest(%s::uuid[]), '', '', true
               on conflict (side, id) do update set was_cut = true""",
            (sorted(cut | full),),
        )
        after = _last_kept(conn, list(before), keep)
        fell = [resume for resume, last in before.items() if resume not in after or after[resume] > last]
        conn.execute(TO_DO, (fell,))
        if merged.inserted or merged.updated or merged.deleted or cut:
            scorer_version.log_rankings(conn, block)
    return fell


def _last_kept(conn: psycopg.Connection, resumes: Sequence[str], keep: int) -> dict[str, tuple[float, str]]:
    """Of résumés that were cut and have all the rows they may, the last one: the lower, the better it ranks."""
    rows = conn.execute(LAST_KEPT, (list(resumes), keep)).fetchall() if resumes else []
    return {resume: (-score, job) for resume, score, job in rows}


def _remember(conn: psycopg.Connection, work: Work, now: str) -> None:
    """Note with which content and version each new side was scored."""
    for side, scored in (("job", work.jobs), ("resume", work.resumes)):
        conn.execute(
            """insert into private.scored (side, id, content_hash, version, was_cut)
               select %s, id, content_hash, %s, false from unnest(%s::uuid[], %s::text[]) as known (id, content_hash)
               on conflict (side, id) do update
                  set content_hash = excluded.content_hash, version = excluded.version""",
            (side, now, list(scored), list(scored.values())),
        )
    conn.execute(
        """delete from private.scored s
            where s.side = 'resume' and not exists (select from public.resumes r where r.id = s.id)
               or s.side = 'job' and not exists (select from public.jobs j where j.id = s.id)"""
    )
