"""The other direction: the best résumés of one job. For the data team; no app and no other person is shown this.

Nothing is kept of it but a line in the audit log, which says that somebody looked.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.stages.match import JOB_SKILLS, JOBS_NAMED
from jobmatch_dagster.stages.match_blocks import OF_RESUMES, RESUME_SKILLS

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.settings import Settings

RESUMES_AT_ONCE = 2000  # bounds the memory; a block takes half a second
# The block after the last id seen, in the order of ids.
RESUMES = f"""
select {OF_RESUMES} from public.resumes where status = 'parsed' and (%s::uuid is null or id > %s::uuid)
 order by id limit %s
"""  # noqa: S608  # columns of match_blocks
LOOKED = "insert into private.audit_log (actor, action, subject) values (%s, 'best_resumes', %s)"


def best_resumes_of(settings: Settings, job: str, *, top: int, day: date, actor: str = "command") -> pa.Table:
    """The best résumés of a job, best first; whom a veto rules out is not among them.

    Args:
        settings: which database; lowest score and threads.
        job: the job's id.
        top: résumés returned.
        day: stands in for the day of a side that has none.
        actor: who asks, for the audit log; a word or an account's id, never an address.

    Returns:
        Rows of ``tables.JOB_MATCHES``; equal scores by résumé id, ascending.

    Raises:
        JobmatchError: there is no such job.
    """
    import pyarrow as pa

    from jobmatch_dagster import tables
    from jobmatch_dagster.matching.best import best_resumes
    from jobmatch_dagster.supabase import database

    best, last = tables.JOB_MATCHES.empty_table(), None
    with database.connect(settings) as conn:
        ad = database.read(conn, JOBS_NAMED, (database.ids([job]),))
        if not ad.num_rows:
            raise JobmatchError(f"The job {job}", "is not in the database", "Check its id.")
        conn.execute(LOOKED, (actor, job))
        asked = database.read(conn, JOB_SKILLS, (database.ids([job]),))
        while (block := database.read(conn, RESUMES, (last, last, RESUMES_AT_ONCE))).num_rows:
            ids = block["id"].to_pylist()
            skills = database.read(conn, RESUME_SKILLS, (database.ids(ids),))
            found = best_resumes(
                ad, asked, block, skills,
                top=top, min_score=settings.min_score, threads=settings.match_threads, day=day,
            )  # fmt: skip
            best = pa.concat_tables([best, found])
            best = best.sort_by([("score", "descending"), ("resume_id", "ascending")]).slice(0, top)
            last = ids[-1]
    return best
