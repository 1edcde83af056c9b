"""What a match says in words: the texts of ``data/wording.toml`` and the tables of numbers that stand beside them.

Belongs here: reading them, and the form in which the database is given them. Who puts a match into words is
``component_text`` and ``skill_text`` in this process, and the functions of the schema ``matching`` in the database; a
test holds the two to the same words.
"""

from __future__ import annotations

import json
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jobmatch_dagster.matching import levels
from jobmatch_dagster.matching.skill_features import ASKED, CREDIT_SCALE
from jobmatch_dagster.matching.weights import COMPONENTS, EVIDENCE, STEPS, Weights

PATH = Path(__file__).with_name("data") / "wording.toml"
VALUE_STEPS = 1000  # a component's value is shown to three decimals


@lru_cache(maxsize=1)
def load() -> dict[str, Any]:
    """The texts and bounds of the file."""
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


def met_from() -> int:
    """The least credit, in steps of ``CREDIT_SCALE``, with which a requirement counts as met."""
    return int(load()["met_from"] * CREDIT_SCALE)


def value_bound(share: float) -> int:
    """A bound of a component's value in the steps in which values are compared and shown."""
    return round(share * VALUE_STEPS)


def written(share: float) -> str:
    """A share as JSON has it: four digits."""
    return f"{share:.4g}"


def years() -> tuple[str, ...]:
    """Names of the classes of years."""
    return ("under half a year", *(f"{bound:g} years or more" for bound in levels.YEAR_BOUNDS))


def names_of_levels() -> tuple[tuple[str, ...], ...]:
    """Names of the classes of seniority, years and education, as numbers of ``features.Levels`` count them."""
    return levels.seniorities(), years(), levels.educations()


def for_database() -> str:
    """The texts, and the bounds that choose among them in whole steps, as ``matching.wording.words``."""
    texts = load()
    sentence = texts["sentence"]
    bounds = {
        "title_from": [value_bound(bound) for bound in sentence["title_from"]],
        "enough": value_bound(sentence["enough"]),
    }
    out = {
        "components": COMPONENTS,
        "evidence": EVIDENCE,
        "steps": STEPS,
        "met_from": met_from(),
        "most_named": texts["most_named"],
        "asked": ASKED,
        "reasons": texts["reasons"],
        "sentence": sentence | bounds,
    }
    return json.dumps(out, ensure_ascii=False, sort_keys=True)


def credits() -> list[float]:
    """The credit that is shown for each number of steps."""
    return [float(written(value / CREDIT_SCALE)) for value in range(CREDIT_SCALE + 1)]


def shares(using: Weights) -> list[float]:
    """The share of the score that is shown for each component, for each mask of judged ones (0 where it abstains)."""
    from jobmatch_dagster.matching.scorer import judged_share

    whole = judged_share(using)
    weight = [using.components[name] for name in COMPONENTS]
    return [
        float(written(one / whole[mask])) if mask >> place & 1 else 0.0
        for mask in range(1 << len(COMPONENTS))
        for place, one in enumerate(weight)
    ]
