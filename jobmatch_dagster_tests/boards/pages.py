"""Made-up pages with the structure of the boards' real ones. People, employers and texts are invented here."""

# ruff: noqa: E501 -- mark-up stands on long lines, as the boards send it

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote


def linkedin_card(key: int, title: str = "Welder", **gone: bool) -> str:
    """One card; ``place=False`` leaves the place out, likewise ``company`` and ``time``."""
    place = '<span class="job-search-card__location">\n  Ghent, Belgium\n</span>' if gone.get("place", True) else ""
    company = (
        '<h4 class="base-search-card__subtitle"><a class="hidden-nested-link" '
        'href="https://be.linkedin.com/company/noord?trk=x">\n Noord Staal\n</a></h4>'
        if gone.get("company", True)
        else ""
    )
    time = (
        '<time class="job-search-card__listdate" datetime="2026-03-01"> 1 week ago </time>'
        if gone.get("time", True)
        else ""
    )
    return f"""<li><div class="base-card base-search-card job-search-card" data-entity-urn="urn:li:jobPosting:{key}">
      <a class="base-card__full-link" href="https://be.linkedin.com/jobs/view/welder-at-noord-{key}?position=1&amp;pageNum=0">
        <span class="sr-only">{title}</span></a>
      <div class="base-search-card__info"><h3 class="base-search-card__title">
        {title}
      </h3>{company}<div class="base-search-card__metadata">{place}
      <div class="job-posting-benefits"><span class="job-posting-benefits__text">Actively Hiring</span></div>{time}</div></div>
    </div></li>"""


def linkedin_search(keys: Iterable[int]) -> str:
    """A list fragment as the guest search sends it."""
    return "<!DOCTYPE html>\n" + "\n".join(linkedin_card(key, f"Welder {key}") for key in keys)


def linkedin_detail(key: int, *, apply_url: str | None = "https://noord.example/apply?id=7") -> str:
    """A public posting."""
    apply = ""
    if apply_url:
        redirect = (
            f"https://www.linkedin.com/jobs/view/externalApply/{key}?url={quote(apply_url, safe='')}&amp;urlHash=x"
        )
        apply = f'<code id="applyUrl" style="display: none"><!--"{redirect}"--></code>'
    return f"""<section class="top-card-layout"><a class="topcard__link"
        href="https://www.linkedin.com/jobs/view/welder-at-noord-{key}?trk=public">
      <h2 class="top-card-layout__title topcard__title">Welder {key}</h2></a>
      <h4 class="top-card-layout__second-subline"><div class="topcard__flavor-row"><span class="topcard__flavor">
        <a class="topcard__org-name-link" href="https://www.linkedin.com/company/noord?trk=y"> Noord Staal </a></span>
        <span class="topcard__flavor topcard__flavor--bullet"> Ghent, Belgium </span></div>
        <span class="posted-time-ago__text"> 3 days ago </span></h4></section>
      {apply}
      <div class="compensation__salary">€3,100.00/mo - €3,600.00/mo</div>
      <div class="show-more-less-html__markup"><p>You join <b>steel</b> beams.</p><ul><li>MIG</li><li>TIG</li></ul></div>
      <ul class="description__job-criteria-list">
        <li class="description__job-criteria-item"><h3 class="description__job-criteria-subheader"> Seniority level </h3>
          <span class="description__job-criteria-text"> Entry level </span></li>
        <li class="description__job-criteria-item"><h3 class="description__job-criteria-subheader"> Employment type </h3>
          <span class="description__job-criteria-text"> Full-time </span></li>
      </ul><code id="decoratedJobPostingId" style="display: none"><!--"{key}"--></code>"""


