"""Matches as they are kept: in numbers, beside what a job asks for and what a résumé shows.

Belongs here: the numbers of a pair (the layout that column ``parts`` of ``matching.lists`` documents), and the rows
of ``matching.jobs`` and ``matching.resumes`` that give them their meaning. The functions of the schema ``matching`` put
all three into the words of ``wording``; ``explain.table`` says the same without a database.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from jobmatch_dagster.matching import component_text, explain, skill_text, wording
from jobmatch_dagster.matching.weights import COMPONENTS, STEPS

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching import sides
    from jobmatch_dagster.matching.scorer import Found

HEAD = 4 * len(COMPONENTS)  # bytes of values and contributions
ENTRY = 5  # bytes of a requirement that is met in part or full
MOST_PLACES = 1 << 16  # a place is two bytes; who has more requirements or skills keeps the first


@dataclass
class Numbers:
    """Some pairs in numbers.

    Attributes:
        resumes, jobs: rows of the pairs; by résumé, then score down, then job row up.
        scores: 0 to 1.
        judged: bits of the components that were judged.
        ends: where each pair's part ends.
        parts: all parts, one after the other.
        abstained: per component, how many of the pairs it abstained from.
    """

    resumes: NDArray[np.int64]
    jobs: NDArray[np.int64]
    scores: NDArray[np.float64]
    judged: NDArray[np.int16]
    ends: NDArray[np.int64]
    parts: NDArray[np.uint8]
    abstained: dict[str, int]


def numbers(found: Found) -> Numbers:
    """The numbers that are kept of the best pairs."""
    known = explain.parts(found.resumes, found.jobs, found.best, found.using)
    held, wanted = found.resumes.held, found.jobs.wanted
    place = _places(found.resumes)
    pairs = (known.resumes, known.jobs)
    lists = (
        held.sparse.indptr, held.sparse.ids, held.sparse.weights, place[held.source],
        wanted.sparse.indptr, wanted.sparse.ids, wanted.by_importance, max(1, len(wanted.skills)),
    )  # fmt: skip
    ends = HEAD + ENTRY * _count_met(*lists, *pairs)
    np.cumsum(ends, out=ends)
    parts = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    _write(*lists, *pairs, known.values, known.contributions, ends, parts)
    return Numbers(*pairs, known.scores / STEPS, known.masks.astype(np.int16), ends, parts, known.abstained_counts())


def _places(resumes: sides.Resumes) -> NDArray[np.int64]:
    """The place of each row of the skills table among its résumé's rows."""
    owner = resumes.skills["resume_id"].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    order = np.argsort(owner, kind="stable")
    counts = np.bincount(owner) if len(owner) else np.zeros(0, np.int64)
    place = np.empty(len(owner), np.int64)
    place[order] = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return place


@njit(cache=True, nogil=True)
def _count_met(r_indptr, r_ids, r_weights, r_place, j_indptr, j_ids, by_importance, n_features, resumes, jobs):
    out = np.zeros(len(jobs), np.int64)
    held, loaded = np.zeros(n_features, np.bool_), -1
    for pair in range(len(jobs)):
        if resumes[pair] != loaded:
            if loaded >= 0:
                held[r_ids[r_indptr[loaded] : r_indptr[loaded + 1]]] = False
            loaded = resumes[pair]
            for at in range(r_indptr[loaded], r_indptr[loaded + 1]):
                held[r_ids[at]] = r_weights[at] > 0 and r_place[at] < MOST_PLACES
        first = j_indptr[jobs[pair]]
        for at in range(first, min(j_indptr[jobs[pair] + 1], first + MOST_PLACES)):
            out[pair] += held[j_ids[by_importance[at]]]
    return out


