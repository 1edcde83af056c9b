"""Text → terms: the one tokeniser of matching, as a compiled kernel over Arrow's string buffers.

Belongs here: what a word is, lower case, the hash of a word, and counting terms per text. Which words have a meaning,
and how much each one weighs, is the lexicon's; which texts are read is the profile's.

A word is two or more characters of Python's ``\\w`` (the same words as scikit-learn's default pattern finds), in lower
case. A word of digits alone is no term: it is a year, an age, a telephone number or a postcode. Text in Han
characters or kana has no spaces, so there every pair of neighbouring characters is a term.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numba import njit
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

SEPARATOR, LETTER, DIGIT, UNSPACED = 0, 1, 2, 3
# Blocks of scripts that are written without spaces: kana, Han with its extensions, compatibility ideographs.
_UNSPACED_BLOCKS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))
# FNV-1a, 64 bits (Fowler, Noll, Vo), over code points instead of bytes.
_FNV_OFFSET = np.uint64(0xCBF29CE484222325)
_FNV_PRIME = np.uint64(0x100000001B3)
DROPPED = np.int32(-1)
_NEAR = 1 << 14  # words whose terms are kept at hand while texts are counted
Counts: TypeAlias = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32]]
"""``(indptr, terms, counts)`` in CSR form; within a text in the order of first appearance."""


@lru_cache(maxsize=1)
def character_tables() -> tuple[NDArray[np.uint8], NDArray[np.int32]]:
    """Class and lower case of every code point, as this Python's Unicode tables have them.

    Returns:
        ``(kind, lower)``, both of length ``sys.maxunicode + 1``; a character whose lower case is longer than one
        character keeps itself.
    """
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    kind = np.zeros(len(everything), np.uint8)
    for run in re.finditer(r"\w+", everything):
        kind[run.start() : run.end()] = LETTER
    for run in re.finditer(r"\d+", everything):
        kind[run.start() : run.end()] = DIGIT
    for first, last in _UNSPACED_BLOCKS:
        block = kind[first : last + 1]
        block[block == LETTER] = UNSPACED
    lower = np.arange(len(everything), dtype=np.int32)
    for run in re.finditer(r"[^\W\d_]+", everything):
        for code in range(run.start(), run.end()):
            small = everything[code].lower()
            if len(small) == 1:
                lower[code] = ord(small)
    return kind, lower


@njit(cache=True, nogil=True)
def _decode(data, at, end):
    """The code point at ``at`` and the place of the next one; a broken byte is U+FFFD and one byte long."""
    first = data[at]
    if first < 0x80:
        return np.int32(first), at + 1
    if 0xC2 <= first < 0xE0 and at + 1 < end:
        return np.int32(((first & 0x1F) << 6) | (data[at + 1] & 0x3F)), at + 2
    if 0xE0 <= first < 0xF0 and at + 2 < end:
        return np.int32(((first & 0x0F) << 12) | ((data[at + 1] & 0x3F) << 6) | (data[at + 2] & 0x3F)), at + 3
    if 0xF0 <= first < 0xF5 and at + 3 < end:
        code = ((first & 0x07) << 18) | ((data[at + 1] & 0x3F) << 12) | ((data[at + 2] & 0x3F) << 6)
        code |= data[at + 3] & 0x3F
        return np.int32(min(code, 0x10FFFF)), at + 4
    return np.int32(0xFFFD), at + 1


@njit(cache=True, nogil=True)
def find_slot(keys, key):
    """Where ``key`` stands, or would stand, in an open-addressing table of a power of two slots; 0 marks an empty
    one."""
    mask = np.uint64(len(keys) - 1)
    slot = (key ^ (key >> np.uint64(32))) & mask
    while keys[slot] != np.uint64(0) and keys[slot] != key:
        slot = (slot + np.uint64(1)) & mask
    return slot


@njit(cache=True, nogil=True)
def fill_table(keys, values, hashes, terms):
    """Put every (hash, term) into an open-addressing table that is large enough."""
    for i in range(len(hashes)):
        slot = find_slot(keys, hashes[i])
        keys[slot] = hashes[i]
        values[slot] = terms[i]


@njit(cache=True, nogil=True)
def _lookup(keys, values, key, plural_key, n_known, n_buckets):
    """The term of a word: known, or known without its plural s, or one of the buckets for unknown words."""
    slot = find_slot(keys, key)
    if keys[slot] == key:
        return values[slot]
    if plural_key != np.uint64(0):
        slot = find_slot(keys, plural_key)
        if keys[slot] == plural_key:
            return values[slot]
        key = plural_key
    if n_buckets == 0:
        return np.int32(-1)
    return np.int32(n_known + np.int64((key ^ (key >> np.uint64(29))) % np.uint64(n_buckets)))


@njit(cache=True, nogil=True)
def _enter(term, first, filled, place, ids, counts):
    """Count a term of the text whose entries begin at ``first``; -1 is none. Returns the number of entries."""
    if term < 0:
        return filled
    if place[term] >= first:
        counts[place[term]] += 1
        return filled
    place[term] = filled
    ids[filled], counts[filled] = term, 1
    return filled + 1


@njit(cache=True, nogil=True)
def _count(data, offsets, kinds, lower, keys, values, n_known, n_buckets, strip_plural, indptr, ids, counts):
    """Count the terms of each text; terms stand in the order of their first appearance. Returns the number of
    entries."""
    # Where a term was entered last; before the text's first entry, it is not in this text yet.
    place = np.full(n_known + n_buckets, -1, np.int64)
    # Most words are a few that stay in the nearest cache; the whole table does not.
    near_keys, near_terms = np.zeros(_NEAR, np.uint64), np.zeros(_NEAR, np.int32)
    filled = 0
    for doc in range(len(offsets) - 1):
        first = filled
        at, end = offsets[doc], offsets[doc + 1]
        key, before_last, length, letters = _FNV_OFFSET, np.uint64(0), 0, 0
        last, run_kind, previous = np.int32(0), 0, np.int32(0)
        while at <= end:
            if run_kind == 0:
                # Most characters are ASCII inside a word: hashed here, without what the others need.
                while at < end and data[at] < 0x80 and kinds[data[at]] != 0:
                    before_last = key
                    last = lower[data[at]]
                    key = (key ^ np.uint64(last)) * _FNV_PRIME
                    length += 1
                    letters += kinds[data[at]] & 1
                    at += 1
            if at < end:
                code, following = _decode(data, at, end)
                kind = kinds[code]
            else:
                code, following, kind = np.int32(0), at + 1, 0
            term = np.int32(-1)
            if kind == 3:
                code = lower[code]
                if run_kind == 3:
                    pair = ((_FNV_OFFSET ^ np.uint64(previous)) * _FNV_PRIME ^ np.uint64(code)) * _FNV_PRIME
                    term = _lookup(keys, values, pair, np.uint64(0), n_known, n_buckets)
                previous = code
            if kind != 3 and (kind == 0 or run_kind == 3):
                run_kind = 0
            if (kind == 0 or kind == 3) and length > 0:
                if length > 1 and letters > 0:
                    slot = (key ^ (key >> np.uint64(32))) & np.uint64(_NEAR - 1)
                    if near_keys[slot] != key:
                        plural = np.uint64(0)
                        if strip_plural and length > 3 and last == 115:
                            plural = before_last
                        near_keys[slot] = key
                        near_terms[slot] = _lookup(keys, values, key, plural, n_known, n_buckets)
                    filled = _enter(near_terms[slot], first, filled, place, ids, counts)
                key, length, letters = _FNV_OFFSET, 0, 0
            filled = _enter(term, first, filled, place, ids, counts)
            if kind == 1 or kind == 2:
                before_last = key
                last = lower[code]
                key = (key ^ np.uint64(last)) * _FNV_PRIME
                length += 1
                if kind == 1:
                    letters += 1
            if kind == 3:
                run_kind = 3
            at = following
        indptr[doc + 1] = filled
    return filled


@njit(cache=True, nogil=True)
def _hash_words(data, offsets, lower, out):
    for i in range(len(offsets) - 1):
        key, at = _FNV_OFFSET, offsets[i]
        while at < offsets[i + 1]:
            code, at = _decode(data, at, offsets[i + 1])
            key = (key ^ np.uint64(lower[code])) * _FNV_PRIME
        out[i] = key


def buffers(texts: pa.StringArray) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Bytes and offsets of an Arrow string column; a null is an empty text.

    Args:
        texts: a string or large_string array (not chunked).

    Returns:
        The UTF-8 bytes and ``len(texts) + 1`` offsets into them.
    """
    import pyarrow as pa

    large = pa.types.is_large_string(texts.type)
    offsets_buffer, data_buffer = texts.buffers()[1:3]
    width = np.dtype(np.int64 if large else np.int32)
    if len(texts) == 0 or offsets_buffer is None:
        return np.zeros(0, np.uint8), np.zeros(len(texts) + 1, np.int64)
    offsets = np.frombuffer(offsets_buffer, width)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    data = np.zeros(0, np.uint8) if data_buffer is None else np.frombuffer(data_buffer, np.uint8)
    return data, offsets


