"""The education section to JSON Resume's ``education``: school, degree, field, dates, grade."""

from __future__ import annotations

import re
from typing import Any

from jobmatch_dagster.resumes import entries, lexicon
from jobmatch_dagster.resumes.entries import Entry
from jobmatch_dagster.resumes.model import Line
from jobmatch_dagster.resumes.phrases import Phrase

_SCORE = re.compile(
    r"\b(?:c?gpa|grade|note|abschlussnote|gesamtnote|mention|voto|votazione|nota|media|promedio|cijfer|ocena|średnia|średnia ocen|moyenne)\b"  # noqa: E501
    r"\s*[:=]?\s*(?P<a>[\d.,]+(?:\s*/\s*[\d.,]+)?(?: e lode)?|[A-F][+-]?\b|très bien|bien|sehr gut|gut|cum laude)"
    r"|(?P<b>\d[.,]\d{1,2}(?:\s*/\s*\d(?:[.,]\d{1,2})?)?)\s*(?:c?gpa)\b|(?P<c>(?:magna |summa )?cum laude|first[- ]class honours|\b110/110(?: e lode)?)",  # noqa: E501
    re.I,
)
_FILLER = re.compile(
    r"^(?:graduated|graduation|expected|expected graduation|class of|degree|graduated as|voraussichtlich|abschluss|diplôme|titulación)\b[\s:]*",  # noqa: E501
    re.I,
)
_COMMA = re.compile(r",\s+|\s+@\s+|\s+at\s+|\s+an der\s+|\s+an\s+|\s+à l[’']\s*|\s+\(|\)\s*")


def read(lines: list[Line]) -> list[dict[str, Any]]:
    """Schools in the order of the page. An entry without a degree and without a school's name is left out."""
    made = []
    for entry in entries.read(lines):
        school = _school(entry)
        if school:
            made.append(school)
    told = [s for s in made if s["studyType"] or lexicon.school_score(s["institution"] or "")]
    return _merged(told or made)


def _pieces(entry: Entry) -> list[Phrase]:
    """The head's phrases, cut at commas where a degree and a school share one."""
    cut: list[Phrase] = []
    for phrase in entry.phrases:
        degree, school = lexicon.degree_in(phrase.text), lexicon.school_score(phrase.text)
        if (degree and school) or ("," in phrase.text and (degree or school)):
            cut.extend(_cut(phrase))
        else:
            cut.append(phrase)
    return [p for p in cut if p.text]


def _cut(phrase: Phrase) -> list[Phrase]:
    text, begin, parts = phrase.text, 0, []
    degree = lexicon.degree_in(text)
    for match in [*_COMMA.finditer(text), None]:
        stop = match.start() if match else len(text)
        if text[begin:stop].strip():
            parts.append(
                Phrase(text[begin:stop].strip(), phrase.start + begin, phrase.start + stop, phrase.row, phrase.bold)
            )
        begin = match.end() if match else stop
    # "PhD Princeton University": the degree stands before the school without a mark
    split: list[Phrase] = []
    for part in parts:
        degree = lexicon.degree_in(part.text)
        if degree and lexicon.school_score(part.text) and degree[0] == 0:
            rest = part.text[degree[1] :]
            if lexicon.school_score(rest) and not lexicon.degree_links().match(rest.lstrip(" .,")):
                split.append(Phrase(part.text[: degree[1]], part.start, part.start + degree[1], part.row))
                split.append(Phrase(rest.strip(" .,"), part.start + degree[1], part.end, part.row))
                continue
        split.append(part)
    return split


def _school(entry: Entry) -> dict[str, Any] | None:
    pieces = _pieces(entry)
    text = [*(p.text for p in entry.phrases), *entry.summary, *entry.highlights]
    score = next((next(g for g in m.groups() if g) for t in text if (m := _SCORE.search(t))), None)
    pieces = [p for p in pieces if not _SCORE.fullmatch(p.text.strip(" ()")) and _FILLER.sub("", p.text).strip()]
    ranked = sorted(pieces, key=lambda p: -lexicon.school_score(p.text) + (1.5 if _is_degree(p.text) else 0))
    school = (
        ranked[0] if ranked and lexicon.school_score(ranked[0].text) > 0 and not _only_degree(ranked[0].text) else None
    )
    degree = next((p for p in pieces if p is not school and _is_degree(p.text)), None)
    rest = [p for p in pieces if p is not school and p is not degree and not _SCORE.search(p.text)]
    if school is None and rest:
        school = rest.pop(0)
    if school is None and degree is None:
        return None
    kind, area = _degree(degree.text) if degree else (None, None)
    if area is None and rest:
        area = next((p.text for p in rest if len(p.text) < 80), None)
    if degree is None and area is None and entry.span is None:
        return None
    span = entry.span
    begin = span.begin if span and span.range else None
    finish = span.finish if span else None
    return {
        "institution": school.text if school else None,
        "area": area,
        "studyType": kind,
        "startDate": begin,
        "endDate": finish,
        "score": score,
        "location": entry.place.text if entry.place else None,
        "courses": [],
        "_level": _level(degree.text) if degree else None,
        "_span": [entry.start, entry.end],
        "_confidence": round(
            0.4 + 0.25 * (school is not None) + 0.2 * (kind is not None) + 0.15 * (span is not None), 2
        ),
        "_at": {
            "institution": [school.start, school.end] if school else None,
            "studyType": [degree.start, degree.end] if degree else None,
            "endDate": [span.start, span.end] if span else None,
        },
    }


def _is_degree(text: str) -> bool:
    return lexicon.degree_in(text) is not None


def _only_degree(text: str) -> bool:
    degree = lexicon.degree_in(text)
    return degree is not None and degree[1] - degree[0] > 0.6 * len(text)


def _level(text: str) -> str | None:
    degree = lexicon.degree_in(text)
    return degree[2] if degree else None


def _degree(text: str) -> tuple[str | None, str | None]:
    """A phrase as (degree as written, field of study)."""
    degree = lexicon.degree_in(text)
    if degree is None:
        return None, _FILLER.sub("", text) or None
    start, end, _ = degree
    before = _FILLER.sub("", text[:start]).strip(" ,-–(") if start else ""
    after = text[end:].strip(" ,:;-–.()")
    after = lexicon.degree_links().sub("", after).strip()
    after = _SCORE.sub("", after).strip(" ,:;-–.()|")
    return text[start:end].strip(" ,"), after or before or None


def _merged(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A degree without a school takes the school of an entry without a degree beside it."""
    kept: list[dict[str, Any]] = []
    for school in found:
        last = kept[-1] if kept else None
        if last and last["studyType"] is None and last["area"] is None and school["institution"] is None:
            last.update({k: v for k, v in school.items() if v and not k.startswith("_")})
            last["_span"][1] = school["_span"][1]
        elif last and last["institution"] is None and school["studyType"] is None and school["institution"]:
            last.update({k: school[k] for k in ("institution", "startDate", "endDate") if school[k]})
            last["_span"][1] = school["_span"][1]
        else:
            kept.append(school)
    return kept
