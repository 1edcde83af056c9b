"""What requests are made of: paths with queries, and a filter's value in the steps and units that a board knows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode


def query(path: str, **params: Any) -> str:
    """A path with its query; parameters that are None are left out, order is kept."""
    given = {name: value for name, value in params.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def miles(radius_km: float | None) -> int | None:
    """Whole miles, rounded up, for boards that count in miles."""
    return None if radius_km is None else max(1, round(radius_km / 1.609344 + 0.499))


def step(value: float | None, steps: list[int]) -> int | None:
    """The smallest step that holds the value; the largest step where none does; None for None."""
    if value is None:
        return None
    return next((one for one in steps if one >= value), steps[-1])


def step_or_all(value: float | None, steps: list[int]) -> int | None:
    """As ``step``, but None where no step holds the value: the board then shows all, and the rest is left out here."""
    return None if value is None or value > steps[-1] else step(value, steps)
