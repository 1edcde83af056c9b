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

from jobmatch_dagster.skills.characters import CLASS_SHIFT, SIZE, CharClass, load
from jobmatch_dagster.skills.kernels import kernel, small_kernel


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
_DOT, _SPACE, _NEWLINE = (int(c) for c in (CharClass.DOT, CharClass.SPACE, CharClass.NEWLINE))
_HYPHEN, _DASH, _BULLET = (int(c) for c in (CharClass.HYPHEN, CharClass.DASH, CharClass.BULLET))
_IDEOGRAPH = int(CharClass.IDEOGRAPH)
_G_SPACE, _G_HYPHEN, _G_DOT, _G_OTHER = (int(g) for g in (Gap.SPACE, Gap.HYPHEN, Gap.DOT, Gap.OTHER))
_G_SENTENCE, _G_NEWLINE, _G_PARAGRAPH, _G_TEXT = (int(g) for g in (Gap.SENTENCE, Gap.NEWLINE, Gap.PARAGRAPH, Gap.TEXT))
_S_LOWER, _S_CAPITAL, _S_UPPER, _S_MIXED, _S_NUMBER = (int(shape) for shape in Shape)
_HAS_LOWER, _HAS_UPPER, _HAS_DIGIT = (1 << kind for kind in (_LOWER, _UPPER, _DIGIT))
_PLUS_SIGN, _NUMBER_SIGN, _BLANK = ord("+"), ord("#"), ord(" ")
_BEYOND, _SHIFT = np.uint32(SIZE), np.uint32(CLASS_SHIFT)
_FOLD = np.uint32((1 << CLASS_SHIFT) - 1)


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


@small_kernel
def _at(codes, i):  # type: ignore[no-untyped-def]
    """``codes[i]`` for an i that is not negative: unsigned, it need not be looked whether it counts from the end."""
    return codes[np.uint64(i)]


@small_kernel
def _class_of(codes, i, table):  # type: ignore[no-untyped-def]
    code = _at(codes, i)
    return np.int64(table[code] >> _SHIFT) if code < _BEYOND else 0


@kernel
def _cut(codes, bounds, table, gap_of_class, start, end, hashes, gaps, shapes, first):  # type: ignore[no-untyped-def]
    """Fill the token arrays for texts ``codes[bounds[d]:bounds[d + 1]]``; returns the number of tokens."""
    n = 0
    for d in range(len(bounds) - 1):
        first[d] = n
        i, stop, gap = bounds[d], bounds[d + 1], _G_TEXT
        while True:
            i, gap = _next_word(codes, i, stop, gap, table, gap_of_class)
            if i >= stop:
                break
            start[n], gaps[n] = i, gap
            i, hashes[n], shapes[n] = _word(codes, i, stop, table)
            end[n] = i
            gap = 0
            n += 1
    first[len(bounds) - 1] = n
    return n


@small_kernel
def _next_word(codes, i, stop, gap, table, gap_of_class):  # type: ignore[no-untyped-def]
    """Where the next word at or behind i begins, and the gap before it; ``gap``: TEXT at the text's beginning, else
    NONE."""
    newlines, spaces, dot = 0, 0, 0
    if gap == 0 and i + 1 < stop and _at(codes, i) == _BLANK:  # what most often stands between two words
        kind = _class_of(codes, i + 1, table)
        if _LOWER <= kind <= _DIGIT or kind == _IDEOGRAPH:
            return i + 1, _G_SPACE
    while i < stop:
        kind = _class_of(codes, i, table)
        if _LOWER <= kind <= _DIGIT or kind == _IDEOGRAPH:
            break
        if kind == _DOT:
            if gap >= _G_SPACE and gap != _G_DOT and i + 1 < stop:
                following = _class_of(codes, i + 1, table)
                if following in (_LOWER, _UPPER):
                    break
            dot = 1
        newlines += kind == _NEWLINE
        spaces += kind == _SPACE
        g = int(gap_of_class[kind])
        if kind == _BULLET and newlines == 0 and gap != _G_TEXT:
            g = _G_OTHER
        elif newlines and kind in (_HYPHEN, _DASH):
            g = _G_PARAGRAPH
        gap = max(gap, g)
        i += 1
    if gap != _G_TEXT:
        if newlines > 1:
            gap = _G_PARAGRAPH
        elif dot and gap < _G_SENTENCE and spaces:
            gap = _G_SENTENCE
        elif gap == _G_HYPHEN and spaces:
            gap = _G_OTHER if newlines == 0 else _G_PARAGRAPH
        elif newlines and gap != _G_NEWLINE:
            gap = _G_PARAGRAPH
    return i, gap


@small_kernel
def _word(codes, i, stop, table):  # type: ignore[no-untyped-def]
    """The word at i: where it ends, its hash and its shape."""
    h, kind, first, rest = HASH_SEED, _class_of(codes, i, table), 0, 0
    if kind in (_DOT, _IDEOGRAPH):
        h = (h ^ np.uint64(codes[i])) * HASH_PRIME
        i += 1
    if kind != _IDEOGRAPH:
        first = 1 << _class_of(codes, i, table)
        h = (h ^ np.uint64(table[codes[i]] & _FOLD)) * HASH_PRIME
        i += 1
        while i < stop:
            code = _at(codes, i)
            if code >= _BEYOND:
                break
            info = table[code]
            kind = info >> _SHIFT
            if kind == _LOWER:
                rest |= _HAS_LOWER
            elif kind == _UPPER:
                rest |= _HAS_UPPER
            elif kind == _DIGIT:
                rest |= _HAS_DIGIT
            elif kind != _MARK:
                break
            if kind != _MARK:
                h = (h ^ np.uint64(info & _FOLD)) * HASH_PRIME
            i += 1
        signs = i
        while i < stop and (_at(codes, i) == _PLUS_SIGN or _at(codes, i) == _NUMBER_SIGN):
            i += 1
        if i > signs:
            after = _class_of(codes, i, table) if i < stop else 0
            if after in (_LOWER, _UPPER) or i - signs > 2:
                i = signs
            for j in range(signs, i):
                h = (h ^ np.uint64(codes[j])) * HASH_PRIME
    return i, h, _shape(first, rest)


@small_kernel
def _shape(first, rest):  # type: ignore[no-untyped-def]
    """Shape of a word by the classes of its first character and of the others, as bits."""
    seen = first | rest
    if not seen & _HAS_UPPER:
        return _S_NUMBER if seen & _HAS_DIGIT and not seen & _HAS_LOWER else _S_LOWER
    if not seen & _HAS_LOWER:
        return _S_UPPER
    return _S_CAPITAL if first == _HAS_UPPER and not rest & _HAS_UPPER else _S_MIXED


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
    n = _cut(codes, bounds, tables.table, _GAP_OF_CLASS, start, end, hashes, gaps, shapes, first)
    gaps[n] = Gap.TEXT
    return Tokens(start[:n], end[:n], hashes[:n], gaps[: n + 1], shapes[:n], first)
