"""Remotive's API: its current remote postings in one answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jobmatch_dagster.boards import asking, values
from jobmatch_dagster.boards.board import Board, Extracted, Posting, Request
from jobmatch_dagster.boards.listing import read_list
from jobmatch_dagster.boards.payload import dig, loads
from jobmatch_dagster.boards.search import Search


class Remotive(Board):
    """``/api/remote-jobs``. Postings link back to Remotive, as its terms ask."""

    name = "remotive"

    def first_request(self, search: Search) -> Request:
        return Request(asking.query("/api/remote-jobs", search=search.keywords))

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        page = read_list(body, lambda document: dig(document, "jobs"), _posting)
        page.total = values.count(dig(loads(body), "job-count"))
        return page


def _posting(job: dict[str, Any]) -> Posting:
    return {
        "external_id": values.text(job.get("id")),
        "url": values.link(job.get("url")),
        "title": values.text(job.get("title")),
        "company": values.text(job.get("company_name")),
        "location": values.text(job.get("candidate_required_location")),
        "posted_text": values.text(job.get("publication_date")),
        "posted_on": values.day(job.get("publication_date")),
        "salary_text": values.text(job.get("salary")),
        "employment_type": values.lookup("employment_type", job.get("job_type")),
        "remote": "remote",
        "description_html": values.markup(job.get("description")),
    }
