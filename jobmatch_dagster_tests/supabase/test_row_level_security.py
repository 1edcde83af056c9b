"""Who may do what: every relation that is not the pipeline's own, every role, every action, own rows and others'."""

# ruff: noqa: S608  # relations come from the matrix below
from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest

from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase.accounts import delete_user, ensure_user
from jobmatch_dagster.supabase.database import connect, transaction_as
from jobmatch_dagster_tests.supabase.world import World, build

ROLES = ("anon", "authenticated", "service_role")
ACTIONS = ("select", "insert", "update", "delete")
OWN, ALL = frozenset({"own"}), frozenset({"own", "other"})
EVERYTHING = dict.fromkeys(ACTIONS, ALL)
EVERYONE_READS = {"anon": {"select": ALL}, "authenticated": {"select": ALL}, "service_role": EVERYTHING}
A_PERSON_READS = {"authenticated": {"select": OWN}, "service_role": EVERYTHING}
PEOPLE_READ = {"authenticated": {"select": ALL}, "service_role": EVERYTHING}
SHOWN_TO_A_PERSON = {"authenticated": {"select": OWN}, "service_role": {"select": ALL}}

# relation (of public, where no schema is named) -> role -> action -> whose rows; what is not here is refused
ALLOWED: dict[str, dict[str, dict[str, frozenset[str]]]] = {
    "jobs": EVERYONE_READS,
    "skills": EVERYONE_READS,
    "job_skills": EVERYONE_READS,
    "users": {"authenticated": {"select": OWN, "update": OWN}, "service_role": EVERYTHING},
    "resumes": A_PERSON_READS,
    "resume_skills": A_PERSON_READS,
    "job_matches": SHOWN_TO_A_PERSON,
    "matching.lists": A_PERSON_READS,
    "matching.resumes": A_PERSON_READS,
    "matching.jobs": PEOPLE_READ,
    "matching.wording": PEOPLE_READ,
    "private.next_lists": {"service_role": EVERYTHING},
    "match_feedback": {"authenticated": dict.fromkeys(ACTIONS, OWN), "service_role": EVERYTHING},
    "ranked_matches": SHOWN_TO_A_PERSON,
}
# column that names the person, for the tables that have one
OWNER = {"users": "id"} | dict.fromkeys(
    (
        "resumes", "resume_skills", "job_matches", "match_feedback", "ranked_matches", "matching.lists",
        "matching.resumes", "private.next_lists",
    ),
    "user_id",
)  # fmt: skip
WRITABLE = {
    "users": "full_name", "match_feedback": "kind", "skills": "label", "jobs": "title", "matching.jobs": "is_thin",
    "matching.wording": "words",
}  # fmt: skip
CASES = list(itertools.product(ALLOWED, ROLES, ACTIONS, ("own", "other")))


class _Undo(Exception):
    pass


@contextmanager
def acting(connection: psycopg.Connection[Any], user: str | None, role: str) -> Iterator[None]:
    """Act as somebody, and undo it all."""
    try:
        with transaction_as(connection, user, role):
            yield
            raise _Undo
    except _Undo:
        pass


@pytest.fixture(scope="module")
def admin(database: Settings) -> Iterator[psycopg.Connection[Any]]:
    with connect(database) as connection:
        yield connection


@pytest.fixture(scope="module")
def world(database: Settings, admin: psycopg.Connection[Any]) -> World:
    built = build(database, admin)
    admin.execute("insert into private.next_lists select * from matching.lists")
    return built


def named(relation: str) -> str:
    return relation if "." in relation else f"public.{relation}"


def test_the_matrix_has_every_relation_of_public_and_matching(admin: psycopg.Connection[Any]) -> None:
    found = admin.execute(
        "select format('%s.%s', relnamespace::regnamespace, relname) from pg_class"
        " where relnamespace in ('public'::regnamespace, 'matching'::regnamespace)"
        " and relkind in ('r', 'p', 'v', 'm', 'f')"
    ).fetchall()
    assert {row[0] for row in found} == {named(relation) for relation in ALLOWED} - {"private.next_lists"}


