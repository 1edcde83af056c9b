"""JSON Lines in, tables out: résumés and jobs for ranking without a database.

Belongs here: rows with a few fields made into the tables that ``match`` reads, skills found in their texts on the way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster import tables
from jobmatch_dagster.matching import profile

if TYPE_CHECKING:
    import pyarrow as pa


def _columns(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table; a field of the wrong type is null, a required one that is missing is empty."""
    import pyarrow as pa

    columns = []
    for field in schema:
        values = [_fitting(row.get(field.name), field.type) for row in rows]
        if not field.nullable:
            values = ["" if value is None and pa.types.is_string(field.type) else value for value in values]
        columns.append(pa.array(values, field.type))
    return pa.table(columns, names=schema.names)


def _fitting(value: Any, kind: pa.DataType) -> Any:
    import pyarrow as pa

    if value is None:
        return None
    if pa.types.is_string(kind):
        return value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, bool) and not pa.types.is_boolean(kind):
        return None
    if pa.types.is_date(kind) and isinstance(value, str):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    try:
        return pa.scalar(value, kind).as_py()
    except (pa.ArrowException, ValueError, OverflowError):  # NaN is no whole number
        return None


def jobs(rows: list[dict[str, Any]], day: date, threads: int = 1) -> tuple[pa.Table, pa.Table]:
    """Jobs and their skills from rows with at least ``id`` and ``title``.

    Args:
        rows: job rows; a field that does not fit its column's type counts as not known.
        day: day on which the jobs count as seen, where a row does not say.
        threads: threads that look for skills.
    """
    from jobmatch_dagster.skills.tables import job_skills

    full = [{"first_seen_on": day, "last_seen_on": day} | row for row in rows]
    for row in full:
        row["content_hash"] = _hash([row.get("title"), row.get("description")])
    table = _columns(full, tables.JOBS)
    return table, job_skills(table, threads=threads)


def resumes(rows: list[dict[str, Any]], day: date, threads: int = 1) -> tuple[pa.Table, pa.Table]:
    """Résumés and their skills from rows ``{"id", "resume": JSON Resume}``.

    The text that skills are looked for in, and that evidence points into, is ``profile.text_of`` the résumé.

    Args:
        rows: résumé rows.
        day: day that open-ended positions last until.
        threads: threads that look for skills.
    """
    from jobmatch_dagster.skills.tables import resume_skills

    full = []
    for row in rows:
        content = row.get("resume")
        content = content if isinstance(content, Mapping) else {}
        full.append(
            {
                "id": row["id"],
                "user_id": row["id"],
                "content": json.dumps(content),
                "body": profile.text_of(content),
                "status": "parsed",
                "uploaded_on": day,
                "language": row.get("language"),
                "content_hash": _hash([content]),
            }
        )
    table = _columns(full, tables.RESUMES)
    return table, resume_skills(table, threads=threads)


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:32]
