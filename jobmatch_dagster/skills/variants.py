"""Other spellings of a surface form that mean the same: joined and split words, plurals, gerunds, British and American.

The matcher itself treats spaces, hyphens and dots between words alike, so those are not spelled out here. What is, is
bounded: each form yields a handful.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z][a-z])|(?<=[A-Za-z]{2})(?=[A-Z]{2,}$)")
_JOINT = re.compile(r"(?<=\w)[-.](?=\w)")
_DIGIT_JOINT = re.compile(r"(?<=[A-Za-z])[ -](?=\d)|(?<=\d)[ -](?=[A-Z])")
_ISE = re.compile(r"(?<=[a-z]{3})is(e|ed|es|ing|ation|ations)\b")
_YSE = re.compile(r"(?<=al)ys(e|ed|es|ing)\b")
_KEEP_ISE = re.compile(
    r"\b(exerc|expert|enterpr|prec|adv|superv|franch|merchand|rev|prom|compr|prem|surpr|no|ra|dev|disgu|televi|improv|apprais)is",
    re.I,
)
_PAIRS = (
    ("colour", "color"),
    ("labour", "labor"),
    ("behaviour", "behavior"),
    ("centre", "center"),
    ("modelling", "modeling"),
    ("programme", "program"),
    ("licence", "license"),
    ("catalogue", "catalog"),
    ("tyre", "tire"),
    ("fibre", "fiber"),
    ("paediatric", "pediatric"),
    ("anaesth", "anesth"),
    ("aeroplane", "airplane"),
    ("aluminium", "aluminum"),
)
_VOWELS = "aeiou"
SHORTEST_JOINED = 7
"""Letters of a product's two words that are also written as one (Power BI, PowerBI)."""
ORDINARY = 5.0
"""Zipf value of a word that everybody uses all the time."""


def variants(text: str, kind: str, zipf: Mapping[str, float] = {}) -> Iterator[str]:
    """The form itself first, then its other spellings; ``kind`` decides whether grammar applies (a product has no
    plural).

    Args:
        text: the form as written in the taxonomy.
        kind: the concept's kind.
        zipf: how ordinary English words are.
    """
    seen = {text, *_other_words(text, zipf)}
    yield text
    for base in list(_spellings(text, kind)):
        for form in (base, *_inflections(base, kind)):
            if form not in seen:
                seen.add(form)
                yield form


def _other_words(text: str, zipf: Mapping[str, float]) -> Iterator[str]:
    """The singular of a plural that has a meaning of its own (securities), told by how ordinary each is."""
    single = singular(text)
    if single != text and zipf.get(single.lower(), 0.0) >= max(ORDINARY, zipf.get(text.lower(), 0.0)):
        yield single


def _spellings(text: str, kind: str) -> Iterator[str]:
    yield text
    for pattern in (_JOINT, _DIGIT_JOINT):
        if pattern.search(text):
            yield pattern.sub("", text)
    if _CAMEL.search(text):
        yield _CAMEL.sub(" ", text)
    words = text.split()
    if kind == "tool" and len(words) == 2 and all(word.isalpha() for word in words) and len(text) >= SHORTEST_JOINED:
        yield "".join(words)
    if "&" in text:
        yield re.sub(r"\s*&\s*", " and ", text)
    elif " and " in text:
        yield text.replace(" and ", " & ")
    if "/" in text:
        yield re.sub(r"\s*/\s*", " ", text)
    if (_ISE.search(text) or _YSE.search(text)) and not _KEEP_ISE.search(text):
        yield _YSE.sub(r"yz\1", _ISE.sub(r"iz\1", text))
    for british, american in _PAIRS:
        if british in text:
            yield text.replace(british, american)
        elif american in text and british != "programme":
            yield text.replace(american, british)


def _inflections(text: str, kind: str) -> Iterator[str]:
    if kind == "language":
        return  # named in many languages, and counted in none
    words = text.split()
    last, first = words[-1], words[0]
    if kind == "skill" and len(words) > 1 and first.isalpha() and first.islower() and not first.endswith("ing"):
        yield " ".join((gerund(first), *words[1:]))
    if last.isalpha() and len(last) > 2 and (last.islower() or (last.isupper() and kind not in ("tool", "language"))):
        if kind == "skill" and len(words) == 1:
            return
        other = plural(last) if not last.endswith("s") else singular(last)
        if other != last:
            yield " ".join((*words[:-1], other))


def plural(word: str) -> str:
    """English plural of a regular noun."""
    if word.isupper():
        return word + "s"
    if word.endswith("y") and word[-2] not in _VOWELS:
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("x", "ch", "sh", "z")) else "s")


def singular(word: str) -> str:
    """English singular of a regular plural; words that only look like one (analysis, business, physics) stay."""
    if word.endswith(("ss", "is", "us", "ics", "ous")) or len(word) < 5:
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]


def gerund(verb: str) -> str:
    """The -ing form of a regular verb."""
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    short = (
        len(verb) <= 4
        and len(verb) >= 3
        and verb[-1] not in "aeiouwxy"
        and verb[-2] in _VOWELS
        and verb[-3] not in _VOWELS
    )
    return verb + (verb[-1] if short else "") + "ing"
