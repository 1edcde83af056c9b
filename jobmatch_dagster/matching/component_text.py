"""Components with their reasons, and the one plain sentence, as columns of a match.

Belongs here: wording. Every text is chosen by small whole numbers (a mask, a level, a count), so a column of half a
million rows is put together from a few thousand pieces.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import levels
from jobmatch_dagster.matching.features import BIT
from jobmatch_dagster.matching.fragments import Pieces, lists_of, rows_of
from jobmatch_dagster.matching.weights import COMPONENTS, EVIDENCE, STEPS

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching import explain, sides
    from jobmatch_dagster.matching.skill_text import SkillText

VALUE_STEPS = 1000  # a component's value is shown to three decimals
THIN = 0.5  # richness under which a posting is said to say little
MOST_NAMED = 2  # skills named in the sentence
_MOST_COUNTED = 999


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
        heads = pieces.add(f'"{name}":{{"weight":{value:.4g},"value":' for value in shares.tolist())[share]
        value = np.clip(np.round(detail.values[judged, place] * VALUE_STEPS), 0, VALUE_STEPS).astype(np.int64)
        amount = amounts[detail.contributions[judged, place] + STEPS]
        owner.append(judged)
        columns.append([heads, values[value], amount, *(column[judged] for column in reasons[name])])
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


def _counts(pieces: Pieces, before: str, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pieces that say a count after some words."""
    table = pieces.add(f"{before}{number}" for number in range(_MOST_COUNTED + 1))
    return table[np.minimum(numbers, _MOST_COUNTED)]


def _reasons(
    resumes: sides.Resumes, jobs: sides.Jobs, detail: explain.Pairs, skills: SkillText, pieces: Pieces
) -> dict[str, list[NDArray[np.int64]]]:
    """Per component, columns of pieces from the comma before its reason to its closing brace."""
    n = len(detail.scores)
    end = np.full(n, pieces.one('"}'))
    everything = skills.met + skills.partly + skills.lacking
    titles = [
        json.dumps(person.titles[0][0][:80], ensure_ascii=False) if person.titles else '""'
        for person in resumes.profiles
    ]
    return {
        "skills": [
            _counts(pieces, ',"reason":"met: ', skills.met),
            _counts(pieces, ", partly: ", skills.partly),
            _counts(pieces, ", of ", everything),
            end,
        ],
        "title": [
            pieces.add(f',"reason":"beside the titles of the résumé","resume_title":{title}}}' for title in titles)[
                detail.resumes
            ]
        ],
        "text": [np.full(n, pieces.one(',"reason":"shared and related words of the two texts"}'))],
        "seniority": _pair_of_levels(
            pieces, jobs.levels.seniority[detail.jobs], resumes.levels.seniority[detail.resumes], levels.seniorities()
        ),
        "experience": _pair_of_levels(
            pieces, jobs.levels.years[detail.jobs], resumes.levels.years[detail.resumes], _year_names()
        ),
        "education": _pair_of_levels(
            pieces, jobs.levels.education[detail.jobs], resumes.levels.education[detail.resumes], levels.educations()
        ),
    }


def _year_names() -> tuple[str, ...]:
    """Names of the classes of years."""
    return ("under half a year", *(f"{bound:g} years or more" for bound in levels.YEAR_BOUNDS))


def _pair_of_levels(
    pieces: Pieces, asked: NDArray[np.int64], shown: NDArray[np.int64], names: tuple[str, ...]
) -> list[NDArray[np.int64]]:
    """Reasons that name what the job asks for and what the résumé shows; -1 is not known (and never read)."""
    texts = [f',"reason":"asked: {a}; shown: {b}"}}' for a in (*names, "-") for b in (*names, "-")]
    return [pieces.add(texts)[asked % (len(names) + 1) * (len(names) + 1) + shown % (len(names) + 1)]]


