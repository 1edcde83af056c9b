"""CareerBuilder. The parser is kept; the source is off by default (see its policy)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jobmatch_dagster.boards import asking, css, jsonld, values
from jobmatch_dagster.boards.board import Extracted, PagedBoard, Paging, Posting, Request, each
from jobmatch_dagster.boards.merge import fill
from jobmatch_dagster.boards.search import Search

_SITE = "https://www.careerbuilder.com"
_RADII, _AGES = [5, 10, 30, 50, 100], [1, 3, 7, 30]
_TYPES = {"full_time": "jtft", "part_time": "jtpt", "contract": "jtct", "internship": "jtin"}


class CareerBuilder(PagedBoard):
    """CareerBuilder's result list and postings."""

    name = "careerbuilder"
    details = True
    page_size = 25
    same_site = ("careerbuilder.com",)

    def page(self, search: Search, state: Paging) -> Request:
        return Request(
            asking.query(
                "/jobs",
                keywords=search.keywords,
                location=search.place,
                radius=asking.step(asking.miles(search.radius_km), _RADII),
                posted=asking.step_or_all(search.max_age_days, _AGES),
                cb_workhome="remote" if search.remote == "remote" else None,
                emp=search.employment_type and _TYPES.get(search.employment_type),
                page_number=state.number + 1,
            )
        )

    def detail_request(self, posting: Posting) -> Request | None:
        return Request(f"/job/{posting['external_id']}", "detail", referrer=posting["external_id"])

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        site = values.site_of(url, _SITE)
        rows, rejected = each(css.cards(self.name, "search", body), "card", lambda card: _card(card, site, fetched_at))
        rejected += [("card", "has no id") for row in rows if not row["external_id"]]
        around = (css.cards(self.name, "page", body) or [{}])[0]
        total = values.count(around.get("count"))
        changed = None if rows or total is not None else "no posting card on the page"
        return Extracted([row for row in rows if row["external_id"]], total=total, rejected=rejected, changed=changed)

    def read_detail(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        fields = (css.cards(self.name, "detail", body) or [{}])[0]
        link = values.link(url or fields.get("canonical"), _SITE, keep_query=False)
        shown: Posting = {
            "title": values.text(fields.get("title")),
            "company": values.text(fields.get("company")),
            "location": values.text(fields.get("location")),
            "employment_type": values.lookup("employment_type", values.text(fields.get("employment"))),
            "salary_text": values.text(fields.get("salary_text")),
            "description_html": values.inner(fields.get("description")),
        }
        row = fill(*jsonld.job_postings(body, link)[:1], shown)
        row["external_id"] = _id_in(link) or _id_in(fields.get("canonical")) or row.get("identifier")
        row["url"] = link
        if not row.get("title") or not row.get("description_html"):
            return Extracted(changed="no posting on the page")
        return Extracted([row]) if row["external_id"] else Extracted(rejected=[("page", "has no id")])


def _card(card: dict[str, Any], site: str, fetched_at: datetime | None) -> Posting:
    shown = values.text(card.get("posted_text"))
    kinds = re.split(r"\s*[|,/]\s*", card.get("employment") or "")
    return {
        "external_id": card.get("id") or _id_in(values.link(card.get("link"), site)),
        "url": values.link(card.get("link"), site, keep_query=False),
        "title": values.text(card.get("title")),
        "company": values.text(card.get("company")),
        "location": values.text(card.get("location")),
        "employment_type": values.only(kinds, "employment_type"),
        "posted_text": shown,
        "posted_on": values.day_of_age(shown, fetched_at),
        "salary_text": values.text(card.get("salary_text")),
        "apply_url": values.link(card.get("apply_url")),
        "snippet": values.text(card.get("snippet")),
    }


def _id_in(link: str | None) -> str | None:
    match = re.search(r"/job/([A-Za-z0-9]{8,})/?$", urlsplit(link or "").path)
    return match.group(1).upper() if match else None
