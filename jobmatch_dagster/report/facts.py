"""What the report says, read from the marts: one dataclass with everything, nothing drawn yet.

All of it is what a reader of the tables finds. A day on which nothing happened gives empty lists, never invented zeros
for a table that was not built.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.stages.verdicts import FAILING

if TYPE_CHECKING:
    import psycopg

DAYS_SHOWN = 30
WEEKS_SHOWN = 8
MOST_VERSIONS = 3
MOST_SKILLS = 12
FEWEST_JOBS = 3  # a skill asked for by fewer jobs in the week is noise, not a trend
MOST_SALARY_BINS = 20

NEEDED = ("board_health", "resume_funnel", "match_distribution", "match_runs", "skill_demand", "language_by_day")

TOTALS = """
select coalesce(sum(pages), 0)::bigint, coalesce(sum(postings), 0)::bigint, coalesce(sum(jobs), 0)::bigint,
       coalesce(sum(new_jobs), 0)::bigint, coalesce(sum(duplicates), 0)::bigint, coalesce(sum(rejected), 0)::bigint
  from marts.board_health where day = %(day)s
"""
BOARDS = """
select board, day, status, reason, postings, usual_postings, coalesce(blocked, 0), pages, new_jobs, with_text
  from marts.board_health where day between %(first)s and %(day)s order by board, day
"""
LANGUAGES = """
select language, sum(jobs)::bigint from marts.language_by_day where day = %(day)s group by 1 order by 2 desc, 1
"""
# The commonest currencies of the month, and where their 98th percentile lies, so that one typing error does not press
# all others into the first bin.
CURRENCIES = """
select salary_currency, count(*), percentile_cont(0.5) within group (order by salary_annual),
       percentile_cont(0.98) within group (order by salary_annual)
  from staging.stg_jobs where first_seen_on between %(first)s and %(day)s and salary_annual > 0 and not is_duplicate
   and salary_currency is not null group by 1 having count(*) >= 5 order by 2 desc, 1 limit 2
"""
SALARIES = """
select least(floor(salary_annual / %(width)s), %(bins)s - 1)::int, count(*)
  from staging.stg_jobs where first_seen_on between %(first)s and %(day)s and salary_annual > 0 and not is_duplicate
   and salary_currency = %(currency)s group by 1
"""
SCORES = """
select scorer_version, score_from, sum(matches)::bigint, max(day)
  from marts.match_distribution where day between %(first)s and %(day)s group by 1, 2 order by 1, 2
"""
SKILLS = """
with weeks as (
  select skill_id, min(skill) as skill, week, sum(jobs)::bigint as jobs
    from marts.skill_demand where week between %(first_week)s and %(week)s group by skill_id, week),
totals as (
  select date_trunc('week', first_seen_on)::date as week, count(*) as jobs from staging.stg_jobs
   where not is_duplicate group by 1)
select w.skill, w.week, w.jobs, w.jobs::float8 / t.jobs from weeks w join totals t using (week)
 where w.skill_id in (select skill_id from weeks where week = %(week)s order by jobs desc, skill limit %(most)s)
 order by 1, 2
"""
RESUMES = "select status, resumes, matched from marts.resume_funnel where day = %(day)s order by resumes desc, status"
MATCHING = "select pairs, vetoed, new_jobs, new_resumes, seconds from marts.match_runs where day = %(day)s"
MATCHES = "select coalesce(sum(matches), 0)::bigint from marts.match_distribution where day = %(day)s"
# A subject may be the name of a person's file, so only reasons are counted, and words in quotes are cut away.
REJECTED = """
select stage, regexp_replace(reason, '"[^"]*"', '…', 'g'), count(*) from private.rejected
 where day = %(day)s group by 1, 2 order by 3 desc, 1, 2 limit 20
"""


@dataclass(frozen=True)
class BoardDay:
    """One board on one day."""

    board: str
    day: date
    status: str
    reason: str | None
    postings: int
    usual_postings: float | None
    blocked: int
    pages: int | None
    new_jobs: int
    with_text: float | None

    @property
    def is_well(self) -> bool:
        """It delivered, and not far less than usual."""
        if self.status not in ("succeeded", "imported"):
            return self.status == "skipped"
        return self.postings > 0 and (self.usual_postings or 0) / 3 <= self.postings


@dataclass(frozen=True)
class Salaries:
    """The month's salaries in one currency: counts in bins of equal ``width`` from 0; the last holds all above."""

    currency: str
    ads: int
    median: float
    width: float
    bins: list[int]


