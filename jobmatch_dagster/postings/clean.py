"""One batch of postings becomes jobs. The order of the steps is here; how each value is read is in its own module."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import xxhash

from jobmatch_dagster.postings import lifecycle
from jobmatch_dagster.postings.dates import deadline, posted
from jobmatch_dagster.postings.duplicates import Item, cluster, signatures
from jobmatch_dagster.postings.education import least_degree
from jobmatch_dagster.postings.employment import employment_in_text, employment_in_title, employment_on_board
from jobmatch_dagster.postings.experience import min_years
from jobmatch_dagster.postings.language import languages
from jobmatch_dagster.postings.phrases import Hits, find
from jobmatch_dagster.postings.place import read_place, read_remote
from jobmatch_dagster.postings.place.gazetteer import country_codes, folded
from jobmatch_dagster.postings.place.remote import scope_in_text, without_remote_words
from jobmatch_dagster.postings.salary import Salary, read_line, read_salary, salary_of
from jobmatch_dagster.postings.salary.periods import PERIODS
from jobmatch_dagster.postings.seniority import seniority_in_title, seniority_on_board
from jobmatch_dagster.postings.text import one_line, plain_text
from jobmatch_dagster.postings.words import load
from jobmatch_dagster.settings import settings
from jobmatch_dagster.tables import JOBS, POSTING, job_id

CHUNK = 4_000  # postings read at once: bounds the memory of a large batch
# What matching depends on; a change of any of them is a new content hash.
HASHED = (
    "title", "company", "description", "city", "region", "country", "remote", "remote_scope", "salary_min", "salary_max",
    "salary_currency", "salary_period", "employment_type", "seniority", "min_years_experience", "education", "language",
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


class _Row:
    """One job in the making: its values, where they were read, and what was rejected."""

    __slots__ = ("evidence", "in_text", "in_title", "issues", "posting", "value")

    def __init__(self, posting: dict[str, Any]) -> None:
        self.posting = posting
        self.value: dict[str, Any] = {}
        self.in_title: Hits = {}
        self.in_text: Hits = {}
        self.evidence: dict[str, dict[str, Any]] = {}
        self.issues: list[dict[str, str]] = json.loads(posting.get("intake_issues") or "[]")

    def read(self, name: str, value: Any, source: str, start: int = -1, end: int = -1) -> None:
        """Set a value with its evidence; offsets point into the source: ``text`` is the description."""
        self.value[name] = value
        self.evidence[name] = {"source": source} | ({"start": start, "end": end} if start >= 0 else {})

    def issue(self, name: str, reason: str) -> None:
        self.issues.append({"field": name, "reason": reason})

    def release(self) -> None:
        """Forget what only reading needed: a batch may be large."""
        self.posting, self.in_title, self.in_text = {}, {}, {}


def clean(postings: pa.Table, *, day: date, known: pa.Table | None = None) -> Cleaned:
    """Clean a batch of postings.

    Args:
        postings: columns of ``tables.POSTING``; absent columns count as null, other columns are passed over. A posting
            given more than once (board, external_id) becomes one job: the latest fetched stands.
        day: the day of the batch; first and last seen, and the anchor of relative dates without a time of fetching.
        known: open jobs of earlier days in columns of ``tables.JOBS``, with which duplicates are looked for. ``description``
            may be left out where a column ``signature`` (see ``duplicates.signatures``; 64 uint32) is there.

    Returns:
        Jobs, rejected postings and seconds by step. The same input gives the same rows.
    """
    result = Cleaned(JOBS.empty_table())
    seconds = result.seconds
    rows: list[_Row] = []
    with _timed(seconds, "intake"):
        sightings = _sightings(postings, result.rejected)
        table = postings.select([name for name in (*POSTING.names, "intake_issues") if name in postings.column_names])
    for start in range(0, len(sightings), CHUNK):
        with _timed(seconds, "intake"):
            chunk = _rows(table, sightings[start : start + CHUNK])
        for name, step in _STEPS:
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
    """Row numbers of each (board, external_id) in the order of their first row; unusable rows are rejected with the reason."""
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


def _rows(table: pa.Table, sightings: list[list[int]]) -> list[_Row]:
    postings = table.take(pa.array([index for indices in sightings for index in indices], pa.int64())).to_pylist()
    rows, start = [], 0
    for indices in sightings:
        posting = postings[start]
        for other in postings[start + 1 : start + len(indices)]:
            posting = _later(posting, other)
        rows.append(_Row(posting))
        start += len(indices)
    return rows


def _later(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Two sightings of one posting: the later one, with what only the other has."""
    first, second = one.get("fetched_at"), other.get("fetched_at")
    newer, older = (other, one) if first is None or (second is not None and second > first) else (one, other)
    return {name: newer.get(name) if newer.get(name) is not None else older.get(name) for name in {**one, **other}}


