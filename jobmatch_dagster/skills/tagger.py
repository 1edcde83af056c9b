"""A small linear-chain model that tells, word by word, whether English text names knowledge there. Its weights are
data.

It sees each word with its two neighbours on either side: the word, its ending and beginning, its shape, how ordinary it
is, how the taxonomy uses it, the form of the taxonomy that covers it, cues before it, and the length of the unit. The
tags are B (a span begins), I (it goes on) and O; their probabilities come from the forward-backward recursions over
one unit. ``building/tagger.py`` trains it with the same features.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from jobmatch_dagster.skills.concepts import DATA, KINDS
from jobmatch_dagster.skills.cues import Says
from jobmatch_dagster.skills.kernels import allocating_kernel, kernel, small_kernel

OFFSETS = 5
"""Neighbours seen: two before, the word itself, two behind."""
NEAR = 3
"""Neighbours seen by the finer features: one before, the word itself, one behind."""
B, I, O = 0, 1, 2  # noqa: E741
PLACES = 4
"""Numbers kept for the three tags: a fourth, always 0, makes every group one load of the processor."""
SPOKEN, SPOKEN_NEAR = OFFSETS * PLACES, NEAR * PLACES
_NEAR_FIRST, _NEAR_LAST = PLACES, PLACES + SPOKEN_NEAR
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

_CODES_OF_KIND = 3 * 3 * 2
_FIRST_TOOL = 3 + _CODES_OF_KIND * KINDS.index("tool")
"""Codes of a kind's first words are odd, of its other words even."""
_CUE_LAST = int(Says.EXCLUDED)


class Bars(NamedTuple):
    """How sure the tagger must be, float64; ``building/tagger.py`` chooses it by cross-validation.

    ``part``, ``whole``: per gate (compiling.GATES), the probability of being part of a span, and of being a whole one,
    neither more nor less, below which a form is stopped; ``least``: per gate, of being part of a span, below which a
    form does not count even where a posting asks for it; ``admit`` (1 number): of being a whole span, at which a form
    that lacks other evidence counts; ``candidate`` (2): of being a whole span, at which words that no form covers are
    taken: as a candidate where they contain no form, as the form's skill where they do; ``widen`` (1): of being a whole
    span, at which words around a form are taken into its mention.
    """

    part: np.ndarray
    whole: np.ndarray
    least: np.ndarray
    admit: np.ndarray
    candidate: np.ndarray
    widen: np.ndarray


class Model(NamedTuple):
    """Weights, float32, and how sure one must be.

    ``word``, ``shape``, ``zipf`` end in an axis of SPOKEN: what a word says to the two tokens before it, to itself and
    to the two behind it, for the tags B, I, O and a fourth place that is 0 and keeps them aligned; ``affix``, ``use``,
    ``lex`` in one of SPOKEN_NEAR: to the token before, itself, the one behind. The others end in the tags.
    """

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
    bars: Bars


@lru_cache(maxsize=1)
def load() -> Model:
    """The weights shipped with the package."""
    with np.load(DATA / "tagger.npz") as data:
        return of_arrays(data)


def of_arrays(data: Mapping[str, np.ndarray]) -> Model:
    """The weights as they are kept, made into what the kernels read."""
    bars = Bars(*(data[f"bar_{name}"].astype(np.float64) for name in Bars._fields))
    return Model(**{name: _spoken(name, data[name]) for name in Model._fields if name != "bars"}, bars=bars)


def _spoken(name: str, weights: np.ndarray) -> np.ndarray:
    """Weights as they are used: half precision made single, and per listener instead of per neighbour."""
    if weights.dtype == np.float16:
        weights = weights.astype(np.float32)
    if name not in ("word", "shape", "zipf", "affix", "use", "lex"):
        return weights
    padded = np.zeros((*weights.shape[:-1], PLACES), np.float32)
    padded[..., :3] = weights[..., ::-1, :]
    return padded.reshape(*padded.shape[:-2], -1)


def levels(counts: np.ndarray) -> np.ndarray:
    """Counts in five levels: none, 1, 2-5, 6-24, more."""
    return np.digitize(counts, (1, 2, 6, 25)).astype(np.uint8)


