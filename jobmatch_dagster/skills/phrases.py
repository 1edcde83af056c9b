"""A table of phrases, and finding the phrases that begin at a token. What a phrase means is its owner's business.

The table holds every phrase and every beginning of one, by a hash over its words and the kind of gap between them, in open
addressing. Spaces, hyphens and dots between words are one kind of gap; a slash, an ampersand and an apostrophe are their
own; any other gap ends a phrase.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numba import njit

from jobmatch_dagster.skills.tokens import Gap, Tokens, cut, encode

LONGEST = 10
"""Most words of a phrase; longer ones are left out."""
NO_GAP = 255
_GAP_KIND = np.full(len(Gap), NO_GAP, np.uint8)
for _gap, _kind in {
    Gap.NONE: 0,
    Gap.SPACE: 0,
    Gap.HYPHEN: 0,
    Gap.DOT: 0,
    Gap.SLASH: 1,
    Gap.AMPERSAND: 2,
    Gap.APOSTROPHE: 3,
}.items():
    _GAP_KIND[_gap] = _kind
GAP_KIND = tuple(int(kind) for kind in _GAP_KIND)

_MIX1, _MIX2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_S33, _S29 = np.uint64(33), np.uint64(29)
ROOT = np.uint64(0x2545F4914F6CDD1D)
NUMBER_WORD = np.uint64(0x6E756D6265720001)
"""Stands for any number in a phrase; written ``<n>`` in data files."""
PREFIX = -1
NO_WORD = -1


class PhraseTable(NamedTuple):
    """Slots of the table: ``keys`` uint64[2^k] (0 = free), ``values`` int32 (the phrase's number, or PREFIX), ``more`` uint8
    (it goes on), ``words`` int32 (number of the known word that this single word is, or NO_WORD).
    """

    keys: np.ndarray
    values: np.ndarray
    more: np.ndarray
    words: np.ndarray


@njit(cache=True, nogil=True, inline="always")
def step(state, gap, word):  # type: ignore[no-untyped-def]
    """The hash of a phrase's beginning, one word further."""
    h = state ^ (word + _GOLDEN * np.uint64(gap + 1))
    h ^= h >> _S33
    h *= _MIX1
    h ^= h >> _S29
    h *= _MIX2
    h ^= h >> _S33
    return h | np.uint64(1)


@njit(cache=True, nogil=True, inline="always")
def look(keys, state):  # type: ignore[no-untyped-def]
    """Slot of ``state`` in the table, or -1."""
    mask = np.uint64(len(keys) - 1)
    slot = (state >> np.uint64(7)) & mask
    while keys[slot] != 0:
        if keys[slot] == state:
            return np.int64(slot)
        slot = (slot + np.uint64(1)) & mask
    return np.int64(-1)


@njit(cache=True, nogil=True, inline="always")
def _claim(table, state):  # type: ignore[no-untyped-def]
    """Slot of ``state``, taken now if it is new."""
    mask = np.uint64(len(table.keys) - 1)
    slot = (state >> np.uint64(7)) & mask
    while table.keys[slot] != 0 and table.keys[slot] != state:
        slot = (slot + np.uint64(1)) & mask
    table.keys[slot] = state
    return np.int64(slot)


@njit(cache=True, nogil=True)
def _insert(table, hashes, gap_kinds, first, numbers, known_words):  # type: ignore[no-untyped-def]
    """Add phrases, where two are equal the first stays, and known words."""
    for p in range(len(first) - 1):
        state = ROOT
        for t in range(first[p], first[p + 1]):
            state = step(state, np.uint8(0) if t == first[p] else gap_kinds[t], hashes[t])
            slot = _claim(table, state)
            if t + 1 < first[p + 1]:
                table.more[slot] = 1
            elif table.values[slot] < 0:
                table.values[slot] = numbers[p]
    for w in range(len(known_words)):
        table.words[_claim(table, step(ROOT, np.uint8(0), known_words[w]))] = w


def build(phrases: Sequence[str], numbers: np.ndarray, known_words: np.ndarray | None = None) -> PhraseTable:
    """A table of ``phrases``; ``numbers`` (int32) are the values they are found by. Phrases that are no words are left out.

    Where two phrases are the same words the first one in the sequence is kept. ``known_words``: hashes (uint64) of single words
    that are to be recognised, in the order of their numbers.
    """
    codes, bounds = encode(phrases)
    tokens = cut(codes, bounds)
    hashes = _with_wildcards(tokens, codes)
    gap_kinds = _GAP_KIND[tokens.gap]
    gap_kinds[tokens.first[:-1][tokens.first[:-1] < len(gap_kinds)]] = 0
    lengths = np.diff(tokens.first)
    broken = np.add.reduceat(np.append(gap_kinds == NO_GAP, False), tokens.first[:-1]) if len(phrases) else np.empty(0)
    good = (lengths > 0) & (lengths <= LONGEST) & ~((broken > 0) & (lengths > 0))
    keep = np.repeat(good, lengths)
    first = np.concatenate(([0], np.cumsum(lengths[good]))).astype(np.int32)
    known = np.empty(0, np.uint64) if known_words is None else known_words
    room = 1 << max(10, int(np.ceil(np.log2(max(1, keep.sum() + len(known)) * 1.2))))
    table = PhraseTable(
        np.zeros(room, np.uint64),
        np.full(room, PREFIX, np.int32),
        np.zeros(room, np.uint8),
        np.full(room, NO_WORD, np.int32),
    )
    _insert(table, hashes[keep], gap_kinds[keep], first, np.asarray(numbers, np.int32)[good], known)
    return table


def _with_wildcards(tokens: Tokens, codes: np.ndarray) -> np.ndarray:
    """Word hashes with NUMBER_WORD for ``<n>``."""
    hashes = tokens.hash.copy()
    inside = (tokens.end - tokens.start == 1) & (tokens.start > 0) & (tokens.end < len(codes))
    at = np.flatnonzero(inside)
    is_wild = (codes[tokens.start[at] - 1] == ord("<")) & (
        codes[np.minimum(tokens.end[at], len(codes) - 1)] == ord(">")
    )
    hashes[at[is_wild]] = NUMBER_WORD
    tokens.gap[at[is_wild]] = Gap.SPACE
    after = at[is_wild] + 1
    tokens.gap[after[after < len(hashes)]] = Gap.SPACE
    return hashes
