"""Text in, skills out: one row per mention, with offsets and what the text says about it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from jobmatch_dagster.skills import columns, cues, engine, reading, tokens
from jobmatch_dagster.skills import taxonomy as taxonomy_module
from jobmatch_dagster.skills.concepts import DATA
from jobmatch_dagster.skills.taxonomy import Taxonomy

CODE = (
    "chain", "columns", "cues", "engine", "extractor", "gating", "kernels", "languages", "matcher", "reading", "scope",
    "signals", "tagger", "tokens",
)  # fmt: skip
"""Modules of this package that decide how a text is read, beside the compiled taxonomy."""
BATCH_CHARACTERS = 250_000
"""Texts are read in batches of about this size, so that their arrays stay in the processor's cache and memory
bounded."""

MENTIONS = pa.schema(
    [
        ("row", pa.int32()),
        ("skill_id", pa.string()),
        ("label", pa.string()),
        ("kind", pa.string()),
        ("esco_uri", pa.string()),
        ("surface", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("requirement", pa.string()),
        ("years", pa.float64()),
        ("level", pa.string()),
        ("section", pa.string()),
        ("weight", pa.float64()),
    ]
)
CANDIDATE = "candidate"
"""Kind of a mention that the taxonomy has no skill for; its skill_id is null and its label is its surface."""
_SECTION_NAMES = [*cues.SECTIONS, "title"]
_REQUIREMENT_WEIGHT = np.array([1.0, 0.5, 0.3, 0.0])
_SECTION_WEIGHT = np.array([1.0, 1.0, 0.9, 1.0, 0.8, 1.0, 0.3, 0.2, 0.5, 1.0, 0.8])
"""Per section, title, and no section at the end: a skill named in "about us" says little about the job."""


def version(taxonomy: Taxonomy | None = None) -> str:
    """What the reading of a text depends on besides the text: it changes with the taxonomy, with the cue phrases and
    weights, and with the code that reads. A text is read again when it differs from the one it was read with."""
    return f"{(taxonomy or taxonomy_module.load()).version}+{_reading_version()}"


@lru_cache(maxsize=1)
def _reading_version() -> str:
    digest = xxhash.xxh3_64()
    code = [Path(__file__).with_name(f"{name}.py") for name in CODE]
    for path in [*sorted(cues.FOLDER.glob("*.tsv")), DATA / "function_words.tsv", DATA / "tagger.npz", *code]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def extract(
    texts: Sequence[str],
    *,
    kind: Literal["posting", "resume"],
    titles: Sequence[str | None] | None = None,
    languages: Sequence[str | None] | None = None,
    taxonomy: Taxonomy | None = None,
    threads: int = 1,
) -> pa.Table:
    """Every mention of a skill in the texts.

    Args:
        texts: plain texts; None counts as empty.
        kind: in a posting skills are required, preferred, mentioned or excluded; in a résumé mentioned or excluded.
        titles: title of each text, or None; a mention in a title has ``start = ~offset`` (negative) and is required.
        languages: ISO 639-1 code of each text where known.
        taxonomy: the default is the settings' own.
        threads: how many threads read; the result does not depend on it.

    Returns:
        a table of ``MENTIONS``: ``row`` is the index into ``texts``; ``start`` and ``end`` are Python string indices;
        rows in the order of texts, and in a text title first, then by position. ``weight`` is 0 to 1.
    """
    taxonomy = taxonomy or taxonomy_module.load()
    body = [text or "" for text in texts]
    heads = [title or "" for title in titles] if titles is not None else []
    spoken = _language_codes(languages, len(body))
    jobs = [*_batches(heads, True), *_batches(body, False)]

    def read(job: tuple[list[str], int, bool]) -> _Part:
        some, first, is_title = job
        return _read(some, first, is_title, kind == "resume", spoken[first : first + len(some)], taxonomy)

    if threads > 1 and len(jobs) > 1:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(read, jobs))
    else:
        parts = [read(job) for job in jobs]
    if not parts:
        return MENTIONS.empty_table()
    part = _joined(parts)
    return _table(_ordered(part) if heads else part, kind == "resume", taxonomy)


def _batches(texts: list[str], is_title: bool) -> list[tuple[list[str], int, bool]]:
    """(texts, index of the first, whether they are titles) in stretches of about BATCH_CHARACTERS."""
    out, first, size = [], 0, 0
    for index, text in enumerate(texts):
        size += len(text)
        if size >= BATCH_CHARACTERS:
            out.append((texts[first : index + 1], first, is_title))
            first, size = index + 1, 0
    if first < len(texts):
        out.append((texts[first:], first, is_title))
    return out


def _language_codes(languages: Sequence[str | None] | None, n: int) -> np.ndarray:
    """LANGUAGE_* of each text (uint8)."""
    if languages is None:
        return np.full(n, engine.LANGUAGE_UNKNOWN, np.uint8)
    codes = {None: engine.LANGUAGE_UNKNOWN, "": engine.LANGUAGE_UNKNOWN, "en": engine.LANGUAGE_ENGLISH}
    return np.array([codes.get(language, engine.LANGUAGE_OTHER) for language in languages], np.uint8)


class _Part(NamedTuple):
    """What was read in some of the texts: ``mentions`` with the indices of all texts and offsets into their own; the
    words of each."""

    mentions: engine.Mentions
    surface: pa.Array


def _read(
    texts: list[str], offset: int, is_title: bool, is_resume: bool, language: np.ndarray, taxonomy: Taxonomy
) -> _Part:
    codes, bounds = tokens.encode(texts)
    found = engine.read_batch(codes, tokens.cut(codes, bounds), is_title, is_resume, language, taxonomy)
    surface = columns.strings(codes, found.start, found.end)
    base = bounds[found.text]
    start, end = (found.start - base).astype(np.int32), (found.end - base).astype(np.int32)
    if is_title:
        start, end = ~start, ~end
    return _Part(found._replace(text=found.text + np.int32(offset), start=start, end=end), surface)


def _joined(parts: list[_Part]) -> _Part:
    mentions = engine.Mentions(
        *(np.concatenate(pieces) for pieces in zip(*(part.mentions for part in parts), strict=True))
    )
    return _Part(mentions, pa.concat_arrays([part.surface for part in parts]))


def _ordered(part: _Part) -> _Part:
    """By text; in a text its title first, then by position."""
    start = part.mentions.start
    order = np.lexsort((np.where(start < 0, ~start, start), start >= 0, part.mentions.text))
    mentions = engine.Mentions(*(column[order] for column in part.mentions))
    return _Part(mentions, part.surface.take(columns.numbers(order, pa.int64())))


def _table(part: _Part, is_resume: bool, taxonomy: Taxonomy) -> pa.Table:
    """The table of ``MENTIONS``: only here numbers become names, once for all texts."""
    mentions, surface = part
    free = mentions.form == engine.NO_FORM
    skill = columns.numbers(taxonomy.forms.skill[mentions.form], pa.int32(), free)
    requirement = mentions.requirement
    if is_resume:
        requirement = np.where(requirement == reading.EXCLUDED, reading.EXCLUDED, reading.MENTIONED)
    section = np.minimum(mentions.section, len(_SECTION_NAMES))
    weight = _REQUIREMENT_WEIGHT[mentions.requirement] * _SECTION_WEIGHT[section] * (0.5 + 0.5 * mentions.certainty)
    ids, labels, kinds, uris = (taxonomy.column(name).take(skill) for name in ("id", "label", "kind", "esco_uri"))
    if free.any():
        candidate = columns.names(np.zeros(len(free), np.uint8), (CANDIDATE,))
        labels, kinds = pc.coalesce(labels, surface), pc.coalesce(kinds, candidate)
    return pa.table(
        [
            columns.numbers(mentions.text, pa.int32()),
            ids,
            labels,
            kinds,
            uris,
            surface,
            columns.numbers(mentions.start, pa.int32()),
            columns.numbers(mentions.end, pa.int32()),
            columns.names(requirement, reading.REQUIREMENTS),
            columns.numbers(mentions.years, pa.float64(), np.isnan(mentions.years)),
            columns.names(mentions.level, cues.LEVELS),
            columns.names(section, _SECTION_NAMES),
            columns.numbers(np.round(weight, 4), pa.float64()),
        ],
        schema=MENTIONS,
    )
