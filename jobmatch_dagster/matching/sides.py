"""The two sides of a match, made from the tables: jobs with their requirements, résumés with what they have.

Belongs here: reading columns of ``tables.JOBS``, ``JOB_SKILLS``, ``RESUMES`` and ``RESUME_SKILLS``, and putting the
features of all components side by side. A job side can be kept and matched against many blocks of résumés.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from jobmatch_dagster.matching import features, levels, profile, skill_features, skill_graph, titles, vetoes, weights
from jobmatch_dagster.matching.features import BIT, Side
from jobmatch_dagster.matching.lexicon import load as load_lexicon
from jobmatch_dagster.matching.sparse import beside

if TYPE_CHECKING:
    import pyarrow as pa

    from jobmatch_dagster.matching.skill_graph import SkillGraph
    from jobmatch_dagster.matching.weights import Weights

_EPOCH = date(1970, 1, 1)
SURE_LANGUAGE, LEAST_WRITTEN = 0.8, 300  # confidence, and characters, from which an ad's own language counts


@dataclass
class Jobs:
    """Jobs ready to be matched, in ascending order of their ids: a row's number is its rank among ties.

    Attributes:
        table, skills: the rows they were made from; the table is ordered likewise.
        side: features.
        levels: classes of seniority, years and education.
        wanted: their requirements.
        bounds: first sparse feature of each range (text, title, skills); ``n_features`` all of them.
        veto_classes: per job, its class; ``asked`` has the facts of each class.
    """

    table: pa.Table
    skills: pa.Table
    side: Side
    levels: features.Levels
    wanted: skill_features.Requirements
    bounds: NDArray[np.int64]
    n_features: int
    veto_classes: NDArray[np.int32]
    asked: list[vetoes.Asked]

    def __len__(self) -> int:
        return len(self.side)

    @cached_property
    def asked_facts(self) -> vetoes.Facts:
        """What the vetoes look at in each class."""
        return vetoes.facts_of(self.asked)


@dataclass
class Resumes:
    """Résumés ready to be matched against some ``Jobs``, in ascending order of their ids; attributes as there."""

    table: pa.Table
    skills: pa.Table
    side: Side
    levels: features.Levels
    held: skill_features.Holdings
    veto_classes: NDArray[np.int32]
    offered: list[vetoes.Offered]
    profiles: list[profile.Profile]

    def __len__(self) -> int:
        return len(self.side)


def _owners(ids: list[str], column: pa.ChunkedArray) -> NDArray[np.int64]:
    """The row of each id of a column among ``ids``, -1 where it is not there."""
    place = {identity: row for row, identity in enumerate(ids)}
    coded = column.combine_chunks().dictionary_encode()
    rows = np.array([place.get(value, -1) for value in coded.dictionary.to_pylist()] or [-1], np.int64)
    return rows[coded.indices.to_numpy(zero_copy_only=False)] if len(coded) else np.zeros(0, np.int64)


def _sorted(table: pa.Table) -> pa.Table:
    """The rows in ascending order of their ids; as they are where they come so."""
    import pyarrow.compute as pc

    ids = table["id"].combine_chunks()
    return table if pc.all(pc.less(ids[:-1], ids[1:])).as_py() is not False else table.sort_by("id")


def _texts(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return column.cast(pa.large_string()).combine_chunks()


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    import pyarrow.compute as pc

    return pc.fill_null(column, np.nan).combine_chunks().to_numpy(zero_copy_only=False).astype(np.float64)


def _classes(facts: list[tuple]) -> tuple[NDArray[np.int32], list[tuple]]:
    """Equal facts numbered in the order of their first appearance."""
    unique = {fact: number for number, fact in enumerate(dict.fromkeys(facts))}
    return np.array([unique[fact] for fact in facts], np.int32), list(unique)


def _repeated(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], list]:
    """Per row, the place of its value among the different ones; and these."""
    coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return coded.indices.to_numpy(zero_copy_only=False).astype(np.int64), coded.dictionary.to_pylist()


def _values(column: pa.ChunkedArray) -> list:
    """The values of a column in which the same ones come again and again."""
    places, different = _repeated(column)
    return [different[place] for place in places.tolist()]


def jobs(
    table: pa.Table, job_skills: pa.Table, *, graph: SkillGraph | None = None, using: Weights | None = None
) -> Jobs:
    """Make the jobs' side.

    Args:
        table: rows of ``tables.JOBS``.
        job_skills: rows of ``tables.JOB_SKILLS``; rows of other jobs are passed over.
        graph: the taxonomy's graph; the one in use if not given.
        using: the weights; the ones in use if not given.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    using, graph = using or weights.load(), graph or skill_graph.load()
    table = _sorted(table)
    descriptions = _texts(table["description"])
    lengths = pc.fill_null(pc.utf8_length(descriptions), 0).to_numpy()
    words = pc.binary_join_element_wise(
        _texts(table["title"]), descriptions, pa.scalar("\n", pa.large_string()), null_handling="skip"
    )
    # A title alone is compared as a title; as a text it would be counted twice.
    text = features.text_features(words, using).without(lengths == 0)
    place, names = _repeated(pc.fill_null(table["title"], ""))
    parts, vectors, has_title = features.title_features([[(name, 1.0)] if name else [] for name in names], using)
    parts, vectors, has_title = parts.take(place), vectors[place], has_title[place]
    owner = _owners(table["id"].to_pylist(), job_skills["job_id"])
    wanted = skill_features.requirements(job_skills, owner, len(table), graph, using)
    shown = [levels.of_title(name) for name in names]
    said = zip(_values(table["seniority"]), place.tolist(), strict=True)
    given = features.levels_of(
        [level or shown[title] for level, title in said],
        _numbers(table["min_years_experience"]),
        _values(table["education"]),
    )
    fits, mask = features.fit_columns(using, given, job=True)
    states_enough = wanted.stated >= using.evidence["least_requirements"]
    mask |= _bits(text=text.distinct > 0, title=has_title, skills=states_enough)
    asked_for = wanted.sparse.keep(states_enough[wanted.sparse.rows])
    widths = [load_lexicon().n_terms, titles.n_features(), max(1, len(wanted.skills))]
    sparse, bounds = beside([text.sparse, parts, asked_for], widths)
    side = Side(
        sparse,
        np.hstack([text.dense, fits]),
        vectors,
        text.meaning,
        mask,
        features.richness(using, text.distinct, wanted.stated),
    )
    classes, facts = _classes(_asked(table, job_skills, lengths, owner, graph))
    asked = [vetoes.Asked(*fact) for fact in facts]
    return Jobs(table, job_skills, side, given, wanted, bounds, sum(widths), classes, asked)


