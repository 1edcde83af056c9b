"""USAJobs' search API, with a key: the postings of the United States government."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jobmatch_dagster.boards import asking, values
from jobmatch_dagster.boards.board import Credentials, Extracted, PagedBoard, Paging, Posting, Request, Unconfigured
from jobmatch_dagster.boards.listing import read_list
from jobmatch_dagster.boards.payload import dicts, dig, loads
from jobmatch_dagster.boards.search import Search
from jobmatch_dagster.settings import Settings

# Codes of the API's code list "remunerationrateintervalcodes" that name a period of time.
_PERIODS = {"PA": "year", "PH": "hour", "PD": "day", "PM": "month", "BW": None, "WC": None, "FB": None, "PW": None}


class UsaJobs(PagedBoard):
    """``/api/search``, as USAJobs documents it."""

    name = "usajobs"
    page_size = 250
    same_site = ("usajobs.gov",)

    def credentials(self, settings: Settings) -> Credentials:
        if settings.usajobs_api_key is None or not settings.usajobs_email:
            raise Unconfigured(
                "usajobs", "needs a key", "Set USAJOBS_API_KEY and USAJOBS_EMAIL; USAJobs gives them to developers."
            )
        key = settings.usajobs_api_key.get_secret_value()
        return Credentials(headers={"Authorization-Key": key, "User-Agent": settings.usajobs_email})

    def page(self, search: Search, state: Paging) -> Request:
        return Request(
            asking.query(
                "/api/search",
                Keyword=search.keywords,
                LocationName=search.place,
                Radius=asking.miles(search.radius_km),
                DatePosted=search.max_age_days and min(search.max_age_days, 60),
                RemoteIndicator="True" if search.remote == "remote" else None,
                ResultsPerPage=self.page_size,
                Page=state.number + 1,
                Fields="Full",
            )
        )

    def read_search(self, body: str, url: str | None, fetched_at: datetime | None) -> Extracted:
        page = read_list(body, lambda document: dig(document, "SearchResult", "SearchResultItems"), _posting)
        page.total = values.count(dig(loads(body), "SearchResult", "SearchResultCountAll"))
        return page


def _posting(item: dict[str, Any]) -> Posting:
    job = item["MatchedObjectDescriptor"]
    details = dig(job, "UserArea", "Details") or {}
    remote = details.get("RemoteIndicator")
    schedule = values.texts(s.get("Name") for s in dicts(job.get("PositionSchedule")))
    row: Posting = {
        "external_id": values.text(item.get("MatchedObjectId")),
        "url": values.link(job.get("PositionURI")),
        "title": values.text(job.get("PositionTitle")),
        "company": values.text(job.get("OrganizationName")) or values.text(job.get("DepartmentName")),
        "location": _location(job),
        "posted_text": values.text(job.get("PublicationStartDate")),
        "posted_on": values.day(job.get("PublicationStartDate")),
        "employment_type": values.only(schedule, "employment_type"),
        "remote": "remote" if remote is True or str(remote).lower() == "true" else None,
        "description_html": _description(job, details),
        "apply_url": values.link(next(iter(job.get("ApplyURI") or []), None)),
        "valid_until": values.day(job.get("ApplicationCloseDate")),
        "benefits": values.texts([details.get("Benefits")]),
    }
    pay = next(iter(dicts(job.get("PositionRemuneration"))), {})
    code = pay.get("RateIntervalCode")
    period = _PERIODS.get(str(code)) or pay.get("Description") or code
    return row | values.pay(pay.get("MinimumRange"), pay.get("MaximumRange"), "USD", period)


def _location(job: dict[str, Any]) -> str | None:
    places = values.texts(place.get("LocationName") for place in dicts(job.get("PositionLocation")))
    return "; ".join(places or []) or values.text(job.get("PositionLocationDisplay"))


def _description(job: dict[str, Any], details: dict[str, Any]) -> str | None:
    """Summary, duties and qualifications under headings, as the posting's page shows them."""
    duties = details.get("MajorDuties")
    sections = [
        ("Summary", details.get("JobSummary")),
        ("Duties", "\n".join(duties) if isinstance(duties, list) else duties),
        ("Qualifications", job.get("QualificationSummary")),
        ("Education", details.get("Education")),
        ("Requirements", details.get("Requirements")),
    ]
    shown = [(heading, markup) for heading, said in sections if (markup := values.markup(said))]
    return "\n".join(f"<h3>{heading}</h3>\n<p>{markup}</p>" for heading, markup in shown) or None
