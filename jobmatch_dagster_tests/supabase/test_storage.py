"""The file store: one set of rules, kept by the folder and by Supabase Storage alike."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobmatch_dagster.settings import Settings, load
from jobmatch_dagster.supabase.local_storage import LocalStore
from jobmatch_dagster.supabase.remote_storage import SupabaseStore
from jobmatch_dagster.supabase.storage import (
    FileExists,
    FileMissing,
    FileRefused,
    FileStore,
    StorageError,
    check_name,
    file_store,
    safe_name,
)
from jobmatch_dagster_tests.supabase import stub

PDF = "application/pdf"


@pytest.fixture
def remote(project: stub.Project) -> SupabaseStore:
    settings = load(
        supabase_url=project.url, supabase_secret_key=stub.SECRET, supabase_db_url="postgresql://postgres@127.0.0.1:1/x"
    )
    return SupabaseStore(settings, wait_seconds=0.001)


@pytest.fixture(params=["local", "remote"])
def store(request: pytest.FixtureRequest, connection: psycopg.Connection[Any]) -> Iterator[FileStore]:
    """Each store in turn, with a bucket that takes PDFs up to 1000 bytes."""
    if request.param == "remote":
        yield request.getfixturevalue("remote")
        return
    limits = connection.execute("select file_size_limit, allowed_mime_types from storage.buckets where id = 'resumes'")
    before = limits.fetchone()
    change = "update storage.buckets set file_size_limit = %s, allowed_mime_types = %s where id = 'resumes'"
    connection.execute(change, [1000, [PDF]])
    yield LocalStore(request.getfixturevalue("database"))
    connection.execute(change, before)


@pytest.fixture
def folder() -> str:
    return str(uuid.uuid4())


def test_what_is_put_can_be_got_listed_and_deleted(store: FileStore, folder: str) -> None:
    stored = store.put("resumes", f"{folder}/cv.pdf", b"%PDF one", content_type=PDF)
    assert (stored.name, stored.size, stored.content_type) == (f"{folder}/cv.pdf", 8, PDF)
    assert store.get("resumes", f"{folder}/cv.pdf") == b"%PDF one"
    (listed,) = store.list("resumes", folder)
    assert (listed.id, listed.name, listed.size, listed.etag) == (stored.id, stored.name, 8, stored.etag)
    assert store.delete("resumes", [f"{folder}/cv.pdf", f"{folder}/never.pdf"]) == 1
    assert list(store.list("resumes", folder)) == []
    with pytest.raises(FileMissing):
        store.get("resumes", f"{folder}/cv.pdf")


def test_a_name_is_taken_unless_it_is_to_be_replaced(store: FileStore, folder: str) -> None:
    store.put("resumes", f"{folder}/cv.pdf", b"one", content_type=PDF)
    with pytest.raises(FileExists):
        store.put("resumes", f"{folder}/cv.pdf", b"two", content_type=PDF)
    assert store.get("resumes", f"{folder}/cv.pdf") == b"one"
    store.put("resumes", f"{folder}/cv.pdf", b"two", content_type=PDF, upsert=True)
    assert store.get("resumes", f"{folder}/cv.pdf") == b"two"
    assert len(list(store.list("resumes", folder))) == 1


REFUSED = {
    "too large": ("cv.pdf", b"x" * 1001, PDF),
    "another type": ("cv.zip", b"x", "application/zip"),
    "up and out": ("../../etc/passwd", b"x", PDF),
    "a dot segment": ("./cv.pdf", b"x", PDF),
    "an absolute path": ("/cv.pdf", b"x", PDF),
    "an empty segment": ("a//cv.pdf", b"x", PDF),
    "letters beyond ASCII": ("Lebenslauf Müller.pdf", b"x", PDF),
    "a name that reads backwards": ("cv\u202efdp.exe", b"x", PDF),
    "a control character": ("cv\r\n.pdf", b"x", PDF),
    "a zero": ("cv\0.pdf", b"x", PDF),
    "a backslash": ("..\\cv.pdf", b"x", PDF),
    "an escaped way up": ("%2e%2e/cv.pdf", b"x", PDF),
    "no name": ("", b"x", PDF),
    "an endless name": ("a" * 1000, b"x", PDF),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_the_bucket_does_not_take_is_refused_and_leaves_nothing(store: FileStore, case: str) -> None:
    name, data, content_type = REFUSED[case]
    before = [file.name for file in store.list("resumes")]
    with pytest.raises(FileRefused):
        store.put("resumes", name, data, content_type=content_type)
    assert [file.name for file in store.list("resumes")] == before


def test_a_bucket_that_is_not_there_is_named(store: FileStore) -> None:
    with pytest.raises(StorageError, match="Bucket nowhere does not exist"):
        store.put("nowhere", "x.pdf", b"x", content_type=PDF)


def test_a_listing_has_all_pages_in_order(store: FileStore, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobmatch_dagster.supabase.local_storage._PAGE", 3)
    monkeypatch.setattr("jobmatch_dagster.supabase.remote_storage._PAGE", 3)
    names = [f"{folder}/{letter}{number}.pdf" for number in range(4) for letter in "Ba"]
    for name in names:
        store.put("resumes", name, b"x", content_type=PDF)
    store.put("resumes", f"{uuid.uuid4()}/other.pdf", b"x", content_type=PDF)
    assert [file.name for file in store.list("resumes", f"{folder}/")] == sorted(names)


def test_a_signed_url_of_nothing_is_an_error(store: FileStore, folder: str) -> None:
    with pytest.raises(FileMissing):
        store.signed_url("resumes", f"{folder}/cv.pdf")


# --- the folder ------------------------------------------------------------------------------------------------------


@pytest.fixture
def local(database: Settings) -> LocalStore:
    return LocalStore(database)


def test_a_file_is_its_persons_although_the_service_put_it_there(
    local: LocalStore, connection: psycopg.Connection[Any], folder: str
) -> None:
    local.put("resumes", f"{folder}/cv.pdf", b"x", content_type=PDF, owner=folder)
    row = connection.execute(
        "select owner::text, owner_id, metadata->>'mimetype' from storage.objects where name = %s", [f"{folder}/cv.pdf"]
    ).fetchone()
    assert row == (folder, folder, PDF)
    local.put("resumes", f"{folder}/cv.pdf", b"y", content_type=PDF, upsert=True)
    row = connection.execute("select owner_id from storage.objects where name = %s", [f"{folder}/cv.pdf"]).fetchone()
    assert row == (folder,)


def test_no_content_is_left_of_what_was_replaced_or_deleted(local: LocalStore, folder: str) -> None:
    before = set(local._folder.glob("*/*/*"))
    for _ in range(2):
        local.put("resumes", f"{folder}/cv.pdf", b"secret", content_type=PDF, upsert=True)
    assert len(set(local._folder.glob("*/*/*")) - before) == 1
    local.delete("resumes", [f"{folder}/cv.pdf"])
    assert set(local._folder.glob("*/*/*")) == before


def test_contents_are_for_this_user_only(local: LocalStore, folder: str) -> None:
    before = set(local._folder.glob("*/*/*"))
    local.put("resumes", f"{folder}/cv.pdf", b"secret", content_type=PDF)
    (new,) = set(local._folder.glob("*/*/*")) - before
    assert new.stat().st_mode & 0o077 == 0


def test_a_bucket_without_limits_takes_anything(local: LocalStore) -> None:
    assert local.put("raw-pages", "2026-01-01/x.parquet", b"x", content_type="application/vnd.x", upsert=True).size == 1


def test_the_same_upload_twice_at_once_is_one_file(local: LocalStore, folder: str) -> None:
    outcomes: list[str] = []

    def upload() -> None:
        try:
            local.put("resumes", f"{folder}/cv.pdf", b"x" * 100, content_type=PDF)
            outcomes.append("stored")
        except FileExists:
            outcomes.append("taken")

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["stored", "taken", "taken", "taken"]
    assert local.get("resumes", f"{folder}/cv.pdf") == b"x" * 100


_KILLED_UPLOAD = """
import os, signal
from jobmatch_dagster.settings import load
from jobmatch_dagster.supabase.local_storage import LocalStore
LocalStore._record = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
LocalStore(load()).put("resumes", "killed/cv.pdf", b"half", content_type="application/pdf")
"""


def test_an_upload_killed_in_the_middle_leaves_no_file_and_its_content_is_swept(
    local: LocalStore, environment: dict[str, str]
) -> None:
    before = set(local._folder.glob("*/*/*"))
    assert subprocess.run([sys.executable, "-c", _KILLED_UPLOAD], env=environment, check=False).returncode < 0
    assert list(local.list("resumes", "killed/")) == []
    (orphan,) = set(local._folder.glob("*/*/*")) - before
    assert local.sweep() == 0, "it may be an upload that is under way"
    os.utime(orphan, (time.time() - 7200, time.time() - 7200))
    assert local.sweep() == 1
    assert set(local._folder.glob("*/*/*")) == before


def test_a_full_disk_is_said_so_and_leaves_nothing(
    local: LocalStore, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    before = set(local._folder.glob("*/*/*"))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device"):
        local.put("resumes", f"{folder}/cv.pdf", b"x", content_type=PDF)
    assert list(local.list("resumes", folder)) == []
    assert set(local._folder.glob("*/*/*")) == before


def test_a_signed_url_opens_its_own_file_until_it_expires(local: LocalStore, folder: str) -> None:
    for name in ("cv.pdf", "other.pdf"):
        local.put("resumes", f"{folder}/{name}", name.encode(), content_type=PDF)
    url = local.signed_url("resumes", f"{folder}/cv.pdf", seconds=60)
    path, _, token = url.partition("?token=")
    assert path.endswith(f"/storage/v1/object/sign/resumes/{folder}/cv.pdf")
    assert local.get_signed("resumes", f"{folder}/cv.pdf", token) == b"cv.pdf"
    expired = local.signed_url("resumes", f"{folder}/cv.pdf", seconds=-1).partition("?token=")[2]
    for name, bad in (("other.pdf", token), ("cv.pdf", token[:-2]), ("cv.pdf", expired), ("cv.pdf", "")):
        with pytest.raises(StorageError, match="not valid or has expired"):
            local.get_signed("resumes", f"{folder}/{name}", bad)


# --- names -----------------------------------------------------------------------------------------------------------


@given(st.text(max_size=300))
def test_a_safe_name_is_taken_by_every_store_and_stays_one_segment(filename: str) -> None:
    name = safe_name(filename)
    check_name("resumes", name)
    assert "/" not in name
    assert len(name) <= 125


def test_a_safe_name_keeps_what_it_can() -> None:
    assert safe_name("cv.pdf") == "cv.pdf"
    assert safe_name("Lebenslauf Müller.pdf").startswith("Lebenslauf_Muller-")
    assert safe_name("简历.docx").endswith(".docx")
    assert safe_name("C:\\Users\\me\\cv.pdf") == safe_name("/home/me/cv.pdf") == "cv.pdf"
    assert safe_name("简历.pdf") != safe_name("履历.pdf")


# --- Supabase Storage ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_failure_that_passes_is_tried_again(remote: SupabaseStore, project: stub.Project, status: int) -> None:
    project.fail_next += [status, status]
    assert remote.put("resumes", "a/cv.pdf", b"x", content_type=PDF).size == 1
    project.fail_next += [status]
    assert remote.get("resumes", "a/cv.pdf") == b"x"


def test_a_failure_that_stays_is_given_up_and_said_so(remote: SupabaseStore, project: stub.Project) -> None:
    project.fail_next += [503] * 50
    with pytest.raises(StorageError, match="answers with an error"):
        remote.get("resumes", "a/cv.pdf")
    assert len(project.requests) == 4


def test_an_upload_whose_answer_was_lost_is_a_success(remote: SupabaseStore, project: stub.Project) -> None:
    project.lose_next_answer = True
    assert remote.put("resumes", "a/cv.pdf", b"mine", content_type=PDF).size == 4


def test_a_lost_answer_does_not_hide_that_the_name_is_another_files(
    remote: SupabaseStore, project: stub.Project
) -> None:
    remote.put("resumes", "a/cv.pdf", b"theirs", content_type=PDF)
    project.fail_next += [502]
    with pytest.raises(FileExists):
        remote.put("resumes", "a/cv.pdf", b"mine", content_type=PDF)


def test_a_wrong_key_and_a_wrong_address_are_told_apart(project: stub.Project) -> None:
    database_url = "postgresql://postgres@127.0.0.1:1/x"
    wrong_key = load(supabase_url=project.url, supabase_secret_key="sb_secret_x", supabase_db_url=database_url)
    with pytest.raises(StorageError, match="refuses the key"):
        SupabaseStore(wrong_key, wait_seconds=0.001).get("resumes", "a/cv.pdf")
    nobody = load(supabase_url="http://127.0.0.1:1", supabase_secret_key=stub.SECRET, supabase_db_url=database_url)
    with pytest.raises(StorageError, match="cannot be reached"):
        SupabaseStore(nobody, wait_seconds=0.001).get("resumes", "a/cv.pdf")


def test_a_signed_url_points_at_the_project(remote: SupabaseStore, project: stub.Project) -> None:
    remote.put("resumes", "a/cv.pdf", b"x", content_type=PDF)
    assert remote.signed_url("resumes", "a/cv.pdf").startswith(
        f"{project.url}/storage/v1/object/sign/resumes/a/cv.pdf?"
    )


def test_the_settings_choose_the_store(database: Settings, project: stub.Project, tmp_path: Path) -> None:
    assert isinstance(file_store(database), LocalStore)
    remote = load(home=tmp_path, supabase_url=project.url, supabase_secret_key="k", supabase_db_url="postgresql://x/y")
    assert isinstance(file_store(remote), SupabaseStore)