@pytest.mark.parametrize(("relation", "role", "action", "whose"), CASES)
def test_a_role_may_do_what_the_matrix_says_and_no_more(
    admin: psycopg.Connection[Any], world: World, relation: str, role: str, action: str, whose: str
) -> None:
    person = world.ada if whose == "own" else world.bob
    caller = None if role == "anon" else world.ada
    refusals = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)
    touched = 0
    with suppress(*refusals), admin.transaction(force_rollback=True):
        statement, parameters = _attempt(admin, world, relation, action, person)
        admin.execute(
            "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
            [role, json.dumps({"sub": caller} if caller else {})],
        )
        touched = admin.execute(statement, parameters).rowcount
    assert (touched > 0) == (whose in ALLOWED[relation].get(role, {}).get(action, frozenset()))


def _attempt(
    admin: psycopg.Connection[Any], world: World, relation: str, action: str, person: str
) -> tuple[Any, list[Any]]:
    """A statement that touches at least one row of this person if it is allowed to."""
    owner = OWNER.get(relation)
    where, parameters = (f" where {owner} = %s", [person]) if owner else ("", [])
    if action == "select":
        return f"select * from {named(relation)}{where}", parameters
    if action == "delete":
        return f"delete from {named(relation)}{where}", parameters
    if action == "update":
        column = WRITABLE.get(relation, owner or "skill_id")
        return f"update {named(relation)} set {column} = {column}{where}", parameters
    row = json.dumps(_new_row(admin, world, relation, person))
    into = named(relation)
    return f"insert into {into} select * from jsonb_populate_record(null::{into}, %s)", [row]


def _new_row(admin: psycopg.Connection[Any], world: World, relation: str, person: str) -> dict[str, Any]:
    """A row of this person that the table's other rules let in."""
    owner = OWNER.get(relation)
    where = f" where {owner} = %s" if owner else ""
    found = admin.execute(
        f"select to_jsonb(t) from {named(relation)} t{where} limit 1",  # type: ignore[arg-type]
        [person] if owner else [],
    ).fetchone()
    assert found is not None
    if relation == "users":  # only where an account lacks its row can anybody try to insert it
        admin.execute("delete from public.users where id = %s", [person])
    if relation == "resume_skills":
        admin.execute("insert into public.skills (id, label, kind, taxonomy_version) values ('jm:new', '', '', '')")
    changes: dict[str, dict[str, Any]] = {
        "jobs": {"id": str(uuid.uuid4()), "external_id": "new"},
        "resumes": {"id": str(uuid.uuid4()), "sha256": "new", "file_path": f"{person}/new.pdf"},
        "skills": {"id": "jm:new"},
        "resume_skills": {"skill_id": "jm:new"},
        "matching.lists": {"matched_on": "2026-01-01"},
        "private.next_lists": {"matched_on": "2026-01-01"},
        "matching.resumes": {"reading": 7},
        "matching.jobs": {"reading": 7},
        "matching.wording": {"version": "another"},
    }
    changes |= {name: {"job_id": world.other_job} for name in ("job_skills", "job_matches", "match_feedback")}
    return dict(found[0]) | changes.get(relation, {})


