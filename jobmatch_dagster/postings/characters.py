"""What kind of character a code point is, as a table for the kernels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

OUTSIDE, LETTER, ALONE, DIGIT = 0, 1, 2, 3
_MONEY_SIGNS = "$€£¥￥₹₽₴₺₪₩₱฿₫₦"


def _table() -> np.ndarray:
    table = np.zeros((2, 65_536), np.int32)
    for code in range(65_536):
        character = chr(code)
        lower = character.lower()
        table[1, code] = ord(lower) if len(lower) == 1 else code
        if (0x3041 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF) and character.isalnum():
            table[0, code] = ALONE
        elif character.isdigit():
            table[0, code] = DIGIT
        elif character.isalpha():
            table[0, code] = LETTER
    for sign in _MONEY_SIGNS:
        table[0, ord(sign)] = ALONE
    return table


# Row 0: kind of each code point below 65,536 (a Chinese or Japanese character and a currency sign stand alone); row
# 1: its lower case.
CHARACTERS = _table()


def encode(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """All texts as one array of code points, and the bounds of each, shape (texts + 1,). Offsets are those of the
    strings."""
    bounds = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=bounds[1:])
    return np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.int32), bounds