@dataclass(frozen=True)
class Skill:
    """A skill over the last weeks: share of each week's ads that name it, oldest first, 0 where none did."""

    label: str
    jobs: int
    shares: list[float]

    @property
    def growth(self) -> float | None:
        """This week's share against the week before, as a factor."""
        return self.shares[-1] / self.shares[-2] if len(self.shares) > 1 and self.shares[-2] else None


@dataclass(frozen=True)
class FailedCheck:
    """A check that fails on the day."""

    asset: str
    name: str
    subject: str
    blocking: bool
    sentence: str
    since: date


@dataclass(frozen=True)
class Facts:
    """Everything that the report of a day says.

    Attributes:
        day: the day.
        postings: (label, number) from pages to ads of their own, each part of the one before.
        resumes: (label, number) from files to matched people.
        matches: matches kept of the day.
        matching: what scoring did: pairs, vetoed, new jobs, new résumés, seconds; empty where nothing was scored.
        boards: by board, its days of the last month, oldest first.
        languages: (ISO 639-1 or ``??``, new jobs).
        salaries: the commonest currencies of the month.
        scores: by scorer version, newest last, twenty counts from score 0 to 1.
        skills: the week's most wanted.
        statuses: (status, résumés of the day).
        rejected: (stage, reason, number).
        checks: what fails.
    """

    day: date
    postings: list[tuple[str, int]] = field(default_factory=list)
    resumes: list[tuple[str, int]] = field(default_factory=list)
    matches: int = 0
    matching: dict[str, float] = field(default_factory=dict)
    boards: dict[str, list[BoardDay]] = field(default_factory=dict)
    languages: list[tuple[str, int]] = field(default_factory=list)
    salaries: list[Salaries] = field(default_factory=list)
    scores: dict[str, list[int]] = field(default_factory=dict)
    skills: list[Skill] = field(default_factory=list)
    statuses: list[tuple[str, int]] = field(default_factory=list)
    rejected: list[tuple[str, str, int]] = field(default_factory=list)
    checks: list[FailedCheck] = field(default_factory=list)

    @property
    def today(self) -> list[BoardDay]:
        """The boards of the very day."""
        return [days[-1] for days in self.boards.values() if days[-1].day == self.day]

    @property
    def headline(self) -> tuple[str, str]:
        """How the day went, as a tone (``good``, ``warning``, ``bad``, ``none``) and a sentence."""
        blocking = [c for c in self.checks if c.blocking]
        ill = [b.board for b in self.today if not b.is_well]
        if not self.today and not any(n for _, n in self.resumes):
            return "none", "Nothing arrived on this day."
        if blocking:
            return "bad", f"{_count(len(blocking), 'check')} stopped the day."
        if ill:
            others = _count(len(self.checks), "check") + " failing" if self.checks else "the rest went well"
            return "warning", f"{', '.join(ill)} did not deliver as usual; {others}."
        if self.checks:
            return "warning", f"All boards delivered; {_count(len(self.checks), 'check')} failing."
        return "good", "The day went well: all boards delivered and every check passed."


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def read(conn: psycopg.Connection[Any], day: date) -> Facts:
    """Read a day.

    Args:
        conn: an autocommit connection that may read marts, staging and private.
        day: the day.

    Raises:
        JobmatchError: the marts were never built.
    """
    absent = "select name from unnest(%s::text[]) name where to_regclass('marts.' || name) is null"
    missing = conn.execute(absent, (list(NEEDED),)).fetchone()
    if missing:
        problem = f"needs marts that were never built, {missing[0]} among them"
        raise JobmatchError("The report", problem, "Run `jobmatch sql run`.")
    week = day - timedelta(days=day.weekday())
    given = {
        "day": day,
        "first": day - timedelta(days=DAYS_SHOWN - 1),
        "week": week,
        "first_week": week - timedelta(weeks=WEEKS_SHOWN - 1),
        "most": MOST_SKILLS,
    }

    def rows(query: str, **more: Any) -> list[tuple[Any, ...]]:
        return conn.execute(query, {**given, **more}).fetchall()  # type: ignore[call-overload, no-any-return]

    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read, read only")
        statuses = rows(RESUMES)
        matching = rows(MATCHING)
        return Facts(
            day=day,
            postings=_postings(rows(TOTALS)[0]),
            resumes=[
                ("uploaded", sum(r[1] for r in statuses)),
                ("read", sum(r[1] for r in statuses if r[0] == "parsed")),
                ("with a match", sum(r[2] for r in statuses)),
            ],
            matches=rows(MATCHES)[0][0],
            matching=dict(zip(("pairs", "vetoed", "new_jobs", "new_resumes", "seconds"), matching[0], strict=True))
            if matching
            else {},
            boards=_by_board(rows(BOARDS)),
            languages=[(r[0], r[1]) for r in rows(LANGUAGES)],
            salaries=[_salaries(rows, *row) for row in rows(CURRENCIES)],
            scores=_scores(rows(SCORES)),
            skills=_skills(rows(SKILLS), week),
            statuses=[(r[0], r[1]) for r in statuses],
            rejected=[(r[0], r[1], r[2]) for r in rows(REJECTED)],
            checks=[FailedCheck(*r) for r in rows(FAILING)],
        )


