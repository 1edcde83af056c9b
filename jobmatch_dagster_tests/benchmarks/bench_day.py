"""A whole day on the embedded Postgres, through the functions that the assets call, beside the plain pipeline.

The day begins with raw postings in ``raw.postings`` and résumés in ``public.resumes``; it ends with the best matches of
each résumé in ``public.job_matches``. The plain side reads the same rows and does what one writes first: bs4, pandas,
langdetect, a few regular expressions, flashtext with the same names of skills, scikit-learn, a sparse product,
``executemany`` into a table with a row a match. Of a match it writes the cosine and the names of the skills that both
texts have or the résumé lacks, no more: no weights, no evidence, no sentence, no vetoes. A second row has the plain way
explain what it writes as ours does: each skill of the job with its place in both texts, counts and a sentence, by a
loop over the pairs. What costs the same for each text (detecting its language) and for each résumé (matching it) the
plain side does for the first 2,000 of them, and is charged for all. CPU seconds are those of this process and of all
Postgres backends.
"""

from __future__ import annotations

import json
import sys
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
from jobmatch_dagster_tests.benchmarks import plain_matches

DAY = date(2026, 2, 2)
TOP = 50
PART = 2_000  # texts, or résumés, that the plain side does of what is the same for each one
Row = dict[str, Any]


def run(quick: bool) -> dict[str, Any]:
    """``quick``: 300 × 300 and one more step of growth; else 10,000 × 10,000, and to 100,000 jobs × 1,000 résumés."""
    size, growth = (300, (300, 600)) if quick else (10_000, (1_000, 10_000, 100_000))
    rows = []
    with _platform() as (settings, used):
        ours = _ours(settings, used, size, size)
        plain, explained = _plain(settings, used)
        rows += [_row(f"{stage}, {size:,} jobs × {size:,} résumés", ours[stage], plain[stage]) for stage in ours]
        _say(f"ours {_told(ours)}; plain {_told(plain)}; plain with reasons, match {explained:.1f} s")
        whole, day = sum(ours.values()), f"the day, {size:,} jobs × {size:,} résumés"
        rows.append(_row(day, whole, sum(plain.values())))
        rows.append(_row("match, both explained", ours["match"], explained))
        rows.append(_row(f"{day}, both explained", whole, sum(plain.values()) - plain["match"] + explained))
    few = growth[0]
    for jobs in growth:
        _say(f"{jobs:,} new jobs")
        with _platform() as (settings, used):
            spent = sum(_ours(settings, used, jobs, few).values())
        rows.append({"case": f"growth: {jobs:,} new jobs × {few:,} résumés", "ours_cpu_s": round(spent, 2),
                     "ms_a_job": round(1000 * spent / jobs, 2)})  # fmt: skip
    return {"name": "day", "rows": rows, "notes": __doc__.split("\n\n")[1].replace("\n", " ") if __doc__ else ""}


def _say(text: str) -> None:
    print(f"day: {text} …", file=sys.stderr, flush=True)


def _told(spent: dict[str, float]) -> str:
    return ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in spent.items())


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
    _say(f"making {n_resumes:,} résumés and {n_jobs:,} postings")
    before = date(DAY.year, DAY.month, DAY.day - 1)
    _put_resumes(settings, n_resumes)
    _put_postings(settings, 20, before, "warm")
    for stage in stages.values():
        stage(before)
    _put_postings(settings, n_jobs, DAY, "day")
    spent = {}
    for name, stage in stages.items():
        _say(name)
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
    for n, row in enumerate(rows):  # of a hundred thousand made-up numbers two are the same
        row["external_id"] = f"{day:%Y%m%d}{n:07d}"
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


