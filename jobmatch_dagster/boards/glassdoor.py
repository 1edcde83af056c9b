"""Glassdoor: cards, and the full records that its Next.js page streams to itself.

Salaries that Glassdoor estimated are shown as such in the text and never become a figure of the employer's.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from jobmatch_dagster.boards import asking, css, jsonld, values
from jobmatch_dagster.boards.board import Extracted, PagedBoard, Paging, Posting, Request, each
from jobmatch_dagster.boards.merge import fill, readings
from jobmatch_dagster.boards.payload import after, dicts, every, next_chunks
from jobmatch_dagster.boards.search import Search

_SITE = "https://www.glassdoor.com"
_VIEW = '"jobview":'
_LISTING_ID = re.compile(r"(?:[?&](?:jl|jobListingId)=|JV_[^?]*?_IC\d+_KO[\d,]+_KE[\d,]+\.htm\?jl=)(\d+)")
_TYPES = {
    "full_time": "fulltime",
    "part_time": "parttime",
    "contract": "contract",
    "temporary": "temporary",
    "internship": "internship",
}


class Glassdoor(PagedBoard):
    """Glassdoor's public search."""

    name = "glassdoor"
    details = True
    page_size = 30
    same_site = ("glassdoor.com",)

    def leads_on(self, page: Extracted, state: Paging) -> bool:
        """By the total, and by the cursors that the page itself gives for the numbers of other pages."""
        cursors = _cursors(page.next)
        return super().leads_on(page, state) and (not cursors or state.number + 1 in cursors)

    def page(self, search: Search, state: Paging) -> Request:
        number = state.number + 1
        return Request(
            asking.query(
                "/Job/jobs.htm",
                **{"sc.keyword": search.keywords},
                locKeyword=search.place,
                radius=asking.miles(search.radius_km),
                fromAge=search.max_age_days,
                remoteWorkType=1 if search.remote == "remote" else None,
                jobType=search.employment_type and _TYPES.get(search.employment_type),
                sortBy="date_desc",
                p=number if number > 1 else None,
                cursor=_cursors(state.said).get(number),
            )
        )

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        site = values.site_of(url, _SITE)
        streamed = next_chunks(body)
        data = streamed if _VIEW in streamed else body
        listed, rejected = each(_views(data), "record", lambda view: _record(view, site, fetched_at))
        shown, bad = each(css.cards(self.name, "search", body), "card", lambda card: _card(card, site, fetched_at))
        postings, warnings, nameless = readings({"records": listed, "cards": shown})
        around = (css.cards(self.name, "page", body) or [{}])[0]
        total = after(data, '"totalJobsCount":')
        total = total if isinstance(total, int) else values.count(around.get("count"))
        changed = None
        if not postings and total is None and not around.get("none"):
            changed = "neither cards nor records on the page"
        return Extracted(
            postings,
            total=total,
            next=dicts(after(data, '"paginationCursors":')),
            warnings=warnings,
            rejected=[*rejected, *bad, *nameless],
            changed=changed,
        )

    def read_detail(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        fields = (css.cards(self.name, "detail", body) or [{}])[0]
        link = values.link(url or fields.get("canonical"))
        site = values.site_of(link, _SITE)
        row: Posting = {
            "title": values.text(fields.get("title")),
            "company": _employer(fields.get("company")),
            "location": values.text(fields.get("location")),
            "salary_text": values.text(fields.get("salary_text")),
            "description_html": values.inner(fields.get("description")),
        }
        row = fill(*jsonld.job_postings(body, link)[:1], row)
        found = re.search(r'"(?:jobListingId|listingId)"\s*:\s*"?(\d+)', next_chunks(body) or body)
        row["external_id"] = (
            _listing_id(url)
            or _listing_id(fields.get("canonical"))
            or (found.group(1) if found else None)
            or row.get("identifier")
        )
        row["url"] = values.link(fields.get("canonical"), site) or link
        if not row.get("title") or not row.get("description_html"):
            return Extracted(changed="no posting on the page")
        return Extracted([row]) if row["external_id"] else Extracted(rejected=[("page", "has no id")])


def _views(data: str) -> list[dict[str, Any]]:
    """The listing records. A page also carries a few under other names; those lack the header and are passed over."""
    return [view for view in every(data, _VIEW) if isinstance(view, dict) and view.get("header")]


def _record(view: dict[str, Any], site: str, fetched_at: datetime | None) -> Posting:
    header, job = view["header"], view.get("job") or {}
    row: Posting = {
        "external_id": values.text(job.get("listingId")) or _listing_id(header.get("jobLink")),
        "url": values.link(header.get("seoJobLink") or header.get("jobLink"), site),
        "title": values.text(header.get("jobTitleText") or job.get("jobTitleText")),
        "company": values.text(header.get("employerNameFromSearch") or (header.get("employer") or {}).get("name")),
        "location": values.text(header.get("locationName")),
        "posted_on": values.days_before(fetched_at, header.get("ageInDays")),
        "remote": values.only(header.get("remoteWorkTypes"), "remote"),
        "snippet": " ".join(values.texts(job.get("descriptionFragmentsText")) or []) or None,
    }
    pay = header.get("payPeriodAdjustedPay") or {}
    if header.get("salarySource") != "EMPLOYER_PROVIDED":
        return row
    return row | values.pay(pay.get("p10"), pay.get("p90"), header.get("payCurrency"), header.get("payPeriod"))


def _cursors(said: Any) -> dict[int, str | None]:
    """The cursor of each page number that a page names."""
    return {cursor["pageNumber"]: cursor.get("cursor") for cursor in dicts(said) if "pageNumber" in cursor}


def _card(card: dict[str, Any], site: str, fetched_at: datetime | None) -> Posting:
    link = values.link(card.get("link"), site)
    shown = values.text(card.get("posted_text"))
    return {
        "external_id": card.get("id") or card.get("old_id") or _listing_id(link),
        "url": link,
        "title": values.text(card.get("title")),
        "company": _employer(card.get("company")),
        "location": values.text(card.get("location")),
        "posted_text": shown,
        "posted_on": values.day_of_age(shown, fetched_at),
        "salary_text": values.text(card.get("salary_text")),
        "snippet": values.inner(card.get("snippet")),
    }


def _employer(shown: Any) -> str | None:
    """The employer's name without the rating that the card may append to it."""
    line = values.text(shown)
    return re.sub(r"\s+\d\.\d\s*★?$", "", line) if line else None


def _listing_id(link: Any) -> str | None:
    match = _LISTING_ID.search(link) if isinstance(link, str) else None
    return match.group(1) if match else None
