"""LinkedIn's guest pages: fragments with ten cards, and postings whose criteria are a list of labels and values."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from jobmatch_dagster.demo import vocabulary
from jobmatch_dagster.demo.site import questions
from jobmatch_dagster.demo.site.pages import NOT_FOUND, Answer, Asked, age_in_days, render
from jobmatch_dagster.demo.slugs import slug
from jobmatch_dagster.demo.world import DemoPosting

SEARCH = "/jobs-guest/jobs/api/seeMoreJobPostings/search"
DETAIL = "/jobs-guest/jobs/api/jobPosting/"
PAGE_SIZE, LAST_START = 10, 1000
PLACELESS = 2  # the third card of an answer's first page comes without its place


def answer(asked: Asked) -> Answer:
    """A search fragment, a posting, or 404."""
    if asked.path == SEARCH:
        return _search(asked)
    if asked.path.startswith(DETAIL):
        return _detail(asked, asked.path.removeprefix(DETAIL))
    return NOT_FOUND


def _age(posting: DemoPosting, asked: Asked) -> str:
    days = age_in_days(posting, asked.day)
    if days == 0:
        return "5 hours ago"
    if days >= 7:
        return f"{days // 7} week{'s' if days >= 14 else ''} ago"
    return f"{days} day{'s' if days > 1 else ''} ago"


def _link(posting: DemoPosting, asked: Asked) -> str:
    return f"{asked.base}/jobs/view/{slug(f'{posting.title} at {posting.company}')}-{posting.external_id}"


def _search(asked: Asked) -> Answer:
    start = asked.number("start")
    if start >= LAST_START:
        return Answer("", 400)
    window = asked.query.get("f_TPR", "")
    age = int(window[1:]) // 86_400 if window[1:].isdigit() else None
    listed = questions.found(
        "linkedin", asked.day, asked.query.get("keywords", ""), asked.query.get("location", ""), age
    )
    cards = [
        {
            "posting": posting,
            "link": _link(posting, asked),
            "age": _age(posting, asked),
            "location": None if start == 0 and place == PLACELESS else posting.location,
        }
        for place, posting in enumerate(listed[start : start + PAGE_SIZE])
    ]
    return Answer(render("linkedin_search.html", cards=cards, base=asked.base, start=start))


def _detail(asked: Asked, external_id: str) -> Answer:
    posting = questions.by_id("linkedin", asked.day).get(external_id)
    if posting is None:
        return NOT_FOUND
    field = vocabulary.occupations()[posting.job.occupation].field
    criteria: dict[str, Any] = {
        "Seniority level": posting.seniority_text,
        "Employment type": posting.employment_text,
        "Job function": field,
        "Industries": field,
    }
    page = render(
        "linkedin_detail.html",
        posting=posting,
        base=asked.base,
        link=_link(posting, asked),
        age=_age(posting, asked),
        criteria=criteria,
        description=Markup(posting.description_html),
        apply=f"{asked.base}/jobs/view/externalApply/{external_id}?url={quote(posting.apply_url, safe='')}",
    )
    return Answer(page)
