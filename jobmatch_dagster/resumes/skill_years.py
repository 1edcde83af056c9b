"""The taxonomy's skills in a résumé, with the years of the jobs that they stand in: rows of ``tables.RESUME_SKILLS``.

The matcher that finds skills in text is the skills room's; here its finds meet the jobs' places and dates in the body.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.resumes import derive
from jobmatch_dagster.resumes.model import ParsedResume

if TYPE_CHECKING:
    import pyarrow as pa


def resume_skills(
    parsed: Sequence[ParsedResume], resume_ids: Sequence[str], user_ids: Sequence[str], today: date
) -> pa.Table:
    """One row for each skill of each résumé that was parsed.

    Args:
        parsed: results of any status; only those with a body give rows.
        resume_ids, user_ids: of each result, in the same order.
        today: what "present" means.

    Returns:
        a table of ``tables.RESUME_SKILLS``: all places of a skill as offsets into the body; ``years`` from the jobs
        in which it stands, overlaps counted once, null where it stands in none with dates; ``last_used`` the last
        month of these.
    """
    import pyarrow as pa

    from jobmatch_dagster import tables
    from jobmatch_dagster.skills.extractor import extract

    kept = [n for n, result in enumerate(parsed) if result.status == "parsed" and result.body]
    found = extract([parsed[n].body or "" for n in kept], kind="resume")
    places: dict[tuple[int, str], list[tuple[int, int, str]]] = defaultdict(list)
    for row, skill, surface, start, end in zip(
        *(found.column(name).to_pylist() for name in ("row", "skill_id", "surface", "start", "end")), strict=True
    ):
        places[(kept[row], skill)].append((start, end, surface))
    rows = []
    for (n, skill), spans in places.items():
        years, last = use(parsed[n].resume or {}, [s[:2] for s in spans], today)
        rows.append(
            {
                "resume_id": resume_ids[n],
                "user_id": user_ids[n],
                "skill_id": skill,
                "surface": spans[0][2],
                "evidence": [offset for span in spans for offset in span[:2]],
                "years": years,
                "last_used": last,
            }
        )
    return pa.Table.from_pylist(rows, schema=tables.RESUME_SKILLS)


def use(resume: dict[str, Any], spans: Sequence[tuple[int, int]], today: date) -> tuple[float | None, date | None]:
    """How long a skill was used, and the last month.

    Args:
        resume: the profile; its jobs carry ``_span``.
        spans: where the skill stands in the body.
        today: what "present" means.
    """
    jobs = [
        job
        for job in resume.get("work") or []
        if (at := job.get("_span")) and any(at[0] <= start < at[1] for start, _ in spans)
    ]
    years = derive.experience_years(jobs, today)
    if years is None:
        return None, None
    after = max(last for _, last in derive.intervals(jobs, today)) - 1
    return years, date(after // 12, after % 12 + 1, 1)
