"""Matches: the ranking, one match with its reasons, and what a person says about a job."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from jobmatch_dagster.api.shapes.common import Page, Shape
from jobmatch_dagster.api.shapes.common import example as _example

Kind = Literal["saved", "hidden", "applied", "not_relevant"]


class Match(Shape):
    """A job in a person's ranking."""

    resume_id: str
    job_id: str
    score: float = Field(description="0 to 1.")
    sentence: str = Field(description="The match in one plain sentence.")
    matched: list[str] = Field(description="Skills that the job asks for and the résumé shows.")
    missing: list[str] = Field(description="Skills that the job asks for and the résumé does not show.")
    matched_on: date
    title: str
    company: str
    location: str | None
    country: str | None
    remote: str | None
    salary_range: str | None
    seniority: str | None
    employment_type: str | None
    posted_on: date | None
    url: str | None
    apply_url: str | None
    feedback: list[str]


class Matches(Page):
    """A page of matches, the best first."""

    matches: list[Match]


class MatchedSkill(Shape):
    """A requirement that the résumé meets, with the words that show it in both texts."""

    skill: str
    label: str
    requirement: str | None = None
    credit: float | None = Field(None, description="0 to 1; less than 1 for a related skill.")
    job_words: list[str]
    resume_words: list[str]


class MissingSkill(Shape):
    """A requirement that the résumé does not show."""

    skill: str
    label: str
    requirement: str | None = None
    job_words: list[str]


class MatchDetail(Shape):
    """One match and why."""

    model_config = _example(
        resume_id="8a3c6a2e-1df4-5d0a-9a3b-5a8f6d7c1e20",
        job_id="1c4e8f0a-6a3f-5d57-8d33-9a2b7a0f4c11",
        score=0.74,
        sentence="Meets 5 of 6 required skills.",
        components={"skills": {"weight": 0.5, "value": 0.8, "contribution": 0.4, "reason": "5 of 6"}},
        abstained=["salary"],
        matched_skills=[
            {
                "skill": "jm:postgresql",
                "label": "PostgreSQL",
                "requirement": "required",
                "credit": 1.0,
                "job_words": ["Postgres"],
                "resume_words": ["PostgreSQL"],
            }
        ],
        missing_skills=[],
        matched_on="2026-11-22",
        scorer_version="1",
        feedback=[],
    )

    resume_id: str
    job_id: str
    score: float
    sentence: str
    components: dict[str, Any] = Field(description="Their contributions add up to the score.")
    abstained: list[str] = Field(description="Components that lacked their inputs: neither good nor bad.")
    matched_skills: list[MatchedSkill]
    missing_skills: list[MissingSkill]
    matched_on: date
    scorer_version: str
    feedback: list[str]


class FeedbackEntry(Shape):
    """What a person said about a job."""

    job_id: str
    kind: Kind
    created_at: datetime


class Feedback(Page):
    """A page of what a person said, the newest first."""

    feedback: list[FeedbackEntry]


class Started(Shape):
    """Work goes on in the background."""

    status: Literal["started"] = "started"