def _plain(settings: Settings, used: Callable[[], float]) -> tuple[dict[str, float], float]:
    """The same day with well-known libraries; CPU seconds by stage, of all texts and résumés; of explained matches."""
    spent: dict[str, float] = {}

    @contextmanager
    def charged(stage: str, times: float = 1.0) -> Iterator[None]:
        start = used()
        yield
        spent[stage] = spent.get(stage, 0.0) + times * (used() - start)

    with database.connect(settings) as conn:
        _say("plain clean")
        with charged("clean"):
            frame = _plain_texts(conn)
        some = frame["text"][:PART]
        with charged("clean", len(frame) / len(some)):
            languages = _plain_languages(some)
        frame["language"] = languages + [None] * (len(frame) - len(some))
        with charged("clean"):
            frame = _plain_clean(conn, frame)
        _say("plain skills")
        with charged("skills"):
            finder = _plain_skills(conn, frame)
        _say("plain match")
        query = "select id::text, user_id::text, body from public.resumes order by id"
        with charged("match"):
            people = conn.execute(query).fetchall()
            vectorizer, turned = _plain_vectors(conn, frame)
        some_people = people[:PART]
        spent["explained"] = spent["match"]
        for stage, write in (("match", _plain_row), ("explained", _plain_reasons)):
            conn.execute("truncate plain_matches")
            with charged(stage, len(people) / len(some_people)):
                _plain_match(conn, frame, some_people, vectorizer, turned, finder, write)
    return spent, spent.pop("explained")


def _plain_texts(conn: Any) -> Any:
    """Text with bs4, the same ones once."""
    import pandas as pd
    from bs4 import BeautifulSoup

    found = conn.execute("select external_id, payload from raw.postings where scraped_on = %s", (DAY,)).fetchall()
    frame = pd.DataFrame([{"external_id": key} | payload for key, payload in found])
    frame["text"] = [BeautifulSoup(html or "", "html.parser").get_text("\n") for html in frame["description_html"]]
    return frame.drop_duplicates(["title", "company", "text"]).reset_index(drop=True)


def _plain_languages(texts: Any) -> list[str | None]:
    """Languages with langdetect."""
    from langdetect import DetectorFactory, LangDetectException, detect

    DetectorFactory.seed = 0
    found: list[str | None] = []
    for text in texts:
        try:
            found.append(str(detect(text)))
        except LangDetectException:
            found.append(None)
    return found


def _plain_clean(conn: Any, frame: Any) -> Any:
    """Near duplicates by cosine of TF-IDF, fields by regular expressions, rows with executemany."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectors = TfidfVectorizer().fit_transform(frame["text"])
    turned = vectors.T.tocsr()
    near = 0
    for first in range(0, len(frame), 500):
        near += int(((vectors[first : first + 500] @ turned) > 0.95).sum())
    _plain_fields(frame)
    conn.execute(
        "create temp table plain_jobs (external_id text, title text, company text, body text, language text,"
        " city text, region text, remote boolean, seniority text, years float8, salary_min float8, salary_max float8)"
    )
    columns = ["external_id", "title", "company", "text", "language", *PLAIN_FIELDS]
    rows = frame[columns].astype(object).where(frame[columns].notna(), None)
    with conn.cursor() as cursor:
        cursor.executemany(
            f"insert into plain_jobs values ({', '.join(['%s'] * len(columns))})",  # noqa: S608  # placeholders only
            rows.itertuples(index=False, name=None),
        )
    return frame


PLAIN_FIELDS = ["city", "region", "remote", "seniority", "years", "salary_min", "salary_max"]


def _plain_fields(frame: Any) -> None:
    """Fields of a job by pandas' own functions of strings, as first attempts at normalising have them."""
    import pandas as pd

    frame["title"] = frame["title"].str.strip().str.replace(r"\s+", " ", regex=True)
    place = frame["location"].fillna("").str.split(",", expand=True).reindex(columns=[0, 1])
    frame["city"], frame["region"] = place[0].str.strip(), place[1].str.strip()
    frame["remote"] = frame["text"].str.contains(r"\bremote|home ?office|télétravail\b", case=False, regex=True)
    frame["seniority"] = frame["title"].str.lower().str.extract(r"\b(junior|senior|lead|intern|manager)\b")[0]
    frame["years"] = pd.to_numeric(frame["text"].str.extract(r"(\d+)\+? (?:years|Jahre|ans|años|lat|jaar)")[0])
    pay = (frame["salary_text"].fillna("") + "\n" + frame["text"]).str.extract(
        r"[$€£]\s?(\d[\d.,]*)\s?[kK]?\s?(?:-|–|to)\s?[$€£]?\s?(\d[\d.,]*)"
    )
    for name, column in (("salary_min", pay[0]), ("salary_max", pay[1])):
        frame[name] = pd.to_numeric(column.str.replace(r"[.,](?=\d{3})", "", regex=True), errors="coerce")