def test_a_person_cannot_write_the_columns_that_come_from_the_account(
    admin: psycopg.Connection[Any], world: World
) -> None:
    for column, value in (("email", "bob@example.org"), ("id", str(uuid.uuid4())), ("created_at", "2000-01-01")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(admin, world.ada, "authenticated"):
            admin.execute(f"update public.users set {column} = %s", [value])  # type: ignore[arg-type]


def test_a_person_cannot_give_feedback_away(admin: psycopg.Connection[Any], world: World) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(admin, world.ada, "authenticated"):
        admin.execute("update public.match_feedback set user_id = %s", [world.bob])


def test_a_token_without_a_person_sees_nobodys_rows(admin: psycopg.Connection[Any], world: World) -> None:
    with acting(admin, None, "authenticated"):
        for relation in OWNER:
            if "authenticated" in ALLOWED[relation]:
                assert admin.execute(f"select from {named(relation)}").fetchall() == []  # type: ignore[arg-type]


def test_claims_cannot_override_person_or_role(admin: psycopg.Connection[Any], world: World) -> None:
    forged = {"sub": world.bob, "role": "service_role"}
    with transaction_as(admin, world.ada, "authenticated", forged):
        assert admin.execute("select auth.uid()::text, auth.role(), current_user").fetchone() == (
            world.ada,
            "authenticated",
            "authenticated",
        )


def test_the_role_ends_with_its_transaction(admin: psycopg.Connection[Any], world: World) -> None:
    with pytest.raises(RuntimeError), transaction_as(admin, world.ada):
        raise RuntimeError
    row = admin.execute("select current_user, current_setting('request.jwt.claims', true)").fetchone()
    assert row in (("postgres", ""), ("postgres", None))


def test_a_role_is_not_taken_inside_another_transaction(admin: psycopg.Connection[Any], world: World) -> None:
    with (
        admin.transaction(),
        pytest.raises(ValueError, match="in no transaction"),
        transaction_as(admin, world.ada),
    ):
        pass


def test_a_persons_request_has_a_time_limit(admin: psycopg.Connection[Any], world: World) -> None:
    with transaction_as(admin, world.ada):
        assert admin.execute("show statement_timeout").fetchone() == ("8s",)
    with transaction_as(admin, None, "anon"):
        assert admin.execute("show statement_timeout").fetchone() == ("3s",)


def test_files_are_reached_in_ones_own_folder_only(admin: psycopg.Connection[Any], world: World) -> None:
    for person in (world.ada, world.bob):
        for bucket in ("resumes", "raw-pages", "reports"):
            admin.execute("insert into storage.objects (bucket_id, name) values (%s, %s)", [bucket, f"{person}/cv.pdf"])
    add = "insert into storage.objects (bucket_id, name) values (%s, %s)"
    with acting(admin, world.ada, "authenticated"):
        seen = admin.execute("select bucket_id, name from storage.objects").fetchall()
        assert seen == [("resumes", f"{world.ada}/cv.pdf")]
        assert admin.execute("update storage.objects set user_metadata = '{}'").rowcount == 1
        admin.execute(add, ["resumes", f"{world.ada}/more/deep.pdf"])
    for bucket, name in (
        ("resumes", f"{world.bob}/cv2.pdf"),
        ("resumes", "cv.pdf"),
        ("resumes", f"x/{world.ada}/cv.pdf"),
        ("raw-pages", f"{world.ada}/x"),
        ("reports", f"{world.ada}/x"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(admin, world.ada, "authenticated"):
            admin.execute(add, [bucket, name])
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(admin, world.ada, "authenticated"):
        admin.execute("update storage.objects set name = %s", [f"{world.bob}/stolen.pdf"])
    with acting(admin, None, "anon"):
        assert admin.execute("select from storage.objects").fetchall() == []


def test_a_file_is_not_deleted_behind_the_stores_back(admin: psycopg.Connection[Any], world: World) -> None:
    for role in ROLES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(admin, world.ada, role):
            admin.execute("delete from storage.objects where bucket_id = 'resumes'")


def test_the_pipelines_own_schemas_are_closed_to_the_api(admin: psycopg.Connection[Any], world: World) -> None:
    for role, table in itertools.product(
        ("anon", "authenticated"), ("private.searches", "private.next_lists", "raw.postings", "auth.users")
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(admin, world.ada, role):
            admin.execute(f"select from {table}")  # type: ignore[arg-type]


def test_a_new_account_has_its_row_at_once_and_loses_it_with_everything(
    database: Settings, admin: psycopg.Connection[Any], world: World
) -> None:
    carol = ensure_user(database, "Carol@Example.org", name="Carol")
    assert admin.execute("select email, full_name from public.users where id = %s", [carol]).fetchone() == (
        "carol@example.org",
        "Carol",
    )
    admin.execute("update auth.users set email = 'new@example.org' where id = %s", [carol])
    assert admin.execute("select email from public.users where id = %s", [carol]).fetchone() == ("new@example.org",)
    admin.execute(
        "insert into public.resumes (id, user_id, file_path, sha256, status, content_hash, parser_version, uploaded_on)"
        " values (gen_random_uuid(), %(u)s::uuid, %(u)s::text || '/a.pdf', 'a', 'parsed', 'a', '1', current_date)",
        {"u": carol},
    )
    assert delete_user(database, carol)
    assert admin.execute("select from public.resumes where user_id = %s", [carol]).fetchall() == []


def test_a_match_embeds_its_job_and_resume_and_nothing_that_the_caller_may_not_read(
    admin: psycopg.Connection[Any], world: World
) -> None:
    embedded = "select j.id::text, r.user_id::text from {} m, public.jobs(m) j, public.resumes(m) r"
    own = embedded.format("public.job_matches")
    with acting(admin, world.ada, "authenticated"):
        assert admin.execute(own).fetchall() == [(world.job, world.ada)]  # type: ignore[arg-type]
    with acting(admin, None, "service_role"):
        assert len(admin.execute(own).fetchall()) == 2  # type: ignore[arg-type]
    bobs = admin.execute("select m::text from public.job_matches m where user_id = %s", [world.bob]).fetchone()
    forged = embedded.format("(select (%s::public.job_matches).*)").replace("r.user_id::text", "r.id")
    with acting(admin, world.ada, "authenticated"):
        assert admin.execute(forged, bobs).fetchall() == []  # type: ignore[arg-type]
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting(admin, None, "anon"):
        admin.execute(forged, bobs)  # type: ignore[arg-type]


BAD_LISTS = {
    "a score that is not a number": "scores = array['NaN'::float8]",
    "a score above one": "scores = array[1.01]",
    "a score below zero": "scores = array[-0.01]",
    "more jobs than scores": "job_ids = job_ids || job_ids",
    "more readings than jobs": "job_readings = job_readings || job_readings",
    "more bits than jobs": "judged = judged || judged",
    "more ends than jobs": "ends = array[0] || ends",
    "more said than its matches end with": "parts = parts || '\\x00'",
    "less said than its matches end with": "parts = substring(parts from 2)",
    "no match at all": "job_ids = '{}', job_readings = '{}', scores = '{}', judged = '{}', ends = '{}', parts = ''",
}


@pytest.mark.parametrize("case", BAD_LISTS)
def test_a_list_of_matches_that_breaks_a_rule_is_refused(
    admin: psycopg.Connection[Any], world: World, case: str
) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        admin.execute(f"update matching.lists set {BAD_LISTS[case]}")  # type: ignore[arg-type]


def test_a_list_is_there_once_and_cannot_name_another_persons_resume(
    admin: psycopg.Connection[Any], world: World
) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation):
        admin.execute("insert into matching.lists select * from matching.lists")
    for table in ("matching.lists", "matching.resumes", "private.next_lists"):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            admin.execute(f"update {table} set user_id = %s where user_id = %s", [world.ada, world.bob])  # type: ignore[arg-type]


def test_the_ranking_leaves_out_closed_jobs_and_what_the_person_put_away(
    admin: psycopg.Connection[Any], world: World
) -> None:
    def ranked() -> list[tuple[str, list[str]]]:
        with transaction_as(admin, world.ada):
            return admin.execute("select job_id::text, feedback from public.ranked_matches").fetchall()

    assert ranked() == [(world.job, ["saved"])]
    with admin.transaction(force_rollback=True):
        admin.execute("update public.jobs set closed_on = current_date")
        assert admin.execute("select from public.ranked_matches").fetchall() == []
    for kind in ("hidden", "not_relevant"):
        with transaction_as(admin, world.ada):
            admin.execute("insert into public.match_feedback (job_id, kind) values (%s, %s)", [world.job, kind])
        assert ranked() == []
        with transaction_as(admin, world.ada):
            admin.execute("delete from public.match_feedback where kind = %s", [kind])
    assert ranked() == [(world.job, ["saved"])]
