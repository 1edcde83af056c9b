"""What a file says, in one form for all sources, and how a reading is compared with it."""

from __future__ import annotations

import difflib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Truth:
    """A résumé's content. Jobs are (title, employer, start, end), schools (school, degree and field, start, end)."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    links: list[str] = field(default_factory=list)
    work: list[tuple[Any, ...]] = field(default_factory=list)
    education: list[tuple[Any, ...]] = field(default_factory=list)
    skills: list[str] = field(default_factory=list)


@dataclass
class Case:
    """A file with its truth."""

    family: str
    name: str
    data: bytes
    truth: Truth


def of_person(person: dict[str, Any]) -> Truth:
    """The truth of a made-up person."""
    basics = person["basics"]
    return Truth(
        basics["name"],
        basics["email"],
        basics["phone"],
        list(basics["links"]),
        [(j["position"], j["name"], j["startDate"], j["endDate"]) for j in person["work"]],
        [
            (s["institution"], f"{s['studyType']} {s['area']}", s["startDate"], s["endDate"])
            for s in person["education"]
        ],
        [k for g in person["skills"] for k in g["keywords"]],
    )


def shared_cases(folder: Path) -> Iterator[Case]:
    """The public files that have a truth beside them."""
    import yaml

    for path in sorted(folder.glob("rendercv/*.yaml")):
        yield Case(
            "RenderCV",
            path.stem,
            path.with_suffix(".pdf").read_bytes(),
            _rendercv(yaml.safe_load(path.read_text("utf-8"))["cv"]),
        )
    for path in sorted(folder.glob("offlinecv/*.truth.json")):
        pdf = path.with_name(path.name.replace(".truth.json", ".pdf"))
        yield Case("OfflineCV", pdf.stem, pdf.read_bytes(), _offlinecv(json.loads(path.read_text("utf-8"))))
    for path in sorted(folder.glob("reactive_resume/*.json")):
        yield Case(
            "Reactive Resume",
            path.stem,
            path.with_suffix(".pdf").read_bytes(),
            _reactive(json.loads(path.read_text("utf-8"))),
        )


def _rendercv(cv: dict[str, Any]) -> Truth:
    paths = {"LinkedIn": "linkedin.com/in/", "GitHub": "github.com/"}
    links = [paths[n["network"]] + n["username"] for n in cv.get("social_networks") or [] if n["network"] in paths]
    parts = cv["sections"]

    def ends(entry: dict[str, Any]) -> tuple[Any, Any]:
        return str(entry.get("start_date") or "") or None, None if entry.get("end_date") == "present" else entry.get(
            "end_date"
        )

    return Truth(
        cv.get("name"),
        cv.get("email"),
        cv.get("phone"),
        links,
        [(e["position"], e["company"], *ends(e)) for e in parts.get("experience", [])],
        [
            (e["institution"], f"{e.get('degree') or ''} {e.get('area') or ''}", *ends(e))
            for e in parts.get("education", [])
        ],
    )


def _offlinecv(truth: dict[str, Any]) -> Truth:
    contact = truth.get("contact", {})
    return Truth(
        contact.get("full_name"),
        contact.get("email"),
        contact.get("phone"),
        [],
        [(e.get("title"), e.get("company"), *_years(e.get("dates"))) for e in truth.get("experience", [])],
        [(e.get("institution"), e.get("degree"), None, None) for e in truth.get("education", [])],
        truth.get("skills", []),
    )


def _reactive(truth: dict[str, Any]) -> Truth:
    basics, parts = truth["basics"], truth["sections"]

    def shown(name: str) -> list[dict[str, Any]]:
        part = parts.get(name, {})
        return [i for i in part.get("items", []) if i.get("visible", True)] if part.get("visible", True) else []

    return Truth(
        basics["name"],
        basics["email"],
        basics["phone"],
        [],
        [(e["position"], e["company"], *_years(e["date"])) for e in shown("experience")],
        [(e["institution"], f"{e['studyType']} {e['area']}", *_years(e["date"])) for e in shown("education")],
        [k for e in shown("skills") for k in (e.get("keywords") or [e["name"]])],
    )


def _years(text: str | None) -> tuple[str | None, str | None]:
    found = re.findall(r"(?:19|20)\d\d", text or "")
    return (found[0] if found else None), (found[1] if len(found) > 1 else None)


def norm(value: Any) -> str:
    """Case, form of accents, punctuation and white space folded."""
    text = unicodedata.normalize("NFKC", str(value or "")).casefold()
    return " ".join(re.sub(r"[^\w+#.]+", " ", text).split()).strip(". ")


def like(a: Any, b: Any, bar: float = 0.82) -> bool:
    """Whether two values say the same, normalised: equal, nearly equal, or one within the other."""
    a, b = norm(a), norm(b)
    if not a or not b:
        return False
    return (
        a == b or difflib.SequenceMatcher(None, a, b).ratio() >= bar or (min(len(a), len(b)) > 5 and (a in b or b in a))
    )


def pairs(true: list[Any], got: list[Any], same: Any) -> list[tuple[Any, Any]]:
    """Each true item with the first reading that is the same, none used twice."""
    left, found = list(got), []
    for item in true:
        best = next((g for g in left if same(item, g)), None)
        if best is not None:
            left.remove(best)
            found.append((item, best))
    return found


def compare(truth: Truth, resume: dict[str, Any] | None) -> tuple[Counter[str], list[str]]:
    """Counts of what is right ("name", "name of", "work tp" …) and a line for each miss."""
    count: Counter[str] = Counter(files=1)
    misses: list[str] = []
    basics = (resume or {}).get("basics") or {}

    def check(key: str, right: bool, exact: bool, said: str) -> None:
        count[f"{key} of"] += 1
        count[key] += right
        count[f"{key} exact"] += exact
        if not right:
            misses.append(f"{key}: {said}")

    for key in ("name", "email"):
        true = getattr(truth, key)
        if true:
            check(
                key, norm(basics.get(key)) == norm(true), basics.get(key) == true, f"{basics.get(key)!r} for {true!r}"
            )
    if truth.phone:
        digits = [re.sub(r"\D", "", str(p or ""))[-7:] for p in (basics.get("phone"), truth.phone)]
        check("phone", digits[0] == digits[1], digits[0] == digits[1], f"{basics.get('phone')!r} for {truth.phone!r}")
    urls = " ".join(
        [str(basics.get("url") or ""), *(str(p.get("url") or "") for p in basics.get("profiles") or [])]
    ).lower()
    for link in truth.links:
        check("links", link.lower() in urls, link.lower() in urls, f"{link} not in {urls!r}")
    _entries(count, misses, "work", truth.work, (resume or {}).get("work") or [], _same_job)
    _entries(count, misses, "edu", truth.education, (resume or {}).get("education") or [], _same_school)
    have = {norm(x) for s in (resume or {}).get("skills") or [] for x in [s.get("name"), *(s.get("keywords") or [])]}
    for skill in truth.skills:
        check("skills", norm(skill) in have, norm(skill) in have, skill)
    return count, misses


def _same_job(true: tuple[Any, ...], got: dict[str, Any]) -> bool:
    return like(true[0], got.get("position")) and like(true[1], got.get("name"))


def _same_school(true: tuple[Any, ...], got: dict[str, Any]) -> bool:
    return like(true[0], got.get("institution")) and like(
        true[1], f"{got.get('studyType') or ''} {got.get('area') or ''}", 0.6
    )


def _entries(
    count: Counter[str], misses: list[str], key: str, true: list[Any], got: list[dict[str, Any]], same: Any
) -> None:
    found = pairs(true, got, same)
    count[f"{key} tp"] += len(found)
    count[f"{key} fp"] += len(got) - len(found)
    count[f"{key} fn"] += len(true) - len(found)
    matched = [g for _, g in found]
    misses.extend(f"{key} missed: {t}" for t in true if t not in [f[0] for f in found])
    misses.extend(
        f"{key} extra: {g.get('position') or g.get('studyType')!r} | {g.get('name') or g.get('institution')!r} | {g.get('startDate')}"  # noqa: E501
        for g in got
        if g not in matched
    )
    for item, reading in found:
        for wanted, name in ((item[2], "startDate"), (item[3], "endDate")):
            if wanted is None and name == "startDate":
                continue
            if name == "endDate" and item[2] is None:
                continue
            value = reading.get(name)
            right = str(value or "")[: len(str(wanted))] == str(wanted) if wanted else value is None
            right = right or (key == "edu" and name == "startDate" and wanted is None)
            count[f"{key} dates of"] += 1
            count[f"{key} dates"] += right
            if not right:
                misses.append(f"{key} {name}: {value} for {wanted} ({item[0]})")
