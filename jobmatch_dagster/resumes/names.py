"""The person's name and the headline beside it: the line of a page's head that looks most like a name."""

from __future__ import annotations

import re
import unicodedata

from jobmatch_dagster.resumes import lexicon, places
from jobmatch_dagster.resumes.model import Line
from jobmatch_dagster.resumes.person import Contact, pieces
from jobmatch_dagster.resumes.phrases import join
from jobmatch_dagster.resumes.sections import Section

_LABEL = re.compile(
    r"^(?:name|full name|vor- und nachname|nachname, vorname|nom(?: et prénom)?|nombre(?: y apellidos)?|nome(?: e cognome)?|cognome e nome|naam|imię i nazwisko|nome completo)\s*:\s*",  # noqa: E501
    re.I,
)
_TITLES = re.compile(
    r"\b(?:curriculum vitae|résumé|resume|lebenslauf|cv|currículum(?: vitae)?|curriculum|życiorys|bewerbung|europass)\b[\s:–-]*",  # noqa: E501
    re.I,
)


def name(contact: Contact, sections: list[Section]) -> None:
    """The best line for a name: large, early, made of names and not of roles, places or headings."""
    page = [
        line
        for s in sections
        for line in ([s.heading] if s.heading and s.kind == "other" else []) + s.lines
        if line.page == 0
    ]
    near = [line for s in sections if s.kind in ("top", "contact") for line in s.lines if line.page == 0]
    pool = near or page[:12]
    largest = max((line.size for line in page), default=0.0)
    local = re.split(r"[._\-+\d]+", (contact.email or "").split("@")[0].casefold())
    best: tuple[float, Line, int, str] | None = None
    for number, line in enumerate(pool[:40]):
        following = pool[number + 1] if number + 1 < len(pool) else None
        for at, text in _name_texts(line, following, largest):
            score = _name_score(text, line, number, largest, local)
            if score is not None and (best is None or score > best[0]):
                best = (score, line, at, text)
    if best is None or best[0] < 0.9:
        return
    score, line, at, text = best
    contact.name, contact.name_line = text, line
    contact.at["basics.name"] = [line.start + at, line.start + at + len(text)]
    contact.confidence["basics.name"] = round(min(0.4 + 0.12 * score, 0.99), 2)


def _name_texts(line: Line, following: Line | None, largest: float) -> list[tuple[int, str]]:
    found = []
    for at, piece in pieces(line):
        text = _LABEL.sub("", piece)
        bare = _TITLES.sub("", text).strip(" ,:|–—-")
        if bare:
            found.append((at + piece.find(bare), bare))
    one = len(line.cells) == 1 and len(line.text.split()) <= 4
    if one and following and len(following.cells) == 1 and len(following.text.split()) <= 3 and line.size > 1.0:
        alike = abs(line.size - following.size) < 0.5 and line.size >= 0.95 * largest and line.bold == following.bold
        if alike and following.text[:1].isupper():
            whole = (0, join(line.text, following.text))
            found = [whole] if line.text.endswith("-") else [*found, whole]
    return found


def _name_score(text: str, line: Line, number: int, largest: float, local: list[str]) -> float | None:
    words = text.replace(",", " ").split()
    if not 1 <= len(words) <= 6 or len(text) > 60 or any(c.isdigit() or c in "@/\\:;=<>{}_!?%&" for c in text):
        return None
    proper = [w for w in words if lexicon.fold(w) not in lexicon.name_particles()]
    if not proper or any(w[0].isalpha() and w[0].islower() for w in proper) or not any(c.isalpha() for c in text):
        return None
    known = lexicon.section_of(text)
    if known is not None and line.size < 1.3 * 12:
        return None
    if known is not None and known[1]:
        return None
    score = 1.0 if number == 0 else max(0.6 - 0.08 * number, 0.0)
    if largest:
        score += 2.2 * max(0.0, (line.size / largest - 0.6) / 0.4)
    score += 0.6 if 2 <= len(proper) <= 4 else 0.0
    folded = [lexicon.fold(w).strip(".,").replace("-", "").replace("'", "") for w in proper]
    matches = sum(any(len(p) > 1 and (p in w or w in p) for p in local) for w in map(_ascii, folded) if len(w) > 1)
    joined = "".join(local)
    matches = matches or sum(len(w) > 2 and w in joined for w in map(_ascii, folded))
    score += 1.2 * min(matches, 2)
    roles = (
        min(lexicon.role_score(text), 1.5)
        if not lexicon.surnames() & set(lexicon.tokens(text.replace("-", " ")))
        else 0.0
    )
    score -= 1.5 * roles + 1.2 * min(lexicon.company_score(text) + lexicon.school_score(text), 1.5)
    place = places.parse(text)
    if place is not None and not matches:
        if place.region or "," in text:
            return None
        score -= 1.2
    if len(proper) == 1 and not matches and line.size < 1.15 * 12 and (number > 0 or largest > 0):
        score -= 1.0
    return score


def _ascii(word: str) -> str:
    letters: dict[str, str | int | None] = {"ł": "l", "ø": "o", "ß": "ss", "ı": "i", "đ": "d", "æ": "ae"}
    plain = word.translate(str.maketrans(letters))
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def headline(contact: Contact, sections: list[Section]) -> None:
    """The line beside or under the name that says what the person is."""
    if contact.name_line is None:
        return
    for section in sections:
        if contact.name_line not in section.lines:
            continue
        at = section.lines.index(contact.name_line)
        for line in section.lines[at : at + 4]:
            for offset, text in pieces(line):
                clean = text.strip(" ,|")
                if (
                    clean == contact.name
                    or clean in (contact.name or "")
                    or "@" in clean
                    or any(c.isdigit() for c in clean)
                    or len(clean) > 90
                ):
                    continue
                if lexicon.role_score(clean) > 0 and not places.parse(clean) and not clean.endswith("."):
                    contact.label = (
                        line.text
                        if len(line.cells) == 1
                        and len(line.text) < 90
                        and "|" not in line.text
                        and line is not contact.name_line
                        else clean
                    )
                    begin = line.start + (0 if contact.label == line.text else offset)
                    contact.at["basics.label"] = [begin, begin + len(contact.label)]
                    contact.confidence["basics.label"] = 0.8
                    return
