"""Fitting component weights to what people did with their matches, offline.

Belongs here: from (components, reaction) rows to a new weights file. It goes live only by replacing
``data/weights.toml``, and only if the evaluation gate lets it (``evaluation.gate``). Reactions that say nothing about
fit are not used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from jobmatch_dagster.matching.weights import COMPONENTS, Weights

# What a reaction says about fit: wanted or not. "hidden" is a wish about the list and may have any reason.
WANTED: dict[str, float] = {"applied": 1.0, "saved": 1.0, "not_relevant": 0.0}
LEAST_ROWS = 200
# Pull towards the weights in use, in rows: so many rows count as much as what is known already.
PRIOR_ROWS = 500.0
STEPS, RATE = 2000, 0.5


def examples(rows: Iterable[Mapping[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Component values (a component that abstained: the mean) and wishes of feedback rows.

    Args:
        rows: with ``components`` (as stored, JSON or object) and ``reaction``.

    Returns:
        values (rows × components) and 1 for wanted, 0 for not.
    """
    values, wanted = [], []
    for row in rows:
        if row["reaction"] in WANTED:
            stored = row["components"]
            parts = json.loads(stored) if isinstance(stored, str) else stored
            values.append([parts[name]["value"] if name in parts else np.nan for name in COMPONENTS])
            wanted.append(WANTED[row["reaction"]])
    table = np.array(values, float).reshape(len(values), len(COMPONENTS))
    known = ~np.isnan(table)
    means = np.where(known, table, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, table, means), np.array(wanted, float)


def refit(values: np.ndarray, wanted: np.ndarray, current: Weights) -> dict[str, float]:
    """Component weights that tell wanted from unwanted pairs best, near the ones in use.

    Logistic regression with weights of at least 0, pulled towards the current ones as if ``PRIOR_ROWS`` rows had said
    them; projected gradient descent, the same result for the same rows.

    Args:
        values, wanted: from ``examples``.
        current: weights in use.

    Returns:
        shares that add up to 1; the current ones where there are fewer than ``LEAST_ROWS`` rows or only one kind of
        wish.
    """
    now = np.array([current.components[name] for name in COMPONENTS])
    if len(wanted) < LEAST_ROWS or wanted.min() == wanted.max():
        return dict(current.components)
    centred = values - values.mean(axis=0)
    bias = float(np.log(wanted.mean() / (1 - wanted.mean())))
    sharpness = 6.0  # of the logistic curve, so that shares of 1 in all span its range
    weights = now.copy()
    for _ in range(STEPS):
        guess = 1 / (1 + np.exp(-(sharpness * centred @ weights + bias)))
        slope = sharpness * centred.T @ (guess - wanted) + PRIOR_ROWS * (weights - now)
        weights = np.maximum(0, weights - RATE * slope / (len(wanted) + PRIOR_ROWS))
    total = weights.sum()
    return (
        {name: float(w / total) for name, w in zip(COMPONENTS, weights, strict=True)}
        if total
        else dict(current.components)
    )


def as_toml(text: str, fitted: Mapping[str, float], rows: int) -> str:
    """The text of a weights file with other component weights, each naming where it comes from.

    Args:
        text: the file in use.
        fitted: shares by component.
        rows: number of feedback rows they were fitted to.
    """
    for name, share in fitted.items():
        section = rf"(\[components\.{name}\]\n)weight = [^\n]*\nsource = [^\n]*"
        text = re.sub(section, rf'\1weight = {share:.4f}\nsource = "fitted to {rows} rows of feedback"', text)
    return text
