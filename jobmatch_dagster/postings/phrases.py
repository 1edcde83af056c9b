"""All word lists found in all texts in one pass: which phrase of which list stands where. What that means, the
readers decide.

A text is read as words (a Chinese or Japanese character, a currency sign and a run of digits are words of their own);
case, the kind of
white space and hyphens between the words of a phrase do not matter, sentence ends do. Phrases are found by the hash
of their words,
so that the cost does not grow with the lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numba
import numpy as np

from jobmatch_dagster.postings.characters import ALONE, CHARACTERS, DIGIT, OUTSIDE, encode
from jobmatch_dagster.postings.words import load

LONGEST = 9  # words of a phrase
_MAX_WORDS = 400_000
_SEED = np.uint64(0xCBF29CE484222325)


# What a list's phrases are good for: by themselves, only beside a digit, or only as context near one of the former.
ALWAYS, BESIDE_DIGIT, CONTEXT = 0, 1, 2
_CONTEXT_OF = {
    "pay": ("money", "thousands"), "not_pay": ("money", "thousands"), "gross": ("money", "thousands"),
    "experience": ("years",), "not_asked": ("years",), "degree_asked": ("degree",), "not_degree": ("degree",),
    "not_level": ("level",),
}  # fmt: skip
_AS_WRITTEN = ("degree", "lives_in")  # lists in which a phrase with capitals counts only with these capitals
NEAR = 260  # characters within which context counts
# running text names others'
_TITLES_ONLY = frozenset({"level", "not_level", "aide", "type_in_title", "not_type", "remote_in_place", "not_remote"})


class Hit(NamedTuple):
    """A phrase in a text: where, and what its list calls it (a level, a degree, a currency …)."""

    start: int
    end: int
    label: str


Hits = dict[str, list[Hit]]
Meaning = tuple[str, str, frozenset[str] | None]  # list, label, and how it must be written if that matters


def _lists() -> Iterator[tuple[str, str, list[Any]]]:
    """(list, label, phrases) of everything that is looked for in texts."""
    seniority, employment, education = load("seniority"), load("employment"), load("education")
    remote, salary, experience, currencies = load("remote"), load("salary"), load("experience"), load("currencies")
    yield from (("level", label, phrases) for label, phrases in seniority["levels"].items())
    yield "not_level", "", seniority["not_levels"]
    yield "aide", "", seniority["aides"]
    yield from (("type_in_title", label, phrases) for label, phrases in employment["in_title"].items())
    yield "not_type", "", employment["not_types"]
    yield from (("type_in_text", label, phrases) for label, phrases in employment["in_text"].items())
    yield from (("degree", label, phrases) for label, phrases in education["degrees"].items())
    yield "degree_asked", "", education["asks"]
    yield "not_degree", "", education["not_degrees"]
    yield from (("remote_in_place", label, phrases) for label, phrases in remote["in_place"].items())
    yield from (("remote_in_text", label, phrases) for label, phrases in remote["in_text"].items())
    yield "must_live", "", remote["must_live"]
    yield "time_zone", "", remote["time_zone_words"]
    yield from (("lives_in", code, phrases) for code, phrases in remote["lives_in"].items())
    yield "not_remote", "", remote["not_in_title"]
    yield "deadline", "", [*load("dates")["deadline"], *load("dates")["deadline_labels"]]
    yield "years", "year", experience["years"]
    yield "years", "month", experience["months"]
    yield from (("years", f"={count}", words) for count, words in experience["whole_words"].items())
    yield "experience", "", experience["experience"]
    yield "not_asked", "", experience["not_asked"]
    yield "pay", "", salary["labels"]
    yield "not_pay", "", salary["not_pay"]
    yield "gross", "gross", salary["gross"]
    yield "gross", "net", salary["net"]
    yield from (("money", code, [code, *e["signs"], *e["words"]]) for code, e in currencies["codes"].items())
    yield from (("money", sign, [sign]) for sign in currencies["shared"])
    yield "thousands", "", salary["thousands"]


def _spelled(phrase: str) -> list[str]:
    """The words of a phrase, as the kernel reads them."""
    words: list[str] = []
    before = OUTSIDE
    for character in phrase:
        code = ord(character)
        kind = int(CHARACTERS[0, code]) if code < 65_536 else OUTSIDE
        lower = chr(int(CHARACTERS[1, code])) if code < 65_536 else character
        if kind != OUTSIDE:
            if kind == before and kind != ALONE:
                words[-1] += lower
            else:
                words.append(lower)
        before = kind
    return words


def _hash_word(word: str) -> int:
    value = int(_SEED)
    for character in word:
        value = ((value ^ ord(character)) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def _use(name: str, words: tuple[str, ...]) -> int:
    if name in _CONTEXT_OF:
        return CONTEXT
    # short words for years ("an", "rok", "yr") are words of other languages, too
    beside_digit = name in ("money", "thousands") or (
        name == "years" and len(words[0]) <= 3 and ord(words[0][0]) < 0x3000
    )
    return BESIDE_DIGIT if beside_digit else ALWAYS


class _Phrases:
    """The hash table of all phrases and of their beginnings."""

    def __init__(self) -> None:
        meanings: dict[tuple[str, ...], dict[tuple[str, str], set[str]]] = {}
        for name, label, phrases in _lists():
            for phrase in map(str, phrases):
                words = tuple(_spelled(phrase))
                if 0 < len(words) <= LONGEST:
                    # a phrase with capitals counts only as it is written: MS is a degree, ms is not
                    exact = {phrase} if name in _AS_WRITTEN and phrase != phrase.lower() else {""}
                    meanings.setdefault(words, {}).setdefault((name, label), set()).update(exact)
        self.meanings: list[list[Meaning]] = [
            [(name, label, frozenset(forms) if "" not in forms else None) for (name, label), forms in entry.items()]
            for entry in meanings.values()
        ]
        uses = [min(_use(name, words) for name, _ in entry) for words, entry in meanings.items()]
        self.uses = np.array([CONTEXT, *uses], np.int8)
        self.links, self.links_in_ads = _links(self.meanings, self.uses)
        entries: dict[int, int] = {}
        for number, words in enumerate(meanings, 1):
            value = 0
            for count, word in enumerate(words, 1):
                value = ((value ^ _hash_word(word)) * 0xFF51AFD7ED558CCD) & 0xFFFFFFFFFFFFFFFF
                value ^= value >> 33
                entries[value] = number if count == len(words) else entries.get(value, 0)
        size = 1 << (3 * len(entries)).bit_length()
        self.keys, self.values = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
        for value, number in entries.items():
            place = value & (size - 1)
            while self.values[place] >= 0:
                place = (place + 1) & (size - 1)
            self.keys[place], self.values[place] = value, number


def _links(meanings: list[list[Meaning]], uses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bits that tie context to what it is context of, per entry, shape (entries + 1,): for any text, where all context
    belongs to all else, and for running text of ads, where 0 says that the entry is not looked for."""
    bits = {
        name: 1 << number for number, name in enumerate(sorted({n for names in _CONTEXT_OF.values() for n in names}))
    }
    other = 1 << len(bits)
    any_text = np.full(len(uses), 2 * other - 1, np.int32)
    ads = np.zeros(len(uses), np.int32)
    for entry, listed in enumerate(meanings, 1):
        for name, _, _ in listed:
            if name in _TITLES_ONLY:
                continue
            if uses[entry] != CONTEXT:
                ads[entry] |= bits.get(name, other)
            for anchor in _CONTEXT_OF.get(name, ()) if uses[entry] == CONTEXT else ():
                ads[entry] |= bits[anchor]
    return any_text, ads


