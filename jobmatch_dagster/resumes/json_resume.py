"""An uploaded JSON Resume file: checked, cut to the known names, and given a body that offsets can point into."""

from __future__ import annotations

import json
import re
from typing import Any

from jobmatch_dagster.resumes.model import Cell, Document, Limits, Line
from jobmatch_dagster.resumes.status import Refused

_DATE = re.compile(r"^(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$")
_SECTIONS = {
    "work": ("name", "position", "location", "startDate", "endDate", "summary", "highlights", "url"),
    "education": ("institution", "area", "studyType", "startDate", "endDate", "score", "courses", "url"),
    "skills": ("name", "level", "keywords"),
    "languages": ("language", "fluency"),
    "certificates": ("name", "issuer", "date", "url"),
    "projects": ("name", "description", "highlights", "startDate", "endDate", "url", "keywords"),
    "publications": ("name", "publisher", "releaseDate", "url", "summary"),
    "awards": ("title", "date", "awarder", "summary"),
    "volunteer": ("organization", "position", "startDate", "endDate", "summary", "highlights"),
    "interests": ("name", "keywords"),
}
_LISTS = ("highlights", "keywords", "courses")
MAX_ITEMS = 500


def read(data: bytes, limits: Limits) -> tuple[dict[str, Any], Document]:
    """The profile of a JSON Resume file and the text made from it.

    Raises:
        Refused: corrupt (no JSON), unsupported (JSON of another kind), empty or too_large.
    """
    from jobmatch_dagster.resumes.formats.text import decode

    try:
        given = json.loads(decode(data))
    except (ValueError, RecursionError):
        raise Refused("corrupt", "The file is not valid JSON. Export it again and upload the new file.") from None
    if not isinstance(given, dict) or not isinstance(given.get("basics"), dict):
        raise Refused("unsupported", "The file is JSON but no JSON Resume: it has no part named basics.")
    basics = _basics(given["basics"])
    resume: dict[str, Any] = {"basics": basics}
    for section, names in _SECTIONS.items():
        items = given.get(section)
        resume[section] = [
            clean for item in (items if isinstance(items, list) else [])[:MAX_ITEMS] if (clean := _item(item, names))
        ]
    if not basics["name"] and not resume["work"] and not resume["education"] and not resume["skills"]:
        raise Refused("empty")
    document = Document(_lines(resume))
    if sum(len(line.text) for line in document.lines) > limits.max_characters:
        raise Refused("too_large")
    document.body()
    _offsets(resume, document)
    resume["meta"] = {
        "fields": {},
        "layout_confidence": 1.0,
        "confidence": 1.0 if resume["work"] and basics["name"] else 0.7,
    }
    return resume, document


def _text(value: Any) -> str | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    return " ".join(value.split())[:5000] or None if isinstance(value, str) else None


def _basics(given: dict[str, Any]) -> dict[str, Any]:
    basics: dict[str, Any] = {
        name: _text(given.get(name)) for name in ("name", "label", "email", "phone", "url", "summary")
    }
    location = given.get("location")
    basics["location"] = None
    if isinstance(location, dict):
        basics["location"] = {n: _text(location.get(n)) for n in ("address", "city", "region", "countryCode")}
    profiles = given.get("profiles")
    basics["profiles"] = [
        {n: _text(p.get(n)) for n in ("network", "username", "url")}
        for p in (profiles if isinstance(profiles, list) else [])[:MAX_ITEMS]
        if isinstance(p, dict)
    ]
    return basics


def _item(item: Any, names: tuple[str, ...]) -> dict[str, Any] | None:
    if isinstance(item, str):
        item = {names[0]: item}
    if not isinstance(item, dict):
        return None
    clean: dict[str, Any] = {}
    for name in names:
        value = item.get(name)
        if name in _LISTS:
            clean[name] = [t for v in (value if isinstance(value, list) else [])[:MAX_ITEMS] if (t := _text(v))]
        elif "date" in name.lower():
            text = _text(value)
            clean[name] = text if text and _DATE.match(text) else None
        else:
            clean[name] = _text(value)
    if not any(clean.values()):
        return None
    if "startDate" in clean:
        clean["_current"] = clean["endDate"] is None and clean["startDate"] is not None
    return clean


def _lines(resume: dict[str, Any]) -> list[Line]:
    """The profile as text: one line for each value, a gap before each item."""
    rows = [[v] for v in (resume["basics"]["name"], resume["basics"]["label"], resume["basics"]["summary"]) if v]
    lines = [Line([Cell(row[0])], gap=0.0) for row in rows]
    for section, names in _SECTIONS.items():
        for item in resume[section]:
            head = [
                item[n] for n in names if n not in _LISTS and item.get(n) and n not in ("url", "summary", "description")
            ]
            if head:
                lines.append(Line([Cell(t) for t in head], gap=1.5, style=f"{section}"))
            for name in ("summary", "description"):
                if item.get(name):
                    lines.append(Line([Cell(item[name])], gap=0.0))
            for name in _LISTS:
                lines.extend(Line([Cell(t)], gap=0.0, bullet=True) for t in item.get(name, []))
    return lines


def _offsets(resume: dict[str, Any], document: Document) -> None:
    """Give each job and school its place in the body: from its head line to the next head."""
    heads = [n for n, line in enumerate(document.lines) if line.style in _SECTIONS]
    at = 0
    for section in _SECTIONS:
        for item in resume[section]:
            while at < len(heads) and document.lines[heads[at]].style != section:
                at += 1
            if at >= len(heads):
                return
            first = heads[at]
            last = (heads[at + 1] if at + 1 < len(heads) else len(document.lines)) - 1
            if section in ("work", "education"):
                item["_span"] = [document.lines[first].start, document.lines[last].end]
                item["_confidence"] = 1.0
            at += 1
