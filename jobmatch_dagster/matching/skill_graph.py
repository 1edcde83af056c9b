"""Credit for skills next door: what a résumé's skill is worth where an ad asks for a neighbouring one.

Belongs here: walking one step of the taxonomy's graph and the values of a step. Finding skills in text is the room of
skills; turning credits into features is ``features``.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from jobmatch_dagster.matching.weights import Weights
    from jobmatch_dagster.skills.taxonomy import Taxonomy

# A concept with more neighbours than this of one kind says too little about each of them.
MOST_NEIGHBOURS = 60


class SkillGraph:
    """The taxonomy as matching asks it: number of a skill, its weight, and credits to its neighbours."""

    def __init__(self, taxonomy: Taxonomy, weights: Weights) -> None:
        self._taxonomy, self._weights = taxonomy, weights
        n = len(taxonomy)
        order = np.argsort(taxonomy.broader.indices, kind="stable")
        children = np.repeat(np.arange(n), np.diff(taxonomy.broader.indptr))[order]
        self._narrower = (
            np.concatenate([[0], np.cumsum(np.bincount(taxonomy.broader.indices, minlength=n))]),
            children,
        )
        self._credits: dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
        self.version = taxonomy.version

    def number(self, skill_id: str) -> int:
        """Number of a skill in the taxonomy, -1 for one it does not have."""
        try:
            return self._taxonomy.index(skill_id)
        except KeyError:
            return -1

    @property
    def idf(self) -> NDArray[np.float64]:
        """Weight of each skill by how special it is."""
        return self._taxonomy.idf.astype(np.float64)

    @cached_property
    def _columns(self) -> dict[str, list[str]]:
        return {name: self._taxonomy.skills[name].to_pylist() for name in ("label", "kind")}

    def labels(self) -> list[str]:
        """Preferred labels by number."""
        return self._columns["label"]

    def kinds(self) -> list[str]:
        """Kinds by number."""
        return self._columns["kind"]

    def credits(self, skill: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Skills that somebody with ``skill`` gets credit for, and how much: 1 for itself, the best way to each other.

        Args:
            skill: its number.

        Returns:
            numbers in ascending order and credits in (0, 1].
        """
        known = self._credits.get(skill)
        if known is None:
            known = self._credits[skill] = self._walk(skill)
        return known

    def _walk(self, skill: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        steps = self._weights.skills
        starts, children = self._narrower
        best: dict[int, float] = {skill: 1.0}
        for others, credit in (
            (self._taxonomy.broader.of(skill), steps["broader_of_mine"]),
            (children[starts[skill] : starts[skill + 1]], steps["narrower_of_mine"]),
            (self._taxonomy.related.of(skill), steps["sibling"]),
        ):
            if len(others) <= MOST_NEIGHBOURS:
                for other in others.tolist():
                    best[other] = max(best.get(other, 0.0), credit)
        numbers = np.array(sorted(best), np.int64)
        return numbers, np.array([best[number] for number in numbers.tolist()])


@lru_cache(maxsize=2)
def _build(taxonomy_version: str, weights_version: str) -> SkillGraph:
    from jobmatch_dagster.matching import weights
    from jobmatch_dagster.skills import taxonomy

    return SkillGraph(taxonomy.load(), weights.load())


def load() -> SkillGraph:
    """The graph of the taxonomy in use with the weights in use, built once a process."""
    from jobmatch_dagster.matching import weights
    from jobmatch_dagster.skills import taxonomy

    return _build(taxonomy.load().version, weights.load().version)
