"""Saved real pages of every source: postings found against the number there, and the share of filled fields.

Beside it stands whether what was read is on the page: of each posting, title, company and every part of the place, as
words of the page's own text or data.

Reads ``$JOBMATCH_SHARED/data/pages`` (default: ``shared`` beside the repository). The number of postings on a page of
the five boards stands in ``pages.tsv``; for answers of the other sources it is counted in the JSON itself.
"""

from __future__ import annotations

import csv
import html
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jobmatch_dagster.boards.decoding import decode
from jobmatch_dagster.boards.registry import BOARDS, get

_ROOT = Path(__file__).resolve().parents[2]
_FETCHED = datetime(2026, 8, 1, tzinfo=UTC)
_FIELDS = (
    "external_id",
    "url",
    "title",
    "company",
    "location",
    "posted_on",
    "salary_text",
    "salary_min",
    "salary_estimate",
    "employment_type",
    "seniority",
    "remote",
    "description_html",
    "apply_url",
    "company_url",
    "benefits",
    "valid_until",
)
_HEADINGS = {"description_html": "text", "employment_type": "employment", "salary_estimate": "guessed pay"}


def _shared() -> Path:
    return Path(os.environ.get("JOBMATCH_SHARED", _ROOT.parent / "shared")) / "data" / "pages"


def _pages(folder: Path) -> Iterator[tuple[str, str, Path, int]]:
    """(board, kind, file, postings there)"""
    with (folder / "pages.tsv").open() as listed:
        for page in csv.DictReader(listed, delimiter="\t"):
            yield page["board"], page["kind"], folder / page["path"], int(page["postings"])
    for file in sorted(folder.glob("*/*.json")):
        if file.parent.name in BOARDS:
            kind = "detail" if "detail" in file.stem else "search"
            yield file.parent.name, kind, file, 1 if kind == "detail" else _count(json.loads(file.read_text("utf-8")))


def _count(document: Any) -> int:
    """Records in an API's answer: the longest list of objects with an id of any sort, notices not counted."""
    if isinstance(document, list):
        return sum(isinstance(entry, dict) and "legal" not in entry for entry in document)
    if "SearchResult" in document:
        return len(document["SearchResult"]["SearchResultItems"])
    names = ("jobs", "results", "offers", "jobPostings")
    return next(len(document[name]) for name in names if isinstance(document.get(name), list))


def run() -> dict[str, Any]:
    """The tables, or why they are left out."""
    folder = _shared()
    if not (folder / "pages.tsv").exists():
        return {"name": "boards", "tables": [], "skipped": f"no saved pages at {folder}; set JOBMATCH_SHARED"}
    rows, troubles = [], []
    for board, kind, file, there in _pages(folder):
        body = decode(file.read_bytes())
        page = get(board).extract(kind, body, None, _FETCHED)  # type: ignore[arg-type]
        found = len({row["external_id"] for row in page.postings})
        shares = [_share(page.postings, name) for name in _FIELDS]
        rows.append([board, kind, f"{found}/{there}", _on_the_page(page.postings, body), *shares])
        said = page.blocked or page.changed or "; ".join(page.warnings)
        if said or page.rejected:
            troubles.append([file.name, said, len(page.rejected)])
    columns = ["board", "kind", "found", "on the page", *(_HEADINGS.get(name, name) for name in _FIELDS)]
    tables: list[dict[str, Any]] = [
        {"title": "Postings found and share of filled fields", "columns": columns, "rows": rows}
    ]
    if troubles:
        columns = ["page", "what the reader said", "rejected"]
        tables.append({"title": "Pages with a remark", "columns": columns, "rows": troubles})
    return {"name": "boards", "tables": tables, "skipped": None}


def _on_the_page(postings: list[dict[str, Any]], body: str) -> str:
    """Share of titles, companies and parts of places that stand on the page word for word."""
    text = _folded(body)
    said = [part for row in postings for name in ("title", "company") if (part := row[name])]
    said += [part for row in postings for part in re.split(r"[;,]\s*", row["location"] or "") if part]
    return f"{sum(_folded(part) in text for part in said) / len(said):.2f}" if said else ""


def _folded(text: str) -> str:
    """Letters and digits alone, with entities and JSON's escapes resolved: what stands between words is no matter."""
    plain = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match.group(1), 16)), html.unescape(text))
    return "".join(character for character in plain.casefold() if character.isalnum())


def _share(postings: list[dict[str, Any]], name: str) -> str:
    if not postings:
        return ""
    return f"{sum(row[name] not in (None, '', []) for row in postings) / len(postings):.2f}"
