"""The day as one small picture for Dagster's catalogue, which shows images but no page. Imports matplotlib late."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobmatch_dagster.report.facts import Facts

SERIES, BAD, SOFT = "#2a6fc9", "#c93a3a", "#777770"
INCHES, DOTS = (9.0, 5.4), 80
MOST_LETTERS = 24


def fingerprint(facts: Facts) -> str:
    """Changes with what of the facts is drawn and with how; the picture carries it, and need not be drawn again."""
    drawn = (facts.day, facts.postings, facts.matches, facts.today, facts.skills, facts.scores)
    return hashlib.sha256(repr(drawn).encode() + Path(__file__).read_bytes()).hexdigest()


def overview(facts: Facts) -> bytes:
    """Funnel, boards, skills and scores of a day side by side, as PNG of 720 × 432 points on white."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=INCHES, dpi=DOTS, layout="constrained")
    axes = figure.subplots(2, 2)
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(colors=SOFT, labelsize=8, length=0)
    _bars(axes[0][0], "Funnel", [*facts.postings, ("matches", facts.matches)])
    today = sorted(facts.today, key=lambda b: b.board)
    _bars(
        axes[0][1],
        "Postings by board",
        [(b.board, b.postings) for b in today],
        [SERIES if b.is_well else BAD for b in today],
    )
    _bars(axes[1][0], "Ads of the week that name a skill", [(_short(s.label), s.jobs) for s in facts.skills[:8]])
    _scores(axes[1][1], facts)
    output = io.BytesIO()
    FigureCanvasAgg(figure).print_png(output, metadata={"Fingerprint": fingerprint(facts)})
    return output.getvalue()


def _short(label: str) -> str:
    return label if len(label) <= MOST_LETTERS else label[: MOST_LETTERS - 1].rstrip() + "…"


def _bars(axis: Any, title: str, rows: list[tuple[str, int]], colours: list[str] | None = None) -> None:
    axis.set_title(title, fontsize=9, loc="left")
    axis.set_xticks([])
    axis.spines["bottom"].set_visible(False)
    if not rows:
        axis.set_yticks([])
        axis.text(0, 0.5, "nothing on this day", fontsize=8, color=SOFT, transform=axis.transAxes)
        return
    drawn = axis.barh([label for label, _ in rows], [n for _, n in rows], color=colours or SERIES, height=0.7)
    axis.bar_label(drawn, labels=[f"{n:,}" for _, n in rows], padding=3, fontsize=8, color=SOFT)
    axis.invert_yaxis()
    axis.margins(x=0.15)


def _scores(axis: Any, facts: Facts) -> None:
    axis.set_title("Scores of the last month, by scorer version", fontsize=9, loc="left")
    edges = [n / 20 for n in range(21)]
    shades = ("#b9cdea", "#7fa8de", SERIES)
    for (version, counts), shade in zip(facts.scores.items(), shades[-len(facts.scores) :], strict=False):
        axis.stairs(counts, edges, label=version[:20], color=shade, linewidth=1.6)
    if facts.scores:
        axis.legend(fontsize=7, frameon=False)
    axis.set_xlim(0, 1)
