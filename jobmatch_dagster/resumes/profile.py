"""A document to a profile in JSON Resume's names, with confidence and offsets for each value.

Assembles; reads nothing itself.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from jobmatch_dagster.resumes import contact, derive, education, entries, extras, skills_section, spoken, work
from jobmatch_dagster.resumes import sections as sectioning
from jobmatch_dagster.resumes.model import Document, Line
from jobmatch_dagster.resumes.person import Contact
from jobmatch_dagster.resumes.phrases import texts
from jobmatch_dagster.resumes.sections import Section

SCHEMA = "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json"
# parts of the whole confidence; they add up to 1
_WEIGHTS = {"name": 0.2, "reach": 0.15, "work": 0.35, "education": 0.15, "skills": 0.15}


def build(document: Document, language: str | None, today: date) -> dict[str, Any]:
    """The profile of a document whose body has been put together.

    Args:
        document: with the offsets of its lines set.
        language: ISO 639-1 of the text, or None.
        today: what "present" means.

    Returns:
        JSON Resume with ``meta``: ``fields`` maps the path of a value to {confidence, start, end};
        ``layout_confidence`` and ``confidence`` are of the whole.
    """
    found = sectioning.split(document)
    person = contact.read(document, found, language)
    lines: dict[str, list[Section]] = {}
    for section in found:
        lines.setdefault(section.kind, []).append(section)
    jobs = [job for s in lines.get("experience", []) for job in work.read(entries.read(s.lines))]
    schools = [school for s in lines.get("education", []) for school in education.read(s.lines)]
    skills = [group for s in lines.get("skills", []) for group in skills_section.read(s.lines)]
    tongues = [tongue for s in lines.get("languages", []) for tongue in spoken.read(s.lines)]
    resume: dict[str, Any] = {
        "$schema": SCHEMA,
        "basics": _basics(person, lines),
        "work": jobs,
        "education": schools,
        "skills": skills,
        "languages": tongues or _tongues_in(skills),
        "certificates": _each(lines, "certificates", extras.certificates),
        "projects": _each(lines, "projects", extras.projects),
        "publications": _each(lines, "publications", extras.publications),
        "awards": _each(lines, "awards", extras.awards),
        "volunteer": _each(lines, "volunteer", extras.volunteer),
        "interests": _each(lines, "interests", extras.interests),
    }
    resume["meta"] = _meta(resume, person, found, document)
    resume["meta"]["derived"] = derived(resume, today)
    return resume


def says_something(resume: dict[str, Any]) -> bool:
    """Whether anything but a name was found: a name alone may be any words."""
    sections = [k for k, v in resume.items() if isinstance(v, list) and v and k != "interests"]
    return bool(sections or resume["basics"]["email"] or resume["basics"]["phone"] or resume["basics"]["profiles"])


def derived(resume: dict[str, Any], today: date) -> dict[str, Any]:
    """What follows from the profile: years of work, recent experience, seniority, highest degree."""
    years = derive.experience_years(resume["work"], today)
    return {
        "experience_years": years,
        "recent_experience": derive.recent_experience(resume["work"], today),
        "seniority": derive.seniority(resume["work"], resume["basics"].get("label"), years),
        "degree": derive.highest_degree(resume["education"]),
    }


def _each(lines: dict[str, list[Section]], kind: str, reader: Any) -> list[dict[str, Any]]:
    return [item for section in lines.get(kind, []) for item in reader(section.lines)]


def _tongues_in(skills: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Languages that stand under skills."""
    from jobmatch_dagster.resumes.model import Cell

    rows = [Line([Cell(k)]) for g in skills for k in [g["name"], *g["keywords"]] if spoken.named(k)]
    return spoken.read(rows)


def _basics(person: Contact, lines: dict[str, list[Section]]) -> dict[str, Any]:
    location = None
    if person.place:
        location = {"city": person.place.city, "region": person.place.region, "countryCode": person.place.country}
        location["address"] = person.place.text
    return {
        "name": person.name,
        "label": person.label,
        "email": person.email,
        "phone": person.phone,
        "url": person.url,
        "location": location,
        "profiles": person.profiles,
        "summary": _summary(lines, person),
    }


def _summary(lines: dict[str, list[Section]], person: Contact) -> str | None:
    for section in lines.get("summary", []):
        paragraphs, items = texts(section.lines)
        text = "\n".join([*paragraphs, *items])
        if len(text) > 20:
            return text
    for section in lines.get("top", []):
        long = [line for line in section.lines if len(line.text.split()) >= 8 and "@" not in line.text]
        if len(long) >= 2 or (long and len(long[0].text) > 120):
            first = section.lines.index(long[0])
            paragraphs, _ = texts(section.lines[first:])
            return "\n".join(paragraphs) or None
    return None


def _meta(resume: dict[str, Any], person: Contact, found: list[Section], document: Document) -> dict[str, Any]:
    fields: dict[str, dict[str, Any]] = {}
    for path, sure in person.confidence.items():
        start, end = person.at.get(path) or (None, None)
        fields[path] = {"confidence": round(sure, 2), "start": start, "end": end}
    for kind in ("work", "education"):
        for n, entry in enumerate(resume[kind]):
            for name, at in entry.pop("_at", {}).items():
                if at:
                    fields[f"{kind}[{n}].{name}"] = {"confidence": entry["_confidence"], "start": at[0], "end": at[1]}
    named = [s for s in found if s.kind not in ("top", "other")]
    covered = sum(len(s.lines) for s in named) / max(len(document.lines), 1)
    layout = round(min(1.0, 0.2 * len(named)) * (0.5 + 0.5 * covered), 2)
    return {"fields": fields, "layout_confidence": layout, "confidence": _confidence(resume, person, layout)}


def _confidence(resume: dict[str, Any], person: Contact, layout: float) -> float:
    def mean(items: list[dict[str, Any]]) -> float:
        return sum(i["_confidence"] for i in items) / len(items) if items else 0.0

    parts = {
        "name": person.confidence.get("basics.name", 0.0),
        "reach": max(person.confidence.get("basics.email", 0.0), person.confidence.get("basics.phone", 0.0)),
        "work": mean(resume["work"]),
        "education": mean(resume["education"]),
        "skills": 0.9 if resume["skills"] else 0.0,
    }
    return round((0.3 + 0.7 * layout) * sum(_WEIGHTS[k] * v for k, v in parts.items()), 2)


def warnings(resume: dict[str, Any]) -> list[str]:
    """What the person can mend, one sentence each."""
    basics, said = resume["basics"], []
    if not basics.get("name"):
        said.append("No name was found. Put your name on the first line, on its own.")
    if not basics.get("email"):
        said.append("No e-mail address was found. Write it as text, not as a picture.")
    if not resume["work"]:
        said.append("No jobs were found. Put them under a heading such as Experience, each with its dates.")
    elif any(not job.get("startDate") for job in resume["work"]):
        said.append("Some jobs have no dates. Write the month and year in which each began and ended.")
    if not resume["education"]:
        said.append("No education was found. Put it under a heading such as Education.")
    if not resume["skills"]:
        said.append("No skills section was found. A list under a heading such as Skills helps to match you.")
    return said
