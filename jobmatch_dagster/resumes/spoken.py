"""The languages a person speaks, with the level as written and as CEFR where it can be told."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jobmatch_dagster.resumes import lexicon
from jobmatch_dagster.resumes.model import Line

_PART = re.compile(r"[,;|•·\t/]|\s{2,}|\s[–—-]\s|(?<=\w):\s|\(|\)")


@lru_cache(maxsize=1)
def _names() -> tuple[dict[str, str], dict[str, str], list[tuple[str, str]]]:
    data = lexicon.load("languages")
    names = {lexicon.fold(form): code for code, forms in data["names"].items() for form in forms}
    english = {code: forms[0] for code, forms in data["names"].items()}
    levels = [(lexicon.fold(word), level) for level, words in data["levels"].items() for word in words]
    return names, english, sorted(levels, key=lambda pair: -len(pair[0]))


def named(text: str) -> str | None:
    """The ISO 639-1 code of the language that a phrase names, or None."""
    names, _, _ = _names()
    key = lexicon.fold(text).strip(" .:()")
    return names.get(key) or (names.get(key.split()[0]) if key.split() else None)


def level(text: str) -> tuple[str | None, str | None]:
    """A level as (words as written, CEFR) from a phrase; (None, None) if it has none."""
    folded = lexicon.fold(text)
    _, _, levels = _names()
    if match := re.search(r"\b([abc][12])\b", folded):
        return text.strip(), match[1].upper()
    for word, cefr in levels:
        if word in folded and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded):
            return text.strip(), cefr
    return None, None


def read(lines: list[Line]) -> list[dict[str, Any]]:
    """Languages in the order of the page as ``{"language", "fluency", "_code", "_cefr"}``."""
    found: list[dict[str, Any]] = []
    for line in lines:
        for part in _PART.split(line.text):
            text = part.strip(" .:-–—")
            if not text:
                continue
            code = named(text)
            if code:
                names, _, _ = _names()
                known = lexicon.fold(text) in names
                rest = "" if known else " ".join(text.split()[1:])
                written, cefr = level(rest)
                found.append(
                    {"language": text if known else text.split()[0], "fluency": written, "_code": code, "_cefr": cefr}
                )
            elif found and found[-1]["fluency"] is None:
                written, cefr = level(text)
                if written:
                    found[-1]["fluency"], found[-1]["_cefr"] = written, cefr
    return [f for n, f in enumerate(found) if f["_code"] not in {g["_code"] for g in found[:n]}]