def indeed_record(key: str, **extra: Any) -> dict[str, Any]:
    """One record of the list's data."""
    return {
        "jobkey": key,
        "displayTitle": f"Nurse {key}",
        "company": "Clinic Aan Zee",
        "formattedLocation": "Oostende, VWV",
        "pubDate": 1772258400000,
        "formattedRelativeTime": "3 days ago",
        "extractedSalary": {"min": 24.5, "max": -1, "type": "hourly"},
        "salarySnippet": {"currency": "EUR", "text": "From €24.50 an hour"},
        "remoteWorkModel": {"type": "REMOTE_HYBRID", "text": "Hybrid work"},
        "taxonomyAttributes": [
            {"label": "job-types", "attributes": [{"label": "Part-time"}]},
            {"label": "benefits", "attributes": [{"label": "Meal vouchers"}]},
        ],
        "snippet": "<ul><li>Night shifts…</li></ul>",
    } | extra


def indeed_search(
    records: Sequence[dict[str, Any]], cards: Sequence[str] | None = None, *, more: bool = False, old: bool = False
) -> str:
    """A result page: its data and its cards (of the same records unless given)."""
    shown = [record["jobkey"] for record in records] if cards is None else cards
    data = {"metaData": {"mosaicProviderJobCardsModel": {"results": list(records)}}}
    return f"""<html><head><title>nurse jobs</title></head><body>
      <div class="jobsearch-JobCountAndSortPane-jobCount"><span>1,204 jobs</span></div>
      {"".join(_indeed_card(key, old) for key in shown)}
      <nav><a data-testid="pagination-page-current" href="#">1</a>
      {'<a data-testid="pagination-page-next" href="/jobs?q=nurse&amp;start=10"></a>' if more else ""}</nav>
      <script>window.mosaic.providerData["mosaic-provider-jobcards"]={json.dumps(data)};
      window.other = {{}};</script></body></html>"""


def _indeed_card(key: str, old: bool) -> str:
    company, place = (
        ('<span class="companyName">Clinic Aan Zee</span>', '<div class="companyLocation">Oostende, VWV</div>')
        if old
        else (
            '<span data-testid="company-name">Clinic Aan Zee</span>',
            '<div data-testid="text-location">Oostende, VWV</div>',
        )
    )
    return f"""<div class="job_seen_beacon"><h2 class="jobTitle"><a data-jk="{key}" href="/rc/clk?jk={key}">
      <span title="Nurse {key}" id="jobTitle-{key}">Nurse {key}</span></a></h2>{company}{place}
      <div class="salary-snippet-container"><div>From €24.50 an hour</div></div></div>"""


def indeed_detail(key: str, *, state: bool = True, linked: bool = True) -> str:
    """A posting page with its state, its JSON-LD and its elements; each can be left out."""
    model = {
        "jobKey": key,
        "jobLocation": "Oostende",
        "hiringInsightsModel": {"age": "5 days ago"},
        "salaryInfoModel": {
            "salaryCurrency": "EUR",
            "salaryMin": 24.5,
            "salaryMax": 28,
            "salaryText": "€24.50 - €28 an hour",
            "salaryType": "HOURLY",
        },
        "benefitsModel": {"benefits": [{"label": "Meal vouchers"}]},
        "jobInfoWrapperModel": {
            "jobInfoModel": {
                "jobInfoHeaderModel": {
                    "jobTitle": f"Nurse {key}",
                    "companyName": "Clinic Aan Zee",
                    "formattedLocation": "Oostende, VWV",
                    "remoteWorkModel": None,
                },
                "jobMetadataHeaderModel": {"jobType": "Part-time"},
                "sanitizedJobDescription": "<p>You care for <b>people</b>.</p>",
            }
        },
        "hostQueryExecutionResult": {
            "data": {"jobData": {"results": [{"job": {"key": key, "url": "https://clinic.example/jobs/9"}}]}}
        },
    }
    ld = {
        "@context": "http://schema.org",
        "@type": "JobPosting",
        "title": f"Nurse {key}",
        "datePosted": "2026-02-27T10:00:00Z",
        "validThrough": "2026-04-30",
        "employmentType": ["PART_TIME"],
        "description": "<p>You care for <b>people</b>.</p>",
        "hiringOrganization": {"@type": "Organization", "name": "Clinic Aan Zee"},
    }
    return f"""<html><head><link rel="canonical" href="https://be.indeed.com/viewjob?jk={key}">
      {f'<script type="application/ld+json">{json.dumps(ld)}</script>' if linked else ""}</head><body>
      <h1 data-testid="jobsearch-JobInfoHeader-title"><span>Nurse {key}</span></h1>
      <div data-testid="inlineHeader-companyName"><a href="https://be.indeed.com/cmp/Clinic?x=1">Clinic Aan Zee</a></div>
      <div data-testid="inlineHeader-companyLocation">Oostende, VWV</div>
      <div id="jobDescriptionText"><p>You care for <b>people</b>.</p></div>
      {f"<script>window._initialData={json.dumps(model)};</script>" if state else ""}</body></html>"""


