"""Dates as people write them on résumés, in many languages, as JSON Resume's ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

Finds ranges and single dates in a line with their offsets. Knows nothing of sections; what a date belongs to is decided
elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from jobmatch_dagster.resumes import lexicon

# what every date has: a year, or two digits after a letter, an apostrophe or a stroke. Told apart first, for the search
# itself takes many times as long.
_DIGIT = re.compile(r"\d")
_MAYBE = re.compile(
    r"(?:19|20)\d\d|['’]\d\d|\d/\d\d|[^\W\d_]\.?\s*(?:\d{1,2}(?:st|nd|rd|th)?,\s*)?(?:,|de|del|/|-)?\s*\d\d(?![\d.%])",
    re.I,
)
_MAYBE_RANGE = re.compile(r"[-‐‑–—‒―−－~〜→…至]|\.\.")
_DASH = r"(?:\s*[-‐‑–—‒―−－~〜→]+\s*|\s*\.\.+\s*)"


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date or a range in a text.

    Attributes:
        start, end: the offsets of its characters.
        begin, finish: ISO dates of the precision that is written, or None.
        current: the range goes on.
        range: two ends were written, or an open range.
    """

    start: int
    end: int
    begin: str | None
    finish: str | None
    current: bool = False
    range: bool = True


@dataclass(frozen=True, slots=True)
class _Grammar:
    range: re.Pattern[str]
    until: re.Pattern[str]
    since: re.Pattern[str]
    single: re.Pattern[str]
    months: dict[str, str]
    seasons: dict[str, str]
    present: frozenset[str]


@lru_cache(maxsize=1)
def _grammar() -> _Grammar:
    data = lexicon.load("dates")
    months: dict[str, str] = {}
    for names in data["months"].values():
        for number, forms in enumerate(names, 1):
            for form in forms.split("|"):
                months.setdefault(form.casefold(), f"{number:02d}")
    seasons = {word: month for month, words in data["seasons"].items() for word in words}
    present = [w.casefold() for w in data["present"]["words"]]

    year = r"(?:(?:19|20)\d\d|['’]\d\d(?!\d))"
    month = rf"(?:{lexicon.any_of(months)})\.?"
    point = (
        rf"(?:(?:\d{{1,2}}\.?\s+)?(?:de\s+)?{month}\s*(?:\d{{1,2}}(?:st|nd|rd|th)?,\s*)?(?:,|de|del|/|-)?\s*(?:{year}|\d\d(?![\d.%]))"
        rf"|(?:{lexicon.any_of(seasons)})\s*{year}(?:/\d\d(?:\d\d)?)?"
        rf"|(?:19|20)\d\d[-/.]\d\d[-/.]\d\d(?!\d)|\d{{1,2}}[./-]\d{{1,2}}[./-](?:19|20)\d\d"
        rf"|(?:19|20)\d\d\s*[/.]\s*\d{{1,2}}(?![\d/])(?:\.(?!\d))?|(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?!\d)|\d{{1,2}}\s*[./-]\s*(?:19|20)\d\d"
        rf"|\d{{1,2}}/\d\d(?![\d/])|(?:19|20)\d\d\s*[年년](?:\s*\d{{1,2}}\s*[月월])?(?:\s*\d{{1,2}}\s*[日일])?|{month}(?={_DASH}(?:{month})\s*{year})|{year})"
    )
    until = lexicon.any_of(data["until"]["words"])
    since = lexicon.any_of(data["since"]["words"])
    goes_on = lexicon.any_of(present)
    between = rf"(?:{_DASH}(?:(?:{until})\s+)?|\s+(?:{until})\s+(?:la\s+)?|\s*至(?!今)\s*|\s*(?=至今))"
    begin = rf"(?<![\w@#$€£./])(?:(?:{since})\s+)?(?P<a>{point})"
    return _Grammar(
        re.compile(
            rf"{begin}(?:{between}(?P<b>{point}|(?<![^\W月월年년])(?:{goes_on})(?!\w)|…|\d\d(?=\s*(?:$|[),;|\]\t])))|(?P<open>\s*[-–—]\s*$))(?![\w%])",
            re.I,
        ),
        re.compile(rf"\s(?:{until})\s", re.I),
        re.compile(rf"(?<!\w)(?:{since})\s+(?P<a>{point})(?![\w%])", re.I),
        re.compile(rf"(?<![\w@#$€£.,+/-])(?P<a>{point})(?![\w%+]|[.,/-]\d)", re.I),
        months,
        seasons,
        frozenset(present),
    )


