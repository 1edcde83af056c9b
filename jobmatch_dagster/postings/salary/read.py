"""Find the salary in a text, and weigh it against what the board says in its own fields.

Precision goes before recall: an amount counts only with a currency (or a word for pay in a Chinese ad) and with a
reason to
believe that it is pay: a period behind it, a word for pay before it, or both ends of a range that is a plausible
income.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hit, Hits
from jobmatch_dagster.postings.salary import currencies, periods
from jobmatch_dagster.postings.salary.numbers import MULTIPLE, NUMBER, factor, is_grouped, number
from jobmatch_dagster.postings.words import load, whole

_BEFORE, _AFTER = 90, 80  # characters of context
_EDGE = r"^\W_"
_SIGN_END = re.compile(r"(?:[$€£¥￥₹₽₴₺₪₩₱฿₫₦]|\b[A-Za-z]{2,4}\$?|zł|Kč)\s?$")
_LABEL_GAP = 14  # characters between a word for pay and an amount that has no currency
_KNOWN_WORD = re.compile(
    r"\b(?:per|year|month|hour|day|week|annum|gross|net|brutto|netto|base|salary|pay|bonus|open|token)s?\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_MOST_SIGNS = 200  # currencies of one text that are looked at
_LONE = re.compile(rf"(?<![A-Za-z0-9.,])(?:{NUMBER})")
_DASH = (
    r"\s?(?:/|per|an|a)?\s?(?:hour|hr|h|year|yr|annum|month|mo|day|week)?\.?\s?"
    r"(?:-{1,2}|–|—|−|~|～|to|and|bis|und|et|à|a|y|e|hasta|até|tot|en|do|至|到)\s?"
)
_PERIOD_INSIDE = r"\s?/\s?(?:月|天|年|小时|month|year|hour)(?=\s?[A-Za-z$€£元人美港])"  # "4000/月 USD"
CRYPTO = re.compile(r"usd[tc]|\d\s?[kw]?\s?u(?![a-z])", re.IGNORECASE)
_UP_TO_BEHIND = re.compile(r"\s?(?:以内|以下|之内|内)")
_FROM_BEHIND = re.compile(r"\s?(?:以上|起|\+)")
_OTHER_WORD = re.compile(r"[A-Za-z]{3,}")
_PENSION_PLANS = frozenset({"401", "403", "457", "529"})
_CURRENCY_GROUPS = ("cur1c", "cur1a", "cur1b", "cur2c", "cur2a", "cur2b")


@dataclass(frozen=True)
class Salary:
    """A salary as written.

    Attributes:
        low, high: amounts per ``period``; one of them may be None ("from", "up to").
        currency: ISO 4217, or None where the sign does not tell.
        period: hour, day, week, month or year, or None.
        gross: True, False (net) or None.
        months: salaries a year, 12 unless the text says 13 or 14 and so on.
        written: the words.
        start, end: where they stand in the text that was read.
        source: ``text``, ``board`` or ``salary_text``.
        notes: what was inferred or disagrees.
    """

    low: float | None
    high: float | None
    currency: str | None
    period: str | None
    gross: bool | None = None
    months: float = 12.0
    written: str = ""
    start: int = -1
    end: int = -1
    source: str = "text"
    notes: tuple[str, ...] = field(default=())

    @property
    def annual(self) -> tuple[float | None, float | None]:
        """Amounts per year."""
        return periods.annual(self.low, self.period, self.months), periods.annual(self.high, self.period, self.months)


@lru_cache(maxsize=1)
def _range() -> re.Pattern[str]:
    money = currencies.pattern()

    def one(n: int) -> str:
        before = rf"(?:(?P<cur{n}c>{money})\s?)?(?P<cur{n}a>{money})?\s?"
        amount = rf"(?P<num{n}>{NUMBER})(?:\s?(?P<mul{n}>{MULTIPLE}))?\+?(?P<per{n}>{_PERIOD_INSIDE})?"
        return rf"{before}{amount}\s?(?P<cur{n}b>{money})?"

    return re.compile(rf"(?:{one(1)})(?:{_DASH}(?:{one(2)}))?(?![\d%])", re.IGNORECASE)


@lru_cache(maxsize=1)
def _before_sign() -> re.Pattern[str]:
    """The number, or the range of numbers, that ends right before a currency."""
    one = rf"(?:{NUMBER})(?:\s?(?:{MULTIPLE}))?\+?(?:{_PERIOD_INSIDE})?\s?"
    return re.compile(rf"(?<![A-Za-z0-9.,])(?<!\d[ ’'])(?:(?:{one})(?:{_DASH}))?(?:{one})$", re.IGNORECASE)


@lru_cache(maxsize=1)
def _context() -> dict[str, re.Pattern[str]]:
    words = load("salary")
    return {
        "from": re.compile(rf"(?:{whole(words['from'], edge=_EDGE)})[\s:~≈(]*$", re.IGNORECASE),
        "up_to": re.compile(rf"(?:{whole(words['up_to'], edge=_EDGE)})[\s:~≈(]*$", re.IGNORECASE),
        "between": re.compile(
            rf"(?:{whole([*words['gross'], *words['net'], *words['between']], edge=_EDGE)})[\s,;)]*", re.IGNORECASE
        ),
        "months": re.compile(
            r"(?:[·xX×*]\s?|\b)(1[2-9])\s?薪|\b(1[3-6])(?:\.|th)?\s?(?:months?|salar(?:y|ies)|monatsgehälter|gehälter|mensualités|mois|pagas|mensilità|maanden|pensji|salários)",
            re.IGNORECASE,
        ),
    }


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
        salary = _judge(_Candidate(text, match, hits, country, labelled, language))
        if salary:
            found.append(salary)
    if labelled and not found and (match := _LONE.search(text)):
        bare = _range().match(text, match.start())
        salary = _judge(_Candidate(text, bare, hits, country, labelled, language)) if bare else None
        found = [salary] if salary else []
    if not found:
        return None
    first = found[0]
    others = [other.written for other in found[1:] if (other.low, other.high) != (first.low, first.high)]
    return replace(first, notes=(*first.notes, *(f"also: {written}" for written in others[:5])))


def _signs(text: str, hits: Hits, labelled: bool, language: str | None) -> list[Hit]:
    """Where an amount may stand: at each currency beside a digit, and at "k", "万" and "LPA" where the ad's language
    allows it."""
    signs = hits.get("money", [])
    thousands = hits.get("thousands", [])
    if thousands and not (language == "zh" or labelled):
        pay = hits.get("pay", [])
        thousands = [
            hit
            for hit in thousands
            if hit.end - hit.start >= 3 or any(0 < hit.start - label.end <= _LABEL_GAP + 12 for label in pay)
        ]
    near = [hit for hit in (*signs, *thousands) if _DIGIT.search(text, max(0, hit.start - 10), hit.end + 5)]
    return sorted(near)[:_MOST_SIGNS]


def _amount_at(text: str, sign: Hit, reached: int) -> re.Match[str] | None:
    """The amount or range that a currency belongs to: before the sign, or behind it."""
    before = _before_sign().search(text, max(reached, sign.start - 48), sign.start)
    if before:
        lead = text[max(reached, before.start() - 5) : before.start()]
        # "USD 75,000 - USD 95,000": the sign of the first number may stand before it
        shift = len(lead) - len(_SIGN_END.sub("", lead))
        return _range().match(text, before.start() - shift) or _range().match(text, before.start())
    behind = text[sign.end : sign.end + 3]
    if any(character.isdigit() for character in behind) or (behind.strip() and behind.strip()[0] in "$€£¥￥₹"):
        return _range().match(text, sign.start)
    return None


@dataclass(frozen=True)
class _Candidate:
    """An amount in its surroundings."""

    text: str
    match: re.Match[str]
    hits: Hits
    country: str | None
    labelled: bool
    language: str | None

    def before(self) -> int:
        """Where the sentence or line begins that leads to the amount, at most some words back."""
        start = max(0, self.match.start() - _BEFORE)
        line = self.text[start : self.match.start()]
        cut = line.rfind("\n")
        # a heading ("Salary:") on a line of its own belongs to the amount below it
        if cut >= 0 and line[cut + 1 :].strip(" •-–:*"):
            start, line = start + cut + 1, line[cut + 1 :]
        sentence = max(line.rfind(". "), line.rfind("! "), line.rfind("。"), line.rfind("; "))
        return start + sentence + 1

    def after(self) -> str:
        """The rest of the amount's line."""
        return self.text[self.match.end() : self.match.end() + _AFTER].split("\n", 1)[0]

    def last(self, name: str, *, ends: bool = False) -> int:
        """Where the last phrase of a list begins (or ends) before the amount, in its sentence; far below 0 if
        nowhere."""
        start, end = self.before(), self.match.start()
        found = [hit for hit in self.hits.get(name, []) if start <= hit.start and hit.end <= end]
        return max((hit.end if ends else hit.start for hit in found), default=-_BEFORE * 10)

    def follows(self, name: str, behind: int) -> bool:
        """True if a phrase of a list comes next behind the amount and its period."""
        at = self.match.end() + behind
        gap = len(self.text[at : at + 6]) - len(self.text[at : at + 6].lstrip(" ,(-–"))
        return any(hit.start == at + gap for hit in self.hits.get(name, []))


