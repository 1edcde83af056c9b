"""The experience section to JSON Resume's ``work``: who employed the person, as what, when, where, doing what."""

from __future__ import annotations

import re
from typing import Any

from jobmatch_dagster.resumes import lexicon
from jobmatch_dagster.resumes.entries import Entry
from jobmatch_dagster.resumes.phrases import Phrase, role

_AT = re.compile(r"\s+(?:at|@|bei|chez|presso|bij|w firmie|na empresa|en la empresa|hos)\s+", re.I)
_COMMA = re.compile(r",\s+")
MAX_PHRASES = 4


def read(found: list[Entry]) -> list[dict[str, Any]]:
    """Jobs from the entries of one section, in the order of the page.

    Title and employer are told apart by their words; where these do not tell, by the order that the section's other
    entries have. Several roles under one employer each become a job with that employer's name.
    """
    parted = [_parted(entry) for entry in found]
    lean = sum(max(-2.0, min(2.0, _evidence(p))) for p in parted)
    jobs: list[dict[str, Any]] = []
    for entry, phrases in zip(found, parted, strict=True):
        title, company = _choose(phrases, lean)
        jobs.append(_job(entry, title, company))
    return _inherit(jobs, found)


def _parted(entry: Entry) -> list[Phrase]:
    """The head's phrases; a single one is cut at "at" or at the comma that divides it best."""
    phrases = entry.phrases[:MAX_PHRASES]
    if len(phrases) == 1:
        return _cut(phrases[0])
    if len(phrases) > 1 and all(role(p.text) > 0 for p in phrases[:2]):
        first = _cut(phrases[0])
        if len(first) == 2 and min(lexicon.role_score(f.text) for f in first) == 0:
            return [*first, *phrases[1:]]
    return phrases


def _cut(phrase: Phrase) -> list[Phrase]:
    text = phrase.text
    best: tuple[float, int, int] | None = None
    for pattern, bonus in ((_AT, 1.0), (_COMMA, 0.0)):
        for match in pattern.finditer(text):
            left, right = text[: match.start()], text[match.end() :]
            score = abs(role(left) - role(right)) + bonus
            if min(lexicon.role_score(left), lexicon.role_score(right)) > 0 and not bonus:
                score -= 1.0
            elif max(lexicon.role_score(left), lexicon.role_score(right)) > 0:
                score += 0.5
            if best is None or score > best[0] + 0.01:
                best = (score, match.start(), match.end())
    if best is None or best[0] < 0.8:
        return [phrase]
    _, stop, begin = best
    return [
        Phrase(text[:stop], phrase.start, phrase.start + stop, phrase.row, phrase.bold, phrase.italic, phrase.size),
        Phrase(text[begin:], phrase.start + begin, phrase.end, phrase.row, phrase.bold, phrase.italic, phrase.size),
    ]


def _evidence(phrases: list[Phrase]) -> float:
    """Positive where the first of two phrases is the title, negative where it is the employer."""
    if len(phrases) < 2:
        return 0.0
    return role(phrases[0].text) - role(phrases[1].text)


def _choose(phrases: list[Phrase], lean: float) -> tuple[Phrase | None, Phrase | None]:
    if not phrases:
        return None, None
    if len(phrases) == 1:
        only = phrases[0]
        return (only, None) if role(only.text) > 0 else (None, only)
    sure = _evidence(phrases)
    first, second = phrases[0], phrases[1]
    if len(phrases) > 2 and lexicon.role_score(first.text) == 0 and lexicon.role_score(second.text) == 0:
        third = next((p for p in phrases[2:] if lexicon.role_score(p.text) > 0), None)
        if third is not None:
            return third, first
    if abs(sure) >= 0.5:
        return (first, second) if sure > 0 else (second, first)
    return (first, second) if lean >= 0 else (second, first)


def _job(entry: Entry, title: Phrase | None, company: Phrase | None) -> dict[str, Any]:
    span = entry.span
    job: dict[str, Any] = {
        "name": company.text if company else None,
        "position": title.text if title else None,
        "location": entry.place.text if entry.place else None,
        "startDate": span.begin if span else None,
        "endDate": span.finish if span else None,
        "highlights": entry.highlights,
    }
    if entry.url:
        job["url"] = entry.url
    if entry.summary:
        job["summary"] = "\n".join(entry.summary)
    known = [title is not None, company is not None, span is not None and span.range]
    evident = (role(title.text) > 0 if title else False) + 0.0
    job["_span"] = [entry.start, entry.end]
    job["_confidence"] = round(0.3 + 0.2 * sum(known) + 0.1 * evident, 2)
    job["_at"] = {
        "name": [company.start, company.end] if company else None,
        "position": [title.start, title.end] if title else None,
        "location": list(entry.place_at) if entry.place_at else None,
        "startDate": [span.start, span.end] if span else None,
    }
    job["_current"] = bool(span and span.current)
    return job


def _inherit(jobs: list[dict[str, Any]], found: list[Entry]) -> list[dict[str, Any]]:
    """Give roles without an employer that of the entry above; drop an employer's own line once its roles follow."""
    kept: list[dict[str, Any]] = []
    for n, job in enumerate(jobs):
        after = jobs[n + 1] if n + 1 < len(jobs) else None
        bare = job["position"] is None and not job["highlights"] and not job.get("summary")
        if bare and after and after["name"] is None and after["position"]:
            after["name"], after["_at"]["name"] = job["name"], job["_at"]["name"]
            after["location"] = after["location"] or job["location"]
            continue
        if job["name"] is None and job["position"] and kept and kept[-1]["name"]:
            job["name"], job["_at"]["name"] = kept[-1]["name"], kept[-1]["_at"]["name"]
            job["_confidence"] = round(job["_confidence"] - 0.05, 2)
        if job["name"] or job["position"]:
            kept.append(job)
    return kept
