"""Who may do what: every public table and view, every role of the API, every action, on one's own rows and others'."""

# ruff: noqa: S608  # relations come from the matrix below
from __future__ import annotations

import itertools
import json
import math
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

# relation -> role -> action -> whose rows; what is not here is refused
ALLOWED: dict[str, dict[str, dict[str, frozenset[str]]]] = {
    "jobs": EVERYONE_READS,
    "skills": EVERYONE_READS,
    "job_skills": EVERYONE_READS,
    "users": {"authenticated": {"select": OWN, "update": OWN}, "service_role": EVERYTHING},
    "resumes": A_PERSON_READS,
    "resume_skills": A_PERSON_READS,
    "job_matches": A_PERSON_READS,
    "match_feedback": {"authenticated": dict.fromkeys(ACTIONS, OWN), "service_role": EVERYTHING},
    "ranked_matches": {"authenticated": {"select": OWN}, "service_role": {"select": ALL}},
}
# column that names the person, for the tables that have one
OWNER = {"users": "id"} | dict.fromkeys(
    ("resumes", "resume_skills", "job_matches", "match_feedback", "ranked_matches"), "user_id"
)
WRITABLE = {"users": "full_name", "match_feedback": "kind", "skills": "label", "jobs": "title"}
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
    return build(database, admin)


def test_the_matrix_has_every_relation_of_public(admin: psycopg.Connection[Any]) -> None:
    found = admin.execute(
        "select relname from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')"
    ).fetchall()
    assert {row[0] for row in found} == set(ALLOWED)


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
        return f"select * from public.{relation}{where}", parameters
    if action == "delete":
        return f"delete from public.{relation}{where}", parameters
    if action == "update":
        column = WRITABLE.get(relation, owner or "skill_id")
        return f"update public.{relation} set {column} = {column}{where}", parameters
    row = json.dumps(_new_row(admin, world, relation, person))
    return f"insert into public.{relation} select * from jsonb_populate_record(null::public.{relation}, %s)", [row]


def _new_row(admin: psycopg.Connection[Any], world: World, relation: str, person: str) -> dict[str, Any]:
    """A row of this person that the table's other rules let in."""
    owner = OWNER.get(relation)
    where = f" where {owner} = %s" if owner else ""
    found = admin.execute(
        f"select to_jsonb(t) from public.{relation} t{where} limit 1",  # type: ignore[arg-type]
        [person] if owner else [],
    ).fetchone()
    assert found is not None
    if relation == "users":  # only where an account lacks its row can anybody try to insert it
        admin.execute("delete from public.users where id = %s", [person])
    if relation == "resume_skills":
        admin.execute("insert into public.skills (id, label, kind, taxonomy_version) values ('jm:new', '', '', '')")
    changes = {
        "jobs": {"id": str(uuid.uuid4()), "external_id": "new"},
        "resumes": {"id": str(uuid.uuid4()), "sha256": "new", "file_path": f"{person}/new.pdf"},
        "skills": {"id": "jm:new"},
        "resume_skills": {"skill_id": "jm:new"},
    } | {name: {"job_id": world.other_job} for name in ("job_skills", "job_matches", "match_feedback")}
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
            assert admin.execute(f"select from public.{relation}").fetchall() == []  # type: ignore[arg-type]


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
    for role, table in itertools.product(("anon", "authenticated"), ("private.searches", "raw.postings", "auth.users")):
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


BAD_MATCHES = {
    "a score that is not a number": {"score": math.nan},
    "a score above one": {"score": 1.01},
    "a score below zero": {"score": -0.01},
    "a vetoed pair": {"vetoes": '[{"kind": "country"}]'},
    "the same pair twice": {},
}


@pytest.mark.parametrize("case", BAD_MATCHES)
def test_a_match_that_breaks_a_rule_is_refused(admin: psycopg.Connection[Any], world: World, case: str) -> None:
    row = admin.execute("select to_jsonb(m) from public.job_matches m limit 1").fetchone()
    assert row is not None
    changed = row[0] | ({"job_id": world.other_job} if BAD_MATCHES[case] else {}) | BAD_MATCHES[case]
    if isinstance(changed["vetoes"], str):
        changed["vetoes"] = json.loads(changed["vetoes"])
    if isinstance(changed["score"], float) and math.isnan(changed["score"]):
        changed["score"] = "NaN"
    with pytest.raises(psycopg.errors.IntegrityError):
        admin.execute(
            "insert into public.job_matches select * from jsonb_populate_record(null::public.job_matches, %s)",
            [json.dumps(changed)],
        )


def test_a_match_cannot_name_another_persons_resume(admin: psycopg.Connection[Any], world: World) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        admin.execute("update public.job_matches set user_id = %s where user_id = %s", [world.ada, world.bob])


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