def _currency_of(candidate: _Candidate) -> tuple[bool, str | None]:
    """(usable, code): not usable where two currencies contradict or there is no reason to think of money at all."""
    group = candidate.match.groupdict()
    forms = [group[key] for key in _CURRENCY_GROUPS if group.get(key)]
    if "CA$" in forms and candidate.text[: candidate.match.start()].endswith(", "):
        forms[forms.index("CA$")] = "$"  # "Oakland, CA$100,000" is a state and a dollar
    codes = {code for form in forms if (code := currencies.code_of(form, candidate.country))}
    if len(codes) > 1:
        return False, None
    if codes or forms:
        return True, codes.pop() if codes else None
    multiple = (group["mul2"] or group["mul1"] or "").lower()
    line = candidate.text if candidate.labelled else candidate.after()[:12]
    if CRYPTO.search(candidate.match[0] + line[:80]):
        return False, None
    if candidate.labelled and _OTHER_WORD.search(_KNOWN_WORD.sub("", candidate.text.replace(candidate.match[0], ""))):
        return False, None
    if multiple.startswith("l"):
        return True, "INR"
    if candidate.language == "zh" and multiple:
        return True, "CNY" if candidate.country in ("CN", None) else None
    near_pay = candidate.match.start() - candidate.last("pay", ends=True) <= _LABEL_GAP and multiple == "k"
    return near_pay or (candidate.labelled and (bool(multiple) or is_grouped(group["num1"] or ""))), None


