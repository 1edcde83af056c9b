"""One batch of postings becomes jobs. The order of the steps is here; how each value is read is in its own module."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from jobmatch_dagster.postings import lifecycle
from jobmatch_dagster.postings.duplicates import (
    PERMUTATIONS,
    Clusters,
    Item,
    cluster,
    likely,
    signatures,
    stored_signatures,
)
from jobmatch_dagster.postings.place.gazetteer import folded
from jobmatch_dagster.postings.place.remote import without_remote_words
from jobmatch_dagster.postings.readings import STEPS, Row
from jobmatch_dagster.tables import JOBS

CHUNK = 2_000  # postings read at once: bounds the memory of a large batch
# What only the batch as a whole, or the days before, can tell.
_LATE = ("first_seen_on", "last_seen_on", "duplicate_of", "group_id", "evidence")
# What is read of a posting; the other columns stay with the raw rows.
_READ = (
    "board", "external_id", "url", "apply_url", "title", "company", "location", "description_html",
    "posted_text", "posted_on", "valid_until", "fetched_at", "employment_type", "seniority", "remote",
    "salary_text", "salary_estimate", "salary_min", "salary_max", "salary_currency", "salary_period", "intake_issues",
)  # fmt: skip
_HASHED_FORM = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_JSON = json.JSONEncoder(ensure_ascii=False, default=str)
# What matching depends on; a change of any of them is a new content hash.
HASHED = (
    "title", "company", "description", "city", "region", "country",
    "remote", "remote_scope", "salary_min", "salary_max", "salary_currency", "salary_period",
    "employment_type", "seniority", "min_years_experience", "education", "language",
)  # fmt: skip
_hashed = itemgetter(*HASHED)


@dataclass
class Cleaned:
    """The result of one batch.

    Attributes:
        jobs: rows in the schema ``tables.JOBS``, one per (board, external_id), in the order of the postings.
        rejected: postings that cannot become a job: ``{"subject", "reason"}``.
        seconds: wall time by step.
        signatures: of the jobs' descriptions, uint32, shape (jobs, 64), to be kept for later days.
    """

    jobs: pa.Table
    rejected: list[dict[str, str]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    signatures: np.ndarray = field(default_factory=lambda: np.empty((0, PERMUTATIONS), np.uint32))


ReadTexts = Callable[[list[str]], dict[str, str]]  # ids of known jobs → their descriptions, where there are any


@dataclass
class _Parts:
    """What is kept of each chunk once it has been read."""

    tables: list[pa.Table] = field(default_factory=list)
    marks: list[np.ndarray] = field(default_factory=list)
    places: list[str] = field(default_factory=list)


def clean(
    postings: pa.Table, *, day: date, known: pa.Table | None = None, read_texts: ReadTexts | None = None
) -> Cleaned:
    """Clean a batch of postings.

    Args:
        postings: columns of ``tables.POSTING``; absent columns count as null, other columns are passed over. A posting
            given more than once (board, external_id) becomes one job: the latest fetched stands.
        day: the day of the batch; first and last seen, and the anchor of relative dates without a time of fetching.
        known: open jobs of earlier days in columns of ``tables.JOBS``, with which duplicates are looked for.
            ``description`` may be left out, or null, where a column ``signature`` is filled (see
            ``duplicates.stored_signatures``).
        read_texts: reads the descriptions of the few known jobs that may be the same ad as one of the day's, where
            ``known`` comes without them; without it their descriptions in ``known``, or their signatures, decide.

    Returns:
        Jobs, rejected postings and seconds by step. The same input gives the same rows.
    """
    with _collector_paused():
        return _cleaned(postings, day, known, read_texts)


def _cleaned(postings: pa.Table, day: date, known: pa.Table | None, read_texts: ReadTexts | None) -> Cleaned:
    result = Cleaned(JOBS.empty_table())
    seconds = result.seconds
    parts = _Parts()
    with _timed(seconds, "intake"):
        sightings = _sightings(postings, result.rejected)
        table = postings.select([name for name in _READ if _is_filled(postings, name)])
    if not sightings:
        return result
    for start in range(0, len(sightings), CHUNK):
        _read(table, sightings[start : start + CHUNK], day, parts, seconds)
    jobs = pa.concat_tables(parts.tables)
    with _timed(seconds, "duplicates"):
        seen = _lifecycle(jobs, day, known)
        result.signatures = np.concatenate(parts.marks)
        clusters, old = _duplicates(jobs, result.signatures, parts.places, seen[0], known, read_texts)
    with _timed(seconds, "table"):
        result.jobs = _finished(jobs, seen, clusters, old)
    return result


def _read(table: pa.Table, sightings: list[list[int]], day: date, parts: _Parts, seconds: dict[str, float]) -> None:
    """Read one chunk of postings, and keep of it what is needed for the batch as a whole."""
    with _timed(seconds, "intake"):
        rows = _rows(table, sightings)
    for name, step in STEPS:
        with _timed(seconds, name):
            step(rows, day)
    with _timed(seconds, "duplicates"):
        parts.marks.append(signatures([row.value["description"] or "" for row in rows]))
        parts.places.extend(_place_key(row.value) for row in rows)
    with _timed(seconds, "table"):
        parts.tables.append(_part(rows))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Reading makes many small objects and no cycles among them; walking them all again and again takes a fifth of the
    time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds[step] = seconds.get(step, 0.0) + time.perf_counter() - began


def _sightings(postings: pa.Table, rejected: list[dict[str, str]]) -> list[list[int]]:
    """Row numbers of each (board, external_id) in the order of their first row; unusable rows are rejected with the
    reason."""
    required = ("board", "external_id", "title", "company")
    columns = [
        [(value or "").strip() for value in postings[name].to_pylist()]
        if name in postings.column_names
        else [""] * postings.num_rows
        for name in (*required, "url")
    ]
    found: dict[tuple[str, str], list[int]] = {}
    for index, (board, external_id, title, company, url) in enumerate(zip(*columns, strict=True)):
        if board and external_id and title and company:
            found.setdefault((board, external_id), []).append(index)
        else:
            values = zip(required, (board, external_id, title, company), strict=True)
            lacking = [name for name, value in values if not value]
            subject = f"{board or 'unknown board'} {external_id or url or f'row {index + 1}'}"
            rejected.append({"subject": subject, "reason": f"has no {' and no '.join(lacking)}"})
    return list(found.values())


def _is_filled(table: pa.Table, name: str) -> bool:
    return name in table.column_names and table[name].null_count < table.num_rows


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


def _lifecycle(jobs: pa.Table, day: date, known: pa.Table | None) -> tuple[list[date], list[date]]:
    """The days on which each job was first and last seen."""
    seen: dict[str, tuple[date | None, date | None]] = {}
    ids = jobs["id"].to_pylist()
    if known is not None and known.num_rows:
        again = known.select(["id", "first_seen_on", "last_seen_on"]).filter(
            pc.is_in(known["id"], value_set=pa.array(ids, known["id"].type))
        )
        seen = {job["id"]: (job["first_seen_on"], job["last_seen_on"]) for job in again.to_pylist()}
    days = [seen.get(job, (None, None)) for job in ids]
    return [lifecycle.first_seen(day, first) for first, _ in days], [lifecycle.last_seen(day, last) for _, last in days]


def _duplicates(
    jobs: pa.Table,
    marks: np.ndarray,
    places: list[str],
    first_seen: list[date],
    known: pa.Table | None,
    read_texts: ReadTexts | None,
) -> tuple[Clusters, list[Item]]:
    """The clusters of the known jobs that may matter and the batch's jobs, in this order, and the items of all."""
    old, old_marks, old_texts = _known_items(jobs, marks, known, read_texts)
    named = zip(*(jobs[name].to_pylist() for name in ("id", "board", "external_id", "title", "company")), strict=True)
    lengths = pc.fill_null(pc.utf8_length(jobs["description"]), 0).to_pylist()
    items = old + [
        Item(id, board, external_id, title, company, place, length, first)
        for (id, board, external_id, title, company), place, length, first in zip(
            named, places, lengths, first_seen, strict=True
        )
    ]
    texts = jobs["description"]

    def text(index: int) -> str | None:
        if index < len(old):
            return old_texts.get(old[index].id)
        found: str | None = texts[index - len(old)].as_py()
        return found

    return cluster(items, np.concatenate([old_marks, marks]), text), items


