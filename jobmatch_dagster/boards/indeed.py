"""Indeed: cards, the data of its result list, and its posting pages.

The list's data (``mosaic-provider-jobcards``) is richer than the cards; posting pages hold the same twice again, as
the page's own state and as JSON-LD.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jobmatch_dagster.boards import asking, css, jsonld, values
from jobmatch_dagster.boards.board import Extracted, PagedBoard, Paging, Posting, Request, each
from jobmatch_dagster.boards.merge import fill, readings
from jobmatch_dagster.boards.payload import after, dicts, dig
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.settings import BOARD_URLS, Settings

_LIST_MARKER = 'mosaic.providerData["mosaic-provider-jobcards"]'
_STATE_MARKER = "window._initialData"
_SITE = BOARD_URLS["indeed"]
_AGES, _RADII = [1, 3, 7, 14], [5, 10, 15, 25, 35, 50, 100]
_STEP = 10
_TYPES = {
    "full_time": "fulltime",
    "part_time": "parttime",
    "contract": "contract",
    "temporary": "temporary",
    "internship": "internship",
}


class Indeed(PagedBoard):
    """Indeed's national sites."""

    name = "indeed"
    details = True
    page_size = 15
    most = 1000
    counts = False
    same_site = ("indeed.com",)

    def base_url(self, settings: Settings, search: Search | None = None) -> str:
        """The national site of the search's country; a base URL from the settings is taken as it is."""
        base = settings.board_url(self.name)
        country = (search.country if search else None) or ""
        if base != _SITE or country in ("", "us"):
            return base
        return f"https://{'uk' if country == 'gb' else country}.indeed.com"

    def leads_on(self, page: Extracted, state: Paging) -> bool:
        """By the pager: the number of jobs that the page states is a guess."""
        return page.next is not False

    def shows_no_more(self, state: Paging) -> bool:
        return state.number * _STEP > self.most

    def page(self, search: Search, state: Paging) -> Request:
        return Request(
            asking.query(
                "/jobs",
                q=search.keywords,
                l=search.place,
                radius=asking.step(asking.miles(search.radius_km), _RADII),
                fromage=asking.step_or_all(search.max_age_days, _AGES),
                jt=search.employment_type and _TYPES.get(search.employment_type),
                sort="date",
                start=state.number * _STEP or None,
            )
        )

    def detail_request(self, posting: Posting) -> Request | None:
        key = posting["external_id"]
        return Request(f"/viewjob?jk={key}", "detail", referrer=key)

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        site = values.site_of(url, _SITE)
        data = dig(after(body, _LIST_MARKER), "metaData", "mosaicProviderJobCardsModel")
        listed, rejected = each(dicts(dig(data, "results")), "record", lambda r: _record(r, site, fetched_at))
        cards = css.cards(self.name, "search", body)
        if any(card.get("own_id") for card in cards):
            # In older pages the id is on a link around the card, which is then found twice.
            cards = [card for card in cards if card.get("own_id") or card.get("id")]
        shown, bad = each(cards, "card", lambda c: _card(c, site, fetched_at))
        postings, warnings, nameless = readings({"records": listed, "cards": shown})
        around = (css.cards(self.name, "page", body) or [{}])[0]
        changed = None
        if not postings and not around.get("none") and dig(data, "results") is None:
            changed = "neither cards nor list data on the page"
        return Extracted(
            postings,
            total=values.count(around.get("count")),
            # The pager is on each page but the last; a page without any pager says nothing.
            next=True if around.get("next") else (False if "pagination-page-current" in body else None),
            warnings=warnings,
            rejected=[*rejected, *bad, *nameless],
            changed=changed,
        )

    def read_detail(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        state = after(body, _STATE_MARKER)
        fields = (css.cards(self.name, "detail", body) or [{}])[0]
        site = values.site_of(url or fields.get("canonical"), _SITE)
        embedded = jsonld.job_postings(body, url)
        rows, rejected = each([state or {}], "page", lambda s: _state(s, site, fetched_at))
        row = fill(rows[0] if rows else {}, *embedded[:1], _detail_fields(fields, site))
        row["external_id"] = row.get("external_id") or _key_in(fields.get("canonical")) or _key_in(url)
        if not row.get("title"):
            return Extracted(rejected=rejected, changed="no posting on the page")
        if not row["external_id"]:
            return Extracted(rejected=[*rejected, ("page", "has no id")])
        row["url"] = f"{site}/viewjob?jk={row['external_id']}"
        return Extracted([row], rejected=rejected)


def _record(record: dict[str, Any], site: str, fetched_at: datetime | None) -> Posting:
    key = values.text(record.get("jobkey"))
    shown = values.text(record.get("formattedRelativeTime"))
    pay = record.get("extractedSalary") or {}
    groups = {group.get("label"): group for group in dicts(record.get("taxonomyAttributes"))}
    types = _labels(groups, "job-types") or record.get("jobTypes") or []
    third_party = record.get("redirectToThirdPartySite") and record.get("thirdPartyApplyUrl")
    row: Posting = {
        "external_id": key,
        "url": key and f"{site}/viewjob?jk={key}",
        "title": values.text(record.get("displayTitle") or record.get("title")),
        "company": values.text(record.get("company")),
        "company_url": values.link(record.get("companyOverviewLink"), site, keep_query=False),
        "location": values.text(record.get("formattedLocation")),
        "posted_text": shown,
        "posted_on": values.day(record.get("pubDate")) or values.day_of_age(shown, fetched_at),
        "salary_text": values.text(dig(record, "salarySnippet", "text")),
        "employment_type": values.only(types, "employment_type"),
        "remote": _remote(record) or values.only(_labels(groups, "remote"), "remote"),
        "benefits": values.texts(_labels(groups, "benefits")),
        "apply_url": values.link(third_party, site) if third_party else None,
        "snippet": values.markup(record.get("snippet")),
    }
    return row | values.pay(pay.get("min"), pay.get("max"), dig(record, "salarySnippet", "currency"), pay.get("type"))


def _labels(groups: dict[Any, dict[str, Any]], name: str) -> list[Any]:
    """The labels that a record carries in one of its groups of attributes."""
    return [attribute.get("label") for attribute in dicts(dig(groups, name, "attributes"))]


def _remote(model: dict[str, Any]) -> str | None:
    stated = dig(model, "remoteWorkModel", "type")
    if isinstance(stated, str):
        return "hybrid" if "HYBRID" in stated else "remote" if "REMOTE" in stated else None
    return "remote" if model.get("remoteLocation") is True else None


def _card(card: dict[str, Any], site: str, fetched_at: datetime | None) -> Posting:
    key = card.get("id") or card.get("own_id")
    shown = values.text(card.get("posted_text"))
    return {
        "external_id": key,
        "url": key and f"{site}/viewjob?jk={key}",
        "title": values.text(card.get("title")),
        "company": values.text(card.get("company")),
        "location": values.text(card.get("location")),
        "posted_text": shown,
        "posted_on": values.day_of_age(shown, fetched_at),
        "salary_text": values.text(card.get("salary_text")),
    }


def _state(state: dict[str, Any], site: str, fetched_at: datetime | None) -> Posting:
    info = dig(state, "jobInfoWrapperModel", "jobInfoModel") or {}
    header = info.get("jobInfoHeaderModel") or {}
    pay = state.get("salaryInfoModel") or {}
    job = dig(state, "hostQueryExecutionResult", "data", "jobData", "results", 0, "job") or {}
    shown = values.text(dig(state, "hiringInsightsModel", "age") or dig(state, "jobMetadataFooterModel", "age"))
    types = [t.get("label") for t in dicts(dig(info, "jobDescriptionSectionModel", "jobDetailsSection", "jobTypes"))]
    row: Posting = {
        "external_id": values.text(state.get("jobKey") or job.get("key")),
        "title": values.text(header.get("jobTitle") or state.get("jobTitle") or job.get("title")),
        "company": values.text(header.get("companyName") or job.get("sourceEmployerName")),
        "company_url": values.link(header.get("companyOverviewLink"), site, keep_query=False),
        "location": values.text(header.get("formattedLocation") or state.get("jobLocation")),
        "posted_text": shown,
        "salary_text": values.text(pay.get("salaryText")),
        "employment_type": values.only(types or dig(info, "jobMetadataHeaderModel", "jobType"), "employment_type"),
        "remote": _remote(header),
        "description_html": values.markup(info.get("sanitizedJobDescription"))
        or values.markup(dig(job, "description", "html")),
        "benefits": values.texts(b.get("label") for b in dicts(dig(state, "benefitsModel", "benefits"))),
        "apply_url": _outside(job.get("url"), site),
    }
    return row | values.pay(
        pay.get("salaryMin"), pay.get("salaryMax"), pay.get("salaryCurrency"), pay.get("salaryType")
    )


def _detail_fields(fields: dict[str, Any], site: str) -> Posting:
    return {
        "title": values.text(fields.get("title")),
        "company": values.text(fields.get("company")),
        "company_url": values.link(fields.get("company_url"), site, keep_query=False),
        "location": values.text(fields.get("location")),
        "salary_text": _money(fields.get("salary_text")),
        "description_html": values.inner(fields.get("description")),
    }


def _money(shown: Any) -> str | None:
    """The header's first span holds the salary or, without one, the employment type."""
    line = values.text(shown)
    return line if line and re.search(r"\d", line) else None


def _outside(url: Any, site: str) -> str | None:
    link = values.link(url)
    return None if link and (urlsplit(link).hostname or "").endswith(urlsplit(site).hostname or "indeed.com") else link


def _key_in(url: str | None) -> str | None:
    return next(iter(parse_qs(urlsplit(url or "").query).get("jk", [])), None)
