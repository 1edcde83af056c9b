"""Kept pages survive a process that is killed at any byte, and keep their numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jobmatch_dagster.crawling.archive import JOURNAL, PARQUET, Archive, Page, read_metadata, read_pages
from jobmatch_dagster.errors import JobmatchError

WHEN = datetime(2026, 3, 10, 12, 30, 15, 123456, tzinfo=UTC)


def put(archive: Archive, name: str, body: bytes = b"page", **more: Any) -> Page:
    fields: dict[str, Any] = {
        "key": f"GET https://x/{name}",
        "kind": "search",
        "method": "GET",
        "url": f"https://x/{name}",
        "request_body": None,
        "final_url": f"https://x/{name}",
        "search_id": None,
        "referrer": None,
        "status": 200,
        "headers": {"content-type": "text/html"},
        "outcome": "ok",
        "fetched_at": WHEN,
        "body": body,
    }
    return archive.append(**(fields | more))


def test_a_kept_page_comes_back_as_it_was_from_the_journal_and_from_the_parquet_file(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    kept = put(archive, "a", bytes(range(256)) * 40)
    assert next(archive.pages()) == kept
    path = archive.close({"board": "x"})
    assert list(read_pages(path)) == [kept]
    assert read_metadata(path) == {"board": "x"}
    again = Archive(tmp_path)
    assert next(again.pages()) == kept
    again.release()


@pytest.mark.parametrize("lost", [1, 7, 30])
def test_a_half_written_page_is_lost_alone(tmp_path: Path, lost: int) -> None:
    archive = Archive(tmp_path)
    put(archive, "a", b"first")
    put(archive, "b", b"second")
    archive.release()
    journal = tmp_path / JOURNAL
    journal.write_bytes(journal.read_bytes()[:-lost])

    again = Archive(tmp_path)
    assert again.outcome("GET https://x/a") == "ok"
    assert again.outcome("GET https://x/b") is None
    put(again, "c", b"third")
    assert [page.body for page in read_pages(again.close())] == [b"first", b"third"]


def test_a_page_whose_bytes_rotted_is_not_given_out(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    put(archive, "a", b"first" * 100)
    archive.release()
    journal = tmp_path / JOURNAL
    data = bytearray(journal.read_bytes())
    data[-3] ^= 0xFF
    journal.write_bytes(data)
    again = Archive(tmp_path)
    assert again.outcome("GET https://x/a") is None
    again.release()


def test_a_kill_between_the_new_parquet_file_and_the_end_of_the_journal_repeats_nothing(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    put(archive, "a")
    put(archive, "b")
    archive.release()
    journal = (tmp_path / JOURNAL).read_bytes()
    Archive(tmp_path).close()
    (tmp_path / JOURNAL).write_bytes(journal)

    again = Archive(tmp_path)
    assert len(list(again.pages())) == 2
    put(again, "c")
    assert [(page.number, page.url[-1]) for page in read_pages(again.close())] == [(0, "a"), (1, "b"), (2, "c")]


def test_pages_added_later_keep_the_numbers_of_earlier_ones(tmp_path: Path) -> None:
    first = Archive(tmp_path)
    put(first, "a")
    first.close()
    second = Archive(tmp_path)
    assert put(second, "b").number == 1
    second.close()
    assert [page.number for page in read_pages(tmp_path / PARQUET)] == [0, 1]


def test_only_answers_are_not_asked_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    put(archive, "ok")
    put(archive, "gone", outcome="gone", status=404)
    put(archive, "wall", outcome="blocked", status=403)
    put(archive, "down", outcome="unreachable", status=0)
    found = [name for name in ("ok", "gone", "wall", "down") if archive.outcome(f"GET https://x/{name}")]
    assert found == ["ok", "gone"]
    put(archive, "wall", outcome="ok")
    assert archive.outcome("GET https://x/wall") == "ok"
    archive.release()


def test_two_processes_cannot_write_one_day_at_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    with pytest.raises(JobmatchError, match="another scrape"):
        Archive(tmp_path)
    archive.release()
    Archive(tmp_path).release()


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(JobmatchError, match="is not an archive"):
        list(read_pages(tmp_path / "x.parquet"))
