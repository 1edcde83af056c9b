"""The forms that a name takes in German, French, Spanish, Dutch and Polish sentences: inflected, and in one word with
what is said about it (Schweißkenntnisse). English grammar is ``variants``'s business.

The rules are in ``data/grammar``. They make more forms than the languages have, which costs only room: a form that
nobody writes is never found. A form that could be found wrongly is not made: it must be no English word, have at least
SHORTEST letters, and belong to no other concept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from jobmatch_dagster.skills.concepts import DATA, Concept, Form, key

FOLDER = DATA / "grammar"
SHORTEST = 5
"""Letters of the shortest form that is made; shorter ones look like other words."""
MOST_WORDS = 4
"""Longer names are hardly ever inflected as they stand."""
_LOOKS = (
    ("pl", re.compile(r"[ąćęłńśźż]|(anie|enie|acja|ycja|yka|ika|stwo|ctwo|logia|grafia|ski|cki)\b")),
    ("es", re.compile(r"[ñí]|(ción|sión|miento|dad|ería|ura|ística|ico|ica)\b|\b(de la|del|al|y)\b")),
    ("fr", re.compile(r"[èêçàœâ]|(age|ement|ique|erie|té|ie|eur|ture)\b|\b(du|des|de|et|aux|en)\b")),
    ("nl", re.compile(r"ij|(ing|heid|schap|kunde|techniek|zorg|recht|beheer|en)\b")),
)
"""How names look that the own lists write without a capital; the first language that fits is taken."""
_GERMAN_END = re.compile(
    r"(ung|heit|keit|schaft|tät|ik|kunde|recht|wesen|bau|pflege|technik|ieren|beit|fahrt|dienst)$|[äöüßÄÖÜ]"
)
_GERMAN_ADJECTIVE = re.compile(r"^([A-ZÄÖÜ]?[a-zäöüß]{3,}?)(es|er|en|em|e)$")
_POLISH_ADJECTIVES = re.compile(r"^\w+([nwsc][ae]|[scw]k[ai]|ny|wy) | ([scw]k[ai]|[nwł][yae]|czne)$")
_LINKED = re.compile(r"(ung|heit|keit|schaft|tät|ion|recht|trieb|kauf)$")


def add(concepts: list[Concept], zipf: Mapping[str, float]) -> None:
    """Give the concepts the other forms of their names. A name whose language is not known is judged by its looks.

    Args:
        concepts: all concepts; changed in place. Added forms are ``derived``.
        zipf: English words with how common they are; none of them is made.
    """
    owned = {key(form.text) for concept in concepts for form in concept.forms}
    for concept in concepts:
        made: dict[str, Form] = {}
        for form in concept.forms:
            for text, language, compound in _others(form, concept, zipf):
                name = key(text)
                if name in owned or name in made or len(text) < SHORTEST or text.lower() in zipf:
                    continue
                ambiguity = "none" if compound else form.ambiguity
                made[name] = replace(form, text=text, language=language, derived=True, ambiguity=ambiguity)
        owned.update(made)
        concept.forms.extend(made.values())


def _others(form: Form, concept: Concept, zipf: Mapping[str, float]) -> Iterator[tuple[str, str, bool]]:
    """Other forms of a name, the language of each, and whether it is a compound."""
    words = form.text.split()
    if len(words) > MOST_WORDS or (form.language is None and not form.preferred):
        return
    alone = len(words) == 1 and words[0].isalpha()
    if concept.kind == "tool" and form.language is None:
        if form is concept.forms[0] and alone and len(words[0]) > 2:
            yield from ((text, "de", True) for text in compounds(words[0], "de", True))
        return
    spoken = form.language or (None if form.ambiguity == "case" else _looks(form.text, words, zipf))
    if spoken is None:
        return
    for text in inflected(words, spoken):
        yield text, spoken, False
    if alone:
        for text in compounds(words[0], spoken, False):
            yield text, spoken, True


def _looks(text: str, words: list[str], zipf: Mapping[str, float]) -> str | None:
    """Language of a name of the own lists, which write English and German ones with a capital; None if English."""
    if all(word.lower() in zipf for word in words) or not words[-1].isalpha():
        return None
    if text[:1].islower():
        return next((language for language, looks in _LOOKS if looks.search(text)), None)
    last = words[-1]
    noun = last.lower() not in zipf and (_GERMAN_END.search(last) or last.endswith("en"))
    return "de" if noun else None


def inflected(words: list[str], language: str) -> Iterator[str]:
    """Inflected forms of a name. Of several words the first is inflected, or in German the noun at the end; words
    that agree with each other are inflected together."""
    first, *middle, last = words if len(words) > 1 else ("", *words)
    ends = list(_endings(last, language))
    if not first:
        yield from ends
        return
    begins = list(_adjectives(first) if language == "de" else _endings(first, language))
    for begin in begins:
        yield " ".join((begin, *middle, last))
    agree = language in ("fr", "es") or (language == "pl" and _POLISH_ADJECTIVES.search(" ".join(words)))
    for begin in begins if agree else begins[:0] if language != "de" else [first, *begins]:
        for end in ends:
            yield " ".join((begin, *middle, end))


def compounds(word: str, language: str, product: bool) -> Iterator[str]:
    """The word written together with what is said about it: Elektroinstallationskenntnisse, Excelkennis."""
    parts = _parts().get(language, [])
    stem = word
    if not product:
        if any(word.endswith(part) for part, _ in parts):
            return
        if word.endswith("en") and len(word) > SHORTEST:
            stem = word[:-2]
        if language == "de" and _LINKED.search(stem):
            stem += "s"
    for part, after in parts:
        if after == "product" or not product:
            yield stem + part


def _adjectives(word: str) -> Iterator[str]:
    """German endings of an adjective that stands before its noun."""
    found = _GERMAN_ADJECTIVE.match(word)
    if found:
        yield from (found[1] + end for end in ("e", "es", "er", "en", "em") if end != found[2])


def _endings(word: str, language: str) -> Iterator[str]:
    if not word.isalpha() or word.isupper():
        return
    for size in range(1, min(len(word) - 1, _longest()) + 1):
        for other in _rules().get((language, word[-size:].lower()), ()):
            yield word[:-size] + other


@lru_cache(maxsize=1)
def _rules() -> dict[tuple[str, str], tuple[str, ...]]:
    return {(language, ending): tuple(others.split("|")) for language, ending, others in _table("endings")}


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(len(ending) for _, ending in _rules())


@lru_cache(maxsize=1)
def _parts() -> dict[str, list[tuple[str, str]]]:
    out: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for language, part, after in _table("compounds"):
        out[language].append((part, after))
    return out


def _table(name: str) -> Iterator[tuple[str, str, str]]:
    """Rows of ``data/grammar/<name>.tsv`` without its notes and header."""
    lines = [line for line in (FOLDER / f"{name}.tsv").read_text("utf-8").splitlines() if not line.startswith("#")]
    for line in lines[1:]:
        one, two, three = line.split("\t")
        yield one, two, three
