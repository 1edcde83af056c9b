"""ZipRecruiter in both generations of its pages.

Up to February 2026 all records are in ``<script id="js_variables">``; since March 2026 the cards are in the page,
each twice (wide and narrow screen), with their addresses in a JSON-LD ItemList.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jobmatch_dagster.boards import asking, css, jsonld, values
from jobmatch_dagster.boards.board import Extracted, PagedBoard, Paging, Posting, Request, each
from jobmatch_dagster.boards.merge import fill, readings
from jobmatch_dagster.boards.payload import dicts, dig, loads
from jobmatch_dagster.boards.search import Search

_SITE = "https://www.ziprecruiter.com"
_SCRIPT = re.compile(r"<script\b[^>]*\bid=[\"']js_variables[\"'][^>]*>(.*?)</script", re.DOTALL)
_RADII, _AGES = [5, 10, 25, 50, 100, 5000], [1, 5, 10, 30]
_CARD_PREFIX = "job-card-"
_REMOTE_ONLY = {"remote": "only_remote", "hybrid": "only_hybrid", "onsite": "no_remote"}
_TYPES = {
    "full_time": "employment_type:full_time",
    "part_time": "employment_type:part_time",
    "contract": "employment_type:contract",
    "temporary": "employment_type:temporary",
}
# The page's numbers, as far as pages that show the words beside them prove them. Others stay unknown.
_EMPLOYMENT = {1: "full_time", 2: "part_time"}
_ARRANGEMENT = {2: "remote"}
_CURRENCY = {5: "USD"}
_PERIOD_BY_RATIO = {1: "year", 12: "month", 52: "week", 260: "day", 2080: "hour"}
_PERIOD = {1: "hour", 4: "month", 5: "year"}


class ZipRecruiter(PagedBoard):
    """ZipRecruiter's public search (United States and Canada)."""

    name = "ziprecruiter"
    details = True
    page_size = 20
    same_site = ("ziprecruiter.com",)

    def leads_on(self, page: Extracted, state: Paging) -> bool:
        """By the number of its last page, where it says it."""
        return state.number < page.next if isinstance(page.next, int) else super().leads_on(page, state)

    def page(self, search: Search, state: Paging) -> Request:
        return Request(
            asking.query(
                "/jobs-search",
                search=search.keywords,
                location=search.place,
                radius=asking.step(asking.miles(search.radius_km), _RADII),
                days=asking.step_or_all(search.max_age_days, _AGES),
                refine_by_location_type=search.remote and _REMOTE_ONLY[search.remote],
                refine_by_employment=search.employment_type and _TYPES.get(search.employment_type),
                page=state.number + 1,
            )
        )

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        site = values.site_of(url, _SITE)
        script = _SCRIPT.search(body)
        model = loads(script.group(1)) if script else None
        listed, rejected = each(
            dicts(dig(model, "hydrateJobCardsResponse", "jobCards")), "record", lambda r: _record(r, site)
        )
        opened, bad = each([d for d in [_opened(model)] if d], "open record", lambda r: _record(r, site))
        cards = _cards_once(css.cards(self.name, "search", body))
        links = _item_links(body, site, cards)
        shown, worse = each(cards, "card", lambda card: _card(card, site, links, fetched_at))
        postings, warnings, nameless = readings({"records": listed, "cards": shown}, both_expected=False)
        full = {row["external_id"]: row for row in opened}
        postings = [fill(row, full.get(row["external_id"], {})) for row in postings]
        around = (css.cards(self.name, "page", body) or [{}])[0]
        total = values.count(dig(model, "totalJobCount"))
        total = total if total is not None else values.count(around.get("count"))
        changed = None
        if not postings and model is None and total is None:
            changed = "neither cards nor script data on the page"
        return Extracted(
            postings,
            total=total,
            next=values.count(dig(model, "maxPages")),
            warnings=warnings,
            rejected=[*rejected, *bad, *worse, *nameless],
            changed=changed,
        )

    def read_detail(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        fields = (css.cards(self.name, "detail", body) or [{}])[0]
        link = values.link(fields.get("canonical") or url)
        site = values.site_of(link, _SITE)
        script = _SCRIPT.search(body)
        model = _opened(loads(script.group(1))) if script else None
        rows, rejected = each([model] if model else [], "record", lambda r: _record(r, site))
        shown: Posting = {
            "title": values.text(fields.get("title")),
            "company": values.text(fields.get("company")),
            "location": values.text(fields.get("location")),
            "description_html": values.inner(fields.get("description")),
        }
        row = fill(*rows, *jsonld.job_postings(body, link)[:1], shown)
        card = (fields.get("card_id") or "").removeprefix(_CARD_PREFIX)
        row["external_id"] = row.get("external_id") or _key_in(url) or card or _key_in(link) or row.get("identifier")
        row["url"] = row.get("url") or link
        if not row.get("title") or not row.get("description_html"):
            return Extracted(rejected=rejected, changed="no posting on the page")
        return Extracted([row] if row["external_id"] else [], rejected=rejected)


def _opened(model: Any) -> dict[str, Any] | None:
    """The record of the posting that a page shows in full, if any."""
    found = dig(model, "getJobDetailsResponse", "jobDetails")
    return found if isinstance(found, dict) and found.get("listingKey") else None


def _record(record: dict[str, Any], site: str) -> Posting:
    pay = record.get("pay") or {}
    posted = dig(record, "status", "postedAtUtc")
    types = [t.get("name") for t in dicts(record.get("employmentTypes"))]
    row: Posting = {
        "external_id": values.text(record.get("listingKey")),
        "url": values.link(record.get("rawCanonicalZipJobPageUrl"), site),
        "title": values.text(record.get("title")),
        "company": values.text(dig(record, "company", "name")),
        "company_url": values.link(record.get("companyUrl"), site, keep_query=False),
        "location": values.text(dig(record, "location", "displayName")),
        "posted_text": values.text(posted),
        "posted_on": values.day(posted),
        "employment_type": _coded(types[0], _EMPLOYMENT, "employment_type") if len(types) == 1 else None,
        "remote": _arrangement(record),
        "description_html": values.markup(record.get("htmlFullDescription")),
        "apply_url": values.link(dig(record, "applyButtonConfig", "externalApplyUrl")),
        "snippet": values.text(record.get("shortDescription")),
    }
    return row | _pay(pay)


def _pay(pay: dict[str, Any]) -> Posting:
    """The pay, if the page shows it; what it holds but does not show ("visible") is ZipRecruiter's own guess."""
    stated = values.pay(pay.get("min"), pay.get("max"), _coded(pay.get("currency"), _CURRENCY, None), _period(pay))
    if not stated or "metadata" not in pay or dig(pay, "metadata", "visible"):
        return stated
    ends = [f"{value:g}" for value in (stated["salary_min"], stated["salary_max"]) if value]
    return {"salary_estimate": " - ".join(ends) + f" {stated['salary_currency'] or ''} a {stated['salary_period']}"}


def _arrangement(record: dict[str, Any]) -> str | None:
    kinds = [_coded(t.get("name"), _ARRANGEMENT, "remote") for t in dicts(record.get("locationTypes"))]
    return kinds[0] if len(kinds) == 1 else None


def _coded(code: Any, numbers: dict[int, str], words: str | None) -> str | None:
    """A value that pages write as a number or, in other builds, as a name such as EMPLOYMENT_TYPE_NAME_FULL_TIME."""
    if isinstance(code, int):
        return numbers.get(code)
    if not isinstance(code, str):
        return None
    bare = re.sub(r"^(EMPLOYMENT_TYPE_NAME|LOCATION_TYPE_NAME|PAY_INTERVAL|PAY_CURRENCY|CURRENCY)_", "", code)
    return values.lookup(words, bare) if words else values.currency(bare)


def _period(pay: dict[str, Any]) -> str | None:
    """The pay period: what the yearly figure beside it proves, or else the page's code."""
    for plain, yearly in (("max", "maxAnnual"), ("min", "minAnnual")):
        amount, annual = values.number(pay.get(plain)), values.number(pay.get(yearly))
        if amount and annual:
            ratio = annual / amount
            return next((p for factor, p in _PERIOD_BY_RATIO.items() if abs(ratio / factor - 1) < 0.01), None)
    return _coded(pay.get("interval"), _PERIOD, "period")


def _cards_once(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each card once: the page holds one for wide and one for narrow screens, and each may lack what the other has."""
    once: dict[str, dict[str, Any]] = {}
    for card in cards:
        key = card.get("id", "")
        once[key] = fill(once[key], card) if key in once else card
    return list(once.values())


def _card(card: dict[str, Any], site: str, links: dict[str, str], fetched_at: datetime | None) -> Posting:
    key = (card.get("id") or "").removeprefix(_CARD_PREFIX)
    company = values.text(card.get("company"))
    lines = [line for entry in card.get("lines") or [] if (line := values.text(entry.get("line")))]
    own_link = values.link(card.get("link"), site)
    location = values.text(card.get("location"))
    shown = next((line for line in lines if re.search(r"\b(ago|today|yesterday|posted|new)\b", line, re.I)), None)
    words = [part for line in lines for part in re.split(r"\s*[·•|]\s*", line)]
    return {
        "external_id": key or None,
        "url": own_link or links.get(card.get("id", "")),
        "title": _title(card),
        "company": company,
        "company_url": values.link(card.get("company_url"), site, keep_query=False),
        "location": location,
        "posted_text": shown,
        "posted_on": values.day_of_age(shown, fetched_at),
        "salary_text": next((line for line in lines if _is_pay(line)), None),
        "employment_type": values.only(words, "employment_type"),
        "remote": values.only([word for word in words if word != location], "remote"),
    }


def _is_pay(line: str) -> bool:
    return bool(re.search(r"(?:[$€£]|\b(?:USD|CAD)\b)\s*\d", line)) and len(line) < 80


def _item_links(body: str, site: str, cards: list[dict[str, Any]]) -> dict[str, str]:
    """The address of each card, by its id, from the JSON-LD ItemList beside the cards.

    An address need not hold the listing's key, so cards and items are matched by title; of several with one title the
    first card is the first item, provided that there are as many of both.
    """
    items: dict[str, list[str]] = {}
    for document in jsonld.documents(body):
        for listing in jsonld.of_type(document, "ItemList"):
            for entry in dicts(listing.get("itemListElement")):
                inside = entry.get("item")
                item = inside if isinstance(inside, dict) else entry
                link = values.link(item.get("url") or entry.get("url"), site)
                if link:
                    items.setdefault(_folded(values.text(item.get("name") or entry.get("name"))), []).append(link)
    titled: dict[str, list[str]] = {}
    for card in cards:
        titled.setdefault(_folded(_title(card)), []).append(card.get("id", ""))
    return {
        key: link
        for title, keys in titled.items()
        if len(keys) == len(items.get(title, []))
        for key, link in zip(keys, items[title], strict=True)
    }


def _title(card: dict[str, Any]) -> str | None:
    return values.text(card.get("aria_title") or card.get("title"))


def _folded(title: str | None) -> str:
    return "".join(character for character in (title or "").casefold() if character.isalnum())


def _key_in(url: str | None) -> str | None:
    """The listing key that an address names as a parameter."""
    parts = urlsplit(url or "")
    named = parse_qs(parts.query)
    for name in ("lk", "lvk", "jid"):
        if named.get(name):
            return named[name][0]
    return None
