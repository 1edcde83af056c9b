"""Jobs and their search."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from jobmatch_dagster.api.shapes.common import Country, Employment, Language, Line, Page, Remote, Seniority, Shape, Wish
from jobmatch_dagster.api.shapes.common import example as _example

_JOB = {
    "id": "1c4e8f0a-6a3f-5d57-8d33-9a2b7a0f4c11",
    "title": "Data engineer",
    "company": "Made-Up Lifts Ltd",
    "location": "Vienna, Austria",
    "city": "Vienna",
    "region": "Vienna",
    "country": "AT",
    "remote": "hybrid",
    "salary_range": "60.000 - 75.000 EUR",
    "salary_annual_min": 60000,
    "salary_annual_max": 75000,
    "salary_currency": "EUR",
    "employment_type": "full_time",
    "seniority": "mid",
    "language": "en",
    "posted_on": "2026-11-20",
    "first_seen_on": "2026-11-21",
    "url": "https://jobs.example.org/1",
    "apply_url": None,
}


class Job(Shape):
    """A job in a list."""

    id: str
    title: str
    company: str
    location: str | None
    city: str | None
    region: str | None
    country: str | None
    remote: str | None
    salary_range: str | None = Field(description="As written.")
    salary_annual_min: float | None
    salary_annual_max: float | None
    salary_currency: str | None
    employment_type: str | None
    seniority: str | None
    language: str | None
    posted_on: date | None
    first_seen_on: date
    url: str | None
    apply_url: str | None


class JobSkill(Shape):
    """A skill that a job names."""

    skill: str
    label: str
    requirement: str = Field(description="required, preferred, mentioned or excluded.")
    years: float | None
    surface: str = Field(description="The words of the ad.")


class JobDetail(Job):
    """A job with its text and what it asks for."""

    model_config = _example(
        **_JOB,
        board="indeed",
        description="You build pipelines.",
        places=None,
        remote_scope=None,
        min_years_experience=3,
        education=None,
        valid_until=None,
        last_seen_on="2026-11-22",
        closed_on=None,
        skills=[],
    )

    board: str
    description: str | None
    places: list[Any] | None
    remote_scope: str | None
    min_years_experience: float | None
    education: str | None
    valid_until: date | None
    last_seen_on: date
    closed_on: date | None
    skills: list[JobSkill]


class Facets(Shape):
    """How many of the jobs found have which value; counted over the newest ones where very many were found."""

    counted: int = Field(description="Jobs that were counted.")
    is_complete: bool = Field(description="False where more were found than are counted.")
    values: dict[str, dict[str, int]] = Field(description="By field and value, the most frequent first.")


class Jobs(Page):
    """A page of jobs."""

    model_config = _example(jobs=[_JOB], next_cursor=None, facets=None)

    jobs: list[Job]
    facets: Facets | None = None


class JobChange(Wish):
    """What the data team may correct; what is left out stays, null clears it."""

    model_config = Wish.model_config | _example(seniority="senior", closed_on="2026-11-22")

    title: Line = Field("", min_length=1)
    company: Line = Field("", min_length=1)
    city: Line | None = None
    region: Line | None = None
    country: Country | None = None
    remote: Remote | None = None
    employment_type: Employment | None = None
    seniority: Seniority | None = None
    language: Language | None = None
    closed_on: date | None = None
