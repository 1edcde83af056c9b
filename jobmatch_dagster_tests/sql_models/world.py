"""A made-up database for models, reports and checks: some days of boards, jobs, skills, résumés and matches.

Made in the database with ``generate_series``, so that ten thousand jobs take a second. ``MARK`` is in every personal
value, so that a test can look for it where it must not be.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg

from jobmatch_dagster_tests import matches as made_up_matches

DAY = date(2026, 3, 20)
MARK = "Zebulon"

_PEOPLE = """
insert into auth.users (id, email, raw_user_meta_data)
select md5('user' || n)::uuid, 'zebulon' || n || '@example.org', jsonb_build_object('full_name', 'Zebulon Person ' || n)
from generate_series(1, %(resumes)s) n;
"""
_SEARCHES = """
insert into private.searches (id, board, keywords, place)
select md5('search' || b)::uuid, b, 'engineer', 'Berlin' from unnest(array['linkedin', 'indeed', 'greenhouse']) b
union all select md5('fruitless')::uuid, 'indeed', 'unicorn keeper', 'Nowhere';
"""
_JOBS = """
insert into public.jobs (id, board, external_id, title, company, description, city, country, remote, language,
  salary_min, salary_max, salary_currency, salary_period, salary_annual_min, salary_annual_max,
  first_seen_on, last_seen_on, closed_on, content_hash)
select md5('job' || n)::uuid,
  (array['linkedin', 'indeed', 'greenhouse'])[n %% 3 + 1], n::text,
  (array['Engineer', 'Nurse', 'Cook', 'Teacher'])[n %% 4 + 1], 'Company ' || n %% 40, 'Words about the work.',
  (array['Berlin', 'Hamburg', null])[n %% 3 + 1], (array['DE', 'DE', 'FR', null])[h.x %% 4 + 1],
  (array['onsite', 'remote', null])[h.x %% 3 + 1], (array['de', 'en', 'fr', null])[h.x %% 4 + 1],
  40000 + n %% 50 * 1000, 50000 + n %% 50 * 1000, 'EUR', 'year', 40000 + n %% 50 * 1000, 50000 + n %% 50 * 1000,
  %(day)s::date - n %% %(days)s,
  case when n %% 5 = 0 then %(day)s::date - n %% %(days)s + least(3, n %% %(days)s) else %(day)s::date end,
  case when n %% 5 = 0 and n %% %(days)s > 3 then %(day)s::date end,
  md5(n::text)
from generate_series(1, %(jobs)s) n, lateral (select ('x' || left(md5(n::text), 6))::bit(24)::int) h (x);
update public.jobs set duplicate_of = md5('job' || external_id::int - 1)::uuid where external_id::int %% 20 = 2;
"""
_RAW = """
insert into raw.postings (board, external_id, scraped_on, search_id, payload, payload_hash)
select j.board, j.external_id, d::date, md5('search' || j.board)::uuid,
  jsonb_strip_nulls(jsonb_build_object('title', j.title, 'company', j.company, 'location', j.city,
    'description_html', j.description, 'salary_text', case when j.external_id::int %% 2 = 0 then '40k' end)), md5('x')
