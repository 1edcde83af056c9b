"""Recruitee's Careers Site API: all offers of one employer in one answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jobmatch_dagster.boards import values
from jobmatch_dagster.boards.board import Board, Extracted, Posting, Request
from jobmatch_dagster.boards.listing import organisation, read_list
from jobmatch_dagster.boards.payload import dicts, dig
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.settings import Settings


class Recruitee(Board):
    """``https://{organisation}.recruitee.com/api/offers/``, as Recruitee documents it."""

    name = "recruitee"
    organisations = True

    def base_url(self, settings: Settings, search: Search | None = None) -> str:
        base = settings.board_url(self.name)
        return base.replace("{organisation}", organisation(self, search)) if search else base

    def first_request(self, search: Search) -> Request:
        return Request("/api/offers/")

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        return read_list(body, lambda document: dig(document, "offers"), _posting)


def _posting(offer: dict[str, Any]) -> Posting | None:
    if offer.get("status") not in (None, "published"):
        return None
    arrangements = {"remote": offer.get("remote"), "hybrid": offer.get("hybrid"), "onsite": offer.get("on_site")}
    stated = [name for name, is_so in arrangements.items() if is_so is True]
    parts = [values.markup(offer.get("description")), values.markup(offer.get("requirements"))]
    places = [_place(place) for place in dicts(offer.get("locations"))]
    pay = offer.get("salary") or {}
    row: Posting = {
        "external_id": values.text(offer.get("id")),
        "url": values.link(offer.get("careers_url")),
        "title": values.text(offer.get("title")),
        "company": values.text(offer.get("company_name")),
        "location": "; ".join(values.texts(places) or []) or values.text(offer.get("location")),
        "posted_text": values.text(offer.get("published_at")),
        "posted_on": values.day(offer.get("published_at")),
        "employment_type": values.lookup("employment_type", offer.get("employment_type_code")),
        "seniority": values.text(offer.get("experience_code")),
        "remote": stated[0] if len(stated) == 1 else None,
        "description_html": "\n".join(part for part in parts if part) or None,
        "apply_url": values.link(offer.get("careers_apply_url")),
        "valid_until": values.day(offer.get("close_at")),
    }
    return row | values.pay(pay.get("min"), pay.get("max"), pay.get("currency"), pay.get("period"))


def _place(place: dict[str, Any]) -> str | None:
    parts = values.texts([place.get("city") or place.get("name"), place.get("state"), place.get("country")])
    return ", ".join(parts or []) or None
