"""langdetect's profiles, character rules and seeded random stream as arrays, made once and kept in the cache folder.

Everything here is taken from the installed ``langdetect`` and from Python's own ``random``: no figure of ours.
Profiles are
read in the order of their names, because rounding, and with it a tie, depends on the order and a folder's order differs
between machines.
"""

from __future__ import annotations

import json
import math
import random
import sys
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import numba
import numpy as np

from jobmatch_dagster.postings.cache import cached_arrays

CODE_BITS = 21  # a code point fits in 21 bits, so three of them fit in one 64-bit key
STREAM_WORDS = 65_536
_TABLE_VERSION = 1


@dataclass(frozen=True)
class Tables:
    """What the kernels need.

    Attributes:
        languages: langdetect's codes in the order of the columns of ``probabilities``.
        slots: open-addressing hash table, key of an n-gram → row + 1; 0 is free. Shape (2**bits,).
        keys: the n-gram of each slot, three code points packed into 63 bits.
        probabilities: P(n-gram | language), float64, shape (n-grams, languages).
        normal: langdetect's normal form of each code point below 65,536; above it is the identity.
        upper: 1 where ``str.isupper`` holds, per code point below 131,072.
        latin_additional: 1 in the block Latin Extended Additional.
        words: the 32-bit output words of Python's generator after ``seed(0)``.
        gauss: the pair of normal deviates made of the four words that begin at each position, shape (words, 2).
    """

    languages: tuple[str, ...]
    slots: np.ndarray
    keys: np.ndarray
    probabilities: np.ndarray
    normal: np.ndarray
    upper: np.ndarray
    words: np.ndarray
    gauss: np.ndarray


def _profiles() -> tuple[list[str], dict[str, list[float]]]:
    from langdetect.detector_factory import PROFILES_DIRECTORY

    paths = sorted(path for path in Path(PROFILES_DIRECTORY).iterdir() if path.is_file() and path.name[0] != ".")
    found: dict[str, list[float]] = {}
    names = []
    for index, path in enumerate(paths):
        profile = json.loads(path.read_text(encoding="utf-8"))
        names.append(profile["name"])
        for gram, count in profile["freq"].items():
            row = found.setdefault(gram, [0.0] * len(paths))
            if 1 <= len(gram) <= 3:
                row[index] = 1.0 * count / profile["n_words"][len(gram) - 1]
    return names, found


def pack(gram: str) -> int:
    """Up to three characters as one integer."""
    key = 0
    for character in gram:
        key = (key << CODE_BITS) | ord(character)
    return key


@numba.njit(cache=True, nogil=True)
def hash_table(keys):  # type: ignore[no-untyped-def]
    """Open addressing with Fibonacci hashing: slots (row + 1 of a key, 0 is free) and the key of each slot."""
    size = 1024
    while size < 2 * len(keys):
        size *= 2
    slots, hashed = np.zeros(size, np.int32), np.zeros(size, np.int64)
    mask = np.uint64(size - 1)
    for row in range(len(keys)):
        place = ((np.uint64(keys[row]) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & mask
        while slots[place] != 0:
            place = (place + np.uint64(1)) & mask
        slots[place], hashed[place] = row + 1, keys[row]
    return slots, hashed


def _characters() -> tuple[np.ndarray, np.ndarray]:
    from langdetect.utils.ngram import NGram

    normal = np.arange(65_536, dtype=np.int32)
    for code in range(65_536):
        if not 0xD800 <= code < 0xE000:
            normal[code] = ord(NGram.normalize(chr(code)))
    upper = np.fromiter((chr(code).isupper() for code in range(131_072)), np.uint8, 131_072)
    return normal, upper


def _random_stream() -> tuple[np.ndarray, np.ndarray]:
    source = random.Random(0)
    words = [source.getrandbits(32) for _ in range(STREAM_WORDS + 4)]
    gauss = np.empty((STREAM_WORDS, 2))
    for start in range(STREAM_WORDS):
        a, b, c, d = words[start : start + 4]
        # random.Random.random(): 53 bits out of two words; random.Random.gauss(): Box-Muller, in this order
        first = ((a >> 5) * 67108864.0 + (b >> 6)) * (1.0 / 9007199254740992.0)
        second = ((c >> 5) * 67108864.0 + (d >> 6)) * (1.0 / 9007199254740992.0)
        angle, radius = first * (2.0 * math.pi), math.sqrt(-2.0 * math.log(1.0 - second))
        gauss[start] = math.cos(angle) * radius, math.sin(angle) * radius
    return np.array(words[:STREAM_WORDS], np.uint32), gauss


def _build() -> dict[str, np.ndarray]:
    names, found = _profiles()
    grams = list(found)
    slots, keys = hash_table(np.array([pack(gram) for gram in grams], np.int64))
    normal, upper = _characters()
    words, gauss = _random_stream()
    return {
        "languages": np.array(names),
        "slots": slots,
        "keys": keys,
        "probabilities": np.array([found[gram] for gram in grams]),
        "normal": normal,
        "upper": upper,
        "words": words,
        "gauss": gauss,
    }


@lru_cache(maxsize=1)
def tables() -> Tables:
    """The tables, from the cache folder if they are there for these versions, else built (about two seconds) and
    kept."""
    name = f"langdetect-{version('langdetect')}-py{sys.version_info[0]}.{sys.version_info[1]}-{_TABLE_VERSION}"
    arrays = cached_arrays(name, _build)
    return Tables(tuple(str(code) for code in arrays.pop("languages")), **arrays)
