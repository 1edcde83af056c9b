"""How right cleaning is: readings of labelled real postings, per field, with 95 % intervals, beside peers.

How the labels were made: salaries were labelled from the posting's own words before the first measurement. Places,
levels and pairs were labelled by reading each posting beside what cleaning had read, and correcting that; such labels
favour the reading somewhat. Later a third of each file, drawn at random, was read again without the reading beside it
(of long ads the passages around amounts and years): of 452 labels 2 were wrong, a year of experience written as one
Polish word and a pair under the names of a company and of its owner; both kinds were looked for in the rest and two
more were set right. All files were looked at while rules were mended, so that they tell of the kinds of mistake; how
good cleaning is, the data tells that nobody here has seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jobmatch_dagster_tests.evaluation.postings_gold import (
    SHARED,
    cleaned,
    gold,
    interval,
    missed,
    shared_rows,
)
from jobmatch_dagster_tests.evaluation.range_rules import salary_by_range_rules

Judged = tuple[int, int, int, list[Any]]  # right, given, stated, what went wrong


def run() -> dict[str, Any]:
    """Precision and recall per field on the gold files, and languages beside plain langdetect."""
    reasons = list(missed("postings"))
    if reasons:
        return {"name": "cleaning postings", "tables": [], "skipped": reasons[0]}
    return {
        "name": "cleaning postings",
        "tables": [
            {
                "title": "fields of labelled postings",
                "columns": ["field", "labelled", "stated", "precision (95 %)", "recall (95 %)"],
                "rows": _fields(),
            },
            {
                "title": "salaries beside the rules of a peer (JobSpy's range pattern)",
                "columns": ["postings", "count", "stated", "reader", "precision (95 %)", "recall (95 %)"],
                "rows": _salaries_beside_a_peer(),
            },
            {
                "title": "how sure the language of a title is, and how often it is right",
                "columns": ["confidence", "titles", "right (95 %)"],
                "rows": _calibration(),
            },
            {"title": "languages", "columns": ["texts", "count", "ours", "plain langdetect"], "rows": _languages()},
        ],
        "skipped": None,
    }


def _fields() -> list[list[Any]]:
    rows = []
    for field, name, judge in (
        ("salary, all parts", "salaries", judged_salaries),
        ("country", "places", lambda labels, jobs: judged_values(labels, jobs, "country", "country")),
        ("city", "places", lambda labels, jobs: judged_values(labels, jobs, "city", "city")),
        ("seniority", "levels", lambda labels, jobs: judged_values(labels, jobs, "seniority", "seniority")),
        ("years asked", "levels", lambda labels, jobs: judged_values(labels, jobs, "years", "min_years_experience")),
    ):
        rows.append(_row(field, name, judge))
    right, given, stated, _ = judged_pairs(gold("duplicates"))
    rows.append(["duplicate pairs", len(gold("duplicates")), stated, interval(right, given), interval(right, stated)])
    return rows


def _row(field: str, name: str, judge: Callable[[list[dict[str, str]], list[dict[str, Any]]], Judged]) -> list[Any]:
    labels = gold(name)
    jobs = cleaned(
        [{**shared_rows(label["file"])[int(label["row"])], "external_id": str(n)} for n, label in enumerate(labels)]
    )
    right, given, stated, _ = judge(labels, jobs)
    return [field, len(labels), stated, interval(right, given), interval(right, stated)]


def _salaries_beside_a_peer() -> list[list[Any]]:
    """All labelled salaries, and those of English ads from the USA, for which the peer's rules are made."""
    labels = gold("salaries")
    postings = [shared_rows(label["file"])[int(label["row"])] for label in labels]
    ours = cleaned([{**posting, "external_id": str(n)} for n, posting in enumerate(postings)])
    peer = [
        salary_by_range_rules("\n".join(posting.get(name) or "" for name in ("title", "salary_text", "description")))
        for posting in postings
    ]
    american = [
        n
        for n, label in enumerate(labels)
        if label["file"] in ("linkedin_datascientist_us", "indeed_ds_with_duplicates")
    ]
    rows = []
    for name, chosen in (("all", list(range(len(labels)))), ("English, USA", american)):
        for reader, found in (("ours", ours), ("peer's rules", peer)):
            right, given, stated, _ = judged_salaries([labels[n] for n in chosen], [found[n] for n in chosen])
            rows.append([name, len(chosen), stated, reader, interval(right, given), interval(right, stated)])
    return rows


