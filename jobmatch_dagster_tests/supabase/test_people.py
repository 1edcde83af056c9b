"""Accounts and what hangs on them: made once, handed out whole, erased without a trace."""

from __future__ import annotations

import json
import threading
from typing import Any

import psycopg
import pytest
from psycopg import sql

from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import people
from jobmatch_dagster.supabase.accounts import AccountError, delete_user, ensure_user, find_user
from jobmatch_dagster.supabase.database import connect
from jobmatch_dagster.supabase.people import PersonNotFound, erase, export
from jobmatch_dagster.supabase.storage import file_store
from jobmatch_dagster_tests.supabase import stub
from jobmatch_dagster_tests.supabase.world import build


@pytest.fixture(params=["embedded", "hosted"])
def place(request: pytest.FixtureRequest, database: Settings) -> Settings:
    """The embedded default and a Supabase project in turn, both on the module's database."""
    if request.param == "embedded":
        return database
    hosted: Settings = request.getfixturevalue("hosted")
    return hosted


def test_an_account_is_made_once_whatever_the_case_of_its_address(place: Settings) -> None:
    address = f"Eve@{place.mode}.example.org"
    first = ensure_user(place, address, name="Eve")
    assert ensure_user(place, f" {address.lower()} ", name="Somebody Else") == first
    assert find_user(place, address) == find_user(place, first) == first
    with connect(place) as connection:
        row = connection.execute("select email, full_name from public.users where id = %s", [first]).fetchone()
    assert row == (address.lower(), "Eve")
    assert delete_user(place, first) is True
    assert delete_user(place, first) is False
    assert find_user(place, first) is None


def test_one_account_comes_of_many_asking_at_once(database: Settings) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(ensure_user(database, "many@example.org"))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "address", ["", "ada", "@example.org", "a@b@c", "a b@example.org", "a\n@example.org", "x" * 300]
)
def test_what_is_no_address_is_refused_and_not_repeated(database: Settings, address: str) -> None:
    with pytest.raises(AccountError) as caught:
        ensure_user(database, address)
    assert str(caught.value) == "The e-mail address is not one. Give it as name@example.org."


def test_a_password_is_kept_as_a_hash_only(database: Settings, connection: psycopg.Connection[Any]) -> None:
    user = ensure_user(database, "pass@example.org", password="correct horse battery")
    row = connection.execute("select encrypted_password from auth.users where id = %s", [user]).fetchone()
    assert row is not None
    assert row[0].startswith("$argon2id$")
    assert "horse" not in row[0]


def test_auths_refusals_are_told_apart(hosted: Settings, project: stub.Project) -> None:
    project.fail_next += [429, 503]
    ensure_user(hosted, "late@example.org")
    project.fail_next += [403]
    with pytest.raises(AccountError, match="refuses the key"):
        ensure_user(hosted, "never@example.org")


def test_every_column_that_names_a_person_is_known_to_the_erasure(connection: psycopg.Connection[Any]) -> None:
    found = connection.execute(
        "select format('%s.%s', n.nspname, c.relname) from pg_attribute a"
        " join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace"
        " where a.attname in ('user_id', 'resume_id') and c.relkind in ('r', 'p', 'm')"
        " and n.nspname not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    assert {row[0] for row in found} <= set(people._ROWS)


def _everything(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Every row of every table, as text."""
    tables = connection.execute(
        "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    return {
        f"{schema}.{name}": str(
            connection.execute(
                sql.SQL("select coalesce(string_agg(t::text, ' '), '') from {} t").format(sql.Identifier(schema, name))
            ).fetchone()
        )
        for schema, name in tables
    }


def test_an_erased_person_is_in_no_table_and_no_file_and_others_lose_nothing(
    place: Settings, database: Settings, connection: psycopg.Connection[Any]
) -> None:
    world = build(place, connection)
    store = file_store(place)
    for person in (world.ada, world.bob):
        for name in ("cv.pdf", "old.pdf"):
            path = f"{person}/{name}"
            store.put("resumes", path, f"file of {person}".encode(), content_type="application/pdf", upsert=True)
    resume = connection.execute("select id from public.resumes where user_id = %s", [world.ada]).fetchone()
    assert resume is not None
    connection.execute("insert into private.scored values ('resume', %s, 'h', 'v') on conflict do nothing", [resume[0]])
    connection.execute("insert into private.audit_log (actor, action, subject) values (%s, 'upload', 'x')", [world.ada])

    receipt = erase(place, "ada@example.org", actor=world.ada)

    assert receipt.counts["files in resumes"] == 2
    assert receipt.counts["public.resumes"] == 1
    assert receipt.counts["matching.lists"] == receipt.counts["matching.resumes"] == 1
    for table, rows in _everything(connection).items():
        for trace in (world.ada, "ada@example.org", "Ada Made-Up", str(resume[0])):
            assert trace not in rows, table
    assert list(store.list("resumes", world.ada)) == []
    if place.mode == "embedded":
        contents = [
            p.read_bytes() for p in (database.home / "storage" / database.embedded_database).rglob("*") if p.is_file()
        ]
        assert not any(world.ada.encode() in content for content in contents)
    kept = connection.execute("select counts from private.erasure_receipts where id = %s", [receipt.id]).fetchone()
    assert kept == (receipt.counts,)
    assert len(list(store.list("resumes", world.bob))) == 2
    assert connection.execute("select count(*) from public.job_matches where user_id = %s", [world.bob]).fetchone() == (
        1,
    )
    with pytest.raises(PersonNotFound):
        erase(place, "ada@example.org")


def test_an_erasure_that_was_broken_off_can_be_done_again(
    database: Settings, connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build(database, connection)
    with monkeypatch.context() as broken:
        broken.delattr(people, "_keep_receipt")
        with pytest.raises(NameError):
            erase(database, world.ada)
    assert find_user(database, world.ada) == world.ada
    assert erase(database, world.ada).counts["public.resumes"] == 1
    assert find_user(database, world.ada) is None


def test_an_export_has_all_of_the_persons_rows_and_files_and_nobody_elses(
    place: Settings, connection: psycopg.Connection[Any]
) -> None:
    world = build(place, connection)
    path = f"{world.ada}/cv.pdf"
    file_store(place).put("resumes", path, b"x", content_type="application/pdf", upsert=True)
    kept = json.loads(json.dumps(export(place, "ada@example.org")))
    assert kept["account"]["email"] == "ada@example.org"
    assert "encrypted_password" not in kept["account"]
    assert [file["name"] for file in kept["files"]] == [path]
    for table in ("users", "resumes", "resume_skills", "job_matches", "match_feedback"):
        assert len(kept[f"public.{table}"]) == 1, table
    assert kept["public.job_matches"][0]["title"] == "Lift mechanic 1"
    assert world.bob not in json.dumps(kept)
