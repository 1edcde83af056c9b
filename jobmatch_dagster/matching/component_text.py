"""Components with their reasons, and the one plain sentence, as columns of a match.

Belongs here: wording. Every text is chosen by small whole numbers (a mask, a level, a count), so a column of half a
million rows is put together from a few thousand pieces.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import wording
from jobmatch_dagster.matching.features import BIT
from jobmatch_dagster.matching.fragments import Pieces, lists_of, rows_of
from jobmatch_dagster.matching.weights import COMPONENTS, EVIDENCE, STEPS
from jobmatch_dagster.matching.wording import VALUE_STEPS

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching import explain, sides
    from jobmatch_dagster.matching.skill_text import SkillText


def components(resumes: sides.Resumes, jobs: sides.Jobs, detail: explain.Pairs, skills: SkillText) -> pa.ChunkedArray:
    """``{name: {"weight", "value", "contribution", "reason"}}`` of each pair, as JSON."""
    pieces = Pieces()
    n = len(detail.scores)
    values = pieces.add(f'{value / VALUE_STEPS:g},"contribution":' for value in range(VALUE_STEPS + 1))
    amounts = pieces.add(_amounts())
    owner, columns = [], []
    reasons = _reasons(resumes, jobs, detail, skills, pieces)
    for place, name in enumerate(COMPONENTS):
        judged = np.flatnonzero(detail.masks & BIT[name])
        shares, share = np.unique(detail.shares[judged, place], return_inverse=True)
        weights = map(wording.written, shares.tolist())
        heads = pieces.add(f'"{name}":{{"weight":{weight},"value":' for weight in weights)[share]
        amount = amounts[detail.contributions[judged, place] + STEPS]
        owner.append(judged)
        columns.append(
            [heads, values[detail.values[judged, place]], amount, *(column[judged] for column in reasons[name])]
        )
    taken = np.flatnonzero(detail.evidence)
    amount = amounts[detail.evidence[taken] + STEPS]
    # Weight 1 and the amount itself as value: an addend, not a share.
    head = np.full(len(taken), pieces.one(f'"{EVIDENCE}":{{"weight":1,"value":'))
    owner.append(taken)
    columns.append(
        [
            head,
            amount,
            np.full(len(taken), pieces.one(',"contribution":')),
            amount,
            _doubts(jobs, detail, pieces)[taken],
        ]
    )
    width = max(len(column) for column in columns)
    padded = [column + [np.zeros(len(column[0]), np.int64)] * (width - len(column)) for column in columns]
    block = np.repeat(np.arange(len(owner)), [len(part) for part in owner])
    order = np.lexsort((block, np.concatenate(owner)))
    flat = [np.concatenate([column[at] for column in padded])[order] for at in range(width)]
    marks = (pieces.one(text) for text in ("{", ",", "}", "{}"))
    return pieces.assemble(*lists_of(np.concatenate(owner)[order], flat, n, *marks))


@lru_cache(maxsize=1)
def _amounts() -> list[str]:
    """Every contribution that there can be, from -1 to 1 in steps."""
    return [repr(amount / STEPS) for amount in range(-STEPS, STEPS + 1)]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _counted(pieces: Pieces, text: str, counts: dict[str, NDArray[np.int64]]) -> list[NDArray[np.int64]]:
    """Columns of pieces that say a text with a count in each of its {places}."""
    columns, n = [], len(next(iter(counts.values())))
    for part in re.split(r"(?=\{)", text):
        name, _, rest = part[1:].partition("}") if part.startswith("{") else ("", "", part)
        if name:
            table = pieces.add(f"{number}{rest}" for number in range(counts[name].max(initial=0) + 1))
            columns.append(table[counts[name]])
        else:
            columns.append(np.full(n, pieces.one(rest)))
    return columns


def _counts_of(skills: SkillText) -> dict[str, NDArray[np.int64]]:
    return {"met": skills.met, "partly": skills.partly, "all": skills.met + skills.partly + skills.lacking}


def _reasons(
    resumes: sides.Resumes, jobs: sides.Jobs, detail: explain.Pairs, skills: SkillText, pieces: Pieces
) -> dict[str, list[NDArray[np.int64]]]:
    """Per component, columns of pieces from the comma before its reason to its closing brace."""
    n, texts = len(detail.scores), wording.load()["reasons"]
    titles = map(_quoted, first_titles(resumes))
    title = pieces.add(f',"reason":{_quoted(texts["title"])},"resume_title":{title}}}' for title in titles)
    out = {
        "skills": _counted(pieces, f',"reason":{_quoted(texts["skills"])}}}', _counts_of(skills)),
        "title": [title[detail.resumes]],
        "text": [np.full(n, pieces.one(f',"reason":{_quoted(texts["text"])}}}'))],
    }
    asked, shown = jobs.levels.all(), resumes.levels.all()
    for place, (name, words) in enumerate(zip(COMPONENTS[3:], wording.names_of_levels(), strict=True)):
        pair = _pair_of_levels(pieces, texts[name], asked[place][detail.jobs], shown[place][detail.resumes], words)
        out[name] = [pair]
    return out


def first_titles(resumes: sides.Resumes) -> list[str]:
    """The title that stands first in each résumé, "" where none does."""
    return [person.titles[0][0][:80] if person.titles else "" for person in resumes.profiles]


def _pair_of_levels(
    pieces: Pieces, text: str, asked: NDArray[np.int64], shown: NDArray[np.int64], names: tuple[str, ...]
) -> NDArray[np.int64]:
    """Reasons that name what the job asks for and what the résumé shows; -1 is not known (and never read)."""
    said = [text.replace("{asked}", a).replace("{shown}", b) for a in (*names, "-") for b in (*names, "-")]
    numbers = pieces.add(f',"reason":{_quoted(one)}}}' for one in said)
    return numbers[asked % (len(names) + 1) * (len(names) + 1) + shown % (len(names) + 1)]


def _doubts(jobs: sides.Jobs, detail: explain.Pairs, pieces: Pieces) -> NDArray[np.int64]:
    """Why something was taken off: what could not be judged, and a posting that says little."""
    texts, said = [], wording.load()["reasons"]
    for thin in (False, True):
        for mask in range(1 << len(COMPONENTS)):
            lacking = [name for name in COMPONENTS if not mask & BIT[name]]
            parts = [said["unjudged"].replace("{names}", ", ".join(lacking))] if lacking else []
            parts += [said["thin"]] if thin or not lacking else []
            texts.append(f',"reason":{_quoted("; ".join(parts))}}}')
    return pieces.add(texts)[is_thin(jobs)[detail.jobs] * (1 << len(COMPONENTS)) + detail.masks]


def is_thin(jobs: sides.Jobs) -> NDArray[np.bool_]:
    """Which postings say little."""
    thin: NDArray[np.bool_] = jobs.side.richness < wording.load()["thin_below"]
    return thin


def sentences(resumes: sides.Resumes, jobs: sides.Jobs, detail: explain.Pairs, skills: SkillText) -> pa.ChunkedArray:
    """One plain sentence a pair: requirements, what is there, what is missing, and what stands out otherwise."""
    from jobmatch_dagster.matching import skill_text

    pieces, said = Pieces(), wording.load()["sentence"]
    n, counts = len(detail.scores), _counts_of(skills)
    names = pieces.add(skill_text.labels(jobs.skills, jobs.wanted.source[skills.entries]))[skills.entry]
    one, several = (_counted(pieces, said[name], counts) for name in ("one", "several"))
    width = max(len(one), len(several))
    columns = [
        np.where(counts["all"] == 1, single, many)
        for single, many in zip(_filled(one, width, n), _filled(several, width, n), strict=True)
    ]
    columns = [np.where(counts["all"] > 0, column, 0) for column in columns]
    columns.append(np.where(counts["all"] > 0, 0, pieces.one(said["nothing"])))
    columns += _named(pieces, names, skills.owner, skills.is_matched, n, said["has"])
    # What an ad only mentions, as of its other teams, nobody has to bring.
    columns += _named(pieces, names, skills.owner, ~skills.is_matched & skills.is_asked, n, said["lacks"])
    columns.append(_closeness(detail, pieces))
    columns.append(_shortfall(detail, pieces))
    return pieces.assemble(*rows_of(columns))


def _filled(columns: list[NDArray[np.int64]], width: int, n: int) -> list[NDArray[np.int64]]:
    """Columns and so many empty ones that there are ``width``."""
    return columns + [np.zeros(n, np.int64)] * (width - len(columns))


def _named(
    pieces: Pieces,
    names: NDArray[np.int64],
    owner: NDArray[np.int64],
    chosen: NDArray[np.bool_],
    n: int,
    text: str,
) -> list[NDArray[np.int64]]:
    """Columns that name the first few chosen items of each row in the place {names} of a text; empty for no item."""
    most, (before, after) = wording.load()["most_named"], text.split("{names}")
    rows, names = owner[chosen], names[chosen]
    counts = np.bincount(rows, minlength=n)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    out = [np.where(counts > 0, pieces.one(before), 0)]
    for place in range(most):
        column, here = np.zeros(n, np.int64), within == place
        column[rows[here]] = names[here]
        if place:
            out.append(np.where(counts > place, pieces.one(", "), 0))
        out.append(column)
    out.append(np.where(counts > most, pieces.one(wording.load()["sentence"]["more"]), 0))
    return [*out, np.where(counts > 0, pieces.one(after), 0)]


def _closeness(detail: explain.Pairs, pieces: Pieces) -> NDArray[np.int64]:
    """What the title's component says, in words."""
    said = wording.load()["sentence"]
    bounds = [wording.value_bound(bound) for bound in said["title_from"]]
    value = detail.values[:, COMPONENTS.index("title")]
    chosen = pieces.add(said["title"])[np.searchsorted(bounds, value, side="right")]
    return np.where(detail.masks & BIT["title"], chosen, 0)


def _shortfall(detail: explain.Pairs, pieces: Pieces) -> NDArray[np.int64]:
    """Which of level and years falls short, if any; the end of the sentence."""
    said = wording.load()["sentence"]
    low = [
        (detail.masks & BIT[name] > 0)
        & (detail.values[:, COMPONENTS.index(name)] < wording.value_bound(said["enough"]))
        for name in ("seniority", "experience")
    ]
    return pieces.add(said["end"])[low[0] + 2 * low[1]]
