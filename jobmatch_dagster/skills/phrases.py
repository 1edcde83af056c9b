"""A table of phrases, and finding the phrases that begin at a token. What a phrase means is its owner's business.

The table holds every phrase and every beginning of one, by a hash over its words and the kind of gap between them, in
open addressing. Spaces, hyphens and dots between words are one kind of gap; a slash, an ampersand and an apostrophe are
their own; any other gap ends a phrase.

Finding takes two passes. The first looks every token up alone, each look independent of the others, so that the
processor waits for many at once. The second goes on from there, and only where the slot says that the next word may
follow: most looks that would fail are never made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.skills.kernels import allocating_kernel, kernel, small_kernel
from jobmatch_dagster.skills.tokens import Gap, Shape, Tokens, cut, encode

LONGEST = 10
"""Most words of a phrase; longer ones are left out."""
FURTHEST = 32
"""Most tokens that a phrase may stretch over, with the skipped ones: a text of articles must not cost more than
others."""
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

_MIX1, _MIX2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_S33, _S29 = np.uint64(33), np.uint64(29)
ROOT = np.uint64(0x2545F4914F6CDD1D)
NUMBER_WORD = np.uint64(0x6E756D6265720001)
"""Stands for any number in a phrase; written ``<n>`` in data files."""
NO_WORD = -1
NEXT_BITS, NUMBER_BITS, WORD_BITS = 22, 22, 20
MOST_NUMBERS, MOST_WORDS = (1 << NUMBER_BITS) - 1, (1 << WORD_BITS) - 1
_NEXT = np.uint64((1 << NEXT_BITS) - 1)
_ROOM = 1.5
"""Slots per entry, at least; rounded up to a power of two."""
_NEWLINE, _LOWER, _NUMBER = int(Gap.NEWLINE), int(Shape.LOWER), int(Shape.NUMBER)


class PhraseTable(NamedTuple):
    """One slot a row, so that a look costs one cache line: ``slots`` uint64[2^k, 2].

    Column 0 is the key (0 = free). Column 1, the slot's info, holds from the lowest bit: NEXT_BITS, one set for the
    bucket of each word that goes on with a phrase from here; NUMBER_BITS, the phrase's number plus one (0 = only a
    beginning); WORD_BITS, the number of the known word plus one (0 = not a single known word).
    """

    slots: np.ndarray


class TooManyPhrasesError(JobmatchError):
    """More phrases or known words than a slot has bits to number."""


@small_kernel
def goes_on(info):  # type: ignore[no-untyped-def]
    """Whether a longer phrase begins like this."""
    return info & _NEXT != 0


@small_kernel
def _bucket(word):  # type: ignore[no-untyped-def]
    """The bit of NEXT_BITS that stands for a word."""
    high = (word * _GOLDEN) >> np.uint64(32)
    return np.uint64(1) << ((high * np.uint64(NEXT_BITS)) >> np.uint64(32))


@small_kernel
def phrase_of(info):  # type: ignore[no-untyped-def]
    """Number of the phrase, or -1."""
    return np.int64((info >> np.uint64(NEXT_BITS)) & np.uint64(MOST_NUMBERS)) - 1


@small_kernel
def word_of(info):  # type: ignore[no-untyped-def]
    """Number of the known word, or NO_WORD."""
    return np.int64(info >> np.uint64(NEXT_BITS + NUMBER_BITS)) - 1


@small_kernel
def step(state, gap, word):  # type: ignore[no-untyped-def]
    """The hash of a phrase's beginning, one word further."""
    h = state ^ (word + _GOLDEN * np.uint64(gap + 1))
    h ^= h >> _S33
    h *= _MIX1
    h ^= h >> _S29
    h *= _MIX2
    h ^= h >> _S33
    return h | np.uint64(1)


@small_kernel
def look(slots, state):  # type: ignore[no-untyped-def]
    """Info of ``state``, or 0 where the table does not have it: a free slot's info is 0."""
    mask = np.uint64(len(slots) - 1)
    slot = (state >> np.uint64(7)) & mask
    # one branch that is seldom taken, for the two ways to stop: the processor would often guess wrong between them
    while (slots[slot, 0] != 0) & (slots[slot, 0] != state):
        slot = (slot + np.uint64(1)) & mask
    return slots[slot, 1]


@kernel
def recognise(lo, hi, hashes, table, infos, words, other, other_infos, other_words):  # type: ignore[no-untyped-def]
    """Look up each token of [lo, hi) alone in two tables.

    Args:
        infos: uint64 per token from ``lo``, filled with what the table says of it.
        words: int32 per token from ``lo``, filled with the numbers of known words.
        other, other_infos, other_words: the same for the other table.
    """
    slots, other_slots, some = table.slots, other.slots, hashes[lo:hi]
    for t in range(len(some)):
        state = step(ROOT, np.uint8(0), some[t])
        info, other_info = look(slots, state), look(other_slots, state)
        infos[t], other_infos[t] = info, other_info
        words[t], other_words[t] = word_of(info), word_of(other_info)


