"""A table of phrases, and finding the phrases that begin at a token. What a phrase means is its owner's business.

The table holds every phrase and every beginning of one, by a hash over its words and the kind of gap between them, in
open addressing. Spaces, hyphens and dots between words are one kind of gap; a slash, an ampersand and an apostrophe are
their own; any other gap ends a phrase.
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
NO_WORD = -1


class PhraseTable(NamedTuple):
    """One slot a row, so that a look costs one cache line: ``slots`` uint64[2^k, 2].

    Column 0 is the key (0 = free). Column 1 holds, from the lowest bit: 1 if the phrase goes on; 31 bits, the
    phrase's number plus one (0 = only a beginning); 32 bits, the number of the known word plus one (0 = not a single
    known word).
    """

    slots: np.ndarray


@njit(cache=True, nogil=True, inline="always")
def goes_on(info):  # type: ignore[no-untyped-def]
    """Whether a longer phrase begins like this."""
    return info & np.uint64(1) != 0


@njit(cache=True, nogil=True, inline="always")
def phrase_of(info):  # type: ignore[no-untyped-def]
    """Number of the phrase, or -1."""
    return np.int64((info >> np.uint64(1)) & np.uint64(0x7FFFFFFF)) - 1


@njit(cache=True, nogil=True, inline="always")
def word_of(info):  # type: ignore[no-untyped-def]
    """Number of the known word, or NO_WORD."""
    return np.int64(info >> np.uint64(32)) - 1


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
def look(slots, state):  # type: ignore[no-untyped-def]
    """Slot of ``state`` in the table, or -1."""
    mask = np.uint64(len(slots) - 1)
    slot = (state >> np.uint64(7)) & mask
    while slots[slot, 0] != 0:
        if slots[slot, 0] == state:
            return np.int64(slot)
        slot = (slot + np.uint64(1)) & mask
    return np.int64(-1)


@njit(cache=True, nogil=True, inline="always")
def _claim(slots, state):  # type: ignore[no-untyped-def]
    """Slot of ``state``, taken now if it is new."""
    mask = np.uint64(len(slots) - 1)
    slot = (state >> np.uint64(7)) & mask
    while slots[slot, 0] != 0 and slots[slot, 0] != state:
        slot = (slot + np.uint64(1)) & mask
    slots[slot, 0] = state
    return np.int64(slot)


@njit(cache=True, nogil=True)
def _insert(slots, hashes, gap_kinds, first, numbers, known_words):  # type: ignore[no-untyped-def]
    """Add phrases, where two are equal the first stays, and known words."""
    for p in range(len(first) - 1):
        state = ROOT
        for t in range(first[p], first[p + 1]):
            state = step(state, np.uint8(0) if t == first[p] else gap_kinds[t], hashes[t])
            slot = _claim(slots, state)
            if t + 1 < first[p + 1]:
                slots[slot, 1] |= np.uint64(1)
            elif phrase_of(slots[slot, 1]) < 0:
                slots[slot, 1] |= np.uint64(numbers[p] + 1) << np.uint64(1)
    for w in range(len(known_words)):
        slots[_claim(slots, step(ROOT, np.uint8(0), known_words[w])), 1] |= np.uint64(w + 1) << np.uint64(32)


def build(phrases: Sequence[str], numbers: np.ndarray, known_words: np.ndarray | None = None) -> PhraseTable:
    """A table of ``phrases``; ``numbers`` (int32) are the values they are found by. Phrases that are no words are
    left out.

    Where two phrases are the same words the first one in the sequence is kept. ``known_words``: hashes (uint64) of
    single words that are to be recognised, in the order of their numbers.
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
    table = PhraseTable(np.zeros((room, 2), np.uint64))
    _insert(table.slots, hashes[keep], gap_kinds[keep], first, np.asarray(numbers, np.int32)[good], known)
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
