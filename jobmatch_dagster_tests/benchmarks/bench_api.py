"""Latency of ``GET /v1/jobs`` and ``GET /v1/matches`` as tables grow, with plans that show the index.

The plain way that deep pages are compared with is OFFSET in SQL alone. Times are wall time of one client on a warm
database, through the whole application but the socket.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jobmatch_dagster_tests import matches

MATCHES_PER_JOB, MATCHES_PER_PERSON = 10, 50
SIZES_QUICK, SIZES_FULL = (10_000,), (10_000, 100_000, 1_000_000)
REQUESTS_QUICK, REQUESTS_FULL = 30, 200

_JOBS = """
insert into public.jobs (id, board, external_id, title, company, description, city, country, places, remote, seniority,
  employment_type, language, salary_annual_min, salary_annual_max, salary_currency, first_seen_on, last_seen_on,
  content_hash)
select gen_random_uuid(), 'bench', n::text,
  (array['Data', 'Lift', 'Cloud', 'Night', 'Senior'])[1 + n %% 5] || ' '
    || (array['engineer', 'mechanic', 'nurse', 'baker', 'clerk', 'driver', 'analyst'])[1 + n %% 7],
  'Company ' || n %% 5000,
  'You work with ' || (array['PostgreSQL', 'ovens', 'patients', 'lifts', 'Python'])[1 + n %% 5]
    || ' in team ' || n %% 1000,
  c.city, c.country,
  jsonb_build_array(jsonb_build_object('city', c.city, 'country', c.country, 'lat', c.lat, 'lon', c.lon)),
  (array['onsite', 'hybrid', 'remote'])[1 + n %% 3], (array['junior', 'mid', 'senior'])[1 + n %% 3], 'full_time', 'en',
  30000 + n %% 70000, 35000 + n %% 70000, (array['EUR', 'USD', 'GBP'])[1 + n %% 3], current_date - (n %% 90),
  current_date, n::text
from generate_series(1, %s) n
join (values (0, 'Vienna', 'AT', 48.21, 16.37), (1, 'Berlin', 'DE', 52.52, 13.4), (2, 'Boston', 'US', 42.36, -71.06),
  (3, 'Oslo', 'NO', 59.91, 10.75), (4, 'Hallstatt', 'AT', 47.56, 13.65)) c(i, city, country, lat, lon)
  on c.i = case when n %% 1000 = 0 then 4 else n %% 4 end
"""
_DOCUMENTS = """
insert into search.documents select id, search.document(title, company, description, language) from public.jobs
"""
_PEOPLE = """
with people as (insert into auth.users (id, email) select gen_random_uuid(), 'p' || n || '@example.org'
  from generate_series(1, %s) n returning id, email),
shown as (insert into public.users (id, email) select id, email from people returning id)
insert into public.resumes (id, user_id, file_path, sha256, status, content_hash, parser_version, uploaded_on)
select gen_random_uuid(), id, id || '/cv.pdf', id::text, 'parsed', 'h', 'v', current_date from shown
"""
_NUMBERED = """
create temp table numbered as select (row_number() over ())::integer as n, id from public.jobs;
create temp table asking as
  select (r.n * 50 + k) % (select count(*) from public.jobs)::integer + 1 as n, r.id, r.user_id
  from (select (row_number() over ())::integer as n, id, user_id from public.resumes) r, generate_series(0, 49) k;
analyze numbered, asking
"""
_MATCHES = """
select r.id as resume_id, r.user_id, j.id as job_id, random() as score, current_date as matched_on,
  'v' as scorer_version, 63 as judged, 2 as met