@lru_cache(maxsize=1)
def _phrases() -> _Phrases:
    return _Phrases()


def find(texts: Sequence[str], *, ads: bool = False) -> list[Hits]:
    """The phrases in each text, by list, in the order of where they begin.

    Args:
        texts: titles, lines or descriptions.
        ads: the texts are descriptions. The lists that are for titles are passed over, and context is kept only near
            what it is context of: words for pay near money, words for experience near years.
    """
    phrases = _phrases()
    links = phrases.links_in_ads if ads else phrases.links
    codes, bounds = encode(texts)
    capacity = len(codes) // 4 + 64 * len(texts) + 64
    while True:
        found = np.empty((capacity, 4), np.int32)
        count = _find(codes, bounds, CHARACTERS, phrases.keys, phrases.values, phrases.uses, links, found)
        if count <= capacity:
            break
        capacity = count
    result: list[Hits] = [{} for _ in texts]
    for item, start, end, entry in found[:count].tolist():
        hits = result[item]
        for name, label, forms in phrases.meanings[entry - 1]:
            if forms is None or _as_written(texts[item], start, end, forms):
                hit = tuple.__new__(Hit, (start, end, label))  # half the time of Hit(…), and there are dozens a text
                if name in hits:
                    hits[name].append(hit)
                else:
                    hits[name] = [hit]
    return result


def _as_written(text: str, start: int, end: int, forms: frozenset[str]) -> bool:
    return any(text.startswith(form, start) or form.rstrip(".") == text[start:end] for form in forms)


