"""Reading résumés against the plain way: pypdf's text for PDFs, python-docx for Word files, one process for many.

CPU seconds, interleaved, medians. "ours" is the whole parse (text, every page's second witness, layout, profile) for
PDFs, and the reading alone for Word files, for that is what python-docx does; the plain side stops at the text. Each
file is met as for the first time: what the room remembers of texts is forgotten before it. Pages a second with as many
processes as cores are by the wall clock, no file twice, against one process of the plain way; the clock starts once
eight other files are read, so that every worker is there.
"""

from __future__ import annotations

import gc
import io
import logging
import os
import re
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from jobmatch_dagster.resumes import dates, formats, lexicon, margin, places
from jobmatch_dagster.resumes.formats.pdf import agreement
from jobmatch_dagster.resumes.model import Limits, ParsedResume
from jobmatch_dagster.resumes.parse import parse_bytes
from jobmatch_dagster.resumes.pool import parse_many
from jobmatch_dagster_tests.benchmarks import resume_uploads
from jobmatch_dagster_tests.evaluation.eval_resumes import SHARED
from jobmatch_dagster_tests.evaluation.resume_papers import canvas, office, people

TODAY = date(2026, 11, 22)
UPLOADS = 100
_WORD = re.compile(r"\w+")


def _pypdf(data: bytes) -> list[str]:
    import pypdf

    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def _python_docx(data: bytes) -> str:
    from docx import Document
    from docx.table import Table

    def texts(container: Any) -> list[str]:
        found: list[str] = []
        for block in container.iter_inner_content():
            if isinstance(block, Table):
                found.extend(t for row in block.rows for cell in row.cells for t in texts(cell))
            else:
                found.append(block.text)
        return found

    return "\n".join(texts(Document(io.BytesIO(data))))


_REMEMBERED = [
    cached
    for module in (dates, lexicon, margin, places)
    for cached in vars(module).values()
    if hasattr(cached, "cache_info") and cached.cache_info().maxsize != 1
]


def _parsed(data: bytes) -> ParsedResume:
    """A PDF that is met for the first time."""
    for cached in _REMEMBERED:
        cached.cache_clear()
    return parse_bytes(data, "cv.pdf", limits=Limits(), today=TODAY)


def _cpu(work: Callable[[], object]) -> float:
    gc.collect()  # one side's leavings are not swept up in the other's time
    start = time.process_time()
    work()
    return time.process_time() - start


def _pair(case: str, ours: Callable[[], object], plain: Callable[[], object], rounds: int) -> dict[str, Any]:
    ours()
    plain()
    times = [(_cpu(ours), _cpu(plain)) for _ in range(rounds)]
    mine, theirs = median(t[0] for t in times), median(t[1] for t in times)
    return {
        "case": case,
        "ours_cpu_s": round(mine, 3),
        "plain_cpu_s": round(theirs, 3),
        "ratio": round(theirs / mine, 1),
    }


def _public() -> list[bytes]:
    folder = SHARED / "data" / "resumes"
    return (
        [p.read_bytes() for p in sorted(folder.glob("*/*.pdf")) if p.parent.name != "hard"] if folder.is_dir() else []
    )


def _pdf_row(case: str, files: list[bytes], rounds: int) -> dict[str, Any]:
    row = _pair(
        case,
        lambda: [_parsed(d) for d in files],
        lambda: [_pypdf(d) for d in files],
        rounds,
    )
    read = [_parsed(d) for d in files]
    pages = sum(r.pages for r in read)
    same = [
        agreement(_WORD.findall((r.body or "").casefold()), _WORD.findall("\n".join(_pypdf(d)).casefold()))
        for r, d in zip(read, files, strict=True)
    ]
    return row | {
        "pages": pages,
        "ours_pages_per_cpu_s": round(pages / row["ours_cpu_s"], 1),
        "plain_pages_per_cpu_s": round(pages / row["plain_cpu_s"], 1),
        "words_agree_median": round(median(same), 3),
    }


def _with_processes(case: str, first: list[bytes], files: list[bytes], rounds: int) -> dict[str, Any]:
    """The whole parse of many files with a worker a core, wall clock once ``first`` are read."""
    workers = os.cpu_count() or 1
    batch = [(str(n), data) for n, data in enumerate([*first, *files])]
    walls, starts, plains = [], [], []
    for _ in range(rounds):
        start = time.perf_counter()
        times = [
            (time.perf_counter(), r.pages) for r in parse_many(batch, workers=workers, limits=Limits(), today=TODAY)
        ]
        begun, told = times[len(first) - 1][0], times[len(first) :]
        starts.append(times[0][0] - start)
        walls.append((told[-1][0] - begun) / sum(pages for _, pages in told))
        start = time.perf_counter()
        read = sum(len(_pypdf(data)) for data in files)
        plains.append((time.perf_counter() - start) / read)
    ours, plain = median(walls), median(plains)
    return {
        "case": f"{case}: whole parse with {workers} processes against pypdf in one, wall clock",
        "files": len(files),
        "ours_pages_per_s": round(1 / ours, 1),
        "plain_pages_per_s": round(1 / plain, 1),
        "ratio": round(plain / ours, 1),
        "start_s": round(median(starts), 2),
    }


def run(quick: bool) -> dict[str, Any]:
    """Measure; ``quick`` takes fewer files and rounds."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    rounds = 1 if quick else 5
    cast = people.people()[:4] if quick else people.people()
    drawn = [draw(p) for p in cast for draw in canvas.PAPERS.values()]
    words = [write(p) for p in cast for write in office.PAPERS.values()]
    rows = [_pdf_row("made-up PDFs: whole parse against pypdf's text", drawn, rounds)]
    public = _public()
    notes = "The plain side reads text only; ours also finds columns, sections and every field."
    if public:
        rows.append(_pdf_row("public PDFs: whole parse against pypdf's text", public[:8] if quick else public, rounds))
    else:
        notes += f" Public files left out: none under {Path('shared') / 'data' / 'resumes'}."
    rows.append(
        _pair(
            "Word files: reading against python-docx",
            lambda: [formats.read("docx", d, Limits()) for d in words],
            lambda: [_python_docx(d) for d in words],
            rounds,
        )
    )
    times = 1 if quick else 3
    first, others = drawn[:8], drawn[8:]
    rows.append(_with_processes("made-up PDFs", first, others, times))
    if public:
        rows.append(_with_processes("public PDFs", first, public, times))
        mixed = [data for pair in zip(public * 3, others, strict=False) for data in dict.fromkeys(pair)]
        rows.append(_with_processes("both, in turn", first, list(dict.fromkeys(mixed)), times))
    files = [("pdf", data) for data in drawn] + [("docx", data) for data in words]
    rows += resume_uploads.rows(files, 10 if quick else UPLOADS)
    return {"name": "résumés", "rows": rows, "notes": notes}