from asking r join numbered j on j.n = r.n
"""
_OFFSET = """
select * from public.jobs where closed_on is null and duplicate_of is null
order by first_seen_on desc, id desc offset 2000 limit 21
"""


def run(quick: bool) -> dict[str, Any]:
    """Fill a database of its own, step by step, and ask it."""
    rows: list[dict[str, Any]] = []
    plans: list[str] = []
    for size in SIZES_QUICK if quick else SIZES_FULL:
        with _filled(size) as settings:
            found, plan = _measure(settings, size, REQUESTS_QUICK if quick else REQUESTS_FULL)
            rows += found
            plans = plan
    return {"name": "HTTP API", "rows": rows, "notes": "Plans at the largest size:\n" + "\n".join(plans)}


@contextlib.contextmanager
def _filled(size: int) -> Iterator[Any]:
    """A database with so many jobs, ten times as many matches, and fifty matches a person."""
    from jobmatch_dagster.settings import load
    from jobmatch_dagster.supabase import embedded, migrations
    from jobmatch_dagster.supabase.database import connect

    home = Path(tempfile.mkdtemp(prefix="jm-bench-"))
    none: dict[str, Any] = dict.fromkeys(("supabase_url", "supabase_secret_key", "supabase_db_url"))
    settings = load(home=home, api_rate=1_000_000_000, **none)
    try:
        embedded.up(settings)
        migrations.migrate(settings)
        with connect(settings) as connection:
            # The rows are right by themselves: no trigger and no check of foreign keys while they are made.
            connection.execute("set session_replication_role = replica")
            connection.execute("set synchronous_commit = off")
            connection.execute(_JOBS, [size])
            connection.execute(_DOCUMENTS)
            connection.execute(_PEOPLE, [size * MATCHES_PER_JOB // MATCHES_PER_PERSON])
            connection.execute(_NUMBERED)
            matches.file_query(connection, _MATCHES)
            connection.execute("vacuum analyze")
        yield settings
    finally:
        embedded.down(settings)
        shutil.rmtree(home, ignore_errors=True)


def _measure(settings: Any, size: int, times: int) -> tuple[list[dict[str, Any]], list[str]]:
    from fastapi.testclient import TestClient

    from jobmatch_dagster.api.app import build_app
    from jobmatch_dagster.api.secrets import LocalKey
    from jobmatch_dagster.supabase.database import connect

    app = build_app(settings)
    with connect(settings) as connection, TestClient(app) as client:
        person = connection.execute("select user_id::text from public.resumes limit 1").fetchone()
        assert person is not None
        headers = {"Authorization": f"Bearer {_token(settings, LocalKey(settings), person[0])}"}
        cases: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
            "matches, first page": ("/v1/matches", {}, headers),
            "matches, hybrid only": ("/v1/matches", {"remote": "hybrid"}, headers),
            "jobs, newest": ("/v1/jobs", {}, {}),
            "jobs, in a country": ("/v1/jobs", {"country": "NO"}, {}),
            "jobs, two words": ("/v1/jobs", {"q": "data engineer"}, {}),
            "jobs, near a small town": ("/v1/jobs", {"place": "Salzburg", "radius_km": 60}, {}),
            "jobs, salary floor in dollars": ("/v1/jobs", {"min_salary": 100_000, "currency": "USD"}, {}),
            "jobs, facets": ("/v1/jobs", {"facets": "true", "country": "AT"}, {}),
            "jobs, page 100": ("/v1/jobs", {"cursor": _deep_cursor(client, 100)}, {}),
        }
        rows = []
        for case, (path, asked, sent) in cases.items():
            ask = functools.partial(client.get, path, params=asked, headers=sent)
            rows.append({"case": f"{size:,} jobs: {case}", **_times(ask, times)})
        plain = _times(lambda: connection.execute(_OFFSET).fetchall(), min(times, 20))
        rows[-1]["plain_p50_ms"] = plain["p50_ms"]
        return rows, _plans(connection, person[0])


def _token(settings: Any, key: Any, user: str) -> str:
    from jobmatch_dagster.api.local_identity import issuer

    now = int(time.time())
    claims = {"iss": issuer(settings), "aud": "authenticated", "role": "authenticated", "sub": user, "exp": now + 3600}
    return str(key.sign(claims))


def _deep_cursor(client: Any, pages: int) -> str:
    """The cursor of the page after so many."""
    cursor: dict[str, str] = {}
    for _ in range(pages):
        cursor = {"cursor": client.get("/v1/jobs", params=cursor).json()["next_cursor"]}
    return cursor["cursor"]


def _times(call: Callable[[], Any], times: int) -> dict[str, Any]:
    """Percentiles in milliseconds, and how many calls a second one client gets."""
    for _ in range(3):
        answer = call()
        if getattr(answer, "status_code", 200) != 200:
            raise RuntimeError(f"answered {answer.status_code}")
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {
        "p50_ms": round(cuts[49] * 1000, 2),
        "p95_ms": round(cuts[94] * 1000, 2),
        "p99_ms": round(cuts[98] * 1000, 2),
        "requests_per_s": round(times / sum(seconds)),
    }


def _plans(connection: Any, user: str) -> list[str]:
    """Which index serves a person's ranking, the newest jobs, and jobs near a place."""
    from jobmatch_dagster.api.job_search import Circle
    from jobmatch_dagster.supabase.database import transaction_as

    cells = Circle(47.8, 13.04, 60).cells()
    open_jobs = "select id from public.jobs where closed_on is null and duplicate_of is null"
    newest = "order by first_seen_on desc, id desc limit 21"
    questions: list[tuple[str, list[Any]]] = [
        ("select job_id from public.job_matches order by score desc limit 21", []),
        (f"{open_jobs} {newest}", []),
        (f"{open_jobs} and search.cells(places) && %s::int[] limit 2001", [cells]),
    ]
    lines = []
    with transaction_as(connection, user):
        for question, parameters in questions:
            plan = connection.execute("explain (analyze, costs off, timing off) " + question, parameters).fetchall()
            lines += ["", *(row[0] for row in plan)]
    return lines