def _judge(candidate: _Candidate) -> Salary | None:
    """Is this amount what the job pays? The rules, in order; None is the answer to any doubt."""
    usable, code = _currency_of(candidate)
    text, match = candidate.text, candidate.match
    low, high = _amounts(match.groupdict())
    least, most = low, (high if high is not None else low)
    if not usable or match["num1"] in _PENSION_PLANS or least <= 0 or most < least or most > least * 6:
        return None
    label, refused = candidate.last("pay"), candidate.last("not_pay")
    if not candidate.labelled and refused > label:
        return None
    named = candidate.labelled or label >= 0
    period, behind = _period(candidate.after(), text[candidate.before() : match.start()] if named else "")
    if not candidate.labelled and candidate.follows("not_pay", behind):
        return None
    notes: list[str] = []
    bounds = currencies.plausible_year(code)
    stated = period
    if period is None:
        inside = match["per1"] or match["per2"]
        if inside:
            period = stated = periods.period_of(inside.strip(" /"))
        elif candidate.language == "zh" and (candidate.labelled or code == "CNY"):
            period = "month" if most < 200_000 else "year"  # Chinese ads name the month's pay unless it is a year's
        else:
            period = periods.guess(least, most, bounds)
        if period:
            notes.append("period inferred from the amount")
    if stated is None and not named and not (high is not None and period == "year"):
        return None
    if not _plausible(least, most, period, bounds):
        return None
    if code is None:
        notes.append("currency is not clear from sign and place")
    end = match.end() + (behind if stated else 0)
    start = match.start() + len(text[match.start() : end]) - len(text[match.start() : end].lstrip())
    written = text[start:end].rstrip()
    low_end, high_end = _ends(candidate, low, high)
    months = _context()["months"].search(candidate.after())
    return Salary(
        low_end,
        high_end,
        code,
        period,
        _gross(candidate),
        float(next(filter(None, months.groups()))) if months and period == "month" else 12.0,
        " ".join(written.split()),
        start,
        start + len(written),
        notes=tuple(notes),
    )


