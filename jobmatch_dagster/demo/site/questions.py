"""Which postings answer a search: keywords and place, honoured as simply as a board's own filters allow."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from jobmatch_dagster.demo import vocabulary, world
from jobmatch_dagster.demo.world import DemoPosting

ANY_WORD = frozenset({"job", "jobs"})  # "jobs in Canada" asks for everything there
EUROPE = frozenset({"AT", "CH", "DE", "ES", "FR", "GB", "IT", "NL", "PL", "PT"})
_ONE_COUNTRY = ("United States", "Canada", "Australia", "India", "Mexico", "Brazil")
CHALLENGED = {"keywords": "verify", "place": "United States"}  # every board answers this one with a challenge page


def searches() -> dict[str, list[dict[str, str]]]:
    """The searches that together find every posting: ``{board: [{"keywords", "place"}, …]}``."""
    world_wide = [{"keywords": "jobs", "place": place} for place in (*_ONE_COUNTRY, "Europe")]
    return {
        board: world_wide[:1] if board in ("ziprecruiter", "careerbuilder") else [dict(s) for s in world_wide]
        for board in world.BOARDS
    }


@lru_cache(maxsize=8192)
def _haystack(title: str, company: str, occupation: str) -> str:
    return " ".join(
        (title, company, occupation.replace("_", " "), *vocabulary.occupations()[occupation].search)
    ).casefold()


def _is_in(posting: DemoPosting, place: str) -> bool:
    if place in ("europe", "european union"):
        return posting.job.country in EUROPE
    country = vocabulary.countries()[posting.job.country].name.casefold()
    return place in country or place in posting.location.casefold()


def found(board: str, day: date, keywords: str, place: str, max_age_days: int | None = None) -> list[DemoPosting]:
    """The board's postings of a day that answer a search, newest first.

    Args:
        board: one of ``world.BOARDS``.
        day: the site's day.
        keywords: all of them must occur in title, employer or the occupation's search words; empty asks for everything.
        place: a country, a city or Europe; empty asks for everywhere.
        max_age_days: oldest age wanted.
    """
    words = [word for word in keywords.casefold().split() if word not in ANY_WORD]
    where = place.casefold().strip()
    result = []
    for posting in world.postings(day):
        if posting.board != board or (where and not _is_in(posting, where)):
            continue
        if max_age_days is not None and (day - posting.posted_on).days > max_age_days:
            continue
        job = posting.job
        hay = _haystack(posting.title, posting.company, job.occupation)
        if all(word in hay for word in words):
            result.append(posting)
    return result


@lru_cache(maxsize=16)
def by_id(board: str, day: date) -> dict[str, DemoPosting]:
    """The board's live postings of a day by external id."""
    return {posting.external_id: posting for posting in world.postings(day) if posting.board == board}
