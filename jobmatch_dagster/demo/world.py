"""Which made-up jobs are shown on which board on which day: births, second boards, reposts, second cities, ends.

``postings(day)`` is the demo's truth for a day: the same on every machine. How a board's page looks is ``site``'s.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from jobmatch_dagster.demo import advert, markup, vocabulary
from jobmatch_dagster.demo.advert import Job
from jobmatch_dagster.demo.dice import Dice
from jobmatch_dagster.demo.pay import Salary

BOARDS = ("linkedin", "indeed", "glassdoor", "ziprecruiter", "careerbuilder")
BIRTHS_A_DAY = 76
LONGEST_LIFE = 8  # days that one listing stays
REPOST_GAP = 1  # most days between the end of a listing and its repost
SHARE_ON_TWO_BOARDS = 0.175
SHARE_REPOSTED = 0.1
SHARE_IN_TWO_CITIES = 0.05
COMPANY_PAGE = "https://careers.example.com"

_HEX, _CAPITALS = "0123456789abcdef", string.ascii_uppercase + string.digits
_KEY = string.ascii_letters + string.digits + "-_"


@dataclass(frozen=True, slots=True)
class DemoPosting:
    """One listing of a job on one board, as shown, with the truth in ``job``.

    ``first_day`` and ``last_day`` are both shown; ``repost_of`` is the external id of the earlier listing.
    ``board_salary`` is what the board gives as structured pay; where ``job.salary_in_text``, the text says it too.
    """

    board: str
    external_id: str
    title: str
    company: str
    location: str
    salary_text: str | None
    board_salary: Salary | None
    description_html: str
    markup: str
    posted_on: date
    employment_text: str
    seniority_text: str
    remote_text: str | None
    apply_url: str
    job: Job
    first_day: date
    last_day: date
    repost_of: str | None

    @property
    def duplicate_group(self) -> str:
        """The same for all listings of one job, on all boards and days."""
        return self.job.key


@dataclass(frozen=True, slots=True)
class _Listing:
    board: str
    number: int
    first: date
    last: date
    repost_of: int | None


EMPLOYMENT_TEXT = {
    "full_time": "Full-time",
    "part_time": "Part-time",
    "contract": "Contract",
    "temporary": "Temporary",
    "internship": "Internship",
}
SENIORITY_TEXT = {
    "intern": "Internship",
    "junior": "Entry level",
    "senior": "Mid-Senior level",
    "lead": "Mid-Senior level",
    "manager": "Director",
    None: "Not Applicable",
}
REMOTE_TEXT = {"remote": "Remote", "hybrid": "Hybrid work", "onsite": None, None: None}


def external_id(board: str, job_key: str, number: int) -> str:
    """The board's id of a listing, in the board's own form.

    Args:
        board: one of ``BOARDS``.
        job_key: which job.
        number: which of its listings, counted from 0 over all boards.
    """
    dice = Dice(f"id/{board}/{job_key}/{number}")
    match board:
        case "linkedin":
            return "4" + dice.text(string.digits, 9)
        case "indeed":
            return dice.text(_HEX, 16)
        case "glassdoor":
            return "1010" + dice.text(string.digits, 9)
        case "ziprecruiter":
            return dice.text(_KEY, 22)
        case _:
            return "J" + dice.text(_CAPITALS, 18)


def location_text(board: str, job: Job) -> str:
    """The job's place as the board writes it."""
    country = vocabulary.countries()[job.country]
    if job.city is None:
        return {"linkedin": country.name, "ziprecruiter": country.code}.get(board, "Remote")
    short_region = len(job.region or "") <= 3
    if board == "linkedin":
        return f"{job.city}, {job.region}" + ("" if job.country == "US" else f", {country.name}")
    if board == "careerbuilder":
        return f"{job.region} - {job.city}"
    if board == "indeed" and short_region:
        return f"{job.city}, {job.region} {job.postcode}"
    if board == "indeed" and job.country != "GB":
        return f"{job.postcode} {job.city}"
    return f"{job.city}, {job.region}" if short_region else str(job.city)


def _boards(dice: Dice, country: str) -> tuple[str, str | None]:
    shares = dict(vocabulary.countries()[country].boards)
    first = dice.weighted(shares)
    second = None
    if dice.chance(SHARE_ON_TWO_BOARDS):
        del shares[first]
        second = dice.weighted(shares) if shares else None
    return first, second


def _listings(key: str, born: date, country: str) -> list[_Listing]:
    """Where and when a job is listed. Board and dates only, so that days on which it is not live cost nothing."""
    dice = Dice(f"listings/{key}")
    board, second = _boards(dice, country)
    life = dice.between(1, LONGEST_LIFE)
    last = born + timedelta(days=life - 1)
    result = [_Listing(board, 0, born, last, None)]
    if second:
        result.append(_Listing(second, 1, born, last, None))
    if dice.chance(SHARE_REPOSTED):
        again = last + timedelta(days=1 + dice.between(0, REPOST_GAP))
        result.append(_Listing(board, 2, again, again + timedelta(days=dice.between(1, LONGEST_LIFE) - 1), 0))
    return result


