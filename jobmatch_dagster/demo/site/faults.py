"""What goes wrong on every run against the demo site, once each, so that a crawler shows how it copes.

* Indeed answers its first second page with 429 and ``Retry-After: 1``.
* Glassdoor answers its first posting page with 503.
* Any board answers the search in ``questions.CHALLENGED`` with a challenge page, always.
* LinkedIn's first page has a card without a place (see ``linkedin``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from jobmatch_dagster.demo.site.pages import Answer, Asked, render
from jobmatch_dagster.demo.site.questions import CHALLENGED

RETRY_AFTER = 1  # seconds
_KEYWORDS = ("keywords", "q", "search", "sc.keyword")


def _second_page_of_indeed(asked: Asked) -> bool:
    return asked.path == "/jobs" and asked.number("start") > 0


def _posting_of_glassdoor(asked: Asked) -> bool:
    return asked.path.startswith("/job-listing/")


@dataclass
class Faults:
    """The faults of one server; each of the two transient ones happens once."""

    _left: dict[str, tuple[Callable[[Asked], bool], Answer]] = field(
        default_factory=lambda: {
            "indeed": (
                _second_page_of_indeed,
                Answer("Too many requests", 429, {"Retry-After": str(RETRY_AFTER)}, "text/plain"),
            ),
            "glassdoor": (_posting_of_glassdoor, Answer("Service unavailable", 503, content_type="text/plain")),
        }
    )

    def answer(self, board: str, asked: Asked) -> Answer | None:
        """The fault that this request meets, or None."""
        if any(asked.query.get(name, "").casefold() == CHALLENGED["keywords"] for name in _KEYWORDS):
            return Answer(render("challenge.html"), 403, {"cf-mitigated": "challenge"})
        pending = self._left.get(board)
        if pending and pending[0](asked):
            del self._left[board]
            return pending[1]
        return None
