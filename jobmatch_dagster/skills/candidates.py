"""Phrases that texts ask for and the taxonomy lacks, counted, so that a data team sees what to add."""

from __future__ import annotations

from collections import Counter, defaultdict

import pyarrow as pa

from jobmatch_dagster.skills.concepts import key
from jobmatch_dagster.skills.extractor import CANDIDATE

CANDIDATES = pa.schema(
    [("surface", pa.string()), ("texts", pa.int64()), ("mentions", pa.int64()), ("required", pa.int64())]
)


def count(mentions: pa.Table) -> pa.Table:
    """Candidates among ``mentions`` (``extractor.MENTIONS``), the one in most texts first.

    Returns:
        ``surface`` in its commonest spelling, in how many ``texts``, how many ``mentions``, how many of them
        ``required``.
    """
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    texts: dict[str, set[int]] = defaultdict(set)
    required: Counter[str] = Counter()
    columns = (mentions[name].to_pylist() for name in ("kind", "surface", "row", "requirement"))
    for kind, surface, row, requirement in zip(*columns, strict=True):
        if kind == CANDIDATE:
            name = key(surface)
            spellings[name][surface] += 1
            texts[name].add(row)
            required[name] += requirement == "required"
    order = sorted(spellings, key=lambda name: (-len(texts[name]), name))
    rows = [
        {
            "surface": min(spellings[name], key=lambda form: (-spellings[name][form], form)),
            "texts": len(texts[name]),
            "mentions": spellings[name].total(),
            "required": required[name],
        }
        for name in order
    ]
    return pa.Table.from_pylist(rows, schema=CANDIDATES)