def _doubts(jobs: sides.Jobs, detail: explain.Pairs, pieces: Pieces) -> NDArray[np.int64]:
    """Why something was taken off: what could not be judged, and a posting that says little."""
    texts = []
    for thin in (False, True):
        for mask in range(1 << len(COMPONENTS)):
            lacking = [name for name in COMPONENTS if not mask & BIT[name]]
            parts = [f"not judged: {', '.join(lacking)}"] if lacking else []
            parts += ["the posting says little"] if thin or not lacking else []
            texts.append(f',"reason":"{"; ".join(parts)}"}}')
    is_thin = (jobs.side.richness[detail.jobs] < THIN).astype(np.int64)
    return pieces.add(texts)[is_thin * (1 << len(COMPONENTS)) + detail.masks]


def sentences(resumes: sides.Resumes, jobs: sides.Jobs, detail: explain.Pairs, skills: SkillText) -> pa.ChunkedArray:
    """One plain sentence a pair: requirements, what is there, what is missing, and what stands out otherwise."""
    from jobmatch_dagster.matching import skill_text

    pieces = Pieces()
    n = len(detail.scores)
    everything = skills.met + skills.partly + skills.lacking
    names = pieces.add(skill_text.labels(jobs.skills, jobs.wanted.source[skills.entries]))[skills.entry]
    opening = np.where(
        everything > 0, _counts(pieces, "Meets ", skills.met), pieces.one("Names no requirement that could be read")
    )
    total = np.where(everything > 0, _counts(pieces, " of ", everything), 0)
    unit = np.where(
        everything > 0, np.where(everything == 1, pieces.one(" requirement"), pieces.one(" requirements")), 0
    )
    columns = [opening, total, unit]
    columns += _named(pieces, names, skills.owner, skills.is_matched, n, " (", ")")
    # What an ad only mentions, as of its other teams, nobody has to bring.
    columns += _named(pieces, names, skills.owner, ~skills.is_matched & skills.is_asked, n, "; lacks ", "")
    columns.append(_closeness(detail, pieces))
    columns.append(_shortfall(detail, pieces))
    return pieces.assemble(*rows_of(columns))


def _named(
    pieces: Pieces,
    names: NDArray[np.int64],
    owner: NDArray[np.int64],
    chosen: NDArray[np.bool_],
    n: int,
    before: str,
    after: str,
) -> list[NDArray[np.int64]]:
    """Columns that name the first few chosen items of each row: words before, name, comma, name, words after."""
    rows, names = owner[chosen], names[chosen]
    counts = np.bincount(rows, minlength=n)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    out = [np.where(counts > 0, pieces.one(before), 0)]
    for place in range(MOST_NAMED):
        column, here = np.zeros(n, np.int64), within == place
        column[rows[here]] = names[here]
        if place:
            out.append(np.where(counts > place, pieces.one(", "), 0))
        out.append(column)
    out.append(np.where(counts > MOST_NAMED, pieces.one(" and more"), 0))
    return [*out, np.where(counts > 0, pieces.one(after), 0)]


def _closeness(detail: explain.Pairs, pieces: Pieces) -> NDArray[np.int64]:
    """What the title's component says, in words."""
    value = detail.values[:, COMPONENTS.index("title")]
    words = pieces.add(("; a different kind of title", "; a related title", "; a close title"))
    chosen = words[np.searchsorted((0.3, 0.6), np.nan_to_num(value), side="right")]
    return np.where(np.isnan(value), 0, chosen)


def _shortfall(detail: explain.Pairs, pieces: Pieces) -> NDArray[np.int64]:
    """Which of level and years falls short, if any; the end of the sentence."""
    low = [detail.values[:, COMPONENTS.index(name)] < 0.5 for name in ("seniority", "experience")]
    texts = (
        ".",
        "; another level of seniority.",
        "; fewer years than asked for.",
        "; another level of seniority and fewer years than asked for.",
    )
    return pieces.add(texts)[low[0] + 2 * low[1]]
