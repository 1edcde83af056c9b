"""The numbers that a score is made of, read once, and the fixed-point units of the score.

They are those of ``data/weights.toml``, unless the home folder has a ``weights.toml`` of its own (what a re-fit to
feedback writes). Belongs here: component names and order, their weights, the integer scales, and the version that
follows from them.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).with_name("data") / "weights.toml"
COMPONENTS = ("skills", "title", "text", "seniority", "experience", "education")
EVIDENCE = "evidence"  # what is taken off a score for what could not be judged

# A product of two features is an integer in units of 1 / UNIT. All sums stay below 2**24, so they are exact in int32
# and in float32 alike, in any order: the same score in every block, thread and process.
UNIT_BITS = 22
UNIT = 1 << UNIT_BITS
SIDE = 1 << (UNIT_BITS // 2)  # scale of each side where both are unit vectors
# Scores and contributions are whole multiples of 1 / STEPS, a power of two: their decimal numbers are exact and add
# up exactly.
STEPS = 1 << 14


@dataclass(frozen=True)
class Weights:
    """Component weights (shares that add up to 1) and the parameters of ``data/weights.toml``."""

    components: dict[str, float]
    evidence: dict[str, float]
    skills: dict[str, float]
    title: dict[str, float]
    text: dict[str, float]
    version: str = field(compare=False, default="")

    def units(self, name: str) -> int:
        """A component's weight in units of the numerator."""
        return round(self.components[name] * UNIT)


def read(text: str) -> Weights:
    """Weights from the text of a TOML file.

    Args:
        text: as ``data/weights.toml``.

    Returns:
        The weights, scaled so that they add up to 1, with the hash of the text as version.
    """
    raw: dict[str, Any] = tomllib.loads(text)
    given = {name: float(raw["components"][name]["weight"]) for name in COMPONENTS}
    total = sum(given.values())
    return Weights(
        {name: value / total for name, value in given.items()},
        {k: float(v) for k, v in raw["evidence"].items()},
        {k: float(v) for k, v in raw["skills"].items()},
        {k: float(v) for k, v in raw["title"].items()},
        {k: float(v) for k, v in raw["text"].items()},
        hashlib.sha256(text.encode()).hexdigest()[:10],
    )


_trial: Weights | None = None


@contextmanager
def on_trial(candidate: Weights) -> Iterator[None]:
    """Let this process score with other weights for a while: for evaluating them, never for matches that are kept."""
    global _trial
    before, _trial = _trial, candidate
    try:
        yield
    finally:
        _trial = before


def path() -> Path:
    """The file in use: the home folder's own, or the one that ships with the package."""
    from jobmatch_dagster.settings import settings

    own = settings().home / "weights.toml"
    return own if own.is_file() else PATH


def load() -> Weights:
    """The weights in use."""
    return _trial or _load(path())


@lru_cache(maxsize=4)
def _load(file: Path) -> Weights:
    return read(file.read_text(encoding="utf-8"))