@njit(cache=True, nogil=True)
def _write(
    r_indptr, r_ids, r_weights, r_place, j_indptr, j_ids, by_importance, n_features, resumes, jobs,
    values, contributions, ends, parts,
):  # fmt: skip
    held, loaded, out = np.full(n_features, -1, np.int64), -1, 0
    for pair in range(len(jobs)):
        if resumes[pair] != loaded:
            if loaded >= 0:
                held[r_ids[r_indptr[loaded] : r_indptr[loaded + 1]]] = -1
            loaded = resumes[pair]
            for at in range(r_indptr[loaded], r_indptr[loaded + 1]):
                if r_weights[at] > 0 and r_place[at] < MOST_PLACES:
                    held[r_ids[at]] = at
        for numbers in (values[pair], contributions[pair]):
            for number in numbers:
                parts[out], parts[out + 1] = number >> 8, number & 255
                out += 2
        first = j_indptr[jobs[pair]]
        for ask in range(min(j_indptr[jobs[pair] + 1] - first, MOST_PLACES)):
            at = held[j_ids[by_importance[first + ask]]]
            if at >= 0:
                parts[out], parts[out + 1] = ask >> 8, ask & 255
                parts[out + 2], parts[out + 3] = r_place[at] >> 8, r_place[at] & 255
                parts[out + 4] = r_weights[at] - 1
                out += 5


def readings(table: pa.Table, version: str) -> NDArray[np.int64]:
    """The number of each row's content as a version reads it.

    Args:
        table: with columns ``id`` and ``content_hash``.
        version: scorer, taxonomy and extractor.
    """
    rows = zip(table["id"].to_pylist(), table["content_hash"].to_pylist(), strict=True)
    texts = (f"{identity}\x1f{content}\x1f{version}" for identity, content in rows)
    digests = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in texts)
    return np.frombuffer(b"".join(digests), np.int64)


def jobs_read(jobs: sides.Jobs, rows: NDArray[np.int64], version: str) -> pa.Table:
    """Rows of ``matching.jobs``.

    Args:
        jobs: the jobs' side.
        rows: which of them.
        version: scorer, taxonomy and extractor.
    """
    import pyarrow as pa

    table = jobs.table.select(["id", "content_hash"]).take(pa.array(rows))
    indptr = jobs.wanted.sparse.indptr
    counts = indptr[rows + 1] - indptr[rows]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    entries = jobs.wanted.by_importance[np.repeat(indptr[rows], counts) + within]
    return pa.table(
        {
            "job_id": table["id"],
            "reading": readings(table, version),
            "content_hash": table["content_hash"],
            "asked": _levels(jobs.levels.all(), rows),
            "is_thin": component_text.is_thin(jobs)[rows],
            "asks": _lists(skill_text.asked(jobs, entries), counts),
        }
    )


def resumes_read(resumes: sides.Resumes, rows: NDArray[np.int64], version: str) -> pa.Table:
    """Rows of ``matching.resumes``; arguments as for ``jobs_read``."""
    import pyarrow as pa

    table = resumes.table.select(["id", "user_id", "content_hash"]).take(pa.array(rows))
    place = {identity: row for row, identity in enumerate(table["id"].to_pylist())}
    owner = np.array([place.get(key, -1) for key in resumes.skills["resume_id"].to_pylist()], np.int64)
    order = np.argsort(owner, kind="stable")
    order = order[owner[order] >= 0]
    titles = component_text.first_titles(resumes)
    labels, places = skill_text.shown(resumes, order)
    bounds = pa.array(np.concatenate([[0], np.cumsum(np.bincount(owner[order], minlength=len(rows)))]).astype(np.int32))
    return pa.table(
        {
            "resume_id": table["id"],
            "user_id": table["user_id"],
            "reading": readings(table, version),
            "content_hash": table["content_hash"],
            "shown": _levels(resumes.levels.all(), rows),
            "title": [titles[row] for row in rows.tolist()],
            "skills": pa.ListArray.from_arrays(bounds, labels),
            "places": pa.ListArray.from_arrays(pa.array(2 * bounds.to_numpy()), places),
        }
    )


def _levels(classes: tuple[NDArray[np.int64], ...], rows: NDArray[np.int64]) -> pa.Array:
    """Names of the levels of some rows, a list each; null where not known."""
    import pyarrow as pa

    columns = [
        pa.array([*names, None], pa.string()).take(pa.array(numbers[rows] % (len(names) + 1))).to_pylist()
        for names, numbers in zip(wording.names_of_levels(), classes, strict=True)
    ]
    return pa.array(list(map(list, zip(*columns, strict=True))), pa.list_(pa.string()))


def _lists(items: pa.Array, counts: NDArray[Any]) -> pa.Array:
    """JSON lists of so many items each."""
    import pyarrow as pa
    import pyarrow.compute as pc

    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(indptr), items.cast(pa.string()))
    return pc.binary_join_element_wise("[", pc.binary_join(lists, ","), "]", "")
