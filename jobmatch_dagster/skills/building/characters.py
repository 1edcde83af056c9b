"""Makes ``data/characters.npz``: the class and the folded form of every character the matcher looks at.

Shipped rather than computed at run time because Python versions carry different Unicode tables, and the same text
must give the same skills under each of them.

Run: ``python -m jobmatch_dagster.skills.building.characters``.
"""

from __future__ import annotations

import unicodedata

import numpy as np

from jobmatch_dagster.skills.building.sources import DATA
from jobmatch_dagster.skills.characters import SIZE, CharClass

_SPECIAL = {
    CharClass.NEWLINE: "\n\r\v\f\x85\u2028\u2029",
    CharClass.HYPHEN: "-\u2010\u2011_",
    CharClass.DASH: "\u2012\u2013\u2014\u2015",
    CharClass.DOT: ".",
    CharClass.SLASH: "/\u2044\uff0f",
    CharClass.AMPERSAND: "&\uff06",
    CharClass.APOSTROPHE: "'\u2019\u02bc\u2018`\u00b4",
    CharClass.PLUS: "+\uff0b",
    CharClass.SHARP: "#\u266f",
    CharClass.COMMA: ",\uff0c\u3001",
    CharClass.OPEN: "([{\uff08\u3010",
    CharClass.CLOSE: ")]}\uff09\u3011",
    CharClass.COLON: ":\uff1a",
    CharClass.SEMICOLON: ";\uff1b|",
    CharClass.BULLET: (
        "*\u2022\u2023\u25aa\u25cf\u25e6\u2043\u2219\u00b7\u25ab\u25a0\u25ba\u27a2\u2713\u2714\u2705\u2b50\uf0b7"
    ),
    CharClass.STOP: "!?\u2026\u3002\uff01\uff1f",
}
_FOLDS = {
    "ß": "s",
    "ł": "l",
    "Ł": "l",
    "ø": "o",
    "Ø": "o",
    "đ": "d",
    "Đ": "d",
    "æ": "a",
    "Æ": "a",
    "œ": "o",
    "Œ": "o",
    "ı": "i",
}


def char_class(char: str) -> CharClass:
    """The class of one character from its Unicode category."""
    category = unicodedata.category(char)
    if category in ("Zs", "Cc", "Zl", "Zp"):
        return CharClass.SPACE
    if category in ("Mn", "Me", "Cf"):
        return CharClass.MARK
    if category == "Nd":
        return CharClass.DIGIT
    if category in ("Lu", "Lt"):
        return CharClass.UPPER
    if category[0] == "L" or category == "Mc":
        name = unicodedata.name(char, "")
        scripts = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER")
        return CharClass.IDEOGRAPH if name.startswith(scripts) else CharClass.LOWER
    return CharClass.OTHER


def fold(char: str) -> int:
    """The code point a character is compared by: lower case, without accents, compatibility forms resolved."""
    base = unicodedata.normalize("NFKD", _FOLDS.get(char, char))[:1] or char
    lower = unicodedata.normalize("NFKD", base.lower())[:1] or base
    return ord(_FOLDS.get(lower, lower))


def main() -> None:
    """Write the tables."""
    classes = np.zeros(SIZE, np.uint8)
    folds = np.arange(SIZE, dtype=np.uint32)
    for code in range(SIZE):
        if 0xD800 <= code < 0xE000:
            continue
        classes[code] = char_class(chr(code))
        folds[code] = fold(chr(code))
    for kind, chars in _SPECIAL.items():
        classes[[ord(char) for char in chars]] = kind
    path = DATA / "characters.npz"
    np.savez_compressed(path, classes=classes, folds=folds, unicode=np.array(unicodedata.unidata_version))
    print(f"{path.name}: Unicode {unicodedata.unidata_version}, {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
