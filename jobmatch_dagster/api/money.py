"""What an amount is in other currencies, by the European Central Bank's reference rates as the library ships them.

Rates of some weeks ago are good enough for a salary floor; nothing is paid by them.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1)
def per_euro() -> dict[str, float]:
    """Units of each currency that one euro buys, on the last day that the library has."""
    from currency_converter import CurrencyConverter

    rates = CurrencyConverter(fallback_on_missing_rate=True)
    bounds = rates.bounds
    last = max(bound.last_date for bound in bounds.values())
    # A currency that was given up has no rate of today's.
    return {
        code: rates.convert(1, "EUR", code, date=bound.last_date)
        for code, bound in bounds.items()
        if (last - bound.last_date).days < 31
    }


def factors(currency: str) -> dict[str, float]:
    """What one unit of each currency is worth in this one; empty if there is no rate for it."""
    rates = per_euro()
    wanted = rates.get(currency.upper())
    return {code: wanted / rate for code, rate in rates.items()} if wanted else {}
