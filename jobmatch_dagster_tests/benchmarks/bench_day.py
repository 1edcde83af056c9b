"""A whole day on the embedded Postgres, through the functions that the assets call, beside the plain pipeline.

The day begins with raw postings in ``raw.postings`` and résumés in ``public.resumes``; it ends with the best matches of
each résumé in ``public.job_matches``. The plain side reads the same rows and does what one writes first: bs4, pandas,
langdetect, flashtext with the same names of skills, scikit-learn, a sparse product, ``executemany``. It makes no
explanations. CPU seconds are those of this process and of all Postgres backends.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psutil

from jobmatch_dagster import tables
from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.supabase import database, embedded
from jobmatch_dagster.supabase.ready import make_ready

DAY = date(2026, 2, 2)
TOP = 50
Row = dict[str, Any]


def run(quick: bool) -> dict[str, Any]:
    """``quick``: 300 × 300 and one more step of growth; else 10,000 × 10,000, and 1k to 100k jobs."""
    size, growth = (300, (300, 600)) if quick else (10_000, (1_000, 10_000, 100_000))
    rows = []
    with _platform() as (settings, used):
        ours = _ours(settings, used, size, size)
        plain = _plain(settings, used)
        rows += [_row(f"{stage}, {size:,} jobs × {size:,} résumés", ours[stage], plain[stage]) for stage in ours]
        rows.append(_row(f"the day, {size:,} jobs × {size:,} résumés", sum(ours.values()), sum(plain.values())))
    few = growth[0]
    for jobs in growth:
        with _platform() as (settings, used):
            spent = sum(_ours(settings, used, jobs, few).values())
        rows.append({"case": f"growth: {jobs:,} new jobs × {few:,} résumés", "ours_cpu_s": round(spent, 2),
                     "ms_a_job": round(1000 * spent / jobs, 2)})  # fmt: skip
    return {"name": "day", "rows": rows, "notes": __doc__.split("\n\n")[1].replace("\n", " ") if __doc__ else ""}


def _row(case: str, ours: float, plain: float) -> Row:
    return {
        "case": case,
        "ours_cpu_s": round(ours, 2),
        "plain_cpu_s": round(plain, 2),
        "ratio": round(plain / ours, 1),
    }


@contextmanager
def _platform() -> Iterator[tuple[Settings, Callable[[], float]]]:
    """An empty migrated database, and a clock of CPU seconds of this process and all of Postgres."""
    with tempfile.TemporaryDirectory(prefix="jobmatch-bench-") as folder:
        settings = load(home=Path(folder), supabase_url=None, supabase_secret_key=None, supabase_db_url=None)
        make_ready(settings)
        try:
            with database.connect(settings) as conn:
                server = psutil.Process(conn.info.backend_pid).parent()
                assert server is not None
                yield settings, lambda: time.process_time() + sum(map(_spent, [server, *server.children()]))
        finally:
            embedded.down(settings)


def _spent(process: psutil.Process) -> float:
    """CPU seconds of a process and of its children that have ended; of one that has ended itself, none."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def _ours(settings: Settings, used: Callable[[], float], n_jobs: int, n_resumes: int) -> dict[str, float]:
    """Fill the database, warm the process up with a small day, and run the day."""
    from jobmatch_dagster.stages.clean import clean_day
    from jobmatch_dagster.stages.match import match_day
    from jobmatch_dagster.stages.read_skills import read_day

    stages: dict[str, Callable[[date], Any]] = {
        "clean": lambda day: clean_day(settings, day),
        "skills": lambda day: read_day(settings, day),
        "match": lambda day: match_day(settings, day),
    }
    before = date(DAY.year, DAY.month, DAY.day - 1)
    _put_resumes(settings, n_resumes)
    _put_postings(settings, 20, before, "warm")
    for stage in stages.values():
        stage(before)
    _put_postings(settings, n_jobs, DAY, "day")
    spent = {}
    for name, stage in stages.items():
        start = used()
        stage(DAY)
        time.sleep(0.5)  # until the backend has ended and is counted
        spent[name] = used() - start
    return spent


def _put_postings(settings: Settings, count: int, day: date, seed: str) -> None:
    import pyarrow as pa

    from jobmatch_dagster.boards.raw import to_raw
    from jobmatch_dagster.demo.world import generate_postings

    names = ("board", "external_id", "title", "company", "description_html", "salary_text", "location")
    rows = [{name: getattr(p, name, None) for name in names} for p in generate_postings(count, seed)]
    raw = to_raw(pa.Table.from_pylist(rows, schema=tables.POSTING), day)
    with database.connect(settings) as conn:
        database.merge(conn, "raw.postings", raw, key=["board", "external_id", "scraped_on"])