@numba.njit(cache=True, nogil=True)
def _words(codes, start, end, characters, firsts, lasts, hashes):  # type: ignore[no-untyped-def]
    """Bounds and hashes of the words of one text; returns their number."""
    count, before, value = 0, OUTSIDE, _SEED
    for at in range(start, end):
        code = codes[at]
        kind = characters[0, code] if code < 65_536 else OUTSIDE
        if before != OUTSIDE and (kind != before or kind == ALONE):
            hashes[count], lasts[count] = value, at
            count += 1
            before = OUTSIDE
            if count >= len(hashes) - 1:
                return count
        if kind != OUTSIDE:
            if before == OUTSIDE:
                firsts[count], value = at, _SEED
            value = (value ^ np.uint64(characters[1, code])) * np.uint64(0x100000001B3)
        before = kind
    if before != OUTSIDE:
        hashes[count], lasts[count] = value, end
        count += 1
    return count


# space, hyphens, apostrophes, slash, asterisk, per cent, ampersand, plus, degree, underscore
_INSIDE = (32, 45, 39, 0x2019, 0xB4, 47, 42, 37, 38, 43, 0x2011, 0x2010, 0xBA, 95)


@numba.njit(cache=True, nogil=True, inline="always")
def _joined(codes, first, second):  # type: ignore[no-untyped-def]
    """True if what stands between two words may stand inside a phrase: nothing, a space, a hyphen, an abbreviation's
    point."""
    if second - first > 3:
        return False
    for at in range(first, second):
        code = codes[at]
        if code == 46:  # a point ends a sentence unless a word follows at once or the word before was short
            if at + 1 < second and not (at >= 2 and (codes[at - 2] == 32 or codes[at - 2] == 46)):
                return False
        elif code not in _INSIDE:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _find(codes, bounds, characters, keys, values, uses, links, found):  # type: ignore[no-untyped-def]
    """Rows (text, start, end, entry) of all phrases; returns how many there are, also where they did not fit."""
    count = 0
    mask = np.uint64(len(keys) - 1)
    room = min(_MAX_WORDS, len(codes) + 2)
    firsts, lasts, hashes = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint64)
    for item in range(len(bounds) - 1):
        begin = count
        words = _words(codes, bounds[item], bounds[item + 1], characters, firsts, lasts, hashes)
        for first in range(words):
            value = np.uint64(0)
            for last in range(first, min(first + LONGEST, words)):
                if last > first and not _joined(codes, lasts[last - 1], firsts[last]):
                    break
                value = (value ^ hashes[last]) * np.uint64(0xFF51AFD7ED558CCD)
                value ^= value >> np.uint64(33)
                place = value & mask
                while values[place] >= 0 and keys[place] != value:
                    place = (place + np.uint64(1)) & mask
                if values[place] < 0:
                    break
                if values[place] > 0 and links[values[place]]:
                    use = uses[values[place]]
                    if use == BESIDE_DIGIT and not _digit_near(
                        codes, bounds[item], bounds[item + 1], firsts[first], lasts[last], characters
                    ):
                        continue
                    if count < len(found):
                        found[count, 0], found[count, 3] = item, values[place]
                        found[count, 1], found[count, 2] = firsts[first] - bounds[item], lasts[last] - bounds[item]
                    count += 1
        if count <= len(found):
            count = _context_near(found, begin, count, uses, links)
    return count


@numba.njit(cache=True, nogil=True, inline="always")
def _digit_near(codes, start, end, first, last, characters):  # type: ignore[no-untyped-def]
    """True if a digit stands within a few characters before or behind."""
    for at in range(max(start, first - 10), min(end, last + 5)):
        code = codes[at]
        if (at < first or at >= last) and code < 65_536 and characters[0, code] == DIGIT:
            return True
    return False


@numba.njit(cache=True, nogil=True)
def _context_near(found, begin, count, uses, links):  # type: ignore[no-untyped-def]
    """Drop the context of one text that is far from everything it could be context of; returns the new number of
    rows."""
    kept = begin
    for row in range(begin, count):
        start, entry = found[row, 1], found[row, 3]
        near = uses[entry] != CONTEXT
        other = kept - 1
        while not near and other >= begin and start - found[other, 1] <= NEAR:
            near = uses[found[other, 3]] != CONTEXT and links[found[other, 3]] & links[entry] != 0
            other -= 1
        other = row + 1
        while not near and other < count and found[other, 1] - start <= NEAR:
            near = uses[found[other, 3]] != CONTEXT and links[found[other, 3]] & links[entry] != 0
            other += 1
        if near:
            found[kept] = found[row]
            kept += 1
    return kept