def _structured_pay(board: str, salary: Salary | None) -> Salary | None:
    """The part of the pay that the board's own fields can carry."""
    if salary is None or board == "linkedin":
        return None
    if board == "glassdoor" and (salary.low is None or salary.high is None or salary.period == "week"):
        return None
    return salary


def _show(job: Job, listing: _Listing) -> DemoPosting:
    board = listing.board
    dice = Dice(f"show/{board}/{job.key}/{listing.number}")
    style = dice.weighted(markup.BOARD_STYLES[board])
    # The second board writes the employer with its legal form where the first one does not.
    with_suffix = listing.number == 1 or dice.chance(0.3)
    salary = _structured_pay(board, job.salary)
    return DemoPosting(
        board=board,
        external_id=external_id(board, job.key, listing.number),
        title=job.title,
        company=f"{job.company} {job.company_suffix}" if with_suffix else job.company,
        location=location_text(board, job),
        salary_text=salary.text if salary else None,
        board_salary=salary,
        description_html=markup.render(job.sections, style),
        markup=style,
        posted_on=listing.first,
        employment_text=EMPLOYMENT_TEXT[job.employment_type],
        seniority_text=SENIORITY_TEXT[job.seniority],
        remote_text=REMOTE_TEXT[job.remote],
        apply_url=f"{COMPANY_PAGE}/{job.company.split()[0].lower()}/{job.key.replace('/', '-')}",
        job=job,
        first_day=listing.first,
        last_day=listing.last,
        repost_of=None if listing.repost_of is None else external_id(board, job.key, listing.repost_of),
    )


def _country(ad_group: str) -> str:
    return Dice(f"country/{ad_group}").weighted(vocabulary.country_shares())


def _pay_in_text(*boards: str) -> bool | None:
    """True where the fields of a board could not carry the pay, so that every listing shows it somewhere."""
    return True if "linkedin" in boards or "glassdoor" in boards else None


def show_on(board: str, job: Job, first_day: date) -> DemoPosting:
    """One listing of a job of the caller's own making.

    Args:
        board: one of ``BOARDS``.
        job: as ``advert.write`` makes it.
        first_day: from when on it is live.
    """
    return _show(job, _Listing(board, 0, first_day, first_day + timedelta(days=LONGEST_LIFE - 1), None))


@dataclass(frozen=True, slots=True)
class _Birth:
    """A job as far as its listings need it: nothing is written yet."""

    key: str
    ad_group: str
    second_city: bool
    country: str
    listings: tuple[_Listing, ...]
    pay_in_text: bool | None

    def write(self) -> Job:
        return _job(self.key, self.ad_group, self.second_city, self.country, self.pay_in_text)


@lru_cache(maxsize=40)
def _born(day: date) -> tuple[_Birth, ...]:
    """The jobs that first appear on a day; one ad in two cities is two of them."""
    result = []
    for number in range(BIRTHS_A_DAY):
        group = f"{day.isoformat()}/{number:03d}"
        country = _country(group)
        keys = [group, f"{group}b"] if Dice(f"cities/{group}").chance(SHARE_IN_TWO_CITIES) else [group]
        listings = [tuple(_listings(key, day, country)) for key in keys]
        in_text = _pay_in_text(*(listing.board for several in listings for listing in several))
        result += [_Birth(key, group, key != group, country, listings[n], in_text) for n, key in enumerate(keys)]
    return tuple(result)


@lru_cache(maxsize=8192)
def _job(key: str, group: str, second_city: bool, country: str, pay_in_text: bool | None) -> Job:
    wishes = advert.Wishes(country=country, salary_in_text=pay_in_text)
    return advert.write(key, group, second_city=second_city, wishes=wishes)


@lru_cache(maxsize=8)
def _live(day: date) -> tuple[DemoPosting, ...]:
    oldest = 2 * LONGEST_LIFE + REPOST_GAP
    result: list[DemoPosting] = []
    for age in range(oldest, -1, -1):
        for birth in _born(day - timedelta(days=age)):
            shown = [listing for listing in birth.listings if listing.first <= day <= listing.last]
            if shown:
                job = birth.write()
                result.extend(_show(job, listing) for listing in shown)
    return tuple(sorted(result, key=lambda p: (p.posted_on, p.board, p.external_id), reverse=True))


def postings(day: date) -> list[DemoPosting]:
    """All listings that are live on a day, newest first.

    The same list on every machine and Python version; a job that is live on two days keeps its external ids.
    """
    return list(_live(day))


def generate_postings(n: int, seed: str = "benchmark", first_day: date = date(2026, 1, 1)) -> Iterator[DemoPosting]:
    """Make up ``n`` postings with the same machinery, each of another job, for benchmarks.

    Args:
        n: how many.
        seed: another seed gives other postings.
        first_day: their days run through the thirty days from here on.
    """
    for number in range(n):
        group = f"{seed}/{number}"
        dice = Dice(f"generated/{group}")
        country = dice.weighted(vocabulary.country_shares())
        board = dice.weighted(vocabulary.countries()[country].boards)
        first = first_day + timedelta(days=number % 30)
        wishes = advert.Wishes(country=country, salary_in_text=_pay_in_text(board))
        yield show_on(board, advert.write(group, group, wishes=wishes), first)