def _texts(rows: list[_Row], day: date) -> None:
    lines: dict[str, str] = {}
    texts: dict[str, str] = {}

    def line(value: str | None) -> str | None:
        if not value:
            return None
        if value not in lines:
            lines[value] = one_line(value)
        return lines[value] or None

    for row in rows:
        posting, value = row.posting, row.value
        value["board"], value["external_id"] = posting["board"].strip(), posting["external_id"].strip()
        value["id"] = job_id(value["board"], value["external_id"])
        value["url"], value["apply_url"] = posting.get("url"), posting.get("apply_url")
        value["title"] = line(posting["title"]) or posting["title"].strip()[:500]
        value["company"] = line(posting["company"]) or posting["company"].strip()[:500]
        value["location"] = line(posting.get("location"))
        source = posting.get("description_html")
        if source and source not in texts:
            texts[source] = plain_text(source)
        value["description"] = (texts[source] or None) if source else None


def _phrases(rows: list[_Row], day: date) -> None:
    titles = find([row.value["title"] for row in rows])
    texts = find([row.value["description"] or "" for row in rows])
    for row, in_title, in_text in zip(rows, titles, texts, strict=True):
        row.in_title, row.in_text = in_title, in_text


def _languages(rows: list[_Row], day: date) -> None:
    bar = settings().language_bar
    decisions = languages([row.value["title"] for row in rows], [row.value["description"] or "" for row in rows])
    for row, language in zip(rows, decisions, strict=True):
        row.value["language_confidence"] = language.confidence if language.code else None
        if language.code and language.confidence >= bar:
            row.read("language", language.code, "text" if row.value["description"] else "title")
        elif language.code:
            row.issue("language", f"{language.code} is below the bar of confidence")


def _places(rows: list[_Row], day: date) -> None:
    for row in rows:
        location, value = row.value["location"] or "", row.value
        reading = read_place(location, _hint(row))
        for note in reading.notes:
            row.issue("location", note)
        if reading.places:
            first = reading.places[0]
            value["city"], value["region"], value["country"] = first.city, first.region, first.country
            value["places"] = json.dumps(
                [
                    {"city": p.city, "region": p.region, "country": p.country, "lat": p.lat, "lon": p.lon}
                    for p in reading.places
                ],
                ensure_ascii=False,
            )
            row.evidence["country"] = {"source": "board"}
        remote = read_remote(row.posting.get("remote") or "", location, value["title"], row.in_title, row.in_text)
        if remote.kind:
            row.read("remote", remote.kind, remote.source, remote.start, remote.end)
        if remote.kind == "remote":
            _remote_scope(row, remote.scope, reading.places)
            scope = value.get("remote_scope") or ""
            if value.get("country") is None and len(scope) == 2 and scope in country_codes():
                row.value["country"] = scope
                row.evidence["country"] = row.evidence["remote_scope"]


def _hint(row: _Row) -> str | None:
    """The country that the ad's currency, else its language, speaks for."""
    posting, words = row.posting, load("places")
    code = posting.get("salary_currency")
    if not code and posting.get("salary_text"):
        line = read_line(posting["salary_text"], None, row.value.get("language"))
        code = line.currency if line else None
    hint: str | None = words["currency_country"].get(code or "") or words["language_country"].get(
        row.value.get("language")
    )
    return hint


def _remote_scope(row: _Row, area: str | None, places: tuple[Any, ...]) -> None:
    """From where a remote worker may work: a sentence of the text that says it, else the place beside "Remote"."""
    scope, start, end = scope_in_text(row.value["description"] or "", row.in_text)
    if scope:
        row.read("remote_scope", scope, "text", start, end)
    elif area:
        row.read("remote_scope", area, "board")
    elif places and len({place.country for place in places}) == 1 and places[0].country:
        row.read("remote_scope", places[0].country, "board")


def _salaries(rows: list[_Row], day: date) -> None:
    for row in rows:
        posting, value = row.posting, row.value
        salary, issues = salary_of(
            _board_salary(row),
            posting.get("salary_text") or "",
            value["description"] or "",
            row.in_text,
            value.get("country"),
            value.get("language"),
            _salary_in_title(row),
        )
        for issue in issues:
            row.issue("salary", issue)
        if salary is None:
            continue
        row.read("salary_min", salary.low, salary.source, salary.start, salary.end)
        value["salary_max"], value["salary_currency"], value["salary_period"] = (
            salary.high,
            salary.currency,
            salary.period,
        )
        value["salary_gross"] = salary.gross
        value["salary_annual_min"], value["salary_annual_max"] = salary.annual
        value["salary_range"] = posting.get("salary_text") or salary.written or None


