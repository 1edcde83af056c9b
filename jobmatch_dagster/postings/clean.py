"""One batch of postings becomes jobs. The order of the steps is here; how each value is read is in its own module."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import xxhash

from jobmatch_dagster.postings import lifecycle
from jobmatch_dagster.postings.duplicates import Item, cluster, signatures
from jobmatch_dagster.postings.place.gazetteer import folded
from jobmatch_dagster.postings.place.remote import without_remote_words
from jobmatch_dagster.postings.readings import STEPS, Row
from jobmatch_dagster.tables import JOBS, POSTING

CHUNK = 4_000  # postings read at once: bounds the memory of a large batch
# What matching depends on; a change of any of them is a new content hash.
HASHED = (
    "title", "company", "description", "city", "region", "country",
    "remote", "remote_scope", "salary_min", "salary_max", "salary_currency", "salary_period",
    "employment_type", "seniority", "min_years_experience", "education", "language",
)  # fmt: skip


@dataclass
class Cleaned:
    """The result of one batch.

    Attributes:
        jobs: rows in the schema ``tables.JOBS``, one per (board, external_id), in the order of the postings.
        rejected: postings that cannot become a job: ``{"subject", "reason"}``.
        seconds: wall time by step.
    """

    jobs: pa.Table
    rejected: list[dict[str, str]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


def clean(postings: pa.Table, *, day: date, known: pa.Table | None = None) -> Cleaned:
    """Clean a batch of postings.

    Args:
        postings: columns of ``tables.POSTING``; absent columns count as null, other columns are passed over. A posting
            given more than once (board, external_id) becomes one job: the latest fetched stands.
        day: the day of the batch; first and last seen, and the anchor of relative dates without a time of fetching.
        known: open jobs of earlier days in columns of ``tables.JOBS``, with which duplicates are looked for.
            ``description``
            may be left out where a column ``signature`` (see ``duplicates.signatures``; 64 uint32) is there.

    Returns:
        Jobs, rejected postings and seconds by step. The same input gives the same rows.
    """
    result = Cleaned(JOBS.empty_table())
    seconds = result.seconds
    rows: list[Row] = []
    with _timed(seconds, "intake"):
        sightings = _sightings(postings, result.rejected)
        table = postings.select([name for name in (*POSTING.names, "intake_issues") if name in postings.column_names])
    for start in range(0, len(sightings), CHUNK):
        with _timed(seconds, "intake"):
            chunk = _rows(table, sightings[start : start + CHUNK])
        for name, step in STEPS:
            with _timed(seconds, name):
                step(chunk, day)
        for row in chunk:
            row.release()
        rows.extend(chunk)
    with _timed(seconds, "duplicates"):
        _lifecycle(rows, day, known)
        _duplicates(rows, known)
    with _timed(seconds, "table"):
        result.jobs = _table(rows)
    return result


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds[step] = seconds.get(step, 0.0) + time.perf_counter() - began


def _sightings(postings: pa.Table, rejected: list[dict[str, str]]) -> list[list[int]]:
    """Row numbers of each (board, external_id) in the order of their first row; unusable rows are rejected with the
    reason."""
    required = ("board", "external_id", "title", "company")
    columns = {
        name: postings[name].to_pylist() if name in postings.column_names else [None] * postings.num_rows
        for name in (*required, "url")
    }
    found: dict[tuple[str, str], list[int]] = {}
    for index in range(postings.num_rows):
        values = {name: (columns[name][index] or "").strip() for name in columns}
        lacking = [name for name in required if not values[name]]
        if lacking:
            subject = (
                f"{values['board'] or 'unknown board'} {values['external_id'] or values['url'] or f'row {index + 1}'}"
            )
            rejected.append({"subject": subject, "reason": f"has no {' and no '.join(lacking)}"})
        else:
            found.setdefault((values["board"], values["external_id"]), []).append(index)
    return list(found.values())


def _rows(table: pa.Table, sightings: list[list[int]]) -> list[Row]:
    postings = table.take(pa.array([index for indices in sightings for index in indices], pa.int64())).to_pylist()
    rows, start = [], 0
    for indices in sightings:
        posting = postings[start]
        for other in postings[start + 1 : start + len(indices)]:
            posting = _later(posting, other)
        rows.append(Row(posting))
        start += len(indices)
    return rows


def _later(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two sightings of one posting: the later one, with what only the other has."""
    first, second = one.get("fetched_at"), other.get("fetched_at")
    newer, older = (other, one) if first is None or (second is not None and second > first) else (one, other)
    return {name: newer.get(name) if newer.get(name) is not None else older.get(name) for name in {**one, **other}}


