"""What Prometheus reads: requests by operation and status, their seconds, the pool, uploads and the work behind them.

Labels are names of operations, never paths that were asked for: those may hold ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The figures of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "jobmatch_requests", "Requests answered.", ["method", "operation", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "jobmatch_request_seconds",
            "Seconds to the answer.",
            ["operation"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.uploads = Counter("jobmatch_uploads", "Résumé files taken.", registry=self._registry)
        self.refused = Counter("jobmatch_refused", "Requests refused for their rate.", registry=self._registry)

    def answered(self, method: str, operation: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(method, operation, str(status)).inc()
        self._seconds.labels(operation).observe(seconds)

    def watch(self, figures: Callable[[], dict[str, Any]]) -> None:
        """Show numbers that are read when asked for: name to value."""
        self._registry.register(_Watched(figures))

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _Watched:
    """A collector of plain numbers."""

    def __init__(self, figures: Callable[[], dict[str, Any]]) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        for name, value in self._figures().items():
            yield GaugeMetricFamily(f"jobmatch_{name}", name.replace("_", " ").capitalize() + ".", value=float(value))
