"""LinkedIn's guest pages: the list fragments that its public search loads, and the public posting.

No JSON and rarely a salary; the full text and the criteria are on the detail page.
"""

from __future__ import annotations

import html
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jobmatch_dagster.boards import asking, css, jsonld, values
from jobmatch_dagster.boards.board import Extracted, PagedBoard, Paging, Posting, Request, each
from jobmatch_dagster.boards.merge import fill
from jobmatch_dagster.boards.search import Search

_SEARCH = "/jobs-guest/jobs/api/seeMoreJobPostings/search"
_RADII = [5, 10, 25, 50, 100]
_REMOTE = {"onsite": "1", "remote": "2", "hybrid": "3"}
_TYPES = {
    "full_time": "F",
    "part_time": "P",
    "contract": "C",
    "temporary": "T",
    "internship": "I",
    "volunteer": "V",
    "other": "O",
}
_ID_AT_END = re.compile(r"(\d{6,})/?$")
_SITE = "https://www.linkedin.com"


class LinkedIn(PagedBoard):
    """LinkedIn without an account."""

    name = "linkedin"
    details = True
    page_size = 10
    most = 1000
    same_site = ("linkedin.com",)

    def page(self, search: Search, state: Paging) -> Request:
        """On by the cards received: a fixed step would skip or repeat, as pages are not always full."""
        age = search.max_age_days
        return Request(
            asking.query(
                _SEARCH,
                keywords=search.keywords,
                location=search.place,
                distance=asking.step(asking.miles(search.radius_km), _RADII),
                f_TPR=age and f"r{age * 86_400}",
                f_WT=search.remote and _REMOTE[search.remote],
                f_JT=search.employment_type and _TYPES[search.employment_type],
                start=state.received,
            )
        )

    def detail_request(self, posting: Posting) -> Request | None:
        key = posting["external_id"]
        return Request(f"/jobs-guest/jobs/api/jobPosting/{key}", "detail", referrer=key)

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        site = values.site_of(url, _SITE)
        rows, rejected = each(css.cards(self.name, "search", body), "card", lambda card: _card(card, site, fetched_at))
        kept = {row["external_id"]: row for row in reversed(rows) if row["external_id"]}
        rejected += [("card", "has no id") for row in rows if not row["external_id"]]
        # The fragment after the last posting is an empty list or nothing at all.
        changed = None if rows or "<html" not in body[:2000].lower() else "no posting card on the page"
        return Extracted(list(reversed(kept.values())), rejected=rejected, changed=changed)

    def read_detail(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        found = css.cards(self.name, "detail", body)
        embedded = jsonld.job_postings(body, url)
        rows, rejected = each(found[:1], "page", lambda fields: _detail(fields, url, fetched_at))
        rows = [fill(row, *embedded[:1]) for row in rows if row["title"]]
        if rows and not rows[0]["external_id"]:
            return Extracted(rejected=[*rejected, ("page", "has no id")])
        changed = None if rows else "no posting on the page"
        return Extracted(rows, rejected=rejected, changed=changed)


def _card(card: dict[str, Any], site: str, fetched_at: datetime | None) -> Posting:
    link = values.link(card.get("link") or card.get("href"), site, keep_query=False)
    shown = values.text(card.get("posted_text"))
    return {
        "external_id": (card.get("urn") or "").rpartition(":")[2] or _id_in(link),
        "url": link,
        "title": values.text(card.get("title")),
        "company": values.text(card.get("company")),
        "company_url": values.link(card.get("company_url"), site, keep_query=False),
        "location": values.text(card.get("location")),
        "posted_text": shown,
        "posted_on": values.day(card.get("datetime")) or values.day_of_age(shown, fetched_at),
        "salary_text": values.text(card.get("salary_text")),
    }


def _detail(fields: dict[str, Any], url: str | None, fetched_at: datetime | None) -> Posting:
    link = values.link(fields.get("link") or fields.get("canonical"), values.site_of(url, _SITE), keep_query=False)
    coded = re.search(r"\d{6,}", values.inner(fields.get("id_code")) or "") or re.search(
        r"\d{6,}", fields.get("id_code") or ""
    )
    shown = values.text(fields.get("posted_text"))
    row: Posting = {
        "external_id": (coded and coded.group(0)) or _id_in(link) or _id_in(url),
        "url": link,
        "title": values.text(fields.get("title")),
        "company": values.text(fields.get("company")),
        "company_url": values.link(fields.get("company_url"), _SITE, keep_query=False),
        "location": values.text(fields.get("location")),
        "posted_text": shown,
        "posted_on": values.day_of_age(shown, fetched_at),
        "salary_text": values.text(fields.get("salary_text")),
        "description_html": values.inner(fields.get("description")),
        "apply_url": _apply_url(fields.get("apply_code")),
    }
    for criterion in fields.get("criteria") or []:
        said = values.text(criterion.get("value"))
        match values.lookup("linkedin_criterion", criterion.get("label")):
            case "employment_type":
                row["employment_type"] = values.lookup("employment_type", said)
            case "seniority" if said and said != "Not Applicable":
                row["seniority"] = said
    return row


def _id_in(link: str | None) -> str | None:
    match = _ID_AT_END.search(urlsplit(link or "").path)
    return match.group(1) if match else None


def _apply_url(code: str | None) -> str | None:
    """The employer's own address inside LinkedIn's redirect, which stands in a comment inside a code element."""
    match = re.search(r'<!--"?(.*?)"?-->', code or "")
    if not match:
        return None
    redirect = html.unescape(match.group(1))
    inside = parse_qs(urlsplit(redirect).query).get("url")
    return values.link(inside[0] if inside else redirect)
