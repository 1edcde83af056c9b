"""ZipRecruiter in both generations: script data with terse number codes (February 2026), doubled cards (March 2026).

Which one a request meets: its ``generation`` parameter (1 or 2) or else the day, as on the real site. So what is filled
in its postings is usual from day to day.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from markupsafe import Markup

from jobmatch_dagster.demo.pay import PERIODS_A_YEAR
from jobmatch_dagster.demo.site import questions
from jobmatch_dagster.demo.site.pages import (
    NOT_FOUND,
    Answer,
    Asked,
    age_in_days,
    job_posting_ld,
    render,
    script_json,
)
from jobmatch_dagster.demo.slugs import slug
from jobmatch_dagster.demo.world import DemoPosting

PAGE_SIZE = 20
CARDS_SINCE = date(2026, 3, 1)
EMPLOYMENT_CODES = {"full_time": 1, "part_time": 2}
REMOTE_CODE, HYBRID_CODE, ON_SITE_CODE = 2, 3, 4
US_DOLLAR, PAY_INTERVALS = 5, {"hour": 1, "week": 3, "month": 4, "year": 5}


def answer(asked: Asked) -> Answer:
    """A page of results, a posting, or 404."""
    if asked.path == "/jobs-search":
        return _search(asked)
    if asked.path.startswith("/c/"):
        posting = questions.by_id("ziprecruiter", asked.day).get(asked.query.get("lk", ""))
        return _detail(asked, posting) if posting else NOT_FOUND
    return NOT_FOUND


def _generation(asked: Asked) -> int:
    return asked.number("generation") or (1 if asked.day < CARDS_SINCE else 2)


def _path(posting: DemoPosting) -> str:
    return f"/c/{slug(posting.company)}/Job/{slug(posting.title)}/-in-{slug(posting.location)}?lk={posting.external_id}"


def _record(posting: DemoPosting) -> dict[str, Any]:
    job, salary = posting.job, posting.board_salary
    stated = {"sourceType": 1, "visible": True}
    workplace = {"remote": REMOTE_CODE, "hybrid": HYBRID_CODE}.get(job.remote or "", ON_SITE_CODE)
    record: dict[str, Any] = {
        "listingKey": posting.external_id,
        "title": posting.title,
        "status": {"isActive": True, "postedAtUtc": f"{posting.posted_on.isoformat()}T06:00:00Z"},
        "employmentTypes": [{"metadata": stated, "name": EMPLOYMENT_CODES.get(job.employment_type, 6)}],
        "locationTypes": [{"metadata": stated, "name": workplace}],
        "company": {"id": slug(job.company), "name": posting.company, "canonicalDisplayName": job.company.lower()},
        "shortDescription": " ".join(job.sections[0].items)[:180],
        "location": {
            "country": "United States",
            "countryCode": job.country,
            "displayName": posting.location,
            "granularityType": 1 if job.city is None else 3,
        },
        "companyUrl": f"/co/{slug(job.company)}/Jobs",
        "applyButtonConfig": {"listingKey": posting.external_id, "externalApplyUrl": posting.apply_url},
        "rawCanonicalZipJobPageUrl": _path(posting),
    }
    if salary:
        pay: dict[str, Any] = {"metadata": stated, "interval": PAY_INTERVALS[salary.period], "currency": US_DOLLAR}
        for name, end in (("min", salary.low), ("max", salary.high)):
            if end is not None:
                pay |= {name: end, f"{name}Annual": end * PERIODS_A_YEAR[salary.period]}
        record["pay"] = pay
    return record


def _opened(posting: DemoPosting) -> dict[str, Any]:
    return {"jobDetails": _record(posting) | {"htmlFullDescription": posting.description_html}}


def _age(posting: DemoPosting, asked: Asked) -> str:
    days = age_in_days(posting, asked.day)
    return "Posted today" if days == 0 else f"Posted {days} day{'s' if days > 1 else ''} ago"


def _search(asked: Asked) -> Answer:
    number = max(1, asked.number("page", 1))
    age = asked.number("days") or None
    listed = questions.found(
        "ziprecruiter", asked.day, asked.query.get("search", ""), asked.query.get("location", ""), age
    )
    shown = listed[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    pages = -(-len(listed) // PAGE_SIZE)
    if _generation(asked) == 1:
        variables = {
            "countryCode": "US",
            "hydrateJobCardsResponse": {"jobCards": [_record(posting) for posting in shown]},
            "getJobDetailsResponse": _opened(shown[0]) if shown else None,
            "isLoggedIn": False,
            "maxPages": pages,
            "page": number,
            "totalJobCount": len(listed),
        }
        return Answer(render("ziprecruiter_search_2026_02.html", variables=script_json(variables), total=len(listed)))
    items = [
        {"@type": "ListItem", "position": place, "name": posting.title, "url": asked.base + _path(posting)}
        for place, posting in enumerate(shown, 1)
    ]
    linked = {"@context": "https://schema.org", "@type": "ItemList", "itemListElement": items}
    cards = [{"posting": posting, "path": _path(posting), "age": _age(posting, asked)} for posting in shown]
    page = render(
        "ziprecruiter_search_2026_03.html",
        cards=cards,
        linked_data=script_json(linked),
        total=len(listed),
        following=number + 1 if number < pages else None,
    )
    return Answer(page)


def _detail(asked: Asked, posting: DemoPosting) -> Answer:
    url = asked.base + _path(posting)
    first = _generation(asked) == 1
    page = render(
        "ziprecruiter_detail.html",
        posting=posting,
        url=url,
        variables=script_json({"getJobDetailsResponse": _opened(posting)}) if first else None,
        linked_data=None if first else script_json(job_posting_ld(posting, url)),
        description=Markup(posting.description_html),
    )
    return Answer(page)
