"""What all board imitations share: the answer to a request, templates, ages in words, JSON inside HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from jobmatch_dagster.demo import vocabulary
from jobmatch_dagster.demo.slugs import slug
from jobmatch_dagster.demo.world import DemoPosting

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    body: str
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "text/html"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as a board sees it: its own base URL, the site's day, path and query."""

    base: str
    day: date
    path: str
    query: Query

    def number(self, name: str, default: int = 0) -> int:
        """A whole number of the query, or the default where it is missing or no number."""
        value = self.query.get(name, "")
        return int(value) if value.isdigit() else default


NOT_FOUND = Answer("<!DOCTYPE html><html><head><title>Page not found</title></head><body></body></html>", 404)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["slug"] = slug
    return environment


def render(template: str, **values: Any) -> str:
    """A template of ``templates/``, filled; strings are escaped unless they are ``Markup``."""
    return _templates().get_template(template).render(**values)


def script_json(value: Any) -> Markup:
    """JSON that may stand inside a script element."""
    return Markup(json.dumps(value, ensure_ascii=False).replace("</", "<\\/"))


def age_in_days(posting: DemoPosting, day: date) -> int:
    """Whole days since the posting appeared."""
    return (day - posting.posted_on).days


def age_in_words(posting: DemoPosting, day: date, today: str = "Just posted") -> str:
    """The age in days as boards write it, with their word for a posting of today."""
    days = age_in_days(posting, day)
    return today if days == 0 else "1 day ago" if days == 1 else f"{days} days ago"


SCHEMA_TYPES = {
    "full_time": "FULL_TIME",
    "part_time": "PART_TIME",
    "contract": "CONTRACTOR",
    "temporary": "TEMPORARY",
    "internship": "INTERN",
}


def job_posting_ld(posting: DemoPosting, url: str) -> dict[str, Any]:
    """The posting as a schema.org JobPosting, with what its board knows and nothing more."""
    job = posting.job
    country = vocabulary.countries()[job.country]
    node: dict[str, Any] = {
        "@context": "http://schema.org",
        "@type": "JobPosting",
        "title": posting.title,
        "description": posting.description_html,
        "datePosted": f"{posting.posted_on.isoformat()}T06:00:00.000Z",
        "employmentType": [SCHEMA_TYPES[job.employment_type]],
        "hiringOrganization": {"@type": "Organization", "name": posting.company},
        "identifier": {"@type": "PropertyValue", "name": posting.company, "value": posting.external_id},
        "url": url,
        "directApply": False,
    }
    if job.city is None:
        node["jobLocationType"] = "TELECOMMUTE"
        node["applicantLocationRequirements"] = {"@type": "Country", "name": country.name}
    else:
        node["jobLocation"] = {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": job.city,
                "addressRegion": job.region,
                "postalCode": job.postcode,
                "addressCountry": job.country,
            },
        }
    salary = posting.board_salary
    if salary:
        ends = {"minValue": salary.low, "maxValue": salary.high}
        value = {name: end for name, end in ends.items() if end is not None}
        node["baseSalary"] = {
            "@type": "MonetaryAmount",
            "currency": salary.currency,
            "value": {"@type": "QuantitativeValue", **value, "unitText": salary.period.upper()},
        }
    return node
