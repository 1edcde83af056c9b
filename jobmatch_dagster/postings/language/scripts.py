"""How much of a text is in which script; some scripts alone decide the language."""

from __future__ import annotations

import numba
import numpy as np

(
    LATIN,
    HAN,
    KANA,
    HANGUL,
    CYRILLIC,
    ARABIC,
    GREEK,
    HEBREW,
    THAI,
    DEVANAGARI,
    BENGALI,
    TAMIL,
    TELUGU,
    GEORGIAN,
    ARMENIAN,
    OTHER,
) = range(16)
LATIN_WORDS = 16
COUNTS = 17

# first and last code point of a block, and its script; blocks of letters only
_BLOCKS = [
    (0x0041, 0x005A, LATIN), (0x0061, 0x007A, LATIN), (0x00C0, 0x00D6, LATIN), (0x00D8, 0x00F6, LATIN),
    (0x00F8, 0x024F, LATIN), (0x1E00, 0x1EFF, LATIN), (0x0370, 0x03FF, GREEK), (0x1F00, 0x1FFF, GREEK),
    (0x0400, 0x052F, CYRILLIC), (0x0531, 0x058F, ARMENIAN), (0x0590, 0x05FF, HEBREW), (0x0600, 0x06FF, ARABIC),
    (0x0750, 0x077F, ARABIC), (0x0900, 0x097F, DEVANAGARI), (0x0980, 0x09FF, BENGALI), (0x0B80, 0x0BFF, TAMIL),
    (0x0C00, 0x0C7F, TELUGU), (0x0E00, 0x0E7F, THAI), (0x10A0, 0x10FF, GEORGIAN), (0x1100, 0x11FF, HANGUL),
    (0xAC00, 0xD7AF, HANGUL), (0x3041, 0x30FF, KANA), (0x31F0, 0x31FF, KANA), (0x3400, 0x4DBF, HAN),
    (0x4E00, 0x9FFF, HAN), (0xF900, 0xFAFF, HAN),
]  # fmt: skip

# Scripts that (nearly) one language of advertisements writes; the others leave the choice to the n-grams.
DECIDES = {
    HANGUL: "ko",
    GREEK: "el",
    HEBREW: "he",
    THAI: "th",
    BENGALI: "bn",
    TAMIL: "ta",
    TELUGU: "te",
    GEORGIAN: "ka",
    ARMENIAN: "hy",
}
LANGUAGES_OF = {
    CYRILLIC: ("ru", "uk", "bg", "mk"),
    ARABIC: ("ar", "fa", "ur"),
    DEVANAGARI: ("hi", "mr", "ne"),
}


def _table() -> np.ndarray:
    script = np.full(65_536, -1, np.int8)
    for first, last, number in _BLOCKS:
        script[first : last + 1] = number
    return script


SCRIPT_OF = _table()


@numba.njit(cache=True, nogil=True)
def count_scripts(codes, bounds, script_of):  # type: ignore[no-untyped-def]
    """Letters of each script, and words in Latin letters, per text. Shape (texts, COUNTS)."""
    counts = np.zeros((len(bounds) - 1, COUNTS), np.int32)
    for item in range(len(bounds) - 1):
        inside = False
        for at in range(bounds[item], bounds[item + 1]):
            code = codes[at]
            script = script_of[code] if code < 65_536 else (HAN if 0x20000 <= code < 0x32000 else -1)
            latin = script == LATIN
            if script >= 0:
                counts[item, script] += 1
            if latin and not inside:
                counts[item, LATIN_WORDS] += 1
            inside = latin
    return counts
