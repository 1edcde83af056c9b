"""Onsite, hybrid or remote, and from which country or area a remote worker may work. "Remote - US" is a
jurisdiction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hit, Hits
from jobmatch_dagster.postings.words import load, whole

KINDS = ("hybrid", "remote", "onsite")


_NEGATED = "".join(
    rf"(?<!\b{word})"
    for word in ("not ", "non ", "non-", "no ", "nicht ", "kein ", "keine ", "pas de ", "sin ", "nie ")
)
_BESIDE = re.compile(r"^\s*(?:$|[()\[\]|,;:/•·–—-])")
_BEFORE = re.compile(r"(?:^|[()\[\]|,;:/•·–—-])\s*$")
_ONLY = re.compile(rf"\b(?:{'|'.join(load('remote')['only'])})\b", re.IGNORECASE)
_AND = re.compile(
    r"(?:\s*[,/]\s*(?:and|or|und|oder)?|\s+(?:and|or|und|oder|et|ou|y|e|lub|&))\s+(?:the\s+|der\s+)?|\s*/\s*"
)
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
        kind: re.compile(
            rf"{_NEGATED}(?:{whole(load('remote')['in_place'][kind])})".replace(r"\s+", r"[\s-]+"), re.IGNORECASE
        )
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


def without_only(place: str) -> str:
    """ "US only" is the US."""
    return _ONLY.sub(" ", place)


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
        return Remote(kind, scope_of(location), "board")
    if location and (kind := kind_in(location)):
        return Remote(kind, scope_of(location), "location")
    if named := _first_of_each(_in_title(title, in_title)):
        kind = next(kind for kind in KINDS if kind in named)
        return Remote(kind, scope_of(location) or scope_of(title), "title", named[kind].start, named[kind].end)
    found = _first_of_each(in_text.get("remote_in_text", []))
    if "remote" in found and "onsite" in found and "hybrid" not in found:
        return Remote()  # the text says both
    for kind in ("onsite", "hybrid", "remote"):
        if kind in found:
            return Remote(kind, None, "text", found[kind].start, found[kind].end)
    return Remote()


def _in_title(title: str, hits: Hits) -> list[Hit]:
    """What a title says about where the work is done: "Distributed Systems Engineer" and "Remote Sensing" say
    nothing."""
    masks, weak = hits.get("not_remote", []), load("remote")["weak_in_title"]

    def counts(hit: Hit) -> bool:
        if any(mask.start <= hit.start < mask.end for mask in masks):
            return False
        if kind_in(title[max(0, hit.start - 8) : hit.end]) is None:
            return False  # "not remote"
        if " ".join(title[hit.start : hit.end].lower().split()) not in weak:
            return True
        return bool(_BESIDE.match(title[hit.end :]) or (hit.start and _BEFORE.search(title[: hit.start])))

    return [hit for hit in hits.get("remote_in_place", []) if counts(hit)]


def _first_of_each(hits: list[Hit]) -> dict[str, Hit]:
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.label, hit)
    return first


def scope_of(words: str) -> str | None:
    """The areas beside "Remote" in a place or a title; a country is read by the caller from the places themselves."""
    parts = re.split(r"[,;|()/\[\]]|\s[-–—]\s|\b(?:in|within|or|and|oder|und)\b", without_remote_words(words))
    areas = [area_of(_ONLY.sub("", part).strip(" .-–:")) for part in parts]
    return ",".join(dict.fromkeys(area for area in areas if area)) or None


def scope_in_text(description: str, hits: Hits) -> tuple[str | None, int, int]:
    """The countries or areas in which the text says a worker must live, joined by commas, and where it says so."""
    for hit in hits.get("must_live", []):
        following = _NAME.match(description, hit.end)
        if following and (named := _country_or_area(following[1])):
            codes, end = [named[0]], following.start(1) + named[1]
            while (link := _AND.match(description, end)) and (
                named := _country_or_area(description[link.end() :][:40])
            ):
                codes.append(named[0])
                end = link.end() + named[1]
            return ",".join(dict.fromkeys(codes)), hit.start, end
    for hit in hits.get("lives_in", []):
        return hit.label, hit.start, hit.end
    return None, -1, -1


def _country_or_area(words: str) -> tuple[str, int] | None:
    """The country or area that some words begin with, and its length."""
    from jobmatch_dagster.postings.place.gazetteer import countries, folded

    bounds = [found.end() for found in re.finditer(r"[^\s,;:()/]+", words.split("\n")[0])][:4]
    for end in reversed(bounds):
        name = words[:end]
        code = area_of(name) or countries().get(folded(name))
        if code and len(name) > 1:
            return code, end
    return None
