"""Who the person is and how to reach them: name, headline, e-mail, phone, place, links.

Reads heads of pages, not careers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from jobmatch_dagster.resumes import dates, lexicon, places
from jobmatch_dagster.resumes.model import Document, Line
from jobmatch_dagster.resumes.sections import Section

_EMAIL = re.compile(r"[\w.+%'-]+@(?:[\w-]+\.)+[^\W\d_]{2,}", re.UNICODE)
_PHONE = re.compile(r"(?<![\w/.@-])(?:\+|00)?\(?\d[\d\s().\-/–‐‑‒]{5,20}\d(?![\w@])")
_URL = re.compile(
    r"(?:https?://|www\.)[^\s|,;<>()]+|(?<![@\w.])(?:[\w-]+\.)+(?:com|org|net|io|dev|me|ai|app|de|fr|es|it|nl|pl|pt|eu|co|uk|ch|at|be|info|tech|design|site|in|br)(?:/[^\s|,;<>()]*)?(?![\w@])",
    re.I,
)
_LABEL = re.compile(
    r"^(?:name|full name|vor- und nachname|nachname, vorname|nom(?: et prénom)?|nombre(?: y apellidos)?|nome(?: e cognome)?|cognome e nome|naam|imię i nazwisko|nome completo)\s*:\s*",  # noqa: E501
    re.I,
)
_TITLES = re.compile(
    r"\b(?:curriculum vitae|résumé|resume|lebenslauf|cv|currículum(?: vitae)?|curriculum|życiorys|bewerbung|europass)\b[\s:–-]*",  # noqa: E501
    re.I,
)
_NAME_PARTICLES = frozenset(
    [
        "de",
        "da",
        "do",
        "dos",
        "das",
        "del",
        "della",
        "di",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "ter",
        "ten",
        "zu",
        "bin",
        "al",
        "el",
        "ibn",
        "y",
        "e",
        "jr",
        "jr.",
        "sr",
        "sr.",
        "ii",
        "iii",
        "iv",
        "phd",
        "ph.d.",
        "md",
        "mba",
        "cpa",
        "rn",
        "dr",
        "dr.",
        "prof",
        "prof.",
        "m.sc.",
        "b.sc.",
        "msc",
        "bsc",
        "dipl.-ing.",
        "pmp",
    ]
)
_NETWORKS = {
    "linkedin.com": "LinkedIn", "github.com": "GitHub", "gitlab.com": "GitLab", "stackoverflow.com": "StackOverflow",
    "twitter.com": "Twitter", "x.com": "X", "xing.com": "Xing", "behance.net": "Behance", "dribbble.com": "Dribbble",
    "medium.com": "Medium", "kaggle.com": "Kaggle", "orcid.org": "ORCID", "scholar.google.com": "Google Scholar",
    "facebook.com": "Facebook", "instagram.com": "Instagram", "youtube.com": "YouTube", "bitbucket.org": "Bitbucket",
    "researchgate.net": "ResearchGate", "huggingface.co": "Hugging Face", "codepen.io": "CodePen", "dev.to": "DEV",
    "leetcode.com": "LeetCode", "t.me": "Telegram", "bsky.app": "Bluesky",
}  # fmt: skip
_PLAIN_PATHS = ("in", "u", "users", "user", "pub", "profile", "company", "citations", "@")


@dataclass(slots=True)
class Contact:
    """What was found, each value with its offsets into the body (None where it came from a link behind the text)."""

    name: str | None = None
    label: str | None = None
    email: str | None = None
    phone: str | None = None
    url: str | None = None
    place: places.Place | None = None
    profiles: list[dict[str, Any]] = field(default_factory=list)
    at: dict[str, list[int]] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    name_line: Line | None = None


def read(document: Document, sections: list[Section], language: str | None) -> Contact:
    """Read the person's contact details.

    Args:
        document: for the links behind its text.
        sections: where the details stand: above the headings, under contact and profile headings, else anywhere.
        language: ISO 639-1, which tells the country of a phone number when the place does not.
    """
    contact = Contact()
    near = [line for s in sections if s.kind in ("top", "contact", "profiles") for line in s.lines]
    every = [line for s in sections for line in s.lines]
    _email(contact, near, every, document.links)
    _place(contact, near)
    _phone(contact, near, every, document.links, language)
    _links(contact, near, every, document.links)
    _name(contact, sections)
    _headline(contact, sections)
    return contact


def _email(contact: Contact, near: list[Line], every: list[Line], links: list[str]) -> None:
    for lines, sure in ((near, 0.99), (every, 0.8)):
        for line in lines:
            if "@" in line.text and (match := _EMAIL.search(line.text)):
                contact.email = match.group().strip(".'")
                contact.at["basics.email"] = [line.start + match.start(), line.start + match.end()]
                contact.confidence["basics.email"] = sure
                return
    for link in links:
        if link.lower().startswith("mailto:") and (match := _EMAIL.search(link)):
            contact.email = match.group()
            contact.confidence["basics.email"] = 0.9
            return


_REGIONS = {
    "de": "DE",
    "fr": "FR",
    "es": "ES",
    "it": "IT",
    "nl": "NL",
    "pl": "PL",
    "pt": "PT",
    "sv": "SE",
    "cs": "CZ",
    "ja": "JP",
}


def _phone(contact: Contact, near: list[Line], every: list[Line], links: list[str], language: str | None) -> None:
    region = (contact.place.country if contact.place else None) or _REGIONS.get(language or "")
    for lines, sure in ((near, 0.97), (every[:60], 0.7)):
        for line in lines:
            for match in _PHONE.finditer(line.text):
                written = match.group()
                found = dates.find(written)
                if any(d.range for d in found) or (found and not written.lstrip().startswith(("+", "00", "("))):
                    continue
                number = _longest_number(written, region)
                if number:
                    contact.phone, valid = number
                    contact.at["basics.phone"] = [line.start + match.start(), line.start + match.end()]
                    contact.confidence["basics.phone"] = sure if valid else sure - 0.2
                    return
    for link in links:
        if link.lower().startswith("tel:") and (number := _number(link[4:], region)):
            contact.phone, _ = number
            contact.confidence["basics.phone"] = 0.9
            return


def _longest_number(written: str, region: str | None) -> tuple[str, bool] | None:
    """The number in a run of digits; what stands after it (a postcode) is left off, group by group."""
    groups = written.split(" ")
    found = [n for k in range(len(groups), 0, -1) if (n := _number(" ".join(groups[:k]), region))]
    return next((n for n in found if n[1]), found[0] if found else None)


def _number(written: str, region: str | None) -> tuple[str, bool] | None:
    """A phone number as E.164 where its country is known, else as written; None if it cannot be one."""
    import phonenumbers

    digits = re.sub(r"\D", "", written)
    if not 7 <= len(digits) <= 15:
        return None
    text = "+" + written.strip()[2:] if written.strip().startswith("00") else written.strip()
    north_american = region is None and len(digits) == 10 and re.match(r"\(?\d{3}\)?[\s.-]?\d{3}[\s.-]\d{4}$", text)
    try:
        number = phonenumbers.parse(text, region or ("US" if north_american else None))
    except phonenumbers.NumberParseException:
        return (" ".join(written.split()), False) if len(digits) >= 9 else None
    if phonenumbers.is_possible_number(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), phonenumbers.is_valid_number(
            number
        )
    return (" ".join(written.split()), False) if len(digits) >= 9 else None


def _pieces(line: Line) -> list[tuple[int, str]]:
    """The parts of a line of contact details with their offsets in it."""
    found, at = [], 0
    for part in _PIECE.split(line.text):
        if part.strip() and not _PIECE.fullmatch(part):
            found.append((at + len(part) - len(part.lstrip()), part.strip()))
        at += len(part)
    return found


_PIECE = re.compile(r"(\t|\s*[|•·⋄◦∙♦]\s*|\s{2,}|\s+[-–—]\s+|\s+,\s+)")
_PLACE_LABEL = re.compile(
    r"^(?:address|location|adresse|anschrift|wohnort|ort|dirección|lugar|indirizzo|residenza|adres|woonplaats|adres zamieszkania|endereço|morada|localização|ubicación|domicilio|lieu|based in|lives in)\s*:?\s+",  # noqa: E501
    re.I,
)


def _place(contact: Contact, near: list[Line]) -> None:
    best: tuple[float, Line, int, str, places.Place] | None = None
    for line in near[:40]:
        for at, piece in _pieces(line):
            text = _PLACE_LABEL.sub("", piece)
            labelled = text != piece
            if "@" in text or not text[:1].isalnum() or dates.is_only_date(text):
                continue
            place = places.parse(text)
            if place is None and "," in text and len(text) < 60:
                place = (
                    next((p for part in text.split(", ") if (p := places.parse(part)) and p.country), None)
                    if labelled
                    else None
                )
            if place is None or place.remote:
                continue
            score = 1.0 + labelled + (place.region is not None) + ("," in text) + 0.5 * (place.country is not None)
            if best is None or score > best[0]:
                best = (score, line, at + len(piece) - len(text), text, place)
    if best:
        score, line, at, text, place = best
        contact.place = place
        contact.at["basics.location"] = [line.start + at, line.start + at + len(text)]
        contact.confidence["basics.location"] = min(0.5 + 0.15 * score, 0.97)


def _profile(url: str) -> dict[str, Any] | None:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    host = parts.netloc.lower().removeprefix("www.")
    domain = next((d for d in _NETWORKS if host == d or host.endswith(f".{d}")), None)
    if domain is None:
        return None
    path = [p for p in parts.path.split("/") if p]
    if not path:
        return None
    if (len(path) > 1 and domain in ("github.com", "gitlab.com", "bitbucket.org")) or path[0] in (
        "certification",
        "questions",
    ):
        return None
    names = [p for p in path if p not in _PLAIN_PATHS]
    full = f"https://{host}/{'/'.join(path)}"
    return {"network": _NETWORKS[domain], "username": names[0].lstrip("@") if names else None, "url": full}


def _links(contact: Contact, near: list[Line], every: list[Line], links: list[str]) -> None:
    written: list[tuple[str, list[int] | None]] = []
    for n, line in enumerate(near):
        text = _EMAIL.sub(lambda m: " " * len(m.group()), line.text)
        for match in _URL.finditer(text):
            url = match.group().rstrip(".")
            tail = near[n + 1].text if n + 1 < len(near) and match.end() == len(text) else ""
            if re.fullmatch(r"/?[\w%~-]+/?", tail) and (url.endswith("/") or tail.startswith("/")):
                url += tail
            written.append((url, [line.start + match.start(), line.start + match.end()]))
    behind = [link for link in links if link.lower().startswith("http")]
    seen: set[tuple[str, str]] = set()
    for url, at in [*written, *((link, None) for link in behind)]:
        profile = _profile(url)
        if profile is None:
            continue
        key = (profile["network"], (profile["username"] or "").casefold())
        if key in seen or any(p["network"] == profile["network"] for p in contact.profiles):
            continue
        seen.add(key)
        if at:
            contact.at[f"basics.profiles[{len(contact.profiles)}].url"] = at
        contact.confidence[f"basics.profiles[{len(contact.profiles)}].url"] = 0.97 if at else 0.9
        contact.profiles.append(profile)
    for url, at in written:
        host = urlsplit(url if "://" in url else f"https://{url}").netloc
        if _profile(url) is None and "." in host and not any(host.endswith(d) for d in _NETWORKS):
            linked = next((b for b in behind if host.lower().removeprefix("www.") in b.lower()), None)
            contact.url = linked or (url if "://" in url else f"https://{url}")
            contact.at["basics.url"] = at or []
            contact.confidence["basics.url"] = 0.9
            return
    first = next((n for n, link in enumerate(links[:6]) if link.startswith("http") and _profile(link) is None), None)
    about = any(link.lower().startswith(("mailto:", "tel:")) or _profile(link) for link in links[:6])
    if first is not None and about and _own_site(links[first]):
        contact.url = links[first]
        contact.confidence["basics.url"] = 0.6


def _own_site(url: str) -> bool:
    return len([p for p in urlsplit(url).path.split("/") if p]) <= 1


def _name(contact: Contact, sections: list[Section]) -> None:
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
    for at, piece in _pieces(line):
        text = _LABEL.sub("", piece)
        bare = _TITLES.sub("", text).strip(" ,:|–—-")
        if bare:
            found.append((at + piece.find(bare), bare))
    one = len(line.cells) == 1 and len(line.text.split()) <= 4
    if one and following and len(following.cells) == 1 and len(following.text.split()) <= 3 and line.size > 1.0:
        alike = abs(line.size - following.size) < 0.5 and line.size >= 0.95 * largest and line.bold == following.bold
        found += [(0, f"{line.text} {following.text}")] if alike and following.text[:1].isupper() else []
    return found


def _name_score(text: str, line: Line, number: int, largest: float, local: list[str]) -> float | None:
    words = text.replace(",", " ").split()
    if not 1 <= len(words) <= 6 or len(text) > 60 or any(c.isdigit() or c in "@/\\:;=<>{}_!?%&" for c in text):
        return None
    proper = [w for w in words if lexicon.fold(w) not in _NAME_PARTICLES]
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
    import unicodedata

    letters: dict[str, str | int | None] = {"ł": "l", "ø": "o", "ß": "ss", "ı": "i", "đ": "d", "æ": "ae"}
    plain = word.translate(str.maketrans(letters))
    return "".join(c for c in unicodedata.normalize("NFD", plain) if not unicodedata.combining(c))


def _headline(contact: Contact, sections: list[Section]) -> None:
    """The line beside or under the name that says what the person is."""
    if contact.name_line is None:
        return
    for section in sections:
        if contact.name_line not in section.lines:
            continue
        at = section.lines.index(contact.name_line)
        for line in section.lines[at : at + 4]:
            for offset, text in _pieces(line):
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