@kernel
def walk(lo, hi, tokens, roles, skipped, table, infos, found):  # type: ignore[no-untyped-def]
    """All phrases of the table that begin at a token in [lo, hi), as far as there is room.

    Args:
        roles: uint8 per token from ``lo``.
        skipped: a word with one of these bits in its role may stand inside a phrase without belonging to it.
        infos: what ``recognise`` filled in.

    Returns:
        how many were found; they are in the order of their first token, then of their length.
    """
    n, room, slots = 0, len(found.start), table.slots
    for t in range(lo, hi):
        if n == room:
            break
        info = infos[t - lo]
        found.start[n], found.end[n], found.form[n] = t, t + 1, phrase_of(info)
        n += phrase_of(info) >= 0  # written first and counted then: no branch to guess
        u, stop = t + 1, min(hi, t + FURTHEST)
        if u == hi or not _may_go_on(info, tokens.hash[u], tokens.shape[u], roles[u - lo] & skipped):
            continue
        state = step(ROOT, np.uint8(0), tokens.hash[t])
        while goes_on(info) and u < stop:
            kind = _GAP_KIND[tokens.gap[u]]
            if kind == NO_GAP:
                if tokens.gap[u] != _NEWLINE or tokens.shape[u] != _LOWER:
                    break
                kind = np.uint8(0)
            following, ahead = _follow(slots, state, info, kind, tokens.hash[u], tokens.shape[u])
            u += 1
            if ahead == 0:
                if kind != 0 or roles[u - 1 - lo] & skipped == 0:
                    break
                continue
            state, info = following, ahead
            if phrase_of(info) >= 0 and n < room:
                found.start[n], found.end[n], found.form[n] = t, u, phrase_of(info)
                n += 1
    return n


@small_kernel
def _may_go_on(info, word, shape, skip):  # type: ignore[no-untyped-def]
    """Whether a phrase may go on with the next word, or behind it where it is skipped; all at once, as one branch."""
    return (info & _bucket(word) != 0) | (goes_on(info) & ((shape == _NUMBER) | (skip != 0)))


@small_kernel
def _follow(slots, state, info, kind, word, shape):  # type: ignore[no-untyped-def]
    """State and info one word further, info 0 where no phrase goes on so; a number goes on also as any number."""
    following, ahead = state, np.uint64(0)
    if info & _bucket(word) != 0:
        following = step(state, kind, word)
        ahead = look(slots, following)
    if ahead == 0 and shape == _NUMBER and info & _bucket(NUMBER_WORD) != 0:
        following = step(state, kind, NUMBER_WORD)
        ahead = look(slots, following)
    return following, ahead


@small_kernel
def _claim(slots, state):  # type: ignore[no-untyped-def]
    """Slot of ``state``, taken now if it is new."""
    mask = np.uint64(len(slots) - 1)
    slot = (state >> np.uint64(7)) & mask
    while slots[slot, 0] != 0 and slots[slot, 0] != state:
        slot = (slot + np.uint64(1)) & mask
    slots[slot, 0] = state
    return np.int64(slot)


@allocating_kernel
def _states(hashes, gap_kinds, first):  # type: ignore[no-untyped-def]
    """The state after each word of each phrase."""
    out = np.empty(len(hashes), np.uint64)
    for p in range(len(first) - 1):
        state = ROOT
        for t in range(first[p], first[p + 1]):
            state = step(state, np.uint8(0) if t == first[p] else gap_kinds[t], hashes[t])
            out[t] = state
    return out


@kernel
def _insert(slots, states, hashes, first, numbers, known_words):  # type: ignore[no-untyped-def]
    """Add phrases, where two are equal the first stays, and known words."""
    for p in range(len(first) - 1):
        for t in range(first[p], first[p + 1]):
            slot = _claim(slots, states[t])
            if t + 1 < first[p + 1]:
                slots[slot, 1] |= _bucket(hashes[t + 1])
            elif phrase_of(slots[slot, 1]) < 0:
                slots[slot, 1] |= np.uint64(numbers[p] + 1) << np.uint64(NEXT_BITS)
    for w in range(len(known_words)):
        slot = _claim(slots, step(ROOT, np.uint8(0), known_words[w]))
        slots[slot, 1] |= np.uint64(w + 1) << np.uint64(NEXT_BITS + NUMBER_BITS)


def build(phrases: Sequence[str], numbers: np.ndarray, known_words: np.ndarray | None = None) -> PhraseTable:
    """A table of ``phrases``; ``numbers`` (int32) are the values they are found by. Phrases that are no words are
    left out.

    Where two phrases are the same words the first one in the sequence is kept. ``known_words``: hashes (uint64) of
    single words that are to be recognised, in the order of their numbers.

    Raises:
        TooManyPhrasesError: a number or the count of known words does not fit its bits.
    """
    codes, bounds = encode(phrases)
    tokens = cut(codes, bounds)
    hashes = _with_wildcards(tokens, codes)
    gap_kinds = _GAP_KIND[tokens.gap[:-1]]
    gap_kinds[tokens.first[:-1][tokens.first[:-1] < len(gap_kinds)]] = 0
    lengths = np.diff(tokens.first)
    broken = np.add.reduceat(np.append(gap_kinds == NO_GAP, False), tokens.first[:-1]) if len(phrases) else np.empty(0)
    good = (lengths > 0) & (lengths <= LONGEST) & ~((broken > 0) & (lengths > 0))
    keep = np.repeat(good, lengths)
    first = np.concatenate(([0], np.cumsum(lengths[good]))).astype(np.int32)
    known = np.empty(0, np.uint64) if known_words is None else known_words
    _check_room(numbers, known)
    states = _states(hashes[keep], gap_kinds[keep], first)
    entries = len(np.unique(states)) + len(known)
    room = 1 << max(10, int(np.ceil(np.log2(max(1, entries) * _ROOM))))
    table = PhraseTable(np.zeros((room, 2), np.uint64))
    _insert(table.slots, states, hashes[keep], first, np.asarray(numbers, np.int32)[good], known)
    return table


def _check_room(numbers: np.ndarray, known_words: np.ndarray) -> None:
    largest = int(np.max(numbers, initial=-1)) + 1
    for what, count, most in (("phrases", largest, MOST_NUMBERS), ("known words", len(known_words), MOST_WORDS)):
        if count > most:
            raise TooManyPhrasesError(f"{count} {what}", f"are more than {most}", "Shorten your list of skills.")


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
