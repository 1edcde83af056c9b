"""Find the salary in a text, and weigh it against what the board says in its own fields.

Precision goes before recall: an amount counts only with a currency (or a word for pay in a Chinese ad) and with a reason to
believe that it is pay: a period behind it, a word for pay before it, or both ends of a range that is a plausible income.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from jobmatch_dagster.postings.salary import currencies, periods
from jobmatch_dagster.postings.salary.numbers import MULTIPLE, NUMBER, factor, is_grouped, number
from jobmatch_dagster.postings.words import load, whole

_BEFORE, _AFTER = 90, 40  # characters of context
_SAME_LINE = 160
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
def _hit() -> re.Pattern[str]:
    """Anything worth a closer look: a digit beside a currency, or a range in thousands of a Chinese ad."""
    money = currencies.pattern()
    return re.compile(
        rf"(?:{money})\s?\d|\d\s?(?:{MULTIPLE})?\s?(?:{money})|\d\s?(?:k|万|千)?\s?[-–~～至到]\s?\d+\s?(?:k\b|万|千)|\b\d+\s?l(?:pa|akh)",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _range() -> re.Pattern[str]:
    money = currencies.pattern()

    def one(n: int) -> str:
        return rf"(?:(?P<cur{n}c>{money})\s?)?(?P<cur{n}a>{money})?\s?(?P<num{n}>{NUMBER})\s?(?P<mul{n}>{MULTIPLE})?\+?\s?(?P<cur{n}b>{money})?"

    gap = r"\s?(?:/|per|an|a)?\s?(?:hour|hr|h|year|yr|annum|month|mo|day|week)?\.?\s?"
    dash = rf"{gap}(?:-{{1,2}}|–|—|−|~|～|to|and|bis|und|à|a|y|e|hasta|até|tot|en|do|至|到)\s?"
    return re.compile(rf"(?<![A-Za-z0-9.,])(?<!\d[ ’'])(?:{one(1)})(?:{dash}(?:{one(2)}))?(?![\d%])", re.IGNORECASE)


def _bounded(names: list[str]) -> str:
    return whole(names, edge=r"^\W_")


@lru_cache(maxsize=1)
def _context() -> dict[str, re.Pattern[str]]:
    words = load("salary")
    return {
        "label": re.compile(_bounded(words["labels"]), re.IGNORECASE),
        "not_pay": re.compile(_bounded(words["not_pay"]), re.IGNORECASE),
        "from": re.compile(rf"(?:{_bounded(words['from'])})\s*:?\s*$", re.IGNORECASE),
        "up_to": re.compile(rf"(?:{_bounded(words['up_to'])})\s*:?\s*$", re.IGNORECASE),
        "gross": re.compile(_bounded(words["gross"]), re.IGNORECASE),
        "net": re.compile(_bounded(words["net"]), re.IGNORECASE),
        "between": re.compile(
            rf"(?:{_bounded([*words['gross'], *words['net'], *words['between']])})[\s,;)]*", re.IGNORECASE
        ),
        "months": re.compile(
            r"(?:[·xX×*]\s?|\b)(1[2-9])\s?薪|\b(1[3-6])(?:\.|th)?\s?(?:months?|salar(?:y|ies)|monatsgehälter|gehälter|mensualités|mois|pagas|mensilità|maanden|pensji|salários)",
            re.IGNORECASE,
        ),
    }


def read_salary(
    text: str, country: str | None = None, *, labelled: bool = False, language: str | None = None
) -> Salary | None:
    """The salary that a text states, or None.

    Args:
        text: plain text of an ad, or a board's salary field.
        country: of the job; decides what ``$``, ``kr`` and ``¥`` mean.
        labelled: the whole text is about pay (a board's salary field), so no further reason is needed.
        language: of the ad; thousands without a currency are read in Chinese ads only.

    Returns:
        The first salary, with the others of the same ad in its notes.
    """
    found: list[Salary] = []
    reached = 0
    for hit in _hit().finditer(text):
        if hit.start() < reached:
            continue
        window = max(reached, hit.start() - 30)
        for match in _range().finditer(text, window, min(len(text), hit.end() + 60)):
            if match.end() <= hit.start():
                continue
            salary = _judge(text, match, country, labelled, language)
            reached = match.end()
            if salary:
                found.append(salary)
            break
    if not found:
        return None
    first = found[0]
    others = [other.written for other in found[1:] if (other.low, other.high) != (first.low, first.high)]
    return replace(first, notes=(*first.notes, *(f"also: {written}" for written in others[:5])))


def _judge(text: str, match: re.Match[str], country: str | None, labelled: bool, language: str | None) -> Salary | None:
    """Is this amount what the job pays? The rules, in order; None is the answer to any doubt."""
    group = match.groupdict()
    forms = [group[key] for key in _CURRENCY_GROUPS if group.get(key)]
    codes = {code for form in forms if (code := currencies.code_of(form, country))}
    if len(codes) > 1:
        return None
    code = codes.pop() if codes else None
    low, high = _amounts(group)
    before = _line_before(text, match.start())
    after = _line_after(text, match.end())
    context = _context()
    chinese = language == "zh" and bool(group["mul1"] or group["mul2"])
    if not forms and not chinese and not (labelled and (group["mul1"] or is_grouped(group["num1"]))):
        if not (group["mul2"] or group["mul1"] or "").lower().startswith("l"):
            return None
        code = "INR"
    if not forms and chinese:
        code = "CNY" if country in ("CN", None) else None
    label = labelled or context["label"].search(before) is not None
    bad = list(context["not_pay"].finditer(before))
    good = list(context["label"].finditer(before))
    if not labelled and bad and (not good or good[-1].start() < bad[-1].start()):
        return None
    period, behind = _period(after, before if label else "")
    if not labelled and context["not_pay"].match(after[behind:].lstrip(" ,(-–")[:30]):
        return None
    if low is not None and high is not None and high < low:
        return None
    least, most = (low if low is not None else high), (high if high is not None else low)
    if least is None or most is None or least <= 0 or most > least * 6:
        return None
    notes: list[str] = []
    bounds = currencies.plausible_year(code)
    stated = period
    if period is None:
        if chinese or (code == "CNY" and least < 200_000):
            period = "month" if most < 200_000 else "year"
        else:
            period = periods.guess(least, most, bounds)
        if period:
            notes.append("period inferred from the amount")
    if stated is None and not label and not (group["num2"] and period == "year"):
        return None
    if not _plausible(least, most, period, bounds):
        return None
    gross = _gross(before, after)
    months = context["months"].search(after)
    head = text[max(0, match.start() - 25) : match.start()]
    if high is None and context["up_to"].search(head):
        low, high = None, low
    elif high is None and not context["from"].search(head) and "+" not in text[match.start() : match.end() + 1]:
        high = low
    start, end = match.start(), match.end() + (behind if stated and behind else 0)
    start += len(text[start:end]) - len(text[start:end].lstrip())
    written = " ".join(text[start:end].split())
    if code is None:
        notes.append("currency is not clear from sign and place")
    return Salary(
        low,
        high,
        code,
        period,
        gross,
        float(next(filter(None, months.groups()))) if months and period == "month" else 12.0,
        written,
        start,
        start + len(text[start:end].rstrip()),
        notes=tuple(notes),
    )


def _amounts(group: dict[str, str | None]) -> tuple[float | None, float | None]:
    low = number(group["num1"] or "0")
    if group["num2"] is None:
        return low * factor(group["mul1"]), None
    high = number(group["num2"])
    first, second = factor(group["mul1"]), factor(group["mul2"])
    if first == 1.0 and second > 1.0 and low < high * second / 6:
        first = second  # "20-40K": the letter stands once for both
    return low * first, high * second


def _line_before(text: str, start: int) -> str:
    line = text[max(0, start - _SAME_LINE) : start]
    cut = line.rfind("\n")
    if cut >= 0 and line[cut + 1 :].strip(" •-–:*"):
        line = line[cut + 1 :]
    sentence = max(line.rfind(". "), line.rfind("! "), line.rfind("。"), line.rfind("; "))
    return line[sentence + 1 :][-_BEFORE:]


def _line_after(text: str, end: int) -> str:
    line = text[end : end + _AFTER + 40]
    return line.split("\n", 1)[0]


def _period(after: str, before: str) -> tuple[str | None, int]:
    """The period behind an amount and the length it takes, else one named with the word for pay before it."""
    lead = re.match(r"[\s,;(]*", after)
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
        if len(word) > 2 or ord(word[0]) >= 0x3000:
            return periods.period_of(word), 0
    return None, 0


def _plausible(least: float, most: float, period: str | None, bounds: tuple[float, float]) -> bool:
    if period is None:
        return least >= 1
    scale = periods.PER_YEAR[period]
    return bounds[0] / 4 <= least * scale and most * scale <= bounds[1] * 1.5


def _gross(before: str, after: str) -> bool | None:
    near = f"{before[-40:]} {after[:30]}"
    gross, net = _context()["gross"].search(near), _context()["net"].search(near)
    if gross and net:
        return None
    return True if gross else (False if net else None)


def salary_of(
    board: Salary | None, salary_text: str, description: str, country: str | None, language: str | None
) -> tuple[Salary | None, list[str]]:
    """The salary of a posting from its three witnesses: the board's own figures, its salary line, the ad's text.

    Returns:
        The salary to keep (the board's figures first, then its line, then the text) and what disagrees or is missing.
    """
    line = read_salary(salary_text, country, labelled=True, language=language) if salary_text else None
    if line:
        line = replace(line, source="salary_text")
    text = read_salary(description, country, language=language) if description else None
    issues: list[str] = []
    chosen = board or line or text
    if chosen is None:
        if salary_text and re.search(r"\d", salary_text):
            issues.append("the salary line could not be read with certainty")
        return None, issues
    if board:
        witness = line or text
        if witness:
            chosen = replace(
                chosen,
                currency=chosen.currency or witness.currency,
                period=chosen.period or witness.period,
                gross=witness.gross if chosen.gross is None else chosen.gross,
                months=witness.months,
            )
    if text and chosen is not text and not _agree(chosen, text):
        issues.append(f"the text says {text.written}")
    return chosen, [*issues, *chosen.notes]


def _agree(one: Salary, other: Salary) -> bool:
    if one.currency and other.currency and one.currency != other.currency:
        return False
    mine, theirs = [x for x in one.annual if x], [x for x in other.annual if x]
    if not mine or not theirs:
        return True
    return max(mine) >= min(theirs) * 0.97 and min(mine) <= max(theirs) * 1.03
