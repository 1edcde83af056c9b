"""How right cleaning is: readings of labelled real postings, per field, with 95 % intervals."""

from __future__ import annotations

from typing import Any

from jobmatch_dagster_tests.evaluation.postings_gold import cleaned, gold, interval, missed, shared_rows


def run() -> dict[str, Any]:
    """Precision and recall per field on the gold files."""
    reasons = list(missed("postings"))
    if reasons:
        return {"name": "cleaning postings", "tables": [], "skipped": reasons[0]}
    fields = [_salaries()]
    columns = ["field", "labelled", "stated", "precision (95 %)", "recall (95 %)"]
    return {
        "name": "cleaning postings",
        "tables": [{"title": "fields", "columns": columns, "rows": fields}],
        "skipped": None,
    }


def _salaries() -> list[Any]:
    labels = gold("salaries")
    jobs = cleaned([shared_rows(label["file"])[int(label["row"])] for label in labels])
    right, given, stated, _ = judged_salaries(labels, jobs)
    return ["salary", len(labels), stated, interval(right, given), interval(right, stated)]


def judged_salaries(labels: list[dict[str, str]], jobs: list[dict[str, Any]]) -> tuple[int, int, int, list[Any]]:
    """(right, given, stated, misses) of salaries: all judged parts must agree."""
    right, given, stated, misses = 0, 0, 0, []
    for label, job in zip(labels, jobs, strict=True):
        has = job["salary_min"] is not None or job["salary_max"] is not None
        said = label["min"] != "none"
        agree = (
            said
            and has
            and all(
                label[part] == "*" or _same(label[part], job[f"salary_{part}"])
                for part in ("min", "max", "currency", "period")
            )
        )
        right, given, stated = right + agree, given + has, stated + said
        if (has or said) and not agree:
            misses.append((label, [job[f"salary_{part}"] for part in ("min", "max", "currency", "period")]))
    return right, given, stated, misses


def _same(label: str, value: Any) -> bool:
    if value is None:
        return label == ""
    return label == value if isinstance(value, str) else label != "" and float(label) == value
