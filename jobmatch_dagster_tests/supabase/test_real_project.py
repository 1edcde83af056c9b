"""The same calls against a real Supabase project; collected only where SUPABASE_URL is set.

The project must have been migrated. The tests make one account, and remove it and all that is its.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.supabase import migrations
from jobmatch_dagster.supabase.accounts import delete_user, ensure_user, find_user
from jobmatch_dagster.supabase.check import check_project
from jobmatch_dagster.supabase.database import connect, read, transaction_as
from jobmatch_dagster.supabase.findings import State
from jobmatch_dagster.supabase.people import erase, export
from jobmatch_dagster.supabase.storage import FileExists, FileMissing, FileRefused, file_store

pytestmark = pytest.mark.supabase


@pytest.fixture(scope="module")
def real() -> Settings:
    return load()


@pytest.fixture
def person(real: Settings) -> Iterator[str]:
    user = ensure_user(real, f"jobmatch-{uuid.uuid4()}@example.org", name="Made Up")
    yield user
    delete_user(real, user)


def test_nothing_is_broken_and_nothing_to_migrate(real: Settings) -> None:
    assert [finding for finding in check_project(real) if finding.state is State.BROKEN] == []
    assert migrations.check(real) == []


def test_files_follow_the_buckets_rules(real: Settings, person: str) -> None:
    store, name = file_store(real), f"{person}/cv.pdf"
    assert store.put("resumes", name, b"%PDF", content_type="application/pdf").size == 4
    assert store.get("resumes", name) == b"%PDF"
    assert [file.name for file in store.list("resumes", f"{person}/")] == [name]
    assert store.signed_url("resumes", name).startswith(str(real.supabase_url))
    with pytest.raises(FileExists):
        store.put("resumes", name, b"%PDF", content_type="application/pdf")
    for data, content_type in ((b"x", "application/zip"), (b"x" * 10_485_761, "application/pdf")):
        with pytest.raises(FileRefused):
            store.put("resumes", f"{person}/other", data, content_type=content_type)
    assert store.delete("resumes", [name]) == 1
    with pytest.raises(FileMissing):
        store.get("resumes", name)


def test_a_person_sees_their_own_row_and_leaves_none(real: Settings, person: str) -> None:
    with connect(real) as connection, transaction_as(connection, person):
        assert read(connection, "select id from public.users")["id"].to_pylist() == [person]
    assert export(real, person)["account"]["id"] == person
    erase(real, person)
    assert find_user(real, person) is None
