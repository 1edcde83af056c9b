"""Rankings that could be seen: kept as they become others, told later, and whether they come out the same again.

``private.ranking_log`` has, per résumé and moment, the versions and the hashes of what was scored. A pair whose two
sides still have those hashes is scored again with the scorer in use, where that is the one that made the ranking.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.stages import match_lists
from jobmatch_dagster.supabase import binary, database

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from jobmatch_dagster.stages.match_lists import Block, Pairs

AT = """
select at, scorer_version, resume_hash, job_ids::text[], job_hashes, scores from private.ranking_log
 where resume_id = %s and at <= %s order by id desc limit 1
"""
RESUME = "select * from public.resumes where id = %s and content_hash = %s"
RESUME_SKILLS = "select * from public.resume_skills where resume_id = %s order by skill_id"
JOBS = """
select j.* from public.jobs j join unnest(%s::uuid[], %s::text[]) as shown (id, content_hash)
    on shown.id = j.id and shown.content_hash = j.content_hash order by j.id
"""
JOB_SKILLS = "select * from public.job_skills where job_id = any(%s::uuid[]) order by job_id, skill_id"

COLUMNS = ("user_id", "resume_id", "scorer_version", "resume_hash", "job_ids", "job_hashes", "scores")
LAST = """
select {columns} from unnest({resumes}::uuid[]) as r (id)
 cross join lateral (select * from private.ranking_log l where l.resume_id = r.id order by l.id desc limit 1) l
"""
HASHES = "select reading, content_hash from matching.resumes where resume_id = any(%s::uuid[])"
RESUMES_NAMED = "select id::text, user_id::text from public.resumes where id = any(%s::uuid[]) order by id"


def keep_of(conn: psycopg.Connection, resumes: Sequence[str]) -> None:
    """Keep the live rankings of some résumés where they are others than before; in a transaction of the caller."""
    people = conn.execute(RESUMES_NAMED, (database.ids(resumes),)).fetchall()
    block = match_lists.read(conn, match_lists.LIVE, [row[0] for row in people], [row[1] for row in people])
    states = match_lists.states(conn, block.pairs)
    ranked = block.pairs.ranked()
    ranked = ranked[states.is_ranked[ranked]]
    keep(conn, block, block.pairs.take(ranked), states.hashes, states.hash_numbers[ranked])


def keep(
    conn: psycopg.Connection, block: Block, pairs: Pairs, hashes: Sequence[str], hash_numbers: NDArray[np.int64]
) -> None:
    """Keep the rankings of a block where they are others than before.

    Args:
        conn: in a transaction of the caller.
        block: the résumés.
        pairs: what is in their rankings, by résumé and rank.
        hashes, hash_numbers: contents of jobs when they were scored, and each pair's place among them.
    """
    if not len(pairs):
        return
    starts = np.flatnonzero(np.diff(pairs.resumes, prepend=-1))
    bounds = np.append(starts, len(pairs))
    arrays = zip(
        binary.arrays(pairs.jobs, binary.UUID, bounds),
        binary.text_arrays(hashes, hash_numbers, bounds),
        binary.arrays(pairs.scores, binary.FLOAT, bounds),
        strict=True,
    )
    ids, users = match_lists.ids_of(block.ids), match_lists.ids_of(block.users)
    people = database.ids([key.hex() for key in ids])
    of_resumes: dict[int, str] = dict(conn.execute(HASHES, (people,)).fetchall())
    query = sql.SQL(LAST).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        resumes=sql.Literal(people),
    )
    before = {row for _, row in binary.rows(conn, query)}
    rows = []
    firsts = (pairs.resumes[starts].tolist(), pairs.readings[starts].tolist())
    for at, reading, own in zip(*firsts, arrays, strict=True):
        texts = (block.versions[reading].encode(), of_resumes[reading].encode())
        rows.append(binary.row([*map(binary.field, (users[at], ids[at], *texts)), *own]))
    binary.write(conn, "private.ranking_log", COLUMNS, [row for row in rows if row not in before])


def served(conn: psycopg.Connection, resume: str, at: datetime) -> dict[str, Any]:
    """The ranking of a résumé that could be seen at a moment.

    Returns:
        ``resume_id, seen_from, scorer_version, resume_hash, ranking: [{job_id, job_hash, score, again}]``; ``again``
        is the score that comes out now, null where a side has changed since or another scorer is in use.

    Raises:
        JobmatchError: there was no ranking yet.
    """
    row = conn.execute(AT, (resume, at)).fetchone()
    if row is None:
        raise JobmatchError(
            f"The résumé {resume}", f"had no ranking on {at:%Y-%m-%d %H:%M}", "Check its id and the time."
        )
    since, version, resume_hash, jobs, hashes, scores = row
    again = _again(conn, resume, version, resume_hash, jobs, hashes)
    return {
        "resume_id": resume,
        "seen_from": since.isoformat(),
        "scorer_version": version,
        "resume_hash": resume_hash,
        "ranking": [
            {"job_id": job, "job_hash": content, "score": score, "again": again.get(job)}
            for job, content, score in zip(jobs, hashes, scores, strict=True)
        ],
    }


def _again(
    conn: psycopg.Connection, resume: str, version: str, resume_hash: str, jobs: list[str], hashes: list[str]
) -> dict[str, float]:
    """Scores of the pairs that can be scored again, by job."""
    from jobmatch_dagster.matching import scorer

    person = database.read(conn, RESUME, (resume, resume_hash))
    if version != scorer.SCORER_VERSION or not person.num_rows:
        return {}
    ads = database.read(conn, JOBS, (jobs, hashes))
    found = scorer.match(
        person, database.read(conn, RESUME_SKILLS, (resume,)), ads, database.read(conn, JOB_SKILLS, (jobs,)),
        top=len(jobs), min_score=0.0, threads=1, day=date.today(),
    ).matches  # fmt: skip
    return dict(zip(found["job_id"].to_pylist(), found["score"].to_pylist(), strict=True))
