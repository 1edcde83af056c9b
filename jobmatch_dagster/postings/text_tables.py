"""What the kernel of plain text looks up: kinds of characters, tags and what they do, entities, lines of buttons."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from html.entities import html5
from typing import NamedTuple

import numpy as np

# What becomes of a character; a sign may begin a tag or a reference, and is kept where it does not.
KEEP, SPACE, NEWLINE, DROP, REPAIR, SIGN = 0, 1, 2, 3, 4, 5
# Two marks of the same table: beginnings and continuations of wrongly decoded UTF-8, and where case folding is more
# than lower case.
BEGINS, CONTINUES, FOLDS = 8, 16, 32
KIND = 7

# What a tag does to the text.
NOTHING, PARAGRAPH, LINE, BREAK, ITEM, CELL, ROW, TABLE, ROWS = range(9)
_TAGS = {
    PARAGRAPH: "p h1 h2 h3 h4 h5 h6 ul ol section article blockquote dl hr",
    LINE: "div dt dd header footer main aside figure details summary",
    BREAK: "br",
    ITEM: "li",
    CELL: "td th",
    ROW: "tr",
    TABLE: "table",
    ROWS: "tbody thead tfoot",
}
_BLOCKS_WITHOUT_MARK = "address center figcaption nav"
_INLINE = (
    "a abbr acronym b bdi bdo big cite code del dfn em font i img ins kbd label mark q s samp small span strike strong "
    "sub sup time tt u var wbr"
)
_EMPTY = "br hr img wbr"  # tags that may end in a slash
IS_BLOCK, MAY_BE_EMPTY, EFFECT = 32, 16, 15
LONGEST_NAME = 10
MULTIPLIER = np.uint64(0x100000001B3)
SEED = np.uint64(0xCBF29CE484222325)


class Tables(NamedTuple):
    """What the kernel looks up: a table of characters, and hash tables of tags, entities and lines of buttons."""

    characters: np.ndarray
    tags: tuple[np.ndarray, np.ndarray]
    entities: tuple[np.ndarray, np.ndarray]
    bare_entities: tuple[np.ndarray, np.ndarray]
    buttons: tuple[np.ndarray, np.ndarray]
    lower: np.ndarray


def _characters(translation: Mapping[int, str | None], begins: str, continues: str) -> np.ndarray:
    table = np.zeros(65_536, np.uint8)
    for code in range(65_536):
        character = chr(code)
        table[code] = REPAIR if 0xD800 <= code < 0xE000 or 0x80 <= code < 0xA0 else KEEP
        composed = unicodedata.normalize("NFC", character) != character or unicodedata.combining(character)
        if composed or 0x1160 <= code < 0x1200:
            table[code] = REPAIR
        parts = unicodedata.decomposition(character).split()
        if parts and not parts[0].startswith("<"):  # the second half of a composition may be no mark at all
            for part in parts[1:]:
                table[int(part, 16)] = REPAIR
    kinds = {None: DROP, " ": SPACE, "\n": NEWLINE}
    for code, becomes in translation.items():
        if not 0x80 <= code < 0xA0:
            table[code] = kinds.get(becomes, REPAIR)
    table[[ord(" "), ord("\t")]] = SPACE
    table[[ord("\n"), ord("\r")]] = NEWLINE
    table[[ord("<"), ord("&")]] = SIGN
    for code in range(65_536):
        character = chr(code)
        if not 0xD800 <= code < 0xE000 and character.casefold() != character.lower():
            table[code] |= FOLDS
    table[[ord(c) for c in begins]] |= BEGINS
    table[[ord(c) for c in continues]] |= CONTINUES
    return table


def _hash(name: str) -> int:
    value = int(SEED)
    for character in name:
        value = ((value ^ ord(character)) * int(MULTIPLIER)) & 0xFFFFFFFFFFFFFFFF
    return value


def _hashed(values: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Open addressing: the hash of each slot's name (0 is free) and its value."""
    size = 1 << max(4, (3 * len(values)).bit_length())
    keys, found = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
    for name, value in values.items():
        key = _hash(name)
        place = (key >> 32) & (size - 1)
        while keys[place] != 0 and keys[place] != key:
            place = (place + 1) & (size - 1)
        keys[place], found[place] = key, value
    return keys, found


def _tags() -> dict[str, int]:
    found = {name: effect | IS_BLOCK for effect, names in _TAGS.items() for name in names.split()}
    found["td"] = found["th"] = CELL  # a cell alone is no reason to take line breaks for blanks
    found |= dict.fromkeys(_BLOCKS_WITHOUT_MARK.split(), NOTHING | IS_BLOCK)
    found |= dict.fromkeys(_INLINE.split(), NOTHING)
    return {name: value | (MAY_BE_EMPTY if name in _EMPTY.split() else 0) for name, value in found.items()}


@lru_cache(maxsize=1)
def tables(translation: tuple[tuple[int, str | None], ...], wrong: tuple[str, str], buttons: frozenset[str]) -> Tables:
    """The look-ups.

    Args:
        translation: what each character that does not stay becomes; None for nothing.
        wrong: characters with which wrongly decoded UTF-8 begins, and with which it goes on.
        buttons: lines of a page's buttons, in folded case.
    """
    whole = {name[:-1]: ord(value) for name, value in html5.items() if name.endswith(";") and len(value) == 1}
    lower = np.fromiter(
        (ord(low) if len(low := chr(code).lower()) == 1 else code for code in range(65_536)), np.int32, 65_536
    )
    return Tables(
        _characters(dict(translation), *wrong),
        _hashed(_tags()),
        _hashed({name: code for name, code in whole.items() if code < 65_536}),
        _hashed({name: 1 for name in html5 if not name.endswith(";")}),
        _hashed(dict.fromkeys((line.replace(" ", "") for line in buttons), 1)),
        lower,
    )
