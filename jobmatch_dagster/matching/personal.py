"""What matching must not see of a person: name, gender, age, photo, birthplace, nationality, graduation year.

Belongs here: taking such words out of a résumé's texts before anything is counted. The profile never hands over the
fields that carry them (``basics.name``, ``image``, dates of education …); this module deals with the same facts
inside free text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

PATH = Path(__file__).with_name("data") / "personal.toml"
_SENTENCE = re.compile(r"[^\n]*?(?:[.!?;•|](?=\s|$)|[。！？；]|\n|$)")
_PART = re.compile(r"[^\W\d_]{2,}")
_SAME_AS_ANOTHER = "ıİſ\u212a"  # i without and with its dot, the long s, the sign of kelvin
_GAP = r"(?:[ \t]|[.\-'](?=\w))+(?:[^\W\d_]\.?[ \t]+)?"  # between two parts of a name; an initial may stand there


@dataclass(frozen=True)
class Name:
    """A name as it may stand in a text.

    Attributes:
        parts: its words as they are written.
    """

    parts: tuple[str, ...]

    def may_stand_in(self, lowered: str) -> bool:
        """Whether a text in lower case has what every form of the name has: the first part and the last one."""
        return self.parts[0].lower() in lowered and self.parts[-1].lower() in lowered

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """All forms of the name. To compile them is dear, and few texts have their owner's name in them."""
        parts = [re.escape(part) for part in self.parts]
        forms = [_GAP.join(parts)]
        if len(parts) > 1:
            forms += [_GAP.join((parts[0], parts[-1])), rf"{parts[-1]},[ \t]*{parts[0]}"]
        return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)


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
    found = _PART.findall(name or "")
    return Name(tuple(found)) if found else None


@lru_cache(maxsize=1)
def _letters() -> str:
    """An expression for RE2 that finds every text in which a line's expression may match, and some others.

    Where all that stand under some letters begin, or end, with a border of a word at the letters themselves, no word
    character of ASCII stands there; of others, the two engines need not agree. Letters that Python takes for another
    one whatever the case, although neither is the other's lower case, are always found.
    """
    first: list[str] = []
    last: list[str] = []
    anywhere: list[str] = []
    for key, lines in _data()[1].items():
        letters = re.escape(key)
        begins = all(line.startswith(rf"\b{letters}") for line in lines)
        ends = all(line.endswith(rf"{letters}\b") for line in lines)
        (first if begins else last if ends else anywhere).append(letters)
    places = (("(?:^|[^0-9A-Za-z_])", first, ""), ("", last, "(?:$|[^0-9A-Za-z_])"), ("", anywhere, ""))
    forms = (f"{before}(?:{'|'.join(letters)}){after}" for before, letters, after in places if letters)
    return f"(?i:{'|'.join(forms)})|[{_SAME_AS_ANOTHER}]"


def may_state_facts(texts: Sequence[str]) -> list[bool]:
    """Whether ``without_personal`` might take a sentence out of each text; where not, it takes none.

    One pass over all texts, many times as quick as to look at each.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    found: list[bool] = pc.match_substring_regex(pa.array(texts, pa.large_string()), _letters()).to_pylist()
    return found


def without_personal(text: str, name: Name | None) -> str:
    """A text without its owner's name and without the sentences that state personal facts.

    Args:
        text: any text of a résumé.
        name: from ``name_pattern``.
    """
    lowered = text.lower()
    letters = tuple(key for key in _data()[1] if key in lowered)
    if name is not None and name.may_stand_in(lowered):
        text = name.pattern.sub(" ", text)
        lowered = text.lower()
    if not letters:
        return text
    facts = _lines(letters)
    for start in sorted(_line_starts(text, lowered, letters), reverse=True):
        end = text.find("\n", start) + 1 or len(text)
        if facts.search(text, start, end):
            sentences = _SENTENCE.findall(text[start:end])
            text = text[:start] + "".join(part for part in sentences if not facts.search(part)) + text[end:]
    return text


def _line_starts(text: str, lowered: str, letters: tuple[str, ...]) -> set[int]:
    """Where the lines begin in which an expression that needs some letters may match."""
    if any(sign in text for sign in _SAME_AS_ANOTHER):
        return {0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")}
    starts = set()
    for key in letters:
        at = lowered.find(key)
        while at >= 0:
            starts.add(text.rfind("\n", 0, at) + 1)
            at = lowered.find(key, at + 1)
    return starts