from public.jobs j, generate_series(j.first_seen_on, j.last_seen_on, '1 day') d;
"""
_RUNS = """
insert into private.scrape_runs (board, day, status, started_at, ended_at, pages, postings, success_rate)
select board, scraped_on, 'succeeded', scraped_on + time '05:00', scraped_on + time '05:10', 10, count(*), 1
from raw.postings group by board, scraped_on;
"""
_SKILLS = """
insert into public.skills (id, label, kind, taxonomy_version)
select 'jm:' || s, s, 'tool', 'made up' from unnest(array['python', 'sql', 'cooking', 'nursing', 'welding']) s;
insert into public.job_skills (job_id, skill_id, requirement, surface, evidence, weight)
select md5('job' || n)::uuid, 'jm:' || s.skill, (array['required', 'preferred'])[n %% 2 + 1], s.skill, '{0,3}', 0.5
from generate_series(1, %(jobs)s) n
cross join unnest(array['python', 'sql', 'cooking', 'nursing', 'welding']) with ordinality s (skill, place)
where (n + s.place) %% 3 = 0;
insert into private.candidate_skills (job_id, surface, requirement)
select md5('job' || n)::uuid, case when n %% 3 = 0 then 'snorflux' else 'word ' || n end, 'required'
from generate_series(1, %(jobs)s) n;
"""
_OCCUPATIONS = """
insert into private.occupations (code, label, "group", version)
select lower(t), t || 's', '00', 'made up' from unnest(array['Engineer', 'Nurse', 'Cook', 'Teacher']) t;
insert into private.job_occupations (job_id, occupation, likeness, content_hash, version)
select id, case when title <> 'Teacher' then lower(title) end, 0.9, content_hash, 'made up' from public.jobs;
"""
_RESUMES = """
insert into public.resumes (id, user_id, file_path, sha256, status, reason, content, body, language, confidence,
  content_hash, parser_version, uploaded_on)
select md5('resume' || n)::uuid, md5('user' || n)::uuid, md5('user' || n)::uuid || '/Zebulon ' || n || '.pdf',
  md5(n::text), case when n %% 9 = 0 then 'needs_ocr' else 'parsed' end,
  case when n %% 9 = 0 then 'It is a picture of Zebulon.' end,
  case when n %% 9 > 0 then '{"basics": {"name": "Zebulon"}}'::jsonb end, 'I am Zebulon.', 'en', 0.9, md5(n::text), '1',
  %(day)s::date - n %% %(days)s
from generate_series(1, %(resumes)s) n;
"""
# Every second match lacks what one component needs (63 is all of them); every fourth day is another version's.
_MATCHES = """
select md5('resume' || n)::uuid as resume_id, md5('user' || n)::uuid as user_id, md5('job' || j)::uuid as job_id,
  ((n * 7 + j * 13) %% 100) / 100.0 as score, case when j %% 2 = 0 then 63 - 8 else 63 end as judged, j %% 3 as met,
  case when j %% %(days)s %% 4 = 3 then 'v2' else 'v1' end as scorer_version,
  %(day)s::date - j %% %(days)s as matched_on
from generate_series(1, %(resumes)s) n, generate_series(1, least(%(matches)s, %(jobs)s)) j
where n %% 9 > 0
"""
_STAGES = """
insert into private.stage_runs (stage, day, status, changed, counts, seconds)
select 'match_scores', %(day)s::date - n, 'succeeded', 10,
  jsonb_build_object('new jobs', 5, 'new resumes', 2, 'pairs scored', 100, 'pairs vetoed', 20), 1.5
from generate_series(0, %(days)s - 1) n;
insert into private.rejected (stage, day, subject, reason)
values ('cleaned_jobs', %(day)s, 'indeed 77', 'title missing'),
  ('raw_postings/indeed', %(day)s, 'page 3', 'not a page'),
  ('parsed_resumes', %(day)s, 'Zebulon.pdf', 'its folder is not the id of a person');
"""


def fill(
    conn: psycopg.Connection[Any], *, jobs: int = 120, resumes: int = 18, days: int = 12, matches: int = 20
) -> None:
    """Fill an empty, migrated database.

    Args:
        conn: an autocommit connection with all rights.
        jobs: jobs, spread evenly over three boards and the days.
        resumes: people with a résumé each; every ninth could not be read.
        days: days up to ``DAY``.
        matches: matches of each readable résumé.
    """
    values: dict[str, Any] = {"day": DAY, "jobs": jobs, "resumes": resumes, "days": days, "matches": matches}
    cursor = psycopg.ClientCursor(conn)
    with conn.transaction():
        for statement in (_PEOPLE, _SEARCHES, _JOBS, _RAW, _RUNS, _SKILLS, _OCCUPATIONS, _RESUMES, _STAGES):
            cursor.execute(statement, values)
    made_up_matches.file_query(conn, _MATCHES, values)
    conn.execute("analyze")
