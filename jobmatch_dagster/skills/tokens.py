"""Cuts text into tokens: words with the gap before each. No vocabulary belongs here.

A word is a run of letters, digits and combining marks. ``+`` and ``#`` behind a word belong to it (C++, C#), and so
does a dot before one where no word precedes it (.NET). Everything else is a gap. Words are compared by a hash of
their folded characters, so that case, accents and compatibility forms do not matter; how a word is written is kept as
its shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from jobmatch_dagster.skills.characters import SIZE, CharClass, load
from jobmatch_dagster.skills.kernels import kernel


class Gap(IntEnum):
    """What stands between a token and the one before it; where several things do, the largest value counts."""

    NONE = 0
    SPACE = 1
    HYPHEN = 2
    DOT = 3
    SLASH = 4
    AMPERSAND = 5
    APOSTROPHE = 6
    COMMA = 7
    OPEN = 8
    CLOSE = 9
    OTHER = 10
    COLON = 11
    SEMICOLON = 12
    SENTENCE = 13
    NEWLINE = 14
    PARAGRAPH = 15
    TEXT = 16


class Shape(IntEnum):
    """How a word is written."""

    LOWER = 0
    CAPITAL = 1
    UPPER = 2
    MIXED = 3
    NUMBER = 4


HASH_SEED = np.uint64(0xCBF29CE484222325)
HASH_PRIME = np.uint64(0x100000001B3)

_GAP_OF_CLASS = np.full(len(CharClass), Gap.OTHER, np.uint8)
for _class, _gap in {
    CharClass.SPACE: Gap.SPACE,
    CharClass.NEWLINE: Gap.NEWLINE,
    CharClass.HYPHEN: Gap.HYPHEN,
    CharClass.DOT: Gap.DOT,
    CharClass.SLASH: Gap.SLASH,
    CharClass.AMPERSAND: Gap.AMPERSAND,
    CharClass.APOSTROPHE: Gap.APOSTROPHE,
    CharClass.COMMA: Gap.COMMA,
    CharClass.OPEN: Gap.OPEN,
    CharClass.CLOSE: Gap.CLOSE,
    CharClass.COLON: Gap.COLON,
    CharClass.SEMICOLON: Gap.SEMICOLON,
    CharClass.STOP: Gap.SENTENCE,
    CharClass.BULLET: Gap.PARAGRAPH,
    CharClass.MARK: Gap.NONE,
}.items():
    _GAP_OF_CLASS[_class] = _gap

_LOWER, _UPPER, _DIGIT, _MARK = (int(c) for c in (CharClass.LOWER, CharClass.UPPER, CharClass.DIGIT, CharClass.MARK))
_PLUS, _SHARP, _DOT, _SPACE = (int(c) for c in (CharClass.PLUS, CharClass.SHARP, CharClass.DOT, CharClass.SPACE))
_NEWLINE, _IDEOGRAPH, _HYPHEN = (int(c) for c in (CharClass.NEWLINE, CharClass.IDEOGRAPH, CharClass.HYPHEN))
_BULLET, _DASH = int(CharClass.BULLET), int(CharClass.DASH)
_G_SPACE, _G_HYPHEN, _G_DOT, _G_OTHER = (int(g) for g in (Gap.SPACE, Gap.HYPHEN, Gap.DOT, Gap.OTHER))
_G_SENTENCE, _G_NEWLINE, _G_PARAGRAPH, _G_TEXT = (int(g) for g in (Gap.SENTENCE, Gap.NEWLINE, Gap.PARAGRAPH, Gap.TEXT))
_SIZE = SIZE


class Tokens(NamedTuple):
    """Tokens of a batch of texts; all arrays have one item per token.

    ``start``/``end``: offsets into the batch's code points; ``hash``: of the folded characters; ``gap``: Gap before it,
    and one more item, TEXT, so that the gap behind the last token can be asked for; ``shape``: Shape; ``first``: index
    of the first token of each text, with the total at its end (length texts + 1).
    """

    start: np.ndarray
    end: np.ndarray
    hash: np.ndarray
    gap: np.ndarray
    shape: np.ndarray
    first: np.ndarray


@kernel
def _class_of(codes, i, classes):  # type: ignore[no-untyped-def]
    code = codes[i]
    return classes[code] if code < _SIZE else np.uint8(0)


@kernel
def _cut(codes, bounds, classes, folds, gap_of_class, start, end, hashes, gaps, shapes, first):  # type: ignore[no-untyped-def]
    """Fill the token arrays for texts ``codes[bounds[d]:bounds[d + 1]]``; returns the number of tokens."""
    n = 0
    for d in range(len(bounds) - 1):
        first[d] = n
        i, stop = bounds[d], bounds[d + 1]
        gap, newlines, spaces, dot = _G_TEXT, 0, 0, 0
        while i < stop:
            kind = _class_of(codes, i, classes)
            wordlike = kind in (_LOWER, _UPPER, _DIGIT)
            lead = (
                kind == _DOT
                and i + 1 < stop
                and (_class_of(codes, i + 1, classes) == _UPPER or _class_of(codes, i + 1, classes) == _LOWER)
                and (gap >= _G_SPACE and gap != _G_DOT)
            )
            if not wordlike and not lead and kind != _IDEOGRAPH:
                if kind == _NEWLINE:
                    newlines += 1
                if kind == _SPACE:
                    spaces += 1
                if kind == _DOT:
                    dot = 1
                g = gap_of_class[kind]
                if kind == _BULLET and newlines == 0 and gap != _G_TEXT:
                    g = _G_OTHER
                elif newlines and (kind in (_HYPHEN, _DASH)):
                    g = _G_PARAGRAPH
                if g > gap:
                    gap = g
                i += 1
                continue
            begin = i
            if gap != _G_TEXT:
                if newlines > 1:
                    gap = _G_PARAGRAPH
                elif dot and gap < _G_SENTENCE and spaces:
                    gap = _G_SENTENCE
                elif gap == _G_HYPHEN and spaces:
                    gap = _G_OTHER if newlines == 0 else _G_PARAGRAPH
                elif newlines and gap != _G_NEWLINE:
                    gap = _G_PARAGRAPH
            h = HASH_SEED
            uppers, lowers, digits, first_upper = 0, 0, 0, False
            if lead:
                h = (h ^ np.uint64(codes[i])) * HASH_PRIME
                i += 1
            elif kind == _IDEOGRAPH:
                h = (h ^ np.uint64(codes[i])) * HASH_PRIME
                i += 1
                stop_word = i
            if kind != _IDEOGRAPH:
                head = i
                while i < stop:
                    kind = _class_of(codes, i, classes)
                    if kind == _MARK:
                        i += 1
                        continue
                    if kind == _UPPER:
                        uppers += 1
                        if i == head:
                            first_upper = True
                    elif kind == _LOWER:
                        lowers += 1
                    elif kind == _DIGIT:
                        digits += 1
                    else:
                        break
                    code = codes[i]
                    h = (h ^ np.uint64(folds[code])) * HASH_PRIME
                    i += 1
                stop_word = i
                while i < stop and (codes[i] == 43 or codes[i] == 35):
                    i += 1
                if i > stop_word:
                    after = _class_of(codes, i, classes) if i < stop else np.uint8(0)
                    if after in (_LOWER, _UPPER) or i - stop_word > 2:
                        i = stop_word
                    else:
                        for j in range(stop_word, i):
                            h = (h ^ np.uint64(codes[j])) * HASH_PRIME
                        stop_word = i
            if uppers == 0:
                shape = 4 if lowers == 0 and digits else 0
            elif lowers == 0:
                shape = 2
            elif first_upper and uppers == 1:
                shape = 1
            else:
                shape = 3
            start[n], end[n], hashes[n], gaps[n], shapes[n] = begin, stop_word, h, gap, shape
            n += 1
            gap, newlines, spaces, dot = 0, 0, 0, 0
    first[len(bounds) - 1] = n
    return n


def encode(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Code points of all texts in one uint32 array, and where each begins (int64, length texts + 1)."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=bounds[1:])
    return codes, bounds


def cut(codes: np.ndarray, bounds: np.ndarray) -> Tokens:
    """Tokens of the texts whose code points are ``codes[bounds[d]:bounds[d + 1]]``."""
    tables = load()
    room = len(codes) + 1
    start, end = np.empty(room, np.int32), np.empty(room, np.int32)
    hashes = np.empty(room, np.uint64)
    gaps, shapes = np.empty(room, np.uint8), np.empty(room, np.uint8)
    first = np.empty(len(bounds), np.int32)
    n = _cut(codes, bounds, tables.classes, tables.folds, _GAP_OF_CLASS, start, end, hashes, gaps, shapes, first)
    gaps[n] = Gap.TEXT
    return Tokens(start[:n], end[:n], hashes[:n], gaps[: n + 1], shapes[:n], first)
