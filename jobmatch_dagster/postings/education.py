"""The least degree that an ad asks for: secondary, vocational, bachelor, master or doctorate."""

from __future__ import annotations

import re
from functools import lru_cache

from jobmatch_dagster.postings.words import any_of, load, whole

DEGREES = ("secondary", "vocational", "bachelor", "master", "doctorate")
_SENTENCE_END = re.compile(r"\n|[.!?;。；](?:\s|$)")
_NEAR = 160


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words = load("education")
    parts = []
    for degree, names in words["degrees"].items():
        # a name with capitals (MS, BA, CAP) counts only as it is written: in lower case it is another word
        exact = any_of(name for name in names if name != name.lower())
        plain = any_of(name for name in names if name == name.lower() and ord(name[0]) < 0x3000)
        asian = any_of(name for name in names if ord(name[0]) >= 0x3000)
        choices = [rf"(?<![\w+]){choice}(?!\w)" for choice in ([f"(?i:{plain})"] + ([f"(?:{exact})"] if exact else []))]
        parts.append(f"(?P<{degree}>{'|'.join(choices)}{'|' + asian if asian else ''})")
    return (
        re.compile("|".join(parts)),
        re.compile(whole(words["asks"]), re.IGNORECASE),
        re.compile(whole(words["not_degrees"]), re.IGNORECASE),
    )


def least_degree(text: str) -> tuple[str, int, int] | None:
    """The least degree of the first sentence that asks for one ("Bachelor's or Master's degree" asks for a bachelor).

    Returns:
        (degree, start, end), or None.
    """
    degrees, asks, not_degrees = _patterns()
    for match in degrees.finditer(text):
        start, end = _sentence(text, match)
        sentence = text[start:end]
        masked = not_degrees.search(text, max(0, match.start() - 12), min(len(text), match.end() + 20))
        if masked and masked.start() < match.end() and masked.end() > match.start():
            continue
        if not asks.search(sentence):
            continue
        found = [(DEGREES.index(m.lastgroup), m) for m in degrees.finditer(text, match.start(), end) if m.lastgroup]
        least, where = min(found, key=lambda pair: (pair[0], pair[1].start()))
        return DEGREES[least], where.start(), where.end()
    return None


def _sentence(text: str, match: re.Match[str]) -> tuple[int, int]:
    start = max(0, match.start() - _NEAR)
    breaks = [found.end() for found in _SENTENCE_END.finditer(text, start, match.start())]
    ending = _SENTENCE_END.search(text, match.end(), min(len(text), match.end() + _NEAR))
    return (breaks[-1] if breaks else start), (ending.start() if ending else min(len(text), match.end() + _NEAR))