def _ends(candidate: _Candidate, low: float, high: float | None) -> tuple[float | None, float | None]:
    """ "From" has no upper end, "up to" no lower one; a single amount is both."""
    if high is not None:
        return low, high
    text, match = candidate.text, candidate.match
    head = text[max(0, match.start() - 25) : match.start()]
    if _context()["up_to"].search(head) or _UP_TO_BEHIND.match(text, match.end()):
        return None, low
    if (
        _context()["from"].search(head)
        or _FROM_BEHIND.match(text, match.end())
        or "+" in text[match.start() : match.end() + 1]
    ):
        return low, None
    return low, low


def _amounts(group: dict[str, str | None]) -> tuple[float, float | None]:
    low = number(group["num1"] or "0")
    if group["num2"] is None:
        return low * factor(group["mul1"]), None
    high = number(group["num2"])
    first, second = factor(group["mul1"]), factor(group["mul2"])
    if first == 1.0 and second > 1.0 and low < high * second / 6:
        first = second  # "20-40K": the letter stands once for both
    return low * first, high * second


def _period(after: str, before: str) -> tuple[str | None, int]:
    """The period behind an amount and the length it takes, else one named with the word for pay before it."""
    lead = re.match(r"[\s,;:(]*", after)
    at = lead.end() if lead else 0
    for _ in range(2):  # "brutto im Monat", "gross base salary per year"
        between = _context()["between"].match(after, at)
        at = between.end() if between else at
    found = periods.pattern().match(after, at)
    if found:
        return periods.period_of(found["latin"] or found["asian"]), found.end()
    named = [m for m in periods.pattern().finditer(before) if m["latin"] or m["asian"]]
    for match in reversed(named):
        word = match["latin"] or match["asian"]
        attached = match["latin"] is None or match.start("latin") > match.start()
        if attached or word.lower() not in load("salary")["lengths"]:
            return periods.period_of(word), 0
    return None, 0


def _plausible(least: float, most: float, period: str | None, bounds: tuple[float, float]) -> bool:
    if period is None:
        return least * periods.PER_YEAR["hour"] >= bounds[0] / 4 and most <= bounds[1] * 1.5
    scale = periods.PER_YEAR[period]
    return bounds[0] / 4 <= least * scale and most * scale <= bounds[1] * 1.5


def _gross(candidate: _Candidate) -> bool | None:
    start, end = candidate.match.start() - 40, candidate.match.end() + 30
    said = {hit.label for hit in candidate.hits.get("gross", []) if start <= hit.start and hit.end <= end}
    return (said == {"gross"}) if len(said) == 1 else None
