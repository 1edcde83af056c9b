"""Cleaning against the plain way of doing it: BeautifulSoup, pandas ``.str``, datasketch, langdetect.

Both sides read the same made-up postings, in turn, CPU time, medians. The plain way is measured on a sample, since it
takes
minutes for a few thousand; growth and memory of ours are measured on the whole, each size in a process of its own.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

DAY = date(2026, 11, 20)


def run(quick: bool) -> dict[str, Any]:
    """Compare by step and as a whole, then grow to 100,000 postings."""
    sample, rounds, sizes = (60, 1, (500, 1_000)) if quick else (600, 3, (10_000, 100_000))
    table = made_up(sample)
    rows = [_compared(case, ours, plain, rounds) for case, ours, plain in _cases(table)]
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "postings.arrow")
        for size in sizes:
            _process("write", str(size), path)  # by another process, so that its memory does not count as cleaning's
            rows.append(_process("clean", path))
        rows.append(_process("known", path, str(20 * sizes[1] // 2)))
    per_row = [row["ours_cpu_s"] / row["postings"] for row in rows[-3:-1]]
    return {
        "name": "cleaning postings",
        "rows": rows,
        "notes": f"{sample} postings a side and round. CPU time per posting at {sizes[1]:,} is "
        f"{per_row[1] / per_row[0]:.2f} times that at {sizes[0]:,}.",
    }


def _process(*arguments: str) -> Any:
    command = [sys.executable, "-m", __name__, *arguments]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout or "null")


def made_up(count: int) -> Any:
    """Postings of the demo as a table, each advertisement lengthened to what real ones have."""
    import pyarrow as pa

    from jobmatch_dagster.demo import world
    from jobmatch_dagster.tables import POSTING

    rows = []
    for shown in world.generate_postings(count):
        html = shown.description_html
        rows.append(
            {
                "board": shown.board,
                "external_id": shown.external_id,
                "title": shown.title,
                "company": shown.company,
                "location": shown.location,
                "salary_text": shown.salary_text,
                "description_html": html + html.replace(" a ", " one "),
                "posted_text": "3 days ago",
                "employment_type": shown.employment_text,
                "fetched_at": datetime(2026, 11, 20, 6, tzinfo=UTC),
            }
        )
    return pa.Table.from_pylist(rows, schema=POSTING)


def _compared(case: str, ours: Callable[[], Any], plain: Callable[[], Any], rounds: int) -> dict[str, Any]:
    ours()  # tables are loaded and kernels compiled once per machine, not per batch
    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(_cpu(ours))
        theirs.append(_cpu(plain))
    a, b = statistics.median(mine), statistics.median(theirs)
    return {"case": case, "ours_cpu_s": round(a, 4), "plain_cpu_s": round(b, 4), "ratio": round(b / a, 1)}


def _cpu(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _cases(table: Any) -> list[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    from jobmatch_dagster.postings.clean import clean
    from jobmatch_dagster.postings.duplicates import signatures
    from jobmatch_dagster.postings.language import detect
    from jobmatch_dagster.postings.phrases import find
    from jobmatch_dagster.postings.salary import read_salary
    from jobmatch_dagster.postings.text import plain_texts

    pages = table["description_html"].to_pylist()
    texts = plain_texts(pages)

    def salaries() -> list[Any]:
        return [read_salary(text, hits, "US") for text, hits in zip(texts, find(texts, ads=True), strict=True)]

    return [
        ("HTML to text", lambda: plain_texts(pages), lambda: [_soup(page) for page in pages]),
        ("language", lambda: detect(texts), lambda: [_langdetect(text) for text in texts]),
        ("all words and salaries", salaries, lambda: _pandas_words(texts)),
        ("signatures", lambda: signatures(texts), lambda: [_datasketch(text) for text in texts]),
        ("the whole", lambda: clean(table, day=DAY), lambda: _plain_whole(pages)),
    ]


def _soup(page: str) -> str:
    from bs4 import BeautifulSoup

    return str(BeautifulSoup(page, "html.parser").get_text("\n"))


def _langdetect(text: str) -> str | None:
    from langdetect import DetectorFactory, detect
    from langdetect.lang_detect_exception import LangDetectException

    DetectorFactory.seed = 0
    try:
        return str(detect(text))
    except LangDetectException:
        return None


def _pandas_words(texts: list[str]) -> Any:
    """What a pandas chain would do: normalise, then one regular expression per column."""
    import pandas as pd

    column = pd.Series(texts).str.normalize("NFKC").str.replace(r"[ \t]+", " ", regex=True).str.strip()
    money = column.str.extract(
        r"([$€£]|USD|EUR|GBP|PLN|CHF)\s?(\d[\d.,]*)\s?(?:-|–|to)\s?\D{0,3}(\d[\d.,]*)?.{0,20}?(hour|day|week|month|year)?"
    )
    years = column.str.extract(r"(?i)(\d{1,2})\+?\s*(?:-\s*\d{1,2})?\s*(?:years|jahre|ans|años|anos|anni|jaar|lata)")
    kinds = pd.DataFrame(
        {
            "remote": column.str.contains(r"(?i)\b(?:remote|home\s?office|télétravail|teletrabajo|zdaln\w+)\b"),
            "full": column.str.contains(r"(?i)\b(?:full[- ]time|vollzeit|temps plein|jornada completa|pełny etat)\b"),
            "degree": column.str.contains(r"(?i)\b(?:bachelor|master|phd|abitur|licence|laurea|wyższe)\b"),
        }
    )
    return money, years, kinds


def _datasketch(text: str) -> Any:
    from datasketch import MinHash

    words = text.lower().split()
    mark = MinHash(num_perm=64)
    mark.update_batch([" ".join(words[at : at + 3]).encode() for at in range(len(words) - 2)])
    return mark


def _plain_whole(pages: list[str]) -> Any:
    from datasketch import MinHashLSH

    texts = [_soup(page) for page in pages]
    languages = [_langdetect(text) for text in texts]
    words = _pandas_words(texts)
    index = MinHashLSH(threshold=0.8, num_perm=64)
    marks = [_datasketch(text) for text in texts]
    for number, mark in enumerate(marks):
        index.insert(number, mark)
    return languages, words, [index.query(mark) for mark in marks]


def _written(size: int, path: str) -> None:
    """Made-up postings as a file."""
    import pyarrow as pa

    table = made_up(size)
    with pa.OSFile(path, "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=10_000)


def _read(path: str) -> Any:
    import pyarrow as pa

    with pa.OSFile(path, "rb") as source:
        return pa.ipc.open_file(source).read_all()


def _grown(path: str) -> dict[str, Any]:
    """Clean the postings of a file in this process: CPU seconds and the most memory it had, the postings included."""
    from jobmatch_dagster.postings.clean import clean

    clean(made_up(20), day=DAY)
    table = _read(path)
    size = table.num_rows
    seconds = _cpu(lambda: clean(table, day=DAY))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "case": f"the whole, {size:,} postings",
        "ours_cpu_s": round(seconds, 2),
        "postings": size,
        "per_s": round(size / seconds),
        "peak_mb": round(peak),
    }


def _beside_known(path: str, count: int) -> dict[str, Any]:
    """What open jobs of earlier days add to cleaning: CPU seconds with them less those without.

    The open jobs have stored signatures and no text. They are jobs of the file seen before under other ids, over and
    over, with signatures of other texts save for one in a hundred.
    """
    import numpy as np
    import pyarrow as pa

    from jobmatch_dagster.postings.clean import clean
    from jobmatch_dagster.postings.duplicates import signatures

    table = _read(path).slice(0, min(10_000, count // 100))
    jobs = clean(table, day=DAY).jobs
    take = np.arange(count) % jobs.num_rows
    marks = np.random.default_rng(1).integers(0, 2**32 - 1, (count, 64), dtype=np.uint32)
    some = np.arange(0, count, 100)
    marks[some] = signatures([text or "" for text in jobs["description"].to_pylist()])[take[some]]
    known = jobs.drop_columns(["description", "evidence", "id", "title", "first_seen_on"]).take(take)
    titles = [f"{title} {index % 997}" for index, title in enumerate(jobs["title"].take(take).to_pylist())]
    known = (
        known.append_column("id", pa.array([f"{index:032x}" for index in range(count)]))
        .append_column("title", pa.array(titles))
        .append_column("first_seen_on", pa.array([DAY - timedelta(days=9)] * count))
        .append_column("signature", pa.FixedSizeListArray.from_arrays(pa.array(marks.reshape(-1)), 64))
    )
    alone = _cpu(lambda: clean(table, day=DAY))
    both = _cpu(lambda: clean(table, day=DAY, known=known))
    return {
        "case": f"beside {count:,} open jobs, what they add",
        "ours_cpu_s": round(both - alone, 2),
        "postings": table.num_rows,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    action, *given = sys.argv[1:]
    if action == "write":
        _written(int(given[0]), given[1])
    else:
        print(json.dumps(_grown(given[0]) if action == "clean" else _beside_known(given[0], int(given[1]))))
