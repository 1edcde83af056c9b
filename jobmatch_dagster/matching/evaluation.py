"""The scorer on labelled sets, with a lexical baseline beside it, and the gate that a new version must pass.

Belongs here: loading the sets, ranking them as a user would, and comparing two evaluations. The frozen set is made by
the package; the public development sets are read from a folder where they are there and are never part of the package.
"""

from __future__ import annotations

import csv
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.matching import metrics
from jobmatch_dagster.settings import PROJECT_ROOT

TODAY = date(2026, 2, 2)  # so that open-ended positions last as long in every run
BOARD_FIELDS = ("board", "external_id", "title", "company", "location", "salary_text", "description_html", "posted_on")
TIER_GRADES = {"Primary-Short": 3.0, "Primary-Long": 2.0}  # the rest of the related occupations: 1


@dataclass
class LabelledSet:
    """Résumé rows, job rows and the grades of some pairs; ``lexical`` are the texts that the baseline compares."""

    name: str
    resumes: list[dict[str, Any]]
    jobs: list[dict[str, Any]]
    grades: dict[str, dict[str, float]]
    lexical: tuple[dict[str, str], dict[str, str]]
    baseline: str
    analyzer: dict[str, Any] = field(default_factory=dict)
    exclude_self: bool = False
    top: int = 1000


@dataclass
class Result:
    """Values of each measure, one per query in the order of the queries' ids."""

    name: str
    ranker: str
    values: dict[str, NDArray[np.float64]]

    def row(self) -> list[str]:
        """Set, ranker, and each measure's mean with its interval."""
        cells = []
        for values in self.values.values():
            low, high = metrics.interval(values)
            cells.append(f"{values.mean():.3f} [{low:.3f}, {high:.3f}]")
        return [self.name, self.ranker, *cells]


def data_folder() -> Path | None:
    """Folder of the public sets (environment variable JOBMATCH_SHARED, or beside the project); null where there is
    none."""
    folder = Path(os.environ.get("JOBMATCH_SHARED") or PROJECT_ROOT.parent / "shared") / "data" / "matching"
    return folder if folder.is_dir() else None


def frozen() -> LabelledSet:
    """The package's own set: made-up people and postings, graded by what both are (``demo.relevance``)."""
    from jobmatch_dagster.demo.relevance import frozen_set
    from jobmatch_dagster.postings.clean import clean
    from jobmatch_dagster.postings.intake import postings

    made = frozen_set()
    rows = [{name: getattr(p, name) for name in BOARD_FIELDS} | {"remote": p.remote_text} for p in made.postings]
    for row in rows:
        row["posted_on"] = str(row["posted_on"])
    table, errors = postings(rows, "the frozen set")
    if errors:
        raise errors[0]
    cleaned = {(job["board"], job["external_id"]): job for job in clean(table, day=TODAY).jobs.to_pylist()}
    keys = {cleaned[p.board, p.external_id]["id"]: p.job.key for p in made.postings}
    jobs = [job | {"id": keys[job["id"]]} for job in cleaned.values()]
    people = [{"id": person.id, "resume": person.resume, "language": person.language} for person in made.people]
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for (person, job), grade in made.grades.items():
        if grade:
            grades[person][job] = float(grade)
    texts = {job["id"]: f"{job['title']}\n{job['description']}" for job in jobs}
    return LabelledSet("frozen set", people, jobs, dict(grades), (_resume_texts(people), texts), "TF-IDF")


def _resume_texts(rows: list[dict[str, Any]]) -> dict[str, str]:
    from jobmatch_dagster.matching.profile import text_of

    return {row["id"]: text_of(row["resume"]) for row in rows}


