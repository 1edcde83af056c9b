"""schema.org JobPosting in JSON-LD, as boards and career pages embed it → a posting's fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from jobmatch_dagster.boards import values
from jobmatch_dagster.boards.board import Posting

_SCRIPT = re.compile(
    r"<script\b[^>]*\btype\s*=\s*[\"']?application/ld\+json\b[^>]*>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL
)
_COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[)|(?:-->|//\s*\]\]>)\s*$")


def documents(body: str) -> Iterator[Any]:
    """Each JSON-LD document of a page; broken ones are passed over. Bare line breaks inside strings are accepted."""
    for match in _SCRIPT.finditer(body):
        try:
            yield json.loads(_COMMENT.sub("", match.group(1)), strict=False)
        except (json.JSONDecodeError, RecursionError):
            continue


def of_type(document: Any, kind: str) -> Iterator[dict[str, Any]]:
    """Objects of a schema.org type anywhere in a document: alone, in a list, in a graph, or as an item of a list."""
    pending = [document]
    while pending:
        node = pending.pop(0)
        if isinstance(node, list):
            pending[:0] = node
        elif isinstance(node, dict):
            types = node.get("@type")
            if kind in [str(t).rsplit("/", 1)[-1] for t in (types if isinstance(types, list) else [types])]:
                yield node
            else:
                pending[:0] = [node[key] for key in ("@graph", "itemListElement", "item", "mainEntity") if key in node]


def job_postings(body: str, base: str | None = None) -> list[Posting]:
    """Every JobPosting of a page, in order, without board and external id.

    Args:
        body: HTML.
        base: the page's URL, for relative links.
    """
    return [posting(node, base) for document in documents(body) for node in of_type(document, "JobPosting")]


def posting(node: dict[str, Any], base: str | None = None) -> Posting:
    """One JobPosting in our names. Its identifier is under ``identifier``; every other key is a column of POSTING."""
    employer = _first(node.get("hiringOrganization"))
    remote_only = node.get("jobLocationType") and values.lookup("remote", _first(node.get("jobLocationType")))
    row: Posting = {
        "identifier": values.text(_value_of(node.get("identifier"))),
        "url": values.link(_first(node.get("url")), base),
        "title": values.text(node.get("title") or node.get("name")),
        "company": values.text(employer.get("name") if isinstance(employer, dict) else employer),
        "company_url": values.link(employer.get("sameAs") or employer.get("url"), base)
        if isinstance(employer, dict)
        else None,
        "location": _location(node),
        "posted_text": values.text(node.get("datePosted")),
        "posted_on": values.day(node.get("datePosted")),
        "valid_until": values.day(node.get("validThrough")),
        "employment_type": values.only(node.get("employmentType"), "employment_type"),
        "remote": remote_only or None,
        "description_html": values.markup(node.get("description")),
        "benefits": values.texts(_as_list(node.get("jobBenefits"))),
    }
    return row | _salary(node.get("baseSalary"))


def _salary(stated: Any) -> Posting:
    """The employer's own base salary. ``estimatedSalary`` is a guess of somebody else and is not read."""
    stated = _first(stated)
    around = stated if isinstance(stated, dict) else {"value": stated}
    inside = _first(around.get("value"))
    amount = inside if isinstance(inside, dict) else {"value": inside}
    single = amount.get("value")
    return values.pay(
        amount.get("minValue", single),
        amount.get("maxValue", single),
        around.get("currency") or amount.get("currency"),
        amount.get("unitText") or around.get("unitText"),
    )


def _location(node: dict[str, Any]) -> str | None:
    """The places, each as "city, region, country" from what is stated, joined by a semicolon."""
    places = [_place(place) for place in _as_list(node.get("jobLocation"))]
    if not any(places):
        places = [_place(place) for place in _as_list(node.get("applicantLocationRequirements"))]
    return "; ".join(dict.fromkeys(place for place in places if place)) or None


def _place(place: Any) -> str | None:
    if not isinstance(place, dict):
        return values.text(place)
    address = _first(place.get("address"))
    if isinstance(address, dict):
        country = address.get("addressCountry")
        country = country.get("name") if isinstance(country, dict) else country
        parts = [values.text(address.get("addressLocality")), values.text(address.get("addressRegion"))]
        return ", ".join(part for part in [*parts, values.text(country)] if part) or None
    return values.text(address) or values.text(place.get("name"))


def _value_of(identifier: Any) -> Any:
    identifier = _first(identifier)
    return identifier.get("value") if isinstance(identifier, dict) else identifier


def _first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
