"""One block of résumés: scored, put into numbers, laid beside the matches that are there, cut to the best, and written.

Belongs here: what happens to a block within one transaction. Which résumés and jobs are new is ``match``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
RESUMES_NAMED = """
select id, user_id, content, experience_years, seniority, uploaded_on, language, content_hash from public.resumes
 where id = any(%s::uuid[]) order by id
"""
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
TOLD = {
    "matching.jobs": "select reading from matching.jobs where job_id = any(%s::uuid[])",
    "matching.resumes": "select reading from matching.resumes where resume_id = any(%s::uuid[])",
}


@dataclass
class Target:
    """What the blocks of one run are written for.

    Attributes:
        table: where the matches go.
        version: scorer, taxonomy and extractor.
        jobs: the jobs that are new.
        keep: matches kept of each ranking.
        day: stands in for the day of a side that has none.
        told: readings of jobs and résumés that are known to be in the database.
        pairs, vetoed, changed: counted on the way: pairs scored, pairs vetoed, lists changed.
    """

    table: str
    version: str
    jobs: Sequence[str]
    keep: int
    day: date
    told: set[int] = field(default_factory=set)
    pairs: int = 0
    vetoed: int = 0
    changed: int = 0


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


def write(conn: psycopg.Connection, found: Found, target: Target, *, against_all: bool) -> list[str]:
    """Replace the block's matches with what was scored by the new ones, and cut each ranking to the best.

    Args:
        conn: in a transaction of the caller.
        found: the best pairs.
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
    new, readings, new_hashes = _numbers(conn, found, target)
    states = match_lists.states(conn, block.pairs)
    is_again = states.is_open & (against_all | np.isin(block.pairs.jobs, _bytes(target.jobs)))
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
        known = states.of(rest) + new_hashes
        ranked = np.flatnonzero(is_ranked)
        ranking_log.keep(conn, block, kept.take(ranked), [known[place] for place in stays[ranked].tolist()])
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


def _bytes(ids: Sequence[str]) -> NDArray[np.bytes_]:
    return binary.uuids(ids)


def _numbers(conn: psycopg.Connection, found: Found, target: Target) -> tuple[Pairs, NDArray[np.int64], list[str]]:
    """The best pairs in numbers; what the numbers speak of is written before them.

    Returns:
        the pairs, the reading of each résumé, the content of each pair's job.
    """
    from jobmatch_dagster.matching import stored

    numbers, jobs = stored.numbers(found), found.jobs
    rows, job = np.unique(numbers.jobs, return_inverse=True)
    ads, people = jobs.table.take(rows), found.resumes.table
    job_readings, readings = (stored.readings(table, target.version) for table in (ads, people))
    missing = _untold(conn, "matching.jobs", ads, job_readings, target)
    if len(missing):
        told = stored.jobs_read(jobs, rows[missing], target.version)
        database.append(conn, "matching.jobs", told, key=["job_id", "reading"])
    matched = np.unique(numbers.resumes)
    missing = matched[_untold(conn, "matching.resumes", people.take(matched), readings[matched], target)]
    if len(missing):
        told = stored.resumes_read(found.resumes, missing, target.version)
        database.append(conn, "matching.resumes", told, key=["resume_id", "user_id", "reading"])
    new = Pairs(
        numbers.resumes,
        _days(people["uploaded_on"], target.day)[numbers.resumes],
        readings[numbers.resumes],
        _bytes(ads["id"].to_pylist())[job],
        job_readings[job],
        numbers.scores,
        numbers.judged,
        numbers.ends,
        numbers.parts,
    )
    new.days = np.maximum(new.days, _days(ads["first_seen_on"], target.day)[job])
    hashes = ads["content_hash"].to_pylist()
    return new, readings, [hashes[number] for number in job.tolist()]


def _days(column: pa.ChunkedArray, day: date) -> NDArray[np.datetime64]:
    import pyarrow.compute as pc

    return pc.fill_null(column, day).to_numpy().astype("datetime64[D]")


def _untold(
    conn: psycopg.Connection, table: str, rows: pa.Table, readings: NDArray[np.int64], target: Target
) -> NDArray[np.int64]:
    """Places of the readings that the database does not have yet; they count as told from here on."""
    unknown = [place for place, reading in enumerate(readings.tolist()) if reading not in target.told]
    if unknown:
        there = conn.execute(TOLD[table], (database.ids(rows["id"].take(unknown).to_pylist()),)).fetchall()
        target.told.update(row[0] for row in there)
    left = [place for place in unknown if int(readings[place]) not in target.told]
    target.told.update(readings[left].tolist())
    return np.array(left, np.int64)
