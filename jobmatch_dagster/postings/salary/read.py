"""Find the amounts in a text that may be a salary; which of them are, ``judge`` decides."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hit, Hits
from jobmatch_dagster.postings.salary import currencies
from jobmatch_dagster.postings.salary.judge import LABEL_GAP, Candidate, judge
from jobmatch_dagster.postings.salary.numbers import MULTIPLE, NUMBER
from jobmatch_dagster.postings.salary.stated import Salary

_SIGN_END = re.compile(r"(?:[$€£¥￥₹₽₴₺₪₩₱฿₫₦]|\b[A-Za-z]{2,4}\$?|zł|Kč)\s?$")
_DIGIT = re.compile(r"\d")
_MOST_SIGNS = 200  # currencies of one text that are looked at
_LONE = re.compile(rf"(?<![A-Za-z0-9.,])(?:{NUMBER})")
_DASH = (
    r"\s?(?:/|per|an|a)?\s?(?:hour|hr|h|year|yr|annum|month|mo|day|week)?\.?\s?"
    r"(?:-{1,2}|–|—|−|~|～|〜|to|and|bis|und|et|à|a|y|e|hasta|até|tot|en|do|至|到)\s?"
)
_PERIOD_INSIDE = r"\s?/\s?(?:月|天|年|小时|month|year|hour)(?=[^\S\n]?[A-Za-z$€£元人美港])"  # "4000/月 USD"
_NO_CENTS = r"(?:[.,](?:[-–—]{1,2}|=))?"  # "45.000,-"


@lru_cache(maxsize=1)
def _range() -> re.Pattern[str]:
    money = currencies.pattern()

    def one(n: int) -> str:
        before = rf"(?:(?P<cur{n}c>{money})\s?)?(?P<cur{n}a>{money})?\s?"
        amount = rf"(?P<num{n}>{NUMBER}){_NO_CENTS}(?:\s?(?P<mul{n}>{MULTIPLE}))?\+?(?P<per{n}>{_PERIOD_INSIDE})?"
        return rf"{before}{amount}(?:\s?(?P<cur{n}b>{money}))?"

    return re.compile(rf"(?:{one(1)})(?:{_DASH}(?:{one(2)}))?(?![\d%])", re.IGNORECASE)


@lru_cache(maxsize=1)
def _before_sign() -> re.Pattern[str]:
    """The number, or the range of numbers, that ends right before a currency."""
    one = rf"(?:{NUMBER}){_NO_CENTS}(?:\s?(?:{MULTIPLE}))?\+?(?:{_PERIOD_INSIDE})?\s?"
    return re.compile(rf"(?<![A-Za-z0-9.,])(?<!\d[ ’'])(?:(?:{one})(?:{_DASH}))?(?:{one})$", re.IGNORECASE)


@lru_cache(maxsize=1)
def _ends_amount() -> re.Pattern[str]:
    """How any amount before a currency ends: a quick look that saves most texts the slow one."""
    return re.compile(rf"\d{_NO_CENTS}(?:\s?(?:{MULTIPLE}))?\+?(?:{_PERIOD_INSIDE})?\s?$", re.IGNORECASE)


def read_salary(
    text: str, hits: Hits, country: str | None = None, *, labelled: bool = False, language: str | None = None
) -> Salary | None:
    """The salary that a text states, or None.

    Args:
        text: plain text of an ad, or a board's salary line.
        hits: phrases found in it.
        country: of the job; decides what ``$``, ``kr`` and ``¥`` mean.
        labelled: the whole text is about pay (a board's salary line), so that no further reason is needed.
        language: of the ad; thousands without a currency are read in Chinese ads only.

    Returns:
        The first salary; the other amounts of pay in the same text are in its notes.
    """
    found: list[Salary] = []
    reached = 0
    for sign in _signs(text, hits, labelled, language):
        if sign.start < reached:
            continue
        match = _amount_at(text, sign, reached)
        if match is None:
            continue
        reached = match.end()
        salary = judge(Candidate(text, match, hits, country, labelled, language))
        if salary:
            found.append(salary)
    if labelled and not found and (match := _LONE.search(text)):
        bare = _range().match(text, match.start())
        salary = judge(Candidate(text, bare, hits, country, labelled, language)) if bare else None
        found = [salary] if salary else []
    if not found:
        return None
    first = found[0]
    if len(found) == 1:
        return first
    others = [other.written for other in found[1:] if (other.low, other.high) != (first.low, first.high)]
    return replace(first, notes=(*first.notes, *(f"also: {written}" for written in others[:5])))


def _signs(text: str, hits: Hits, labelled: bool, language: str | None) -> list[Hit]:
    """Where an amount may stand: at each currency beside a digit, and at "k", "万" and "LPA" where the ad's language
    allows it."""
    signs, thousands = hits.get("money", []), hits.get("thousands", [])
    if not signs and not thousands:
        return []
    if thousands and not (language == "zh" or labelled):
        pay = hits.get("pay", [])
        thousands = [
            hit
            for hit in thousands
            if hit.end - hit.start >= 3 or any(0 < hit.start - label.end <= LABEL_GAP + 12 for label in pay)
        ]
    near = [hit for hit in (*signs, *thousands) if _DIGIT.search(text, max(0, hit.start - 10), hit.end + 5)]
    return sorted(near)[:_MOST_SIGNS]


def _amount_at(text: str, sign: Hit, reached: int) -> re.Match[str] | None:
    """The amount or range that a currency belongs to: before the sign, or behind it."""
    since = max(reached, sign.start - 48)
    before = _ends_amount().search(text, since, sign.start) and _before_sign().search(text, since, sign.start)
    if before:
        lead = text[max(reached, before.start() - 5) : before.start()]
        # "USD 75,000 - USD 95,000": the sign of the first number may stand before it
        shift = len(lead) - len(_SIGN_END.sub("", lead))
        return _range().match(text, before.start() - shift) or _range().match(text, before.start())
    behind = text[sign.end : sign.end + 3]
    if any(character.isdigit() for character in behind) or (behind.strip() and behind.strip()[0] in "$€£¥￥₹"):
        return _range().match(text, sign.start)
    return None
