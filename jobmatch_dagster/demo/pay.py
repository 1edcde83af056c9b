"""Pay of a made-up job: amounts that fit occupation and country, written as that country writes them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from jobmatch_dagster.demo import vocabulary
from jobmatch_dagster.demo.dice import Dice
from jobmatch_dagster.demo.vocabulary import Country, Occupation, Words

LEVEL_FACTOR = {"intern": 0.45, "junior": 0.8, None: 1.0, "senior": 1.25, "lead": 1.4, "manager": 1.55}
SPREAD = (1.08, 1.3)  # how far the upper end lies above the lower one
STEP = {"year": 500, "month": 50, "week": 25, "hour": 0.25}
PERIODS_A_YEAR = {"year": 1, "month": 12, "week": 52, "hour": 40 * 52}
LAKH = 100_000


@dataclass(frozen=True, slots=True)
class Salary:
    """What an ad says about pay. ``low`` or ``high`` is None where the ad gives one end only.

    ``period`` is hour, week, month or year; ``gross`` is True only where the text says so; ``text`` is what is shown.
    """

    low: float | None
    high: float | None
    currency: str
    period: str
    gross: bool | None
    text: str


@lru_cache(maxsize=64)
def _formats(country: str, language: str) -> tuple[Words, ...]:
    table = vocabulary.pay_formats()["formats"]
    return tuple(table.get(f"{country}-{language}") or table[country])


def written(amount: float, style: str) -> str:
    """An amount in a style of salaries.yaml: ``en`` 1,234.50, ``de`` 1.234,50, ``space`` 1 234,50, ``ch`` 1'234.50."""
    signs = vocabulary.pay_formats()["numbers"][style]
    whole, decimals = f"{amount:,.2f}".split(".")
    text = whole.replace(",", signs["group"])
    return text if decimals == "00" else text + signs["decimal"] + decimals


def _rounded(amount: float, step: float) -> float:
    return max(step, int(amount / step) * step)


def draw(dice: Dice, occupation: Occupation, country: Country, language: str, level: str | None) -> Salary:
    """Pay for one job.

    Args:
        dice: decides amounts and form.
        occupation: gives the usual range in US dollars a year.
        country: gives currency, the factor on US pay and the ways to write it.
        language: of the ad; a few countries write pay differently in English ads.
        level: intern, junior, senior, lead, manager or None.
    """
    form = dice.pick(_formats(country.code, language))
    bottom, top = occupation.pay
    yearly = (bottom + dice.roll() * (top - bottom) * 0.6) * country.pay * LEVEL_FACTOR[level]
    period = form["period"]
    step: float = STEP[period]
    if "lok}" in form["text"]:
        step = 1000
    elif form.get("lakh"):
        step = LAKH / 2
    elif period == "month" and yearly > 100_000:
        step = 500
    per_period = yearly / PERIODS_A_YEAR[period]
    low = _rounded(per_period, step)
    high = max(low + step, _rounded(per_period * (SPREAD[0] + dice.roll() * (SPREAD[1] - SPREAD[0])), step))
    style = form.get("number", "en")
    text = form["text"]
    values = {
        "{lo}": written(low, style),
        "{hi}": written(high, style),
        "{lok}": written(low / 1000, style),
        "{hik}": written(high / 1000, style),
        "{lol}": f"{low / LAKH:g}",
        "{hil}": f"{high / LAKH:g}",
    }
    for mark, value in values.items():
        text = text.replace(mark, value)
    only: str = form.get("only", "range")
    ends = {"range": (low, high), "from": (low, None), "to": (None, high), "exact": (low, low)}[only]
    return Salary(*ends, country.currency, period, form.get("gross"), text)
