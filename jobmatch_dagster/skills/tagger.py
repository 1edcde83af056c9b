"""A small linear-chain model that tells, word by word, whether English text names knowledge there. Its weights are data.

It sees each word with its two neighbours on either side: the word, its ending and beginning, its shape, how ordinary it
is, how the taxonomy uses it, the form of the taxonomy that covers it, cues before it, and the length of the unit. The tags are
B (a span begins), I (it goes on) and O; their probabilities come from the forward-backward recursions over one unit.
``building/tagger.py`` trains it with the same features.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit

from jobmatch_dagster.skills.concepts import DATA, KINDS
from jobmatch_dagster.skills.cues import Says

OFFSETS = 5
"""Neighbours seen: two before, the word itself, two behind."""
NEAR = 3
"""Neighbours seen by the finer features: one before, the word itself, one behind."""
B, I, O = 0, 1, 2  # noqa: E741
LEVELS = 5
USES = ("knowledge", "skill", "tool", "first", "last")
"""How the taxonomy uses a word: in knowledge, skills, tools; as a skill's first word; as knowledge's last word."""
ZIPF_BINS = 9
LEX_NONE, LEX_STOP = 0, 1
LEX_CODES = 3 + len(KINDS) * 3 * 3 * 2
LENGTH_BINS = 13
DENSITY_BINS = 5
CUE_CODES = 9
MOST_LOOSE = 20_000
"""Unknown words of one text that are looked at one by one; beyond it they are taken for the same word."""
CUE_REACH = 8
"""Words behind a cue that it is felt on."""

_TOOL = KINDS.index("tool")
_CUE_LAST = int(Says.EXCLUDED)


class Model(NamedTuple):
    """Weights, float32, last axis the tags B, I, O. Second axis the neighbour, where there is one."""

    word_hash: np.ndarray
    word: np.ndarray
    affix_hash: np.ndarray
    affix: np.ndarray
    shape: np.ndarray
    zipf: np.ndarray
    use: np.ndarray
    lex: np.ndarray
    length: np.ndarray
    density: np.ndarray
    first: np.ndarray
    cue: np.ndarray
    edge: np.ndarray
    bias: np.ndarray
    transition: np.ndarray


@lru_cache(maxsize=1)
def load() -> Model:
    """The weights shipped with the package."""
    with np.load(DATA / "tagger.npz") as data:
        return Model(*(_wide(data[name]) for name in Model._fields))


def _wide(weights: np.ndarray) -> np.ndarray:
    """Weights are kept in half precision on disk."""
    return weights.astype(np.float32) if weights.dtype == np.float16 else weights


def levels(counts: np.ndarray) -> np.ndarray:
    """Counts in five levels: none, 1, 2-5, 6-24, more."""
    return np.digitize(counts, (1, 2, 6, 25)).astype(np.uint8)


def zipf_bin(tenths: np.ndarray) -> np.ndarray:
    """0 for a word that is not listed (0 tenths), else one more than its whole Zipf value."""
    return np.where(tenths == 0, 0, np.minimum(tenths // 10 + 1, ZIPF_BINS - 1)).astype(np.uint8)


@njit(cache=True, nogil=True, inline="always")
def affix_hashes(codes, start, end, folds, out):  # type: ignore[no-untyped-def]
    """Hashes of the last three, the last two and the first three folded characters of a word."""
    n = 0
    buffer = out[3:]
    buffer[:] = 0
    for i in range(start, end):
        code = codes[i]
        c = np.uint64(folds[code]) if code < len(folds) else np.uint64(code)
        if n < 3:
            buffer[n] = c
        buffer[3], buffer[4], buffer[5] = buffer[4], buffer[5], c
        n += 1
    salt, prime = np.uint64(0x51ED270B7A2F1D43), np.uint64(0x100000001B3)
    if n >= 3:
        out[0] = ((buffer[3] * prime + buffer[4]) * prime + buffer[5]) * salt ^ np.uint64(3)
        out[2] = ((buffer[0] * prime + buffer[1]) * prime + buffer[2]) * salt ^ np.uint64(1)
    else:
        out[0], out[2] = np.uint64(0), np.uint64(0)
    out[1] = (buffer[4] * prime + buffer[5]) * salt ^ np.uint64(2) if n >= 2 else np.uint64(0)


@njit(cache=True, nogil=True)
def lexical_codes(lo, hi, n, found, forms, out):  # type: ignore[no-untyped-def]
    """Per token from ``lo``: which kind of form of the taxonomy covers it, of the longest ones (``picked`` 1)."""
    out[: hi - lo] = LEX_NONE
    for m in range(n):
        if found.picked[m] != 1:
            continue
        f = found.form[m]
        code = 3 + ((forms.kind[f] * 3 + forms.rule[f]) * 3 + forms.source[f]) * 2 if forms.skill[f] >= 0 else LEX_STOP
        for t in range(found.start[m], found.end[m]):
            out[t - lo] = code if t == found.start[m] else code + 1


@njit(cache=True, nogil=True)
def cue_codes(lo, hi, n, end, before, out):  # type: ignore[no-untyped-def]
    """Per token from ``lo``: the last cue of a requirement before it within reach, and whether it is near."""
    out[: hi - lo] = 0
    for k in range(n):
        if before[k] <= _CUE_LAST:
            for t in range(end[k], min(hi, end[k] + CUE_REACH)):
                out[t - lo] = 1 + before[k] * 2 + (1 if t - end[k] >= 2 else 0)


@njit(cache=True, nogil=True)
def unit_codes(first, last, lo, lex):  # type: ignore[no-untyped-def]
    """Bins of a unit's length and of the share of tools in it."""
    n = last - first
    tools = 0
    for t in range(first, last):
        code = lex[t - lo]
        if code >= 3 and (code - 3) % 2 == 0 and (code - 3) // 18 == _TOOL:
            tools += 1
    length = n if n <= 4 else 4 + min(n // 4, 8)
    return length, min(4 * tools // max(1, n), DENSITY_BINS - 1)


@njit(cache=True, nogil=True)
def tag_unit(first, last, lo, tokens, words, emissions, loose, lex, cue, model, chain, p):  # type: ignore[no-untyped-def]
    """Probabilities of B, I, O for tokens [first, last) into ``p`` (float64 per token from ``lo``, 3).

    Args:
        words: int32 per token from lo: its row in ``emissions``, or -1 - its row in ``loose`` for an unknown word.
        lex, cue: codes per token from lo.
        chain: scratch, float64 (3, at least the unit's length, 3).
    """
    n = last - first
    emit, alpha, beta = chain[0], chain[1], chain[2]
    length, density = unit_codes(first, last, lo, lex)
    for k in range(n):
        _emit(first + k, first, last, lo, tokens, words, emissions, loose, lex, model, emit[k])
        for y in range(3):
            emit[k, y] += model.length[length, y] + model.density[density, y] + model.cue[cue[first + k - lo], y]
            if k == 0:
                emit[k, y] += model.first[y]
        top = max(emit[k, 0], emit[k, 1], emit[k, 2])
        for y in range(3):
            emit[k, y] = np.exp(emit[k, y] - top)
    for k in range(n):
        total = 0.0
        for y in range(3):
            before = 1.0 if y != I else 0.0
            if k > 0:
                before = 0.0
                for x in range(3):
                    before += alpha[k - 1, x] * model.transition[x, y]
            alpha[k, y] = emit[k, y] * before
            total += alpha[k, y]
        for y in range(3):
            alpha[k, y] /= total
    beta[n - 1] = 1.0
    for k in range(n - 2, -1, -1):
        total = 0.0
        for y in range(3):
            value = 0.0
            for x in range(3):
                value += model.transition[y, x] * emit[k + 1, x] * beta[k + 1, x]
            beta[k, y] = value
            total += value
        for y in range(3):
            beta[k, y] /= total
    for k in range(n):
        total = alpha[k, 0] * beta[k, 0] + alpha[k, 1] * beta[k, 1] + alpha[k, 2] * beta[k, 2]
        for y in range(3):
            p[first - lo + k, y] = alpha[k, y] * beta[k, y] / total


@njit(cache=True, nogil=True, inline="always")
def _emit(t, first, last, lo, tokens, words, emissions, loose, lex, model, out):  # type: ignore[no-untyped-def]
    """What the words around token t say for each tag."""
    for y in range(3):
        out[y] = model.bias[y]
    for d in range(OFFSETS):
        v = t + d - 2
        if v < first or v >= last:
            for y in range(3):
                out[y] += model.edge[d, y]
            continue
        row, shape = words[v - lo], tokens.shape[v]
        for y in range(3):
            out[y] += (emissions[row, d, y] if row >= 0 else loose[-1 - row, d, y]) + model.shape[shape, d, y]
        if 1 <= d <= 3:
            for y in range(3):
                out[y] += model.lex[lex[v - lo], d - 1, y]


@njit(cache=True, nogil=True)
def loose_words(lo, hi, tokens, codes, folds, words, model, loose):  # type: ignore[no-untyped-def]
    """Give the unknown words of [lo, hi) rows in ``loose`` (float32, 5, 3) and say so in ``words``."""
    n = 0
    hashes = np.empty(9, np.uint64)
    for t in range(lo, hi):
        if words[t - lo] >= 0:
            continue
        if n == len(loose):
            words[t - lo] = -n
            continue
        affix_hashes(codes, tokens.start[t], tokens.end[t], folds, hashes)
        for d in range(OFFSETS):
            for y in range(3):
                loose[n, d, y] = model.zipf[0, d, y]
        for d in range(NEAR):
            for y in range(3):
                for use in range(len(model.use)):
                    loose[n, d + 1, y] += model.use[use, 0, d, y]
        for a in range(3):
            at = np.searchsorted(model.affix_hash, hashes[a])
            if at < len(model.affix_hash) and model.affix_hash[at] == hashes[a]:
                for d in range(NEAR):
                    for y in range(3):
                        loose[n, d + 1, y] += model.affix[at, d, y]
        words[t - lo] = -1 - n
        n += 1


class WordFeatures(NamedTuple):
    """What is known of each known word: hash (uint64), zipf bin (uint8), uses (uint8, one level per USES), affixes (uint64, 3)."""

    hash: np.ndarray
    zipf: np.ndarray
    uses: np.ndarray
    affixes: np.ndarray


def emissions(words: WordFeatures, model: Model) -> np.ndarray:
    """What each known word says for each tag at each neighbour: float32 (words, 5, 3)."""
    out = model.zipf[words.zipf].astype(np.float32)
    at = np.searchsorted(model.word_hash, words.hash)
    at[at == len(model.word_hash)] = 0
    learned = model.word_hash[at] == words.hash
    out[learned] += model.word[at[learned]]
    for use in range(len(USES)):
        out[:, 1:4] += model.use[use, words.uses[:, use]]
    for a in range(3):
        at = np.searchsorted(model.affix_hash, words.affixes[:, a])
        at[at == len(model.affix_hash)] = 0
        learned = model.affix_hash[at] == words.affixes[:, a]
        out[learned, 1:4] += model.affix[at[learned]]
    return out


@njit(cache=True, nogil=True)
def all_affixes(codes, start, end, folds):  # type: ignore[no-untyped-def]
    """Affix hashes of many words: uint64 (words, 3)."""
    out = np.empty((len(start), 3), np.uint64)
    hashes = np.empty(9, np.uint64)
    for w in range(len(start)):
        affix_hashes(codes, start[w], end[w], folds, hashes)
        out[w] = hashes[:3]
    return out
