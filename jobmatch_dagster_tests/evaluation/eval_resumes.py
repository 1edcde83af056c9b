"""How much of a résumé is read right: public files with their truth, and made-up people set in many layouts.

Fields are compared as written ("exact") and with case, punctuation and white space folded; jobs by title and employer,
schools by name and degree. Two-column files also count which words keep their neighbour, single-column ones false
splits.
"""

from __future__ import annotations

import itertools
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jobmatch_dagster.resumes.model import Limits, ParsedResume
from jobmatch_dagster.resumes.pool import parse_many
from jobmatch_dagster_tests.evaluation.resume_papers import browser, builders, canvas, office, people, plain, templates
from jobmatch_dagster_tests.evaluation.resume_papers.truth import Case, Truth, compare, of_person, shared_cases

SHARED = Path(os.environ.get("JOBMATCH_SHARED") or Path(__file__).resolve().parents[3] / "shared")
_FIELDS = ("name", "email", "phone", "links", "work dates", "edu dates", "skills")


def made_up(*, rendered: bool = True) -> list[Case]:
    """The made-up people in every layout.

    With ``rendered`` also as LibreOffice and chromium print them, where installed.
    """
    cases = []
    cast = [(p, of_person(p)) for p in people.people()]
    for person, truth in cast:
        who = person["id"]
        for family, draw in canvas.PAPERS.items():
            cases.append(Case(family, f"{who}.pdf", draw(person), truth))
        for family, write in office.PAPERS.items():
            cases.append(Case(family, f"{who}.docx", write(person), _shown(truth, family)))
        for family, (say, kind) in plain.PAPERS.items():
            cases.append(Case(family, f"{who}.{kind}", say(person), _shown(truth, family)))
        for family, page in browser.PAPERS.items():
            cases.append(Case(family.replace("browser", "HTML"), f"{who}.html", page(person).encode(), truth))
    if rendered:
        for family, write in office.PAPERS.items():
            printed = office.to_pdf({p["id"]: write(p) for p, _ in cast})
            cases += [
                Case(f"{family}, printed", f"{p['id']}.pdf", printed[p["id"]], t) for p, t in cast if p["id"] in printed
            ]
        for family, markup in (browser.PAPERS | templates.PAPERS | builders.PAPERS).items():
            printed = browser.to_pdf({p["id"]: markup(p) for p, _ in cast})
            cases += [
                Case(f"{family}, printed", f"{p['id']}.pdf", printed[p["id"]], t) for p, t in cast if p["id"] in printed
            ]
    return cases


def _shown(truth: Truth, family: str) -> Truth:
    """A JSON Resume file of ours carries no links."""
    if family != "JSON Resume":
        return truth
    return Truth(truth.name, truth.email, truth.phone, [], truth.work, truth.education, truth.skills)


def demo_cases() -> list[Case]:
    """The people of the demo, as the files that it uploads, but those that hold no text to read."""
    import tempfile

    from jobmatch_dagster.demo.people import STATUSES, write_resumes
    from jobmatch_dagster.demo.people import people as cast

    cases = []
    with tempfile.TemporaryDirectory() as folder:
        for person, path in zip(cast(), write_resumes(Path(folder), cast()), strict=True):
            if person.paper in STATUSES:
                continue
            resume = person.resume
            basics = resume["basics"]
            truth = Truth(
                basics.get("name"),
                basics.get("email"),
                basics.get("phone"),
                [],
                [(j["position"], j["name"], j["startDate"], j.get("endDate")) for j in resume.get("work", [])],
                [
                    (
                        s["institution"],
                        f"{s.get('studyType') or ''} {s.get('area') or ''}",
                        s.get("startDate"),
                        s.get("endDate"),
                    )
                    for s in resume.get("education", [])
                ],
            )
            cases.append(Case(f"demo: {person.paper}", path.name, path.read_bytes(), truth))
    return cases


def score(
    cases: Iterable[Case], workers: int = 2
) -> tuple[dict[str, Counter[str]], list[str], list[tuple[Case, ParsedResume]]]:
    """Counts for each family and all of them, the misses, and the readings."""
    kept = list(cases)
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    misses: list[str] = []
    readings = list(parse_many(((c.name, c.data) for c in kept), workers=workers, limits=Limits()))
    for case, reading in zip(kept, readings, strict=True):
        count, missed = compare(case.truth, reading.resume)
        for key in (case.family, "all"):
            sums[key] += count
        misses.extend(f"{case.family} / {case.name}: {m}" for m in missed)
    return sums, misses, list(zip(kept, readings, strict=True))


def _share(count: Counter[str], key: str, suffix: str = "") -> str:
    return f"{count[key + suffix] / count[key + ' of']:.3f}" if count[f"{key} of"] else "-"


def _f1(count: Counter[str], key: str) -> str:
    tp, fp, fn = (count[f"{key} {k}"] for k in ("tp", "fp", "fn"))
    return f"{2 * tp / (2 * tp + fp + fn):.3f}" if tp + fp + fn else "-"


def _table(title: str, sums: dict[str, Counter[str]]) -> dict[str, Any]:
    columns = ["family", "files", *_FIELDS, "name exact", "email exact", "work F1", "edu F1"]
    rows = []
    for family in [*(k for k in sums if k != "all"), "all"]:
        c = sums[family]
        rows.append(
            [
                family,
                c["files"],
                *(_share(c, f) for f in _FIELDS),
                _share(c, "name", " exact"),
                _share(c, "email", " exact"),
                _f1(c, "work"),
                _f1(c, "edu"),
            ]
        )
    return {"title": title, "columns": columns, "rows": rows}


def reading_order(readings: list[tuple[Case, ParsedResume]]) -> dict[str, Any]:
    """Neighbours kept in files of two columns, and single-column files that were split.

    A neighbour is a pair of words that stand side by side in one of the truth's phrases (titles, employers, schools,
    skills).
    """
    kept = total = splits = singles = found = columns = 0
    for case, reading in readings:
        two = "two columns" in case.family or "sidebar" in case.family
        if not two and case.name.endswith(".pdf"):
            singles += 1
            splits += reading.layout == "columns"
        if not two or not case.name.endswith(".pdf"):
            continue
        columns += 1
        found += reading.layout == "columns"
        body = re.findall(r"\w+", (reading.body or "").casefold())
        have = set(itertools.pairwise(body))
        phrases = [str(v) for t in (*case.truth.work, *case.truth.education) for v in t[:2]] + case.truth.skills
        for phrase in phrases:
            words = re.findall(r"\w+", phrase.casefold())
            wanted = list(itertools.pairwise(words))
            kept += sum(pair in have for pair in wanted)
            total += len(wanted)
    rows = [[columns, found, f"{kept / total:.3f}" if total else "-", singles, splits]]
    return {
        "title": "reading order",
        "columns": ["two-column files", "found", "neighbours kept", "single-column files", "false splits"],
        "rows": rows,
    }


def run() -> dict[str, Any]:
    """Score all corpora."""
    tables, skipped = [], None
    sums, _, readings = score(made_up())
    tables += [_table("made-up people in many layouts", sums), reading_order(readings)]
    sums, _, _ = score(demo_cases())
    tables.append(_table("the demo's people", sums))
    if (SHARED / "data" / "resumes").is_dir():
        sums, _, _ = score(shared_cases(SHARED / "data" / "resumes"))
        tables.append(_table("public files with truth", sums))
    else:
        skipped = f"no public files under {SHARED.name}/data/resumes"
    return {"name": "résumés", "tables": tables, "skipped": skipped}
