"""Adzuna's search API, with a key. Its text is an excerpt; predicted salaries are Adzuna's guess and are not taken."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jobmatch_dagster.boards import asking, values
from jobmatch_dagster.boards.board import Credentials, Extracted, PagedBoard, Paging, Posting, Request, Unconfigured
from jobmatch_dagster.boards.listing import first_segment, read_list
from jobmatch_dagster.boards.payload import dig, loads
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.settings import Settings

# The countries that the API has, with the currency in which it states yearly pay.
_CURRENCIES = {
    "at": "EUR",
    "au": "AUD",
    "be": "EUR",
    "br": "BRL",
    "ca": "CAD",
    "ch": "CHF",
    "de": "EUR",
    "es": "EUR",
    "fr": "EUR",
    "gb": "GBP",
    "in": "INR",
    "it": "EUR",
    "mx": "MXN",
    "nl": "EUR",
    "nz": "NZD",
    "pl": "PLN",
    "sg": "SGD",
    "us": "USD",
    "za": "ZAR",
}
_FLAGS = {"full_time": "full_time", "part_time": "part_time", "contract": "contract"}


class Adzuna(PagedBoard):
    """``/v1/api/jobs/{country}/search/{page}``, as Adzuna documents it."""

    name = "adzuna"
    page_size = 50
    same_site = ("adzuna.com",)

    def credentials(self, settings: Settings) -> Credentials:
        if not settings.adzuna_app_id or not settings.adzuna_app_key:
            raise Unconfigured(
                "adzuna", "needs a key", "Set ADZUNA_APP_ID and ADZUNA_APP_KEY; Adzuna gives them to developers."
            )
        return Credentials(
            params={"app_id": settings.adzuna_app_id, "app_key": settings.adzuna_app_key.get_secret_value()}
        )

    def page(self, search: Search, state: Paging) -> Request:
        country = search.country if search.country in _CURRENCIES else "us"
        flag = _FLAGS.get(search.employment_type or "")
        return Request(
            asking.query(
                f"/v1/api/jobs/{country}/search/{state.number + 1}",
                what=search.keywords,
                where=search.place,
                distance=search.radius_km and max(1, round(search.radius_km)),
                max_days_old=search.max_age_days,
                results_per_page=self.page_size,
                sort_by="date",
                **({flag: 1} if flag else {}),
            )
        )

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        country = first_segment(url, "jobs")
        page = read_list(body, lambda document: dig(document, "results"), lambda job: _posting(job, country))
        page.total = values.count(dig(loads(body), "count"))
        return page


def _posting(job: dict[str, Any], country: str | None) -> Posting:
    place = values.texts(reversed(dig(job, "location", "area") or []))
    country = country or str(dig(job, "location", "area", 0) or "").lower()
    row: Posting = {
        "external_id": values.text(job.get("id")),
        "url": values.link(job.get("redirect_url"), keep_query=False),
        "title": values.text(job.get("title")),
        "company": values.text(dig(job, "company", "display_name")),
        "location": ", ".join(place or []) or values.text(dig(job, "location", "display_name")),
        "posted_text": values.text(job.get("created")),
        "posted_on": values.day(job.get("created")),
        "employment_type": "contract"
        if job.get("contract_type") == "contract"
        else values.lookup("employment_type", job.get("contract_time")),
        "apply_url": values.link(job.get("redirect_url")),
        "snippet": values.text(job.get("description")),
    }
    if str(job.get("salary_is_predicted")) != "0":
        return row
    return row | values.pay(job.get("salary_min"), job.get("salary_max"), _CURRENCIES.get(country), "year")
