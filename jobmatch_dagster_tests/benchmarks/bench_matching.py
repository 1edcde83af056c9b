"""Matching against the plain ways: exact top-k, vectorising, explanations, and one new résumé against all jobs."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from threadpoolctl import threadpool_limits

from jobmatch_dagster.matching import lexicon, tokens, topk
from jobmatch_dagster.matching.features import Side
from jobmatch_dagster.matching.sparse import Sparse

TOP = 50
VOCABULARY = 20_000
RESUME_TERMS, JOB_TERMS = 299, 238  # means over real texts
COMMON = 192  # terms kept as dense columns, as in the lexicon
Row = dict[str, Any]


def _matrix(rows: int, mean_terms: int, seed: int) -> sp.csr_matrix:
    """Whole-number TF-IDF rows with Zipf's frequencies of terms, so that every way computes the same exact products."""
    dice = np.random.default_rng(seed)
    share = 1 / (np.arange(VOCABULARY) + 10.0)
    drawn = dice.choice(VOCABULARY, (rows, int(mean_terms * 1.35)), p=share / share.sum())
    matrix = sp.csr_matrix(
        (np.ones(drawn.size, np.float32), drawn.ravel(), np.arange(rows + 1) * drawn.shape[1]), (rows, VOCABULARY)
    )
    matrix.sum_duplicates()
    idf = np.log(1 / np.minimum(1.0, share * mean_terms)) + 1
    matrix.data = (1 + np.log(matrix.data)) * idf[matrix.indices]
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1))).ravel()
    matrix.data = np.trunc(matrix.data / np.repeat(length, np.diff(matrix.indptr)) * 2048).astype(np.float32)
    return matrix


def _side(matrix: sp.csr_matrix) -> Side:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    whole = Sparse(matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data.astype(np.int16))
    common = matrix.indices < COMMON  # terms are numbered by how common they are
    dense = np.zeros((matrix.shape[0], COMMON), np.float32)
    dense[rows[common], matrix.indices[common]] = matrix.data[common]
    nothing = np.zeros((matrix.shape[0], 0), np.float32)
    masks = np.ones(matrix.shape[0], np.uint8)
    return Side(whole.keep(~common), dense, nothing, nothing, masks, np.ones(matrix.shape[0]))


def _ours(resumes: Side, jobs: Side) -> np.ndarray:
    rule = topk.Rule(
        np.ones(2), np.ones(len(jobs)), 1, np.zeros(len(resumes), np.int32), np.zeros(len(jobs), np.int32),
        np.zeros((1, 1), bool),
    )  # fmt: skip
    jobs.sparse.lists.clear()  # the others turn their matrix every time, too
    best = topk.best_pairs(resumes, jobs, VOCABULARY, rule, top=TOP, threads=1)
    return best.scores.reshape(len(resumes), TOP)


def _scipy(resumes: sp.csr_matrix, jobs: sp.csr_matrix) -> np.ndarray:
    out, turned = [], jobs.T.tocsr()
    for start in range(0, resumes.shape[0], 100):
        scores = (resumes[start : start + 100] @ turned).toarray()
        kept = np.argpartition(-scores, TOP, axis=1)[:, :TOP]
        out.append(-np.sort(-np.take_along_axis(scores, kept, axis=1), axis=1))
    return np.vstack(out)


def _sparse_dot_topn(resumes: sp.csr_matrix, jobs: sp.csr_matrix) -> np.ndarray:
    from sparse_dot_topn import sp_matmul_topn

    found = sp_matmul_topn(resumes, jobs.T.tocsr(), top_n=TOP, sort=True, n_threads=1)
    return found.data.reshape(resumes.shape[0], TOP)


def _cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def _row(case: str, ours: list[float], plain: list[float], **more: Any) -> Row:
    mine, theirs = median(ours), median(plain)
    return {
        "case": case,
        "ours_cpu_s": round(mine, 4),
        "plain_cpu_s": round(theirs, 4),
        "ratio": round(theirs / mine, 1),
        **more,
    }


