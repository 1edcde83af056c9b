"""The words that résumés are made of, read from ``data/*.toml``: headings, roles, organisations, degrees, places.

Only look-ups belong here; what follows from a look-up is decided by the readers of each section.
"""

from __future__ import annotations

import itertools
import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"
_AND_WORDS = ("and", "und", "et", "y", "e", "en", "i", "och")
_AND_MARKS = str.maketrans("&/+,", "    ")
_AND = re.compile(rf"\s*(?:[&/+,]|\b(?:{'|'.join(_AND_WORDS)})\b)\s*")
_NOT_WORD = re.compile(r"[^\w&/+,'’ ]+|_")
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}|[ivx]{1,4})[.)]\s+", re.I)
MAX_HEADING_WORDS = 6


def load(name: str) -> dict[str, Any]:
    """One data file as a dictionary."""
    return tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))


def fold(text: str) -> str:
    """Compatibility form, case folded, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longest that fits first. Words of one first letter stand together, so that
    a place where none stands is left after a look at its letter and not at each word."""
    longest_first = sorted(set(words), key=lambda word: (word[:1], -len(word), word))
    return "|".join(
        f"{re.escape(letter)}(?:{'|'.join(re.escape(word[1:]) for word in same)})"
        for letter, same in itertools.groupby(longest_first, key=lambda word: word[:1])
    )


@lru_cache(maxsize=1)
def _headings() -> tuple[dict[str, str], frozenset[str], dict[str, str], frozenset[str], frozenset[str]]:
    data = load("headings")
    modifiers = frozenset(fold(w) for words in data.pop("modifiers").values() for w in words)
    weak = frozenset(_heading_key(w) for w in data.pop("weak")["any"])
    phrases: dict[str, str] = {}
    for section, by_language in data.items():
        for words in by_language.values():
            for word in words:
                phrases.setdefault(_heading_key(word), section)
    bare = {_unaccented(phrase): section for phrase, section in reversed(phrases.items())}
    words = frozenset(w for phrase in phrases for w in phrase.translate(_AND_MARKS).split())
    return phrases, modifiers, bare, weak, words | modifiers | frozenset(_AND_WORDS)


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _heading_key(text: str) -> str:
    return " ".join(_NOT_WORD.sub(" ", fold(_NUMBERING.sub("", text)).replace("’", "'").replace("-", " ")).split())


@lru_cache(maxsize=4096)
def section_of(text: str) -> tuple[str, bool] | None:
    """Which section a heading opens.

    Args:
        text: a short line.

    Returns:
        (section, sure): ``sure`` is False where only parts of the heading are known, or the
        word names other things too; None if it names no section.
    """
    if len(text) > 60 or not text:
        return None
    key = _heading_key(text)
    if not key or len(key.split()) > MAX_HEADING_WORDS:
        return None
    phrases, modifiers, bare, weak, words = _headings()
    known = "'" in key or words.issuperset(key.translate(_AND_MARKS).split())  # false for most lines
    for form in (key, " ".join(_AND.sub(" and ", key).split())) if known else ():
        if form in phrases:
            return phrases[form], form not in weak
    if text.isupper() and (section := bare.get(_unaccented(key))):
        return section, True
    if not known:
        return None
    parts = [p.strip() for p in _AND.split(key) if p.strip()]
    found = [_part(part, phrases, modifiers) for part in parts]
    if not found or not all(found):
        return None
    named = [f for f in found if f and f != "-"]
    if not named:
        return None
    for wanted in ("experience", "education"):
        if wanted in named:
            return wanted, len(named) == 1
    return named[0], True


def _part(part: str, phrases: dict[str, str], modifiers: frozenset[str]) -> str | None:
    if part in phrases:
        return phrases[part]
    kept = [w for w in part.split() if w not in modifiers]
    if not kept:
        return "-"
    return phrases.get(" ".join(kept))


@lru_cache(maxsize=1)
def _roles() -> tuple[frozenset[str], tuple[str, ...], dict[str, str]]:
    data = load("roles")
    words = frozenset(fold(w) for lang in data["words"].values() for w in lang)
    levels = {fold(w): level for level, found in data["levels"].items() for w in found}
    return words | frozenset(levels), tuple(fold(w) for w in data["endings"]["any"]), levels


_TOKEN = re.compile(r"[\w'’.+#-]+")


def tokens(text: str) -> list[str]:
    """Folded words of a short text, with their inner points and hyphens."""
    return [t.strip("-'’") for t in _TOKEN.findall(fold(text))]


