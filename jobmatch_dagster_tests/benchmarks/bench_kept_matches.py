"""Keeping half a million matches, against ``executemany`` of the rows that they are read as.

Both sides are given the best fifty of 2,000 made-up jobs for each of 1,000 made-up people, ten times over, and end
with tables from which the same rows are read: components, requirements met and missing with places in both texts, a
sentence. Ours begins with the pairs as scoring leaves them («from the scan on»: their numbers, what the numbers speak
of, the ranking log, and the memory of what was scored), or with the numbers ready made («lists alone»). The plain side
is given its rows ready made, JSON and all, and writes them into a table with the keys and indexes that such rows need
to be read by a person, a job and a day. CPU seconds are those of this process and of its backend.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import psycopg
import pyarrow as pa

from jobmatch_dagster import tables
from jobmatch_dagster.matching import explain, rows, scorer, sides, stored
from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.stages import match, match_blocks, match_lists, scorer_version
from jobmatch_dagster.supabase import binary, database, embedded
from jobmatch_dagster.supabase.ready import make_ready
from jobmatch_dagster_tests.benchmarks import plain_matches

DAY = date(2026, 3, 2)
TOP = 50
KEYS = """
alter table public.plain_matches
  add foreign key (resume_id, user_id) references public.resumes (id, user_id) on delete cascade,
  add foreign key (job_id) references public.jobs on delete cascade
"""
UPSERT = f"""
insert into public.plain_matches as t values ({", ".join(["%s"] * len(tables.JOB_MATCHES))})
on conflict (resume_id, job_id) do update
   set score = excluded.score, components = excluded.components, matched_skills = excluded.matched_skills,
       missing_skills = excluded.missing_skills, sentence = excluded.sentence, resume_hash = excluded.resume_hash
 where t.resume_hash <> excluded.resume_hash or t.job_hash <> excluded.job_hash
"""  # noqa: S608  # placeholders only
Row = tuple[Any, ...]


def run(quick: bool) -> dict[str, Any]:
    """``quick``: 100 people, 300 jobs, twice over; else 1,000 people, 2,000 jobs, ten times over."""
    people, jobs, times = (100, 300, 2) if quick else (1_000, 2_000, 10)
    with tempfile.TemporaryDirectory(prefix="jobmatch-bench-") as folder:
        settings = load(home=Path(folder), supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
        make_ready(settings)
        try:
            with database.connect(settings) as conn:
                measured = _measure(settings, conn, people, jobs, times)
        finally:
            embedded.down(settings)
    assert __doc__
    return {"name": "kept_matches", "rows": measured, "notes": __doc__.split("\n\n")[1].replace("\n", " ")}


def _measure(
    settings: Settings, conn: psycopg.Connection[Any], people: int, jobs: int, times: int
) -> list[dict[str, Any]]:
    found, ids = _world(settings, conn, people, jobs, times)
    scorer_version.keep_words(conn)
    plain_matches.create(conn, "public.plain_matches")
    conn.execute(KEYS)
    copies = [_renamed(found, own) for own in ids]
    count = len(found.best.resumes) * times
    pairs = _pairs(found)
    ours = {
        "lists alone": lambda: _lists_alone(conn, copies, pairs),
        "from the scan on": lambda: _from_the_scan_on(conn, copies),
    }
    given = _plain_rows(found, ids)
    plain = _timed(conn, lambda: _executemany(conn, given))
    out = []
    for start, way in ours.items():
        conn.execute("truncate matching.lists, matching.jobs, matching.resumes, private.ranking_log")
        out.append(_row(f"{count:,} new matches, {start}", count, _timed(conn, way), plain))
    again = _timed(conn, ours["from the scan on"])
    out.append(_row(f"{count:,} matches, none changed", count, again, _timed(conn, lambda: _executemany(conn, given))))
    same = conn.execute(SAME).fetchone()
    assert same == (count, 0), f"the two tables differ: {same}"
    sizes = conn.execute(SIZES).fetchone()
    assert sizes
    out.append({"case": f"{count:,} matches on disk", "ours_mb": sizes[0] >> 20, "plain_mb": sizes[1] >> 20})
    return out


# Some of the rows, whole, and all of them by number.
SAME = """
select (select count(*) from public.job_matches), count(*)
  from (select * from public.plain_matches order by resume_id, job_id limit 200) p
  left join public.job_matches m on m.resume_id = p.resume_id and m.job_id = p.job_id
 where to_jsonb(m) is distinct from to_jsonb(p)
"""
SIZES = """
select pg_total_relation_size('matching.lists') + pg_total_relation_size('matching.jobs')
       + pg_total_relation_size('matching.resumes'), pg_total_relation_size('public.plain_matches')
