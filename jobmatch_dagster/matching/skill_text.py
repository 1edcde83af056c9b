"""Requirements met and missing, as the JSON columns of a match.

Belongs here: one item per requirement with what it asks, the credit, and the evidence in both texts. Every item is put
together from pieces that are written once: the job's part, the credit, the résumé's part.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import skill_graph, wording
from jobmatch_dagster.matching.fragments import Pieces, lists_of
from jobmatch_dagster.matching.skill_features import CREDIT_SCALE, is_asked

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching import explain, sides

MOST_MENTIONS = 1  # places in a text that are kept for one skill; all of them stand with the skill itself


@dataclass
class SkillText:
    """What a match says about requirements.

    Attributes:
        matched, missing: JSON lists.
        met, partly, lacking: per pair, how many requirements are met, partly met, missing.
        owner: the pair of each item; items are by pair, then importance.
        is_matched: per item, whether the résumé has it or something near.
        is_asked: per item, whether the job requires or prefers it, and does not merely mention it.
        entries: places among all requirements that items name, each once.
        entry: per item, its place among ``entries``.
    """

    matched: pa.ChunkedArray
    missing: pa.ChunkedArray
    met: NDArray[np.int64]
    partly: NDArray[np.int64]
    lacking: NDArray[np.int64]
    owner: NDArray[np.int64]
    is_matched: NDArray[np.bool_]
    is_asked: NDArray[np.bool_]
    entries: NDArray[np.int64]
    entry: NDArray[np.int64]


def labels(table: pa.Table, rows: NDArray[np.int64]) -> list[str]:
    """Preferred labels of the skills in some rows of a skills table."""
    import pyarrow as pa

    found: list[str] = _each(table["skill_id"].take(pa.array(rows)), _labels()).to_pylist()
    return found


def _labels() -> Callable[[str], str]:
    """What gives a skill's preferred label; of one that the taxonomy lacks, its id."""
    graph = skill_graph.load()
    known = graph.labels()
    return lambda skill: known[number] if (number := graph.number(skill)) >= 0 else skill


def _each(column: pa.ChunkedArray, word: Callable[[str], str]) -> pa.Array:
    """What a function makes of each text of a column; it is asked once for equal ones."""
    import pyarrow as pa

    coded = column.combine_chunks().dictionary_encode()
    return pa.array([word(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _evidence(column: pa.ChunkedArray) -> pa.Array:
    """The first few offsets of each row, as JSON."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first = pc.list_slice(column.combine_chunks(), 0, 2 * MOST_MENTIONS)
    numbers = pa.ListArray.from_arrays(first.offsets, first.values.cast(pa.string()))
    return pc.binary_join_element_wise("[", pc.fill_null(pc.binary_join(numbers, ", "), ""), "]", "")


def describe(resumes: sides.Resumes, jobs: sides.Jobs, detail: explain.Pairs) -> SkillText:
    """Write the requirements of each pair, the most important first."""
    import pyarrow as pa

    n, counts = len(detail.scores), np.diff(detail.indptr)
    owner = np.repeat(np.arange(n), counts)
    # Entries of a pair are all of its job's, in a row: the job's own order is the pair's.
    entry = jobs.wanted.by_importance[detail.entry]
    order = np.arange(len(entry)) + entry - detail.entry
    credits = detail.credit[order]
    matched = credits > 0
    pieces = Pieces()
    marks = [pieces.one(text) for text in ("[", ",", "]", "[]")]
    entries, entry = _distinct(entry, len(jobs.wanted.source))
    asks = pieces.add(_ask(jobs, entries))
    credit = pieces.add(_credit(value) for value in range(CREDIT_SCALE + 1))
    credit = credit[np.round(credits[matched] * CREDIT_SCALE).astype(np.int64)]
    sources, source = _distinct(detail.source[order][matched], len(resumes.skills))
    columns = [asks[entry[matched]], credit, pieces.add(_theirs(resumes, sources))[source]]
    found = pieces.assemble(*lists_of(owner[matched], columns, n, *marks))
    columns = [asks[entry[~matched]], np.full(len(entry) - len(source), pieces.one("}"))]
    lacks = pieces.assemble(*lists_of(owner[~matched], columns, n, *marks))
    full = matched & (np.round(credits * CREDIT_SCALE) >= wording.met_from())
    return SkillText(
        found,
        lacks,
        np.bincount(owner[full], minlength=n),
        np.bincount(owner[matched & ~full], minlength=n),
        np.bincount(owner[~matched], minlength=n),
        owner,
        matched,
        is_asked(jobs.skills["requirement"].take(pa.array(jobs.wanted.source[entries])))[entry],
        entries,
        entry,
    )


def _distinct(numbers: NDArray[np.int64], below: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The numbers that there are, ascending, and the place of each among them; all are under ``below``."""
    there = np.zeros(below, bool)
    there[numbers] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[numbers]


def _ask(jobs: sides.Jobs, entries: NDArray[np.int64]) -> pa.Array:
    """The job's part of an item, an object not closed: what it asks for, with its share of all that it asks."""
    import pyarrow as pa
    import pyarrow.compute as pc

    label = _labels()
    table = jobs.skills.select(["skill_id", "requirement", "evidence"]).take(pa.array(jobs.wanted.source[entries]))
    shares, share = np.unique(jobs.wanted.sparse.weights[entries], return_inverse=True)
    written = pa.array([wording.written(value / jobs.wanted.full_share) for value in shares.tolist()], pa.string())
    return pc.binary_join_element_wise(
        '{"skill":', _each(table["skill_id"], _quoted),
        ',"label":', _each(table["skill_id"], lambda skill: _quoted(label(skill))),
        ',"requirement":', _each(table["requirement"], _quoted),
        ',"weight":', written.take(pa.array(share)),
        ',"job_evidence":', _evidence(table["evidence"]),
        "",
    )  # fmt: skip


def asked(jobs: sides.Jobs, entries: NDArray[np.int64]) -> pa.Array:
    """What a job asks for, as JSON objects.

    Args:
        jobs: the jobs' side.
        entries: places among all requirements.
    """
    import pyarrow.compute as pc

    return pc.binary_join_element_wise(_ask(jobs, entries), "}", "")


def shown(resumes: sides.Resumes, rows: NDArray[np.int64]) -> tuple[pa.Array, pa.Array]:
    """What résumés show.

    Args:
        resumes: the résumés' side.
        rows: rows of its table of skills.

    Returns:
        the label of each row's skill; and, two numbers a row, where it stands first, nulls where that is not known.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    label = _labels()
    table = resumes.skills.select(["skill_id", "evidence"]).take(pa.array(rows))
    first = pc.list_slice(table["evidence"].combine_chunks(), 0, 2 * MOST_MENTIONS, return_fixed_size_list=True)
    return _each(table["skill_id"], label), first.flatten()


def _credit(value: int) -> str:
    status = "met" if value >= wording.met_from() else "partly"
    return f',"status":"{status}","credit":{wording.written(value / CREDIT_SCALE)},'


def _theirs(resumes: sides.Resumes, sources: NDArray[np.int64]) -> pa.Array:
    """The résumé's part of an item, which closes it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    label = _labels()
    table = resumes.skills.select(["skill_id", "evidence"]).take(pa.array(sources))
    through = _each(table["skill_id"], lambda skill: _quoted(label(skill)))
    return pc.binary_join_element_wise(
        '"through":', through, ',"resume_evidence":', _evidence(table["evidence"]), "}", ""
    )
