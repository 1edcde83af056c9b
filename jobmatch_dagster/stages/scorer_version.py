"""Which scorer is live, and how another takes its place: all at once, and only if it ranks no worse.

Matches of a new scorer are made beside those of the live one, in ``private.next_lists``. Readers see the old ones to
the last moment and then, by one transaction, the new ones; they never see some of each. ``private.ranking_log`` keeps
what could be seen when.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.errors import JobmatchError

if TYPE_CHECKING:
    import psycopg

LIVE = "select version from private.scorer_versions where live_until is null"
OTHER_SCORER = "select exists (select from private.scored where version not in ('', %s))"
END = "update private.scorer_versions set live_until = now() where live_until is null"
BEGIN = """
insert into private.scorer_versions (version, matches)
select %s, coalesce(sum(cardinality(job_ids)), 0) from matching.lists
on conflict (version) do update set live_from = now(), live_until = null, matches = excluded.matches
"""
SWITCH = """
delete from matching.lists;
insert into matching.lists select * from private.next_lists;
truncate private.next_lists;
truncate private.scored
"""
WORDS = """
insert into matching.wording (version, words, shares, credits) values (%s, %s, %s, %s)
on conflict (version) do update set words = excluded.words, shares = excluded.shares, credits = excluded.credits
 where (wording.words, wording.shares, wording.credits) <> (excluded.words, excluded.shares, excluded.credits)
"""
EVALUATED = "select results, reasons from private.evaluations where version = %s"
KEEP_EVALUATION = """
insert into private.evaluations (version, results, reasons) values (%s, %s, %s)
on conflict (version) do update set at = now(), results = excluded.results, reasons = excluded.reasons
"""


class WorseScorer(JobmatchError):
    """A new scorer ranks the labelled sets worse than the live one, beyond noise."""


def live(conn: psycopg.Connection) -> str | None:
    """The version whose matches are shown; null before the first."""
    row = conn.execute(LIVE).fetchone()
    return row[0] if row else None


def has_changed(conn: psycopg.Connection, now: str) -> bool:
    """Whether what is stored was scored by another version than ``now``."""
    before = live(conn)
    if before is not None:
        return before != now
    row = conn.execute(OTHER_SCORER, (now,)).fetchone()
    return bool(row and row[0])


def begin(conn: psycopg.Connection, now: str) -> None:
    """Note the first version as live, if none is."""
    if live(conn) is None:
        conn.execute(BEGIN, (now,))


def switch(conn: psycopg.Connection, now: str) -> None:
    """Show the matches in ``private.next_lists`` instead of the live ones, from one moment to the next.

    The caller notes what was scored and logs the rankings in the same transaction.
    """
    from jobmatch_dagster.stages.match_lists import UNTOLD_JOBS

    conn.execute(SWITCH)
    conn.execute(UNTOLD_JOBS)
    conn.execute(END)
    conn.execute(BEGIN, (now,))


def keep_words(conn: psycopg.Connection) -> None:
    """Tell the database what the numbers of the scorer in use mean in words."""
    from jobmatch_dagster.matching import weights, wording
    from jobmatch_dagster.matching.scorer import SCORER_VERSION

    tables = (wording.shares(weights.load()), wording.credits())
    conn.execute(WORDS, (SCORER_VERSION, wording.for_database(), *tables))


def scorer_part(version: str) -> str:
    """The scorer's own version within a version that names taxonomy and extractor, too."""
    return version.split("+", 1)[0]


def verdict(
    conn: psycopg.Connection, *, threads: int, on_progress: Callable[[str], None] | None = None
) -> tuple[dict[str, Any], list[str]]:
    """How well the scorer in use ranks the labelled sets, and why it must not go live; evaluated once a version.

    Args:
        conn: a database connection.
        threads: worker threads.
        on_progress: called with a short sentence before each labelled set.

    Returns:
        values by set and measure, and one sentence per measure that fell beyond noise against the live scorer; none
        where no other scorer is live or the live one was never evaluated.
    """
    from jobmatch_dagster.matching import evaluation
    from jobmatch_dagster.matching.scorer import SCORER_VERSION

    known = conn.execute(EVALUATED, (SCORER_VERSION,)).fetchone()
    if known:
        results = known[0]
    else:
        say = on_progress or (lambda _: None)
        found = evaluation.run(threads, lambda name: say(f"ranking: {name}"), baselines=False)
        results = evaluation.as_record(found)
    before = scorer_part(live(conn) or SCORER_VERSION)
    old = conn.execute(EVALUATED, (before,)).fetchone() if before != SCORER_VERSION else None
    reasons = evaluation.gate(results, old[0]) if old else []
    conn.execute(KEEP_EVALUATION, (SCORER_VERSION, json.dumps(results), reasons))
    return results, reasons


def refuse_worse(conn: psycopg.Connection, *, threads: int, on_progress: Callable[[str], None] | None = None) -> None:
    """Stop where the scorer in use is another one than the live one and ranks worse.

    Raises:
        WorseScorer: with the measures that fell; the live scorer's matches stay.
    """
    _, reasons = verdict(conn, threads=threads, on_progress=on_progress)
    if reasons:
        raise WorseScorer(
            "The new scorer",
            f"ranks worse than the live one: {'; '.join(reasons)}",
            "Go back to the former weights or code; the live scorer's matches stay as they are.",
        )
