"""Lever's Postings API: all postings of one employer, a hundred to a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jobmatch_dagster.boards import values
from jobmatch_dagster.boards.board import Board, Extracted, Paging, Posting, Request, query
from jobmatch_dagster.boards.listing import first_segment, organisation, path_part, read_list
from jobmatch_dagster.boards.payload import dicts, dig
from jobmatch_dagster.boards.search import Search


class Lever(Board):
    """``/v0/postings/{organisation}?mode=json``, as Lever documents it."""

    name = "lever"
    organisations = True
    page_size = 100

    def first_request(self, search: Search) -> Request:
        return self._page(search, 0)

    def next_request(self, search: Search, page: Extracted, state: Paging) -> Request | None:
        return self._page(search, state.received) if len(page.postings) >= self.page_size else None

    def _page(self, search: Search, skip: int) -> Request:
        path = f"/v0/postings/{organisation(self, search)}"
        return Request(query(path, mode="json", limit=self.page_size, skip=skip or None))

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        employer = first_segment(url, "postings")
        return read_list(body, lambda document: document, lambda job: _posting(job, employer))


def _posting(job: dict[str, Any], employer: str | None) -> Posting:
    places = values.texts(dig(job, "categories", "allLocations")) or values.texts([dig(job, "categories", "location")])
    hosted = values.link(job.get("hostedUrl"))
    row: Posting = {
        "external_id": values.text(job.get("id")),
        "url": hosted,
        "title": values.text(job.get("text")),
        "company": employer or path_part(hosted, 0),
        "location": "; ".join(places or []) or None,
        "posted_on": values.day(job.get("createdAt")),
        "employment_type": values.lookup("employment_type", dig(job, "categories", "commitment")),
        "remote": values.lookup("remote", job.get("workplaceType")),
        "description_html": _description(job),
        "apply_url": values.link(job.get("applyUrl")),
    }
    pay = job.get("salaryRange") or {}
    low, high = values.number(pay.get("min")), values.number(pay.get("max"))
    if low is None and high is None:
        return row
    return row | {
        "salary_min": low,
        "salary_max": high,
        "salary_currency": values.currency(pay.get("currency")),
        "salary_period": values.lookup("period", pay.get("interval")),
    }


def _description(job: dict[str, Any]) -> str | None:
    """The parts of the posting in the order in which its page shows them."""
    parts = [values.markup(job.get("description"))]
    for section in dicts(job.get("lists")):
        heading, content = values.text(section.get("text")), values.markup(section.get("content"))
        if content:
            parts.append(f"<h3>{heading}</h3><ul>{content}</ul>" if heading else f"<ul>{content}</ul>")
    parts += [values.markup(job.get("additional")), values.markup(job.get("salaryDescription"))]
    return "\n".join(part for part in parts if part) or None
