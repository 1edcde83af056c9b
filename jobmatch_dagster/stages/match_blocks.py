"""One block of résumés: scored, put into numbers, laid beside the matches that are there, cut to the best, and written.

Belongs here: what happens to a block within one transaction. Which résumés and jobs are new is ``match``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.stages import match_lists, ranking_log
from jobmatch_dagster.stages.match_lists import Pairs
from jobmatch_dagster.supabase import binary, database

if TYPE_CHECKING:
    import psycopg
    import pyarrow as pa

    from jobmatch_dagster.matching.scorer import Found
    from jobmatch_dagster.matching.sides import Jobs
    from jobmatch_dagster.settings import Settings

# What a score and its reasons depend on, and no more.
OF_RESUMES = "id, user_id, content, experience_years, seniority, uploaded_on, language, content_hash"
RESUMES_NAMED = f"select {OF_RESUMES} from public.resumes where id = any(%s::uuid[]) order by id"  # noqa: S608
RESUME_SKILLS = """
select resume_id, skill_id, years, last_used, evidence from public.resume_skills
 where resume_id = any(%s::uuid[]) order by resume_id, skill_id
"""
HOLD = "select id::text from public.resumes where id = any(%s::uuid[]) for key share"
CUT_ONCE = "select id::text from private.scored where side = 'resume' and was_cut and id = any(%s::uuid[])"
WAS_CUT = """
insert into private.scored (side, id, content_hash, version, was_cut)
select 'resume', unnest(%s::uuid[]), '', '', true on conflict (side, id) do update set was_cut = true
"""
# Who fell is new again, from the moment that it is written until all jobs were seen: a run that dies forgets nobody.
TO_DO = "update private.scored set version = '' where side = 'resume' and id = any(%s::uuid[])"
TOLD_JOBS = "select reading from matching.jobs where job_id = any(%s::uuid[])"
TOLD_RESUMES = "select reading from matching.resumes where resume_id = any(%s::uuid[])"


@dataclass
class Target:
    """What the blocks of one run are written for.

    Attributes:
        table: where the matches go.
        version: scorer, taxonomy and extractor.
        jobs: the jobs that are new.
        keep: matches kept of each ranking.
        day: stands in for the day of a side that has none.
        pairs, vetoed, changed: counted on the way: pairs scored, pairs vetoed, lists changed.
    """

    table: str
    version: str
    jobs: Sequence[str]
    keep: int
    day: date
    pairs: int = 0
    vetoed: int = 0
    changed: int = 0


@dataclass
class Ads:
    """Jobs that blocks of résumés are matched with, as the numbers of their matches have them.

    Attributes:
        jobs: the jobs' side.
        ids, readings: each job, and it as it is scored.
        days: when it was first seen.
        hashes: its content.
        is_told: whether the database is known to have the reading.
    """

    jobs: Jobs
    ids: NDArray[np.bytes_]
    readings: NDArray[np.int64]
    days: NDArray[np.datetime64]
    hashes: list[str]
    is_told: NDArray[np.bool_]

    @classmethod
    def of(cls, jobs: Jobs, target: Target) -> Ads:
        """The numbers of a side."""
        from jobmatch_dagster.matching import stored

        table = jobs.table
        return cls(
            jobs,
            binary.uuids(table["id"].to_pylist()),
            stored.readings(table, target.version),
            _days(table["first_seen_on"], target.day),
            table["content_hash"].to_pylist(),
            np.zeros(len(table), bool),
        )

    def tell(self, conn: psycopg.Connection, rows: NDArray[np.int64], target: Target) -> None:
        """See to it that the database has the readings of some jobs."""
        from jobmatch_dagster.matching import stored

        rows = rows[~self.is_told[rows]]
        if len(rows):
            ids = database.ids(self.jobs.table["id"].take(rows).to_pylist())
            there = [row[0] for row in conn.execute(TOLD_JOBS, (ids,))]
            missing = rows[~np.isin(self.readings[rows], there)]
            if len(missing):
                told = stored.jobs_read(self.jobs, missing, target.version)
                database.append(conn, "matching.jobs", told, key=["job_id", "reading"])
            self.is_told[rows] = True


def find(conn: psycopg.Connection, settings: Settings, block: Sequence[str], jobs: Jobs) -> Found:
    """The best of these jobs for a block of résumés."""
    from jobmatch_dagster.matching import scorer

    resumes = database.read(conn, RESUMES_NAMED, (database.ids(block),))
    return scorer.find(
        resumes,
        database.read(conn, RESUME_SKILLS, (database.ids(block),)),
        jobs,
        top=settings.matches_per_resume,
        min_score=settings.min_score,
        threads=settings.match_threads,
    )


def write(conn: psycopg.Connection, found: Found, ads: Ads, target: Target, *, against_all: bool) -> list[str]:
    """Replace the block's matches with what was scored by the new ones, and cut each ranking to the best.

    Args:
        conn: in a transaction of the caller.
        found: the best pairs.
        ads: the jobs that they were found among.
        target: where they go.
        against_all: every job was scored, not the new ones alone.

    Returns:
        Résumés whose last kept match ranks lower than before although better ones were cut off once.
    """
    from jobmatch_dagster.matching.scorer import SCORER_VERSION

    table = found.resumes.table
    ids = table["id"].to_pylist()
    found = _of_who_is_there(conn, found, ids)
    block = match_lists.read(conn, target.table, ids, table["user_id"].to_pylist())
    new, new_jobs, readings = _numbers(conn, found, ads, target)
    states = match_lists.states(conn, block.pairs)
    is_again = states.is_open & (against_all | np.isin(block.pairs.jobs, binary.uuids(target.jobs)))
    before = {} if against_all else _last_before(block.pairs, states.is_ranked, target.keep)
    rest = np.flatnonzero(~is_again & states.is_there)
    both = block.pairs.take(rest).beside(new)
    is_ranked = np.concatenate([states.is_ranked[rest], np.ones(len(new), bool)])
    stays, cut = match_lists.best(both, is_ranked, target.keep)
    kept, is_ranked = both.take(stays), is_ranked[stays]
    changed = match_lists.write(conn, target.table, block, kept, dict.fromkeys(readings.tolist(), SCORER_VERSION))
    target.changed += changed
    target.pairs += found.best.pairs
    target.vetoed += found.best.vetoed
    if target.table != match_lists.LIVE:
        return []
    full = np.flatnonzero(np.bincount(new.resumes, minlength=len(ids)) >= target.keep)
    conn.execute(WAS_CUT, (database.ids([ids[at] for at in np.union1d(cut, full).tolist()]),))
    fell = _fell(conn, ids, before, match_lists.last_of(kept, is_ranked, target.keep))
    conn.execute(TO_DO, (database.ids(fell),))
    if changed:
        ranked = np.flatnonzero(is_ranked)
        # The texts of both, and of each pair its place among them.
        hashes = np.concatenate([states.hash_numbers[rest], len(states.hashes) + new_jobs])[stays[ranked]]
        ranking_log.keep(conn, block, kept.take(ranked), states.hashes + ads.hashes, hashes)
    return fell


def _of_who_is_there(conn: psycopg.Connection, found: Found, ids: list[str]) -> Found:
    """The pairs without those of résumés that were removed while they were scored; the others stay until the end."""
    there = {row[0] for row in conn.execute(HOLD, (database.ids(ids),))}
    if len(there) == len(ids):
        return found
    best = found.best
    kept = np.array([identity in there for identity in ids], bool)[best.resumes]
    return replace(
        found, best=replace(best, resumes=best.resumes[kept], jobs=best.jobs[kept], scores=best.scores[kept])
    )


def _last_before(pairs: Pairs, is_ranked: NDArray[np.bool_], keep: int) -> dict[int, tuple[float, bytes]]:
    order = pairs.ranked()
    return match_lists.last_of(pairs.take(order), is_ranked[order], keep)


def _fell(
    conn: psycopg.Connection,
    ids: list[str],
    before: dict[int, tuple[float, bytes]],
    after: dict[int, tuple[float, bytes]],
) -> list[str]:
    """Résumés that were cut once and whose last match ranks lower now."""
    lower = [ids[at] for at, last in before.items() if at not in after or after[at] > last]
    return [row[0] for row in conn.execute(CUT_ONCE, (database.ids(lower),))] if lower else []


def _numbers(
    conn: psycopg.Connection, found: Found, ads: Ads, target: Target
) -> tuple[Pairs, NDArray[np.int64], NDArray[np.int64]]:
    """The best pairs in numbers; what the numbers speak of is written before them.

    Returns:
        the pairs, the job of each, the reading of each résumé.
    """
    from jobmatch_dagster.matching import stored

    numbers, people = stored.numbers(found), found.resumes.table
    ads.tell(conn, np.unique(numbers.jobs), target)
    readings = stored.readings(people, target.version)
    matched = np.unique(numbers.resumes)
    there = conn.execute(TOLD_RESUMES, (database.ids(people["id"].take(matched).to_pylist()),)).fetchall()
    missing = matched[~np.isin(readings[matched], [row[0] for row in there])]
    if len(missing):
        told = stored.resumes_read(found.resumes, missing, target.version)
        database.append(conn, "matching.resumes", told, key=["resume_id", "user_id", "reading"])
    uploaded = _days(people["uploaded_on"], target.day)
    pairs = Pairs(
        resumes=numbers.resumes,
        days=np.maximum(uploaded[numbers.resumes], ads.days[numbers.jobs]),
        readings=readings[numbers.resumes],
        jobs=ads.ids[numbers.jobs],
        job_readings=ads.readings[numbers.jobs],
        scores=numbers.scores,
        judged=numbers.judged,
        ends=numbers.ends,
        parts=numbers.parts,
    )
    return pairs, numbers.jobs, readings


def _days(column: pa.ChunkedArray, day: date) -> NDArray[np.datetime64]:
    import pyarrow.compute as pc

    return pc.fill_null(column, day).to_numpy().astype("datetime64[D]")
