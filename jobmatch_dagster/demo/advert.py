"""One made-up job: its truth, and the words of its ad as sections. How a board marks them up is ``markup``'s business.

The truth holds what the ad's text and fields say, and nothing else: a value that the ad leaves out is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jobmatch_dagster.demo import pay, vocabulary
from jobmatch_dagster.demo.dice import Dice
from jobmatch_dagster.demo.pay import Salary
from jobmatch_dagster.demo.vocabulary import City, Country, Occupation, Skill, Words

Requirement = Literal["required", "preferred", "mentioned", "excluded"]

LEVELS = {None: 46, "senior": 22, "junior": 14, "lead": 8, "manager": 6, "intern": 4}
YEARS = {None: (2, 5), "senior": (5, 8), "lead": (5, 10), "manager": (6, 10), "junior": (2, 2)}
EMPLOYMENT = {"full_time": 72, "part_time": 12, "contract": 9, "temporary": 7}
WORKPLACE = {"remote": 20, "hybrid": 25, "onsite": 15, None: 40}
EUROPEAN_UNION = frozenset({"DE", "FR", "ES", "PL", "NL", "PT", "IT"})

CREDENTIALS = frozenset({"licence", "certificate", "language"})

SHARE_WITH_SALARY = 0.66
SHARE_PAY_IN_TEXT = 0.6
SHARE_WITH_YEARS = 0.62
SHARE_WITH_EDUCATION = 0.55
SHARE_WITH_EXCLUDED = 0.08
SHARE_WITH_MENTIONED = 0.25
SHARE_PREFERRED_INLINE = 0.2


@dataclass(frozen=True, slots=True)
class SkillTruth:
    """One skill as the ad asks for it. ``surface`` are the very characters that the text shows."""

    label: str
    surface: str
    requirement: Requirement
    kind: str
    skill_id: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the ad: a heading (or none) and its items, shown as bullets or as sentences."""

    heading: str | None
    items: tuple[str, ...]
    bullets: bool


@dataclass(frozen=True, slots=True)
class Job:
    """What a made-up job is, apart from where and when it is shown.

    ``key`` is the same on all boards and days; ``ad_group`` is shared by the same ad in several cities.
    """

    key: str
    ad_group: str
    occupation: str
    title: str
    company: str
    company_suffix: str
    country: str
    city: str | None
    region: str | None
    postcode: str | None
    language: str
    seniority: str | None
    min_years: int | None
    education: str | None
    employment_type: str
    remote: str | None
    remote_scope: str | None
    salary: Salary | None
    salary_in_text: bool
    skills: tuple[SkillTruth, ...]
    sections: tuple[Section, ...]

    def labels(self, *requirements: Requirement) -> frozenset[str]:
        """Labels of the skills with one of the given requirements (all of them if none is given)."""
        return frozenset(s.label for s in self.skills if not requirements or s.requirement in requirements)

    @property
    def text(self) -> str:
        """The ad as plain text, one item a line: what good cleaning makes of any of its markups."""
        return "\n".join(line for s in self.sections for line in ([s.heading] if s.heading else []) + list(s.items))


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a caller fixes about a job; everything left out is drawn.

    ``decoy`` names another occupation whose skills the ad mentions without asking for them; ``other_words`` takes the
    last way to write each skill instead of any; ``thin`` leaves out duties and requirements.
    """

    occupation: str | None = None
    country: str | None = None
    language: str | None = None
    level: str | None = None
    salary_in_text: bool | None = None
    decoy: str | None = None
    other_words: bool = False
    thin: bool = False


def _capital(item: str) -> str:
    return item[:1].upper() + item[1:]


class _Writer:
    """Writes one ad: keeps the dice, the language's words and the truth found so far together."""

    def __init__(self, dice: Dice, occupation: Occupation, language: str, other_words: bool) -> None:
        self.dice, self.occupation, self.language, self.other_words = dice, occupation, language, other_words
        self.words: Words = vocabulary.languages()[language]
        self.skills: list[SkillTruth] = []

    def surface(self, skill: Skill) -> str:
        surfaces = skill.surfaces[self.language]
        return surfaces[-1] if self.other_words else self.dice.pick(surfaces)

    def note(self, skill: Skill, surface: str, requirement: Requirement, item: str) -> str:
        """Remember the skill with its surface as the item shows it, and return the item with a capital first letter."""
        shown = _capital(item)
        self.skills.append(
            SkillTruth(
                skill.label, surface if surface in shown else _capital(surface), requirement, skill.kind, skill.id
            )
        )
        return shown

    def one(self, skill: Skill, requirement: Requirement, frames: list[str]) -> str:
        surface = self.surface(skill)
        return self.note(skill, surface, requirement, self.dice.pick(frames).replace("{s}", surface))

    def frames_for(self, skill: Skill) -> list[str]:
        kind = skill.kind
        name = "language" if kind == "language" else "licence" if kind in CREDENTIALS else "know"
        frames: list[str] = self.words[name]
        return frames

    def listed(self, skills: list[Skill], requirement: Requirement, frames: list[str]) -> str:
        """Several skills in one item: "Experience with a, b and c"."""
        surfaces = [self.surface(skill) for skill in skills]
        listing = ", ".join(surfaces[:-1]) + f" {self.words['and']} {surfaces[-1]}"
        item = self.dice.pick(frames).replace("{list}", listing).replace("{s}", listing)
        for skill, surface in zip(skills, surfaces, strict=True):
            self.note(skill, surface, requirement, item)
        return _capital(item)

    def decoy(self, occupation: str) -> str:
        """The words of another occupation in a sentence that asks for nothing."""
        taken = {truth.skill_id for truth in self.skills}
        core = [s for s in vocabulary.skills_in(occupation, self.language, "core") if s.kind not in CREDENTIALS]
        return self.listed([s for s in core if s.id not in taken][:4], "mentioned", self.words["mention"])

    def required(self) -> list[str]:
        core = self.dice.shuffled(vocabulary.skills_in(self.occupation.id, self.language, "core"))
        chosen = core[: self.dice.between(4, 6)]
        plain = [skill for skill in chosen if skill.kind not in CREDENTIALS]
        items: list[str] = []
        if len(plain) >= 3 and self.dice.chance(0.55):
            together = plain[: self.dice.between(2, 3)]
            items.append(self.listed(together, "required", self.words["know_list"]))
            chosen = [skill for skill in chosen if skill not in together]
        return items + [self.one(skill, "required", self.frames_for(skill)) for skill in chosen]

    def preferred(self, inline: bool) -> list[str]:
        extra = self.dice.some(
            vocabulary.skills_in(self.occupation.id, self.language, "extra"), self.dice.between(1, 4)
        )
        # Without a heading of its own, the sentence itself has to say that it is a wish.
        frames = self.words["prefer"][1:] if inline else self.words["prefer"]
        plus = self.words["prefer"][1:2]  # "… is a plus" fits papers and languages too
        return [self.one(skill, "preferred", plus if skill.kind in CREDENTIALS else frames) for skill in extra]

    def stray(self, requirement: Requirement, name: str) -> str:
        """A skill of another occupation that the ad names without asking for it."""
        other = self.dice.pick(vocabulary.occupations_in(self.language))
        taken = {truth.skill_id for truth in self.skills}
        pool = [s for s in vocabulary.skills_in(other, self.language, "core") if s.id not in taken]
        pool = [s for s in pool if s.kind in ("tool", "method", "knowledge")]
        return self.one(self.dice.pick(pool), requirement, self.words[name]) if pool else ""


