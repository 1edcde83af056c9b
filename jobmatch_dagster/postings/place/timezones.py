"""From which time zones a remote worker may work: "CET ± 2h", "UTC-5 to UTC+1", "US time zones", "overlap with PST".

Only places beside "Remote", titles, and sentences that name a time zone as such are read: "9 to 5 EST" is when one
works.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hit
from jobmatch_dagster.postings.words import any_of, load

_BEFORE, _AFTER = 60, 60  # characters around a word for time zones that are read


@dataclass(frozen=True)
class TimeZones:
    """Offsets from UTC within which one may work.

    Attributes:
        low, high: hours, the same where one zone is named; standard time.
        overlap: one may live elsewhere, if some hours of work are shared with that zone.
        start, end: where the text says so.
    """

    low: float
    high: float
    overlap: bool = False
    start: int = -1
    end: int = -1

    @property
    def scope(self) -> str:
        """As ``remote_scope`` shows it: "UTC-5", "UTC-1 to UTC+3", "overlap with UTC-8"."""
        low, high = _written(self.low), _written(self.high)
        return ("overlap with " if self.overlap else "") + (low if low == high else f"{low} to {high}")


def _written(offset: float) -> str:
    return f"UTC{offset:+g}" if offset else "UTC"


@lru_cache(maxsize=1)
def _zones() -> dict[str, tuple[float, float]]:
    """Name in lower case → offsets from UTC."""
    words = load("remote")
    named = {name.lower(): (float(offset), float(offset)) for name, offset in words["zones"].items()}
    return named | {name: (float(low), float(high)) for name, (low, high) in words["zone_areas"].items()}


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    words = load("remote")
    # codes count in capitals only: "et", "pt" and "est" are words
    codes = any_of(name for name in words["zones"] if name.isupper())
    names = any_of(name for name in words["zones"] if not name.isupper())
    areas, zone_words = any_of(words["zone_areas"]), any_of(words["time_zone_words"])
    hours = r"\s?(?:h|hrs?|hours?|std|stunden|heures|horas|ore|uur|godz\w*)?\b"
    zone = rf"(?<![\w])(?P<zone>(?-i:{codes})(?:\s?[+−–-]\s?\d{{1,2}}(?::?[0-5]\d)?(?!\s?%))?|{names})(?!\w)"
    other = zone.replace("?P<zone>", "?P<other>")
    either = r"(?:\+\s?/\s?[-–−]|±|-\s?/\s?\+|\+-)"
    forms = [
        ("around", rf"{zone}\s?\(?{either}\s?(?P<hours>\d{{1,2}}){hours}"),
        (
            "around",
            rf"(?:within\s|{either}\s?)(?P<hours>\d{{1,2}}){hours}\s?(?:of|from|around|von|de)\s(?:the\s)?{zone}",
        ),
        ("overlap", rf"overlap\w*\s(?:[\w-]+\s){{0,5}}?(?:with|to)\s(?:the\s|our\s)?(?:{zone}|(?P<area>{areas})\b)"),
        ("range", rf"{zone}\s?(?:to|-|–|—|/|and|through|bis|à|a|do|until)\s?{other}"),
        ("area", rf"\b(?P<area>{areas})[\s-](?:{zone_words}|business hours|working hours)"),
        ("zone", rf"{zone}\s?(?:\(?(?:{zone_words}|zone)\b)|(?:{zone_words})\s?(?:of|:|in|is|\()?\s?{other}"),
    ]
    return [(kind, re.compile(form, re.IGNORECASE)) for kind, form in forms]


@lru_cache(maxsize=1)
def _alone() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?P<zone>{any_of(load('remote')['zones_alone'])})(?:\s?[+−–-]\s?\d{{1,2}}(?::[0-5]\d)?)?(?!\w)"
    )


@lru_cache(maxsize=50_000)
def zones_in_place(words: str) -> TimeZones | None:
    """The time zones that a place or a title names beside "Remote"."""
    found = _read(words)
    if found:
        return found
    match = _alone().search(words)
    return TimeZones(*_offsets(match[0]), False, match.start(), match.end()) if match else None


def zones_in_text(text: str, hits: list[Hit]) -> TimeZones | None:
    """The time zones that an ad's text names first, near a word for time zones."""
    for hit in hits:
        start = max(0, hit.start - _BEFORE)
        found = _read(text[start : hit.end + _AFTER])
        if found:
            return TimeZones(found.low, found.high, found.overlap, start + found.start, start + found.end)
    return None


def without_zones(place: str) -> str:
    """A place as written without its time zones."""
    found = zones_in_place(place)
    if not found:
        return place
    zone_words = any_of(load("remote")["time_zone_words"])
    rest = place[: found.start] + " " + place[found.end :]
    return re.sub(rf"(?<!\w)(?:{zone_words})(?!\w)", " ", rest, flags=re.IGNORECASE)


def _read(text: str) -> TimeZones | None:
    for kind, pattern in _patterns():
        match = pattern.search(text)
        if not match:
            continue
        group = match.groupdict()
        low, high = _offsets(group.get("zone") or group.get("area") or group.get("other") or "")
        if kind == "around":
            low, high = low - int(group["hours"]), high + int(group["hours"])
        elif kind == "range" and group.get("other"):
            low, high = sorted((low, _offsets(group["other"])[0]))
        if -12 <= low <= high <= 14:
            return TimeZones(low, high, kind == "overlap", match.start(), match.end())
    return None


def _offsets(name: str) -> tuple[float, float]:
    """Offsets of "CET", "UTC+5:30" or "US"."""
    code, sign, hours, minutes = re.match(r"(.*?)(?:\s?([+−–-])\s?(\d{1,2}):?(\d\d)?)?$", name.strip()).groups()  # type: ignore[union-attr]
    low, high = _zones()[" ".join(code.lower().split())]
    shift = (int(hours or 0) + int(minutes or 0) / 60) * (-1 if sign and sign != "+" else 1)
    return low + shift, high + shift
