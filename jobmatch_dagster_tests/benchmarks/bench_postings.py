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
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

DAY = date(2026, 11, 20)


def run(quick: bool) -> dict[str, Any]:
    """Compare by step and as a whole, then grow to 100,000 postings."""
    sample, rounds, sizes = (60, 1, (500, 1_000)) if quick else (600, 3, (10_000, 100_000))
    table = made_up(sample)
    rows = [_compared(case, ours, plain, rounds) for case, ours, plain in _cases(table)]
    for size in sizes:
        command = [sys.executable, "-m", __name__, str(size)]
        grown = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        rows.append(grown)
    per_row = [row["ours_cpu_s"] / row["postings"] for row in rows[-2:]]
    return {
        "name": "cleaning postings",
        "rows": rows,
        "notes": f"{sample} postings a side and round. CPU time per posting at {sizes[1]:,} is "
        f"{per_row[1] / per_row[0]:.2f} times that at {sizes[0]:,}.",
    }


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
    from jobmatch_dagster.postings.text import plain_text

    pages = table["description_html"].to_pylist()
    texts = [plain_text(page) for page in pages]

    def salaries() -> list[Any]:
        return [read_salary(text, hits, "US") for text, hits in zip(texts, find(texts), strict=True)]

    return [
        ("HTML to text", lambda: [plain_text(page) for page in pages], lambda: [_soup(page) for page in pages]),
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


def _grow(size: int) -> dict[str, Any]:
    """Clean ``size`` postings in this process: CPU seconds and the most memory it had."""
    from jobmatch_dagster.postings.clean import clean

    clean(made_up(20), day=DAY)
    table = made_up(size)
    seconds = _cpu(lambda: clean(table, day=DAY))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "case": f"the whole, {size:,} postings",
        "ours_cpu_s": round(seconds, 2),
        "postings": size,
        "per_s": round(size / seconds),
        "peak_mb": round(peak),
    }


if __name__ == "__main__":
    print(json.dumps(_grow(int(sys.argv[1]))))
