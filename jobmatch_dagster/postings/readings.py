"""What one posting says: each step reads some of a job's values for a chunk of postings.

The order of the steps is at the end of this module.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from jobmatch_dagster.guesses import is_guess
from jobmatch_dagster.postings.dates import deadline, posted
from jobmatch_dagster.postings.education import least_degree
from jobmatch_dagster.postings.employment import employment_in_text, employment_in_title, employment_on_board
from jobmatch_dagster.postings.experience import min_years
from jobmatch_dagster.postings.language import languages, parts
from jobmatch_dagster.postings.phrases import Hits, find
from jobmatch_dagster.postings.place import Remote, read_place, read_remote
from jobmatch_dagster.postings.place.gazetteer import country_codes
from jobmatch_dagster.postings.place.remote import scope_in_text, scope_of
from jobmatch_dagster.postings.place.timezones import zones_in_place, zones_in_text
from jobmatch_dagster.postings.salary import Line, Salary, lines, read_salary, salary_of
from jobmatch_dagster.postings.salary.periods import PERIODS
from jobmatch_dagster.postings.seniority import is_grade_of_a_bank, seniority_in_title, seniority_on_board
from jobmatch_dagster.postings.text import one_lines, plain_texts
from jobmatch_dagster.postings.words import load
from jobmatch_dagster.settings import settings
from jobmatch_dagster.tables import JOBS, job_id

_NOTHING_READ = dict.fromkeys(JOBS.names)
_MOST_IN_SCOPE = 8  # countries that a scope names


class Row:
    """One job in the making: its values, where they were read, and what was rejected."""

    __slots__ = ("evidence", "in_text", "in_title", "issues", "line", "posting", "value")

    def __init__(self, posting: dict[str, Any]) -> None:
        self.posting = posting
        self.value: dict[str, Any] = _NOTHING_READ.copy()
        self.in_title: Hits = {}
        self.in_text: Hits = {}
        self.line: Line | None = None  # the board's salary line
        self.evidence: dict[str, dict[str, Any]] = {}
        self.issues: list[dict[str, str]] = json.loads(posting.get("intake_issues") or "[]")

    def read(self, name: str, value: Any, source: str, start: int = -1, end: int = -1) -> None:
        """Set a value with its evidence; offsets point into the source: ``text`` is the description."""
        self.value[name] = value
        self.evidence[name] = {"source": source} | ({"start": start, "end": end} if start >= 0 else {})

    def issue(self, name: str, reason: str) -> None:
        self.issues.append({"field": name, "reason": reason})

    def release(self) -> None:
        """Forget what only reading needed: a batch may be large."""
        self.posting, self.in_title, self.in_text, self.line = {}, {}, {}, None


def _texts(rows: list[Row], day: date) -> None:
    postings = [row.posting for row in rows]
    named = [posting.get(name) for posting in postings for name in ("title", "company", "location")]
    lines = _distinct(named, one_lines)
    texts = _distinct([posting.get("description_html") for posting in postings], plain_texts)
    for row, posting in zip(rows, postings, strict=True):
        value = row.value
        value["board"], value["external_id"] = posting["board"].strip(), posting["external_id"].strip()
        value["id"] = job_id(value["board"], value["external_id"])
        value["url"], value["apply_url"] = posting.get("url"), posting.get("apply_url")
        for name in ("title", "company"):
            value[name] = lines[posting[name]] or posting[name].strip()[:500]
        value["location"] = lines.get(posting.get("location") or "")
        value["description"] = texts.get(posting.get("description_html") or "") or None


def _distinct(values: list[str | None], read: Callable[[list[str]], list[str]]) -> dict[str, str | None]:
    """What each distinct value reads as; None for nothing."""
    distinct = list(dict.fromkeys(value for value in values if value))
    return {value: found or None for value, found in zip(distinct, read(distinct), strict=True)}


def _phrases(rows: list[Row], day: date) -> None:
    titles = find([row.value["title"] for row in rows])
    texts = find([row.value["description"] or "" for row in rows], ads=True)
    of_pay = lines(row.posting.get("salary_text") or "" for row in rows)
    for row, in_title, in_text in zip(rows, titles, texts, strict=True):
        row.in_title, row.in_text = in_title, in_text
        row.line = of_pay.get(row.posting.get("salary_text") or "")


def _languages(rows: list[Row], day: date) -> None:
    bar = settings().language_bar
    decisions = languages([row.value["title"] for row in rows], [row.value["description"] or "" for row in rows])
    shares = parts([row.value["description"] or "" for row in rows])
    for row, language, several in zip(rows, decisions, shares, strict=True):
        row.value["language_confidence"] = language.confidence if language.code else None
        if language.code and language.confidence >= bar:
            row.read("language", language.code, "text" if row.value["description"] else "title")
        elif language.code:
            row.issue("language", f"{language.code} is below the bar of confidence")
        if several:  # an ad that says everything twice: which characters are in which language
            row.evidence.setdefault("language", {"source": "text"})["parts"] = [
                {"language": part.code, "share": part.share, "spans": part.spans} for part in several
            ]


def _places(rows: list[Row], day: date) -> None:
    for row in rows:
        location, value = row.value["location"] or "", row.value
        reading = read_place(location, partial(_hint, row))
        for note in reading.notes:
            row.issue("location", note)
        if reading.places:
            first = reading.places[0]
            value["city"], value["region"], value["country"] = first.city, first.region, first.country
            value["places"] = json.dumps(
                [
                    {"city": p.city, "region": p.region, "country": p.country, "lat": p.lat, "lon": p.lon}
                    for p in reading.places
                ],
                ensure_ascii=False,
            )
            row.evidence["country"] = {"source": "board"}
        remote = read_remote(row.posting.get("remote") or "", location, value["title"], row.in_title, row.in_text)
        if remote.kind:
            row.read("remote", remote.kind, remote.source, remote.start, remote.end)
        if remote.kind == "remote":
            _remote_scope(row, remote, reading.places)
            scope = value.get("remote_scope") or ""
            if value.get("country") is None and len(scope) == 2 and scope in country_codes():
                row.value["country"] = scope
                row.evidence["country"] = row.evidence["remote_scope"]


def _hint(row: Row) -> str | None:
    """The country that the ad's currency, else its language, speaks for."""
    posting, words = row.posting, load("places")
    code = posting.get("salary_currency")
    if not code and row.line:
        salary = row.line.salary(None, row.value.get("language"))
        code = salary.currency if salary else None
    hint: str | None = words["currency_country"].get(code or "") or words["language_country"].get(
        row.value.get("language")
    )
    return hint


