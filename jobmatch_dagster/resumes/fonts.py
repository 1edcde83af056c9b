"""What the names and flags of fonts in a PDF say of the text that is set in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_ICON_FONT = re.compile(rb"awesome|icon|glyphs?(?:-|$)|academicons|fontello|marvosym", re.I)
_SYMBOL_FONT = re.compile(rb"symbol|wingding|webding|dingbat|cmsy|msam", re.I)
_BOLD_FONT = re.compile(rb"bold|black|heavy|demi|cmb|\bmedi\b|-medi|ultra", re.I)
_ITALIC_FONT = re.compile(rb"ital|obli|cmti|slanted", re.I)
_ITALIC = 64


@dataclass(frozen=True, slots=True)
class Look:
    """What a font's name and flags say."""

    icon: bool
    symbol: bool
    bold: bool
    italic: bool
    named: bool


@lru_cache(maxsize=512)
def look(name: bytes, flags: int) -> Look:
    """A font by its name, which may begin with the mark of a subset, and its flags (ISO 32000-1, table 123)."""
    bare = name.split(b"+", 1)[-1]
    return Look(
        bool(_ICON_FONT.search(bare)),
        bool(_SYMBOL_FONT.search(bare)),
        bool(_BOLD_FONT.search(bare)),
        bool(_ITALIC_FONT.search(bare)) or bool(flags & _ITALIC),
        bool(bare),
    )
