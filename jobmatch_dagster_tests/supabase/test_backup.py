"""A backup comes back whole and work goes on from it; what is no backup, or would overwrite something, is refused."""

from __future__ import annotations

import json
import tarfile
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from jobmatch_dagster.supabase import database as db
from jobmatch_dagster.supabase import embedded
from jobmatch_dagster.supabase.backup import BackupError, backup, restore
from jobmatch_dagster.supabase.storage import file_store
from jobmatch_dagster_tests.sql_models.world import DAY, fill

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings

TABLES = ("public.jobs", "public.job_matches", "raw.postings", "private.scrape_runs", "auth.users", "storage.objects")


@pytest.fixture(scope="module")
def kept(database: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Path]:
    """A made-up database with a file in the bucket, and its backup."""
    with db.connect(database) as conn:
        fill(conn)
    store = file_store(database)
    store.put("reports", "kept.html", b"<p>kept</p>", content_type="text/html")
    store.signed_url("reports", "kept.html")
    target = tmp_path_factory.mktemp("backup") / "all.tar"
    backup(database, target, with_runs=False)
    return database, target


@pytest.fixture
def elsewhere(database: Settings) -> Iterator[Settings]:
    """A new database of the same server, for one test."""
    settings = database.model_copy(update={"embedded_database": f"test_{uuid.uuid4().hex[:12]}"})
    yield settings
    with psycopg.connect(embedded.dsn(database, "postgres"), autocommit=True) as conn:
        name = sql.Identifier(settings.embedded_database)
        conn.execute(sql.SQL("drop database if exists {} with (force)").format(name))


def rows(settings: Settings) -> dict[str, list[Any]]:
    with db.connect(settings) as conn:
        return {t: conn.execute(f"select t::text from {t} t order by 1").fetchall() for t in TABLES}  # noqa: S608


def test_what_was_kept_comes_back_and_the_next_day_goes_on_from_it(
    kept: tuple[Settings, Path], elsewhere: Settings
) -> None:
    from jobmatch_dagster.boards.raw import to_raw
    from jobmatch_dagster.sql_models.build import build
    from jobmatch_dagster.sql_models.project import project
    from jobmatch_dagster.stages.clean import clean_day
    from jobmatch_dagster_tests.orchestration.shown import as_postings

    original, file = kept
    before = rows(original)
    assert restore(elsewhere, file).rows["public.jobs"] == len(before["public.jobs"])
    assert rows(elsewhere) == before
    assert file_store(elsewhere).get("reports", "kept.html") == b"<p>kept</p>"

    tomorrow = DAY + timedelta(days=1)
    for settings in (original, elsewhere):
        with db.connect(settings) as conn:
            db.merge(
                conn,
                "raw.postings",
                to_raw(as_postings(tomorrow, most=8), tomorrow),
                key=["board", "external_id", "scraped_on"],
            )
        assert clean_day(settings, tomorrow).counts["jobs"] == 8
        with db.connect(settings) as conn:
            for model in project().models.values():
                build(conn, model, days=[tomorrow])
    assert rows(elsewhere) == rows(original)
    file_store(elsewhere).put("reports", "new.html", b"new", content_type="text/html")
    with db.connect(elsewhere) as conn, db.transaction_as(conn, str(uuid.UUID(int=0))):
        assert conn.execute("select count(*) from public.resumes").fetchone() == (0,), "row-level security is back"


def test_a_database_in_use_is_left_alone_unless_it_is_let_go(kept: tuple[Settings, Path], elsewhere: Settings) -> None:
    _, file = kept
    restore(elsewhere, file)
    with db.connect(elsewhere) as conn:
        conn.execute("update public.jobs set title = 'changed since'")
    with pytest.raises(BackupError, match=r"is in use: auth\.users has rows"):
        restore(elsewhere, file)
    assert "changed since" in str(rows(elsewhere)["public.jobs"])
    restore(elsewhere, file, replace=True)
    assert "changed since" not in str(rows(elsewhere)["public.jobs"])


def test_only_its_owner_may_read_a_backup(kept: tuple[Settings, Path]) -> None:
    assert kept[1].stat().st_mode & 0o077 == 0
    assert [path.name for path in kept[1].parent.iterdir()] == ["all.tar"], "nothing half-written stays"


def altered(file: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a backup with members changed, or left out where the change gives None."""
    import io

    with tarfile.open(file) as source, tarfile.open(target, "w") as copy:
        for member in source.getmembers():
            stream = source.extractfile(member)
            data = change(member.name, stream.read() if stream else b"")
            if data is not None:
                member.size = len(data)
                copy.addfile(member, io.BytesIO(data))
    return target


def later(name: str, data: bytes) -> bytes:
    return json.dumps({**json.loads(data), "migration": "99991231235959"}).encode() if name == "manifest.json" else data


def newer(name: str, data: bytes) -> bytes:
    return json.dumps({**json.loads(data), "format": 2}).encode() if name == "manifest.json" else data


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda name, data: data[:-9] if name == "database.dump" else data, "is damaged: database.dump"),
        (lambda name, data: None if name == "database.dump" else data, "is damaged: database.dump"),
        (lambda name, data: None if name == "manifest.json" else data, "lacks manifest.json"),
        (lambda name, data: b"[" if name == "manifest.json" else data, "is not a whole backup"),
        (later, "was made after migration 99991231235959"),
        (newer, "has format 2"),
    ],
)
def test_what_is_no_whole_backup_is_refused_and_changes_nothing(
    kept: tuple[Settings, Path], tmp_path: Path, change: Callable[[str, bytes], bytes | None], says: str
) -> None:
    settings, file = kept
    before = rows(settings)
    with pytest.raises(BackupError, match=says):
        restore(settings, altered(file, tmp_path / "bad.tar", change), replace=True)
    assert rows(settings) == before
    assert not list(settings.home.glob("restore-*"))


def test_a_file_that_climbs_out_of_its_folder_is_refused(kept: tuple[Settings, Path], tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar"
    with tarfile.open(evil, "w") as tar:
        tar.add(kept[1], "../../outside")
    with pytest.raises(BackupError, match="is not a whole backup"):
        restore(kept[0], evil, replace=True)


def test_a_project_on_supabase_is_told_to_use_its_own_backups(hosted: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="own backups"):
        backup(hosted, tmp_path / "x.tar")
    with pytest.raises(BackupError, match="is not restored here"):
        restore(hosted, tmp_path / "x.tar")


def test_a_target_that_cannot_be_written_is_one_sentence(database: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="cannot be written"):
        backup(database, tmp_path / "no folder" / "x.tar", with_runs=False)