def _title(dice: Dice, occupation: Occupation, words: Words, base: str, level: str | None) -> tuple[str, str | None]:
    patterns = words["trade_levels" if occupation.trade else "levels"]
    if level in patterns:
        title = patterns[level].replace("{t}", base)
    else:
        title, level = base, None
    suffix = dice.pick(words["suffix"]) if words["suffix"] and dice.chance(words["suffix_share"]) else ""
    return title + suffix, level


def _company(dice: Dice, occupation: Occupation, country: Country) -> tuple[str, str]:
    names = vocabulary.company_names()
    second = names["second"][occupation.field] if dice.chance(0.75) else names["second"]["any"]
    return f"{dice.pick(names['first'])} {dice.pick(second)}", dice.pick(country.suffixes)


def _workplace(dice: Dice, occupation: Occupation, country: Country, words: Words) -> tuple[str | None, str | None]:
    """Remote, hybrid, onsite or nothing said; and for remote jobs where one may live."""
    remote = dice.weighted(WORKPLACE) if occupation.remote else ("onsite" if dice.chance(0.2) else None)
    if remote != "remote":
        return remote, None
    scopes = words["scopes"]
    union = country.code in EUROPEAN_UNION and dice.chance(0.4)
    scope = "EU" if union else country.code
    return ("remote", scope) if scope in scopes else ("hybrid", None)


def _years(dice: Dice, words: Words, level: str | None, title: str) -> tuple[int | None, list[str]]:
    if level not in YEARS or not dice.chance(SHARE_WITH_YEARS if level != "junior" else 0.2):
        return None, []
    years = dice.between(*YEARS[level])
    frames = words["years_from_five"] if years >= 5 and "years_from_five" in words else words["years"]
    return years, [dice.pick(frames).replace("{n}", str(years)).replace("{title}", title)]


def _sections(dice: Dice, words: Words, parts: dict[str, list[str]]) -> tuple[Section, ...]:
    """Put the parts in an order that ads use, with headings of the language; empty parts vanish."""
    order = ["intro", "about", "duties", "required", "preferred", "benefits", "pay", "apply", "boilerplate"]
    if dice.chance(0.3):
        order.remove("about")
        order.insert(order.index("apply"), "about")
    sections = []
    for name in order:
        items = tuple(item for item in parts[name] if item)
        if items:
            heading = dice.pick(words["headings"][name]) if name in words["headings"] else None
            sections.append(Section(heading, items, name in ("duties", "required", "preferred", "benefits")))
    return tuple(sections)