def hash_words(words: list[str]) -> NDArray[np.uint64]:
    """The 64-bit key of each word, as the counting kernel computes it from text."""
    import pyarrow as pa

    data, offsets = buffers(pa.array(words, pa.string()))
    out = np.empty(len(words), np.uint64)
    _hash_words(data, offsets, character_tables()[1], out)
    return out


def table(hashes: NDArray[np.uint64], terms: NDArray[np.int32]) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """An open-addressing table from word key to term, at most half full."""
    size = 1 << max(4, int(2 * len(hashes)).bit_length())
    keys, values = np.zeros(size, np.uint64), np.full(size, DROPPED, np.int32)
    fill_table(keys, values, hashes, terms)
    return keys, values


def count_terms(
    texts: pa.StringArray,
    keys: NDArray[np.uint64],
    values: NDArray[np.int32],
    n_known: int,
    n_buckets: int,
    *,
    strip_plural: bool = True,
) -> Counts:
    """Count the terms of each text.

    Args:
        texts: the texts; null counts as empty.
        keys, values: the word table (``table``); a value of -1 drops the word.
        n_known: number of known terms; bucket terms follow them.
        n_buckets: buckets that unknown words are hashed into; 0 drops unknown words.
        strip_plural: look an unknown word up again without a final s.

    Returns:
        ``(indptr, terms, counts)`` in CSR form; within a text in the order of first appearance.
    """
    data, offsets = buffers(texts)
    kinds, lower = character_tables()
    capacity = int(offsets[-1] - offsets[0]) + 2
    indptr = np.zeros(len(texts) + 1, np.int64)
    ids, counts = np.empty(capacity, np.int32), np.empty(capacity, np.int32)
    filled = _count(data, offsets, kinds, lower, keys, values, n_known, n_buckets, strip_plural, indptr, ids, counts)
    return indptr, ids[:filled].copy(), counts[:filled].copy()


