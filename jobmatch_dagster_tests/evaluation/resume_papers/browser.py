"""Web pages: as HTML files, and as the PDFs that a browser prints of them where chromium is installed."""

from __future__ import annotations

import html
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from jobmatch_dagster_tests.evaluation.resume_papers import people

_STYLE = """
body{font-family:Georgia,serif;font-size:11px;margin:0} h1{letter-spacing:4px;font-size:24px;margin:0}
h2{font-size:13px;letter-spacing:2px;text-transform:uppercase;border-bottom:1px solid #888;margin:12px 0 4px}
h3{font-size:11px;margin:6px 0 0} .row{display:flex;justify-content:space-between} p{margin:2px 0} ul{margin:2px 0}
.grid{display:grid;grid-template-columns:30% 66%;gap:4%} .reverse{grid-template-columns:64% 32%}
"""


def _e(text: str) -> str:
    return html.escape(text)


def _jobs(person: dict[str, Any]) -> str:
    parts = [f"<h2>{_e(person['words']['work'])}</h2>"]
    for job in person["work"]:
        items = "".join(f"<li>{_e(t)}</li>" for t in job["highlights"])
        parts.append(
            f"<div class=row><h3>{_e(job['name'])}</h3><span>{_e(people.dates(person, job))}</span></div>"
            f"<div class=row><i>{_e(job['position'])}</i><span>{_e(job['location'])}</span></div><ul>{items}</ul>"
        )
    return "".join(parts)


def _schools(person: dict[str, Any]) -> str:
    parts = [f"<h2>{_e(person['words']['education'])}</h2>"]
    for school in person["education"]:
        parts.append(
            f"<div class=row><h3>{_e(school['institution'])}</h3><span>{_e(people.dates(person, school))}</span></div>"
            f"<p>{_e(people.degree(school))}</p>"
        )
    return "".join(parts)


def _side(person: dict[str, Any]) -> str:
    words = person["words"]
    skills = "".join(f"<p>{_e(k)}</p>" for g in person["skills"] for k in g["keywords"])
    spoken = "".join(f"<p>{_e(n)}: {_e(level)}</p>" for n, level in person["languages"])
    return f"<h2>{_e(words['skills'])}</h2>{skills}" + (f"<h2>{_e(words['languages'])}</h2>{spoken}" if spoken else "")


def _page(person: dict[str, Any], body: str) -> str:
    basics = person["basics"]
    links = "".join(f' · <a href="https://{_e(u)}">{_e(u)}</a>' for u in basics["links"])
    head = (
        f"<h1>{_e(basics['name'])}</h1><p>{_e(basics['label'])}</p>"
        f'<p><a href="mailto:{_e(basics["email"])}">{_e(basics["email"])}</a> · {_e(basics["phone"])} · {_e(basics["place"])}{links}</p>'  # noqa: E501
    )
    return (
        f"<!doctype html><html><head><meta charset=utf-8><style>{_STYLE}</style></head><body>{head}{body}</body></html>"
    )


def one_column(person: dict[str, Any]) -> str:
    """Letter-spaced capitals for headings, both ends of each line used."""
    summary = f"<h2>{_e(person['words']['summary'])}</h2><p>{_e(person['summary'])}</p>"
    return _page(person, summary + _jobs(person) + _schools(person) + _side(person))


def grid(person: dict[str, Any]) -> str:
    """A sidebar on the left, made with a CSS grid."""
    return _page(
        person, f"<div class=grid><div>{_side(person)}</div><div>{_jobs(person)}{_schools(person)}</div></div>"
    )


def grid_reverse(person: dict[str, Any]) -> str:
    """A sidebar on the right with education in it."""
    side = _schools(person) + _side(person)
    return _page(person, f'<div class="grid reverse"><div>{_jobs(person)}</div><div>{side}</div></div>')


PAPERS = {"browser, one column": one_column, "browser, sidebar": grid, "browser, sidebar right": grid_reverse}


def to_pdf(pages: dict[str, str]) -> dict[str, bytes]:
    """The pages as chromium prints them, by the same names; empty where chromium is not installed."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        return {}
    printed = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in pages.items():
            page, target = root / f"{name}.html", root / f"{name}.pdf"
            page.write_text(text, encoding="utf-8")
            subprocess.run(
                [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={root}/profile",  # noqa: E501
                 f"--print-to-pdf={target}", page.as_uri()],
                capture_output=True,
                timeout=120,
                check=False,
            )  # fmt: skip
            if target.exists():
                printed[name] = target.read_bytes()
    return printed
