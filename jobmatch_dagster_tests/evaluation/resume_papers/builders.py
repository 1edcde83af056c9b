"""Layouts that builders of résumés offer beside those of ``templates``: headings over the middle of the page, names of
sections set flush with what they stand beside, a band over two columns, small capitals, school first. Web pages;
``browser`` prints them.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from itertools import groupby
from typing import Any

from jobmatch_dagster_tests.evaluation.resume_papers import people

_BASE = (
    "@page{margin:0}*{box-sizing:border-box}body{margin:0;font:10.5px/1.45 Arial,sans-serif}h1,h2,h3,p,ul{margin:0}"
    "ul{padding-left:14px}.both{display:flex;justify-content:space-between}.end{text-align:right}"
    ".dots i{display:inline-block;width:8px;height:8px;border:1px solid;border-radius:50%;margin-right:3px}"
)
_LEVELS = ("Advanced", "Intermediate", "Expert")


def _e(value: object) -> str:
    return html.escape(str(value))


def _page(style: str, body: str) -> str:
    head = f"<!doctype html><html><head><meta charset=utf-8><style>{_BASE}{style}</style></head>"
    return f"{head}<body>{body}</body></html>"


def _reach(person: dict[str, Any]) -> list[str]:
    basics = person["basics"]
    return [basics["place"], basics["phone"], basics["email"], *basics["links"]]


def _spans(texts: list[str]) -> str:
    return "".join(f"<span class=reach>{_e(text)}</span>" for text in texts)


def _items(job: dict[str, Any]) -> str:
    return "<ul>" + "".join(f"<li>{_e(text)}</li>" for text in job["highlights"]) + "</ul>"


def _entry(left: tuple[str, str], right: tuple[str, str], more: str = "") -> str:
    """Two lines with something at each end, the first one bold."""
    sides = [
        f"<div{kind}><p><b>{_e(a)}</b></p><p>{_e(b)}</p></div>" for (a, b), kind in ((left, ""), (right, " class=end"))
    ]
    return f"<div class=both>{''.join(sides)}</div>{more}"


def _sections(person: dict[str, Any]) -> dict[str, list[str]]:
    """The parts of each section, without its name."""

    def when(entry: dict[str, Any]) -> str:
        return people.dates(person, entry)

    return {
        "summary": [f"<p>{_e(person['summary'])}</p>"],
        "work": [_entry((j["name"], j["position"]), (when(j), j["location"]), _items(j)) for j in person["work"]],
        "education": [_entry((s["institution"], s["area"]), (when(s), s["studyType"])) for s in person["education"]],
        "skills": [
            f"<div><p><b>{_e(group['name'] or 'Core')}</b></p><p>{_LEVELS[n % 3]}</p><div class=dots>{'<i></i>' * 5}"
            f"</div><p>{_e(', '.join(group['keywords']))}</p></div>"
            for n, group in enumerate(person["skills"])
        ],
        "languages": [f"<div><p><b>{_e(name)}</b></p><p>{_e(level)}</p></div>" for name, level in person["languages"]],
        "certificates": [
            f"<p class=both><b>{_e(name)}</b><b>{_e(year)}</b></p>" for name, year in person["certificates"]
        ],
    }


def _all(person: dict[str, Any], names: str, frame: Callable[[str, str], str]) -> str:
    parts = _sections(person)
    return "".join(
        frame(person["words"][name], f"<div class={name}>{''.join(parts[name])}</div>")
        for name in names.split()
        if parts[name]
    )


def _under(name: str, body: str) -> str:
    return f"<h3>{_e(name)}</h3>{body}"


def over_the_middle(person: dict[str, Any]) -> str:
    """Every heading in the middle of the page, skills and languages in two centred columns."""
    basics = person["basics"]
    style = (
        "body{padding:36px}.top{text-align:center}.reach{margin:0 6px}h3{font-size:10.5px;text-align:center;"
        "border-bottom:1px solid #78350f;color:#78350f;margin:12px 0 5px}"
        ".skills,.languages{display:grid;grid-template-columns:1fr 1fr;text-align:center}"
    )
    head = f"<h1>{_e(basics['name'])}</h1><p>{_e(basics['label'])}</p><p>{_spans(_reach(person))}</p>"
    names = "summary work education skills languages certificates"
    return _page(style, f"<div class=top>{head}</div>{_all(person, names, _under)}")


def flush_labels(person: dict[str, Any]) -> str:
    """The sections' names on the left, flush with what they stand beside and no bolder than it."""
    basics = person["basics"]
    row = "display:grid;grid-template-columns:1fr 3fr;column-gap:22px"
    style = (
        f"body{{padding:36px}}.row{{{row};margin-top:12px}}h1{{font-size:22px}}.reach{{margin-right:10px}}"
        "h3{font-size:10.5px;font-weight:500;color:#1d4ed8;text-align:right}"
    )

    def beside(name: str, body: str) -> str:
        return f"<div class=row><h3>{_e(name)}</h3>{body}</div>"

    head = f"<div><h1>{_e(basics['name'])}</h1><p>{_e(basics['label'])}</p><p>{_spans(_reach(person))}</p></div>"
    names = "summary work education skills languages certificates"
    return _page(style, f"<div class=row><h3>Europass</h3>{head}</div>{_all(person, names, beside)}")


