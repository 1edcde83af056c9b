"""Facts become one HTML page that needs nothing else: no script, no font, no request; light and dark by the reader's
own setting.

The page's words and order are in ``templates/day.html``; which chart shows what is decided here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from jobmatch_dagster.report import charts
from jobmatch_dagster.report.charts import Mark, short
from jobmatch_dagster.report.facts import BoardDay, Facts, Salaries, Skill

TEMPLATES = Path(__file__).parent / "templates"


def render(facts: Facts, *, made_at: datetime | None = None) -> str:
    """The report as HTML.

    Args:
        facts: what it says.
        made_at: the time that the foot of the page names; now otherwise.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"short": short, "code": _code}
    tone, headline = facts.headline
    return environment.get_template("day.html").render(
        facts=facts,
        tone=tone,
        headline=headline,
        made_at=f"{made_at or datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        postings=_funnel(facts.postings, "From pages to ads of their own"),
        resumes=_funnel(facts.resumes, "From files to matched résumés"),
        boards=[_board(name, days, facts.day) for name, days in facts.boards.items()],
        languages=charts.bars(
            [Mark(_language(code), n) for code, n in _rest(facts.languages, 8)], name="New jobs by language"
        ),
        statuses=charts.bars(
            [Mark(s.replace("_", " "), n, tone="series" if s == "parsed" else "warning") for s, n in facts.statuses],
            name="Résumés by status",
        ),
        salaries=[(one, _salaries(one)) for one in facts.salaries],
        scores=[(version, sum(counts), _scores(version, counts)) for version, counts in facts.scores.items()],
        skills=[_skill(skill) for skill in facts.skills],
        weeks=max((len(skill.shares) for skill in facts.skills), default=0),
    )


def _code(sentence: str) -> Markup:
    """A sentence whose words between backticks are code."""
    parts = enumerate(sentence.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in parts)


def _rest(counted: list[tuple[str, int]], most: int) -> list[tuple[str, int]]:
    """The largest ones, and all others as one."""
    if len(counted) <= most:
        return counted
    return [*counted[: most - 1], ("others", sum(n for _, n in counted[most - 1 :]))]


def _language(code: str) -> str:
    return "not sure" if code == "??" else code


def _funnel(steps: list[tuple[str, int]], name: str) -> Markup:
    marks = []
    for number, (label, value) in enumerate(steps):
        before = steps[number - 1][1] if number else 0
        title = f"{label}: {value:,}" + (f", {value / before:.0%} of the step before" if before else "")
        marks.append(Mark(label, value, title))
    return charts.bars(marks, name=name, label_width=150)


def _board(name: str, days: list[BoardDay], day: date) -> dict[str, Any]:
    """One board's month: a column a day, days without a run left empty."""
    by_day = {d.day: d for d in days}
    first = min(by_day)
    span = max((day - first).days + 1, 7)
    marks = []
    for number in range(span - 1, -1, -1):
        at = date.fromordinal(day.toordinal() - number)
        marks.append(_board_mark(at, by_day.get(at)))
    last = by_day.get(day)
    usual = last.usual_postings if last else None
    return {
        "name": name,
        "last": last,
        "usual": usual,
        "is_well": last.is_well if last else None,
        "chart": charts.columns(
            marks,
            name=f"Postings of {name} a day",
            height=96,
            line=usual,
            line_title=f"usual: {usual or 0:,.0f}, the median of seven deliveries before",
        ),
    }


def _board_mark(at: date, found: BoardDay | None) -> Mark:
    label = f"{at.day} {at:%b}"
    if found is None:
        return Mark(label, 0, f"{label}: not asked")
    words = f"{label}: {found.postings:,} postings, {found.status}"
    if found.blocked:
        words += f", {found.blocked} requests blocked"
    return Mark(label, found.postings, words, tone="series" if found.is_well else "bad")


def _salaries(one: Salaries) -> Markup:
    last = len(one.bins) - 1
    marks = [
        Mark("", n, f"{one.width * at:,.0f} {one.currency} to {one.width * (at + 1):,.0f}: {n:,} ads")
        if at < last
        else Mark("", n, f"{one.width * at:,.0f} {one.currency} and more: {n:,} ads")
        for at, n in enumerate(one.bins)
    ]
    half = len(one.bins) // 2
    labels = [(0.0, "0"), (half / len(one.bins), short(one.width * half)), (1.0, f"{short(one.width * last)} and more")]
    return charts.columns(marks, name=f"Ads by yearly salary in {one.currency}", x_labels=labels)


def _scores(version: str, counts: list[int]) -> Markup:
    marks = [Mark("", n, f"score {at / 20:.2f} to {(at + 1) / 20:.2f}: {n:,} matches") for at, n in enumerate(counts)]
    labels = [(0.0, "0"), (0.5, "0.5"), (1.0, "1")]
    return charts.columns(marks, name=f"Matches by score, scorer {version}", x_labels=labels)


def _skill(skill: Skill) -> dict[str, Any]:
    growth = skill.growth
    if growth is None:
        change, tone = "new" if len(skill.shares) > 1 else "", ""
    else:
        change = f"{growth - 1:+.0%}" if growth < 10 else f"× {growth:.0f}"
        tone = "up" if growth >= 1.1 else "down" if growth <= 0.9 else ""
    shares = ", ".join(f"{share:.1%}" for share in skill.shares)
    return {
        "label": skill.label,
        "jobs": skill.jobs,
        "share": skill.shares[-1],
        "change": change,
        "tone": tone,
        "chart": charts.sparkline(skill.shares, name=f"{skill.label}, share of ads by week: {shares}"),
    }