def _fill(frame: str, company: str, city: str, title: str, dice: Dice) -> str:
    if "{" not in frame:
        return frame
    values = {
        "{company}": company,
        "{city}": city,
        "{title}": title,
        "{age}": str(dice.between(11, 95)),
        "{staff}": str(dice.between(3, 99) * 10),
        "{sites}": str(dice.between(2, 14)),
    }
    for mark, value in values.items():
        frame = frame.replace(mark, value)
    return frame


def write(key: str, ad_group: str, *, second_city: bool = False, wishes: Wishes = Wishes()) -> Job:
    """Make up one job and its ad.

    Args:
        key: the job's name, the same on all boards and days.
        ad_group: seeds everything; two jobs with one group are the same ad.
        second_city: place it in the next city of the country instead of the first.
        wishes: what the caller fixes.
    """
    dice = Dice(f"job/{ad_group}")
    country = vocabulary.countries()[wishes.country or dice.weighted(vocabulary.country_shares())]
    language = wishes.language or dice.weighted(country.languages)
    occupation = vocabulary.occupations()[wishes.occupation or dice.pick(vocabulary.occupations_in(language))]
    number = int(dice.roll() * len(country.cities))
    city: City = country.cities[(number + second_city) % len(country.cities)]
    writer = _Writer(dice, occupation, language, wishes.other_words)
    words = writer.words

    base = dice.pick(occupation.titles[language])
    title, level = _title(dice, occupation, words, base, wishes.level or dice.weighted(LEVELS))
    company, suffix = _company(dice, occupation, country)
    remote, scope = _workplace(dice, occupation, country, words)
    employment = "internship" if level == "intern" else dice.weighted(EMPLOYMENT)
    years, years_items = _years(dice, words, level, base)
    education = occupation.education if dice.chance(SHARE_WITH_EDUCATION) else None
    salary = pay.draw(dice, occupation, country, language, level) if dice.chance(SHARE_WITH_SALARY) else None
    drawn = dice.chance(SHARE_PAY_IN_TEXT)
    in_text = bool(salary) and (drawn if wishes.salary_in_text is None else wishes.salary_in_text)

    required = writer.required()
    inline = dice.chance(SHARE_PREFERRED_INLINE)
    preferred = writer.preferred(inline)
    excluded = [writer.stray("excluded", "exclude")] if dice.chance(SHARE_WITH_EXCLUDED) else []
    mentioned = [writer.stray("mentioned", "mention")] if dice.chance(SHARE_WITH_MENTIONED) else []
    if wishes.decoy:
        mentioned.append(writer.decoy(wishes.decoy))
    if education:
        required.append(dice.pick(words["education"][education]))
    required = dice.shuffled(required + years_items + dice.some(words["soft"], dice.between(1, 2)) + excluded)
    place = []
    if remote:
        place = [dice.pick(words["remote"][remote]).replace("{scope}", words["scopes"].get(scope, ""))]
    life = dice.some(words["life"], dice.between(1, 6))
    parts = {
        "intro": [dice.pick(words["intro"]), dice.pick(words["role"]), *life[:1]],
        "about": [dice.pick(words["about"]), *life[1:], *mentioned],
        "duties": dice.some(occupation.duties[language], dice.between(3, 6)),
        "required": required + (preferred if inline else []),
        "preferred": [] if inline else preferred,
        "benefits": dice.shuffled(
            dice.some(words["benefits"], dice.between(2, 4)) + dice.some(words["traps"], dice.between(0, 2))
        ),
        "pay": [dice.pick(words["pay"]).replace("{salary}", salary.text)] if salary and in_text else [],
        "apply": [dice.pick(words["employment"][employment]), *place, dice.pick(words["apply"])],
        "boilerplate": [dice.pick(words["boilerplate"])] if dice.chance(0.6) else [],
    }
    if wishes.thin:
        parts |= {name: [] for name in ("duties", "required", "preferred", "pay")}
        mentioned, years, education, salary = [], None, None, None
        parts["intro"], parts["about"], writer.skills = parts["intro"][:2], parts["about"][:1], []
    filled = {name: [_fill(item, company, city.name, base, dice) for item in items] for name, items in parts.items()}
    away = remote == "remote"
    return Job(
        key=key,
        ad_group=ad_group,
        occupation=occupation.id,
        title=title,
        company=company,
        company_suffix=suffix,
        country=country.code,
        city=None if away else city.name,
        region=None if away else city.region,
        postcode=None if away else city.postcode,
        language=language,
        seniority=level,
        min_years=years,
        education=education,
        employment_type=employment,
        remote=remote,
        remote_scope=scope,
        salary=salary,
        salary_in_text=in_text,
        skills=tuple(writer.skills),
        sections=_sections(dice, words, filled),
    )
