"""The peer for salaries: the rules by which JobSpy reads pay from a description, written anew from what they are.

One pattern finds ``$A - $B`` (a ``k`` multiplies by a thousand); what is up to 350 is an hour's pay, up to 30,000 a
month's, else a year's; the currency is the US dollar; pay below 1,000 or above 700,000 a year is dropped, as is a range
whose ends are not in order. Nothing else is looked at.
"""

from __future__ import annotations

import re

_AMOUNT = r"(\d+(?:,\d+)?(?:\.\d+)?)\s?([kK]?)"
_RANGE = re.compile(rf"\$\s?{_AMOUNT}\s*[-–—]\s*\$?\s?{_AMOUNT}")
_HOUR, _MONTH = 350, 30_000
_LEAST, _MOST = 1_000, 700_000
_PER_YEAR = {"hour": 2_080, "month": 12, "year": 1}


def salary_by_range_rules(text: str) -> dict[str, float | str | None]:
    """``salary_min``, ``_max``, ``_currency`` and ``_period`` of a text; all None where there is no range."""
    nothing: dict[str, float | str | None] = dict.fromkeys(
        ("salary_min", "salary_max", "salary_currency", "salary_period")
    )
    match = _RANGE.search(text)
    if not match:
        return nothing
    low, high = (_number(match[1], match[2] or match[4]), _number(match[3], match[4] or match[2]))
    period = "hour" if low <= _HOUR else ("month" if low <= _MONTH else "year")
    scale = _PER_YEAR[period]
    if not (low < high and low * scale >= _LEAST and high * scale <= _MOST):
        return nothing
    return {"salary_min": low, "salary_max": high, "salary_currency": "USD", "salary_period": period}


def _number(digits: str, multiple: str) -> float:
    return float(digits.replace(",", "")) * (1_000 if multiple else 1)
