"""Glassdoor: thirty cards a page, full records in the chunks that the page streams to itself, cursors for paging."""

from __future__ import annotations

import base64
import json
from typing import Any

from markupsafe import Markup

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

PAGE_SIZE = 30
CHUNK = 3000  # characters of one streamed chunk
PAY_PERIODS = {"hour": "HOURLY", "month": "MONTHLY", "year": "ANNUAL"}


def answer(asked: Asked) -> Answer:
    """A page of results, a posting, or 404."""
    if asked.path == "/Job/jobs.htm":
        return _search(asked)
    if asked.path.startswith("/job-listing/"):
        posting = questions.by_id("glassdoor", asked.day).get(asked.query.get("jl", ""))
        return _detail(asked, posting) if posting else NOT_FOUND
    return NOT_FOUND


def _link(posting: DemoPosting, asked: Asked) -> str:
    title, company = slug(posting.title), slug(posting.company)
    parts = f"KO0,{len(title)}_KE{len(title) + 1},{len(title) + 1 + len(company)}"
    return f"{asked.base}/job-listing/{title}-{company}-JV_IC1_{parts}.htm?jl={posting.external_id}"


def _age(posting: DemoPosting, asked: Asked) -> str:
    days = age_in_days(posting, asked.day)
    return "24h" if days == 0 else f"{days}d"


def _view(posting: DemoPosting, asked: Asked) -> dict[str, Any]:
    header: dict[str, Any] = {
        "ageInDays": age_in_days(posting, asked.day),
        "easyApply": False,
        "employer": {
            "id": 1,
            "name": f"{posting.job.company} {posting.job.company_suffix}",
            "shortName": posting.job.company,
        },
        "employerNameFromSearch": posting.company,
        "expired": False,
        "jobLink": f"/partner/jobListing.htm?pos=101&jobListingId={posting.external_id}",
        "jobTitleText": posting.title,
        "locationName": posting.location,
        "locationType": "C",
        "payCurrency": None,
        "payPeriod": None,
        "payPeriodAdjustedPay": None,
        "salarySource": None,
        "seoJobLink": _link(posting, asked),
    }
    salary = posting.board_salary
    if salary and salary.low is not None and salary.high is not None:
        header |= {
            "payCurrency": salary.currency,
            "payPeriod": PAY_PERIODS[salary.period],
            "payPeriodAdjustedPay": {"p10": salary.low, "p50": (salary.low + salary.high) / 2, "p90": salary.high},
            "salarySource": "EMPLOYER_PROVIDED",
        }
    job = {"descriptionFragmentsText": None, "jobTitleText": posting.title, "listingId": int(posting.external_id)}
    return {"jobview": {"header": header, "job": job, "overview": {"shortName": posting.job.company}}}


def _chunks(text: str) -> list[Markup]:
    """The page's data as Next.js streams it: strings of JSON, cut anywhere."""
    parts = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    return [script_json([1, part]) for part in parts]


def _search(asked: Asked) -> Answer:
    number = max(1, asked.number("p", 1))
    age = asked.number("fromAge") or None
    listed = questions.found(
        "glassdoor", asked.day, asked.query.get("sc.keyword", ""), asked.query.get("locKeyword", ""), age
    )
    shown = listed[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    pages = -(-len(listed) // PAGE_SIZE)
    cursors = [
        {"cursor": base64.b64encode(f"demo-{page}".encode()).decode(), "pageNumber": page}
        for page in range(2, pages + 1)
    ]
    data = {
        "searchResultsData": {
            "jobListings": {
                "jobListings": [_view(posting, asked) for posting in shown],
                "paginationCursors": cursors,
                "totalJobsCount": len(listed),
            }
        }
    }
    text = 'b:["$","$L1",null,' + json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "]\n"
    cards = [{"posting": p, "link": _link(p, asked), "age": _age(p, asked)} for p in shown]
    return Answer(render("glassdoor_search.html", cards=cards, chunks=_chunks(text), total=len(listed)))


def _detail(asked: Asked, posting: DemoPosting) -> Answer:
    url = _link(posting, asked)
    page = render(
        "glassdoor_detail.html",
        posting=posting,
        url=url,
        linked_data=script_json(job_posting_ld(posting, url)),
        description=Markup(posting.description_html),
    )
    return Answer(page)