def _remote_scope(row: Row, remote: Remote, places: tuple[Any, ...]) -> None:
    """From where a remote worker may work: a sentence of the text that says it, else the places beside "Remote", else
    the time zones that are asked for."""
    description = row.value["description"] or ""
    countries = ",".join(list(dict.fromkeys(place.country for place in places if place.country))[:_MOST_IN_SCOPE])
    if remote.source == "title" and remote.scope:
        beside = remote.scope  # "Remote - Latin America": the title's own word, not the place where the ad is listed
    else:
        beside = ",".join(filter(None, (countries, remote.scope))) or scope_of(row.value["title"]) or ""
    scope, start, end = scope_in_text(description, row.in_text)
    if scope:
        row.read("remote_scope", scope, "text", start, end)
    elif beside:
        row.read("remote_scope", beside, "title" if remote.source == "title" and remote.scope else "board")
    source, zones = "board", zones_in_place(row.value["location"] or "")
    if zones is None:
        source, zones = "title", zones_in_place(row.value["title"])
    if zones is None:
        source, zones = "text", zones_in_text(description, row.in_text.get("time_zone", []))
    if zones:
        row.evidence["time_zones"] = {
            "source": source, "start": zones.start, "end": zones.end,
            "from": zones.low, "to": zones.high, "overlap": zones.overlap,
        }  # fmt: skip
        if row.value.get("remote_scope") is None:
            row.read("remote_scope", zones.scope, source, zones.start, zones.end)


def _salaries(rows: list[Row], day: date) -> None:
    for row in rows:
        posting, value = row.posting, row.value
        line, guess = posting.get("salary_text") or "", posting.get("salary_estimate") or ""
        if line == guess or is_guess(line):
            line, guess = "", line
        salary, issues = salary_of(
            # figures beside a guess are the same guess in numbers
            None if guess and not line else _board_salary(row),
            row.line if line else None,
            value["description"] or "",
            row.in_text,
            value.get("country"),
            value.get("language"),
            _salary_in_title(row),
        )
        for issue in issues:
            row.issue("salary", issue)
        if guess:
            row.issue("salary", f"the board guesses {guess}; that is not the employer's word")
        if salary:
            _keep_salary(row, salary, line)


