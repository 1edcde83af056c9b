"""Lever's Postings API: all postings of one employer, a hundred to a page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jobmatch_dagster.boards import asking, values
from jobmatch_dagster.boards.board import Extracted, PagedBoard, Paging, Posting, Request
from jobmatch_dagster.boards.listing import first_segment, organisation, path_part, read_list
from jobmatch_dagster.boards.payload import dicts, dig
from jobmatch_dagster.boards.search import Search


class Lever(PagedBoard):
    """``/v0/postings/{organisation}?mode=json``, as Lever documents it."""

    name = "lever"
    organisations = True
    page_size = 100

    def leads_on(self, page: Extracted, state: Paging) -> bool:
        """A full page does; there is no total."""
        return len(page.postings) >= self.page_size

    def page(self, search: Search, state: Paging) -> Request:
        path = f"/v0/postings/{organisation(self, search)}"
        return Request(asking.query(path, mode="json", limit=self.page_size, skip=state.received or None))

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
    return row | values.pay(pay.get("min"), pay.get("max"), pay.get("currency"), pay.get("interval"))


def _description(job: dict[str, Any]) -> str | None:
    """The parts of the posting in the order in which its page shows them."""
    parts = [values.markup(job.get("description"))]
    for section in dicts(job.get("lists")):
        heading, content = values.text(section.get("text")), values.markup(section.get("content"))
        if content:
            parts.append(f"<h3>{heading}</h3><ul>{content}</ul>" if heading else f"<ul>{content}</ul>")
    parts += [values.markup(job.get("additional")), values.markup(job.get("salaryDescription"))]
    return "\n".join(part for part in parts if part) or None