def zipf_bin(tenths: np.ndarray) -> np.ndarray:
    """0 for a word that is not listed (0 tenths), else one more than its whole Zipf value."""
    return np.where(tenths == 0, 0, np.minimum(tenths // 10 + 1, ZIPF_BINS - 1)).astype(np.uint8)


@small_kernel
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


@kernel
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


@kernel
def cue_codes(lo, hi, n, end, before, out):  # type: ignore[no-untyped-def]
    """Per token from ``lo``: the last cue of a requirement before it within reach, and whether it is near."""
    out[: hi - lo] = 0
    for k in range(n):
        if before[k] <= _CUE_LAST:
            for t in range(end[k], min(hi, end[k] + CUE_REACH)):
                out[t - lo] = 1 + before[k] * 2 + (1 if t - end[k] >= 2 else 0)


@small_kernel
def unit_codes(first, last, lo, lex):  # type: ignore[no-untyped-def]
    """Bins of a unit's length and of the share of tools in it."""
    n = last - first
    tools = 0
    codes = lex[first - lo : last - lo]
    for k in range(len(codes)):
        code = codes[k]
        tools += (code & 1) & (code >= _FIRST_TOOL) & (code < _FIRST_TOOL + _CODES_OF_KIND)
    length = n if n <= 4 else 4 + min(n // 4, 8)
    return length, min(4 * tools // max(1, n), DENSITY_BINS - 1)


@allocating_kernel
def loose_words(lo, hi, tokens, codes, folds, words, model, loose):  # type: ignore[no-untyped-def]
    """Give the unknown words of [lo, hi) rows in ``loose`` (float32, SPOKEN) and say so in ``words``: -1 - row."""
    n = 0
    hashes = np.empty(9, np.uint64)
    for t in range(lo, hi):
        if words[t - lo] >= 0:
            continue
        if n == len(loose):
            words[t - lo] = -n
            continue
        affix_hashes(codes, tokens.start[t], tokens.end[t], folds, hashes)
        for i in range(SPOKEN):
            loose[n, i] = model.zipf[0, i]
        for i in range(SPOKEN_NEAR):
            for use in range(len(model.use)):
                loose[n, i + _NEAR_FIRST] += model.use[use, 0, i]
        for a in range(3):
            at = _place(model.affix_hash, hashes[a])
            if at >= 0:
                for i in range(SPOKEN_NEAR):
                    loose[n, i + _NEAR_FIRST] += model.affix[at, i]
        words[t - lo] = -1 - n
        n += 1


@small_kernel
def _place(ascending, value):  # type: ignore[no-untyped-def]
    """Index of a value in an ascending array, or -1."""
    low, high = 0, len(ascending)
    while low < high:
        middle = (low + high) // 2
        if ascending[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low if low < len(ascending) and ascending[low] == value else -1


class WordFeatures(NamedTuple):
    """What is known of each known word: hash (uint64), zipf bin (uint8), uses (uint8, one level per USES), affixes
    (uint64, 3)."""

    hash: np.ndarray
    zipf: np.ndarray
    uses: np.ndarray
    affixes: np.ndarray


def emissions(words: WordFeatures, model: Model) -> np.ndarray:
    """What each known word says for each tag to each neighbour: float32 (words, SPOKEN)."""
    out = model.zipf[words.zipf].astype(np.float32)
    at = np.searchsorted(model.word_hash, words.hash)
    at[at == len(model.word_hash)] = 0
    learned = model.word_hash[at] == words.hash
    out[learned] += model.word[at[learned]]
    for use in range(len(USES)):
        out[:, _NEAR_FIRST:_NEAR_LAST] += model.use[use, words.uses[:, use]]
    for a in range(3):
        at = np.searchsorted(model.affix_hash, words.affixes[:, a])
        at[at == len(model.affix_hash)] = 0
        learned = model.affix_hash[at] == words.affixes[:, a]
        out[learned, _NEAR_FIRST:_NEAR_LAST] += model.affix[at[learned]]
    return out


@allocating_kernel
def all_affixes(codes, start, end, folds):  # type: ignore[no-untyped-def]
    """Affix hashes of many words: uint64 (words, 3)."""
    out = np.empty((len(start), 3), np.uint64)
    hashes = np.empty(9, np.uint64)
    for w in range(len(start)):
        affix_hashes(codes, start[w], end[w], folds, hashes)
        out[w] = hashes[:3]
    return out
