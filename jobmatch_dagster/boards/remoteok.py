"""Remote OK's API: its current remote postings in one answer, whose first element is the legal notice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jobmatch_dagster.boards import values
from jobmatch_dagster.boards.board import Board, Extracted, Posting, Request
from jobmatch_dagster.boards.listing import read_list
from jobmatch_dagster.boards.search import Search


class RemoteOk(Board):
    """``/api``. Postings link back to Remote OK, as its terms ask."""

    name = "remoteok"

    def first_request(self, search: Search) -> Request:
        return Request("/api")

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        return read_list(body, lambda document: document, _posting)


def _posting(job: dict[str, Any]) -> Posting | None:
    if "legal" in job and "id" not in job:
        return None
    place = (values.text(job.get("location")) or "").strip(" ,")
    row: Posting = {
        "external_id": values.text(job.get("id")),
        "url": values.link(job.get("url")),
        "title": values.text(job.get("position")),
        "company": values.text(job.get("company")),
        "location": place or None,
        "posted_text": values.text(job.get("date")),
        "posted_on": values.day(job.get("date")) or values.day(job.get("epoch")),
        "remote": "remote",
        "description_html": values.markup(job.get("description")),
        "apply_url": values.link(job.get("apply_url")),
    }
    # Remote OK asks employers for the yearly pay in US dollars.
    return row | values.pay(job.get("salary_min"), job.get("salary_max"), "USD", "year")