def judged_salaries(labels: list[dict[str, str]], jobs: list[dict[str, Any]]) -> Judged:
    """Salaries: all judged parts must agree."""
    parts = ("min", "max", "currency", "period")
    right, given, stated, misses = 0, 0, 0, []
    for label, job in zip(labels, jobs, strict=True):
        has = job["salary_min"] is not None or job["salary_max"] is not None
        said = label["min"] != "none"
        agree = said and has and all(label[part] == "*" or _same(label[part], job[f"salary_{part}"]) for part in parts)
        right, given, stated = right + agree, given + has, stated + said
        if (has or said) and not agree:
            misses.append((label, [job[f"salary_{part}"] for part in parts]))
    return right, given, stated, misses


def judged_values(labels: list[dict[str, str]], jobs: list[dict[str, Any]], column: str, field: str) -> Judged:
    """One value: right where it is the labelled one."""
    right, given, stated, misses = 0, 0, 0, []
    for label, job in zip(labels, jobs, strict=True):
        if label[column] == "*":
            continue
        said, value = label[column] not in ("none", ""), job[field]
        agree = said and _same(label[column], value)
        right, given, stated = right + agree, given + (value is not None), stated + said
        if (value is not None or said) and not agree:
            misses.append((label, value))
    return right, given, stated, misses


def judged_pairs(labels: list[dict[str, str]]) -> Judged:
    """Pairs of rows of one file: given where cleaning joins them."""
    right, given, stated, misses = 0, 0, 0, []
    roots: dict[str, list[str]] = {}
    for name in {label["file"] for label in labels}:
        roots[name] = [job["duplicate_of"] or job["id"] for job in cleaned(list(shared_rows(name)))]
    for label in labels:
        root = roots[label["file"]]
        joined, same = root[int(label["row"])] == root[int(label["other"])], label["same"] == "yes"
        right, given, stated = right + (joined and same), given + joined, stated + same
        if joined != same:
            misses.append((label, joined))
    return right, given, stated, misses


def _same(label: str, value: Any) -> bool:
    if value is None:
        return label == ""
    return label == value if isinstance(value, str) else label != "" and float(label) == value


def _titles() -> list[list[str]]:
    """(language, title) of official occupations."""
    return [line.split("\t") for line in (SHARED / "languages/melo_titles_dev.tsv").read_text("utf-8").splitlines()]


def _calibration() -> list[list[Any]]:
    from jobmatch_dagster.postings.language import languages

    titles = _titles()
    found = languages([title for _, title in titles], [""] * len(titles))
    rows = []
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 0.97), (0.97, 1.01)):
        within = [
            answer.code == code
            for (code, _), answer in zip(titles, found, strict=True)
            if low <= answer.confidence < high
        ]
        rows.append([f"{low:g}–{min(high, 1.0):g}", len(within), interval(sum(within), len(within))])
    return rows


def _languages() -> list[list[Any]]:
    from jobmatch_dagster.postings.language import languages

    titles = _titles()
    ads = [("pl", row["description"]) for row in shared_rows("polish_1k")[:300]]
    ads += [
        ("zh", f"{row['title']}\n{row['description']}") for row in shared_rows("rebase_zh_300") if row["description"]
    ]
    ads += [("en", row["description"]) for row in shared_rows("linkedin_datascientist_us")[:300]]
    rows = []
    for name, texts in (("titles", titles), ("ads (a few Polish and Chinese ones are in English)", ads)):
        ours = [language.code for language in languages([text for _, text in texts], [""] * len(texts))]
        plain = [_plain(text) for _, text in texts]
        right = [sum(a == b for (a, _), b in zip(texts, found, strict=True)) for found in (ours, plain)]
        rows.append([name, len(texts), *(interval(count, len(texts)) for count in right)])
    return rows


def _plain(text: str) -> str | None:
    from langdetect import DetectorFactory, detect
    from langdetect.lang_detect_exception import LangDetectException

    DetectorFactory.seed = 0
    try:
        return str(detect(text)).split("-")[0]
    except LangDetectException:
        return None
