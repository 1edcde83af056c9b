"""MinHash signatures of texts: what near-duplicate search keeps of a text, so that open jobs need not be read again.

64 minima over shingles of three words (a Chinese or Japanese character is a word), after Broder 1997; the hash
functions are
multiply-add on 32 bits with fixed constants, so that a stored signature stays comparable.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

import numba
import numpy as np

from jobmatch_dagster.postings.characters import ALONE, CHARACTERS, OUTSIDE, encode

PERMUTATIONS = 64
BANDS, _BAND = 16, 4  # rows that agree in all four minima of a band are compared
WORDS = 3
MAX_TOKENS = 20_000
VERSION = 1


def _constants() -> np.ndarray:
    source = random.Random(20_240_229)
    return np.array([[source.getrandbits(32) | 1, source.getrandbits(32)] for _ in range(PERMUTATIONS)], np.uint64)


_CONSTANTS = _constants()


def signatures(texts: Sequence[str]) -> np.ndarray:
    """One signature per text, uint32, shape (texts, 64). Texts without a word get all bits set, which matches
    nothing."""
    codes, bounds = encode(texts)
    return _signatures(codes, bounds, CHARACTERS, _CONSTANTS)


def band_keys(marks: np.ndarray) -> np.ndarray:
    """One key for each band of each signature, uint64, shape (signatures, BANDS); equal bands have equal keys."""
    bands = marks.reshape(len(marks), BANDS, _BAND)
    keys = np.zeros((len(marks), BANDS), np.uint64)
    for column in range(_BAND):
        keys = (keys ^ bands[:, :, column]) * np.uint64(0x9E3779B97F4A7C15)
    return keys


def jaccard(one: str, other: str) -> float:
    """The true share of common shingles of two texts, 0 to 1."""
    codes, bounds = encode([one, other])
    return float(_jaccard(codes, bounds, CHARACTERS))


@numba.njit(cache=True, nogil=True)
def _shingles(codes, start, end, characters, tokens, out):  # type: ignore[no-untyped-def]
    """Hashes (32 bits) of all runs of three words; a shorter text is one shingle. Returns their number."""
    count, inside, value = 0, False, np.uint64(0)
    for at in range(start, end + 1):
        code = codes[at] if at < end else 32
        kind = characters[0, code] if code < 65_536 else OUTSIDE
        if inside and kind in (OUTSIDE, ALONE):
            tokens[count] = value
            count += 1
            inside = False
        if count >= MAX_TOKENS - 1:
            break
        if kind == OUTSIDE:
            continue
        if not inside:
            value = np.uint64(0xCBF29CE484222325)
        value = (value ^ np.uint64(characters[1, code])) * np.uint64(0x100000001B3)
        inside = True
        if kind == ALONE:
            tokens[count] = value
            count += 1
            inside = False
    if count == 0:
        return 0
    width = min(WORDS, count)
    for first in range(count - width + 1):
        value = np.uint64(0x9E3779B97F4A7C15)
        for offset in range(width):
            value = (value ^ tokens[first + offset]) * np.uint64(0xFF51AFD7ED558CCD)
            value ^= value >> np.uint64(33)
        out[first] = np.uint32(value & np.uint64(0xFFFFFFFF))
    return count - width + 1


@numba.njit(cache=True, nogil=True)
def _signatures(codes, bounds, characters, constants):  # type: ignore[no-untyped-def]
    count = len(bounds) - 1
    result = np.full((count, PERMUTATIONS), np.uint32(0xFFFFFFFF), np.uint32)
    tokens, shingles = np.empty(MAX_TOKENS, np.uint64), np.empty(MAX_TOKENS, np.uint32)
    multiply, add = constants[:, 0].astype(np.uint32), constants[:, 1].astype(np.uint32)
    least = np.empty(PERMUTATIONS, np.uint32)
    for item in range(count):
        found = _shingles(codes, bounds[item], bounds[item + 1], characters, tokens, shingles)
        least[:] = np.uint32(0xFFFFFFFF)
        for index in range(found):
            shingle = shingles[index]
            for permutation in range(PERMUTATIONS):
                # both factors are 32 bits wide; the product is cut to 32 bits on purpose
                value = np.uint32(np.uint32(shingle * multiply[permutation]) + add[permutation])
                value ^= value >> np.uint32(15)
                if value < least[permutation]:
                    least[permutation] = value
        result[item] = least
    return result


@numba.njit(cache=True, nogil=True)
def _jaccard(codes, bounds, characters):  # type: ignore[no-untyped-def]
    tokens = np.empty(MAX_TOKENS, np.uint64)
    one, other = np.empty(MAX_TOKENS, np.uint32), np.empty(MAX_TOKENS, np.uint32)
    first = np.unique(one[: _shingles(codes, bounds[0], bounds[1], characters, tokens, one)])
    second = np.unique(other[: _shingles(codes, bounds[1], bounds[2], characters, tokens, other)])
    if len(first) == 0 or len(second) == 0:
        return 0.0
    at, common = 0, 0
    for value in first:
        while at < len(second) and second[at] < value:
            at += 1
        if at < len(second) and second[at] == value:
            common += 1
    return common / (len(first) + len(second) - common)
