"""Text, Markdown and JSON Resume files."""

from __future__ import annotations

import json
from typing import Any

from jobmatch_dagster_tests.evaluation.resume_papers import people


def text(person: dict[str, Any]) -> bytes:
    """Plain text with capitals for headings and dashes for lists."""
    basics, words = person["basics"], person["words"]
    rows = [basics["name"], basics["label"], " | ".join(people.contact(person)), "", words["work"].upper()]
    for job in person["work"]:
        rows += [
            f"{job['position']}, {job['name']}",
            people.dates(person, job),
            *(f"- {t}" for t in job["highlights"]),
            "",
        ]
    rows.append(words["education"].upper())
    for school in person["education"]:
        rows += [f"{people.degree(school)}, {school['institution']}", people.dates(person, school), ""]
    rows += [words["skills"].upper(), *people.groups(person)]
    return "\n".join(rows).encode()


def markdown(person: dict[str, Any]) -> bytes:
    """Markdown with headings of two levels."""
    basics, words = person["basics"], person["words"]
    rows = [
        f"# {basics['name']}",
        "",
        basics["label"],
        "",
        " · ".join(people.contact(person)),
        "",
        f"## {words['work']}",
        "",
    ]
    for job in person["work"]:
        rows += [f"### {job['position']} — {job['name']}", "", f"*{people.dates(person, job)}*", ""]
        rows += [*(f"- {t}" for t in job["highlights"]), ""]
    rows += [f"## {words['education']}", ""]
    for school in person["education"]:
        rows += [f"### {school['institution']}", "", f"{people.degree(school)}, {people.dates(person, school)}", ""]
    rows += [f"## {words['skills']}", "", *(f"- {line}" for line in people.groups(person))]
    return "\n".join(rows).encode()


def json_resume(person: dict[str, Any]) -> bytes:
    """The person as a JSON Resume file."""
    basics = {k: v for k, v in person["basics"].items() if k in ("name", "label", "email", "phone")}
    keys = ("name", "position", "location", "startDate", "endDate", "highlights")
    work = [{k: job[k] for k in keys} for job in person["work"]]
    return json.dumps(
        {"basics": basics, "work": work, "education": person["education"], "skills": person["skills"]}, default=str
    ).encode()


PAPERS = {"text": (text, "txt"), "Markdown": (markdown, "md"), "JSON Resume": (json_resume, "json")}
