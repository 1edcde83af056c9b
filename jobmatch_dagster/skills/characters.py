"""What the matcher knows about single characters: their class and the form they are compared by. No words belong
here."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

SIZE = 0x20000
"""Code points above this (emoji, rare ideographs) are all of class OTHER and fold to themselves."""
CLASS_SHIFT = 24


class CharClass(IntEnum):
    """Classes of characters. LOWER, UPPER, DIGIT and MARK make words; letters without case are LOWER."""

    OTHER = 0
    LOWER = 1
    UPPER = 2
    DIGIT = 3
    MARK = 4
    SPACE = 5
    NEWLINE = 6
    HYPHEN = 7
    DASH = 8
    DOT = 9
    SLASH = 10
    AMPERSAND = 11
    APOSTROPHE = 12
    PLUS = 13
    SHARP = 14
    COMMA = 15
    OPEN = 16
    CLOSE = 17
    COLON = 18
    SEMICOLON = 19
    BULLET = 20
    STOP = 21
    IDEOGRAPH = 22


class Characters(NamedTuple):
    """``classes`` uint8[SIZE] and ``folds`` uint32[SIZE], indexed by code point.

    ``table`` uint32[SIZE + 1] is both in one look: the class from bit CLASS_SHIFT on, the fold below. Its last item
    stands for all code points from SIZE on.
    """

    classes: np.ndarray
    folds: np.ndarray
    table: np.ndarray


@lru_cache(maxsize=1)
def load() -> Characters:
    """The tables shipped with the package."""
    with np.load(Path(__file__).parent / "data" / "characters.npz") as data:
        classes, folds = data["classes"], data["folds"]
    table = np.append(classes.astype(np.uint32) << CLASS_SHIFT | folds, np.uint32(CharClass.OTHER))
    return Characters(classes, folds, table)


def fold_text(text: str) -> str:
    """``text`` as the matcher compares it: case, accents and compatibility forms folded, combining marks removed."""
    tables = load()
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    inside = np.minimum(codes, SIZE - 1)
    folded = np.where(codes < SIZE, tables.folds[inside], codes)
    kept = folded[(codes >= SIZE) | (tables.classes[inside] != CharClass.MARK)]
    return kept.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
