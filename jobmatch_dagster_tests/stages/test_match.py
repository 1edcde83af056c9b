"""The days of matching add up to scoring everything at once, whatever happened in between."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobmatch_dagster import tables
from jobmatch_dagster.stages import match, match_blocks
from jobmatch_dagster.supabase import database as db
from jobmatch_dagster_tests.matching.conftest import World, table

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings

START = date(2026, 3, 2)
RANKING = """
select m.resume_id, m.job_id, m.score, m.components, m.sentence, m.resume_hash, m.job_hash, m.matched_on,
       m.scorer_version
  from public.job_matches m join public.jobs j on j.id = m.job_id
 where j.closed_on is null and j.duplicate_of is null order by m.resume_id, m.score desc, m.job_id
"""


class Killed(BaseException):
    """The end of a process in the middle of its work."""


class History:
    """People and jobs that come, change and go, in a database; every step is one of ``STEPS``."""

    def __init__(self, conn: psycopg.Connection[Any], settings: Settings, seed: int) -> None:
        self.conn, self.settings, self.world = conn, settings, World(seed)
        self.dice = random.Random(seed)
        self.today = START
        conn.execute(
            "delete from matching.lists; delete from private.scored; delete from private.scorer_versions;"
            "delete from private.ranking_log; delete from public.resumes; delete from public.jobs"
        )

    def put_job(self, identity: str | None = None) -> None:
        key = identity or str(uuid.UUID(int=self.dice.getrandbits(128)))
        row, skills = self.world.job(key)
        row |= {"board": "b", "external_id": key, "company": "c", "first_seen_on": self.today,
                "last_seen_on": self.today, "content_hash": str(self.dice.random())}  # fmt: skip
        keep = ("first_seen_on",)
        db.merge(self.conn, "public.jobs", table([row], tables.JOBS), key=["id"], keep=keep)
        rows = table(skills, tables.JOB_SKILLS)
        db.merge(self.conn, "public.job_skills", rows, key=["job_id", "skill_id"], replace=("job_id = %s", (key,)))

    def change_job(self) -> None:
        if key := self.any_of("public.jobs"):
            self.put_job(key)

    def put_resume(self) -> None:
        from jobmatch_dagster.supabase.accounts import ensure_user

        number = self.dice.getrandbits(128)
        row, skills = self.world.resume(str(uuid.UUID(int=number)))
        user = ensure_user(self.settings, f"p{self.dice.randrange(4)}@example.org")
        row |= {"user_id": user, "sha256": str(number), "status": "parsed", "uploaded_on": self.today,
                "file_path": f"{user}/{number}", "parser_version": "1"}  # fmt: skip
        db.merge(self.conn, "public.resumes", table([row], tables.RESUMES), key=["id"])
        rows = table([skill | {"user_id": user} for skill in skills], tables.RESUME_SKILLS)
        db.merge(self.conn, "public.resume_skills", rows, key=["resume_id", "skill_id"])

    def replace_resume(self) -> None:
        self.remove_resume()
        self.put_resume()

    def remove_resume(self) -> None:
        self.conn.execute("delete from public.resumes where id = %s", (self.any_of("public.resumes"),))

    def close_job(self) -> None:
        key = self.any_of("public.jobs")
        self.conn.execute("update public.jobs set closed_on = %s where id = %s", (self.today, key))

    def reopen_job(self) -> None:
        self.conn.execute(
            "update public.jobs set closed_on = null where id = %s",
            (self.any_of("public.jobs", "closed_on is not null"),),
        )

    def mark_duplicate(self) -> None:
        one, other = self.any_of("public.jobs"), self.any_of("public.jobs")
        if one != other:
            self.conn.execute("update public.jobs set duplicate_of = %s where id = %s", (other, one))

    def unmark_duplicates(self) -> None:
        self.conn.execute("update public.jobs set duplicate_of = null")

    def score_today(self) -> None:
        self._score(self.today)

    def score_some_day(self) -> None:
        days = (self.today - START).days
        day = START + timedelta(days=self.dice.randint(0, days))
        self._score(day, again=self.dice.random() < 0.3)

    def _score(self, day: date, *, again: bool = False) -> None:
        told = match.match_day(self.settings, day, again=again).counts["matches"]
        (kept,) = self.conn.execute("select count(*) from public.job_matches where matched_on = %s", (day,)).fetchone()
        assert told == kept

    def score_and_be_killed(self) -> None:
        """As a process that dies when so many blocks are written: nothing after that is remembered."""
        written, before = match_blocks.write, self.dice.randint(1, 2)

        def write(*given: Any, **more: Any) -> list[str]:
            nonlocal before
            fell: list[str] = written(*given, **more)
            before -= 1
            if not before:
                raise Killed
            return fell

        match_blocks.write = write
        try:
            match.match_day(self.settings, self.today)
        except Killed:
            pass
        finally:
            match_blocks.write = written

    def next_day(self) -> None:
        self.today += timedelta(days=1)

    def any_of(self, name: str, condition: str = "true") -> str | None:
        query = f"select id::text from {name} where {condition} order by id"  # noqa: S608 - names of this file
        rows = self.conn.execute(query).fetchall()  # type: ignore[arg-type]
        return self.dice.choice(rows)[0] if rows else None

    def score_from_scratch(self) -> None:
        self.conn.execute("delete from matching.lists; delete from private.scored; delete from private.scorer_versions")
        self.score_today()

    def ranking(self) -> list[tuple[Any, ...]]:
        return self.conn.execute(RANKING).fetchall()  # type: ignore[no-any-return]


STEPS: list[tuple[int, Callable[[History], None]]] = [
    (9, History.put_job),
    (4, History.put_resume),
    (4, History.change_job),
    (3, History.close_job),
    (3, History.reopen_job),
    (2, History.mark_duplicate),
    (1, History.unmark_duplicates),
    (2, History.replace_resume),
    (1, History.remove_resume),
    (4, History.score_today),
    (3, History.score_some_day),
    (3, History.score_and_be_killed),
    (3, History.next_day),
]


@pytest.mark.parametrize("seed", range(6))
def test_the_days_add_up_to_scoring_everything_at_once(few: Settings, seed: int) -> None:
    with db.connect(few) as conn:
        history = History(conn, few, seed)
        steps, shares = [step for _, step in STEPS], [share for share, _ in STEPS]
        for step in history.dice.choices(steps, shares, k=60):
            step(history)
        history.score_today()
        by_days = history.ranking()
        history.score_from_scratch()
        assert by_days == history.ranking()
        assert len({row[0] for row in by_days}) > 1  # the history left something to compare


def cut_rankings(conn: psycopg.Connection[Any], few: Settings) -> History:
    """Three people with more jobs than are kept."""
    history = History(conn, few, 5)
    for step in [History.put_resume] * 3 + [History.put_job] * 24:
        step(history)
    history.score_today()
    return history


def test_a_ranking_that_fell_before_the_process_died_is_whole_again_when_it_is_scored_again(few: Settings) -> None:
    with db.connect(few) as conn:
        history = cut_rankings(conn, few)
        for _ in range(6):
            history.put_job(str(history.dice.choice(history.ranking())[1]))
            history.score_and_be_killed()
            history.score_today()
            by_days = history.ranking()
            history.score_from_scratch()
            assert by_days == history.ranking()


@pytest.mark.parametrize("event", ["closed", "changed", "found to be a duplicate"])
def test_a_ranking_that_was_cut_is_whole_again_after_one_of_its_jobs_went(few: Settings, event: str) -> None:
    with db.connect(few) as conn:
        history = cut_rankings(conn, few)
        for _ in range(4):
            key = str(history.dice.choice(history.ranking())[1])
            if event == "changed":
                history.put_job(key)
            elif event == "closed":
                conn.execute("update public.jobs set closed_on = %s where id = %s", (history.today, key))
            else:
                other = "select id from public.jobs where id <> %s and duplicate_of is null order by id limit 1"
                conn.execute(f"update public.jobs set duplicate_of = ({other}) where id = %s", (key, key))  # noqa: S608
            history.score_today()
            by_days = history.ranking()
            history.score_from_scratch()
            assert by_days == history.ranking()