"""


def _row(case: str, count: int, ours: tuple[float, float], plain: tuple[float, float]) -> dict[str, Any]:
    return {
        "case": case,
        "ours_cpu_s": round(ours[0], 2),
        "plain_cpu_s": round(plain[0], 2),
        "ratio": round(plain[0] / ours[0], 1),
        "ours_rows_per_s": round(count / ours[1]),
        "plain_rows_per_s": round(count / plain[1]),
    }


def _timed(conn: psycopg.Connection[Any], way: Callable[[], None]) -> tuple[float, float]:
    """CPU seconds of client and backend, and wall seconds."""
    backend = psutil.Process(conn.info.backend_pid)

    def used() -> float:
        times = backend.cpu_times()
        return time.process_time() + times.user + times.system

    before, start = used(), time.perf_counter()
    way()
    return used() - before, time.perf_counter() - start


def _world(
    settings: Settings, conn: psycopg.Connection[Any], people: int, jobs: int, times: int
) -> tuple[scorer.Found, list[list[str]]]:
    """The best pairs of made-up people and jobs, which are in the database; and the ids of so many copies of them."""
    from jobmatch_dagster.demo.people import make_person
    from jobmatch_dagster.demo.world import generate_postings
    from jobmatch_dagster.supabase.accounts import ensure_user

    user = ensure_user(settings, "bench@example.org")
    ads = [
        {"id": tables.job_id("bench", str(number)), "board": "bench", "external_id": str(number), "company": "c",
         "title": posting.title, "description": posting.description_html}
        for number, posting in enumerate(generate_postings(jobs, "bench"))
    ]  # fmt: skip
    there = rows.jobs(ads, DAY)
    ids = [sorted(tables.resume_id(user, f"{copy} {number}") for number in range(people)) for copy in range(times)]
    held = [{"id": identity, "resume": make_person(f"b{number}").resume} for number, identity in enumerate(ids[0])]
    table, skills = rows.resumes(held, DAY)
    table = table.set_column(table.schema.get_field_index("user_id"), "user_id", pa.array([user] * people))
    database.merge(conn, "public.jobs", there[0], key=["id"])
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into public.resumes"
            " (id, user_id, file_path, sha256, status, content_hash, parser_version, uploaded_on)"
            " values (%s, %s, %s, %s, 'parsed', 'h', '1', %s)",
            [(key, user, f"{user}/{key}", key, DAY) for own in ids for key in own],
        )
    return scorer.find(table, skills, sides.jobs(*there), top=TOP, min_score=0.0, threads=1), ids


def _renamed(found: scorer.Found, ids: list[str]) -> scorer.Found:
    """The same pairs of other people."""
    side = found.resumes
    name = dict(zip(side.table["id"].to_pylist(), ids, strict=True))
    owners = pa.array([name[key] for key in side.skills["resume_id"].to_pylist()], pa.string())
    return replace(
        found,
        resumes=replace(
            side,
            table=side.table.set_column(side.table.schema.get_field_index("id"), "id", pa.array(ids)),
            skills=side.skills.set_column(side.skills.schema.get_field_index("resume_id"), "resume_id", owners),
        ),
    )


def _from_the_scan_on(conn: psycopg.Connection[Any], copies: list[scorer.Found]) -> None:
    target = match_blocks.Target(match_lists.LIVE, match.version(), [], TOP, DAY)
    ads = match_blocks.Ads.of(copies[0].jobs, target)
    for copy in copies:
        with conn.transaction():
            match_blocks.write(conn, copy, ads, target, against_all=True)


def _pairs(found: scorer.Found) -> match_lists.Pairs:
    numbers, version = stored.numbers(found), match.version()
    jobs = found.jobs.table
    return match_lists.Pairs(
        numbers.resumes,
        np.full(len(numbers.jobs), np.datetime64(DAY)),
        np.zeros(len(numbers.jobs), np.int64),
        binary.uuids(jobs["id"].to_pylist())[numbers.jobs],
        stored.readings(jobs, version)[numbers.jobs],
        numbers.scores,
        numbers.judged,
        numbers.ends,
        numbers.parts,
    )


def _lists_alone(conn: psycopg.Connection[Any], copies: list[scorer.Found], pairs: match_lists.Pairs) -> None:
    for copy in copies:
        people = copy.resumes.table
        with conn.transaction():
            given = (people["id"].to_pylist(), people["user_id"].to_pylist())
            block = match_lists.read(conn, match_lists.LIVE, *given)
            match_lists.write(conn, match_lists.LIVE, block, pairs, {0: scorer.SCORER_VERSION})


def _plain_rows(found: scorer.Found, ids: list[list[str]]) -> list[list[Row]]:
    """The rows of each copy, as the plain side is given them."""
    detail = explain.pairs(found.resumes, found.jobs, found.best, found.using)
    words = explain.table(found.resumes, found.jobs, detail, scorer.SCORER_VERSION, DAY).to_pylist()
    known = found.resumes.table["id"].to_pylist()
    out = []
    for own in ids:
        name = dict(zip(known, own, strict=True))
        out.append([(name[row["resume_id"]], *list(row.values())[1:]) for row in words])
    return out


def _executemany(conn: psycopg.Connection[Any], given: list[list[Row]]) -> None:
    for block in given:
        with conn.transaction(), conn.cursor() as cursor:
            cursor.executemany(UPSERT, block)
