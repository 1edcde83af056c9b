"""Is this amount what the job pays? An amount in its surroundings, and the rules.

Precision goes before recall: an amount counts only with a currency (or a word for pay in a Chinese ad) and with a
reason to believe that it is pay: a period behind it, a word for pay beside it, or both ends of a range that is a
plausible income. None is the answer to any doubt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hits
from jobmatch_dagster.postings.salary import currencies, periods
from jobmatch_dagster.postings.salary.numbers import factor, is_grouped, number
from jobmatch_dagster.postings.salary.stated import Salary
from jobmatch_dagster.postings.words import any_of, load, whole

LABEL_GAP = 14  # characters between a word for pay and an amount that has no currency
_BEFORE, _AFTER = 90, 80  # characters of context
_EDGE = r"^\W_"
_KNOWN_WORD = re.compile(
    r"\b(?:per|year|month|hour|day|week|annum|gross|net|brutto|netto|base|salary|pay|bonus|open|token)s?\b",
    re.IGNORECASE,
)
CRYPTO = re.compile(r"usd[tc]|\d\s?[kw]?\s?u(?![a-z])", re.IGNORECASE)
_UP_TO_BEHIND = re.compile(r"\s?(?:以内|以下|之内|内)")
_FROM_BEHIND = re.compile(r"\s?(?:以上|起|\+(?!\s?(?:[a-z]|\d+\s?%)))", re.IGNORECASE)
_HOURS = re.compile(
    r"\d\s?(?:h|hrs?|hours?|std|stunden|heures?|horas|ore|uur|uren|godz|godzin|timer|timmar)\.?\s?$", re.IGNORECASE
)
_OTHER_WORD = re.compile(r"[A-Za-z]{3,}")
_LEAD = re.compile(r"[\s,;:(]*")
_PENSION_PLANS = frozenset({"401", "403", "457", "529"})
_SIGNS_OF = {1: ("cur1c", "cur1a", "cur1b"), 2: ("cur2c", "cur2a", "cur2b")}
_CURRENCY_GROUPS = (*_SIGNS_OF[1], *_SIGNS_OF[2])
# "San Francisco, CASalary: $90,000": two fields of a page that ran together
_GLUED_LABEL = re.compile(
    r"[A-Za-z](?:Salary|Pay|Compensation|Wages?|Gehalt|Vergütung|Salaire|Salario|Retribuzione)(?: [Rr]ange)?[\s:–-]*$"
)


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
            rf"(?:[·xX×*]\s?|\b)(1[2-9])\s?薪|\b(1[3-6])\s?(?:[x×](?!\w)|mal\b)|\b[x×]\s?(1[3-6])\b"
            rf"|\b(1[3-6])(?:\.|th|º|ª)?[\s-]?(?:{any_of(words['salaries_a_year'])})(?!\w)",
            re.IGNORECASE,
        ),
        "per_shift": re.compile(
            rf"\s?(?:per|a|an|each|/|pro|par|por|na)\s?(?:{any_of(words['shifts'])})(?!\w)", re.IGNORECASE
        ),
        "pay_behind": re.compile(rf"[\s,]*(?:{any_of(words['pay_behind'])})(?!\w)", re.IGNORECASE),
        "benefit_behind": re.compile(
            rf"(?:\s(?!(?:plus|and|with|or|und|et|y|e|ou|oder|including|incl|depending|based|base|salary)\b)[\w'’/-]+){{0,3}}?"
            rf"\s(?:{any_of(words['benefit_behind'])})(?!\w)",
            re.IGNORECASE,
        ),
    }


@dataclass(eq=False, slots=True)
class Candidate:
    """An amount in its surroundings; nothing of it changes.

    Attributes:
        text: an ad's, or a salary line.
        match: the amount.
        hits: phrases found in the text.
        country: of the job.
        labelled: the whole text is about pay.
        language: of the ad.
        group: the parts of the amount by name.
        before: where the sentence or line begins that leads to the amount, at most some words back.
        after: the rest of the amount's line.
    """

    text: str
    match: re.Match[str]
    hits: Hits
    country: str | None
    labelled: bool
    language: str | None
    group: dict[str, str | None] = field(init=False)
    before: int = field(init=False)
    after: str = field(init=False)

    def __post_init__(self) -> None:
        self.group = self.match.groupdict()
        self.before = self._before()
        self.after = self.text[self.match.end() : self.match.end() + _AFTER].split("\n", 1)[0]

    def _before(self) -> int:
        start = max(0, self.match.start() - _BEFORE)
        line = self.text[start : self.match.start()]
        cut = line.rfind("\n")
        # a heading ("Salary:") on a line of its own belongs to the amount below it
        if cut >= 0 and line[cut + 1 :].strip(" •-–:*"):
            start, line = start + cut + 1, line[cut + 1 :]
        sentence = max(line.rfind(". "), line.rfind("! "), line.rfind("。"), line.rfind("; "))
        return start + sentence + 1

    def last(self, name: str, *, ends: bool = False) -> int:
        """Where the last phrase of a list begins (or ends) before the amount, in its sentence; far below 0 if
        nowhere."""
        hits = self.hits.get(name)
        if not hits:
            return -_BEFORE * 10
        start, end = self.before, self.match.start()
        found = [hit for hit in hits if start <= hit.start and hit.end <= end]
        if found and name == "pay":  # "customers pay" is not a word for what the job pays
            masks = self.hits.get("not_pay", [])
            found = [hit for hit in found if not any(m.start < hit.start and hit.end <= m.end for m in masks)]
        return max((hit.end if ends else hit.start for hit in found), default=-_BEFORE * 10)

    def follows(self, name: str, behind: int) -> bool:
        """True if a phrase of a list comes next behind the amount and its period."""
        hits = self.hits.get(name)
        if not hits:
            return False
        at = self.match.end() + behind
        gap = len(self.text[at : at + 6]) - len(self.text[at : at + 6].lstrip(" ,(-–"))
        return any(hit.start == at + gap for hit in hits)


def _currency_of(candidate: Candidate) -> tuple[bool, str | None]:
    """(usable, code): not usable where two currencies contradict or there is no reason to think of money at all."""
    group = candidate.group
    forms = [form for key in _CURRENCY_GROUPS if (form := group[key])]
    if "CA$" in forms and candidate.text[: candidate.match.start()].endswith(", "):
        forms[forms.index("CA$")] = "$"  # "Oakland, CA$100,000" is a state and a dollar
    codes = {code for form in forms if (code := currencies.code_of(form, candidate.country))}
    if len(codes) > 1:
        return False, None
    if codes or forms:
        return True, codes.pop() if codes else None
    multiple = (group["mul2"] or group["mul1"] or "").lower()
    line = candidate.text if candidate.labelled else candidate.after[:12]
    if CRYPTO.search(candidate.match[0] + line[:80]):
        return False, None
    if candidate.labelled and _OTHER_WORD.search(_KNOWN_WORD.sub("", candidate.text.replace(candidate.match[0], ""))):
        return False, None
    if multiple.startswith("l"):
        return True, "INR"
    if candidate.language == "zh" and multiple:
        return True, "CNY" if candidate.country in ("CN", None) else None
    near_pay = candidate.match.start() - candidate.last("pay", ends=True) <= LABEL_GAP and multiple == "k"
    return near_pay or (candidate.labelled and (bool(multiple) or is_grouped(group["num1"] or ""))), None


def judge(candidate: Candidate) -> Salary | None:
    """Is this amount what the job pays? The rules, in order; None is the answer to any doubt."""
    usable, code = _currency_of(candidate)
    match = candidate.match
    low, high = _amounts(candidate.group)
    least, most = low, (high if high is not None else low)
    if not usable or match["num1"] in _PENSION_PLANS or least <= 0 or most < least or most > least * 6:
        return None
    label = match.start() if _named_beside(candidate) else candidate.last("pay")
    if not candidate.labelled and candidate.last("not_pay") > label:
        return None
    named = candidate.labelled or label >= 0
    period, behind = _period(candidate.after, candidate.text[candidate.before : match.start()] if named else "")
    if not candidate.labelled and (candidate.follows("not_pay", behind) or _benefit_behind(candidate, behind)):
        return None
    bounds = currencies.plausible_year(code)
    notes: list[str] = []
    stated, period = period or _period_inside(candidate), period or _period_inside(candidate)
    if _context()["per_shift"].match(candidate.after):
        stated, period, notes = "day", "day", ["paid per shift"]
    elif period is None:
        period = _inferred(candidate, least, most, code, bounds)
        notes += ["period inferred from the amount"] if period else []
    if stated is None and not named and not (high is not None and period == "year"):
        return None
    if not _plausible(least, most, period, bounds) or (
        not named and high is None and stated == "year" and least < bounds[0]
    ):
        return None
    if code is None:
        notes.append("currency is not clear from sign and place")
    return _salary(candidate, low, high, code, period, behind if stated else 0, tuple(notes))


def _salary(
    candidate: Candidate,
    low: float,
    high: float | None,
    code: str | None,
    period: str | None,
    behind: int,
    notes: tuple[str, ...],
) -> Salary:
    """The salary with its words; ``behind`` is how long the period behind the amount is."""
    text, match = candidate.text, candidate.match
    end = match.end() + behind
    start = match.start() + len(text[match.start() : end]) - len(text[match.start() : end].lstrip())
    written = text[start:end].rstrip().rstrip(",;:(").rstrip()
    months = _months(candidate)
    if period is None and months != 12.0 and "\n" not in text[match.end() : match.end() + 1]:
        period = "month"  # so many salaries a year: one of them is a month's
    return Salary(
        *_ends(candidate, low, high),
        code,
        period,
        _gross(candidate),
        months if period == "month" else 12.0,
        " ".join(written.split()),
        start,
        start + len(written),
        notes=notes,
    )


def _months(candidate: Candidate) -> float:
    """How many salaries a year are paid: named behind the amount, or before it in its sentence."""
    for around in (candidate.after, candidate.text[candidate.before : candidate.match.start()]):
        # of all these numbers the first digit is 1
        if "1" in around and (found := _context()["months"].search(around)):
            return float(next(filter(None, found.groups())))
    return 12.0


def _named_beside(candidate: Candidate) -> bool:
    """True if a word for pay stands right behind the amount, or is glued to the word before it."""
    head = candidate.text[max(0, candidate.match.start() - 40) : candidate.match.start()]
    return bool(_context()["pay_behind"].match(candidate.after) or _GLUED_LABEL.search(head))


def _benefit_behind(candidate: Candidate, behind: int) -> bool:
    """True if the amount and its period belong to a benefit: "$1,000 a month housing allowance"."""
    return _context()["benefit_behind"].match(candidate.after[behind:]) is not None


def _period_inside(candidate: Candidate) -> str | None:
    """The period inside the amount: "4000/月 USD", "12 LPA"."""
    match = candidate.match
    if (match["mul2"] or match["mul1"] or "").lower().startswith(("lpa", "l")):
        return "year" if "p" in (match["mul2"] or match["mul1"]).lower() else None
    inside = match["per1"] or match["per2"]
    return periods.period_of(inside.strip(" /")) if inside else None


def _inferred(
    candidate: Candidate, least: float, most: float, code: str | None, bounds: tuple[float, float]
) -> str | None:
    """The period that the amount itself tells, where no word does."""
    if candidate.language == "zh" and (candidate.labelled or code == "CNY"):
        return "month" if most < 200_000 else "year"  # Chinese ads name the month's pay unless it is a year's
    return periods.guess(least, most, bounds)


def _ends(candidate: Candidate, low: float, high: float | None) -> tuple[float | None, float | None]:
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
        or "+" in text[match.start() : match.end()]
    ):
        return low, None
    return low, low


def _amounts(group: dict[str, str | None]) -> tuple[float, float | None]:
    low = number(group["num1"] or "0")
    if group["num2"] is None:
        return low * _factor(group, 1), None
    high = number(group["num2"])
    first, second = _factor(group, 1), _factor(group, 2)
    if first == 1.0 and second > 1.0 and low < high * second / 6:
        first = second  # "20-40K": the letter stands once for both
    return low * first, high * second


def _factor(group: dict[str, str | None], n: int) -> float:
    """What a number is multiplied with: the letter or word behind it, or a sign that says thousands ("T€")."""
    scale = max((currencies.scale_of(form) for key in _SIGNS_OF[n] if (form := group[key])), default=1.0)
    return factor(group[f"mul{n}"]) * scale


def _period(after: str, before: str) -> tuple[str | None, int]:
    """The period behind an amount and the length it takes, else one named with the word for pay before it."""
    lead = _LEAD.match(after)
    at = lead.end() if lead else 0
    for _ in range(2):  # "brutto im Monat", "gross base salary per year"
        between = _context()["between"].match(after, at)
        at = between.end() if between else at
    found = periods.pattern().match(after, at)
    if found:
        return periods.period_of(found["latin"] or found["asian"]), found.end()
    named = [m for m in periods.pattern().finditer(before) if m["latin"] or m["asian"]]
    for match in reversed(named):
        if _HOURS.search(before, max(0, match.start() - 10), match.start()):
            continue  # "20 h / week" is how long one works
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


def _gross(candidate: Candidate) -> bool | None:
    hits = candidate.hits.get("gross")
    if not hits:
        return None
    start, end = candidate.match.start() - 40, candidate.match.end() + 30
    said = {hit.label for hit in hits if start <= hit.start and hit.end <= end}
    return (said == {"gross"}) if len(said) == 1 else None
