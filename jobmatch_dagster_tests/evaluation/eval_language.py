"""langdetect's answers at many times its speed: the same labels on 5,000 real texts, in turns, CPU time.

Plain langdetect runs as its users run it, ``detect(text)``, with its seed at 0: without a seed its answers change from
call to call. What the labels are worth is measured elsewhere (``eval_postings``); here it is told that nothing is lost
by the faster way.
"""

from __future__ import annotations

import time
from typing import Any

from jobmatch_dagster_tests.evaluation.postings_gold import missed, shared_rows

COUNT = 5_000
_TURN = 250  # texts that one side reads before it is the other's turn
_FILES = (
    "joblens_sightings_4k",
    "polish_1k",
    "rebase_zh_300",
    "linkedin_datascientist_us",
    "indeed_ds_with_duplicates",
)


def run() -> dict[str, Any]:
    """Same labels and CPU seconds of both sides on full texts."""
    reasons = list(missed("language"))
    if reasons:
        return {"name": "language", "tables": [], "skipped": reasons[0]}
    columns = ["texts", "count", "same label", "ours, a second", "langdetect, a second", "CPU time", "other labels"]
    rows = [_row(name, texts) for name, texts in _texts().items()]
    table = {"title": "the port of langdetect beside langdetect.detect, seeded", "columns": columns, "rows": rows}
    return {"name": "language", "tables": [table], "skipped": None}


def _row(name: str, texts: list[str]) -> list[Any]:
    same, ours, plain, unlike = _compared(texts)
    labels = ", ".join(f"{one}→{other}" for one, other in unlike[:5]) or "none"
    speed = [round(len(texts) / seconds) for seconds in (ours, plain)]
    return [name, len(texts), f"{same / len(texts):.4f}", *speed, f"{plain / ours:.0f}×", labels]


def _texts() -> dict[str, list[str]]:
    """Distinct real texts in the order of the files: full ones, and as many titles as make 5,000 together."""
    rows = [row for name in _FILES for row in shared_rows(name)]
    full = list(dict.fromkeys(r["description"] for r in rows if r["description"] and len(r["description"]) >= 200))
    titles = list(dict.fromkeys(row["title"] for row in (*rows, *shared_rows("openjobs_ats_5k"))))
    return {"full postings": full[:COUNT], "titles": titles[: COUNT - len(full)]}


def _compared(texts: list[str]) -> tuple[int, float, float, list[tuple[str | None, str | None]]]:
    """Texts of one label, CPU seconds of ours and of langdetect, and the pairs of labels that differ."""
    from jobmatch_dagster.postings.language import detect

    detect(texts[:2])
    _plain(texts[0])  # both have their profiles in memory
    ours, plain = 0.0, 0.0
    unlike = []
    for start in range(0, len(texts), _TURN):
        part = texts[start : start + _TURN]
        began = time.process_time()
        mine, _ = detect(part)
        between = time.process_time()
        theirs = [_plain(text) for text in part]
        ours, plain = ours + between - began, plain + time.process_time() - between
        unlike += [(one, other) for one, other in zip(mine, theirs, strict=True) if one != other]
    return len(texts) - len(unlike), ours, plain, unlike


def _plain(text: str) -> str | None:
    from langdetect import DetectorFactory, detect
    from langdetect.lang_detect_exception import LangDetectException

    DetectorFactory.seed = 0
    try:
        return str(detect(text))
    except LangDetectException:
        return None
