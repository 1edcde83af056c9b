"""CareerBuilder: twenty-five cards a page whose details are an unnamed row of spans, and plain posting pages."""

from __future__ import annotations

from markupsafe import Markup

from jobmatch_dagster.demo.site import questions
from jobmatch_dagster.demo.site.pages import NOT_FOUND, Answer, Asked, age_in_words, render

PAGE_SIZE = 25


def answer(asked: Asked) -> Answer:
    """A page of results, a posting, or 404."""
    if asked.path == "/jobs":
        return _search(asked)
    if asked.path.startswith("/job/"):
        return _detail(asked, asked.path.removeprefix("/job/"))
    return NOT_FOUND


def _search(asked: Asked) -> Answer:
    number = max(1, asked.number("page_number", 1))
    age = asked.number("posted") or None
    listed = questions.found(
        "careerbuilder", asked.day, asked.query.get("keywords", ""), asked.query.get("location", ""), age
    )
    shown = listed[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    cards = [
        {
            "posting": posting,
            "age": age_in_words(posting, asked.day, today="Today"),
            "snippet": " ".join(posting.job.sections[0].items)[:190],
        }
        for posting in shown
    ]
    return Answer(render("careerbuilder_search.html", cards=cards, base=asked.base, total=len(listed)))


def _detail(asked: Asked, external_id: str) -> Answer:
    posting = questions.by_id("careerbuilder", asked.day).get(external_id)
    if posting is None:
        return NOT_FOUND
    page = render(
        "careerbuilder_detail.html",
        posting=posting,
        url=f"{asked.base}{asked.path}",
        description=Markup(posting.description_html),
    )
    return Answer(page)
