"""Measures of a ranking against graded relevance, with bootstrap intervals over queries.

Belongs here: nDCG, average precision, recall, reciprocal rank, and how sure their means are. Where rankings and
grades come from is ``evaluation``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Grades = Mapping[str, float]
Measure = Callable[[Sequence[str], Grades], float]
RESAMPLES = 1000
CONFIDENCE = 0.95
RELEVANT = 1.0  # grade from which a job counts as relevant where a measure knows only yes and no


def ndcg(order: Sequence[str], grades: Grades, at: int = 10) -> float:
    """Normalised discounted cumulative gain with linear gains (Järvelin and Kekäläinen 2002); 0 without relevant
    jobs."""

    def gain(values: Sequence[float]) -> float:
        return float(sum(value / np.log2(place + 2) for place, value in enumerate(values)))

    ideal = gain(sorted(grades.values(), reverse=True)[:at])
    return gain([grades.get(item, 0.0) for item in order[:at]]) / ideal if ideal else 0.0


def average_precision(order: Sequence[str], grades: Grades) -> float:
    """Mean of the precisions at each relevant job; those never ranked count as 0."""
    relevant = {item for item, grade in grades.items() if grade >= RELEVANT}
    hits, total = 0, 0.0
    for place, item in enumerate(order, 1):
        if item in relevant:
            hits += 1
            total += hits / place
    return total / len(relevant) if relevant else 0.0


def recall(order: Sequence[str], grades: Grades, at: int = 50) -> float:
    """Share of the relevant jobs among the first ``at``."""
    relevant = {item for item, grade in grades.items() if grade >= RELEVANT}
    return len(relevant & set(order[:at])) / len(relevant) if relevant else 0.0


def reciprocal_rank(order: Sequence[str], grades: Grades) -> float:
    """One over the place of the first relevant job."""
    places = (place for place, item in enumerate(order, 1) if grades.get(item, 0.0) >= RELEVANT)
    return 1 / first if (first := next(places, 0)) else 0.0


MEASURES: dict[str, Measure] = {
    "nDCG@10": ndcg,
    "MAP": average_precision,
    "recall@50": recall,
    "MRR": reciprocal_rank,
}


def interval(values: NDArray[np.float64], seed: int = 0) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean over queries, the same for the same values."""
    if not len(values):
        return 0.0, 0.0
    drawn = np.random.default_rng(seed).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def worse_beyond_noise(new: NDArray[np.float64], old: NDArray[np.float64], seed: int = 0) -> bool:
    """Whether new values are below old ones on the same queries, with the whole interval of the difference below 0."""
    return interval(np.asarray(new) - np.asarray(old), seed)[1] < 0