def _postings(totals: tuple[Any, ...]) -> list[tuple[str, int]]:
    pages, postings, jobs, new, duplicates, _ = totals
    return [
        ("pages fetched", pages),
        ("postings", postings),
        ("clean jobs", jobs),
        ("of them new", new),
        ("ads of their own", new - duplicates),
    ]


def _by_board(rows: Sequence[tuple[Any, ...]]) -> dict[str, list[BoardDay]]:
    boards: dict[str, list[BoardDay]] = {}
    for row in rows:
        boards.setdefault(row[0], []).append(BoardDay(*row))
    return boards


def _salaries(
    rows: Callable[..., list[tuple[Any, ...]]], currency: str, ads: int, median: float, top: float
) -> Salaries:
    width = round_width(top / MOST_SALARY_BINS)
    bins = [0] * max(1, math.ceil(top / width))
    for place, count in rows(SALARIES, currency=currency, width=width, bins=len(bins)):
        bins[place] = count
    return Salaries(currency, ads, median, width, bins)


def round_width(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 and 10 times a power of ten that is not below ``least``."""
    power = 10.0 ** math.floor(math.log10(max(least, 1e-9)))
    return next(power * part for part in (1, 2, 2.5, 5, 10) if power * part >= least * 0.999999)


def _scores(rows: Sequence[tuple[Any, ...]]) -> dict[str, list[int]]:
    """The newest versions' histograms; newest by the last day that has matches of it."""
    last: dict[str, date] = {}
    histograms: dict[str, list[int]] = {}
    for version, score_from, matches, day in rows:
        histograms.setdefault(version, [0] * 20)[round(score_from * 20)] = matches
        last[version] = max(day, last.get(version, day))
    newest = sorted(histograms, key=lambda v: (last[v], v))[-MOST_VERSIONS:]
    return {version: histograms[version] for version in newest}


def _skills(rows: Sequence[tuple[Any, ...]], week: date) -> list[Skill]:
    """Weeks before the first that has any jobs are left out: there was nothing to ask for a skill."""
    if not rows:
        return []
    first = min(row[1] for row in rows)
    weeks = [first + timedelta(weeks=n) for n in range((week - first).days // 7 + 1)]
    by_skill: dict[str, dict[date, tuple[int, float]]] = {}
    for label, at, jobs, share in rows:
        by_skill.setdefault(label, {})[at] = (jobs, share)
    found = [
        Skill(label, shares[week][0], [shares.get(w, (0, 0.0))[1] for w in weeks])
        for label, shares in by_skill.items()
        if week in shares and shares[week][0] >= FEWEST_JOBS
    ]
    return sorted(found, key=lambda s: (-s.jobs, s.label))