def occupations(folder: Path) -> LabelledSet:
    """O*NET's related occupations: each occupation once as a résumé and once as a posting."""
    with (folder / "onet_occupations.tsv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["tasks"]]
    known = {row["code"] for row in rows}
    grades: dict[str, dict[str, float]] = defaultdict(dict)
    for path in sorted(folder.glob("onet_related_*.tsv")):
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                if row["code"] in known and row["related_code"] in known:
                    grades[row["code"]][row["related_code"]] = TIER_GRADES.get(row["tier"], 1.0)
    resumes = [
        {
            "id": row["code"],
            "resume": {
                "basics": {"label": row["title"], "summary": row["description"]},
                "work": [{"position": row["title"], "summary": row["tasks"]}],
            },
        }
        for row in rows
        if row["code"] in grades
    ]
    jobs = [
        {
            "id": row["code"],
            "title": row["title"],
            "company": "",
            "description": f"{row['description']}\n{row['tasks']}",
        }
        for row in rows
    ]
    texts = {row["code"]: f"{row['title']}. {row['description']} {row['tasks']}" for row in rows}
    queries = {code: texts[code] for code in grades}
    return LabelledSet(
        "O*NET related occupations", resumes, jobs, dict(grades), (queries, texts), "TF-IDF", {"stop_words": "english"},
        exclude_self=True, top=100,
    )  # fmt: skip


def titles(folder: Path) -> Iterator[LabelledSet]:
    """TalentCLEF 2025 job titles: rank a corpus of titles for each title."""

    def pairs(path: Path) -> dict[str, str]:
        lines = path.read_text(encoding="utf-8").splitlines()[1:]
        return dict(line.split("\t")[:2] for line in lines)

    corpus = pairs(folder / "talentclef25_en_corpus.tsv")
    jobs = [{"id": identity, "title": title, "company": "", "description": ""} for identity, title in corpus.items()]
    for path in sorted(folder.glob("talentclef25_en_queries_*.tsv")):
        queries = pairs(path)
        grades: dict[str, dict[str, float]] = defaultdict(dict)
        for line in Path(str(path).replace("queries", "qrels")).read_text(encoding="utf-8").splitlines():
            query, _, job, grade = line.split()
            grades[query][job] = float(grade)
        resumes = [{"id": identity, "resume": {"basics": {"label": title}}} for identity, title in queries.items()]
        yield LabelledSet(
            "TalentCLEF titles", resumes, jobs, dict(grades), (queries, corpus), "character TF-IDF",
            {"analyzer": "char_wb", "ngram_range": (3, 5)},
        )  # fmt: skip


def labelled_sets() -> Iterator[LabelledSet]:
    """Every labelled set at hand, the frozen one first."""
    yield frozen()
    folder = data_folder()
    if folder is not None:
        yield occupations(folder)
        yield from titles(folder)


def rank(given: LabelledSet, threads: int = 1) -> dict[str, list[str]]:
    """Jobs of the set in the scorer's order, by résumé."""
    from jobmatch_dagster.matching import rows, scorer

    found = scorer.match(
        *rows.resumes(given.resumes, TODAY, threads), *rows.jobs(given.jobs, TODAY, threads),
        top=given.top, min_score=0.0, threads=threads, day=TODAY,
    ).matches  # fmt: skip
    order: dict[str, list[str]] = {row["id"]: [] for row in given.resumes}
    for resume, job in zip(found["resume_id"].to_pylist(), found["job_id"].to_pylist(), strict=True):
        order[resume].append(job)
    return order


def rank_lexically(given: LabelledSet) -> dict[str, list[str]]:
    """Jobs of the set by scikit-learn's TF-IDF, by résumé."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    queries, texts = given.lexical
    vectorizer = TfidfVectorizer(sublinear_tf=True, **given.analyzer)
    documents = vectorizer.fit_transform(texts.values())
    scores = (vectorizer.transform(queries.values()) @ documents.T).toarray()
    names = list(texts)
    return {
        query: [names[place] for place in np.argsort(-row, kind="stable")[: given.top]]
        for query, row in zip(queries, scores, strict=True)
    }


def measure(given: LabelledSet, ranker: str, order: dict[str, list[str]]) -> Result:
    """Every measure of one ranking; queries without a relevant job are left out."""
    queries = sorted(query for query, grades in given.grades.items() if any(grades.values()))
    lists: dict[str, Sequence[str]] = {
        query: [job for job in order.get(query, []) if not (given.exclude_self and job == query)] for query in queries
    }
    values = {
        name: np.array([measured(lists[query], given.grades[query]) for query in queries])
        for name, measured in metrics.MEASURES.items()
    }
    return Result(given.name, ranker, values)


def run(threads: int = 1, on_set: Callable[[str], None] | None = None, *, baselines: bool = True) -> list[Result]:
    """Evaluate the scorer and the baseline on every labelled set at hand.

    Args:
        threads: worker threads.
        on_set: called with each set's name before it is ranked.
        baselines: rank lexically, too.
    """
    results = []
    for given in labelled_sets():
        if on_set:
            on_set(given.name)
        results.append(measure(given, "jobmatch", rank(given, threads)))
        if baselines:
            results.append(measure(given, given.baseline, rank_lexically(given)))
    return results


def as_record(results: Sequence[Result]) -> dict[str, dict[str, list[float]]]:
    """The scorer's own values as JSON can keep them, by set and measure: what a later version is compared with."""
    return {
        result.name: {name: values.tolist() for name, values in result.values.items()}
        for result in results
        if result.ranker == "jobmatch"
    }


def read_record(text: str, name: str) -> dict[str, dict[str, list[float]]]:
    """An evaluation that was recorded earlier.

    Args:
        text: what ``as_record`` gave, as JSON.
        name: what the user calls it.

    Raises:
        JobmatchError: it is something else.
    """
    try:
        record = json.loads(text)
        return {
            str(data): {str(measure): [float(value) for value in values] for measure, values in measures.items()}
            for data, measures in record.items()
        }
    except (ValueError, TypeError, AttributeError, RecursionError):
        remedy = "Give a file that `jobmatch matches evaluate --record` wrote."
        raise JobmatchError(name, "is not a recorded evaluation", remedy) from None


GOAL = "nDCG@10"  # what has to rise for weights that were fitted to feedback


def improvement(new: dict[str, dict[str, list[float]]], old: dict[str, dict[str, list[float]]]) -> list[str]:
    """Why fitted weights must not go live: what ``gate`` says, or no set on which they rank better.

    Args:
        new, old: from ``as_record``, of the same labelled sets.
    """
    better = [name for name in sorted(new.keys() & old.keys()) if np.mean(new[name][GOAL]) > np.mean(old[name][GOAL])]
    return gate(new, old) or ([] if better else [f"{GOAL} rose on no labelled set"])


def gate(new: dict[str, dict[str, list[float]]], old: dict[str, dict[str, list[float]]]) -> list[str]:
    """Why a new version must not go live: one sentence per set and measure that is worse beyond noise; empty if it may.

    Args:
        new, old: from ``as_record``; sets and measures that only one has, or with other queries, are passed over.
    """
    reasons = []
    for name in sorted(new.keys() & old.keys()):
        for measure_name in sorted(new[name].keys() & old[name].keys()):
            now, before = np.array(new[name][measure_name]), np.array(old[name][measure_name])
            if len(now) == len(before) and metrics.worse_beyond_noise(now, before):
                reasons.append(f"{measure_name} on {name} fell from {before.mean():.3f} to {now.mean():.3f}")
    return reasons
