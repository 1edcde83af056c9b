"""A frozen set of people and postings with graded relevance, decided by what both are and not by any words they share.

The rule, for one person and one posting:

* 0, no match: another occupation that is not related; or the work is in a country where the person does not live, and
  not remote for it; or the ad is in a language that the person does not name.
* 1, far: the right occupation, but a required licence or certificate is missing, or the level is out of reach, or under
  half of the required skills are there, or the ad says too little to tell (no requirement at all); or a related
  occupation with half of the required skills.
* 2, near: the right occupation with all licences, and either the level is one step off or 50 to 70 per cent of the
  required skills are there.
* 3, a match: the right occupation, licences and level, and at least 70 per cent of the required skills.

Level: where the title says one, the same is right, one step up or down is near, more is out of reach. Where it says
none, the years asked decide: enough is right, up to a year short is near, more is out of reach; with neither, people in
the middle are right and all others near.

Hard negatives are in it on purpose: ads of other occupations that mention the person's skills, ads of the same
occupation in other words (these are relevant), too senior ones, ones with a licence the person lacks, ones abroad, and
vague ones that name nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from jobmatch_dagster.demo import advert, vocabulary, world
from jobmatch_dagster.demo.advert import CREDENTIALS, Job, Wishes
from jobmatch_dagster.demo.people import LANGUAGE_SKILLS, Person, Role, make_person
from jobmatch_dagster.demo.world import DemoPosting

RELATED = (
    frozenset({"software", "data_engineer"}),
    frozenset({"warehouse", "truck_driver"}),
    frozenset({"sales", "customer_support"}),
)
STEPS = {"intern": 0, "junior": 1, None: 2, "senior": 3, "lead": 4, "manager": 5}
ENOUGH, HALF = 0.7, 0.5
FIRST_DAY = date(2026, 2, 2)
BOARDS = {"US": "indeed", "DE": "linkedin", "GB": "glassdoor", "AU": "linkedin", "IN": "indeed"}

# Per occupation: who looks for work, and what is on offer.
_PEOPLE = (
    Role(country="US", language="en", level="junior", level_drawn=False),
    Role(country="US", language="en", level="senior", level_drawn=False),
    Role(country="DE", language="de", level=None, level_drawn=False),
)
_PLAIN = "mid"  # no word of level in the title
_OFFERS = (
    [("US", "en", level) for level in (_PLAIN, _PLAIN, _PLAIN, _PLAIN, _PLAIN, "junior", "junior", "junior")]
    + [("US", "en", level) for level in ("senior", "senior", "senior", "lead", "lead")]
    + [("DE", "de", level) for level in (_PLAIN, _PLAIN, _PLAIN, "senior", "lead")]
    + [("GB", "en", _PLAIN), ("GB", "en", "senior"), ("AU", "en", _PLAIN), ("IN", "en", _PLAIN)]
)


@dataclass(frozen=True, slots=True)
class FrozenSet:
    """People, postings, and a grade of 0 to 3 for each pair of person id and job key.

    ``kinds`` says by job key why an ad is there: plain, other_words, same_words or vague.
    """

    people: tuple[Person, ...]
    postings: tuple[DemoPosting, ...]
    grades: dict[tuple[str, str], int]
    kinds: dict[str, str]


def _languages(person: Person) -> set[str]:
    """Language codes that the résumé names, its own language included."""
    names = vocabulary.skills()
    shown = {spoken["language"] for spoken in person.resume["languages"]}
    named = {code for code, skill in LANGUAGE_SKILLS.items() if names[skill].surfaces[person.language][0] in shown}
    return named | {person.language}


def can_work_there(person: Person, job: Job) -> bool:
    """Whether the person lives where the work is, or where the remote work may be done."""
    if job.remote == "remote" and job.remote_scope == "EU":
        return person.country in advert.EUROPEAN_UNION
    return person.country == job.country


def share_of_required(person: Person, job: Job) -> float | None:
    """Share of the job's required skills that the résumé names; None where the ad requires none."""
    required = job.labels("required")
    return len(required & person.labels) / len(required) if required else None


def _has_papers(person: Person, job: Job) -> bool:
    asked = {s.label for s in job.skills if s.requirement == "required" and s.kind in CREDENTIALS - {"language"}}
    return asked <= person.labels


def _steps_off(person: Person, job: Job) -> int:
    """0 where the level is right, 1 where it is near, 2 or more where it is out of reach."""
    if job.min_years is not None and person.years + 1 < job.min_years:
        return 2
    if job.seniority is not None:
        return abs(STEPS[job.seniority] - STEPS[person.level])
    if job.min_years is not None:
        return 0 if person.years >= job.min_years else 1
    return 0 if person.level is None else 1


def grade(person: Person, job: Job) -> int:
    """How well a job suits a person, 0 to 3, by the rule at the top of this module."""
    if not can_work_there(person, job) or job.language not in _languages(person):
        return 0
    share = share_of_required(person, job)
    if person.occupation != job.occupation:
        related = frozenset({person.occupation, job.occupation}) in RELATED
        return 1 if related and share is not None and share >= HALF else 0
    off = _steps_off(person, job)
    if share is None or share < HALF or off > 1 or not _has_papers(person, job):
        return 1
    return 3 if share >= ENOUGH and off == 0 else 2


def _offers(occupation: str, decoys: list[str]) -> list[tuple[str, Wishes]]:
    """What is on offer in the name of one occupation, as (kind, wishes)."""
    offers = [("plain", Wishes(occupation, country, language, level)) for country, language, level in _OFFERS]
    offers += [("other_words", Wishes(occupation, "US", "en", _PLAIN, other_words=True)) for _ in range(3)]
    offers += [("same_words", Wishes(other, "US", "en", _PLAIN, decoy=occupation)) for other in decoys]
    offers += [("vague", Wishes(occupation, "US", "en", _PLAIN, thin=True))]
    return offers


@lru_cache(maxsize=1)
def frozen_set() -> FrozenSet:
    """48 people and 464 postings over all occupations with the grade of each pair; always the same."""
    occupations = list(vocabulary.occupations())
    people, postings, kinds = [], [], {}
    for place, occupation in enumerate(occupations):
        for number, role in enumerate(_PEOPLE):
            fixed = Role(occupation, role.country, role.language, role.level, level_drawn=False)
            people.append(make_person(f"frozen-{occupation}-{number}", fixed))
        others = [occupations[(place + step) % len(occupations)] for step in (3, 5, 7)]
        for number, (kind, wishes) in enumerate(_offers(occupation, others)):
            key = f"frozen/{occupation}/{number:02d}"
            posting = world.show_on(BOARDS[wishes.country or "US"], advert.write(key, key, wishes=wishes), FIRST_DAY)
            postings.append(posting)
            kinds[key] = kind
    grades = {(person.id, posting.job.key): grade(person, posting.job) for person in people for posting in postings}
    return FrozenSet(tuple(people), tuple(postings), grades, kinds)
