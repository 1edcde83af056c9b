"""Uploads become rows: replaced, deleted and erased ones are followed, and no person holds up the others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from jobmatch_dagster.stages import parse as stage
from jobmatch_dagster.supabase import people
from jobmatch_dagster.supabase.accounts import ensure_user
from jobmatch_dagster.supabase.storage import RESUMES, file_store
from jobmatch_dagster_tests.resumes import papers

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings


def upload(settings: Settings, email: str, name: str, data: bytes) -> str:
    user = ensure_user(settings, email)
    file_store(settings).put(RESUMES, f"{user}/{name}", data, content_type="text/plain", owner=user, upsert=True)
    return user


def cv(name: str, skill: str = "Airflow") -> bytes:
    return papers.text([name, "someone@example.com", "", *papers.JOBS[:-1], f"SQL, Python, {skill}"])


def run(settings: Settings) -> Any:
    return stage.parse_day(settings, datetime.now(UTC).date())


def rows(conn: psycopg.Connection[Any], user: str) -> list[tuple[Any, ...]]:
    query = (
        "select file_path, status, parser_version, content #>> '{basics,name}' from public.resumes where user_id = %s"
    )
    return conn.execute(query + " order by 1", (user,)).fetchall()


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call something between the reading of a batch and its writing."""

    def between(what: Any) -> None:
        real = stage._write

        def late(*args: Any) -> None:
            what()
            real(*args)

        monkeypatch.setattr(stage, "_write", late)

    return between


def test_a_person_erased_while_a_batch_is_read_leaves_nothing_and_the_others_have_their_rows(
    database: Settings, connection: psycopg.Connection[Any], reading: Any
) -> None:
    gone = upload(database, "gone@example.com", "cv.txt", cv("Bela Kovrig"))
    stays = upload(database, "stays@example.com", "cv.txt", cv("Odile Marchetti"))
    reading(lambda: people.erase(database, gone))
    outcome = run(database)
    assert outcome.status == "succeeded"
    assert [row[3] for row in rows(connection, stays)] == ["Odile Marchetti"]
    assert rows(connection, gone) == []
    left = connection.execute("select count(*) from public.resume_skills where user_id = %s", (gone,)).fetchone()
    assert left == (0,)


def test_a_file_deleted_while_a_batch_is_read_is_left_out(
    database: Settings, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = upload(database, "takes-back@example.com", "cv.txt", cv("Petra Lindqvist"))
    second = upload(database, "keeps@example.com", "cv.txt", cv("Imre Halasz"))
    real = stage.unparsed

    def then_deleted(*args: Any, **more: Any) -> Any:
        found = real(*args, **more)
        file_store(database).delete(RESUMES, [f"{first}/cv.txt"])
        return found

    monkeypatch.setattr(stage, "unparsed", then_deleted)
    run(database)
    assert rows(connection, first) == []
    assert [row[3] for row in rows(connection, second)] == ["Imre Halasz"]


def test_a_replaced_file_has_one_row_and_a_deleted_one_none(
    database: Settings, connection: psycopg.Connection[Any]
) -> None:
    user = upload(database, "replaces@example.com", "cv.txt", cv("Odile Marchetti"))
    run(database)
    upload(database, "replaces@example.com", "cv.txt", cv("Odile Marchetti-Brandt", "Rust"))
    run(database)
    assert [(row[0], row[3]) for row in rows(connection, user)] == [(f"{user}/cv.txt", "Odile Marchetti-Brandt")]
    file_store(database).delete(RESUMES, [f"{user}/cv.txt"])
    run(database)
    assert rows(connection, user) == []


def test_the_same_content_under_two_names_is_one_row_and_is_not_read_again(
    database: Settings, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    user = upload(database, "twice@example.com", "a.txt", cv("Odile Marchetti"))
    upload(database, "twice@example.com", "b.txt", cv("Odile Marchetti"))
    run(database)
    assert len(rows(connection, user)) == 1
    monkeypatch.setattr(stage, "_parse", lambda *_: pytest.fail("an unchanged file was read again"))
    run(database)


def test_a_new_version_of_the_parser_reads_every_file_again_and_tells_how_far_it_is(
    database: Settings, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobmatch_dagster.resumes import parse

    user = upload(database, "version@example.com", "cv.txt", cv("Odile Marchetti"))
    run(database)
    assert stage.unparsed(connection) == []
    monkeypatch.setattr(parse, "PARSER_VERSION", "next")
    waiting = [name for name, *_ in stage.unparsed(connection)]
    assert f"{user}/cv.txt" in waiting
    connection.execute("update public.resumes set parser_version = 'old'")
    monkeypatch.undo()
    said: list[str] = []
    stage.parse_day(database, datetime.now(UTC).date(), on_progress=said.append)
    assert [row[2] for row in rows(connection, user)] == [parse.PARSER_VERSION]
    assert said
    assert said[-1].startswith(f"{len(waiting)} of {len(waiting)} ")
