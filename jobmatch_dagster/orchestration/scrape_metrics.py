"""A board's scrape in Dagster's catalogue: speed, success, how far each search came, and a small plot of its past."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import dagster as dg

from jobmatch_dagster.orchestration.metadata import markdown_table

if TYPE_CHECKING:
    import psycopg

DAYS = 14
WIDTH, HEIGHT, FLOOR = 420, 96, 78
# By how the day ended: whole, in part, or not at all. The same hues as the day's report.
COLOURS = {"succeeded": "#2a6fc9", "partial": "#c98a2a", "cancelled": "#c98a2a"}
OTHERWISE = "#c93a3a"
PAST = """
select distinct on (day) day, status, postings, postings_per_minute, success_rate, searches
  from private.scrape_runs
 where board = %s and kind = 'scrape' and day <= %s and ended_at is not null and status <> 'skipped'
 order by day desc, started_at desc limit %s
"""


@dataclass(frozen=True)
class Day:
    """What one board gave on one day."""

    day: date
    status: str
    postings: int


def scrape_metadata(conn: psycopg.Connection[Any], board: str, day: date) -> dict[str, Any]:
    """Metadata of one board's partition beside what every stage reports; empty where the day has no scrape that ended.

    Args:
        conn: reads ``private.scrape_runs``.
        board, day: the partition.
    """
    rows = conn.execute(PAST, (board, day, DAYS)).fetchall()
    if not rows or rows[0][0] != day:
        return {}
    _, _, _, speed, success, searches = rows[0]
    walks = [{name: walk.get(name) for name in ("label", "ended", "pages", "postings", "total")} for walk in searches]
    past = [Day(*row[:3]) for row in reversed(rows)]
    return {
        "postings_per_minute": float(speed or 0),
        "success_rate": float(success or 0),
        "searches": dg.MetadataValue.md(markdown_table(walks)),
        "past": dg.MetadataValue.md(f"![{sentence(board, past)}](data:image/svg+xml;base64,{_encoded(plot(past))})"),
    }


def sentence(board: str, past: Sequence[Day]) -> str:
    """The plot in words, for those who do not see it."""
    given = [one.postings for one in past]
    return f"{board}: {given[-1]} postings on {past[-1].day}; {min(given)} to {max(given)} on {len(past)} days"


def plot(past: Sequence[Day]) -> str:
    """Postings a day as columns, as SVG; the colour says how the day's scrape ended."""
    most = max([one.postings for one in past] + [1])
    step = WIDTH / DAYS
    parts = [f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>']
    for place, one in enumerate(past):
        size = max((FLOOR - 14) * one.postings / most, 1)
        middle = step * (place + 0.5)
        colour = COLOURS.get(one.status, OTHERWISE)
        parts.append(
            f'<rect x="{step * place + 3:.1f}" y="{FLOOR - size:.1f}" width="{step - 6:.1f}" height="{size:.1f}" '
            f'fill="{colour}"><title>{one.day}: {one.postings} postings, {one.status}</title></rect>'
            f'<text x="{middle:.1f}" y="{FLOOR - size - 3:.1f}">{one.postings}</text>'
            f'<text x="{middle:.1f}" y="{HEIGHT - 5}">{one.day:%d.%m}</text>'
        )
    style = 'font-family="sans-serif" font-size="9" fill="#555550" text-anchor="middle"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}"><g {style}>{"".join(parts)}</g></svg>'
    )


def _encoded(drawing: str) -> str:
    return base64.b64encode(drawing.encode()).decode()
