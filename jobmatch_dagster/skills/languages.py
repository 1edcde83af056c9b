"""Whether a text is English, told by its commonest words: the tagger has learned English only. No other use."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit

from jobmatch_dagster.skills.concepts import DATA
from jobmatch_dagster.skills.tokens import cut, encode


class FunctionWords(NamedTuple):
    """``hashes`` uint64, ascending; ``masks`` uint32, bit i set where language i has the word; English is bit 0."""

    hashes: np.ndarray
    masks: np.ndarray


MOST_LANGUAGES = 32


@lru_cache(maxsize=1)
def load() -> FunctionWords:
    """The words of ``data/function_words.tsv``; its first line is English."""
    masks: dict[int, int] = {}
    for bit, line in enumerate((DATA / "function_words.tsv").read_text("utf-8").splitlines()):
        words = line.split("\t")[1].split()
        for word in cut(*encode([f"{word}\n" for word in words])).hash.tolist():
            masks[word] = masks.get(word, 0) | 1 << bit
    hashes = np.array(sorted(masks), np.uint64)
    return FunctionWords(hashes, np.array([masks[int(word)] for word in hashes], np.uint32))


@njit(cache=True, nogil=True)
def is_english(lo, hi, hashes, known, masks, counts):  # type: ignore[no-untyped-def]
    """True if no other language has more of its common words among tokens [lo, hi); also where there are none at
    all."""
    counts[:] = 0
    for t in range(lo, hi):
        low, high = 0, len(known)
        while low < high:
            middle = (low + high) // 2
            if known[middle] < hashes[t]:
                low = middle + 1
            else:
                high = middle
        if low < len(known) and known[low] == hashes[t]:
            mask = masks[low]
            for bit in range(len(counts)):
                if mask >> np.uint32(bit) & np.uint32(1):
                    counts[bit] += 1
    return counts[0] == counts.max()