def _plain_skills(conn: Any, frame: Any) -> Any:
    """Skills with flashtext, rows with executemany; returns the finder."""
    from flashtext import KeywordProcessor  # type: ignore[import-untyped]

    from jobmatch_dagster.skills import taxonomy

    finder = KeywordProcessor()
    finder.add_keywords_from_list(sorted({f for row in taxonomy.load().skills["forms"].to_pylist() for f in row}))
    found = [finder.extract_keywords(text, span_info=True) for text in frame["text"]]
    frame["skills"] = [{skill: [start, end] for skill, start, end in reversed(own)} for own in found]
    conn.execute("create temp table plain_skills (external_id text, skill text)")
    pairs = [(key, s) for key, own in zip(frame["external_id"], frame["skills"], strict=True) for s in sorted(own)]
    with conn.cursor() as cursor:
        cursor.executemany("insert into plain_skills values (%s, %s)", pairs)
    return finder


def _plain_vectors(conn: Any, frame: Any) -> tuple[Any, Any]:
    """TF-IDF of the jobs, turned for the product, and a table like ours for what comes of it."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(sublinear_tf=True)
    turned = vectorizer.fit_transform(frame["title"] + "\n" + frame["text"]).T.tocsr()
    plain_matches.create(conn, "pg_temp.plain_matches")
    return vectorizer, turned


Held = dict[str, list[int]]  # skills with the place where each stands first


def _plain_row(score: float, wanted: Held, held: Held) -> tuple[str, str, str, str]:
    """What a match says at the least: components, matched and missing skills, no sentence."""
    both = wanted.keys() & held.keys()
    return (
        json.dumps({"cosine": score}),
        json.dumps(sorted(both)),
        json.dumps(sorted(wanted.keys() - both)),
        "",
    )


def _plain_reasons(score: float, wanted: Held, held: Held) -> tuple[str, str, str, str]:
    """What a match says with reasons: each skill of the job with its place in both texts, counts and a sentence."""
    matched: list[dict[str, Any]] = []
    missing: list[dict[str, Any]] = []
    for skill, place in sorted(wanted.items()):
        ask: dict[str, Any] = {
            "skill": skill,
            "label": skill,
            "requirement": "mentioned",
            "weight": 1 / len(wanted),
            "job_evidence": place,
        }
        if skill in held:
            matched.append({**ask, "status": "met", "credit": 1, "through": skill, "resume_evidence": held[skill]})
        else:
            missing.append(ask)
    share = len(matched) / max(1, len(wanted))
    reason = f"met: {len(matched)} of {len(wanted)}"
    parts = {
        "text": {"weight": 1, "value": score, "contribution": score, "reason": "shared words of the two texts"},
        "skills": {"weight": 0, "value": share, "contribution": 0, "reason": reason},
    }
    lacks = ", ".join(item["skill"] for item in missing[:2])
    return (
        json.dumps(parts),
        json.dumps(matched),
        json.dumps(missing),
        f"Meets {len(matched)} of {len(wanted)}; lacks {lacks}.",
    )


def _plain_match(
    conn: Any,
    frame: Any,
    people: list[Any],
    vectorizer: Any,
    turned: Any,
    finder: Any,
    write: Callable[[float, Held, Held], tuple[str, str, str, str]],
) -> None:
    """Cosine of TF-IDF, the best fifty of each résumé by argpartition, skills of both sides, rows with executemany."""
    import numpy as np

    resumes = vectorizer.transform([body for _, _, body in people])
    ids = [tables.job_id("plain", key) for key in frame["external_id"]]
    wanted, top = frame["skills"].tolist(), min(TOP, turned.shape[1] - 1)
    insert = f"insert into plain_matches values ({', '.join(['%s'] * len(tables.JOB_MATCHES))})"  # noqa: S608
    for first in range(0, len(people), 100):
        scores = (resumes[first : first + 100] @ turned).toarray()
        best = np.argpartition(-scores, top, axis=1)[:, :top]
        rows: list[tuple[Any, ...]] = []
        for at, line in enumerate(scores):
            resume, user, body = people[first + at]
            held = {skill: [a, b] for skill, a, b in reversed(finder.extract_keywords(body, span_info=True))}
            for job in best[at].tolist():
                score = min(1.0, float(line[job]))
                parts, matched, missing, sentence = write(score, wanted[job], held)
                rows.append(
                    (resume, user, ids[job], score, parts, matched, missing, "[]", [], sentence, "1", "", "", DAY)
                )
        with conn.cursor() as cursor:
            cursor.executemany(insert, rows)
