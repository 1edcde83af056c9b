"""Companies and titles without what varies between boards: legal forms, gender marks, places of work, punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from jobmatch_dagster.postings.words import any_of, load


@lru_cache(maxsize=1)
def _legal() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{any_of(load('names')['legal_forms'])})(?!\w)")


@lru_cache(maxsize=1)
def _title_noise() -> re.Pattern[str]:
    words = load("names")
    return re.compile(rf"{words['gender_pattern']}|(?<!\w)(?:{any_of(words['title_noise'])})(?!\w)", re.IGNORECASE)


def _folded(text: str) -> str:
    text = text.casefold()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text)
    return "".join(character for character in text if not unicodedata.combining(character))


@lru_cache(maxsize=200_000)
def company_key(company: str) -> str:
    """ "Google LLC", "Google, Inc." and "google" are one; empty for a name of nothing but legal forms."""
    folded = _folded(company.replace("&", " and "))
    bare = " ".join(re.sub(r"[^\w]+", " ", _legal().sub(" ", folded)).split())
    aliases: dict[str, str] = load("names")["aliases"]
    bare = bare or " ".join(re.sub(r"[^\w]+", " ", folded).split())
    return aliases.get(bare, bare)


@lru_cache(maxsize=200_000)
def title_key(title: str) -> str:
    """A title as its words in order, without gender marks and words about where and how the work is done."""
    text = _folded(_title_noise().sub(" ", title))
    text = re.sub(r"\s(?:#|id|req|ref)\W*\w*\d{3,}\w*\b|\b[a-z]{0,3}-?\d{4,}\b", " ", text)
    return " ".join(re.sub(r"[^\w+#]+", " ", text).split())
