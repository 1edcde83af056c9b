"""Parsed résumés as rows of ``tables.RESUMES``, and the hash that tells whether a match must be computed again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.resumes.model import ParsedResume

if TYPE_CHECKING:
    import pyarrow as pa


def matching_view(parsed: ParsedResume) -> dict[str, Any]:
    """What a match depends on, and nothing that only tells who the person is: no name, e-mail, phone, photo, links or
    street. The place stays as far as a job's place can veto it."""
    resume = parsed.resume or {}
    basics = resume.get("basics") or {}
    location = basics.get("location") or {}

    def cut(items: Any, *names: str) -> list[dict[str, Any]]:
        return [{name: item.get(name) for name in names} for item in items or []]

    return {
        "label": basics.get("label"),
        "summary": basics.get("summary"),
        "place": {name: location.get(name) for name in ("city", "region", "countryCode")},
        "work": cut(resume.get("work"), "name", "position", "startDate", "endDate", "summary", "highlights"),
        "education": cut(resume.get("education"), "institution", "area", "studyType", "endDate", "_level"),
        "skills": cut(resume.get("skills"), "name", "keywords", "level"),
        "languages": cut(resume.get("languages"), "language", "_code", "_cefr", "fluency"),
        "certificates": cut(resume.get("certificates"), "name"),
        "projects": cut(resume.get("projects"), "name", "description", "highlights"),
        "publications": cut(resume.get("publications"), "name"),
        "volunteer": cut(resume.get("volunteer"), "organization", "position", "highlights"),
        "seniority": parsed.seniority,
        "language": parsed.language,
    }


def content_hash(parsed: ParsedResume) -> str:
    """xxh3 of ``matching_view``: the same for two files that match alike, whoever's they are."""
    import xxhash

    text = json.dumps([parsed.status, matching_view(parsed)], ensure_ascii=False, sort_keys=True)
    return xxhash.xxh3_128_hexdigest(text.encode("utf-8", "surrogatepass"))


def to_table(
    parsed: Sequence[ParsedResume],
    user_ids: Sequence[str],
    file_paths: Sequence[str],
    sha256s: Sequence[str],
    uploaded_on: date | Sequence[date],
) -> pa.Table:
    """Rows for the database, one a résumé, in order.

    Args:
        parsed: the results, of any status.
        user_ids: whose each file is.
        file_paths: object name of each in the bucket.
        sha256s: hash of each file's content.
        uploaded_on: day of upload, one for all or one for each.

    Returns:
        a table of ``tables.RESUMES``. ``content``, ``body``, ``language``, ``layout`` are null unless parsed.
    """
    import pyarrow as pa

    from jobmatch_dagster import tables

    days = [uploaded_on] * len(parsed) if isinstance(uploaded_on, date) else list(uploaded_on)
    rows = []
    for result, user, path, digest, day in zip(parsed, user_ids, file_paths, sha256s, days, strict=True):
        ok = result.status == "parsed"
        rows.append(
            {
                "id": tables.resume_id(user, digest),
                "user_id": user,
                "file_path": path,
                "sha256": digest,
                "status": result.status,
                "reason": None if ok else result.reason,
                "content": _json(result.resume) if ok else None,
                "body": _storable(result.body) if ok else None,
                "language": result.language,
                "layout": result.layout,
                "confidence": result.confidence,
                "warnings": _json(result.warnings),
                "experience_years": result.experience_years,
                "seniority": result.seniority,
                "content_hash": content_hash(result),
                "parser_version": result.parser_version,
                "uploaded_on": day,
            }
        )
    return pa.Table.from_pylist(rows, schema=tables.RESUMES)


def _storable(text: str | None) -> str | None:
    """Text as Postgres takes it: no NUL, no lone surrogate. Both are replaced one for one, so offsets stay right."""
    if text is None:
        return None
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\\u0000", " ").encode("utf-8", "replace").decode("utf-8")
