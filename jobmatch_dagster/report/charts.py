"""Charts as inline SVG, drawn from numbers alone: columns, bars, histograms and small lines.

Colours are classes that the page's style gives a value in each theme; every mark has a ``<title>`` for the pointer and
every chart a sentence for those who do not see it. Drawings are about as wide as a phone, so that their text is never
scaled down to where it cannot be read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH = 340.0
LEFT, BOTTOM, TOP = 34.0, 18.0, 10.0
BAD_STUB = 6.0


@dataclass(frozen=True)
class Mark:
    """One column or bar: what it stands for, how much, what the pointer shows, and its tone (a class of the page)."""

    label: str
    value: float
    title: str = ""
    tone: str = "series"


def short(value: float) -> str:
    """A number in few characters: 950, 1.2k, 35k, 1.3M."""
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= limit:
            return f"{value / limit:.3g}{unit}" if abs(value) < 100 * limit else f"{value / limit:.0f}{unit}"
    return f"{value:.0f}" if value == int(value) or abs(value) >= 10 else f"{value:.2g}"


def ticks(top: float) -> list[float]:
    """Two or three round numbers from 0 up to at least ``top``."""
    if top <= 0:
        return [0.0, 1.0]
    step = 10 ** math.floor(math.log10(top))
    for part in (0.25, 0.5, 1.0, 2.0, 2.5, 5.0):
        if step * part * 3 >= top and (step * part >= 1 or top < 1):
            count = math.ceil(top / (step * part))
            return [step * part * n for n in range(count + 1)]
    return [0.0, step * 5, step * 10]


def columns(
    marks: Sequence[Mark],
    *,
    name: str,
    height: float = 130.0,
    line: float | None = None,
    line_title: str = "",
    x_labels: Sequence[tuple[float, str]] = (),
) -> Markup:
    """Columns over a scale that starts at 0.

    Args:
        marks: from left to right.
        name: what the chart shows, for screen readers.
        height: of the drawing, in its own units.
        line: a value to draw across, such as what is usual.
        line_title: what the line stands for.
        x_labels: (place from 0 to 1, text) below the axis; by default the first and the last mark's label.
    """
    scale = ticks(max([m.value for m in marks] + [line or 0]))
    top, floor = scale[-1], height - BOTTOM
    parts = [_axis(scale, floor, height)]
    step = (WIDTH - LEFT) / max(len(marks), 1)
    gap = min(2.0, step / 5)
    for number, mark in enumerate(marks):
        # A bad day without a value is seen all the same.
        least = BAD_STUB if mark.tone == "bad" else 1.5 if mark.value else 0
        size = max((floor - TOP) * mark.value / top, least)
        x = LEFT + step * number + gap / 2
        hover = f"<title>{escape(mark.title or f'{mark.label}: {mark.value:,.0f}')}</title>"
        # The whole height answers the pointer, also above a low column.
        parts.append(
            f'<g><rect class="hit" x="{x:.1f}" y="{TOP}" width="{step - gap:.1f}" height="{floor - TOP:.1f}"/>'
            f'<rect class="{escape(mark.tone)}" x="{x:.1f}" y="{floor - size:.1f}" width="{step - gap:.1f}" '
            f'height="{size:.1f}" rx="{min(2.0, step / 4):.1f}"/>{hover}</g>'
        )
    if line is not None:
        y = floor - (floor - TOP) * line / top
        parts.append(
            f'<line class="usual" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}">'
            f"<title>{escape(line_title)}</title></line>"
        )
    edges = x_labels or ([(0.0, marks[0].label), (1.0, marks[-1].label)] if marks else [])
    for place, text in edges:
        anchor = "start" if place < 0.1 else "end" if place > 0.9 else "middle"
        x = LEFT + (WIDTH - LEFT) * place
        parts.append(f'<text class="tick" x="{x:.1f}" y="{height - 4}" text-anchor="{anchor}">{escape(text)}</text>')
    return _svg(name, height, parts)


def _axis(scale: Sequence[float], floor: float, height: float) -> str:
    lines = []
    for value in scale:
        y = floor - (floor - TOP) * value / scale[-1]
        kind = "base" if value == 0 else "grid"
        lines.append(f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>')
        lines.append(f'<text class="tick" x="{LEFT - 5}" y="{y + 3.5:.1f}" text-anchor="end">{short(value)}</text>')
    return "".join(lines)


def bars(marks: Sequence[Mark], *, name: str, label_width: float = 108.0) -> Markup:
    """Horizontal bars with their label before and their number behind."""
    row, most = 24.0, max([m.value for m in marks] + [1])
    room = WIDTH - label_width - 46
    parts = []
    for number, mark in enumerate(marks):
        y, size = number * row, max(room * mark.value / most, 2 if mark.value else 0)
        label = mark.label if len(mark.label) * 6.4 <= label_width else mark.label[: int(label_width / 6.4) - 1] + "…"
        parts.append(
            f'<g><rect class="hit" x="0" y="{y}" width="{WIDTH}" height="{row}"/>'
            f'<text class="label" x="{label_width - 8}" y="{y + 16}" text-anchor="end">{escape(label)}</text>'
            f'<rect class="{escape(mark.tone)}" x="{label_width}" y="{y + 4}" width="{size:.1f}" height="15" rx="3"/>'
            f'<text class="value" x="{label_width + size + 6:.1f}" y="{y + 16}">{mark.value:,.0f}</text>'
            f"<title>{escape(mark.title or f'{mark.label}: {mark.value:,.0f}')}</title></g>"
        )
    return _svg(name, row * len(marks), parts)


def sparkline(values: Sequence[float], *, name: str) -> Markup:
    """A line without axes, from 0 to the highest value, its last point marked."""
    width, height = 96.0, 24.0
    top = max([*values, 1e-12])
    step = (width - 8) / max(len(values) - 1, 1)
    points = [(4 + step * n, height - 3 - (height - 7) * value / top) for n, value in enumerate(values)]
    if len(points) == 1:
        points = [(width - 4, points[0][1])]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    x, y = points[-1] if points else (0, 0)
    return Markup(
        f'<svg class="spark" viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(name)}">'
        f"<title>{escape(name)}</title>"
        f'<polyline class="trend" points="{path}"/><circle class="series" cx="{x:.1f}" cy="{y:.1f}" r="3"/></svg>'
    )


def _svg(name: str, height: float, parts: Sequence[str]) -> Markup:
    """Everything that came from outside was escaped where it was put in."""
    return Markup(
        f'<svg viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="img" aria-label="{escape(name)}">{"".join(parts)}</svg>'
    )
