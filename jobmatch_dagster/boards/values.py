"""One board's way of writing a value → ours: dates, ages, pay periods, employment types, links. Unknown stays None.

Only what a board states in structure is turned here; free text (a salary as a sentence, a place) is kept as it stands
for the cleaning stage.
"""

from __future__ import annotations

import html
import math
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from jobmatch_dagster.guesses import is_guess

Posting = dict[str, Any]

_ISO_DAY = re.compile(r"\s*(\d{4})-(\d{2})-(\d{2})(?!\d)")
_EMPTY_HTML = re.compile(r"<[^>]*>|&nbsp;|\s")


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    """Each word list of data/words.yaml, turned round: lower-cased word → our value."""
    import yaml

    lists = yaml.safe_load((files("jobmatch_dagster.boards") / "data" / "words.yaml").read_text("utf-8"))
    return {
        name: {_fold(word): value for value, words in groups.items() for word in words}
        for name, groups in lists.items()
    }


def _fold(word: str) -> str:
    return re.sub(r"[\s_\-]+", " ", word).strip().casefold()


def lookup(kind: str, word: Any) -> str | None:
    """Our value for a board's word, from the list of that name in ``data/words.yaml``; None if it is not in it."""
    return _words()[kind].get(_fold(word)) if isinstance(word, str) else None


def text(value: Any) -> str | None:
    """One line of text with entities resolved and white space folded; None if nothing is left."""
    if value is None or isinstance(value, (dict, list, bool)):
        return None
    said = str(value)
    return " ".join((html.unescape(said) if "&" in said else said).split()) or None


def markup(value: Any) -> str | None:
    """HTML as it stands, unescaped once where the whole of it was escaped; None if it shows nothing."""
    if not isinstance(value, str):
        return None
    if "<" not in value and "&lt;" in value:
        value = html.unescape(value)
    return value.strip() if _EMPTY_HTML.sub("", value) else None


def inner(outer: Any) -> str | None:
    """The inside of one element's outer HTML; None if it shows nothing."""
    if not isinstance(outer, str):
        return None
    start, end = outer.find(">") + 1, outer.rfind("</")
    return markup(outer[start:end] if 0 < start <= end else outer)


def number(value: Any) -> float | None:
    """A finite number above zero. Boards write 0 and −1 for "none"."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        figure = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return figure if math.isfinite(figure) and figure > 0 else None


_UNCOUNTED = 10**12  # no board has so many postings


def count(value: Any) -> int | None:
    """A whole number from a number or from text such as "1,234 jobs"; an estimate such as "1,000+" is None."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return int(value) if 0 <= value < _UNCOUNTED else None
    match = re.search(r"\d[\d.,\s\u00a0\u202f]*(\+)?", value) if isinstance(value, str) else None
    if not match or match.group(1):
        return None
    digits = re.sub(r"\D", "", match.group(0))
    return int(digits) if len(digits) < len(str(_UNCOUNTED)) else None


def day(value: Any) -> date | None:
    """The day of an ISO date or instant, in the offset it is written in, or of epoch seconds or milliseconds (UTC)."""
    if isinstance(value, str):
        if match := _ISO_DAY.match(value):
            try:
                return date(*map(int, match.groups()))
            except ValueError:
                return None
        value = int(value) if value.isdecimal() and len(value) in (10, 13) else None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        try:
            seconds = value / 1000 if value > 1e11 else value
            return datetime.fromtimestamp(seconds, UTC).date()
        except (OverflowError, OSError, ValueError):
            return None
    return None


_AGE = re.compile(r"\b(\d{1,3})\s*(minutes?|mins?|m|hours?|hrs?|hr|h|days?|d)\b(?!\s*\+)", re.I)
_TODAY = re.compile(r"\b(today|just (?:now|posted)|new)\b", re.I)