def glassdoor_search(
    keys: Iterable[int], *, total: int = 3, cards: bool = True, records: bool = True, next_page: int = 2
) -> str:
    """A result page: cards, and the records in the chunks that the page streams to itself."""
    keys = list(keys)
    views = [{"jobview": _glassdoor_view(key)} for key in keys]
    stream = json.dumps(
        {
            "searchResultsData": {
                "jobListings": {
                    "jobListings": views,
                    "paginationCursors": [{"cursor": "AB4=", "pageNumber": next_page}],
                    "totalJobsCount": total,
                }
            }
        },
        separators=(",", ":"),
    )
    half = len(stream) // 2
    chunks = "".join(
        f"<script>self.__next_f.push({json.dumps([1, part])})</script>" for part in (stream[:half], stream[half:])
    )
    shown = "".join(_glassdoor_card(key) for key in keys) if cards else ""
    return f"""<html><head><title>{total} welder jobs | Glassdoor</title></head><body>
      <ul>{shown}</ul>{chunks if records else ""}</body></html>"""


def _glassdoor_view(key: int) -> dict[str, Any]:
    return {
        "header": {
            "ageInDays": 4,
            "employer": {"name": "Noord Staal NV", "shortName": "Noord Staal"},
            "employerNameFromSearch": "Noord Staal",
            "jobTitleText": f"Welder {key}",
            "locationName": "Gent",
            "payCurrency": "EUR",
            "payPeriod": "MONTHLY",
            "payPeriodAdjustedPay": {"p10": 3100, "p50": 3300, "p90": 3600},
            "salarySource": "EMPLOYER_PROVIDED" if key % 2 else "ESTIMATED",
            "seoJobLink": f"https://www.glassdoor.com/job-listing/welder-JV_IC1_KO0,6.htm?jl={key}",
        },
        "job": {"listingId": key, "jobTitleText": f"Welder {key}"},
    }


def _glassdoor_card(key: int) -> str:
    return f"""<li data-test="jobListing" data-jobid="{key}"><div id="job-employer-{key}">
      <span class="EmployerProfile_compactEmployerName__9MGcV">Noord Staal</span></div>
      <a data-test="job-title" href="https://www.glassdoor.com/job-listing/welder-JV_IC1_KO0,6.htm?jl={key}">Welder {key}</a>
      <div data-test="emp-location">Gent</div><div data-test="detailSalary">€3K - €4K<!-- -->&nbsp;<span>({"Employer provided" if key % 2 else "Glassdoor Est."})</span></div>
      <div data-test="job-age">4d</div></li>"""


def glassdoor_detail(key: int) -> str:
    """A posting page."""
    ld = {
        "@type": "JobPosting",
        "title": f"Welder {key}",
        "datePosted": "2026-03-02",
        "description": "&lt;p&gt;You join steel.&lt;/p&gt;",
        "hiringOrganization": {"name": "Noord Staal"},
        "jobLocation": {"address": {"addressLocality": "Gent", "addressCountry": {"name": "BE"}}},
    }
    return (
        f'<html><body><script type="application/ld+json">{json.dumps(ld)}</script><h1>Welder {key}</h1></body></html>'
    )


