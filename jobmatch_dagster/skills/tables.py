"""Mentions become table rows: one per job and skill, one per résumé and skill. Finding mentions is ``extractor``'s
business."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobmatch_dagster.skills import cues, reading
from jobmatch_dagster.skills import taxonomy as taxonomy_module
from jobmatch_dagster.skills.candidates import worth_adding
from jobmatch_dagster.skills.extractor import extract
from jobmatch_dagster.skills.taxonomy import Taxonomy
from jobmatch_dagster.tables import JOB_SKILLS, RESUME_SKILLS

_STRENGTH = np.array([0, 1, 3, 2])
"""Order in which the requirements of several mentions win: required, preferred, excluded, mentioned."""
MOST_CANDIDATE_CHARACTERS = 80
REPEAT_WEIGHT = 0.05
"""What each further mention adds to a skill's weight in its ad, up to 1."""


def job_skills(jobs: pa.Table, *, taxonomy: Taxonomy | None = None, threads: int = 1) -> pa.Table:
    """One row per job and skill, with the strongest requirement and all evidence.

    Args:
        jobs: rows with id, title, description and, where known, language (see ``tables.JOBS``).
        taxonomy: the default is the settings' own.
        threads: how many threads read.

    Returns:
        ``tables.JOB_SKILLS``, jobs in the order given, skills of a job by their first mention.
    """
    return job_skills_and_candidates(jobs, taxonomy=taxonomy, threads=threads)[0]


def job_skills_and_candidates(
    jobs: pa.Table, *, taxonomy: Taxonomy | None = None, threads: int = 1
) -> tuple[pa.Table, pa.Table]:
    """As ``job_skills``, and what the same reading found beside the taxonomy.

    Returns:
        ``tables.JOB_SKILLS``, and one row per job and words (``job_id``, ``surface`` in small letters with single
        spaces, ``requirement`` of the first mention) for what stands where skills stand and is none that we know.
    """
    languages = jobs["language"].to_pylist() if "language" in jobs.column_names else None
    found = extract(
        jobs["description"].to_pylist(),
        kind="posting",
        titles=jobs["title"].to_pylist(),
        languages=languages,
        taxonomy=taxonomy,
        threads=threads,
    )
    known = found["skill_id"].is_valid()
    candidates = _candidates(jobs, found.filter(pc.invert(known)), taxonomy or taxonomy_module.load())
    found = found.filter(known)
    groups = _Groups(found)
    best = groups.best(_STRENGTH[_codes(found["requirement"], reading.REQUIREMENTS)])
    weight = groups.column("weight").to_numpy()
    total = np.minimum(1.0, groups.reduce(np.maximum, weight) + REPEAT_WEIGHT * (groups.sizes - 1))
    requirement = groups.column("requirement").take(best)
    excluded = pc.equal(requirement, "excluded").to_numpy(zero_copy_only=False)
    levels = groups.reduce(np.maximum, _codes(groups.column("level"), cues.LEVELS, missing=-1))
    skills = pa.table(
        [
            jobs["id"].combine_chunks().take(groups.rows),
            groups.skills,
            requirement,
            _maximum(groups, "years"),
            _names(levels, cues.LEVELS),
            groups.column("section").take(best),
            groups.column("surface").take(best),
            groups.evidence,
            pa.array(np.round(np.where(excluded, 0.0, total), 4)),
        ],
        schema=JOB_SKILLS,
    )
    return skills, candidates


def _candidates(jobs: pa.Table, found: pa.Table, taxonomy: Taxonomy) -> pa.Table:
    ids = jobs["id"].to_pylist()
    rows: dict[tuple[str, str], str] = {}
    columns = (found[name].to_pylist() for name in ("row", "surface", "requirement"))
    for row, surface, requirement in zip(*columns, strict=True):
        words = " ".join(surface.casefold().split())[:MOST_CANDIDATE_CHARACTERS]
        if words and worth_adding(surface, taxonomy):
            rows.setdefault((ids[row], words), requirement)
    return pa.table(
        {
            "job_id": pa.array([job for job, _ in rows], pa.string()),
            "surface": pa.array([words for _, words in rows], pa.string()),
            "requirement": pa.array(list(rows.values()), pa.string()),
        }
    )


def resume_skills(
    resumes: pa.Table,
    *,
    contents: Sequence[Mapping[str, Any] | None] | None = None,
    taxonomy: Taxonomy | None = None,
    threads: int = 1,
) -> pa.Table:
    """One row per résumé and skill, with how long and when it was last used.

    Years are those that the text states beside the skill, else the time covered by the work entries that it stands in
    (overlaps count once). Skills that the text says the person lacks are left out.

    Args:
        resumes: rows with id, user_id, body, content (JSON) and uploaded_on; rows without a body give no skills.
        contents: the parsed contents, where the caller has them already; a work entry's place in the body is its
            ``_span`` = [start, end].
        taxonomy: the default is the settings' own.
        threads: how many threads read.

    Returns:
        ``tables.RESUME_SKILLS``.
    """
    found = extract(resumes["body"].to_pylist(), kind="resume", taxonomy=taxonomy, threads=threads)
    found = found.filter(pc.and_(pc.not_equal(found["requirement"], "excluded"), found["skill_id"].is_valid()))
    groups = _Groups(found)
    if contents is None:
        contents = [json.loads(text) if text else None for text in resumes["content"].to_pylist()]
    uploaded = resumes["uploaded_on"].to_pylist()
    stated = _maximum(groups, "years").to_pylist()
    years: list[float | None] = []
    last: list[dt.date | None] = []
    for row, evidence, said in zip(groups.rows.to_pylist(), groups.evidence.to_pylist(), stated, strict=True):
        spans = _work_spans(contents[row], uploaded[row])
        periods = [span[2:] for span in spans if any(span[0] <= at < span[1] for at in evidence[::2])]
        months = _covered(periods)
        years.append(said if said is not None else (round(months / 12.0, 2) if months else None))
        last.append(max((_first_day(end - 1) for _, end in periods), default=None))
    return pa.table(
        [
            resumes["id"].combine_chunks().take(groups.rows),
            resumes["user_id"].combine_chunks().take(groups.rows),
            groups.skills,
            groups.column("surface").take(groups.firsts),
            groups.evidence,
            pa.array(years, pa.float64()),
            pa.array(last, pa.date32()),
        ],
        schema=RESUME_SKILLS,
    )


