"""Workers: order, limits, and that no file stops the others."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

from jobmatch_dagster.resumes import pool, worker
from jobmatch_dagster.resumes.model import Limits
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)


def names(found) -> list[tuple[str, str]]:
    return [(r.name, r.status) for r in found]


def test_results_come_in_the_order_of_the_input_and_bad_files_do_not_stop_the_rest(tmp_path: Path) -> None:
    stored = tmp_path / "b.txt"
    stored.write_bytes(papers.text())
    files: list[tuple[str, bytes | Path]] = [
        ("a", papers.text()),
        ("b", stored),
        ("c", b""),
        ("d", tmp_path / "missing"),
        ("e", papers.picture_pdf()),
        ("f", papers.text()),
    ]
    seen = []
    found = list(pool.parse_many(files, workers=2, limits=Limits(), today=TODAY, on_progress=seen.append))
    assert names(found) == [
        ("a", "parsed"),
        ("b", "parsed"),
        ("c", "empty"),
        ("d", "corrupt"),
        ("e", "needs_ocr"),
        ("f", "parsed"),
    ]
    assert seen == found
    assert found[0].resume["work"][0]["name"] == "Quillon Systems Ltd"


def test_a_file_that_hangs_is_timed_out_and_the_next_is_read(monkeypatch) -> None:
    _behave(monkeypatch, "import time\nif name == 'slow': time.sleep(60)")
    found = list(
        pool.parse_many([("slow", b"x"), ("good", papers.text())], workers=1, limits=Limits(timeout=4.0), today=TODAY)
    )
    assert names(found) == [("slow", "timed_out"), ("good", "parsed")]


def test_a_file_that_takes_all_memory_is_malicious_and_the_next_is_read(monkeypatch) -> None:
    _behave(monkeypatch, "if name == 'big': bytearray(3 * 2**30)")
    found = list(
        pool.parse_many([("big", b"x"), ("good", papers.text())], workers=1, limits=Limits(memory_mb=700), today=TODAY)
    )
    assert names(found) == [("big", "malicious"), ("good", "parsed")]


def test_a_file_that_kills_its_worker_is_corrupt_and_the_next_is_read(monkeypatch) -> None:
    _behave(monkeypatch, "import os\nif name == 'deadly': os._exit(11)")
    files = [("good", papers.text()), ("deadly", b"x"), ("also good", papers.text())]
    found = list(pool.parse_many(files, workers=1, limits=Limits(), today=TODAY))
    assert names(found) == [("good", "parsed"), ("deadly", "corrupt"), ("also good", "parsed")]


def test_a_worker_cannot_write_files(monkeypatch, tmp_path: Path) -> None:
    target = tmp_path / "leak.txt"
    _behave(monkeypatch, f"open({str(target)!r}, 'w').write('text of a person' * 1000)")
    list(pool.parse_many([("a", papers.text())], workers=1, limits=Limits(), today=TODAY))
    assert not target.exists() or target.stat().st_size == 0


def test_a_caller_that_stops_early_leaves_no_worker_behind() -> None:
    before = {t.name for t in threading.enumerate()}
    found = pool.parse_many([(str(n), papers.text()) for n in range(5)], workers=1, limits=Limits(), today=TODAY)
    next(found)
    started = found.gi_frame.f_locals["pool"].workers[:]  # type: ignore[attr-defined]
    found.close()
    assert all(w.process.returncode is not None for w in started)
    assert {t.name for t in threading.enumerate()} == before


def test_many_more_files_than_workers_are_taken_lazily() -> None:
    taken = []

    def files():
        for n in range(100):
            taken.append(n)
            yield str(n), b""

    found = pool.parse_many(files(), workers=1, limits=Limits(), today=TODAY)
    next(found)
    assert len(taken) <= pool.MAX_AHEAD + 2
    found.close()


def _behave(monkeypatch, code: str) -> None:
    """Start workers that run this code with each file's name before they read it."""
    body = (
        "import sys\nfrom jobmatch_dagster.resumes import parse, worker\nreal = parse.parse_bytes\n"
        "def fake(data, name, **more):\n    try:\n"
        + "\n".join("        " + line for line in code.splitlines())
        + "\n    except MemoryError:\n        return parse.refusal(name, 'malicious')\n    except OSError:\n        pass\n    return real(data, name, **more)\n"  # noqa: E501
        "parse.parse_bytes = fake\nworker.main()\n"
    )
    real = pool.subprocess.Popen
    monkeypatch.setattr(pool.subprocess, "Popen", lambda command, **more: real([command[0], "-c", body], **more))
    assert worker.GRACE > 0
