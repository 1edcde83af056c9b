"""`jobmatch supabase check`: each thing that can be wrong with a project is found, named, and has a remedy."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest

from jobmatch_dagster.errors import DatabaseUnavailable
from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.supabase.check import check_database_url, check_keys, check_project, key_role
from jobmatch_dagster.supabase.database import connect
from jobmatch_dagster.supabase.findings import State
from jobmatch_dagster_tests.supabase import stub


def _legacy(role: str) -> str:
    def part(value: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256'})}.{part({'role': role, 'iss': 'supabase'})}.signature"


def test_a_project_that_is_set_up_has_no_finding_that_is_broken(hosted: Settings) -> None:
    findings = list(check_project(hosted))
    assert [finding for finding in findings if finding.state is not State.OK] == []
    assert {finding.part for finding in findings} == {
        "keys", "project", "tokens", "schemas", "files", "database", "migrations"
    }  # fmt: skip


def test_the_pipelines_statements_may_take_longer_than_a_projects_rule(hosted: Settings) -> None:
    with connect(hosted) as connection:
        assert connection.execute("show statement_timeout").fetchone() == ("1h",)


def test_what_keeps_the_database_from_answering_is_said_without_the_connection_string(hosted: Settings) -> None:
    for target, part in (
        ("postgresql://postgres:secret@127.0.0.1:1/x", "cannot be reached"),
        (hosted.supabase_db_url.get_secret_value().replace("/test_", "/no_"), "does not have the database"),  # type: ignore[union-attr]
        ("postgresql://postgres:secret@no-such-host.invalid/x", "host name that is not known"),
    ):
        settings = load(supabase_url="http://127.0.0.1:1", supabase_secret_key="sb_secret_x", supabase_db_url=target)
        with pytest.raises(DatabaseUnavailable, match=part) as caught:
            connect(settings)
        assert "secret" not in str(caught.value)


WRONG: dict[str, tuple[Callable[[stub.Project], object], State, str]] = {
    "a schema of the pipeline is exposed": (
        lambda project: setattr(project, "exposed", ("public", "private")), State.BROKEN, "exposes private"
    ),
    "public is not exposed": (lambda project: setattr(project, "exposed", ()), State.BROKEN, "does not expose public"),
    "a bucket is public": (
        lambda project: project.buckets["resumes"].update(public=True), State.BROKEN, "Bucket resumes is public"
    ),
    "a bucket is missing": (
        lambda project: project.buckets.pop("reports"), State.BROKEN, "Bucket reports does not exist"
    ),
    "a bucket takes anything": (
        lambda project: project.buckets["resumes"].update(file_size_limit=None), State.BROKEN, "any size or type"
    ),
    "tokens are signed with a shared secret": (
        lambda project: setattr(project, "signing_keys", []), State.NOTE, "no public signing key"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_found(hosted: Settings, project: stub.Project, case: str) -> None:
    spoil, state, part = WRONG[case]
    spoil(project)
    (finding,) = [finding for finding in check_project(hosted) if finding.state is not State.OK]
    assert finding.state is state
    assert part in finding.sentence
    assert finding.remedy


def test_a_refused_key_and_an_unreachable_project_are_found(hosted: Settings) -> None:
    for change, part in (
        ({"supabase_secret_key": "sb_secret_other"}, "refuses the secret key"),
        ({"supabase_url": "http://127.0.0.1:1"}, "cannot be reached"),
    ):
        given = {"supabase_url": hosted.supabase_url, "supabase_secret_key": hosted.supabase_secret_key}
        changed = load(home=hosted.home, supabase_db_url=hosted.supabase_db_url, **(given | change))
        assert any(part in finding.sentence for finding in check_project(changed) if finding.state is State.BROKEN)


def test_no_finding_shows_a_secret(hosted: Settings) -> None:
    assert hosted.supabase_secret_key is not None
    text = repr(list(check_project(hosted)))
    assert hosted.supabase_secret_key.get_secret_value() not in text
    assert "postgresql://" not in text


KEYS = {
    "sb_secret_abc": "service_role",
    "sb_publishable_abc": "anon",
    "sb_odd_abc": None,
    "sb_": None,
    _legacy("service_role"): "service_role",
    _legacy("anon"): "anon",
    _legacy("authenticated"): None,
    "a.b.c": None,
    "": None,
    "nonsense": None,
}


@pytest.mark.parametrize("key", KEYS)
def test_what_a_key_stands_for(key: str) -> None:
    assert key_role(key) == KEYS[key]


@pytest.mark.parametrize(
    ("secret", "publishable", "part"),
    [
        ("sb_publishable_x", None, "SUPABASE_SECRET_KEY holds a publishable key"),
        ("sb_secret_x", "sb_secret_x", "SUPABASE_PUBLISHABLE_KEY holds a secret key"),
        (_legacy("service_role"), None, "legacy key"),
        ("nonsense", None, "no key of Supabase"),
    ],
)
def test_a_key_in_the_wrong_place_is_found(secret: str, publishable: str | None, part: str) -> None:
    settings = load(
        supabase_url="https://x.example.org",
        supabase_secret_key=secret,
        supabase_db_url="postgresql://x/y",
        supabase_publishable_key=publishable,
    )
    assert any(part in finding.sentence for finding in check_keys(settings))


def test_a_connection_string_of_another_project_is_found() -> None:
    def findings(db_url: str) -> list[str]:
        settings = load(
            supabase_url="https://abcdefghijklmnopqrst.supabase.co",
            supabase_secret_key="sb_secret_x",
            supabase_db_url=db_url,
        )
        return [finding.sentence for finding in check_database_url(settings)]

    pooler = "aws-0-eu-central-1.pooler.supabase.com:5432/postgres"
    assert findings(f"postgresql://postgres.abcdefghijklmnopqrst:pw@{pooler}") == []
    assert "another project" in findings(f"postgresql://postgres.zzzzzzzzzzzzzzzzzzzz:pw@{pooler}")[0]
    direct = findings("postgresql://postgres:pw@db.abcdefghijklmnopqrst.supabase.co:5432/postgres")
    assert "IPv6" in direct[0]
