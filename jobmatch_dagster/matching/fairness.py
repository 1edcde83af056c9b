"""Impact ratios of scores between groups, from labels that a user supplies.

Belongs here: the figures that New York City's Local Law 144 asks for where a tool scores people (6 RCNY § 5-301): the
scoring rate of a category is the share of its people who score above the median of all; its impact ratio is that rate
over the highest rate. The project itself never reads such labels when it scores, and keeps none.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

LEAST_RATIO = 0.8  # the four-fifths rule (29 CFR § 1607.4 D): a ratio under it is a sign of adverse impact
SMALL_CELL = 10  # fewer people than this are not shown: they could be told apart


def impact_ratios(scores: pa.Table, labels: Mapping[str, str], *, small: int = SMALL_CELL) -> list[dict[str, object]]:
    """Scoring rate and impact ratio of each category.

    Args:
        scores: columns ``resume_id`` and ``score``; a person's score is the mean over their rows.
        labels: category of each résumé id; résumés without one are left out.
        small: least number of people of a category that is shown.

    Returns:
        one row a category, by name: category, people, scoring_rate, impact_ratio, suppressed. A suppressed row has
        neither count nor rates, and takes no part in the highest rate.
    """
    means = scores.group_by("resume_id", use_threads=False).aggregate([("score", "mean")])
    people = [
        (labels[identity], score)
        for identity, score in zip(means["resume_id"].to_pylist(), means["score_mean"].to_pylist(), strict=True)
        if identity in labels
    ]
    if not people:
        return []
    median = float(np.median([score for _, score in people]))
    groups: dict[str, list[bool]] = {}
    for category, score in people:
        groups.setdefault(category, []).append(score > median)
    rates = {name: float(np.mean(above)) for name, above in groups.items() if len(above) >= small}
    highest = max(rates.values(), default=0.0)
    rows: list[dict[str, object]] = []
    for name in sorted(groups):
        shown = name in rates
        rows.append(
            {
                "category": name,
                "people": len(groups[name]) if shown else None,
                "scoring_rate": rates.get(name),
                "impact_ratio": rates[name] / highest if shown and highest else None,
                "suppressed": not shown,
            }
        )
    return rows


def report(
    scores: pa.Table, people: Mapping[str, Mapping[str, str]], *, small: int = SMALL_CELL
) -> list[dict[str, object]]:
    """Impact ratios by each attribute, and by every two together, as the law asks for.

    Args:
        scores: as for ``impact_ratios``.
        people: per résumé id, attribute → category.
        small: least number of people of a category that is shown.

    Returns:
        rows of ``impact_ratios``, each with its ``attribute``.
    """
    names = sorted({name for given in people.values() for name in given})
    rows = []
    for attribute in [(name,) for name in names] + list(combinations(names, 2)):
        labels = {
            identity: ", ".join(given[name] for name in attribute)
            for identity, given in people.items()
            if all(given.get(name) for name in attribute)
        }
        rows += [{"attribute": " × ".join(attribute)} | row for row in impact_ratios(scores, labels, small=small)]
    return rows
