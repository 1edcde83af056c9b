"""The language of a résumé: by words that tell it where they are plain, else by langdetect with a fixed seed.

Function words, words of headings and names of months are counted, in a fraction of a millisecond; langdetect takes some
ten. Short lists of names and places and other scripts are left to the library, and what neither is sure of stays
unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from jobmatch_dagster.resumes import lexicon

# words that are enough, and how far ahead of the next language: fewer need a clearer lead
ENOUGH = ((8, 1.6), (4, 2.5))
MOST_OF_A_WORD = 6  # times that one word counts
MAX_OTHER_SCRIPT = 0.1  # of the text's characters
MIN_HEADING_WORD = 4
BAR = 0.8
_WORD = re.compile(r"[^\W\d_]+")
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1dff\u2c00-\ufaff]")
_READ = 4000


@lru_cache(maxsize=1)
def _words() -> dict[str, frozenset[str]]:
    """Word → the languages that it may be of."""
    found: dict[str, set[str]] = {}

    def add(word: str, code: str) -> None:
        found.setdefault(word, set()).add(code)

    for code, words in lexicon.load("function_words")["words"].items():
        for word in words:
            add(word, code)
    for section, languages in lexicon.load("headings").items():
        for code, phrases in languages.items() if section != "weak" else ():
            for word in _WORD.findall(" ".join(phrases).casefold()):
                if len(word) >= MIN_HEADING_WORD:
                    add(word, code)
    for code, months in lexicon.load("dates")["months"].items():
        for word in "|".join(months).casefold().split("|"):
            add(word, code)
    return {word: frozenset(codes) for word, codes in found.items()}


def detect(body: str) -> str | None:
    """ISO 639-1 of a text; None where it is too short or mixed to tell."""
    words, text = _words(), body[: 2 * _READ]
    if not text.isascii() and len(_OTHER_SCRIPT.findall(text)) > MAX_OTHER_SCRIPT * len(text):
        return _langdetect(body)
    hits: dict[str, float] = {}
    for word, count in Counter(_WORD.findall(text.casefold())).items():
        codes = words.get(word, ())
        for code in codes:
            hits[code] = hits.get(code, 0.0) + min(count, MOST_OF_A_WORD) / len(codes)
    (best, most), (_, second) = sorted([*hits.items(), ("", 0.0), ("", 0.0)], key=lambda hit: -hit[1])[:2]
    if any(most >= enough and most >= lead * second for enough, lead in ENOUGH):
        return best
    return _langdetect(body)


def _langdetect(body: str) -> str | None:
    from langdetect import DetectorFactory, LangDetectException, detect_langs

    DetectorFactory.seed = 0
    try:
        best = detect_langs(body[:_READ])[0]
    except LangDetectException:
        return None
    return str(best.lang)[:2] if best.prob >= BAR else None