class _Groups:
    """Mentions grouped by (text, skill), groups in the order of their first mention."""

    def __init__(self, found: pa.Table) -> None:
        skill = found["skill_id"].combine_chunks().dictionary_encode()
        row, code = found["row"].to_numpy(), skill.indices.to_numpy()
        position = np.arange(len(row))
        order = np.lexsort((position, code, row))
        row, code = row[order], code[order]
        new = np.append(True, (row[1:] != row[:-1]) | (code[1:] != code[:-1])) if len(row) else np.empty(0, bool)
        starts = np.flatnonzero(new)
        shown = np.lexsort((order[starts], row[starts])) if len(row) else np.empty(0, np.int64)
        sizes = np.diff(np.append(starts, len(row)))[shown]
        self.sizes = sizes
        self._starts = np.append(0, np.cumsum(sizes))[:-1].astype(np.int64)
        taken = order[np.repeat(starts[shown] - self._starts, sizes) + position]
        self._table = found.take(pa.array(taken))
        self.firsts = pa.array(self._starts)
        self.rows = self._table["row"].combine_chunks().take(self.firsts)
        self.skills = self._table["skill_id"].combine_chunks().take(self.firsts)
        self._order = taken

    def column(self, name: str) -> pa.Array:
        """A column of the mentions, in the order of the groups."""
        return self._table[name].combine_chunks()

    def reduce(self, function: np.ufunc, values: np.ndarray) -> np.ndarray:
        """``function`` over each group's values."""
        return function.reduceat(values, self._starts) if len(self._starts) else values[:0]

    def best(self, strength: np.ndarray) -> pa.Array:
        """Position of each group's mention with the smallest strength, the first of equals."""
        ranked = strength[self._order].astype(np.int64) * (len(self._order) + 1) + np.arange(len(self._order))
        return pa.array(self.reduce(np.minimum, ranked) % (len(self._order) + 1), pa.int64())

    @property
    def evidence(self) -> pa.Array:
        """start, end, start, end … of each group's mentions."""
        pairs = np.empty(2 * len(self._table), np.int32)
        pairs[::2], pairs[1::2] = self._table["start"].to_numpy(), self._table["end"].to_numpy()
        offsets = np.append(0, np.cumsum(2 * self.sizes)).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), pa.array(pairs))


def _codes(column: pa.ChunkedArray | pa.Array, names: Sequence[str], missing: int = 0) -> np.ndarray:
    places = pc.fill_null(pc.index_in(column, value_set=pa.array(names, pa.string())), missing)
    return places.to_numpy().astype(np.int64)


def _names(codes: np.ndarray, names: Sequence[str]) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(codes, pa.int64(), mask=codes < 0))


def _maximum(groups: _Groups, name: str) -> pa.Array:
    """Largest value of each group; null where no mention has one."""
    values = groups.column(name).to_numpy(zero_copy_only=False).astype(np.float64)
    largest = groups.reduce(np.maximum, np.where(np.isnan(values), -np.inf, values))
    return pa.array(largest, mask=np.isneginf(largest))


def _work_spans(content: Mapping[str, Any] | None, today: dt.date | None) -> list[tuple[int, int, int, int]]:
    """(start, end, first month, month after the last) of the work entries that have a place and a start date."""
    work = content.get("work") if isinstance(content, Mapping) else None
    out = []
    for entry in work if isinstance(work, list) else []:
        if not isinstance(entry, Mapping):
            continue
        span, begin = _span(entry.get("_span")), _month(entry.get("startDate"))
        end = _month(entry.get("endDate"), last=True)
        if end is None and entry.get("endDate") is None and today is not None:
            end = today.year * 12 + today.month - 1
        if span and begin is not None and end is not None and end >= begin:
            out.append((*span, begin, end + 1))
    return out


def _span(value: object) -> tuple[int, int] | None:
    """Start and end of an entry in the text."""
    if isinstance(value, list | tuple) and len(value) == 2 and all(type(place) is int for place in value):
        return value[0], value[1]
    return None


_DATE = re.compile(r"(\d{1,4})(?!\d)(?:-(\d{1,2})(?!\d))?")


def _month(value: object, last: bool = False) -> int | None:
    """Months since year 0 of a date YYYY, YYYY-MM or YYYY-MM-DD; a bare year is its first or last month."""
    said = _DATE.match(str(value or ""))
    if said is None or not int(said[1]):
        return None
    month = int(said[2]) if said[2] else (12 if last else 1)
    return int(said[1]) * 12 + min(max(month, 1), 12) - 1


def _covered(periods: list[tuple[int, int]]) -> int:
    """Months covered by at least one period (half open)."""
    total, reached = 0, -1
    for begin, end in sorted(periods):
        total += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def _first_day(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1)
