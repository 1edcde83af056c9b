"""What the marts say on a made-up database, and what they never say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobmatch_dagster.sql_models import data_tests
from jobmatch_dagster.sql_models.build import build
from jobmatch_dagster.sql_models.project import project
from jobmatch_dagster.supabase.database import connect
from jobmatch_dagster_tests.sql_models.world import DAY, MARK, fill

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings

PERSONAL = {"user_id", "resume_id", "email", "full_name", "phone", "body", "content", "file_path", "sha256"}


@pytest.fixture(scope="module")
def built(database: Settings) -> Settings:
    """The made-up database with all models built."""
    with connect(database) as conn:
        fill(conn)
        for model in project().models.values():
            build(conn, model)
    return database


def one(conn: psycopg.Connection[Any], query: str) -> tuple[Any, ...]:
    row = conn.execute(query).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return tuple(row)


@pytest.mark.parametrize("name", sorted(project().models))
def test_a_model_has_rows_and_passes_its_own_tests(built: Settings, name: str) -> None:
    model = project().models[name]
    with connect(built) as conn:
        wrong = {t.name: v.examples for t in data_tests.of_model(model) if not (v := data_tests.run(conn, t)).passed}
        assert wrong == {}
        if name != "ghost_suspects":
            assert one(conn, f"select count(*) from {model.relation}") > (0,)  # noqa: S608


@pytest.mark.parametrize("layer", ["staging", "marts"])
def test_no_model_holds_anything_of_a_person(built: Settings, layer: str) -> None:
    with connect(built) as conn:
        columns = conn.execute(
            "select table_name, column_name from information_schema.columns where table_schema = %s", (layer,)
        ).fetchall()
        assert columns
        assert [c for c in columns if c[1] in PERSONAL] == []
        ids = {str(r[0]) for r in conn.execute("select id from public.users union select id from public.resumes")}
        for name in {table for table, _ in columns}:
            rows = conn.execute(f"select t::text from {layer}.{name} t")  # type: ignore[call-overload]  # noqa: S608
            text = "\n".join(row[0] for row in rows)
            assert MARK.casefold() not in text.casefold(), name
            assert not [i for i in ids if i in text], name


def test_the_api_roles_reach_no_mart(built: Settings) -> None:
    with connect(built) as conn:
        reached = conn.execute(
            """select c.relname, r.role from pg_class c join pg_namespace n on n.oid = c.relnamespace
               cross join unnest(array['anon', 'authenticated']) r (role)
               where n.nspname in ('marts', 'staging', 'private', 'raw') and c.relkind in ('r', 'v')
                 and has_schema_privilege(r.role, n.oid, 'usage') and has_table_privilege(r.role, c.oid, 'select')"""
        ).fetchall()
    assert reached == []


def test_half_of_a_week_is_gone_when_half_of_its_postings_are(built: Settings) -> None:
    with connect(built) as conn:
        conn.execute("create temp table keep as select * from public.jobs")
        week = one(conn, "select min(week) from marts.posting_lifecycle")[0]
        conn.execute(
            """update public.jobs set last_seen_on = first_seen_on + 4, closed_on = first_seen_on + 20
                where date_trunc('week', first_seen_on) = %s and external_id::int %% 5 <> 1""",
            (week,),
        )
        conn.execute("update public.jobs set closed_on = null where external_id::int %% 5 = 1".replace("%%", "%"))
        build(conn, project().models["posting_lifecycle"])
        rows = conn.execute("select half_gone_after from marts.posting_lifecycle where week = %s", (week,)).fetchall()
        conn.execute(
            "update public.jobs j set last_seen_on = k.last_seen_on, closed_on = k.closed_on "
            "from keep k where k.id = j.id"
        )
        assert {r[0] for r in rows} == {5.0}
        build(conn, project().models["posting_lifecycle"])
        assert one(conn, "select count(*) from marts.posting_lifecycle where half_gone_after is not null") == (0,)


def test_an_ad_that_keeps_coming_back_or_never_goes_is_a_suspect_while_it_is_open(built: Settings) -> None:
    old = DAY - timedelta(days=90)
    insert = """insert into public.jobs (id, board, external_id, title, company, first_seen_on, last_seen_on, closed_on,
                content_hash, duplicate_of) values (md5(%(id)s)::uuid, 'lever', %(id)s, 'T', 'C', %(first)s, %(last)s,
                %(closed)s, 'h', md5(%(of)s)::uuid)"""

    def add(id_: str, first: date, last: date, closed: date | None = None, of: str | None = None) -> None:
        conn.execute(insert, {"id": id_, "first": first, "last": last, "closed": closed, "of": of})

    with connect(built) as conn:
        add("stays", old, DAY)
        add("stayed", old, DAY - timedelta(days=1), DAY)
        add("back", DAY - timedelta(days=20), DAY)
        for again in range(3):
            add(f"back {again}", DAY - timedelta(days=15 - again), DAY, of="back")
        build(conn, project().models["ghost_suspects"])
        found = dict(conn.execute("select ad_id, reason from marts.ghost_suspects").fetchall())
        named = {name: found.get(one(conn, f"select md5('{name}')::uuid")[0]) for name in ("stays", "stayed", "back")}
        build(conn, project().models["posting_lifecycle"])
        reposts = one(conn, "select sum(reposts) from marts.posting_lifecycle where board = 'lever'")
        build(conn, project().models["duplicates_by_boards"])
        same = one(conn, "select shared_ads from marts.duplicates_by_boards where board = 'lever'")
        conn.execute("delete from public.jobs where board = 'lever'")
    assert named == {"stays": "never goes away", "stayed": None, "back": "keeps coming back"}
    assert reposts == (3,)
    assert same == (1,)


def test_a_search_that_never_found_anything_is_shown_with_nothing(built: Settings) -> None:
    with connect(built) as conn:
        found = one(conn, "select days, postings, new_ads from marts.search_yield where keywords = 'unicorn keeper'")
        assert found == (0, 0, 0)
        assert one(conn, "select sum(postings) from marts.search_yield") == one(
            conn, "select count(*) from raw.postings"
        )


def test_a_field_that_a_board_no_longer_fills_stands_beside_its_usual_share(built: Settings) -> None:
    with connect(built) as conn:
        conn.execute(
            "update raw.postings set payload = payload - 'location' where board = 'linkedin' and scraped_on = %s",
            (DAY,),
        )
        before = one(conn, "select count(*) from staging.stg_board_days")
        build(conn, project().models["stg_board_days"], days=[DAY])
        build(conn, project().models["board_fields"])
        now, usual = one(
            conn,
            f"""select share, usual_share from marts.board_fields
                where board = 'linkedin' and field = 'location' and day = '{DAY}'""",  # noqa: S608
        )
        assert one(conn, "select count(*) from staging.stg_board_days") == before
    assert now == 0
    assert usual > 0.5


def test_few_salaries_are_not_shown(built: Settings) -> None:
    with connect(built) as conn:
        for mart in ("salary_by_place", "salary_by_skill"):
            build(conn, project().models[mart], variables={"fewest_salaries": 20})
            few = one(conn, f"select min(salaries) from marts.{mart}")  # noqa: S608
            build(conn, project().models[mart])
            assert few >= (20,)
            assert (5,) <= one(conn, f"select min(salaries) from marts.{mart}") < (20,)  # noqa: S608


def test_words_of_a_single_ad_are_no_candidate_skill(built: Settings) -> None:
    with connect(built) as conn:
        found = conn.execute("select words from marts.candidate_skills").fetchall()
    assert found == [("snorflux",)]


def silent_boards(conn: psycopg.Connection[Any]) -> dict[str, str]:
    """What is told of the boards that fell silent, by board."""
    build(conn, project().models["stg_board_days"], full_refresh=True)
    build(conn, project().models["board_health"])
    tests = {test.name: test for test in data_tests.of_project(project())}
    verdict = data_tests.run(conn, tests["boards_that_fell_silent"])
    return {row["board"]: row["says"] for row in verdict.examples}


def test_a_board_that_fell_silent_is_told_with_its_day_until_it_speaks_or_is_asked_no_more(built: Settings) -> None:
    with connect(built) as conn, conn.transaction(force_rollback=True):
        boards = [b for (b,) in conn.execute("select distinct board from raw.postings order by 1")]
        quiet, others = boards[0], boards[1:]
        few = "delete from raw.postings where board = %s and scraped_on > %s"
        many = """insert into raw.postings (board, external_id, scraped_on, url, payload, payload_hash)
                  select board, external_id || '-' || n, scraped_on, url, payload, payload_hash || n
                    from raw.postings, generate_series(1, 3) n"""
        conn.execute(many)  # type: ignore[call-overload]
        assert silent_boards(conn) == {}
        conn.execute(few, (quiet, DAY - timedelta(days=2)))
        told = silent_boards(conn)
        assert list(told) == [quiet]
        assert told[quiet].endswith(f"so since {DAY - timedelta(days=1)}.")
        # It speaks again: what was in between is no longer told.
        conn.execute(
            """insert into raw.postings (board, external_id, scraped_on, url, payload, payload_hash)
               select %s, external_id, scraped_on, url, payload, payload_hash from raw.postings
                where board = %s and scraped_on = %s""",
            (quiet, others[0], DAY),
        )
        assert silent_boards(conn) == {}
        # It is silent again, but nobody has asked it for days.
        conn.execute("delete from raw.postings where board = %s and scraped_on > %s", (quiet, DAY - timedelta(days=5)))
        conn.execute("delete from private.scrape_runs where board = %s and day > %s", (quiet, DAY - timedelta(days=4)))
        assert silent_boards(conn) == {}