def top_k(n_resumes: int, n_jobs: int, rounds: int) -> list[Row]:
    """Exact top-50 of all pairs, the same whole-number matrices for every way; scores must be equal."""
    resumes, jobs = _matrix(n_resumes, RESUME_TERMS, 1), _matrix(n_jobs, JOB_TERMS, 2)
    left, right = _side(resumes), _side(jobs)
    others: dict[str, Callable[..., np.ndarray]] = {"scipy product + argpartition": _scipy}
    try:
        import sparse_dot_topn  # noqa: F401

        others["sparse_dot_topn"] = _sparse_dot_topn
    except ImportError:
        pass
    times: dict[str, list[float]] = {name: [] for name in ("ours", *others)}
    with threadpool_limits(1):
        _ours(_side(resumes[:64]), _side(jobs[:100]))
        for _ in range(rounds):
            seconds, expected = _cpu(lambda: _ours(left, right))
            times["ours"].append(seconds)
            for name, other in others.items():
                seconds, got = _cpu(partial(other, resumes, jobs))
                times[name].append(seconds)
                if not np.array_equal(got.astype(np.int64), expected):
                    raise AssertionError(f"{name} has other scores")
    size = f"{n_resumes:,} × {n_jobs:,}"
    return [_row(f"exact top-{TOP}, {size}, beside {name}", times["ours"], times[name]) for name in others]


def memory(n_resumes: int, n_jobs: int) -> Row:
    """The most memory that a process of its own takes for all pairs, its made-up data included."""
    code = f"from {__name__} import fill_memory; fill_memory({n_resumes}, {n_jobs})"
    done = subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.PIPE, text=True)
    seconds, before, peak = map(float, done.stdout.split())
    return {
        "case": f"memory of exact top-{TOP}, {n_resumes:,} × {n_jobs:,} (aim: under 2.5 GB)",
        "ours_cpu_s": round(seconds, 2),
        "GB_at_most": round(peak / 1e6, 2),
        "GB_of_the_data_being_made": round(before / 1e6, 2),
        "million_pairs_a_second": round(n_resumes * n_jobs / seconds / 1e6, 1),
    }


