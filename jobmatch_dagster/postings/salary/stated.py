"""What a salary is, once read. How it is found and judged is in ``read`` and ``judge``."""

from __future__ import annotations

from dataclasses import dataclass, field

from jobmatch_dagster.postings.salary import periods


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
