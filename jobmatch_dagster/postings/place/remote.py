"""Onsite, hybrid or remote, and from which country or area a remote worker may work. "Remote - US" is a
jurisdiction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hit, Hits
from jobmatch_dagster.postings.words import load, whole

KINDS = ("hybrid", "remote", "onsite")


_NAME = re.compile(
    r"[:\s]+(?:(?:the|der|die|den|dem|la|le|les|el|los|il|lo|de|o|a|os|het)\s+|l['’]|dell['’]|d['’])?([^.,;:\n()]{2,40})"
)


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


@lru_cache(maxsize=1)
def _in_place() -> dict[str, re.Pattern[str]]:
    return {
        kind: re.compile(whole(load("remote")["in_place"][kind]).replace(r"\s+", r"[\s-]+"), re.IGNORECASE)
        for kind in KINDS
    }


@lru_cache(maxsize=1)
def _areas() -> dict[str, str]:
    return {word: area for area, words in load("remote")["areas"].items() for word in words}


def area_of(words: str) -> str | None:
    """EMEA, EU, DACH and other areas that are not countries."""
    key = (
        " ".join(words.lower().replace("the ", "", 1).split())
        if words.lower().startswith("the ")
        else " ".join(words.lower().split())
    )
    return _areas().get(key)


@lru_cache(maxsize=100_000)
def without_remote_words(place: str) -> str:
    """A place as written without "Remote", "Hybrid" and the like, so that what is left is a place."""
    for pattern in _in_place().values():
        place = pattern.sub(" ", place)
    return place


@lru_cache(maxsize=100_000)
def kind_in(words: str) -> str | None:
    """What a place, a title or a board's field says; "hybrid remote" is hybrid."""
    return next((kind for kind in KINDS if _in_place()[kind].search(words)), None)


def read_remote(board: str, location: str, title: str, in_title: Hits, in_text: Hits) -> Remote:
    """How the work is done, from the surest witness to the least: the board's field, the place, the title, the ad's
    text.

    Args:
        board: the board's own field, or "".
        location: the place as written.
        title: the job's title.
        in_title, in_text: phrases found in the title and in the ad's plain text.
    """
    if board and (kind := kind_in(board) or (board if board in KINDS else None)):
        return Remote(kind, _scope(location), "board")
    if location and (kind := kind_in(location)):
        return Remote(kind, _scope(location) or _scope(title), "location")
    if named := _first_of_each(in_title.get("remote_in_place", [])):
        kind = next(kind for kind in KINDS if kind in named)
        return Remote(kind, _scope(location) or _scope(title), "title", named[kind].start, named[kind].end)
    found = _first_of_each(in_text.get("remote_in_text", []))
    if "remote" in found and "onsite" in found and "hybrid" not in found:
        return Remote()  # the text says both
    for kind in ("onsite", "hybrid", "remote"):
        if kind in found:
            return Remote(kind, None, "text", found[kind].start, found[kind].end)
    return Remote()


def _first_of_each(hits: list[Hit]) -> dict[str, Hit]:
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.label, hit)
    return first


def _scope(words: str) -> str | None:
    """The area beside "Remote" in a place or a title; a country is read by the caller from the places themselves."""
    for part in re.split(r"[,;|()/\[\]]|\s[-–—]\s|\bin\b|\bwithin\b", without_remote_words(words)):
        area = area_of(re.sub(r"\bonly\b", "", part, flags=re.IGNORECASE).strip(" .-–:"))
        if area:
            return area
    return None


def scope_in_text(description: str, hits: Hits) -> tuple[str | None, int, int]:
    """The country or area in which the text says a worker must live, and where it says so."""
    from jobmatch_dagster.postings.place.gazetteer import countries, folded

    for hit in hits.get("must_live", []):
        following = _NAME.match(description, hit.end)
        words = following[1].split() if following else []
        for count in range(min(4, len(words)), 0, -1):
            name = " ".join(words[:count])
            code = area_of(name) or countries().get(folded(name))
            if following and code and len(name) > 1:
                return code, hit.start, following.start(1) + len(name)
    return None, -1, -1