def _keep_salary(row: Row, salary: Salary, line: str) -> None:
    """The salary's values, each with the words that say it."""
    low, high = salary.annual
    where = (salary.source, salary.start, salary.end)
    for name, value in (("min", salary.low), ("max", salary.high), ("currency", salary.currency)):
        if value is not None:
            row.read(f"salary_{name}", value, *where)
    if salary.period:
        inferred = any("inferred" in note for note in salary.notes)
        row.read("salary_period", salary.period, "amount" if inferred else salary.source)
    if salary.gross is not None:
        row.read("salary_gross", salary.gross, salary.source)
    row.value["salary_annual_min"], row.value["salary_annual_max"] = low, high
    row.value["salary_range"] = line or salary.written or None


def _salary_in_title(row: Row) -> Salary | None:
    if not row.in_title.get("money"):
        return None
    value = row.value
    salary = read_salary(value["title"], row.in_title, value.get("country"), language=value.get("language"))
    return replace(salary, source="title") if salary else None


def _board_salary(row: Row) -> Salary | None:
    """The board's own figures, where they are sound."""
    posting = row.posting
    low, high = posting.get("salary_min") or None, posting.get("salary_max") or None
    if low is None and high is None:
        return None
    if low is not None and high is not None and low > high:
        row.issue("salary", "the board's least salary is above its most")
        return None
    if low is not None and high is not None and high > low * 20:
        row.issue("salary", "the board's least and most salary do not fit together")
        return None
    currency = (posting.get("salary_currency") or "").strip().upper() or None
    period = (posting.get("salary_period") or "").strip().lower() or None
    if period not in PERIODS:
        period = None
    return Salary(low, high, currency if currency and len(currency) == 3 else None, period, source="board")


def _levels(rows: list[Row], day: date) -> None:
    for row in rows:
        description = row.value["description"] or ""
        _seniority(row)
        _employment(row)
        if years := min_years(description, row.in_text):
            row.read("min_years_experience", years[0], "text", years[1], years[2])
        if degree := least_degree(description, row.in_text):
            row.read("education", degree.label, "text", degree.start, degree.end)


def _seniority(row: Row) -> None:
    field_value = row.posting.get("seniority") or ""
    on_board, in_title = seniority_on_board(field_value) if field_value else None, seniority_in_title(row.in_title)
    if in_title and is_grade_of_a_bank(row.value["title"][in_title.start : in_title.end], row.value["company"]):
        row.issue("seniority", "a vice president of a bank is not an executive")
        in_title = None
    if in_title:
        row.read("seniority", in_title.label, "title", in_title.start, in_title.end)
        if on_board and on_board != in_title.label:
            row.issue("seniority", f"the board says {on_board}")
    elif on_board:
        row.read("seniority", on_board, "board")


def _employment(row: Row) -> None:
    field_value = row.posting.get("employment_type") or ""
    kind = employment_on_board(field_value) if field_value else None
    in_title = employment_in_title(row.in_title)
    if kind:
        row.read("employment_type", kind, "board")
        if in_title and in_title.label != kind:
            row.issue("employment_type", f"the title says {in_title.label}")
    elif in_title:
        row.read("employment_type", in_title.label, "title", in_title.start, in_title.end)
    elif found := employment_in_text(row.in_text):
        row.read("employment_type", found.label, "text", found.start, found.end)
    if row.value.get("seniority") is None and row.value.get("employment_type") == "internship":
        row.read("seniority", "intern", "employment_type")


def _dates(rows: list[Row], day: date) -> None:
    for row in rows:
        posting, value = row.posting, row.value
        fetched = posting.get("fetched_at")
        if posting.get("posted_on"):
            row.read("posted_on", posting["posted_on"], "board")
        elif posting.get("posted_text"):
            found, note = posted(posting["posted_text"], fetched, month_first=value.get("country") == "US")
            if found:
                row.read("posted_on", found, "board")
            if note:
                row.issue("posted_on", note)
        last = fetched.date() if fetched else day
        if value.get("posted_on") and (value["posted_on"] - last).days > 1:
            row.issue("posted_on", f"{value['posted_on']} is after the page was fetched")
            value["posted_on"] = None
        if posting.get("valid_until"):
            row.read("valid_until", posting["valid_until"], "board")
        elif value["description"] and (limit := deadline(value["description"], row.in_text)):
            row.read("valid_until", limit[0], "text", limit[1], limit[2])


# The steps that read one posting by itself, in order: later ones use what earlier ones read.
STEPS: tuple[tuple[str, Callable[[list[Row], date], None]], ...] = (
    ("text", _texts),
    ("phrases", _phrases),
    ("language", _languages),
    ("place", _places),
    ("salary", _salaries),
    ("level", _levels),
    ("dates", _dates),
)
