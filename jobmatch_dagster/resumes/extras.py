"""Certificates, projects, publications, awards, volunteering, interests and references in JSON Resume's names."""

from __future__ import annotations

import re
from typing import Any

from jobmatch_dagster.resumes import dates, entries, work
from jobmatch_dagster.resumes.model import Line

_SPLIT = re.compile(r"\s*[,;|•·]\s*|\t")


def certificates(lines: list[Line]) -> list[dict[str, Any]]:
    """``{"name", "issuer", "date"}`` for each; lists of one line each and blocks of several lines are both read."""
    found = []
    for entry in _items(lines):
        if not entry.phrases:
            continue
        found.append(
            {
                "name": entry.phrases[0].text,
                "issuer": entry.phrases[1].text if len(entry.phrases) > 1 else None,
                "date": entry.span.finish or entry.span.begin if entry.span else None,
                "url": entry.url,
                "_span": [entry.start, entry.end],
                "_confidence": 0.7,
            }
        )
    return found


def _items(lines: list[Line]) -> list[entries.Entry]:
    if lines and sum(line.bullet for line in lines) >= 0.6 * len(lines):
        groups: list[list[Line]] = []
        for line in lines:
            if line.bullet or not groups:
                groups.append([line])
            else:
                groups[-1].append(line)
        return [entries.entry_of(group[:1], group[1:]) for group in groups]
    return entries.read(lines)


def projects(lines: list[Line]) -> list[dict[str, Any]]:
    """``{"name", "description", "highlights", "startDate", "endDate", "url"}`` for each."""
    found = []
    for entry in entries.read(lines):
        if not entry.phrases:
            continue
        said = [*(p.text for p in entry.phrases[1:]), *entry.summary]
        span = entry.span
        found.append(
            {
                "name": entry.phrases[0].text,
                "description": " ".join(said) or None,
                "highlights": entry.highlights,
                "startDate": span.begin if span else None,
                "endDate": span.finish if span else None,
                "url": entry.url,
                "_span": [entry.start, entry.end],
                "_confidence": 0.7,
            }
        )
    return found


def publications(lines: list[Line]) -> list[dict[str, Any]]:
    """``{"name", "publisher", "releaseDate", "url"}`` for each."""
    found = []
    for entry in _items(lines):
        if entry.phrases:
            found.append(
                {
                    "name": entry.phrases[0].text,
                    "publisher": entry.phrases[-1].text if len(entry.phrases) > 1 else None,
                    "releaseDate": entry.span.begin if entry.span else None,
                    "url": entry.url,
                    "_span": [entry.start, entry.end],
                    "_confidence": 0.6,
                }
            )
    return found


def awards(lines: list[Line]) -> list[dict[str, Any]]:
    """``{"title", "date", "awarder", "summary"}`` for each."""
    found = []
    for entry in _items(lines):
        if entry.phrases:
            found.append(
                {
                    "title": entry.phrases[0].text,
                    "date": entry.span.begin if entry.span else None,
                    "awarder": entry.phrases[1].text if len(entry.phrases) > 1 else None,
                    "summary": " ".join([*entry.summary, *entry.highlights]) or None,
                    "_span": [entry.start, entry.end],
                    "_confidence": 0.6,
                }
            )
    return found


def volunteer(lines: list[Line]) -> list[dict[str, Any]]:
    """``{"organization", "position", "startDate", "endDate", "highlights"}`` for each."""
    return [
        {
            "organization": job["name"],
            "position": job["position"],
            "startDate": job["startDate"],
            "endDate": job["endDate"],
            "highlights": job["highlights"],
            "_span": job["_span"],
            "_confidence": job["_confidence"],
        }
        for job in work.read(entries.read(lines))
    ]


def interests(lines: list[Line]) -> list[dict[str, Any]]:
    """``{"name"}`` for each."""
    texts = [part.strip(" .") for line in lines for part in _SPLIT.split(line.text)]
    return [{"name": t} for t in texts if t and len(t) < 80 and not dates.is_only_date(t)]
