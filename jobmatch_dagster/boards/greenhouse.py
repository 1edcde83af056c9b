"""Greenhouse's Job Board API: all postings of one employer in one answer, with their text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jobmatch_dagster.boards import values
from jobmatch_dagster.boards.board import Board, Extracted, Posting, Request
from jobmatch_dagster.boards.listing import first_segment, organisation, read_list
from jobmatch_dagster.boards.payload import dicts, dig, loads
from jobmatch_dagster.boards.search import Search


class Greenhouse(Board):
    """``/v1/boards/{organisation}/jobs?content=true``, as Greenhouse documents it."""

    name = "greenhouse"
    organisations = True

    def first_request(self, search: Search) -> Request:
        return Request(f"/v1/boards/{organisation(self, search)}/jobs?content=true")

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        employer = first_segment(url, "boards")
        page = read_list(body, lambda document: dig(document, "jobs"), lambda job: _posting(job, employer))
        page.total = values.count(dig(loads(body), "meta", "total"))
        return page


def _posting(job: dict[str, Any], employer: str | None) -> Posting:
    extra = {str(field.get("name")).casefold(): field.get("value") for field in dicts(job.get("metadata"))}
    offices = [office.get("location") or office.get("name") for office in dicts(job.get("offices"))]
    return {
        "external_id": values.text(job.get("id")),
        "url": values.link(job.get("absolute_url")),
        "title": values.text(job.get("title")),
        "company": values.text(job.get("company_name")) or employer,
        "location": values.text(dig(job, "location", "name")) or "; ".join(values.texts(offices) or []) or None,
        "posted_text": values.text(job.get("first_published")),
        "posted_on": values.day(job.get("first_published")),
        "employment_type": values.only(extra.get("employment type"), "employment_type"),
        "remote": values.only([extra.get("location type"), extra.get("workplace type")], "remote"),
        "description_html": values.markup(job.get("content")),
        "valid_until": values.day(job.get("application_deadline")),
    } | _pay(job)


def _pay(job: dict[str, Any]) -> Posting:
    """The first pay range, in cents, where the employer shares one (``pay_input_ranges``). Its period is not given."""
    span = next(iter(dicts(job.get("pay_input_ranges"))), {})
    pay = values.pay(span.get("min_cents"), span.get("max_cents"), span.get("currency_type"), None, over=100)
    return pay and pay | {"salary_text": values.text(span.get("title"))}
