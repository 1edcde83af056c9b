"""Requirements met and missing, as the JSON columns of a match.

Belongs here: one item per requirement with what it asks, the credit, and the evidence in both texts. Every item is put
together from pieces that are written once: the job's part, the credit, the résumé's part.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import skill_graph
from jobmatch_dagster.matching.fragments import Pieces, lists_of
from jobmatch_dagster.matching.skill_features import CREDIT_SCALE

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching import explain, sides

MET = 0.75  # credit from which a requirement counts as met; below, partly
MOST_MENTIONS = 1  # places in a text that are kept for one skill; all of them stand with the skill itself


@dataclass
class SkillText:
    """What a match says about requirements.

    Attributes:
        matched, missing: JSON lists.
        met, partly, lacking: per pair, how many requirements are met, partly met, missing.
        order: items (places in ``Pairs.entry``) by pair, then importance.
        is_matched: per item in that order, whether the résumé has it or something near.
    """

    matched: pa.ChunkedArray
    missing: pa.ChunkedArray
    met: NDArray[np.int64]
    partly: NDArray[np.int64]
    lacking: NDArray[np.int64]
    order: NDArray[np.int64]
    is_matched: NDArray[np.bool_]
    owner: NDArray[np.int64]


def _evidence(column: pa.ChunkedArray, rows: NDArray[np.int64]) -> list[str]:
    """The first few offsets of some rows, as JSON."""
    import pyarrow as pa

    chosen = column.take(pa.array(rows)).to_pylist()
    return [json.dumps((offsets or [])[: 2 * MOST_MENTIONS]) for offsets in chosen]


def _quoted(texts: list[str]) -> list[str]:
    return [json.dumps(text, ensure_ascii=False) for text in texts]


def labels(table: pa.Table, rows: NDArray[np.int64]) -> list[str]:
    """Preferred labels of the skills in some rows of a skills table."""
    import pyarrow as pa

    graph = skill_graph.load()
    known = graph.labels()
    ids = table["skill_id"].take(pa.array(rows)).to_pylist()
    return [known[number] if (number := graph.number(skill)) >= 0 else skill for skill in ids]


def describe(resumes: sides.Resumes, jobs: sides.Jobs, detail: explain.Pairs) -> SkillText:
    """Write the requirements of each pair, the most important first."""
    owner = np.repeat(np.arange(len(detail.scores)), np.diff(detail.indptr))
    importance = jobs.wanted.sparse.weights[detail.entry].astype(np.int64)
    order = np.lexsort((detail.entry, -importance, owner))
    owner, matched = owner[order], detail.source[order] >= 0
    pieces = Pieces()
    opened, between, closed, empty = (pieces.one(text) for text in ("[", ",", "]", "[]"))
    entries, entry = np.unique(detail.entry[order], return_inverse=True)
    asks = _asked(jobs, entries)
    head = pieces.add(f"{ask}," for ask in asks)[entry]
    credit = pieces.add(_credit(value) for value in range(CREDIT_SCALE + 1))
    credit = credit[np.round(detail.credit[order] * CREDIT_SCALE).astype(np.int64)]
    sources, source = np.unique(detail.source[order], return_inverse=True)
    theirs = pieces.add(_theirs(resumes, sources))[source]
    n = len(detail.scores)
    columns = [head[matched], credit[matched], theirs[matched]]
    found = pieces.assemble(*lists_of(owner[matched], columns, n, opened, between, closed, empty))
    lacking = [pieces.add(f"{ask}}}" for ask in asks)[entry][~matched]]
    lacks = pieces.assemble(*lists_of(owner[~matched], lacking, n, opened, between, closed, empty))
    full = matched & (detail.credit[order] >= MET)
    return SkillText(
        found,
        lacks,
        np.bincount(owner[full], minlength=n),
        np.bincount(owner[matched & ~full], minlength=n),
        np.bincount(owner[~matched], minlength=n),
        order,
        matched,
        owner,
    )


def _asked(jobs: sides.Jobs, entries: NDArray[np.int64]) -> list[str]:
    """The job's part of an item, an object not closed: what it asks for, with its share of all that it asks."""
    import pyarrow as pa

    rows = jobs.wanted.source[entries]
    table = jobs.skills.select(["skill_id", "requirement"]).take(pa.array(rows))
    columns = (
        _quoted(table["skill_id"].to_pylist()),
        _quoted(labels(jobs.skills, rows)),
        table["requirement"].to_pylist(),
        (jobs.wanted.sparse.weights[entries] / jobs.wanted.full_share).tolist(),
        _evidence(jobs.skills["evidence"], rows),
    )
    return [
        f'{{"skill":{skill},"label":{label},"requirement":"{kind}","weight":{share:.4g},"job_evidence":{where}'
        for skill, label, kind, share, where in zip(*columns, strict=True)
    ]


def _credit(value: int) -> str:
    share = value / CREDIT_SCALE
    return f'"status":"{"met" if share >= MET else "partly"}","credit":{share:.4g},'


def _theirs(resumes: sides.Resumes, sources: NDArray[np.int64]) -> list[str]:
    """The résumé's part of an item, which closes it; for the source -1 nothing."""
    rows = np.maximum(sources, 0)
    if not len(resumes.skills):
        return [""] * len(sources)
    through = _quoted(labels(resumes.skills, rows))
    where = _evidence(resumes.skills["evidence"], rows)
    return [f'"through":{a},"resume_evidence":{b}}}' for a, b in zip(through, where, strict=True)]
