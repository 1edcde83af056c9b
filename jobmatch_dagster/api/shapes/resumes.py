"""Résumés as their person sees them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from jobmatch_dagster.api.shapes.common import Shape, example


class Resume(Shape):
    """A résumé file and how reading it went."""

    id: str = Field(description="Follows from person and content: the same file again has the same id.")
    file_name: str
    content_type: str
    size: int = Field(description="Bytes.")
    uploaded_at: datetime
    status: str = Field(
        description="waiting until it is read, then parsed, needs_ocr, encrypted, corrupt, empty, too_large, "
        "unsupported, timed_out or malicious."
    )
    reason: str | None = Field(default=None, description="What to do, in one sentence, when it is not parsed.")
    language: str | None = None
    confidence: float | None = None
    experience_years: float | None = None
    seniority: str | None = None
    warnings: list[Any] = Field(default_factory=list, description="What the person can mend in it.")


class ResumeDetail(Resume):
    """A résumé with the profile that was read from it."""

    model_config = example(
        id="8a3c6a2e-1df4-5d0a-9a3b-5a8f6d7c1e20",
        file_name="cv.pdf",
        content_type="application/pdf",
        size=48213,
        uploaded_at="2026-11-22T08:00:00Z",
        status="parsed",
        reason=None,
        language="en",
        confidence=0.93,
        experience_years=6.5,
        seniority="senior",
        warnings=[],
        profile={"basics": {"name": "Ada Made-Up"}, "work": [{"position": "Data engineer"}]},
        skills=[{"skill": "jm:postgresql", "label": "PostgreSQL", "years": 4.0}],
    )

    profile: dict[str, Any] | None = Field(None, description="In JSON Resume's names; null unless parsed.")
    skills: list[dict[str, Any]] = Field(default_factory=list)


class Resumes(Shape):
    """A person's résumés, the newest first."""

    resumes: list[Resume]


class Link(Shape):
    """A URL that gives the file to whoever has it."""

    url: str
    expires_in: int = Field(description="Seconds.")
