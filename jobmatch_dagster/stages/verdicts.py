"""What checks found, day by day, in ``private.check_results``: so that a failing one can say since when.

The newest verdict of a check on a day replaces the one before. Sentences are for the data team and free of personal
data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

# The first day of an unbroken row of failures that ends with the given one.
_SINCE = """
select min(f.day) from private.check_results f
 where f.asset = {asset} and f.name = {name} and f.subject = {subject} and not f.passed and f.day <= {day}
   and f.day > coalesce((select max(g.day) from private.check_results g
                          where g.asset = {asset} and g.name = {name} and g.subject = {subject}
                            and g.passed and g.day < {day}), '-infinity')
"""
SINCE = _SINCE.format(asset="%(asset)s", name="%(name)s", subject="%(subject)s", day="%(day)s")
FAILING = f"""
select c.asset, c.name, c.subject, c.blocking, c.sentence,
       ({_SINCE.format(asset="c.asset", name="c.name", subject="c.subject", day="c.day")}) as since
  from private.check_results c where c.day = %(day)s and not c.passed
 order by c.blocking desc, c.asset, c.name, c.subject
"""  # noqa: S608 - no input in it


@dataclass(frozen=True)
class Verdict:
    """What one check found on one day.

    Attributes:
        asset: the table that was checked.
        name: the check.
        day: the day's partition.
        passed: whether it holds.
        blocking: whether nothing downstream runs when it fails.
        sentence: what holds, or what happened and what to do.
        subject: what of the table, such as a board; empty for all of it.
    """

    asset: str
    name: str
    day: date
    passed: bool
    blocking: bool
    sentence: str
    subject: str = ""


def keep(conn: psycopg.Connection[Any], verdicts: Sequence[Verdict]) -> None:
    """Write verdicts, each in the place of the one that its check gave on that day before."""
    if not verdicts:
        return
    with conn.cursor() as cursor:
        cursor.executemany(
            """insert into private.check_results (asset, name, day, subject, passed, blocking, sentence)
               values (%s, %s, %s, %s, %s, %s, %s)
               on conflict (asset, name, day, subject) do update
                  set passed = excluded.passed, blocking = excluded.blocking, sentence = excluded.sentence,
                      checked_at = now()""",
            [(v.asset, v.name, v.day, v.subject, v.passed, v.blocking, v.sentence) for v in verdicts],
        )


def failing_since(conn: psycopg.Connection[Any], asset: str, name: str, day: date, subject: str = "") -> date:
    """The first day of the row of failures before a day on which the check fails; the day itself where it is the first.

    Days on which the check did not run do not break the row.
    """
    given = {"asset": asset, "name": name, "subject": subject, "day": day}
    row = conn.execute(SINCE, given).fetchone()
    return row[0] if row and row[0] else day
