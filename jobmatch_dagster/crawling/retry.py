"""How often and how patiently a failed request is tried again, and when a host is given up for the run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from jobmatch_dagster.crawling.errors import ScrapingError, Throttled, Unreachable

LONGEST_WAIT = 60.0
LONGEST_RETRY_AFTER = 900.0


def retry_after_seconds(value: str | None, now: datetime | None = None, server_date: str | None = None) -> float | None:
    """Seconds that a ``Retry-After`` header asks for: a number or an HTTP date (RFC 9110, 10.2.3).

    Args:
        value: the header.
        now: our clock.
        server_date: the answer's ``Date`` header; a date is counted from it, so a skewed clock does not matter.
    """
    if not value:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        then = parsedate_to_datetime(value)
        start = parsedate_to_datetime(server_date) if server_date else now or datetime.now(UTC)
        then = then if then.tzinfo else then.replace(tzinfo=UTC)
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None
    return max(0.0, (then - start).total_seconds())


def worth_another_try(error: BaseException) -> bool:
    """Throttling and a server that does not answer pass; walls, refusals and broken pages do not."""
    return isinstance(error, (Throttled, Unreachable)) and not error.final


@dataclass
class Budget:
    """Retries that a whole run may spend: a share of its requests on top of a fixed number.

    A board that fails everywhere is then given up long before every single page has used all its tries.
    """

    fixed: int = 40
    share: float = 0.5
    requests: int = 0
    spent: int = 0

    def take(self) -> bool:
        """Spend one retry; False when the budget is used up."""
        if self.spent >= self.fixed + self.share * self.requests:
            return False
        self.spent += 1
        return True


@dataclass
class Breaker:
    """Opens after so many failures in a row, or so many walls in a row, and stays open for the run."""

    failures_allowed: int = 8
    walls_allowed: int = 2
    failures: int = 0
    walls: int = 0
    reason: ScrapingError | None = None

    def succeeded(self) -> None:
        """A page arrived: count anew."""
        self.failures = self.walls = 0

    def failed(self, error: ScrapingError) -> None:
        """A request failed for good."""
        if error.kind == "blocked":
            self.walls += 1
        elif isinstance(error, (Throttled, Unreachable)):
            self.failures += 1
        far_off = (error.retry_after or 0) > LONGEST_RETRY_AFTER
        if far_off or self.walls >= self.walls_allowed or self.failures >= self.failures_allowed:
            self.reason = self.reason or error
