"""What matching must not see of a person: name, gender, age, photo, birthplace, nationality, graduation year.

Belongs here: taking such words out of a résumé's texts before anything is counted. The profile never hands over the
fields that carry them (``basics.name``, ``image``, dates of education …); this module deals with the same facts
inside free text.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

PATH = Path(__file__).with_name("data") / "personal.toml"
_SENTENCE = re.compile(r"[^\n]*?(?:[.!?;•|](?=\s|$)|[。！？；]|\n|$)")
_GAP = r"(?:[ \t]|[.\-'](?=\w))+(?:[^\W\d_]\.?[ \t]+)?"  # between two parts of a name; an initial may stand there


@dataclass(frozen=True)
class Name:
    """A name as it may stand in a text: the pattern, and the parts that every form of it has, in lower case."""

    pattern: re.Pattern[str]
    parts: tuple[str, ...]


@lru_cache(maxsize=1)
def _data() -> tuple[frozenset[str], dict[str, list[str]]]:
    raw = tomllib.loads(PATH.read_text(encoding="utf-8"))
    return frozenset((raw["words"] + raw["nations"]).split()), raw["lines"]


@lru_cache(maxsize=512)
def _lines(letters: tuple[str, ...]) -> re.Pattern[str]:
    """The expressions that stand under some letters, as one."""
    known = _data()[1]
    return re.compile("|".join(line for key in letters for line in known[key]), re.IGNORECASE)


def unread_words() -> frozenset[str]:
    """Words that are no terms on either side, in lower case."""
    return _data()[0]


def name_pattern(name: str | None) -> Name | None:
    """What finds a person's name inside their own text.

    It finds all parts in their order, the first and the last part, and "last, first", initials between them or not. A
    part alone is not taken out: "Baker" and "Grace" are words as well, and what is taken out must not depend on which
    name it is.

    Args:
        name: the name as the résumé gives it.
    """
    found = re.findall(r"[^\W\d_]{2,}", name or "")
    if not found:
        return None
    parts = [re.escape(part) for part in found]
    forms = [_GAP.join(parts)]
    if len(parts) > 1:
        forms += [_GAP.join((parts[0], parts[-1])), rf"{parts[-1]},[ \t]*{parts[0]}"]
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)
    return Name(pattern, (found[0].lower(), found[-1].lower()))


def without_personal(text: str, name: Name | None) -> str:
    """A text without its owner's name and without the sentences that state personal facts.

    Args:
        text: any text of a résumé.
        name: from ``name_pattern``.
    """
    lowered = text.lower()
    if name is not None and all(part in lowered for part in name.parts):
        text = name.pattern.sub(" ", text)
    letters = tuple(key for key in _data()[1] if key in lowered)
    if letters and (lines := _lines(letters)).search(text):
        text = "".join(part for part in _SENTENCE.findall(text) if not lines.search(part))
    return text
