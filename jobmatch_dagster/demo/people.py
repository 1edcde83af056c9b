"""Made-up people whose truth is known: JSON Resume content that fits an occupation, and which paper it is written on.

``people()`` is the demo's cast, ``generate_people`` makes as many as one wants, ``write_resumes`` renders files.
How a file looks is decided in ``papers``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jobmatch_dagster.demo import vocabulary
from jobmatch_dagster.demo.dice import Dice
from jobmatch_dagster.demo.slugs import slug
from jobmatch_dagster.demo.vocabulary import Country, Occupation, Skill, Words

TODAY = (2026, 3)  # the month in which all résumés were written
YEARS = {"junior": (1, 2), None: (3, 6), "senior": (7, 12), "lead": (9, 15)}
LEVELS = {None: 50, "senior": 25, "junior": 15, "lead": 10}
MAIL_DOMAIN = "example.org"

# What a file's kind leads to: the status of the résumé room, or the ones that are right where more than one is.
STATUSES = {
    "pdf_scan": ("needs_ocr",),
    "pdf_encrypted": ("encrypted",),
    "pdf_empty": ("empty",),
    "misnamed": ("unsupported", "corrupt"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up person.

    ``resume`` is the truth as JSON Resume; ``skills`` are the ids of skills.csv that it names; ``years`` counts
    overlapping work once; ``story`` is promoted (several roles at one employer), overlapping, or None.
    """

    id: str
    occupation: str
    level: str | None
    language: str
    country: str
    city: str
    email: str
    years: float
    skills: tuple[str, ...]
    paper: str
    story: str | None
    resume: dict[str, Any]

    @property
    def labels(self) -> frozenset[str]:
        """Labels of the skills that the résumé names."""
        return frozenset(vocabulary.skills()[name].label for name in self.skills)

    @property
    def statuses(self) -> tuple[str, ...]:
        """The status, or statuses, that reading this person's file may end with."""
        return STATUSES.get(self.paper, ("parsed",))


@dataclass(frozen=True, slots=True)
class Role:
    """What a caller fixes about a person; None is drawn."""

    occupation: str | None = None
    country: str | None = None
    language: str | None = None
    level: str | None = None
    level_drawn: bool = True
    paper: str = "pdf_one_column"
    story: str | None = None


@lru_cache(maxsize=1)
def words() -> Words:
    """The content of people.yaml."""
    content: Words = vocabulary.read_yaml(vocabulary.DATA / "people.yaml")
    return content


def _month(position: int) -> str:
    """A month counted from year 0, as YYYY-MM."""
    return f"{position // 12:04d}-{position % 12 + 1:02d}"


def _phone(dice: Dice, country: str) -> str:
    blocks = words()["phones"]
    prefix, pattern = blocks.get(country, blocks["other"])
    return prefix + "".join(dice.text("0123456789", 1) if sign == "#" else sign for sign in pattern)


