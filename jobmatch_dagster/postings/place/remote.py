"""Onsite, hybrid or remote, and from which country or area a remote worker may work. "Remote - US" is a jurisdiction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from jobmatch_dagster.postings.words import load

KINDS = ("hybrid", "remote", "onsite")


@dataclass(frozen=True)
class Remote:
    """How the work is done.

    Attributes:
        kind: onsite, hybrid, remote or None.
        scope: country code or area from which one may work remotely, or None.
        source: ``board``, ``location``, ``title`` or ``text``.
        start, end: where the text says so, or -1.
    """

    kind: str | None = None
    scope: str | None = None
    source: str = ""
    start: int = -1
    end: int = -1


def _phrases(phrases: list[str]) -> str:
    """Any of the phrases; a space in one stands for white space or a hyphen."""
    ordered = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    parts = []
    for phrase in ordered:
        body = re.escape(phrase).replace(r"\ ", r"[\s-]+")
        parts.append(body if ord(phrase[0]) >= 0x3000 else rf"(?<!\w){body}(?!\w)")
    return "|".join(parts)


@lru_cache(maxsize=1)
def _in_place() -> dict[str, re.Pattern[str]]:
    return {kind: re.compile(_phrases(load("remote")["in_place"][kind]), re.IGNORECASE) for kind in KINDS}


@lru_cache(maxsize=1)
def _in_text() -> re.Pattern[str]:
    kinds = load("remote")["in_text"]
    return re.compile("|".join(f"(?P<{kind}>{_phrases(kinds[kind])})" for kind in KINDS), re.IGNORECASE)


@lru_cache(maxsize=1)
def _trigger() -> re.Pattern[str]:
    return re.compile(
        r"remot|hybrid|híbrid|hibrid|ibrid|hybryd|on-?\s?site|zdaln|télétravail|teletrab|thuis|home\s?office|office|anywhere|远程|days? (?:in|at|per)|presencial|mobiles arbeiten",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _areas() -> dict[str, str]:
    return {word: area for area, words in load("remote")["areas"].items() for word in words}


@lru_cache(maxsize=1)
def _must_live() -> re.Pattern[str]:
    return re.compile(rf"(?:{_phrases(load('remote')['must_live'])})\s+(?:the\s+)?([^.,;:\n()]{{2,40}})", re.IGNORECASE)


def area_of(words: str) -> str | None:
    """EMEA, EU, DACH and other areas that are not countries."""
    key = (
        " ".join(words.lower().replace("the ", "", 1).split())
        if words.lower().startswith("the ")
        else " ".join(words.lower().split())
    )
    return _areas().get(key)


def without_remote_words(place: str) -> str:
    """A place as written without "Remote", "Hybrid" and the like, so that what is left is a place."""
    for pattern in _in_place().values():
        place = pattern.sub(" ", place)
    return place


def kind_in(words: str) -> str | None:
    """What a place, a title or a board's field says; "hybrid remote" is hybrid."""
    return next((kind for kind in KINDS if _in_place()[kind].search(words)), None)


def read_remote(board: str, location: str, title: str, description: str) -> Remote:
    """How the work is done, from the surest witness to the least: the board's field, the place, the title, the ad's text.

    Args:
        board: the board's own field, or "".
        location: the place as written.
        title: the job's title.
        description: the ad's plain text.
    """
    if board and (kind := kind_in(board) or (board if board in KINDS else None)):
        return Remote(kind, _scope(location), "board")
    for source, words in (("location", location), ("title", title)):
        if kind := kind_in(words):
            return Remote(kind, _scope(location) or _scope(title), source)
    if not _trigger().search(description):
        return Remote()
    found: dict[str, re.Match[str]] = {}
    for match in _in_text().finditer(description):
        if match.lastgroup and match.lastgroup not in found:
            found[match.lastgroup] = match
    if "remote" in found and "onsite" in found and "hybrid" not in found:
        return Remote()  # the text says both
    for kind in ("onsite", "hybrid", "remote"):
        if kind in found:
            return Remote(kind, None, "text", found[kind].start(), found[kind].end())
    return Remote()


def _scope(words: str) -> str | None:
    """The area beside "Remote" in a place or a title; a country is read by the caller from the places themselves."""
    for part in re.split(r"[,;|()/\[\]]|\s[-–—]\s|\bin\b|\bwithin\b", without_remote_words(words)):
        area = area_of(re.sub(r"\bonly\b", "", part, flags=re.IGNORECASE).strip(" .-–:"))
        if area:
            return area
    return None


def scope_in_text(description: str) -> tuple[str | None, int, int]:
    """The country or area in which the text says a worker must live, and where it says so."""
    from jobmatch_dagster.postings.place.gazetteer import countries, folded

    for match in _must_live().finditer(description):
        words = match[1].strip().split()
        for count in range(min(4, len(words)), 0, -1):
            name = " ".join(words[:count])
            code = area_of(name) or countries().get(folded(name))
            if code and len(name) > 1:
                return code, match.start(), match.start(1) + len(name)
    return None, -1, -1
