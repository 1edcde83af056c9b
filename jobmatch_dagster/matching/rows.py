"""JSON Lines in, tables out: résumés and jobs for ranking without a database.

Belongs here: rows with a few fields made into the tables that ``match`` reads, skills found in their texts on the way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

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
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        return None


def jobs(rows: list[dict[str, Any]], day: date) -> tuple[pa.Table, pa.Table]:
    """Jobs and their skills from rows with at least ``id`` and ``title``."""
    full = [{"first_seen_on": day, "last_seen_on": day} | row for row in rows]
    for row in full:
        row["content_hash"] = _hash([row.get("title"), row.get("description")])
    table = _columns(full, tables.JOBS)
    return table, _found(
        [row.get("description") for row in full], [row.get("title") for row in full], table["id"].to_pylist(), "posting"
    )


def resumes(rows: list[dict[str, Any]], day: date) -> tuple[pa.Table, pa.Table]:
    """Résumés and their skills from rows ``{"id", "resume": JSON Resume}``."""
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
    skills = _found(table["body"].to_pylist(), None, table["id"].to_pylist(), "resume")
    return table, skills


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:32]


def _found(
    texts: list[str | None], titles: list[str | None] | None, ids: list[str], kind: Literal["posting", "resume"]
) -> pa.Table:
    """Skills of the texts, one row a text and skill: the strongest mention's words, every mention's offsets."""
    import pyarrow as pa

    from jobmatch_dagster.skills.extractor import extract

    texts = [text if isinstance(text, str) else "" for text in texts]
    heads = None if titles is None else [title if isinstance(title, str) else "" for title in titles]
    best: dict[tuple[int, str], dict[str, Any]] = {}
    for mention in extract(texts, kind=kind, titles=heads).to_pylist():
        key = (mention["row"], mention["skill_id"])
        kept = best.get(key)
        evidence = [*(kept["evidence"] if kept else []), mention["start"], mention["end"]]
        if kept is None or (mention["weight"] or 0) > (kept["weight"] or 0):
            kept = best[key] = dict(mention)
        kept["evidence"] = evidence
    rows = [row | {"job_id": ids[row["row"]], "resume_id": ids[row["row"]]} for row in best.values()]
    if kind == "resume":
        rows = [
            row | {"user_id": row["resume_id"], "years": None, "last_used": None}
            for row in rows
            if row["requirement"] != "excluded"
        ]
    schema = tables.JOB_SKILLS if kind == "posting" else tables.RESUME_SKILLS
    return pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in rows], schema=schema)
