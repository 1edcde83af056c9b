"""What apps ask for is answered from an index, under row-level security as well, and is right."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import psycopg
import pytest

from jobmatch_dagster.api.routes import matches as matches_route
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase.database import connect, merge, transaction_as
from jobmatch_dagster_tests import matches
from jobmatch_dagster_tests.supabase.world import DAY, job, jobs

_CROWD = """
set local session_replication_role = replica;
insert into auth.users (id, email)
  select md5('u' || n)::uuid, n || '@example.org' from generate_series(1, 200) n;
insert into public.users (id, email) select id, email from auth.users;
insert into public.resumes (id, user_id, file_path, sha256, status, content_hash, parser_version, uploaded_on)
  select md5('r' || id)::uuid, id, id || '/cv', 'x', 'parsed', 'h', '1', current_date from auth.users;
insert into public.jobs (id, board, external_id, title, company, first_seen_on, last_seen_on, content_hash)
  select md5('j' || n)::uuid, 'b', 'crowd ' || n, 'Tester', 'Acme', current_date, current_date, 'h'
  from generate_series(1, 4000) n;
insert into search.documents select id, to_tsvector('simple', 'tester ' || external_id) from public.jobs;
"""
_THEIR_MATCHES = """
select r.id as resume_id, r.user_id, md5('j' || n)::uuid as job_id, random() as score,
  current_date - n %% 5 as matched_on, '1' as scorer_version, 63 as judged, n %% 3 as met
from public.resumes r, generate_series(1, 150) n
"""


@pytest.fixture(scope="module")
def crowd(database: Settings) -> str:
    """Two hundred people with 150 matches each; returns one of them."""
    with connect(database) as connection:
        with connection.transaction():
            connection.execute(_CROWD)
            matches.file_query(connection, _THEIR_MATCHES)
        connection.execute("analyze")
        row = connection.execute("select id::text from public.users limit 1").fetchone()
    assert row is not None
    return str(row[0])


PAGES = {
    "as an app asks for it": "select * from public.ranked_matches order by score desc limit 20",
    "as the API asks for it": matches_route._RANKED,
    "the first of the table": "select * from public.job_matches order by score desc limit 20",
}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_ranking_reads_the_persons_own_lists_and_puts_only_its_rows_into_words(
    connection: psycopg.Connection[Any], crowd: str, page: str
) -> None:
    asked = dict.fromkeys(re.findall(r"%\((\w+)\)s", PAGES[page])) | {"min_score": 0.0, "limit": 20}
    connection.execute("set track_functions = 'all'")
    with psycopg.ClientCursor(connection) as cursor, transaction_as(connection, crowd):
        rows = cursor.execute(PAGES[page], asked).fetchall()  # type: ignore[arg-type]
        told, others = cursor.execute(
            "select pg_stat_get_xact_function_calls(p.oid),"
            " pg_stat_get_xact_tuples_returned('matching.lists'::regclass)"
            " from pg_proc p where p.oid::regprocedure::text ~ '^matching.sentence\\('"
        ).fetchone() or (0, 0)
        plan = "\n".join(row[0] for row in cursor.execute("explain " + PAGES[page], asked).fetchall())  # type: ignore[operator]
    assert len(rows) == told == 20
    assert others == 0, "rows read one after the other"
    assert "lists_user_id_idx" in plan
    assert "Seq Scan on lists" not in plan


def test_words_are_found_through_their_index(connection: psycopg.Connection[Any], crowd: str) -> None:
    with transaction_as(connection, None, "anon"):
        connection.execute("set local enable_seqscan = off")  # so few rows are quicker read than looked up
        found = connection.execute("select external_id from public.search_jobs('\"crowd 77\"')").fetchall()
        scans = connection.execute(
            "select pg_stat_get_xact_numscans('search.documents_document_idx'::regclass)"
        ).fetchone()
    assert found == [("crowd 77",)]
    assert scans == (1,)


@pytest.fixture(scope="module")
def ads(database: Settings) -> None:
    """A handful of ads that differ in what one may ask for."""
    rows = jobs(
        job(1, title="Krankenpfleger", description="Wir suchen erfahrene Pflegekräfte", language="de", country="DE"),
        job(2, title="Nurse", description="Caring for patients", country="GB", city="Leeds", remote="onsite"),
        job(3, title="Porter", description="You help the nurses", country="GB", salary_annual_max=30000.0)
        | {"salary_currency": "GBP", "seniority": "junior", "employment_type": "full_time"},
        job(4, title="Pielęgniarka", description="Szukamy pielęgniarki", language="pl", country="PL"),
        job(5, title="Nurse", description="closed", closed_on=DAY),
        job(6, title="Nurse", description="the same again", duplicate_of=job(2)["id"]),
        job(7, title="Nurse of old", first_seen_on=DAY - dt.timedelta(3000)),
    )
    with connect(database) as connection:
        merge(connection, "public.jobs", rows, key=["id"])
        connection.execute(
            "insert into public.skills (id, label, kind, taxonomy_version) values ('jm:care', '', '', '')"
        )
        for number, requirement in ((2, "required"), (3, "excluded")):
            connection.execute(
                "insert into public.job_skills (job_id, skill_id, requirement, surface, evidence, weight)"
                " values (%s, 'jm:care', %s, '', '{}', 1)",
                [job(number)["id"], requirement],
            )


ASKED: dict[str, tuple[str, list[int]]] = {
    "a word of a title comes before one of a description": ("words => 'nurse', country => 'GB'", [2, 3]),
    "a stem of another language": ("words => 'pflegekraft'", [1]),
    "a language without a stemmer": ("words => 'szukamy'", [4]),
    "a phrase": ("words => '\"caring for\"'", [2]),
    "a word that must not be there": ("words => 'nurse -porter', country => 'gb'", [2]),
    "a city": ("city => 'leeds'", [2]),
    "a way to work": ("remote => 'onsite'", [2]),
    "a language": ("language => 'PL'", [4]),
    "a level and a kind of contract": ("seniority => 'junior', employment_type => 'full_time'", [3]),
    "a salary": ("min_annual_salary => 29999, salary_currency => 'gbp'", [3]),
    "a salary that nobody pays": ("min_annual_salary => 30001", []),
    "a skill that is not excluded": ("skills => array['jm:care']", [2]),
    "two skills of which one lacks": ("skills => array['jm:care', 'jm:none']", []),
    "nothing that is there": ("words => 'welder'", []),
    "the second page": ("words => 'nurse', country => 'GB', page_size => 1, page => 1", [3]),
    "words in several forms, and one that must not be there in another": ("words => 'nurses caring -porters'", [2]),
    "an employer as it is written": ("words => 'lifts', country => 'PL'", [4]),
    "hostile words": ("words => $$'); drop table public.jobs; -- & | ! <-> :*$$", []),
    "an age": ("words => 'nurse', max_age_days => 0", []),
}


@pytest.mark.parametrize("case", ASKED)
def test_search_gives_the_open_jobs_that_fit_best_first(
    connection: psycopg.Connection[Any], ads: None, case: str
) -> None:
    arguments, wanted = ASKED[case]
    with transaction_as(connection, None, "anon"):
        found = connection.execute(f"select external_id from public.search_jobs({arguments})").fetchall()  # type: ignore[arg-type]  # noqa: S608
    assert [row[0] for row in found] == [str(number) for number in wanted]


def test_a_page_is_never_larger_than_a_hundred(connection: psycopg.Connection[Any], crowd: str) -> None:
    with transaction_as(connection, None, "anon"):
        found = connection.execute("select from public.search_jobs(page_size => 1000000, page => 0)").fetchall()
    assert len(found) == 100
