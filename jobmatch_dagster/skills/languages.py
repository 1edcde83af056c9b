"""Whether a text is English, told by its commonest words: the tagger has learned English only. No other use."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from jobmatch_dagster.skills.concepts import DATA
from jobmatch_dagster.skills.kernels import kernel
from jobmatch_dagster.skills.tokens import cut, encode

MOST_LANGUAGES = 32


@lru_cache(maxsize=1)
def load() -> dict[int, int]:
    """The words of ``data/function_words.tsv`` by their hash: bit i is set where language i has the word.

    A line is a language; the first one, bit 0, is English.
    """
    spoken: dict[int, int] = {}
    for bit, line in enumerate((DATA / "function_words.tsv").read_text("utf-8").splitlines()):
        words = line.split("\t")[1].split()
        for word in cut(*encode([f"{word}\n" for word in words])).hash.tolist():
            spoken[word] = spoken.get(word, 0) | 1 << bit
    return spoken


@kernel
def is_english(n, little, spoken, counts):  # type: ignore[no-untyped-def]
    """True if no other language has more of its common words in a text; also where there are none at all.

    Args:
        n: how many tokens the text has.
        little: number of the little word per token, below 0 where it is none (int32).
        spoken: languages of each little word (``cues.Cues``).
        counts: scratch, int32 (MOST_LANGUAGES).
    """
    counts[:] = 0
    for t in range(n):
        if little[t] < 0:
            continue
        mask = spoken[little[t]]
        if mask == 0:
            continue
        for bit in range(len(counts)):  # all at once, in vector instructions
            counts[bit] += np.int32((mask >> np.uint32(bit)) & np.uint32(1))
    most = 0
    for bit in range(len(counts)):
        most = max(most, counts[bit])
    return counts[0] == most