def _put_resumes(settings: Settings, count: int) -> None:
    """Résumés of one account, as the parser would have left them."""
    from jobmatch_dagster.demo.people import make_person
    from jobmatch_dagster.matching import rows
    from jobmatch_dagster.skills.tables import resume_skills
    from jobmatch_dagster.stages import read_skills
    from jobmatch_dagster.stages.outcome import Outcome
    from jobmatch_dagster.supabase.accounts import ensure_user

    user = ensure_user(settings, "bench@example.org")
    people = [{"id": tables.resume_id(user, str(n)), "resume": make_person(f"b{n}").resume} for n in range(count)]
    table, _ = rows.resumes(people, DAY)
    facts = {"user_id": lambda r: user, "sha256": lambda r: r["id"], "file_path": lambda r: f"{user}/{r['id']}",
             "parser_version": lambda r: "1", "uploaded_on": lambda r: date(2026, 1, 1)}  # fmt: skip
    filled = [row | {name: fact(row) for name, fact in facts.items()} for row in table.to_pylist()]
    import pyarrow as pa

    table = pa.Table.from_pylist(filled, schema=tables.RESUMES)
    with database.connect(settings) as conn:
        read_skills.write_taxonomy(conn, Outcome("bench", ""))
        database.merge(conn, "public.resumes", table, key=["id"])
        database.merge(conn, "public.resume_skills", resume_skills(table), key=["resume_id", "skill_id"])


def _plain(settings: Settings, used: Callable[[], float]) -> dict[str, float]:
    """The same day with well-known libraries, into tables without indexes; CPU seconds by stage."""
    spent, start = {}, used()
    with database.connect(settings) as conn:
        frame = _plain_clean(conn)
        spent["clean"], start = used() - start, used()
        _plain_skills(conn, frame)
        spent["skills"], start = used() - start, used()
        _plain_match(conn, frame)
        spent["match"] = used() - start
    return spent


def _plain_clean(conn: Any) -> Any:
    """Text with bs4, language with langdetect, near duplicates by cosine of TF-IDF, rows with executemany."""
    import pandas as pd
    from bs4 import BeautifulSoup
    from langdetect import DetectorFactory, LangDetectException, detect
    from sklearn.feature_extraction.text import TfidfVectorizer

    DetectorFactory.seed = 0

    def language(text: str) -> str | None:
        try:
            return str(detect(text))
        except LangDetectException:
            return None

    found = conn.execute("select external_id, payload from raw.postings where scraped_on = %s", (DAY,)).fetchall()
    frame = pd.DataFrame([{"external_id": key} | payload for key, payload in found])
    frame["text"] = [BeautifulSoup(html or "", "html.parser").get_text("\n") for html in frame["description_html"]]
    frame["language"] = [language(text) for text in frame["text"]]
    frame = frame.drop_duplicates(["title", "company", "text"])
    vectors = TfidfVectorizer().fit_transform(frame["text"])
    near = 0
    for first in range(0, len(frame), 500):
        near += int(((vectors[first : first + 500] @ vectors.T) > 0.95).sum())
    conn.execute("create temp table plain_jobs (external_id text, title text, company text, body text, language text)")
    columns = ["external_id", "title", "company", "text", "language"]
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into plain_jobs values (%s, %s, %s, %s, %s)", frame[columns].itertuples(index=False, name=None)
        )
    return frame


def _plain_skills(conn: Any, frame: Any) -> None:
    """Skills with flashtext, rows with executemany."""
    from flashtext import KeywordProcessor  # type: ignore[import-untyped]

    from jobmatch_dagster.skills import taxonomy

    finder = KeywordProcessor()
    finder.add_keywords_from_list(sorted({f for row in taxonomy.load().skills["forms"].to_pylist() for f in row}))
    frame["skills"] = [sorted(set(finder.extract_keywords(text))) for text in frame["text"]]
    conn.execute("create temp table plain_skills (external_id text, skill text)")
    pairs = [(key, s) for key, own in zip(frame["external_id"], frame["skills"], strict=True) for s in own]
    with conn.cursor() as cursor:
        cursor.executemany("insert into plain_skills values (%s, %s)", pairs)


def _plain_match(conn: Any, frame: Any) -> None:
    """Cosine of TF-IDF, the best fifty of each résumé by argpartition, rows with executemany."""
    import numpy as np
    from sklearn.feature_extraction.text import TfidfVectorizer

    people = conn.execute("select id::text, body from public.resumes order by id").fetchall()
    vectorizer = TfidfVectorizer(sublinear_tf=True)
    jobs = vectorizer.fit_transform(frame["title"] + "\n" + frame["text"])
    resumes, turned = vectorizer.transform([body for _, body in people]), jobs.T.tocsr()
    keys, top = frame["external_id"].tolist(), min(TOP, jobs.shape[0] - 1)
    conn.execute("create temp table plain_matches (resume uuid, job text, score double precision, detail jsonb)")
    for first in range(0, len(people), 100):
        scores = (resumes[first : first + 100] @ turned).toarray()
        best = np.argpartition(-scores, top, axis=1)[:, :top]
        rows = [
            (people[first + at][0], keys[job], float(line[job]), json.dumps({"cosine": float(line[job])}))
            for at, line in enumerate(scores)
            for job in best[at].tolist()
        ]
        with conn.cursor() as cursor:
            cursor.executemany("insert into plain_matches values (%s, %s, %s, %s)", rows)