@lru_cache(maxsize=4096)
def role_score(text: str) -> float:
    """How much a phrase reads like a job title: 0 not at all, 1 one role word, more with levels and several words."""
    words, endings, _ = _roles()
    found = 0.0
    last = 0.0
    parts = [
        p for t in tokens(text.replace("(in)", "").replace(":in", "").replace("*in", "")) for p in (t, *t.split("-"))
    ]
    for token in dict.fromkeys(p.rstrip(".") if p not in words else p for p in parts):
        hit = token in words or (len(token) > 6 and token.endswith(endings))
        last = 1.0 if hit else 0.0
        found += last
    # the head of an English or Romance title is often its last or first word
    return min(found, 3.0) + 0.25 * last if found else 0.0


@lru_cache(maxsize=1)
def surnames() -> frozenset[str]:
    """Role words that are family names too."""
    return frozenset(fold(w) for w in load("roles")["surnames"]["any"])


@lru_cache(maxsize=1)
def name_particles() -> frozenset[str]:
    """Words of a name that are not names themselves."""
    return frozenset(load("names")["particles"]["words"])


@lru_cache(maxsize=1024)
def role_level(title: str) -> str | None:
    """The seniority that a title's words say, the highest of them; None if they say none."""
    _, _, levels = _roles()
    order = ("executive", "director", "manager", "lead", "senior", "junior", "intern")
    text = f" {' '.join(tokens(title))} "
    found = {level for word, level in levels.items() if f" {word} " in text}
    if "intern" in found:
        return "intern"
    return next((level for level in order if level in found), None)


@lru_cache(maxsize=1)
def _organisations() -> tuple[
    frozenset[str], frozenset[str], frozenset[str], tuple[str, ...], frozenset[str], tuple[str, ...]
]:
    data = load("organisations")
    return (
        frozenset(fold(w) for w in data["legal_forms"]["words"]),
        frozenset(fold(w) for w in data["company_words"]["words"]),
        frozenset(fold(w) for w in data["weak_company_words"]["words"]),
        tuple(data["company_words"]["endings"]),
        frozenset(fold(w) for w in data["schools"]["words"]),
        tuple(data["schools"]["endings"]),
    )


_DOMAIN = re.compile(
    r"^(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|ai|de|fr|es|it|nl|pl|pt|co|uk|eu|dev|app)$", re.I
)


@lru_cache(maxsize=4096)
def company_score(text: str) -> float:
    """How much a phrase reads like an employer's name: legal forms count most."""
    legal, words, weak, endings, _, _ = _organisations()
    parts = tokens(text)
    if not parts:
        return 0.0
    score = 0.0
    if any(t in legal for t in parts[1:]):
        score += 2.0
    score += sum(1.0 for t in parts if t in words)
    score += 0.3 * sum(t in weak for t in parts)
    score += sum(0.7 for t in parts if len(t) > 6 and t.endswith(endings))
    if _DOMAIN.match(text.strip()):
        score += 1.5
    return min(score, 3.0)


@lru_cache(maxsize=4096)
def school_score(text: str) -> float:
    """How much a phrase reads like a school."""
    *_, schools, endings = _organisations()
    joined = f" {' '.join(tokens(text))} "
    score = float(sum(1 for word in schools if f" {word} " in joined))
    return score + sum(1.0 for t in joined.split() if len(t) > 7 and t.endswith(endings))


@lru_cache(maxsize=1)
def _degree_patterns() -> list[tuple[str, re.Pattern[str]]]:
    data = load("degrees")
    made = []
    for level in ("doctorate", "master", "bachelor", "vocational", "secondary"):
        body = "|".join(sorted(data[level]["patterns"], key=len, reverse=True))
        made.append((level, re.compile(rf"(?<![\w.])(?:{body})(?![\w])", re.I)))
    return made


# short forms that are words of other things too: taken only as they are written on degrees
_SHORT = {
    "be",
    "ma",
    "ba",
    "ms",
    "bs",
    "but",
    "cap",
    "as",
    "in",
    "de",
    "dea",
    "bac",
    "promotion",
    "technik",
    "master",
    "cap.",
}


@lru_cache(maxsize=4096)
def degree_in(text: str) -> tuple[int, int, str] | None:
    """The first degree named in a text.

    Returns:
        (start, end, level) with level one of secondary, vocational, bachelor, master, doctorate; None if there is none.
    """
    best: tuple[int, int, str] | None = None
    for level, pattern in _degree_patterns():
        for match in pattern.finditer(text):
            word = match.group()
            if fold(word) in _SHORT and not (word.isupper() or (word[:1].isupper() and len(word) > 3)):
                continue
            if best is None or (match.start(), -match.end()) < (best[0], -best[1]):
                best = (match.start(), match.end(), level)
            break
    return best


@lru_cache(maxsize=1)
def degree_links() -> re.Pattern[str]:
    """Words between a degree and its field of study, at the beginning of what follows the degree."""
    words = sorted((re.escape(w) for w in load("degrees")["fields"]["words"]), key=len, reverse=True)
    return re.compile(rf"^(?:{'|'.join(words)})\s+", re.I)