def fill_memory(n_resumes: int, n_jobs: int) -> None:
    """Print CPU seconds, and kilobytes at most before and after."""
    left, right = _side(_matrix(n_resumes, RESUME_TERMS, 1)), _side(_matrix(n_jobs, JOB_TERMS, 2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds, _ = _cpu(lambda: _ours(left, right))
    print(seconds, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def vectorise(n_texts: int, rounds: int) -> Row:
    """TF-IDF of texts with a fixed vocabulary and idf, the same values as scikit-learn's."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    dice = np.random.default_rng(4)
    words = [f"w{chr(97 + n % 26)}{n:x}" for n in range(VOCABULARY)]
    share = 1 / (np.arange(VOCABULARY) + 10.0)
    drawn = dice.choice(VOCABULARY, (n_texts, 450), p=share / share.sum())
    texts = [" ".join(words[i].title() for i in row) + "." for row in drawn]
    plain = TfidfVectorizer(sublinear_tf=True, vocabulary=words)
    plain.fit(texts[:200])
    table = tokens.table(tokens.hash_words(words), np.arange(VOCABULARY, dtype=np.int32))
    column = pa.array(texts)

    def ours() -> sp.csr_matrix:
        indptr, ids, counts = tokens.count_terms(column, *table, VOCABULARY, 0, strip_plural=False)
        return sp.csr_matrix((lexicon.tfidf(indptr, ids, counts, plain.idf_), ids, indptr), (n_texts, VOCABULARY))

    ours()
    mine, theirs = [], []
    for _ in range(rounds):
        seconds, got = _cpu(ours)
        mine.append(seconds)
        seconds, expected = _cpu(lambda: plain.transform(texts))
        theirs.append(seconds)
    if abs(got - expected).max() > 1e-12:
        raise AssertionError("other TF-IDF values than scikit-learn's")
    return _row(
        f"TF-IDF of {n_texts:,} texts, beside scikit-learn", mine, theirs, texts_a_second=round(n_texts / median(mine))
    )


def one_resume(n_jobs: int, rounds: int) -> Row:
    """One new résumé against all jobs whose features and posting lists are there, as the scan sees them."""
    from jobmatch_dagster.matching import kernels

    invert: Callable[..., tuple[np.ndarray, ...]] = kernels.invert
    scan: Callable[..., None] = kernels.scan
    jobs, resumes = _side(_matrix(n_jobs, JOB_TERMS, 2)), _side(_matrix(1, RESUME_TERMS, 1))
    blocks = [(first, min(n_jobs, first + topk.JOB_BLOCK)) for first in range(0, n_jobs, topk.JOB_BLOCK)]
    lists = [invert(jobs.sparse.indptr, jobs.sparse.ids, jobs.sparse.weights, a, b, VOCABULARY) for a, b in blocks]
    zero, one = np.zeros(n_jobs, np.int32), np.ones(n_jobs)

    def ours() -> None:
        heaps, sizes = np.full((1, TOP), kernels.WORST, np.int64), np.zeros(1, np.int64)
        for (first, last), inverted in zip(blocks, lists, strict=True):
            dense = resumes.dense @ jobs.dense[first:last].T
            nothing = np.zeros((1, last - first), np.float32)
            scan(
                *inverted, last - first, first, resumes.sparse.indptr, resumes.sparse.ids, resumes.sparse.weights, 0,
                dense, nothing, nothing, resumes.masks, jobs.masks, np.ones(2), one, zero[:1], zero,
                np.zeros((1, 1), bool), 1, heaps, sizes, np.zeros(2, np.int64),
            )  # fmt: skip

    with threadpool_limits(1):
        ours()
        mine = [_cpu(ours)[0] for _ in range(rounds)]
    limit = 0.010
    return _row(f"one résumé × {n_jobs:,} jobs (plain: the 10 ms aimed at)", mine, [limit])


def explanations(n_resumes: int, n_jobs: int) -> list[Row]:
    """The whole of ``match`` on made-up people and postings, by step; the plain side is json.dumps of the same rows."""
    import json

    from jobmatch_dagster.demo.people import make_person
    from jobmatch_dagster.demo.world import generate_postings
    from jobmatch_dagster.matching import rows, scorer, sides

    day = date(2026, 2, 2)
    people = [{"id": f"r{n:05d}", "resume": make_person(f"bench-{n}").resume} for n in range(n_resumes)]
    ads = [
        {"id": f"j{n:05d}", "title": p.title, "description": p.description_html, "company": p.company}
        for n, p in enumerate(generate_postings(n_jobs))
    ]
    resumes, jobs = rows.resumes(people, day), rows.jobs(ads, day)
    match = lambda: scorer.match(*resumes, sides.jobs(*jobs), top=TOP, min_score=0.0, threads=1, day=day)  # noqa: E731
    match()
    seconds, found = _cpu(match)
    columns = ("components", "matched_skills", "missing_skills")
    parsed = [[json.loads(row[name]) for name in columns] for row in found.matches.select(columns).to_pylist()]
    plain, _ = _cpu(lambda: [[json.dumps(value) for value in row] for row in parsed])
    ours = found.seconds["explain"]
    steps = {name: round(value, 3) for name, value in found.seconds.items()}
    size = sum(len(row[name]) for row in found.matches.select(columns).to_pylist() for name in columns)
    return [
        _row(
            f"explain {found.matches.num_rows:,} pairs, beside json.dumps alone", [ours], [plain],
            pairs_a_second=round(found.matches.num_rows / ours), bytes_a_pair=size // max(1, found.matches.num_rows),
        ),
        _row(f"match {n_resumes:,} × {n_jobs:,}, all of it", [seconds], [seconds], **steps),
    ]  # fmt: skip


def run(quick: bool) -> dict[str, Any]:
    """All cases; ``quick`` takes a tenth of the sizes."""
    scale = 10 if quick else 1
    rows = top_k(1000 // scale, 100_000 // scale, 1 if quick else 3)
    rows.append(memory(10_000 // scale, 100_000 // scale))
    rows.append(vectorise(10_000 // scale, 3))
    rows.append(one_resume(100_000 // scale, 20))
    rows += explanations(1000 // scale, 2000 // scale)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"name": "matching", "rows": rows, "notes": f"One thread; peak memory of the process {peak:.1f} GB."}
