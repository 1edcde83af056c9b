"""Layouts of the kinds that résumé builders and networks print: dark sidebars, timelines, records in tables, monograms,
dates in brackets. Web pages; ``browser`` prints them. Each writes dates in a form of its own.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

from jobmatch_dagster_tests.evaluation.resume_papers import people

_YEARS = {"en": "yrs", "de": "Jahre", "fr": "ans", "es": "años", "it": "anni", "nl": "jaar", "pl": "lat", "pt": "anos"}
_BASE = "body{margin:0;font:10.5px/1.35 Arial,sans-serif} h1,h2,h3,p,ul{margin:0} ul{padding-left:14px}"


def _e(value: object) -> str:
    return html.escape(str(value))


def _page(style: str, body: str) -> str:
    return (
        f"<!doctype html><html><head><meta charset=utf-8><style>@page{{margin:0}}{_BASE}{style}</style></head>"
        f"<body>{body}</body></html>"
    )


def _iso(person: dict[str, Any], entry: dict[str, Any]) -> str:
    return f"{entry['startDate']} — {entry['endDate'] or person['present']}"


def _numbers(person: dict[str, Any], entry: dict[str, Any]) -> str:
    def one(value: str | None) -> str:
        if value is None:
            return str(person["present"])
        year, _, month = str(value).partition("-")
        return f"{month}/{year}" if month else year

    return f"{one(entry['startDate'])} – {one(entry['endDate'])}"


def _items(entry: dict[str, Any]) -> str:
    return "<ul>" + "".join(f"<li>{_e(text)}</li>" for text in entry["highlights"]) + "</ul>"


def _keywords(person: dict[str, Any]) -> list[str]:
    return [keyword for group in person["skills"] for keyword in group["keywords"]]


def network(person: dict[str, Any]) -> str:
    """As a network exports profiles: white on a dark sidebar, employer over title, dates with their length."""
    words, basics = person["words"], person["basics"]
    side = [f"<h2>{_e(words['skills'])}</h2>", *(f"<p>{_e(k)}</p>" for k in _keywords(person))]
    if person["languages"]:
        side += [f"<h2>{_e(words['languages'])}</h2>"]
        side += [f"<p>{_e(name)} ({_e(level)})</p>" for name, level in person["languages"]]
    reach = "".join(f"<p>{_e(line)}</p>" for line in (basics["email"], basics["phone"], *basics["links"]))
    jobs = []
    for job in person["work"]:
        last = int(str(job["endDate"] or "2026")[:4]) - int(str(job["startDate"])[:4])
        length = f" ({last} {_YEARS[person['language']]})" if last > 1 else ""
        jobs.append(
            f"<h3>{_e(job['name'])}</h3><p>{_e(job['position'])}</p>"
            f"<p class=dim>{_e(people.dates(person, job))}{length}</p><p class=dim>{_e(job['location'])}</p>"
            f"{_items(job)}"
        )
    schools = [
        f"<h3>{_e(s['institution'])}</h3><p>{_e(people.degree(s))} · ({_e(people.dates(person, s))})</p>"
        for s in person["education"]
    ]
    style = (
        ".all{display:flex;min-height:1120px}.side{width:170px;background:#293e49;color:#fff;padding:30px 16px}"
        ".side h2{font-size:12px;margin:14px 0 4px}.main{padding:30px 34px;flex:1}.main h1{font-size:24px}"
        ".main h2{font-size:15px;margin:16px 0 6px}h3{font-size:11.5px;margin-top:8px}.dim{color:#777}"
    )
    main = (
        f"<h1>{_e(basics['name'])}</h1><p>{_e(basics['label'])}</p><p class=dim>{_e(basics['place'])}</p>"
        f"<h2>{_e(words['summary'])}</h2><p>{_e(person['summary'])}</p><h2>{_e(words['work'])}</h2>{''.join(jobs)}"
        f"<h2>{_e(words['education'])}</h2>{''.join(schools)}"
    )
    return _page(
        style, f"<div class=all><div class=side>{reach}{''.join(side)}</div><div class=main>{main}</div></div>"
    )


def bracketed(person: dict[str, Any]) -> str:
    """As a public form prints them: dates in brackets over each entry, labels before each contact detail."""
    words, basics = person["words"], person["basics"]

    def entry(dates: str, title: str, under: list[str], more: str = "") -> str:
        rows = "".join(f"<p>{_e(line)}</p>" for line in under)
        return f"<p class=when>[ {_e(dates)} ]</p><p><b>{_e(title)}</b></p>{rows}{more}"

    jobs = [entry(_numbers(person, j), j["position"], [j["name"], j["location"]], _items(j)) for j in person["work"]]
    schools = [entry(_numbers(person, s), people.degree(s), [s["institution"]]) for s in person["education"]]
    reach = f"<p><b>E-mail:</b> {_e(basics['email'])}</p><p><b>Tel.:</b> {_e(basics['phone'])}</p>"
    reach += "".join(f"<p><b>Web:</b> {_e(link)}</p>" for link in basics["links"])
    style = (
        "body{padding:40px}h1{font-size:22px;color:#004494}h2{font-size:12px;color:#004494;text-transform:uppercase;"
        "border-bottom:2px solid #004494;margin:16px 0 6px}.when{color:#555;margin-top:8px}"
    )
    spoken = "".join(f"<p>{_e(name)}: {_e(level)}</p>" for name, level in person["languages"])
    tongues = f"<h2>{_e(words['languages'])}</h2>{spoken}" if spoken else ""
    return _page(
        style,
        f"<h1>{_e(basics['name'])}</h1>{reach}<p>{_e(basics['place'])}</p><h2>{_e(words['work'])}</h2>{''.join(jobs)}"
        f"<h2>{_e(words['education'])}</h2>{''.join(schools)}<h2>{_e(words['skills'])}</h2>"
        f"<p>{_e(' | '.join(_keywords(person)))}</p>{tongues}",
    )


def timeline(person: dict[str, Any]) -> str:
    """Dates on a rail to the left of each entry, a monogram beside the name, skills as boxes in a row."""
    words, basics = person["words"], person["basics"]

    def entry(dates: str, title: str, under: str, more: str = "") -> str:
        return f"<div class=row><div class=rail>{_e(dates)}</div><div class=what><b>{_e(title)}</b><p><i>{_e(under)}</i></p>{more}</div></div>"  # noqa: E501

    jobs = [
        entry(people.dates(person, j), j["position"], f"{j['name']} · {j['location']}", _items(j))
        for j in person["work"]
    ]
    schools = [entry(people.dates(person, s), people.degree(s), s["institution"]) for s in person["education"]]
    mark = "".join(word[0] for word in basics["name"].split()[:2])
    boxes = "".join(f"<span>{_e(k)}</span>" for k in _keywords(person))
    reach = " / ".join([basics["email"], basics["phone"], basics["place"], *basics["links"]])
    style = (
        "body{padding:36px}.top{display:flex;gap:18px;align-items:center}.mark{font-size:30px;border:2px solid #a33;"
        "border-radius:50%;padding:8px 10px;color:#a33}h1{font-size:22px}"
        "h2{font-size:13px;color:#a33;margin:14px 0 6px}.row{display:flex;margin-bottom:8px}"
        ".rail{width:130px;color:#777}.what{border-left:2px solid #a33;padding-left:12px;flex:1}"
        ".boxes span{display:inline-block;border:1px solid #a33;border-radius:4px;padding:2px 8px;margin:2px 6px 2px 0}"
    )
    head = f"<div class=top><div class=mark>{_e(mark)}</div><div><h1>{_e(basics['name'])}</h1><p>{_e(basics['label'])}</p></div></div>"  # noqa: E501
    return _page(
        style,
        f"{head}<p>{_e(reach)}</p><h2>{_e(words['summary'])}</h2><p>{_e(person['summary'])}</p>"
        f"<h2>{_e(words['work'])}</h2>{''.join(jobs)}<h2>{_e(words['education'])}</h2>{''.join(schools)}"
        f"<h2>{_e(words['skills'])}</h2><div class=boxes>{boxes}</div>",
    )


def centred(person: dict[str, Any]) -> str:
    """As universities recommend: centred head and headings, employer and place on a line, title and dates under it."""
    words, basics = person["words"], person["basics"]

    def entry(left: str, right: str, below: str, last: str, more: str = "") -> str:
        return (
            f"<p class=both><b>{_e(left)}</b><span>{_e(right)}</span></p>"
            f"<p class=both><i>{_e(below)}</i><span>{_e(last)}</span></p>{more}"
        )

    jobs = [entry(j["name"], j["location"], j["position"], people.dates(person, j), _items(j)) for j in person["work"]]
    schools = [entry(s["institution"], "", people.degree(s), people.dates(person, s)) for s in person["education"]]
    reach = " • ".join([basics["place"], basics["email"], basics["phone"], *basics["links"]])
    style = (
        "body{padding:44px;font-family:Georgia,serif}h1{font-size:20px;text-align:center}.head{text-align:center}"
        "h2{font-size:12px;text-align:center;border-bottom:1px solid #000;margin:12px 0 4px}.both{display:flex;"
        "justify-content:space-between}"
    )
    skills = "".join(
        f"<p><b>{_e(g['name'])}:</b> {_e(', '.join(g['keywords']))}</p>"
        if g["name"]
        else f"<p>{_e(', '.join(g['keywords']))}</p>"
        for g in person["skills"]
    )
    return _page(
        style,
        f"<h1>{_e(basics['name'])}</h1><p class=head>{_e(reach)}</p><h2>{_e(words['education'])}</h2>{''.join(schools)}"
        f"<h2>{_e(words['work'])}</h2>{''.join(jobs)}<h2>{_e(words['skills'])}</h2>{skills}",
    )


def minimal(person: dict[str, Any]) -> str:
    """Title and employer on one line with a mark between, ISO dates under them, headings in lower-case words."""
    words, basics = person["words"], person["basics"]
    jobs = [
        f"<p class=t>{_e(j['position'])} @ {_e(j['name'])}</p><p class=d>{_e(_iso(person, j))} | {_e(j['location'])}</p>{_items(j)}"  # noqa: E501
        for j in person["work"]
    ]
    schools = [
        f"<p class=t>{_e(people.degree(s))} @ {_e(s['institution'])}</p><p class=d>{_e(_iso(person, s))}</p>"
        for s in person["education"]
    ]
    style = "body{padding:50px;font-family:monospace}h1{font-size:18px}h2{font-size:13px;margin:14px 0 4px}.t{font-weight:bold;margin-top:6px}.d{color:#888}"  # noqa: E501
    return _page(
        style,
        f"<h1>{_e(basics['name'])}</h1><p>{_e(basics['label'])}</p>"
        f"{''.join(f'<p>{_e(line)}</p>' for line in people.contact(person))}"
        f"<h2># {_e(words['work'])}</h2>{''.join(jobs)}<h2># {_e(words['education'])}</h2>{''.join(schools)}"
        f"<h2># {_e(words['skills'])}</h2><p>{_e(' '.join('[' + k + ']' for k in _keywords(person)))}</p>",
    )


def name_in_sidebar(person: dict[str, Any]) -> str:
    """Name, reach and skills in a grey sidebar, headings in small wide capitals."""
    words, basics = person["words"], person["basics"]

    def entry(title: str, dates: str, under: str, more: str = "") -> str:
        return f"<p class=both><b>{_e(title)}</b><span>{_e(dates)}</span></p><p>{_e(under)}</p>{more}"

    side = f"<h1>{_e(basics['name'])}</h1><p>{_e(basics['label'])}</p>"
    side += "".join(f"<p>{_e(line)}</p>" for line in people.contact(person))
    side += f"<h2>{_e(words['skills'])}</h2><ul>{''.join(f'<li>{_e(k)}</li>' for k in _keywords(person))}</ul>"
    jobs = [
        entry(j["position"], _numbers(person, j), f"{j['name']}, {j['location']}", _items(j)) for j in person["work"]
    ]
    schools = [entry(people.degree(s), _numbers(person, s), s["institution"]) for s in person["education"]]
    style = (
        ".all{display:grid;grid-template-columns:33% 67%}.side{background:#eee;padding:26px 18px;min-height:1060px}"
        ".main{padding:26px}h1{font-size:20px}h2{font-size:12px;text-transform:uppercase;letter-spacing:1px;"
        "margin:14px 0 4px}.both{display:flex;justify-content:space-between;margin-top:6px}"
    )
    main = f"<h2>{_e(words['work'])}</h2>{''.join(jobs)}<h2>{_e(words['education'])}</h2>{''.join(schools)}"
    return _page(style, f"<div class=all><div class=side>{side}</div><div class=main>{main}</div></div>")


PAPERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "network's export, sidebar": network,
    "dates in brackets": bracketed,
    "timeline with monogram": timeline,
    "centred, university": centred,
    "minimal, monospaced": minimal,
    "name in the sidebar": name_in_sidebar,
}