def _lifecycle(rows: list[Row], day: date, known: pa.Table | None) -> None:
    seen: dict[str, tuple[date | None, date | None]] = {}
    if known is not None and known.num_rows:
        seen = {
            job: (first, last)
            for job, first, last in zip(
                known["id"].to_pylist(),
                known["first_seen_on"].to_pylist(),
                known["last_seen_on"].to_pylist(),
                strict=True,
            )
        }
    for row in rows:
        first, last = seen.get(row.value["id"], (None, None))
        row.value["first_seen_on"] = lifecycle.first_seen(day, first)
        row.value["last_seen_on"] = lifecycle.last_seen(day, last)


def _duplicates(rows: list[Row], known: pa.Table | None) -> None:
    fresh = {row.value["id"] for row in rows}
    old, stored = _known_items(known, fresh)
    items = old + [_item(row.value) for row in rows]
    marks = np.concatenate(
        [signatures([item.text or "" for item in items[at : at + CHUNK]]) for at in range(0, len(items) or 1, CHUNK)]
    )
    for index, mark in stored.items():
        marks[index] = mark
    clusters = cluster(items, marks)
    for index, row in enumerate(rows, len(old)):
        row.value["duplicate_of"] = clusters.duplicate_of[index]
        row.value["group_id"] = clusters.group_id[index]
        others = clusters.also[index]
        if others:
            also = [
                {"id": items[i].id, "board": items[i].board, "external_id": items[i].external_id} for i in others[:20]
            ]
            repost = any(items[i].known and items[i].board == row.value["board"] for i in others)
            row.evidence["duplicate_of"] = {
                "source": "repost" if repost else "comparison",
                "similarity": round(clusters.similarity[index] or 0.0, 4),
                "also": also,
            }


def _item(value: dict[str, Any]) -> Item:
    description = value["description"]
    return Item(
        value["id"],
        value["board"],
        value["external_id"],
        value["title"],
        value["company"],
        _place_key(value.get("city"), value.get("country"), value.get("location")),
        description,
        _text_hash(description),
        value["first_seen_on"],
    )


def _place_key(city: str | None, country: str | None, location: str | None) -> str:
    """Equal for one place: the country and city that were read, else the words (after "?"), or "" where there are
    none."""
    if city or country:
        return f"{country or ''}/{city or ''}"
    words = folded(without_remote_words(location or ""))
    return f"?{words}" if words else ""


def _text_hash(text: str | None) -> str | None:
    return xxhash.xxh3_128_hexdigest(" ".join(text.casefold().split()).encode("utf-8", "replace")) if text else None


def _known_items(known: pa.Table | None, fresh: set[str]) -> tuple[list[Item], dict[int, np.ndarray]]:
    """The open jobs that are not in the batch itself, and the signatures that are stored for them."""
    items: list[Item] = []
    stored: dict[int, np.ndarray] = {}
    if known is None:
        return items, stored
    for job in known.to_pylist():
        if job["id"] in fresh:
            continue
        if job.get("signature") is not None:
            stored[len(items)] = np.asarray(job["signature"], np.uint32)
        text = job.get("description")
        items.append(
            Item(
                job["id"],
                job["board"],
                job["external_id"],
                job["title"],
                job["company"],
                _place_key(job.get("city"), job.get("country"), job.get("location")),
                text,
                _text_hash(text),
                job["first_seen_on"],
                True,
                job.get("duplicate_of"),
                job.get("group_id"),
            )
        )
    return items, stored


def _table(rows: list[Row]) -> pa.Table:
    for row in rows:
        row.value["content_hash"] = _content_hash(row.value)
        row.value["evidence"] = json.dumps(row.evidence, ensure_ascii=False, default=str) if row.evidence else None
        row.value["issues"] = json.dumps(row.issues, ensure_ascii=False) if row.issues else None
    return pa.table(
        {column.name: pa.array([row.value.get(column.name) for row in rows], column.type) for column in JOBS},
        schema=JOBS,
    )


def _content_hash(value: dict[str, Any]) -> str:
    """A hash of what matching depends on; the same in every version of Python and on every machine."""
    parts = json.dumps([value.get(name) for name in HASHED], ensure_ascii=False, separators=(",", ":"))
    return xxhash.xxh3_128_hexdigest(parts.encode("utf-8", "replace"))
