"""Workday careers sites: the public JSON that each employer's own site reads. Twenty postings to a page, text apart."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from jobmatch_dagster.boards import values
from jobmatch_dagster.boards.board import Extracted, PagedBoard, Paging, Posting, Request
from jobmatch_dagster.boards.listing import read_list
from jobmatch_dagster.boards.payload import dig, loads
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings

_ADDRESS = re.compile(r"(?:https?://)?([\w-]+)\.([\w-]+)\.myworkdayjobs\.com/(?:[a-z]{2}-[A-Z]{2}/)?([\w-]+)/?")
_SHORT = re.compile(r"([\w-]+)/([\w-]+)/([\w-]+)")


class Workday(PagedBoard):
    """``POST /wday/cxs/{tenant}/{site}/jobs`` and the posting's own JSON. Organisation: the careers site's address."""

    name = "workday"
    organisations = True
    details = True
    page_size = 20
    most = 2000

    def base_url(self, settings: Settings, search: Search | None = None) -> str:
        base = settings.board_url(self.name)
        if search is None:
            return base
        tenant, instance, _ = self._site(search)
        return base.replace("{tenant}", tenant).replace("{instance}", instance)

    def _site(self, search: Search) -> tuple[str, str, str]:
        given = (search.organisation or "").strip()
        match = _ADDRESS.fullmatch(given) or _SHORT.fullmatch(given)
        if match is None:
            raise JobmatchError(
                f"The workday search «{search.label()}»",
                "names no careers site",
                "Give https://<tenant>.<instance>.myworkdayjobs.com/<site>, or <tenant>/<instance>/<site>.",
            )
        return match.group(1), match.group(2), match.group(3)

    def leads_on(self, page: Extracted, state: Paging) -> bool:
        """Later pages say a total of 0, so a full page is what leads on."""
        return len(page.postings) >= self.page_size

    def page(self, search: Search, state: Paging) -> Request:
        tenant, _, site = self._site(search)
        asked = {"limit": self.page_size, "offset": state.received, "searchText": search.keywords or ""}
        return Request.post(f"/wday/cxs/{tenant}/{site}/jobs", asked | {"appliedFacets": {}})

    def detail_request(self, posting: Posting) -> Request | None:
        """The posting's JSON stands beside its page: …/{site}/job/… ↔ /wday/cxs/{tenant}/{site}/job/…."""
        parts = urlsplit(posting["url"] or "")
        tenant, _, tail = posting["external_id"].partition("/")
        if not parts.path or not tail:
            return None
        return Request(f"/wday/cxs/{tenant}{parts.path}", "detail", referrer=posting["external_id"])

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        tenant, site = _tenant_and_site(url)
        prefix = f"{values.site_of(url, '')}/{site}" if site else None
        page = read_list(
            body, lambda document: dig(document, "jobPostings"), lambda job: _listed(job, tenant, prefix, fetched_at)
        )
        page.total = values.count(dig(loads(body), "total")) or None
        return page

    def read_detail(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        document = loads(body)
        info = dig(document, "jobPostingInfo")
        if not isinstance(info, dict):
            return Extracted(changed="not the JSON of a posting")
        tenant, _ = _tenant_and_site(url)
        tenant = tenant or (urlsplit(str(info.get("externalUrl"))).hostname or "").split(".")[0] or None
        places = values.texts([info.get("location"), *(info.get("additionalLocations") or [])])
        shown = values.text(info.get("postedOn"))
        row: Posting = {
            "external_id": _key(tenant, info.get("jobPostingId")),
            "url": values.link(info.get("externalUrl")),
            "title": values.text(info.get("title")),
            "company": values.text(dig(document, "hiringOrganization", "name")),
            "location": "; ".join(places or []) or None,
            "posted_text": shown,
            "posted_on": values.day(info.get("startDate")) or values.day_of_age(shown, fetched_at),
            "employment_type": values.lookup("employment_type", info.get("timeType")),
            "remote": values.lookup("remote", info.get("remoteType")),
            "description_html": values.markup(info.get("jobDescription")),
            "valid_until": values.day(info.get("endDate")),
        }
        return Extracted([row]) if row["external_id"] else Extracted(rejected=[("page", "has no id")])


def _listed(job: dict[str, Any], tenant: str | None, prefix: str | None, fetched_at: datetime | None) -> Posting:
    path = job.get("externalPath")
    shown = values.text(job.get("postedOn"))
    place = values.text(job.get("locationsText"))
    return {
        "external_id": _key(tenant, (path or "").rpartition("/")[2]),
        "url": values.link(prefix + path) if prefix and path else None,
        "title": values.text(job.get("title")),
        # "3 Locations" names none of them; the posting's own page does.
        "location": None if place and re.fullmatch(r"\d+ Locations", place) else place,
        "posted_text": shown,
        "posted_on": values.day_of_age(shown, fetched_at),
        "remote": values.lookup("remote", job.get("remoteType")),
        "employment_type": values.lookup("employment_type", job.get("timeType")),
    }


def _key(tenant: str | None, posting_id: Any) -> str | None:
    """``tenant/requisition``: requisition numbers repeat between employers, and end the posting's address."""
    number = str(posting_id or "").rpartition("_")[2]
    if not number:
        return None
    return f"{tenant}/{number}" if tenant else number


def _tenant_and_site(url: str | None) -> tuple[str | None, str | None]:
    parts = urlsplit(url or "").path.split("/")
    return (parts[3], parts[4]) if parts[1:3] == ["wday", "cxs"] and len(parts) > 4 else (None, None)