def _bits(**present: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Bits of the components whose inputs are there."""
    out = np.zeros(len(next(iter(present.values()))), np.uint8)
    for name, has in present.items():
        out |= np.where(has, BIT[name], 0).astype(np.uint8)
    return out


Special = dict[int, frozenset[str]]


def _special_skills(table: pa.Table, owner: NDArray[np.int64], graph: SkillGraph) -> tuple[Special, Special]:
    """Codes of the languages and labels of the binding licences among the skills of those rows of a side that have
    any."""
    kinds, labels = graph.kinds(), graph.labels()
    spoken: dict[int, set[str]] = {}
    licensed: dict[int, set[str]] = {}
    indices, different = _repeated(table["skill_id"])
    special: dict[int, tuple[dict[int, set[str]], str]] = {}
    for place, skill in enumerate(different):
        number = graph.number(skill)
        if number >= 0 and kinds[number] == "language" and (code := levels.language_code(labels[number])):
            special[place] = (spoken, code)
        elif number >= 0 and kinds[number] == "licence" and vetoes.binding_licence(labels[number]):
            special[place] = (licensed, labels[number])
    is_special = np.zeros(len(different) + 1, bool)
    is_special[list(special)] = True
    for at in np.flatnonzero(is_special[indices] & (owner >= 0)).tolist():
        of_row, name = special[int(indices[at])]
        of_row.setdefault(int(owner[at]), set()).add(name)
    return _frozen(spoken), _frozen(licensed)


def _frozen(sets: dict[int, set[str]]) -> Special:
    return {row: frozenset(names) for row, names in sets.items()}


def _asked(
    table: pa.Table, job_skills: pa.Table, lengths: NDArray[np.int64], owner: NDArray[np.int64], graph: SkillGraph
) -> list[tuple]:
    """Per job, the fields of its ``vetoes.Asked``."""
    import pyarrow.compute as pc

    required = pc.fill_null(pc.equal(job_skills["requirement"], "required"), False).combine_chunks()
    required = required.to_numpy(zero_copy_only=False).astype(bool)
    spoken, licensed = _special_skills(job_skills, np.where(required, owner, -1), graph)
    columns = ("country", "remote", "remote_scope", "salary_annual_max", "salary_currency")
    rows = zip(*(_values(table[name]) for name in columns), _written(table, lengths), strict=True)
    nothing: frozenset[str] = frozenset()
    return [
        (
            spoken.get(row, nothing),
            written,
            licensed.get(row, nothing),
            country,
            remote,
            scope if remote == "remote" else None,
            (amount, currency) if amount and currency else None,
        )
        for row, (country, remote, scope, amount, currency, written) in enumerate(rows)
    ]


def _written(table: pa.Table, lengths: NDArray[np.int64]) -> list[str | None]:
    """The language of each ad whose text is long enough, and sure enough, to say that whoever applies must read it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    is_sure = pc.fill_null(pc.greater_equal(table["language_confidence"], SURE_LANGUAGE), False)
    return _values(pc.if_else(pc.and_(is_sure, pa.array(lengths >= LEAST_WRITTEN)), table["language"], None))


def _profiles(table: pa.Table) -> list[profile.Profile]:
    names = ("content", "experience_years", "seniority", "uploaded_on")
    contents, years, seniorities, days = (table[name].to_pylist() for name in names)
    return profile.read_all(contents, years, seniorities, [day or _EPOCH for day in days])


def resumes(
    table: pa.Table,
    resume_skills: pa.Table,
    against: Jobs,
    *,
    graph: SkillGraph | None = None,
    using: Weights | None = None,
) -> Resumes:
    """Make the résumés' side against some jobs.

    Args:
        table: rows of ``tables.RESUMES``.
        resume_skills: rows of ``tables.RESUME_SKILLS``; rows of other résumés are passed over.
        against: the jobs; only the numbering of features is taken from them.
        graph, using: as for ``jobs``.
    """
    import pyarrow as pa

    using, graph = using or weights.load(), graph or skill_graph.load()
    table = _sorted(table)
    people = _profiles(table)
    # A label alone is compared as a title, as on the other side.
    no_text = np.array([not p.has_text for p in people], bool)
    text = features.text_features(pa.array([p.text for p in people], pa.large_string()), using).without(no_text)
    parts, vectors, has_title = features.title_features([p.titles for p in people], using)
    owner = _owners(table["id"].to_pylist(), resume_skills["resume_id"])
    today = np.array(
        [((day or _EPOCH) - _EPOCH) // timedelta(days=1) for day in table["uploaded_on"].to_pylist()], np.int64
    )
    held = skill_features.holdings(resume_skills, owner, today, len(table), against.wanted, graph, using)
    years = np.array([np.nan if p.years is None else p.years for p in people])
    # So is a word of level: where nothing but titles is known, it would be counted twice.
    said = [None if p.is_titles_alone else p.seniority for p in people]
    given = features.levels_of(said, years, [p.education for p in people])
    fits, mask = features.fit_columns(using, given, job=False)
    mask |= _bits(text=text.distinct > 0, title=has_title, skills=held.counts > 0)
    widths = [load_lexicon().n_terms, titles.n_features(), max(1, len(against.wanted.skills))]
    sparse, _ = beside([text.sparse, parts, held.sparse], widths)
    side = Side(sparse, np.hstack([text.dense, fits]), vectors, text.meaning, mask, np.ones(len(table)))
    classes, facts = _classes(_offered(table, resume_skills, owner, people, graph))
    offered = [vetoes.Offered(*fact) for fact in facts]
    return Resumes(table, resume_skills, side, given, held, classes, offered, people)


def _offered(
    table: pa.Table,
    resume_skills: pa.Table,
    owner: NDArray[np.int64],
    people: list[profile.Profile],
    graph: SkillGraph,
) -> list[tuple]:
    """Per résumé, the fields of its ``vetoes.Offered``."""
    spoken, licensed = _special_skills(resume_skills, owner, graph)
    nothing: frozenset[str] = frozenset()
    out = []
    for row, (person, written) in enumerate(zip(people, _values(table["language"]), strict=True)):
        listed = person.languages | spoken.get(row, nothing)
        licences = None if person.is_titles_alone else licensed.get(row, nothing)
        known = vetoes.languages_of(listed, written, person.country)
        out.append((known, bool(listed), licences, person.country, person.relocates, person.salary_floor))
    return out