def _spans(dice: Dice, months: int, story: str | None) -> list[tuple[int, int | None]]:
    """Start and end of each job, newest first; the newest has no end. Gaps of up to three months lie between them."""
    now = TODAY[0] * 12 + TODAY[1] - 1
    count = 3 if story else (1 if months < 30 else 2 if months < 72 else 3)
    spans: list[tuple[int, int | None]] = []
    end, length = now, max(6, months // count)
    for place in range(count):
        start = end - length - dice.between(-2, 2)
        spans.append((start, None if place == 0 else end))
        end = start if story == "promoted" else start - dice.between(0, 3)
    if story == "overlapping":
        newest, second = spans[0], spans[1]
        spans[1] = (second[0], newest[0] + min(8, length // 2))
    return spans


def _experience_years(spans: list[tuple[int, int | None]]) -> float:
    now = TODAY[0] * 12 + TODAY[1] - 1
    months = {month for start, end in spans for month in range(start, now if end is None else end)}
    return round(len(months) / 12, 1)


def _employer(dice: Dice, occupation: Occupation) -> str:
    names = vocabulary.company_names()
    return f"{dice.pick(names['first'])} {dice.pick(names['second'][occupation.field])}"


def _titles(dice: Dice, occupation: Occupation, language: str, level: str | None, count: int) -> list[str]:
    """Job titles, newest first: the level marks the newest one, earlier ones are plain or junior."""
    patterns = vocabulary.languages()[language]["trade_levels" if occupation.trade else "levels"]
    base = dice.pick(occupation.titles[language])
    titles = [patterns[level].replace("{t}", base) if level in patterns else base]
    titles += [dice.pick(occupation.titles[language]) for _ in range(count - 1)]
    if count > 2 and "junior" in patterns:
        titles[-1] = patterns["junior"].replace("{t}", titles[-1])
    return titles


def _work(
    dice: Dice,
    occupation: Occupation,
    country: Country,
    language: str,
    titles: list[str],
    spans: list[tuple[int, int | None]],
    surfaces: list[str],
    story: str | None,
) -> list[dict[str, Any]]:
    own, ads = words()["words"][language], vocabulary.languages()[language]
    bullets = dice.shuffled(occupation.done.get(language, ())) + dice.shuffled(occupation.duties[language])
    employers = [_employer(dice, occupation) for _ in titles]
    if story == "promoted":
        employers[1] = employers[0]
    share = max(1, -(-len(surfaces) // len(titles)))
    work = []
    for place, (title, (start, end)) in enumerate(zip(titles, spans, strict=True)):
        named = surfaces[place * share : (place + 1) * share]
        listing = f" {ads['and']} ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
        highlights = [bullets[(3 * place + at) % len(bullets)] for at in range(3)]
        if listing:
            highlights.append(dice.pick(own["used"]).replace("{list}", listing))
        work.append(
            {
                "name": employers[place],
                "position": title,
                "location": dice.pick(country.cities).name,
                "startDate": _month(start),
                "endDate": None if end is None else _month(end),
                "highlights": highlights,
            }
        )
    if story == "promoted":
        work[1]["location"] = work[0]["location"]
    return work


def _skills(dice: Dice, occupation: Occupation, language: str) -> list[Skill]:
    core = vocabulary.skills_in(occupation.id, language, "core")
    extra = vocabulary.skills_in(occupation.id, language, "extra")
    known = dice.some(core, max(3, round(len(core) * (0.65 + 0.35 * dice.roll()))))
    return known + dice.some([s for s in extra if s.kind != "language"], dice.between(1, 4))


def make_person(person_id: str, role: Role = Role()) -> Person:
    """Make up one person.

    Args:
        person_id: seeds everything that ``role`` leaves open.
        role: what is fixed.
    """
    dice = Dice(f"person/{person_id}")
    country = vocabulary.countries()[role.country or dice.weighted(vocabulary.country_shares())]
    language = role.language or dice.weighted(country.languages)
    occupation = vocabulary.occupations()[role.occupation or dice.pick(vocabulary.occupations_in(language))]
    level = dice.weighted(LEVELS) if role.level_drawn and role.level is None else role.level
    own = words()["words"][language]
    name = f"{dice.pick(words()['names'][language]['first'])} {dice.pick(words()['names'][language]['last'])}"
    handle = slug(name)
    digits = "".join(sign for sign in person_id if sign.isdigit())
    email = f"{handle.replace('-', '.')}{digits}@{MAIL_DOMAIN}"
    city = dice.pick(country.cities)

    spans = _spans(dice, dice.between(*YEARS[level]) * 12 + dice.between(0, 8), role.story)
    years = _experience_years(spans)
    titles = _titles(dice, occupation, language, level, len(spans))
    known = _skills(dice, occupation, language)
    surfaces = {skill.id: dice.pick(skill.surfaces[language]) for skill in known}
    papers = [skill for skill in known if skill.kind in ("licence", "certificate")]
    plain = [skill for skill in known if skill not in papers]
    work = _work(dice, occupation, country, language, titles, spans, [surfaces[s.id] for s in plain], role.story)
    first_start = spans[-1][0]
    degree = own["degrees"][occupation.education or "secondary"]
    school_years = {"master": 5, "bachelor": 4}.get(occupation.education or "", 3)
    resume = {
        "basics": {
            "name": name,
            "label": titles[0],
            "email": email,
            "phone": _phone(dice, country.code),
            "url": f"https://{handle}.example.org",
            "location": {"city": city.name, "region": city.region, "countryCode": country.code},
            "profiles": [
                {"network": "LinkedIn", "username": handle, "url": f"https://www.linkedin.com/in/{handle}-demo"},
            ],
            "summary": own["summary"]
            .replace("{label}", titles[0])
            .replace("{years}", str(round(years)))
            .replace("{field}", words()["areas"][occupation.id][language].lower()),
        },
        "work": work,
        "education": [
            {
                "institution": dice.pick(own["schools"]),
                "area": words()["areas"][occupation.id][language],
                "studyType": degree,
                "startDate": str(first_start // 12 - school_years),
                "endDate": str(first_start // 12),
            }
        ],
        "skills": [{"name": surfaces[skill.id], "keywords": []} for skill in plain],
        "languages": _spoken(dice, language, own),
        "certificates": [
            {"name": surfaces[skill.id], "date": str(first_start // 12 + dice.between(0, 2))} for skill in papers
        ],
        "projects": [],
    }
    return Person(
        id=person_id,
        occupation=occupation.id,
        level=level,
        language=language,
        country=country.code,
        city=city.name,
        email=email,
        years=years,
        skills=tuple(skill.id for skill in known),
        paper=role.paper,
        story=role.story,
        resume=resume,
    )


LANGUAGE_SKILLS = {"en": "english", "de": "german", "fr": "french", "es": "spanish"}


def _spoken(dice: Dice, language: str, own: Words) -> list[dict[str, str]]:
    """The mother tongue, where the vocabulary has its name, and one foreign language."""
    names = vocabulary.skills()
    spoken = []
    if language in LANGUAGE_SKILLS:
        mother = names[LANGUAGE_SKILLS[language]].surfaces[language][0]
        spoken.append({"language": mother, "fluency": own["fluency"][0]})
    foreign = [skill for code, skill in LANGUAGE_SKILLS.items() if code != language]
    other = foreign[0] if language != "en" else dice.pick(foreign)
    spoken.append({"language": names[other].surfaces[language][0], "fluency": own["fluency"][dice.between(1, 2)]})
    return spoken


def people() -> list[Person]:
    """The demo's cast: 21 people over all occupations, in the order of people.yaml; always the same."""
    cast = []
    for number, entry in enumerate(words()["cast"], 1):
        role = Role(level_drawn=False, **entry)
        cast.append(make_person(f"demo-{number:02d}", role))
    return cast


READABLE = (
    "pdf_one_column",
    "pdf_right_dates",
    "pdf_serif",
    "pdf_two_columns",
    "pdf_sidebar",
    "pdf_crossed",
    "docx_plain",
    "docx_tables",
    "odt",
    "markdown",
    "text",
)
_GALLERY = {"en": "US", "de": "DE", "fr": "FR", "es": "ES", "nl": "NL", "pl": "PL", "pt": "PT", "it": "IT"}
_BEYOND_WESTERN_EUROPE = frozenset({"pl"})  # languages whose letters the PDF base fonts lack


def gallery() -> list[Person]:
    """People for evaluating résumé readers: every readable kind of file in eight languages, all stories, with truth."""
    stories = (None, "promoted", None, "overlapping")
    shown: list[Person] = []
    for language, country in _GALLERY.items():
        for paper in READABLE:
            if paper == "pdf_serif" and language in _BEYOND_WESTERN_EUROPE:
                continue
            role = Role(country=country, language=language, paper=paper, story=stories[len(shown) % len(stories)])
            shown.append(make_person(f"gallery-{len(shown) + 1:02d}", role))
    return shown


def generate_people(n: int, seed: str = "benchmark") -> Iterator[Person]:
    """Make up ``n`` people with the same machinery, without files.

    Args:
        n: how many.
        seed: another seed gives other people.
    """
    for number in range(n):
        yield make_person(f"{seed}-{number}")


def write_resumes(folder: Path, cast: Iterable[Person]) -> list[Path]:
    """Render each person's résumé as a file of the kind that ``paper`` names; the same bytes each time.

    Args:
        folder: made if it is not there.
        cast: whose résumés.

    Returns:
        The files in the order of the people, named after the person's id.
    """
    from jobmatch_dagster.demo import papers

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for person in cast:
        content, suffix = papers.render(person)
        path = folder / f"{person.id}{suffix}"
        path.write_bytes(content)
        paths.append(path)
    return paths