@njit(cache=True, nogil=True)
def _count_parts(data, offsets, kinds, lower, sizes, n_buckets, indptr, ids, counts):
    """Count hashed runs of characters within words, each word with a mark at both ends."""
    seen_in, place = np.full(n_buckets, -1, np.int64), np.empty(n_buckets, np.int64)
    letters = np.empty(66, np.int32)
    filled = 0
    for doc in range(len(offsets) - 1):
        at, end, length = offsets[doc], offsets[doc + 1], 1
        letters[0] = 0
        while at <= end:
            code, kind = np.int32(0), 0
            if at < end:
                code, at = _decode(data, at, end)
                kind = kinds[code]
            else:
                at += 1
            if kind != 0 and length < 65:
                letters[length] = lower[code]
                length += 1
            if kind == 0 and length > 1:
                letters[length] = 0
                for size in sizes:
                    for first in range(length + 2 - size):
                        key = _FNV_OFFSET ^ np.uint64(size)
                        for i in range(first, first + size):
                            key = (key ^ np.uint64(letters[i])) * _FNV_PRIME
                        part = np.int64((key ^ (key >> np.uint64(31))) % np.uint64(n_buckets))
                        if seen_in[part] == doc:
                            counts[place[part]] += 1
                        elif filled < len(ids):
                            seen_in[part], place[part] = doc, filled
                            ids[filled], counts[filled] = part, 1
                            filled += 1
                length = 1
        indptr[doc + 1] = filled
    return filled


def count_parts(texts: pa.StringArray, sizes: tuple[int, ...], n_buckets: int) -> Counts:
    """Count runs of so many characters within words (a word's two ends count as a character), hashed into buckets.

    Args:
        texts: short texts; null counts as empty. Of a word, the first 64 characters are read.
        sizes: lengths of the runs.
        n_buckets: size of the feature space.
    """
    data, offsets = buffers(texts)
    kinds, lower = character_tables()
    capacity = (2 * int(offsets[-1] - offsets[0]) + 2) * len(sizes)
    indptr = np.zeros(len(texts) + 1, np.int64)
    ids, counts = np.empty(capacity, np.int32), np.empty(capacity, np.int32)
    lengths = np.array(sizes, np.int64)
    filled = _count_parts(data, offsets, kinds, lower, lengths, n_buckets, indptr, ids, counts)
    return indptr, ids[:filled].copy(), counts[:filled].copy()
