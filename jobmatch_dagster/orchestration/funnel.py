"""A day as a person reads it: the funnel from pages to matches, seconds per stage, and best jobs with their reasons.

Everything is read from the tables, so the picture is what a reader of the tables would find, not what a run claimed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

# name, query of one number for the days from %(since)s to %(day)s, indentation of the line
LINES: list[tuple[str, str, int]] = [
    (
        "pages fetched",
        "select coalesce(sum(pages), 0) from staging.stg_scrape_runs where day between %(since)s and %(day)s",
        0,
    ),
    ("postings", "select count(*) from raw.postings where scraped_on between %(since)s and %(day)s", 0),
    (
        "of them refused",
        "select count(*) from private.rejected where day between %(since)s and %(day)s and stage = 'cleaned_jobs'",
        1,
    ),
    ("jobs seen", "select count(*) from public.jobs where first_seen_on <= %(day)s and last_seen_on >= %(since)s", 0),
    ("new", "select count(*) from public.jobs where first_seen_on between %(since)s and %(day)s", 1),
    (
        "new, same ad as another",
        """select count(*) from public.jobs
            where first_seen_on between %(since)s and %(day)s and duplicate_of is not null""",
        1,
    ),
    ("closed", "select count(*) from public.jobs where closed_on between %(since)s and %(day)s", 1),
    (
        "requirements found in new jobs",
        """select count(*) from public.job_skills k join public.jobs j on j.id = k.job_id
            where j.first_seen_on between %(since)s and %(day)s and k.requirement <> 'excluded'""",
        0,
    ),
    ("résumés uploaded", "select count(*) from public.resumes where uploaded_on between %(since)s and %(day)s", 0),
    (
        "read",
        "select count(*) from public.resumes where uploaded_on between %(since)s and %(day)s and status = 'parsed'",
        1,
    ),
    (
        "matches kept",
        """select coalesce(sum(cardinality(job_ids)), 0) from matching.lists
            where matched_on between %(since)s and %(day)s""",
        0,
    ),
]
GROUPS: list[tuple[str, str]] = [
    (
        "boards",
        """select board || ' ' || count(*) from raw.postings
            where scraped_on between %(since)s and %(day)s group by board order by count(*) desc, board""",
    ),
    (
        "languages of new jobs",
        """select coalesce(language, 'not sure') || ' ' || count(*) from public.jobs
            where first_seen_on between %(since)s and %(day)s group by language order by count(*) desc, 1""",
    ),
    (
        "résumés not read",
        """select status || ' ' || count(*) from public.resumes
            where uploaded_on between %(since)s and %(day)s and status <> 'parsed' group by status order by 1""",
    ),
]
BEST = """
select j.title, j.company, coalesce(j.city, j.location, j.remote, '') as place, m.score, m.sentence
  from public.job_matches m join public.jobs j on j.id = m.job_id
 where m.resume_id = %s::uuid and j.closed_on is null and j.duplicate_of is null
 order by m.score desc, m.job_id limit %s
"""


@dataclass(frozen=True)
class Funnel:
    """The numbers of some days: (label, value, indentation) lines, and lists of words with counts by heading."""

    day: date
    since: date
    lines: list[tuple[str, int, int]]
    groups: dict[str, list[str]]


def read(conn: psycopg.Connection[Any], day: date, since: date | None = None) -> Funnel:
    """Read the funnel of a day, or of the days since another, from the tables."""
    days = {"day": day, "since": since or day}
    lines = []
    for label, query, indent in LINES:
        row = conn.execute(query, days).fetchone()  # type: ignore[arg-type]
        lines.append((label, int(row[0]) if row else 0, indent))
    groups = {name: [r[0] for r in conn.execute(query, days)] for name, query in GROUPS}  # type: ignore[arg-type]
    return Funnel(day, since or day, lines, groups)


def show(funnel: Funnel) -> Iterable[str]:
    """The funnel as lines of text."""
    yield str(funnel.day) if funnel.since == funnel.day else f"{funnel.since} to {funnel.day}"
    for label, value, indent in funnel.lines:
        yield f"  {'  ' * indent}{label:<{34 - 2 * indent}}{value:>8,}"
    for name, words in funnel.groups.items():
        if words:
            yield f"  {name}: {', '.join(words)}"


def best_jobs(conn: psycopg.Connection[Any], resume_id: str, most: int = 5, least: float = 0.0) -> Iterable[str]:
    """The best open jobs of a résumé with their reasons, as lines of text: at most so many, of at least this score."""
    best = conn.execute(BEST, (resume_id, most)).fetchall()
    for place, (title, company, where, score, sentence) in enumerate((r for r in best if r[3] >= least), 1):
        yield f"  {place}. {score:.2f}  {title}, {company}{', ' + where if where else ''}"
        yield f"           {sentence}"


def show_seconds(seconds: Sequence[tuple[str, float]]) -> Iterable[str]:
    """Stage and wall seconds, added up over the runs, as lines of text."""
    total: dict[str, float] = {}
    for stage, value in seconds:
        total[stage] = total.get(stage, 0.0) + value
    for stage, value in total.items():
        yield f"  {stage:<34}{value:>8.1f} s"