def _known_items(
    jobs: pa.Table, marks: np.ndarray, known: pa.Table | None, read_texts: ReadTexts | None
) -> tuple[list[Item], np.ndarray, dict[str, str]]:
    """The open jobs that are not in the batch itself and may be an ad of the batch; their signatures and texts."""
    if known is None or not known.num_rows:
        return [], np.empty((0, marks.shape[1]), np.uint32), {}
    known = known.filter(pc.invert(pc.is_in(known["id"], value_set=jobs["id"].combine_chunks().cast(known["id"].type))))
    old_marks = stored_signatures(known)
    rows = likely(known, old_marks, marks, jobs["company"].to_pylist(), jobs["title"].to_pylist())
    chosen = known.take(pa.array(rows)).to_pylist()
    if read_texts is not None:
        texts = read_texts([job["id"] for job in chosen]) if chosen else {}
    else:
        texts = {job["id"]: job["description"] for job in chosen if job.get("description")}
    items = [
        Item(
            job["id"],
            job["board"],
            job["external_id"],
            job["title"],
            job["company"],
            _place_key(job),
            len(texts.get(job["id"], "")),
            job["first_seen_on"],
            True,
            job.get("duplicate_of"),
            job.get("group_id"),
        )
        for job in chosen
    ]
    return items, old_marks[rows], texts


