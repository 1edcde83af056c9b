"""Settings of what is made of postings and résumés: jobs, skills, profiles, matches."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, Field

from jobmatch_dagster.settings.values import CommaList


class Reading(BaseModel):
    """Bars, limits and retention of the stages after collecting."""

    close_after_days: int = Field(
        14,
        ge=1,
        alias="JOBMATCH_CLOSE_AFTER_DAYS",
        description="A job not seen for so many days on a board that did deliver is closed.",
    )
    language_bar: float = Field(
        0.50,
        ge=0,
        le=1,
        alias="JOBMATCH_LANGUAGE_BAR",
        description="Below this confidence a language is null.",
    )
    skills_csv: Path | None = Field(
        None,
        alias="JOBMATCH_SKILLS_CSV",
        description="A CSV of skills of your own that is added to the taxonomy.",
    )

    resume_max_bytes: int = Field(
        10_000_000,
        ge=1000,
        alias="JOBMATCH_RESUME_MAX_BYTES",
        description="Largest résumé file that is read.",
    )
    resume_max_pages: int = Field(
        60,
        ge=1,
        alias="JOBMATCH_RESUME_MAX_PAGES",
        description="Most pages of a résumé that are read.",
    )
    resume_timeout: float = Field(
        30.0,
        gt=0,
        alias="JOBMATCH_RESUME_TIMEOUT",
        description="Seconds that one résumé may take.",
    )
    resume_memory_mb: int = Field(
        1024,
        ge=128,
        alias="JOBMATCH_RESUME_MEMORY_MB",
        description="Memory that one résumé may take.",
    )
    resume_ocr_languages: CommaList = Field(
        [],
        alias="JOBMATCH_RESUME_OCR_LANGUAGES",
        description="Languages, as tesseract calls them (eng,deu), in which pictures of text are read; needs "
        "tesseract, or the extra `ocr`. Empty: such files get the status `needs_ocr`.",
    )
    resume_ocr_pages: int = Field(
        4,
        ge=1,
        le=60,
        alias="JOBMATCH_RESUME_OCR_PAGES",
        description="Most pages of a résumé that are read by OCR.",
    )
    resume_workers: int = Field(
        2,
        ge=1,
        le=64,
        alias="JOBMATCH_RESUME_WORKERS",
        description="Résumés read at once.",
    )
    resume_retention_days: int = Field(
        730,
        ge=1,
        alias="JOBMATCH_RESUME_RETENTION_DAYS",
        description="Days that a résumé is kept after its upload.",
    )

    matches_per_resume: int = Field(
        50,
        ge=1,
        le=1000,
        alias="JOBMATCH_MATCHES_PER_RESUME",
        description="Matches kept per résumé.",
    )
    min_score: float = Field(
        0.10,
        ge=0,
        le=1,
        alias="JOBMATCH_MIN_SCORE",
        description="Lowest score that is kept.",
    )
    match_threads: int = Field(
        2,
        ge=1,
        le=64,
        alias="JOBMATCH_MATCH_THREADS",
        description="Threads that score.",
    )