@lru_cache(maxsize=8192)
def find(text: str) -> tuple[DateSpan, ...]:
    """All ranges and dates in a text, from left to right, without overlaps.

    A year alone is a date only where it stands apart from other numbers; two-digit years need a month beside them.
    """
    if not _DIGIT.search(text) or not _MAYBE.search(text):
        return ()
    grammar = _grammar()
    found: list[DateSpan] = []
    ranges = _MAYBE_RANGE.search(text) or grammar.until.search(text)
    for match in grammar.range.finditer(text) if ranges else ():
        end = match.group("b")
        current = match.group("open") is not None or (end or "").casefold() in grammar.present or end == "…"
        finish = None if current or end is None else _iso(end, grammar)
        begin = _iso(match.group("a"), grammar, other=finish)
        if begin and end and len(end) == 2:
            finish = _checked(begin[:2] + end) if len(begin) == 4 else None
        if begin is None or (not current and finish is None) or (finish and finish[:4] < begin[:4]):
            continue
        found.append(DateSpan(match.start(), match.end(), begin, finish, current))
    for match in grammar.since.finditer(text):
        if not _overlaps(match.span(), found) and (begin := _iso(match.group("a"), grammar)):
            found.append(DateSpan(match.start(), match.end(), begin, None, True))
    for match in grammar.single.finditer(text):
        if not _overlaps(match.span(), found) and (begin := _iso(match.group("a"), grammar)):
            found.append(DateSpan(match.start(), match.end(), begin, begin, False, range=False))
    return tuple(sorted(found, key=lambda span: span.start))


def _overlaps(span: tuple[int, int], found: list[DateSpan]) -> bool:
    return any(span[0] < f.end and f.start < span[1] for f in found)


def _iso(text: str, grammar: _Grammar, other: str | None = None) -> str | None:
    """One date as ISO; ``other`` gives the year where only a month is written."""
    folded = " ".join(text.casefold().replace("’", "'").split())
    if match := re.fullmatch(r"((?:19|20)\d\d)\s*[年년]\s*(\d{1,2})?\s*[月월]?(?:\s*\d{1,2}\s*[日일])?", folded):
        return _checked(match[1], f"{int(match[2]):02d}" if match[2] else None)
    folded = folded.rstrip(".") if folded[:4].isdigit() else folded
    school = re.fullmatch(r"((?:19|20)(\d\d))/(\d\d)", folded)
    if school and int(school[3]) > 12 and int(school[3]) == (int(school[2]) + 1) % 100:
        return school[1]
    if match := re.fullmatch(r"((?:19|20)\d\d)[-/.](\d\d)[-/.](\d\d)", folded):
        return _checked(*match.groups())
    if match := re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-]((?:19|20)\d\d)", folded):
        day, month = int(match[1]), int(match[2])
        if month > 12:
            day, month = month, day
        return _checked(match[3], f"{month:02d}", f"{day:02d}")
    if match := re.fullmatch(r"((?:19|20)\d\d)\s*[-/.]\s*(\d{1,2})", folded):
        return _checked(match[1], f"{int(match[2]):02d}")
    if match := re.fullmatch(r"(\d{1,2})\s*[./-]\s*((?:19|20)\d\d|\d\d)", folded):
        return _checked(_century(match[2]), f"{int(match[1]):02d}")
    if re.fullmatch(r"(?:19|20)\d\d", folded):
        return folded
    if match := re.fullmatch(r"((?:19|20)\d\d)(?:/\d\d(?:\d\d)?)?", folded.split()[-1]):
        folded = " ".join([*folded.split()[:-1], match[1]])
    words = re.findall(r"\bq[1-4]\b|[^\W\d_]+(?:\.)?", folded)
    month_word = next((grammar.months[w.rstrip(".")] for w in words if w.rstrip(".") in grammar.months), None)
    month_word = month_word or next((grammar.seasons[w] for w in words if w in grammar.seasons), None)
    numbers = re.findall(r"(?<!q)'?\d+", folded)
    if not numbers:
        return f"{other[:4]}-{month_word}" if other and month_word else None
    year = _century(numbers[-1].lstrip("'"))
    if len(numbers) == 2 and month_word and len(numbers[0]) <= 2 and 1 <= int(numbers[0]) <= 31:
        return _checked(year, month_word, f"{int(numbers[0]):02d}")
    return _checked(year, month_word) if month_word else _checked(year)


def _century(year: str) -> str:
    if len(year) == 4:
        return year
    return f"20{year}" if int(year) < 50 else f"19{year}"


def _checked(year: str, month: str | None = None, day: str | None = None) -> str | None:
    if len(year) != 4 or not 1940 <= int(year) <= 2099:
        return None
    if month is None:
        return year
    if not 1 <= int(month) <= 12:
        return None
    if day is None:
        return f"{year}-{month}"
    return f"{year}-{month}-{day}" if 1 <= int(day) <= 31 else None


def is_only_date(text: str) -> bool:
    """Whether a text is a date or range and nothing else but marks."""
    spans = find(text)
    if not spans:
        return False
    rest = text
    for span in reversed(spans):
        rest = rest[: span.start] + rest[span.end :]
    return not re.sub(r"[\W\d_]+", "", rest)


def goes_over(first: str, second: str) -> bool:
    """Whether a range of dates begins in one text and ends in the next one."""
    if not _DIGIT.search(first) and not _DIGIT.search(second):
        return False
    seam = len(first)
    joined = f"{first} {second}"
    whole = not first.rstrip().endswith(("-", "–", "—")) and any(s.range and s.end >= seam - 1 for s in find(first))
    return not whole and any(s.range and s.start < seam < s.end and s.end >= len(joined) - 1 for s in find(joined))