def _place_key(job: dict[str, Any]) -> str:
    """Equal for one place: the country and city that were read, else the words (after "?"), or "" where there are
    none."""
    if job.get("city") or job.get("country"):
        return f"{job.get('country') or ''}/{job.get('city') or ''}"
    words = folded(without_remote_words(job.get("location") or ""))
    return f"?{words}" if words else ""


def _part(rows: list[Row]) -> pa.Table:
    """A chunk's jobs, without what only the batch as a whole can tell."""
    for row in rows:
        row.value["content_hash"] = _content_hash(row.value)
        row.value["evidence"] = _JSON.encode(row.evidence) if row.evidence else None
        row.value["issues"] = _JSON.encode(row.issues) if row.issues else None
    values = [row.value for row in rows]
    fields = [column for column in JOBS if column.name not in _LATE or column.name == "evidence"]
    return pa.table(
        [pa.array(map(itemgetter(column.name), values), column.type, size=len(rows)) for column in fields],
        schema=pa.schema(fields),
    )


def _finished(jobs: pa.Table, seen: tuple[list[date], list[date]], clusters: Clusters, items: list[Item]) -> pa.Table:
    """The batch's jobs in all columns; the items are the known ones, then the batch's."""
    old = len(items) - jobs.num_rows
    evidence = jobs["evidence"].to_pylist()
    for row, others in enumerate(clusters.also[old:]):
        if others:
            read = json.loads(evidence[row] or "{}")
            read["duplicate_of"] = _seen_elsewhere(items, old + row, others, clusters.similarity[old + row])
            evidence[row] = _JSON.encode(read)
    late = dict(zip(_LATE, (*seen, clusters.duplicate_of[old:], clusters.group_id[old:], evidence), strict=True))
    columns = [
        pa.chunked_array([late[column.name]], column.type) if column.name in late else jobs[column.name]
        for column in JOBS
    ]
    return pa.table(columns, schema=JOBS)


def _seen_elsewhere(items: list[Item], row: int, others: list[int], similarity: float | None) -> dict[str, Any]:
    """Evidence of a duplicate: the other rows of the ad at its place."""
    repost = any(items[i].known and items[i].board == items[row].board for i in others)
    return {
        "source": "repost" if repost else "comparison",
        "similarity": round(similarity or 0.0, 4),
        "also": [
            {"id": items[i].id, "board": items[i].board, "external_id": items[i].external_id} for i in others[:20]
        ],
    }


def _content_hash(value: dict[str, Any]) -> str:
    """A hash of what matching depends on; the same in every version of Python and on every machine."""
    parts = _HASHED_FORM.encode(_hashed(value))
    return xxhash.xxh3_128_hexdigest(parts.encode("utf-8", "replace"))
