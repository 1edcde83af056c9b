"""Jobs: search, one job, and corrections by the data team. Everyone may read jobs, signed in or not."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

from cachetools import TTLCache
from fastapi import APIRouter, Path, Query, Request, Response
from psycopg import sql
from pydantic import StringConstraints

from jobmatch_dagster.api import job_search
from jobmatch_dagster.api.access import TOKEN_IS_OPTIONAL, Anybody, DataTeam, Parts, UseParts
from jobmatch_dagster.api.job_search import Circle, Question, Sort
from jobmatch_dagster.api.problems import Problem, documented
from jobmatch_dagster.api.replies import NOT_CHANGED, reply
from jobmatch_dagster.api.routes.audit import note
from jobmatch_dagster.api.shapes.common import (
    LINE,
    Countries,
    Currency,
    Cursor,
    Employments,
    Languages,
    Limit,
    Line,
    Remotes,
    Seniorities,
)
from jobmatch_dagster.api.shapes.jobs import Facets, Job, JobChange, JobDetail, Jobs

router = APIRouter(prefix="/v1/jobs", tags=["jobs"], responses=documented("unauthorized"))

JobId = Annotated[UUID, Path(description="The job's id.")]
_Skill = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=LINE)]
Skills = Annotated[
    list[_Skill], Query(default_factory=list, max_length=10, description="Ids or labels; a job names all of them.")
]
_SKILL_SECONDS = 600
_PUBLIC_SECONDS = 30
_skills: TTLCache[str, dict[str, str]] = TTLCache(64, _SKILL_SECONDS)
_skills_lock = threading.Lock()


@router.get("", response_model=Jobs, responses=NOT_CHANGED | documented("bad-cursor"), openapi_extra=TOKEN_IS_OPTIONAL)
def search(
    request: Request,
    person: Anybody,
    parts: UseParts,
    skill: Skills,
    country: Countries,
    remote: Remotes,
    seniority: Seniorities,
    employment_type: Employments,
    language: Languages,
    q: Annotated[Line | None, Query(description='Words; "in quotes" together, with a minus left out.')] = None,
    city: Line | None = None,
    place: Annotated[Line | None, Query(description="A city; jobs within `radius_km` of it.")] = None,
    radius_km: Annotated[float, Query(ge=1, le=500)] = 50,
    company: Line | None = None,
    min_salary: Annotated[float | None, Query(ge=0, le=1e12, description="A year, in `currency`.")] = None,
    currency: Annotated[Currency, Query(description="ISO 4217; other currencies are converted.")] = "EUR",
    max_age_days: Annotated[int | None, Query(ge=0, le=3650)] = None,
    sort: Annotated[Sort | None, Query(description="relevance if there are words, newest otherwise.")] = None,
    facets: Annotated[bool, Query(description="Count the jobs found by field and value.")] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Search open jobs.

    All conditions must hold. By relevance or salary, the newest 5,000 jobs that fit are ranked; newest first pages
    through all of them.
    """
    asked = Question(
        words=q or None,
        country=[code.upper() for code in country],
        city=city,
        near=_circle(place, radius_km, country) if place else None,
        remote=remote,
        seniority=seniority,
        employment_type=employment_type,
        language=[code.lower() for code in language],
        company=company,
        skills=_skill_ids(parts, skill),
        min_salary=min_salary,
        currency=currency.upper(),
        max_age_days=max_age_days,
        sort=sort or ("relevance" if q else "newest"),
    )
    after = parts.cursors.open(cursor, "jobs", repr(asked))
    with parts.connections.as_person(person) as connection:
        rows, more = job_search.find(connection, asked, limit, after)
        counts = job_search.facets(connection, asked) if facets else None
    found = Jobs(
        jobs=[Job.model_validate(row) for row in rows],
        next_cursor=parts.cursors.make(more, "jobs", repr(asked)) if more else None,
        facets=counts and Facets(counted=counts[0], is_complete=counts[0] < job_search.COUNTED, values=counts[1]),
    )
    return reply(request, found, public_seconds=0 if person else _PUBLIC_SECONDS)