def day_of_age(shown: str | None, fetched_at: datetime | None) -> date | None:
    """The day that an age such as "3 days ago", "24h" or "yesterday" means, counted from the fetch.

    Ages in weeks or months, and open ones ("30+ days ago", "30d+"), name no day: None.
    """
    if not shown or fetched_at is None or "+" in shown:
        return None
    if _TODAY.search(shown):
        return fetched_at.date()
    if re.search(r"\byesterday\b", shown, re.I):
        return fetched_at.date() - timedelta(days=1)
    match = _AGE.search(shown)
    if not match:
        return None
    amount, unit = int(match.group(1)), match.group(2)[0].lower()
    back = {"m": timedelta(minutes=amount), "h": timedelta(hours=amount), "d": timedelta(days=amount)}[unit]
    return (fetched_at - back).date()


def days_before(fetched_at: datetime | None, days: Any) -> date | None:
    """The day so many days before the fetch."""
    if fetched_at is None or not isinstance(days, int) or isinstance(days, bool) or not 0 <= days < 10_000:
        return None
    return fetched_at.date() - timedelta(days=days)


def currency(value: Any) -> str | None:
    """An ISO 4217 code as such; anything else is None."""
    code = value.strip().upper() if isinstance(value, str) else ""
    return code if re.fullmatch(r"[A-Z]{3}", code) else None


def only(values: Any, kind: str) -> str | None:
    """Our value for one word or a list of words, if all known ones agree; None where they do not."""
    words = values if isinstance(values, list) else [values]
    found = {lookup(kind, word) for word in words} - {None}
    return found.pop() if len(found) == 1 else None


_ARRANGEMENT = re.compile(r"\s*(remote|hybrid|on-?site)\b", re.IGNORECASE)


def arrangement_in(place: str | None) -> str | None:
    """What a place says of itself when it begins with it: "Remote (USA)", "Hybrid work in Austin, TX"."""
    match = _ARRANGEMENT.match(place or "")
    return lookup("remote", match.group(1)) if match else None


def link(value: Any, base: str | None = None, *, keep_query: bool = True) -> str | None:
    """An absolute http(s) URL; None for anything else (``javascript:``, ``mailto:``, broken)."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        parts = urlsplit(urljoin(base or "", html.unescape(value.strip())))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        netloc = parts.netloc.removesuffix(":443" if parts.scheme == "https" else ":80")
    except ValueError:
        return None
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query if keep_query else "", ""))


def site_of(url: str | None, default: str) -> str:
    """Scheme and host of a page's URL, or the default."""
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else default


def pay(low: Any, high: Any, currency_code: Any, period_word: Any, *, over: float = 1) -> Posting:
    """The salary columns of a structured pay, or nothing where neither end is a figure.

    Args:
        low, high: the ends as the board writes them.
        currency_code: ISO 4217.
        period_word: one of the words of ``data/words.yaml``.
        over: what the figures are divided by, such as 100 for cents.
    """
    least, most = number(low), number(high)
    if least is None and most is None:
        return {}
    return {
        "salary_min": least and least / over,
        "salary_max": most and most / over,
        "salary_currency": currency(currency_code),
        "salary_period": lookup("period", period_word),
    }


_FIGURES = ("salary_min", "salary_max", "salary_currency", "salary_period")


def stated_salary(shown: str | None) -> Posting:
    """A salary's text, and once more under ``salary_estimate`` where it says that it is the board's own guess.

    Boards show guesses of their own in the place of the salary ("₹5L - ₹8L (Glassdoor Est.)", "Estimated $52K a year").
    Figures beside such a text are the same guess in numbers, so they are taken back.
    """
    if not shown or not is_guess(shown):
        return {"salary_text": shown}
    return dict.fromkeys(_FIGURES) | {"salary_text": shown, "salary_estimate": shown}


def texts(values: Any) -> list[str] | None:
    """A list of distinct lines in order; None if there is none."""
    lines = [line for value in values or [] if (line := text(value))]
    return list(dict.fromkeys(lines)) or None
