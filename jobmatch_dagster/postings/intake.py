"""Rows of JSON become a table of postings: types are checked, the ids of rows that have none are made from their
content."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import xxhash

from jobmatch_dagster import jsonl
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.tables import POSTING

DEFAULT_BOARD = "input"
REMEDY = "Give title and company as text that is not empty."
_TEXTS = [field.name for field in POSTING if pa.types.is_string(field.type)]
_MAX_TEXT = 6_000_000


class Unusable(Exception):
    """A value of a type or form that its column cannot take; the message is the rule it broke."""


def postings(rows: Iterable[dict[str, Any]], name: str) -> tuple[pa.Table, list[JobmatchError]]:
    """Check rows and put them into the schema of postings.

    Args:
        rows: JSON objects with the fields of ``tables.POSTING``; only ``title`` and ``company`` are required; the
            text may be in
            ``description_html`` or ``description``.
        name: what the user calls the input, for messages.

    Returns:
        The table with one more column ``intake_issues`` (JSON: fields that were dropped and why), and the errors: one
        for each
        row that cannot be used.
    """
    kept: list[dict[str, Any]] = []
    errors: list[JobmatchError] = []
    repeated: Counter[str] = Counter()
    for number, row in enumerate(rows, 1):
        try:
            posting = _posting(row)
        except Unusable as reason:
            errors.append(JobmatchError(f"{name}, row {number}", str(reason), REMEDY))
            continue
        if not posting["external_id"]:
            made = "row:" + _content_id(posting)
            repeated[made] += 1
            posting["external_id"] = made if repeated[made] == 1 else f"{made}~{repeated[made]}"
        kept.append(posting)
    schema = POSTING.append(pa.field("intake_issues", pa.string()))
    return pa.Table.from_pylist(kept, schema=schema), errors


def _posting(row: dict[str, Any]) -> dict[str, Any]:
    issues: list[dict[str, str]] = []
    posting: dict[str, Any] = {}
    for field in POSTING:
        value = row.get(field.name)
        if field.name == "description_html" and (value is None or value == ""):
            value = row.get("description")
        try:
            posting[field.name] = _value(field, value)
        except Unusable as reason:
            if field.name in ("title", "company"):
                raise Unusable(f"has a {field.name} that {reason}") from None
            posting[field.name] = None
            issues.append({"field": field.name, "reason": str(reason)})
    for required in ("title", "company"):
        if not (posting[required] or "").strip():
            raise Unusable(f"has no {required}")
    posting["board"] = (posting["board"] or "").strip() or DEFAULT_BOARD
    posting["external_id"] = (posting["external_id"] or "").strip()
    posting["intake_issues"] = json.dumps(issues) if issues else None
    return posting


def _value(field: pa.Field, value: Any) -> Any:
    """One value in its column's type, None for nothing; raises Unusable."""
    if value is None or value == "" or value == []:
        return None
    if pa.types.is_string(field.type):
        if isinstance(value, bool) and field.name == "remote":
            return "remote" if value else None
        return _text(value, several=field.name == "location")
    if pa.types.is_floating(field.type):
        return _number(value)
    if pa.types.is_date(field.type):
        return _date(value)
    if pa.types.is_timestamp(field.type):
        return _instant(value)
    return (
        [_text(entry, several=False) for entry in value] if isinstance(value, list) else [_text(value, several=False)]
    )


def _text(value: Any, *, several: bool) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if several and isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return "; ".join(value)
    if not isinstance(value, str):
        raise Unusable(f"is a JSON {_kind(value)}, not text")
    # Arrow and Postgres take neither lone surrogates nor null characters
    text: str = jsonl.whole(value[:_MAX_TEXT].replace("\x00", ""))
    return text


def _number(value: Any) -> float:
    if isinstance(value, str):
        try:
            value = float(value.replace(",", "").strip())
        except ValueError:
            raise Unusable("is not a number") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unusable(f"is a JSON {_kind(value)}, not a number")
    if (isinstance(value, int) and abs(value) > 10**15) or not math.isfinite(value) or value < 0 or value > 1e15:
        raise Unusable("is not a number that a salary can be")
    return float(value)


def _date(value: Any) -> date:
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip()).date()
        except ValueError:
            pass
    raise Unusable("is not a date in the form YYYY-MM-DD")


def _instant(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip())
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            pass
    raise Unusable("is not a time in the form YYYY-MM-DDTHH:MM:SS+00:00")


def _kind(value: Any) -> str:
    return {dict: "object", list: "list", bool: "boolean"}.get(type(value), "number")


def _content_id(posting: dict[str, Any]) -> str:
    parts = [posting[name] or "" for name in ("url", "title", "company", "location", "description_html")]
    return xxhash.xxh3_128_hexdigest("\x1f".join(" ".join(part.split()) for part in parts).encode("utf-8", "replace"))
