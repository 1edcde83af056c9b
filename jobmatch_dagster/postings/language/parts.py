"""The parts of an advertisement that are in different languages: each line's language by its small words.

Boards carry ads that say everything twice, in the country's language and in English. Which language an ad is in as a
whole, ``decide`` tells; here it is told which characters are in which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numba
import numpy as np

from jobmatch_dagster.postings.characters import ALONE, CHARACTERS, LETTER, OUTSIDE, encode
from jobmatch_dagster.postings.language.tables import hash_table

LEAST_LETTERS = 150  # characters of lines in a language below which it is a quotation or a slogan
LEAST_SHARE = 0.1  # of the characters of all lines whose language is known
_FEWEST = 3  # small words, or Chinese characters, that a line must have
_LEAD = 1.6  # how many times more of them the line's language must have than any other
_LONG_LINE = 160  # characters from which the end of a sentence ends a line, too: not every ad has paragraphs
_LETTERS = 5  # letters of a small word that are kept in its key
_LONGEST = 7
_BITS = 12
_LETTER_MASK = (1 << _BITS) - 1
_KEY_MASK = (1 << _BITS * _LETTERS) - 1
_ALIKE = ({"da", "no"}, {"cs", "sk"})  # lines of one are easily taken for the other: no ad carries both


@dataclass(frozen=True)
class Part:
    """One language of a text.

    Attributes:
        code: ISO 639-1.
        share: of the characters of all lines whose language is known.
        spans: (start, end) of its lines in the text; neighbouring lines are one span.
    """

    code: str
    share: float
    spans: tuple[tuple[int, int], ...]


@lru_cache(maxsize=1)
def _small_words() -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray]:
    """Languages (Chinese last), and a hash table from a packed word to the bits of its languages."""
    import yaml

    lists = yaml.safe_load(files(__package__).joinpath("data", "small_words.yaml").read_text("utf-8"))
    bits: dict[int, int] = {}
    for column, words in enumerate(lists.values()):
        for word in {word for word in words.split() if len(word) <= _LONGEST}:
            key = 0
            for letter in word[-_LETTERS:]:
                key = key << _BITS | ord(letter)
            key |= len(word) << (_BITS * _LETTERS)
            bits[key] = bits.get(key, 0) | 1 << column
    keys = np.array(sorted(bits), np.int64)
    slots, hashed = hash_table(keys)
    return (*lists, "zh"), slots, hashed, np.array([bits[key] for key in keys.tolist()], np.int64)


def parts(texts: Sequence[str]) -> list[tuple[Part, ...]]:
    """The languages of each text, the largest share first; empty where there is one language only, or none is known."""
    codes, bounds = encode(texts)
    languages, slots, keys, bits = _small_words()
    lines = np.empty((int((codes == 10).sum()) + len(codes) // _LONG_LINE + len(texts), 4), np.int32)
    count = _lines(codes, bounds, CHARACTERS, slots, keys, bits, len(languages), lines)
    found: list[tuple[Part, ...]] = [()] * len(texts)
    if not count:
        return found
    known = lines[:count]
    owners, starts = np.unique(known[:, 0], return_index=True)
    several = np.minimum.reduceat(known[:, 3], starts) != np.maximum.reduceat(known[:, 3], starts)
    ends = np.append(starts[1:], count)
    for index in np.flatnonzero(several):
        found[owners[index]] = _parts(known[starts[index] : ends[index], 1:].tolist(), languages)
    return found


def _parts(lines: list[list[int]], languages: tuple[str, ...]) -> tuple[Part, ...]:
    letters: dict[int, int] = {}
    for start, end, language in lines:
        letters[language] = letters.get(language, 0) + end - start
    total = sum(letters.values())
    kept = {one for one, size in letters.items() if size >= LEAST_LETTERS and size >= total * LEAST_SHARE}
    for alike in _ALIKE:
        rivals = sorted((one for one in kept if languages[one] in alike), key=lambda one: -letters[one])
        kept -= set(rivals[1:])
    if len(kept) < 2:
        return ()
    spans: dict[int, list[tuple[int, int]]] = {language: [] for language in kept}
    before = None
    for start, end, language in lines:
        if language not in kept:
            continue
        if language == before:
            start = spans[language].pop()[0]
        spans[language].append((start, end))
        before = language
    found = [Part(languages[one], round(letters[one] / total, 3), tuple(spans[one])) for one in kept]
    return tuple(sorted(found, key=lambda part: (-part.share, part.code)))


@numba.njit(cache=True, nogil=True)
def _lines(codes, bounds, characters, slots, keys, bits, languages, lines):  # type: ignore[no-untyped-def]
    """Rows (text, start, end, language) of the lines whose language is clear; returns their number."""
    count = 0
    said = np.zeros(languages, np.int64)
    for item in range(len(bounds) - 1):
        start, stop = bounds[item], bounds[item + 1]
        key, size = np.int64(0), 0
        for at in range(start, stop + 1):
            code = codes[at] if at < stop else 10
            kind = characters[0, code] if code < 65_536 else OUTSIDE
            if kind == LETTER:
                key = (key << _BITS | (np.int64(characters[1, code]) & _LETTER_MASK)) & _KEY_MASK
                size += 1
                continue
            if kind == ALONE:
                said[languages - 1] += 1
            elif 0 < size <= _LONGEST:
                _count_word(key | np.int64(size) << (_BITS * _LETTERS), slots, keys, bits, said)
            key, size = np.int64(0), 0
            long_line = code == 46 and at - start >= _LONG_LINE and at + 1 < stop and codes[at + 1] == 32
            if code == 10 or long_line:
                best = said.argmax()
                most = said[best]
                said[best] = 0
                if most >= _FEWEST and most >= said.max() * _LEAD:
                    lines[count, 0], lines[count, 3] = item, best
                    lines[count, 1], lines[count, 2] = start - bounds[item], at - bounds[item]
                    count += 1
                said[:] = 0
                start = at + 1
    return count


@numba.njit(cache=True, nogil=True, inline="always")
def _count_word(key, slots, keys, bits, said):  # type: ignore[no-untyped-def]
    """Add one for each language that has this small word."""
    mask = np.uint64(len(slots) - 1)
    place = ((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & mask
    while slots[place] != 0:
        if keys[place] == key:
            meant = bits[slots[place] - 1]
            for language in range(len(said) - 1):
                said[language] += (meant >> language) & 1
            break
        place = (place + np.uint64(1)) & mask
