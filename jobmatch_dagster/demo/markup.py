"""Sections of an ad → HTML, in the various ways in which employers and boards write it. No board's page belongs here.

Every style shows the same words. ``escaped`` is HTML inside HTML entities; ``broken`` leaves tags open, or closes too
many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from html import escape as _escape

from jobmatch_dagster.demo.advert import Section

Sections = Iterable[Section]
escape = partial(_escape, quote=False)


def _lists(sections: Sections) -> str:
    out = []
    for section in sections:
        if section.heading:
            out.append(f"<h3>{escape(section.heading)}</h3>")
        if section.bullets:
            out.append("<ul>" + "".join(f"<li>{escape(i)}</li>" for i in section.items) + "</ul>")
        else:
            out.append("<p>" + escape(" ".join(section.items)) + "</p>")
    return "\n".join(out)


def _bold(sections: Sections) -> str:
    out = []
    for section in sections:
        if section.heading:
            out.append(f"<strong>{escape(section.heading)}<br><br></strong>")
        if section.bullets:
            out.append("<ul>" + "".join(f"<li>{escape(i)}<br></li>" for i in section.items) + "</ul><br>")
        else:
            out.append(escape(" ".join(section.items)) + "<br><br>")
    return "".join(out)


def _divs(sections: Sections) -> str:
    out = ["<div>"]
    for section in sections:
        if section.heading:
            out.append(f" <b>{escape(section.heading)}</b>")
        if section.bullets:
            out.append(" <ul>\n" + "\n".join(f"  <li>{escape(i)}</li>" for i in section.items) + "\n </ul>")
        else:
            out.extend(f" <p>{escape(i)}</p>" for i in section.items)
    return "\n".join([*out, "</div>"])


def _table(sections: Sections) -> str:
    rows = []
    for section in sections:
        glue = "<br>• " if section.bullets else " "
        first = "• " if section.bullets else ""
        cell = first + glue.join(escape(i) for i in section.items)
        rows.append(f"<tr><th>{escape(section.heading or '')}</th><td>{cell}</td></tr>")
    return "<table><tbody>" + "".join(rows) + "</tbody></table>"


def _dashes(sections: Sections) -> str:
    out = []
    for section in sections:
        if section.heading:
            out.append(f"<p><b>{escape(section.heading.upper())}:</b></p>")
        if section.bullets:
            out.append("<p>" + "<br/>".join(f"- {escape(i)}" for i in section.items) + "</p>")
        else:
            out.append("<p>" + "&nbsp;".join(escape(i) for i in section.items) + "</p>")
    return "".join(out)


def _broken(sections: Sections) -> str:
    out = ["<div><span>"]
    for section in sections:
        if section.heading:
            out.append(f"<p><strong>{escape(section.heading)}</p>")
        if section.bullets:
            out.append("<ul>" + "".join(f"<li>{escape(i)}" for i in section.items) + "</ul></ul>")
        else:
            out.append("<p>" + "<p>".join(escape(i) for i in section.items))
    return "".join(out) + "</div></div>"


def _escaped(sections: Sections) -> str:
    return escape(_lists(sections))


STYLES: dict[str, Callable[[Sections], str]] = {
    "lists": _lists,
    "bold": _bold,
    "divs": _divs,
    "table": _table,
    "dashes": _dashes,
    "broken": _broken,
    "escaped": _escaped,
}

# How often each board's employers write which way.
BOARD_STYLES: dict[str, dict[str, float]] = {
    "linkedin": {"bold": 80, "dashes": 20},
    "indeed": {"divs": 65, "dashes": 20, "broken": 15},
    "glassdoor": {"lists": 60, "table": 25, "broken": 15},
    "ziprecruiter": {"lists": 70, "escaped": 30},
    "careerbuilder": {"dashes": 55, "table": 25, "broken": 20},
}


def render(sections: Sections, style: str) -> str:
    """The ad as HTML in one of ``STYLES``."""
    return STYLES[style](sections)