def ziprecruiter_record(key: str, **extra: Any) -> dict[str, Any]:
    """One record of the older generation's script data."""
    return {
        "listingKey": key,
        "title": f"Baker {key}",
        "status": {"postedAtUtc": "2026-02-11T02:25:21Z"},
        "pay": {"interval": 4, "currency": 5, "min": 4000, "max": 5000, "minAnnual": 48000, "maxAnnual": 60000},
        "employmentTypes": [{"name": 1}],
        "locationTypes": [{"name": 2}],
        "company": {"name": "Sourdough Sons"},
        "companyUrl": "/co/Sourdough-Sons/Jobs",
        "location": {"displayName": "Austin, TX US"},
        "shortDescription": "Bread at four in the morning",
        "applyButtonConfig": {"externalApplyUrl": "https://sourdough.example/apply"},
        "rawCanonicalZipJobPageUrl": f"/c/Sourdough-Sons/Job/Baker/-in-Austin,TX?jid={key}",
    } | extra


def ziprecruiter_old(
    records: Sequence[dict[str, Any]], *, opened: dict[str, Any] | None = None, last_page: int = 2
) -> str:
    """A result page up to February 2026."""
    model = {
        "hydrateJobCardsResponse": {"jobCards": list(records)},
        "getJobDetailsResponse": {"jobDetails": opened} if opened else {},
        "maxPages": last_page,
        "page": 1,
        "totalJobCount": "25",
    }
    return f"""<html><body><div id="react-serp-root"></div>
      <script id="js_variables" type="application/json">{json.dumps(model)}</script></body></html>"""


def ziprecruiter_new(keys: Sequence[str]) -> str:
    """A result page since March 2026: each card twice, addresses in JSON-LD."""
    items = {
        "@type": "ItemList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": place,
                "name": f"Baker {key}",
                "url": f"https://www.ziprecruiter.com/c/Sourdough-Sons/Job/Baker/-in-Austin,TX?lk={key}",
            }
            for place, key in enumerate(keys, 1)
        ],
    }
    cards = "".join(_ziprecruiter_card(key, wide) for key in keys for wide in (True, False))
    return f"""<html><head><script type="application/ld+json">{json.dumps(items)}</script></head><body>
      <h1>25 Baker Jobs</h1><section class="job_results_two_pane">{cards}</section></body></html>"""


def _ziprecruiter_card(key: str, wide: bool) -> str:
    salary = '<div class="break-all"><p>$18 - $22/hr</p></div>' if wide else ""
    return f"""<div class="job_result_two_pane_v2"><article id="job-card-{key}">
      <h2 aria-label="Baker {key}">Baker {key}</h2>
      <a data-testid="job-card-company" href="/co/Sourdough-Sons/Jobs?x=1">Sourdough Sons</a>
      <p><a data-testid="job-card-location" href="/x">Austin, TX</a> · Hybrid</p>{salary}
      <p>Full-time</p><p>Posted 2 days ago</p></article></div>"""


def careerbuilder_search(keys: Iterable[str]) -> str:
    """A result page."""
    return "<html><body>" + "".join(_careerbuilder_card(key) for key in keys) + "</body></html>"


def _careerbuilder_card(key: str) -> str:
    return f"""<div class="data-results-content-parent relative"><div class="col-2 layout-results">
      <div class="data-results-publish-time">13 days ago</div>
      <div class="data-results-title dark-blue-text b">Plumber {key}</div>
      <div class="data-details"><span>Pipes &amp; Sons</span><span>WA - Seattle</span><span>Full Time</span></div>
      <div class="data-snapshot commute-info"></div>
      <div class="data-snapshot"><div class="block show-mobile">You mend pipes...</div><div class="block">$30 - $40/hour</div></div>
      </div><a class="data-results-content block job-listing-item" data-job-did="{key}" href="/job/{key}"></a></div>"""


CHALLENGES: dict[str, str] = {
    "linkedin": "<html><head><title>Sign Up | LinkedIn</title></head><body><form id='join-form'></form></body></html>",
    "indeed": "<html><head><title>Security Check - Indeed.com</title></head><body><div class='cf-turnstile'></div></body></html>",
    "glassdoor": "<html><head><title>Security | Glassdoor</title></head><body>Help Us Protect Glassdoor</body></html>",
    "ziprecruiter": "<html><head><title>Just a moment...</title></head><body><div id='challenge-error-text'></div></body></html>",
    "careerbuilder": "<html><head><title>Access to this page has been denied.</title></head><body><div id='px-captcha'></div></body></html>",
}
