"""Checks on a made-up database: quiet on good data, and clear on what is broken in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobmatch_dagster.orchestration import checks
from jobmatch_dagster.orchestration.check_comparisons import COMPARISONS
from jobmatch_dagster.orchestration.check_rules import RULES
from jobmatch_dagster.stages.outcome import Outcome
from jobmatch_dagster.stages.verdicts import FAILING, Verdict, failing_since, keep
from jobmatch_dagster.supabase.database import connect
from jobmatch_dagster_tests.sql_models.world import DAY, MARK, fill

if TYPE_CHECKING:
    import dagster as dg
    import psycopg

    from jobmatch_dagster.settings import Settings

ASSETS = sorted({rule.asset for rule in RULES})


@pytest.fixture(scope="module")
def filled(database: Settings) -> Settings:
    """Ten deliveries of three boards; every board gives some 40 postings on the last days."""
    with connect(database) as conn:
        fill(conn, jobs=600, days=10, matches=300)
        conn.execute("insert into private.read_jobs select id, content_hash, '1' from public.jobs")
        conn.execute("select matching.forget_jobs(array_agg(id)) from public.jobs where duplicate_of is not null")
    return database


@contextmanager
def broken(settings: Settings, *statements: str) -> Iterator[psycopg.Connection[Any]]:
    """The database with something broken in it, mended at the end."""
    with connect(settings) as conn:
        conn.execute("set session_replication_role = replica")
        with conn.transaction(force_rollback=True):
            for statement in (part for given in statements for part in given.split(";")):
                conn.execute(statement, {"day": DAY})  # type: ignore[call-overload]
            yield conn


def failed(found: list[dg.AssetCheckResult]) -> dict[str | None, str]:
    return {result.check_name: result.description or "" for result in found if not result.passed}


def board(conn: psycopg.Connection[Any], name: str = "indeed", **counts: int) -> dict[str | None, str]:
    outcome = Outcome("raw_postings", f"{name}|{DAY}", {"postings": 40, **counts})
    return failed(checks.board_results(conn, [outcome]))


@pytest.mark.parametrize("asset", ASSETS)
def test_good_data_passes_every_check(filled: Settings, asset: str) -> None:
    with connect(filled) as conn:
        found = checks.results(conn, asset, [DAY - timedelta(days=1), DAY])
    assert failed(found) == {}
    assert {r.check_name for r in found} == {s.name for s in checks.specs(asset)}


@pytest.mark.parametrize(
    ("asset", "check", "statement"),
    [
        ("cleaned_jobs", "title_and_company_are_there", "update public.jobs set title = ' ' where external_id = '7'"),
        ("cleaned_jobs", "salaries_are_plausible", "update public.jobs set salary_min = 9e9 where external_id = '7'"),
        (
            "cleaned_jobs",
            "duplicates_point_at_an_ad",
            "update public.jobs set duplicate_of = id",
        ),
        (
            "cleaned_jobs",
            "nothing_comes_from_the_future",
            "update public.jobs set posted_on = last_seen_on + 9 where external_id = '7'",
        ),
        ("cleaned_jobs", "usual_shares", "update public.jobs set country = null where first_seen_on = %(day)s"),
        ("job_skills", "jobs_and_skills_exist", "delete from public.skills where id = 'jm:sql'"),
        ("job_skills", "every_job_was_read", "delete from private.read_jobs"),
        ("parsed_resumes", "no_empty_success", "update public.resumes set content = null"),
        (
            "match_scores",
            "scores_are_between_0_and_1",
            """alter table matching.lists drop constraint lists_scores_check;
               update matching.lists set scores = array_replace(scores, scores[1], 1.5) where matched_on = %(day)s""",
        ),
        (
            "match_scores",
            "components_add_up",
            "update matching.lists set scores = array_fill(1::float8, array[cardinality(scores)])",
        ),
        (
            "match_scores",
            "components_add_up",
            "update matching.lists set scores = array(select s / 2 from unnest(scores) s) where matched_on = %(day)s",
        ),
        ("match_scores", "every_match_has_its_words", "delete from matching.wording"),
        (
            "match_scores",
            "every_match_has_its_words",
            "delete from matching.resumes where user_id = md5('user2')::uuid",
        ),
        ("match_scores", "every_match_has_its_words", "update matching.jobs set reading = reading + 1"),
        (
            "match_scores",
            "matches_belong_to_their_person",
            "update matching.lists set user_id = md5('user1')::uuid where user_id = md5('user2')::uuid",
        ),
        (
            "match_scores",
            "every_pair_is_there_once",
            "update matching.lists set job_ids = array_fill(job_ids[1], array[cardinality(job_ids)])",
        ),
        ("match_scores", "columns_as_promised", "alter view public.job_matches rename column sentence to words"),
        ("match_scores", "no_match_twice", "update public.jobs set duplicate_of = md5('job1')::uuid"),
        (
            "match_scores",
            "usual_scores",
            "update matching.lists set scores = array(select s / 9 from unnest(scores) s) where matched_on = %(day)s",
        ),
        ("day_report", "marts_name_nobody", "create table marts.leak as select 'x' as email"),
        ("day_report", "marts_hold_nobody", "create table marts.leak as select 'ask zebulon1@Example.org' as words"),
        ("day_report", "marts_hold_nobody", "create table marts.leak as select array[md5('user1')::uuid::text] as ids"),
        ("day_report", "marts_hold_no_addresses", "create table marts.leak as select 'call +49 30 1234567' as words"),
        ("cleaned_jobs", "usual_mix", "update public.jobs set language = 'pl' where first_seen_on = %(day)s"),
        ("cleaned_jobs", "columns_as_promised", "alter table public.jobs rename column remote_scope to scope"),
        ("job_occupations", "columns_as_promised", "alter table private.job_occupations alter likeness type real"),
        (
            "job_skills",
            "usual_skills_per_job",
            "delete from public.job_skills k using public.jobs j where j.id = k.job_id and j.first_seen_on = %(day)s",
        ),
    ],
)
def test_broken_data_fails_the_check_that_watches_it(filled: Settings, asset: str, check: str, statement: str) -> None:
    with broken(filled, statement) as conn:
        told = failed(checks.results(conn, asset, [DAY]))
    assert check in told
    remedies = {(one.asset, one.name): one.remedy for one in RULES}
    remedies |= {(one.asset, one.name): one.remedy for one in COMPARISONS}
    assert told[check].endswith(remedies[asset, check])
    assert MARK.casefold() not in told[check].casefold()


def test_an_address_of_nobody_we_know_in_a_mart_is_told_but_stops_nothing(filled: Settings) -> None:
    with broken(filled, "create table marts.leak as select 'write to jobs@elsewhere.example' as words") as conn:
        assert set(failed(checks.results(conn, "day_report", [DAY]))) == {"marts_hold_no_addresses"}


def test_files_that_suddenly_cannot_be_read_are_told(connection: psycopg.Connection[Any]) -> None:
    connection.execute("insert into auth.users (id, email) values (md5('u')::uuid, 'u@example.org')")
    connection.execute(
        """insert into public.resumes (id, user_id, file_path, sha256, status, reason, content, content_hash,
                                       parser_version, uploaded_on)
           select gen_random_uuid(), md5('u')::uuid, md5('u')::uuid || '/' || d || n, md5(d || ' ' || n),
                  case when lost then 'needs_ocr' else 'parsed' end, case when lost then 'Only a picture.' end,
                  case when not lost then '{}'::jsonb end, 'x', '1', %s::date - d
             from generate_series(0, 4) d, generate_series(1, 12) n, lateral (select d = 0 and n > 4) l (lost)""",
        (DAY,),
    )
    assert failed(checks.results(connection, "parsed_resumes", [DAY - timedelta(days=1)])) == {}
    told = failed(checks.results(connection, "parsed_resumes", [DAY]))
    assert told["usual_readable_share"].startswith("38 % of the files could be read; usual are 100 %.")


def test_only_rules_whose_breach_would_reach_a_person_block() -> None:
    blocking = {spec.name for asset in ASSETS for spec in checks.specs(asset) if spec.blocking}
    assert {one.name for one in COMPARISONS} & blocking == set()
    assert {"matches_belong_to_their_person", "scores_are_between_0_and_1", "marts_name_nobody"} <= blocking
    assert "marts_hold_nobody" in blocking
    assert "marts_hold_no_addresses" not in blocking
    assert not any(spec.blocking for spec in checks.BOARD_CHECKS)


def test_a_board_like_on_the_days_before_passes(filled: Settings) -> None:
    with connect(filled) as conn:
        assert board(conn) == {}


@pytest.mark.parametrize(
    ("statement", "check", "says"),
    [
        (
            "delete from raw.postings where board = 'indeed' and scraped_on = %(day)s and md5(external_id) > '2'",
            "usual_volume",
            "postings; usual are",
        ),
        (
            "update raw.postings set payload = payload - 'title' where board = 'indeed' and scraped_on = %(day)s",
            "usual_fields",
            "title of indeed is in 0 % of the postings; usual are 100 %.",
        ),
        (
            'update raw.postings set payload = payload || \'{"company": ""}\' where scraped_on = %(day)s',
            "usual_fields",
            "company of indeed is in 0 %",
        ),
    ],
)
def test_a_board_unlike_its_own_past_is_told(filled: Settings, statement: str, check: str, says: str) -> None:
    with broken(filled, statement) as conn:
        told = board(conn)
        assert list(told) == [check]
        assert says in told[check]
        assert board(conn, "lever") == {}, "a board without a past has nothing to be compared with"


def test_a_silent_or_blocked_board_is_told_with_its_reason(filled: Settings) -> None:
    with connect(filled) as conn, conn.transaction(force_rollback=True):
        outcome = Outcome("raw_postings", f"lever|{DAY}", {"postings": 0, "blocked": 3}, warnings=["Refused with 403."])
        told = failed(checks.board_results(conn, [outcome]))
    assert told["board_delivered"].startswith("lever gave nothing: Refused with 403.")
    assert "3 pages blocked" in told["nothing_was_lost"]


def test_a_failing_check_says_since_when_and_starts_anew_after_a_pass(connection: psycopg.Connection[Any]) -> None:
    def verdict(day: date, passed: bool, subject: str = "") -> Verdict:
        return Verdict("t", "c", day, passed, False, "s", subject)

    first = date(2026, 5, 1)
    days = [first + timedelta(days=n) for n in range(8)]
    course = zip(days, [False, True, False, False, True, False, False, False], strict=True)
    keep(connection, [verdict(day, passed) for day, passed in course if day != days[6]])
    keep(connection, [verdict(days[7], False, "other")])
    assert failing_since(connection, "t", "c", days[3]) == days[2]
    assert failing_since(connection, "t", "c", days[7]) == days[5], "a day without a run does not break the row"
    assert failing_since(connection, "t", "c", days[7], "other") == days[7]
    assert failing_since(connection, "never", "seen", days[7]) == days[7]
    told = connection.execute(FAILING, {"day": days[7]}).fetchall()
    assert [(row[2], row[5]) for row in told] == [("", days[5]), ("other", days[7])]
    keep(connection, [verdict(days[7], True), verdict(days[7], True, "other")])
    assert connection.execute(FAILING, {"day": days[7]}).fetchall() == []


def test_the_second_day_of_a_failure_names_the_first(filled: Settings) -> None:
    with broken(filled, "update public.resumes set content = null") as conn:
        checks.results(conn, "parsed_resumes", [DAY - timedelta(days=1)])
        told = failed(checks.results(conn, "parsed_resumes", [DAY]))
    assert f"So since {DAY - timedelta(days=1)}." in told["no_empty_success"]