def _salary_in_title(row: _Row) -> Salary | None:
    if not row.in_title.get("money"):
        return None
    value = row.value
    salary = read_salary(value["title"], row.in_title, value.get("country"), language=value.get("language"))
    return replace(salary, source="title") if salary else None


def _board_salary(row: _Row) -> Salary | None:
    """The board's own figures, where they are sound."""
    posting = row.posting
    low, high = posting.get("salary_min") or None, posting.get("salary_max") or None
    if low is None and high is None:
        return None
    if low is not None and high is not None and low > high:
        row.issue("salary", "the board's least salary is above its most")
        return None
    if low is not None and high is not None and high > low * 20:
        row.issue("salary", "the board's least and most salary do not fit together")
        return None
    currency = (posting.get("salary_currency") or "").strip().upper() or None
    period = (posting.get("salary_period") or "").strip().lower() or None
    if period not in PERIODS:
        period = None
    return Salary(low, high, currency if currency and len(currency) == 3 else None, period, source="board")


def _levels(rows: list[_Row], day: date) -> None:
    for row in rows:
        description = row.value["description"] or ""
        _seniority(row)
        _employment(row)
        if years := min_years(description, row.in_text):
            row.read("min_years_experience", years[0], "text", years[1], years[2])
        if degree := least_degree(description, row.in_text):
            row.read("education", degree.label, "text", degree.start, degree.end)


def _seniority(row: _Row) -> None:
    field_value = row.posting.get("seniority") or ""
    on_board, in_title = seniority_on_board(field_value) if field_value else None, seniority_in_title(row.in_title)
    if in_title:
        row.read("seniority", in_title.label, "title", in_title.start, in_title.end)
        if on_board and on_board != in_title.label:
            row.issue("seniority", f"the board says {on_board}")
    elif on_board:
        row.read("seniority", on_board, "board")


def _employment(row: _Row) -> None:
    field_value = row.posting.get("employment_type") or ""
    kind = employment_on_board(field_value) if field_value else None
    in_title = employment_in_title(row.in_title)
    if kind:
        row.read("employment_type", kind, "board")
        if in_title and in_title.label != kind:
            row.issue("employment_type", f"the title says {in_title.label}")
    elif in_title:
        row.read("employment_type", in_title.label, "title", in_title.start, in_title.end)
    elif found := employment_in_text(row.in_text):
        row.read("employment_type", found.label, "text", found.start, found.end)
    if row.value.get("seniority") is None and row.value.get("employment_type") == "internship":
        row.read("seniority", "intern", "employment_type")


def _dates(rows: list[_Row], day: date) -> None:
    for row in rows:
        posting, value = row.posting, row.value
        fetched = posting.get("fetched_at")
        if posting.get("posted_on"):
            row.read("posted_on", posting["posted_on"], "board")
        elif posting.get("posted_text"):
            found, note = posted(posting["posted_text"], fetched, month_first=value.get("country") == "US")
            if found:
                row.read("posted_on", found, "board")
            if note:
                row.issue("posted_on", note)
        last = fetched.date() if fetched else day
        if value.get("posted_on") and (value["posted_on"] - last).days > 1:
            row.issue("posted_on", f"{value['posted_on']} is after the page was fetched")
            value["posted_on"] = None
        if posting.get("valid_until"):
            row.read("valid_until", posting["valid_until"], "board")
        elif value["description"] and (limit := deadline(value["description"], row.in_text)):
            row.read("valid_until", limit[0], "text", limit[1], limit[2])


# The steps that read one posting by itself, in order: later ones use what earlier ones read.
_STEPS: tuple[tuple[str, Callable[[list[_Row], date], None]], ...] = (
    ("text", _texts),
    ("phrases", _phrases),
    ("language", _languages),
    ("place", _places),
    ("salary", _salaries),
    ("level", _levels),
    ("dates", _dates),
)


def _lifecycle(rows: list[_Row], day: date, known: pa.Table | None) -> None:
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


def _duplicates(rows: list[_Row], known: pa.Table | None) -> None:
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
    """Equal for one place: the country and city that were read, else the words (after "?"), or "" where there are none."""
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


def _table(rows: list[_Row]) -> pa.Table:
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
