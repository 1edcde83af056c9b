"""Indeed: fifteen cards a page in steps of ten, the same records as script data, posting pages with their state."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

from markupsafe import Markup

from jobmatch_dagster.demo.dice import Dice
from jobmatch_dagster.demo.site import questions
from jobmatch_dagster.demo.site.pages import NOT_FOUND, Answer, Asked, age_in_words, job_posting_ld, render, script_json
from jobmatch_dagster.demo.world import DemoPosting

PAGE_SIZE, STEP = 15, 10
NO_AMOUNT = -1  # how Indeed says that there is no upper or lower end
PAY_TYPES = {"hour": "hourly", "week": "weekly", "month": "monthly", "year": "yearly"}
REMOTE_TYPES = {"remote": ("REMOTE_ALWAYS", "Remote"), "hybrid": ("REMOTE_HYBRID", "Hybrid work")}


def answer(asked: Asked) -> Answer:
    """A page of results, a posting, or 404."""
    if asked.path == "/jobs":
        return _search(asked)
    if asked.path == "/viewjob":
        posting = questions.by_id("indeed", asked.day).get(asked.query.get("jk", ""))
        return _detail(asked, posting) if posting else NOT_FOUND
    return NOT_FOUND


def _remote_model(posting: DemoPosting) -> dict[str, Any] | None:
    if posting.job.remote not in REMOTE_TYPES:
        return None
    kind, text = REMOTE_TYPES[posting.job.remote]
    return {"inlineText": False, "text": text, "type": kind}


def _outside(posting: DemoPosting) -> bool:
    """Half of the postings lead to the employer's own page."""
    return Dice(f"apply/{posting.external_id}").chance(0.5)


def _record(posting: DemoPosting, asked: Asked) -> dict[str, Any]:
    salary, job = posting.board_salary, posting.job
    snippet: dict[str, Any] = {"salaryTextFormatted": False}
    extracted = None
    if salary:
        snippet |= {"currency": salary.currency, "source": "EXTRACTION", "text": salary.text}
        ends = {"min": salary.low, "max": salary.high}
        amounts = {name: NO_AMOUNT if end is None else end for name, end in ends.items()}
        extracted = {**amounts, "type": PAY_TYPES[salary.period]}
    return {
        "company": posting.company,
        "displayTitle": posting.title,
        "expired": False,
        "extractedSalary": extracted,
        "formattedLocation": posting.location,
        "formattedRelativeTime": age_in_words(posting, asked.day),
        "indeedApplyEnabled": not _outside(posting),
        "jobLocationCity": job.city,
        "jobLocationState": job.region,
        "jobLocationPostal": job.postcode,
        "jobTypes": [posting.employment_text],
        "jobkey": posting.external_id,
        "link": f"/rc/clk?jk={posting.external_id}",
        "locationCount": 1,
        "normTitle": posting.title,
        "pubDate": int(datetime.combine(posting.posted_on, time(6), UTC).timestamp() * 1000),
        "redirectToThirdPartySite": _outside(posting),
        "remoteLocation": job.remote == "remote",
        "remoteWorkModel": _remote_model(posting),
        "salarySnippet": snippet,
        "snippet": "<ul><li>" + job.sections[0].items[0].replace("&", "&amp;").replace("<", "&lt;") + "</li></ul>",
        "thirdPartyApplyUrl": posting.apply_url if _outside(posting) else None,
        "title": posting.title,
        "viewJobLink": f"/viewjob?jk={posting.external_id}",
    }


def _search(asked: Asked) -> Answer:
    start = asked.number("start")
    age = asked.number("fromage") or None
    listed = questions.found("indeed", asked.day, asked.query.get("q", ""), asked.query.get("l", ""), age)
    shown = listed[start : start + PAGE_SIZE]
    records = [_record(posting, asked) for posting in shown]
    model = {
        "metaData": {
            "mosaicProviderJobCardsModel": {"appName": "demo", "pageNumber": start // STEP, "results": records}
        },
        "pageId": "jobsearch",
        "providerId": "mosaic-provider-jobcards",
    }
    page = render(
        "indeed_search.html",
        records=records,
        model=script_json(model),
        total=len(listed),
        start=start,
        step=STEP,
        more=start + PAGE_SIZE < len(listed),
        query=asked.query,
    )
    return Answer(page)


def _detail(asked: Asked, posting: DemoPosting) -> Answer:
    url = f"{asked.base}/viewjob?jk={posting.external_id}"
    salary = posting.board_salary
    header = {
        "companyName": posting.company,
        "companyOverviewLink": None,
        "formattedLocation": posting.location,
        "jobTitle": posting.title,
        "remoteLocation": posting.job.remote == "remote",
        "remoteWorkModel": _remote_model(posting),
    }
    job = {"__typename": "Job", "key": posting.external_id, "title": posting.title}
    job["url"] = posting.apply_url if _outside(posting) else url
    state = {
        "jobKey": posting.external_id,
        "jobTitle": posting.title,
        "jobLocation": posting.location,
        "jobInfoWrapperModel": {
            "jobInfoModel": {
                "jobInfoHeaderModel": header,
                "jobMetadataHeaderModel": {"jobType": posting.employment_text},
                "sanitizedJobDescription": posting.description_html,
            },
            "sectionedJobInfoModel": None,
        },
        "hiringInsightsModel": {"age": age_in_words(posting, asked.day)},
        "hostQueryExecutionResult": {"data": {"jobData": {"results": [{"job": job}]}}},
        "salaryInfoModel": salary
        and {
            "salaryCurrency": salary.currency,
            "salaryMin": salary.low,
            "salaryMax": salary.high,
            "salaryText": salary.text,
            "salaryType": PAY_TYPES[salary.period].upper(),
        },
    }
    page = render(
        "indeed_detail.html",
        posting=posting,
        url=url,
        linked_data=script_json(job_posting_ld(posting, url)),
        state=script_json(state),
        description=Markup(posting.description_html),
    )
    return Answer(page)
