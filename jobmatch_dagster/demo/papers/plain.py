"""Résumés as Markdown and as plain text."""

from __future__ import annotations

from jobmatch_dagster.demo.papers import content
from jobmatch_dagster.demo.people import Person


def markdown(person: Person) -> bytes:
    """Headings, bullets and links in Markdown."""
    words = content.of(person)
    links = " · ".join(f"[{shown}]({address})" for shown, address in words.links)
    lines = [f"# {words.name}", "", words.label, "", " · ".join(words.contact), "", links, ""]
    lines += [f"## {words.headings['summary']}", "", words.summary, "", f"## {words.headings['work']}", ""]
    for entry in words.entries:
        lines += [f"### {entry.title}", "", f"{entry.place} | {entry.dates}", ""]
        lines += [f"- {item}" for item in entry.bullets] + [""]
    lines += [f"## {words.headings['education']}", ""]
    for school in words.schools:
        lines += [f"### {school.title}", "", f"{school.place} | {school.dates}", ""]
    for name, items in (("skills", words.skills), ("languages", words.languages), ("certificates", words.certificates)):
        if items:
            lines += [f"## {words.headings[name]}", "", *(f"- {item}" for item in items), ""]
    return "\n".join(lines).encode()


def text(person: Person) -> bytes:
    """Plain text with capital headings, Windows line ends and a byte order mark, as some editors save it."""
    words = content.of(person)
    lines = [words.name, words.label, *words.contact, *(address for _, address in words.links), ""]
    lines += [words.headings["summary"].upper(), words.summary, "", words.headings["work"].upper()]
    for entry in words.entries:
        lines += ["", entry.title, entry.place, entry.dates, *(f"* {item}" for item in entry.bullets)]
    lines += ["", words.headings["education"].upper()]
    for school in words.schools:
        lines += [school.title, school.place, school.dates]
    for name, items in (("skills", words.skills), ("languages", words.languages), ("certificates", words.certificates)):
        if items:
            lines += ["", words.headings[name].upper(), ", ".join(items)]
    return "\r\n".join(lines).encode("utf-8-sig")