def band(person: dict[str, Any]) -> str:
    """A band with the name and the summary, one with the reach, and two columns of one width under them."""
    basics = person["basics"]
    style = (
        ".band{background:#fde68a;padding:24px}.bar{background:#d97706;color:#fff;padding:8px 24px}"
        ".reach{margin-right:14px}.half{display:grid;grid-template-columns:1fr 1fr;gap:20px;padding:18px 24px}"
        "h3{font-size:10.5px;margin:10px 0 4px;color:#d97706}"
    )
    head = f"<h2>{_e(basics['name'])}</h2><p>{_e(basics['label'])}</p><p>{_e(person['summary'])}</p>"
    left, right = (_all(person, names, _under) for names in ("work education", "skills certificates languages"))
    return _page(
        style,
        f"<div class=band>{head}</div><div class=bar>{_spans(_reach(person))}</div>"
        f"<div class=half><div>{left}</div><div>{right}</div></div>",
    )


def small_capitals(person: dict[str, Any]) -> str:
    """Titles in small capitals under bold employers, headings in two colours, names of lists beside them."""
    basics, words = person["basics"], person["words"]
    style = (
        "body{padding:36px}.top{text-align:center}h1{font-size:30px;font-weight:300}"
        "h2{font-size:15px;border-bottom:1px solid #999;margin:12px 0 5px}em{color:#dc3522;font-style:normal}"
        ".small{font-variant:small-caps;color:#666}.row{display:grid;grid-template-columns:110px 1fr}"
        ".row b{text-align:right;padding-right:12px}"
    )

    def heading(name: str) -> str:
        return f"<h2><em>{_e(name[:3])}</em>{_e(name[3:])}</h2>"

    def entry(name: str, place: str, what: str, dates: str, more: str = "") -> str:
        first = f"<p class=both><b>{_e(name)}</b><i>{_e(place)}</i></p>"
        return f"{first}<p class='both small'><span>{_e(what)}</span><i>{_e(dates)}</i></p>{more}"

    def beside(pairs: list[tuple[str, str]]) -> str:
        return "".join(f"<div class=row><b>{_e(name)}</b><span>{_e(text)}</span></div>" for name, text in pairs)

    jobs = [entry(j["name"], j["location"], j["position"], people.dates(person, j), _items(j)) for j in person["work"]]
    schools = [entry(s["institution"], "", people.degree(s), people.dates(person, s)) for s in person["education"]]
    first, _, others = basics["name"].partition(" ")
    head = f"<h1>{_e(first)} <b>{_e(others)}</b></h1><p class=small>{_e(basics['label'])}</p>"
    head += f"<p><i>{_e(basics['place'])}</i></p><p>{_e(' | '.join(_reach(person)[1:]))}</p>"
    skills = beside([(group["name"] or "Core", ", ".join(group["keywords"])) for group in person["skills"]])
    spoken = heading(words["languages"]) + beside(person["languages"]) if person["languages"] else ""
    return _page(
        style,
        f"<div class=top>{head}</div>{heading(words['summary'])}<p>{_e(person['summary'])}</p>{heading(words['work'])}"
        f"{''.join(jobs)}{heading(words['education'])}{''.join(schools)}{heading(words['skills'])}{skills}{spoken}",
    )


def school_first(person: dict[str, Any]) -> str:
    """Education before work, each employer once over its roles, the reach on the right of the name."""
    basics, words = person["basics"], person["words"]
    style = (
        "body{padding:44px;font-family:Georgia,serif}.reach{float:right;text-align:right}"
        "h3{clear:both;font-size:11px;letter-spacing:2px;text-transform:uppercase;padding-top:14px}"
    )
    jobs = []
    for (name, place), roles in groupby(person["work"], key=lambda job: (job["name"], job["location"])):
        jobs.append(f"<p class=both><b>{_e(name)}</b><span>{_e(place)}</span></p>")
        for job in roles:
            when = people.dates(person, job)
            jobs.append(f"<p class=both><i>{_e(job['position'])}</i><i>{_e(when)}</i></p>{_items(job)}")
    schools = [
        f"<p class=both><span><b>{_e(people.degree(s))}</b>, {_e(s['institution'])}</span>"
        f"<span>{_e(people.dates(person, s))}</span></p>"
        for s in person["education"]
    ]
    skills = "".join(f"<li>{_e(line)}</li>" for line in people.groups(person))
    spoken = ", ".join(f"{name} ({level})" for name, level in person["languages"])
    tongues = _under(words["languages"], f"<p>{_e(spoken)}</p>") if spoken else ""
    return _page(
        style,
        f"<p class=reach>{'<br>'.join(map(_e, _reach(person)))}</p><h1>{_e(basics['name'])}</h1>"
        f"<p>{_e(basics['label'])}</p>{_under(words['education'], ''.join(schools))}"
        f"{_under(words['work'], ''.join(jobs))}{_under(words['skills'], f'<ul>{skills}</ul>')}{tongues}",
    )


PAPERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "headings over the middle": over_the_middle,
    "labels flush with their text": flush_labels,
    "band over two columns": band,
    "small capitals": small_capitals,
    "school first, roles under employers": school_first,
}
