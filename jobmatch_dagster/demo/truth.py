"""What right reading of the demo's postings gives, and how near a result comes to it. Nothing is generated here.

Names are those of the job rows that the cleaning stage makes; a value that the ad does not say is None.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from jobmatch_dagster.demo import world
from jobmatch_dagster.demo.advert import Job
from jobmatch_dagster.demo.world import DemoPosting

Key = tuple[str, str]  # board, external id


def truth_by_external_id(day: date) -> dict[Key, DemoPosting]:
    """The postings of a day by board and external id."""
    return {(posting.board, posting.external_id): posting for posting in world.postings(day)}


def duplicate_groups(day: date) -> list[set[Key]]:
    """The listings of a day that show one and the same job, groups of at least two."""
    groups: dict[str, set[Key]] = defaultdict(set)
    for key, posting in truth_by_external_id(day).items():
        groups[posting.duplicate_group].add(key)
    return [group for group in groups.values() if len(group) > 1]


def city_groups(day: date) -> list[set[Key]]:
    """The listings of a day that show one ad in several cities: different jobs that belong together."""
    groups: dict[str, list[DemoPosting]] = defaultdict(list)
    for posting in world.postings(day):
        groups[posting.job.ad_group].append(posting)
    return [
        {(posting.board, posting.external_id) for posting in group}
        for group in groups.values()
        if len({posting.job.key for posting in group}) > 1
    ]


def gone(day: date) -> set[Key]:
    """The listings that were live the day before and are not any more."""
    return set(truth_by_external_id(day - timedelta(days=1))) - set(truth_by_external_id(day))


def arrived(day: date) -> set[Key]:
    """The listings that are live for the first time."""
    return {key for key, posting in truth_by_external_id(day).items() if posting.first_day == day}


def job_row(posting: DemoPosting) -> dict[str, Any]:
    """The row that right cleaning makes of a posting, in the names of the job rows."""
    job = posting.job
    salary = job.salary if job.salary_in_text else posting.board_salary
    return {
        "board": posting.board,
        "external_id": posting.external_id,
        "title": posting.title,
        "company": posting.company,
        "description": job.text,
        "location": posting.location,
        "city": job.city,
        "region": job.region,
        "country": job.country,
        "remote": job.remote,
        "remote_scope": job.remote_scope,
        "salary_min": salary.low if salary else None,
        "salary_max": salary.high if salary else None,
        "salary_currency": salary.currency if salary else None,
        "salary_period": salary.period if salary else None,
        "salary_gross": salary.gross if salary else None,
        "seniority": job.seniority,
        "min_years_experience": job.min_years,
        "education": job.education,
        "employment_type": job.employment_type,
        "language": job.language,
        "posted_on": posting.posted_on,
    }


def requirements(posting: DemoPosting) -> dict[str, str]:
    """Label of each skill that the ad names → required, preferred, mentioned or excluded."""
    return {skill.label: skill.requirement for skill in posting.job.skills}


def skill_spans(job: Job) -> dict[str, list[tuple[int, int]]]:
    """Where each skill's surface stands as a whole word: label → offsets (start, end) into ``job.text``, in order."""
    text = job.text
    spans = {}
    for skill in job.skills:
        surface = rf"(?<!\w){re.escape(skill.surface)}(?!\w)"
        spans[skill.label] = [match.span() for match in re.finditer(surface, text)]
    return spans


@dataclass
class Agreement:
    """How one field compares with the truth: equal values, other values, values missed, values made up."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    invented: int = 0
    examples: list[tuple[Key, Any, Any]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of the given values that are right; 1 where none was given."""
        given = self.right + self.wrong + self.invented
        return self.right / given if given else 1.0

    @property
    def recall(self) -> float:
        """Share of the true values that were given; 1 where there is none."""
        true = self.right + self.wrong + self.missed
        return self.right / true if true else 1.0


EXAMPLES_KEPT = 20


def compare(rows: Iterable[Mapping[str, Any]], day: date, fields: Iterable[str]) -> dict[str, Agreement]:
    """Compare job rows with the day's truth.

    Args:
        rows: with ``board``, ``external_id`` and the fields; rows of unknown postings are passed over.
        day: whose postings they are.
        fields: names of ``job_row``.

    Returns:
        An agreement a field, with up to 20 examples (key, truth, value) of what disagrees.
    """
    truth = truth_by_external_id(day)
    result = {name: Agreement() for name in fields}
    for row in rows:
        key = (row["board"], row["external_id"])
        if key not in truth:
            continue
        expected = job_row(truth[key])
        for name, agreement in result.items():
            _count(agreement, key, expected[name], row.get(name))
    return result


def _count(agreement: Agreement, key: Key, true: Any, value: Any) -> None:
    if true is None and value is None:
        return
    if value == true:
        agreement.right += 1
        return
    if value is None:
        agreement.missed += 1
    elif true is None:
        agreement.invented += 1
    else:
        agreement.wrong += 1
    if len(agreement.examples) < EXAMPLES_KEPT:
        agreement.examples.append((key, true, value))
