"""Ashby's Job Postings API: all listed postings of one employer in one answer."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from jobmatch_dagster.boards import values
from jobmatch_dagster.boards.board import Board, Extracted, Posting, Request
from jobmatch_dagster.boards.listing import first_segment, organisation, path_part, read_list
from jobmatch_dagster.boards.payload import dicts, dig
from jobmatch_dagster.boards.search import Search


class Ashby(Board):
    """``/posting-api/job-board/{organisation}?includeCompensation=true``, as Ashby documents it."""

    name = "ashby"
    organisations = True

    def first_request(self, search: Search) -> Request:
        return Request(f"/posting-api/job-board/{organisation(self, search)}?includeCompensation=true")

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        employer = first_segment(url, "job-board")
        return read_list(body, lambda document: dig(document, "jobs"), lambda job: _posting(job, employer))


def _posting(job: dict[str, Any], employer: str | None) -> Posting | None:
    if job.get("isListed") is False:
        return None
    link = values.link(job.get("jobUrl"))
    others = [place.get("location") for place in dicts(job.get("secondaryLocations"))]
    remote = values.lookup("remote", job.get("workplaceType"))
    row: Posting = {
        "external_id": values.text(job.get("id")),
        "url": link,
        "title": values.text(job.get("title")),
        "company": employer or path_part(link, 0),
        "location": "; ".join(values.texts([job.get("location"), *others]) or []) or None,
        "posted_text": values.text(job.get("publishedAt")),
        "posted_on": values.day(job.get("publishedAt")),
        "employment_type": values.lookup("employment_type", _spaced(job.get("employmentType"))),
        "remote": remote or ("remote" if job.get("isRemote") is True else None),
        "description_html": values.markup(job.get("descriptionHtml")) or values.text(job.get("descriptionPlain")),
        "apply_url": values.link(job.get("applyUrl")),
    }
    return row | _pay(job.get("compensation"))


def _pay(compensation: Any) -> Posting:
    shown = dig(compensation, "scrapeableCompensationSalarySummary") or dig(compensation, "compensationTierSummary")
    row: Posting = {"salary_text": values.text(shown)}
    salary = next(
        (c for c in dicts(dig(compensation, "summaryComponents")) if c.get("compensationType") == "Salary"), {}
    )
    return row | values.pay(
        salary.get("minValue"), salary.get("maxValue"), salary.get("currencyCode"), salary.get("interval")
    )


def _spaced(word: Any) -> str | None:
    """``FullTime`` → ``Full Time``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word) if isinstance(word, str) else None