@router.get(
    "/{job_id}",
    response_model=JobDetail,
    responses=NOT_CHANGED | documented("not-found"),
    openapi_extra=TOKEN_IS_OPTIONAL,
)
def get_job(request: Request, job_id: JobId, person: Anybody, parts: UseParts) -> Response:
    """One job with its text and the skills that it names."""
    return reply(request, _detail(parts, person, job_id), public_seconds=0 if person else _PUBLIC_SECONDS)


@router.patch("/{job_id}", responses=documented("not-found", "forbidden"))
def change_job(job_id: JobId, change: JobChange, person: DataTeam, parts: UseParts) -> JobDetail:
    """Correct or close a job (data team). It is matched anew.

    `closed_on` holds for good. Other corrections hold until the board shows the job again and it is cleaned anew.
    """
    values: dict[str, Any] = change.model_dump(exclude_unset=True)
    for name, fold in (("country", str.upper), ("language", str.lower)):
        if values.get(name):
            values[name] = fold(values[name])
    for name in ("title", "company"):
        if name in values and not values[name].strip():
            raise Problem("invalid", f"A job has a {name}.")
    with parts.connections.as_service() as connection:
        if values:
            assignments = sql.SQL(", ").join(
                sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values
            )
            changed = connection.execute(
                sql.SQL("update public.jobs set {} where id = %(id)s").format(assignments), {**values, "id": job_id}
            )
            if changed.rowcount:
                connection.execute("delete from private.scored where side = 'job' and id = %s", [job_id])
                connection.execute("delete from private.read_jobs where job_id = %s", [job_id])
                note(connection, person, "correct job", str(job_id), fields=sorted(values))
    detail = _detail(parts, person, job_id)
    if values:
        parts.follow_up.match()
    return detail


def _detail(parts: Parts, person: Anybody, job_id: UUID) -> JobDetail:
    with parts.connections.as_person(person) as connection:
        row = connection.execute(
            sql.SQL(
                "select {}, j.board, j.description, j.places, j.remote_scope, j.min_years_experience, j.education,"
                " j.valid_until, j.last_seen_on, j.closed_on from public.jobs j where j.id = %s"
            ).format(job_search.COLUMNS),
            [job_id],
        ).fetchone()
        if row is None:
            raise Problem("not-found", "There is no such job.")
        skills = connection.execute(
            "select s.skill_id as skill, k.label, s.requirement, s.years, s.surface"
            " from public.job_skills s join public.skills k on k.id = s.skill_id"
            " where s.job_id = %s order by s.weight desc, k.label",
            [job_id],
        ).fetchall()
    return JobDetail.model_validate({**row, "skills": skills})


@lru_cache(maxsize=2000)
def _point(place: str, countries: tuple[str, ...]) -> tuple[float, float] | None:
    from jobmatch_dagster.postings.place.gazetteer import gazetteer

    cities = [city for city in gazetteer().cities(place) if not countries or city.country in countries]
    return (cities[0].lat, cities[0].lon) if cities else None


def _circle(place: str, radius_km: float, countries: list[str]) -> Circle:
    point = _point(place, tuple(sorted(code.upper() for code in countries)))
    if point is None:
        raise Problem("invalid", "The place is not a city that we know; try its name alone, without its region.")
    return Circle(*point, radius_km)


def _skill_ids(parts: Parts, wanted: list[str]) -> list[str]:
    """Ids of skills that are named by id or label; one that nobody knows is kept, and finds nothing."""
    if not wanted:
        return []
    name = f"{parts.settings.home}/{parts.settings.embedded_database}"
    with _skills_lock:
        known = _skills.get(name)
    if known is None:
        with parts.connections.as_person(None) as connection:
            rows = connection.execute("select id, lower(label) as label from public.skills order by id desc").fetchall()
        known = {row["label"]: row["id"] for row in rows}
        with _skills_lock:
            if known:
                _skills[name] = known
    return [known.get(skill.strip().lower(), skill) for skill in dict.fromkeys(wanted)]
