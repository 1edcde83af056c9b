"""The language of a résumé: by its function words where they are plain, else by langdetect with a fixed seed.

Counting words takes a fraction of a millisecond, langdetect some ten; short lists of names and places leave it to the
library, and what neither is sure of stays unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from jobmatch_dagster.resumes import lexicon

# function words that are enough, and how far ahead of the next language: fewer need a clearer lead
ENOUGH = ((12, 2.0), (4, 4.0))
BAR = 0.8
_WORD = re.compile(r"[^\W\d_]+")
_READ = 4000


@lru_cache(maxsize=1)
def _words() -> dict[str, list[str]]:
    by_word: dict[str, list[str]] = {}
    for code, words in lexicon.load("function_words")["words"].items():
        for word in words:
            by_word.setdefault(word, []).append(code)
    return by_word


def detect(body: str) -> str | None:
    """ISO 639-1 of a text; None where it is too short or mixed to tell."""
    words = _words()
    hits: Counter[str] = Counter()
    for word, count in Counter(_WORD.findall(body[: 2 * _READ].casefold())).items():
        codes = words.get(word, ())
        for code in codes:
            hits[code] += count / len(codes)  # type: ignore[assignment]
    best = hits.most_common(2)
    second = best[1][1] if len(best) > 1 else 0.0
    if best and any(best[0][1] >= hits and best[0][1] >= lead * second for hits, lead in ENOUGH):
        return best[0][0]
    return _langdetect(body)


def _langdetect(body: str) -> str | None:
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    DetectorFactory.seed = 0
    try:
        best = detect_langs(body[:_READ])[0]
    except LangDetectException:
        return None
    return str(best.lang)[:2] if best.prob >= BAR else None
