"""The best résumés of a job are those that it scores highest with, and looking is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.stages import best_resumes
from jobmatch_dagster.supabase import database as db
from jobmatch_dagster_tests.stages.test_match import START, History

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings

OF_JOB = "select resume_id::text, score from public.job_matches where job_id = %s order by score desc, resume_id"


@pytest.mark.parametrize("at_once", [1, 3, 100])
def test_the_best_resumes_of_a_job_are_found_whatever_the_block(
    few: Settings, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    everything = few.model_copy(update={"min_score": 0.0, "matches_per_resume": 50})
    monkeypatch.setattr(best_resumes, "RESUMES_AT_ONCE", at_once)
    with db.connect(few) as conn:
        history = History(conn, everything, 4)
        for step in (history.put_job,) * 5 + (history.put_resume,) * 8:
            step()
        history.score_today()
        conn.execute("update public.resumes set status = 'corrupt' where id = %s", (history.any_of("public.resumes"),))
        conn.execute(
            "delete from matching.lists l using public.resumes r where r.id = l.resume_id and r.status <> 'parsed'"
        )
        job = str(conn.execute("select job_id from public.job_matches group by 1 order by count(*) desc").fetchone()[0])
        expected = conn.execute(OF_JOB, (job,)).fetchall()
        assert len(expected) > 3
        conn.execute("delete from private.audit_log where action = 'best_resumes'")
        found = best_resumes.best_resumes_of(everything, job, top=3, day=history.today)
        assert list(zip(found["resume_id"].to_pylist(), found["score"].to_pylist(), strict=True)) == expected[:3]
        looked = "select actor from private.audit_log where action = 'best_resumes' and subject = %s"
        assert conn.execute(looked, (job,)).fetchall() == [("command",)]


def test_a_job_that_is_not_there_is_named(few: Settings) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    with pytest.raises(JobmatchError, match=f"{nobody} is not in the database"):
        best_resumes.best_resumes_of(few, nobody, top=3, day=START)
