"""The language of a short text in Latin letters, such as a job title: naive Bayes over the n-grams of its words.

langdetect draws n-grams at random and reads words in capitals as noise, which costs it every third title. Here all
n-grams of
one to five letters count, in lower case. Their probabilities come from three sources, each smoothed by the one
before: langdetect's
own profiles, ordinary words, and words of job titles (``data/``).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files

import numba
import numpy as np
import xxhash

from jobmatch_dagster.postings.cache import cached_arrays
from jobmatch_dagster.postings.characters import encode
from jobmatch_dagster.postings.language.tables import CODE_BITS, hash_table, tables

LANGUAGES = (
    "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt", "lv", "nl", "no", "pl", "pt",
    "ro", "sk", "sl",     "sv", "tr", "vi",
)  # fmt: skip
_DATA = ("title_words.jsonl", "own_words.yaml")
LONGEST = 5
_MOST = 2_000  # characters that are read
_BITS = 12  # code points of Latin letters fit in 12 bits, so that five fit in one key
_SMOOTHING = 6000.0  # how many n-grams a source must have before it outweighs the one below it
_UNSEEN = 1e-5
_PROFILE_SHARE = 0.9
# Long n-grams overlap with the short ones inside them; the weights keep one letter from counting five times.
_WEIGHTS = (0.0, 0.2, 0.4, 0.6, 0.6, 0.4)
# How common a language is among advertisements, roughly. It matters for a word or two and is outweighed by any longer
# title.
_PRIOR = {
    "en": 0.30, "de": 0.10, "fr": 0.10, "es": 0.08, "it": 0.06, "nl": 0.06, "pl": 0.05, "pt": 0.05, "sv": 0.03,
    "da": 0.015, "no": 0.015, "hu": 0.015, "cs": 0.015, "ro": 0.01,
}  # fmt: skip
_RARE = 0.004
_PRIOR_WEIGHT = 0.5
# n-grams of one word are not independent: without this the probability is too sure of itself. Chosen so that of the
# answers given with a probability p a share p is right (the evaluation prints the table).
_SHARPNESS = 0.16
_DOUBT = 1e-5  # how likely a word is to come from any other language: a name, a loan word
_TABLE_VERSION = 3
# "Chemiker/Chemikerin", "Pfleger*in": this way to name both genders is German, whatever the word
_GERMAN_PAIR = re.compile(
    r"\b([\w-]{4,}?)\w{0,2}\s?/\s?-?\1\w{0,2}in(?:nen)?\b"
    r"|\w{4,}(?:/-?|[*:_])in(?:nen)?\b(?! (?:office|person|house|store|home)\b)|\w{4,}\(in\)|\w{4,}Innen\b"
)
_GERMAN_BONUS = 12.0


def classify(texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """The likeliest language of each short text, and its probability under the model, shape (texts,)."""
    table = _table()
    texts = [text[:_MOST] for text in texts]
    codes, bounds = encode([f" {text.lower()} " for text in texts])
    scores = _scores(codes, bounds, table["slots"], table["keys"], table["logs"], _log_prior(), _SHARPNESS, _DOUBT)
    scores[[bool(_GERMAN_PAIR.search(text)) for text in texts], LANGUAGES.index("de")] += _GERMAN_BONUS
    best = scores.argmax(axis=1)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return [LANGUAGES[index] for index in best], 1.0 / shares.sum(axis=1)


def _log_prior() -> np.ndarray:
    return _PRIOR_WEIGHT * np.log(np.array([_PRIOR.get(code, _RARE) for code in LANGUAGES]))


@lru_cache(maxsize=1)
def _table() -> dict[str, np.ndarray]:
    folder = files(__package__).joinpath("data")
    content = b"".join(folder.joinpath(name).read_bytes() for name in _DATA)
    mark = xxhash.xxh3_64_hexdigest(content)
    return cached_arrays(f"titles-{version('langdetect')}-{mark}-{_TABLE_VERSION}", _build)


def _words() -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """Words of titles, and ordinary words, with their counts, by language."""
    import yaml

    folder = files(__package__).joinpath("data")
    titles: dict[str, Counter[str]] = {code: Counter() for code in LANGUAGES}
    ordinary: dict[str, Counter[str]] = {code: Counter() for code in LANGUAGES}
    for line in folder.joinpath("title_words.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        code = {"bs": "hr"}.get(row["language"], row["language"])
        if code in titles:
            for word in row["titles"].split():
                name, _, count = word.partition(":")
                titles[code][name] += int(count or 1)
            ordinary[code].update(row["ordinary"].split())
    for code, words in yaml.safe_load(folder.joinpath("own_words.yaml").read_text("utf-8")).items():
        for word in words.split():
            titles[code][word] += 2
    return titles, ordinary


def _grams(sources: dict[str, Counter[str]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Packed n-grams of the words of each language, the column of the language, and how often; with repeats."""
    parts = []
    for column, code in enumerate(LANGUAGES):
        words = [word for word in sources[code] if max(word) < chr(1 << _BITS)]
        codes, bounds = encode([f" {word} " for word in words])
        counts = np.array([sources[code][word] for word in words], np.float64)
        keys, owners = _packed_grams(codes, bounds)
        parts.append((keys, np.full(len(keys), column), counts[owners]))
    keys, columns, counts = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return keys, columns, counts


def _profiles() -> tuple[np.ndarray, np.ndarray]:
    """langdetect's Latin n-grams in lower case, packed, and their probabilities in our languages."""
    table = tables()
    filled = np.flatnonzero(table.slots)
    keys, rows = table.keys[filled], table.slots[filled] - 1
    letters = np.stack([(keys >> shift) & ((1 << CODE_BITS) - 1) for shift in (2 * CODE_BITS, CODE_BITS, 0)])
    lower = (letters < 0x250) & ~((letters >= ord("A")) & (letters <= ord("Z")))
    usable = lower.all(axis=0) & (keys != ord(" "))
    packed = (letters[0] << 2 * _BITS) | (letters[1] << _BITS) | letters[2]
    columns = [table.languages.index(code) for code in LANGUAGES]
    return packed[usable], table.probabilities[rows[usable]][:, columns]


def _build() -> dict[str, np.ndarray]:
    titles, ordinary = (_grams(source) for source in _words())
    profile_keys, profile_chances = _profiles()
    grams = np.unique(np.concatenate([profile_keys, titles[0], ordinary[0]]))
    lengths = np.sum([grams >= 1 << _BITS * length for length in range(LONGEST)], axis=0)
    chances = np.full((len(grams), len(LANGUAGES)), _UNSEEN)
    chances[lengths < 3] *= 3.0
    chances[np.searchsorted(grams, profile_keys)] += _PROFILE_SHARE * profile_chances
    for keys, columns, times in (ordinary, titles):
        counts = np.zeros_like(chances)
        np.add.at(counts, (np.searchsorted(grams, keys), columns), times)
        for length in range(1, LONGEST + 1):
            at = lengths == length
            chances[at] = (counts[at] + _SMOOTHING * chances[at]) / (counts[at].sum(axis=0) + _SMOOTHING)
    logs = np.log(chances) * np.array(_WEIGHTS)[lengths][:, None]
    slots, hashed = hash_table(grams)
    return {"slots": slots, "keys": hashed, "logs": logs.astype(np.float32)}


@numba.njit(cache=True, nogil=True)
def _packed_grams(codes, bounds):  # type: ignore[no-untyped-def]
    """All n-grams of padded words as packed keys, with the number of their word."""
    keys, owners = np.empty(len(codes) * LONGEST, np.int64), np.empty(len(codes) * LONGEST, np.int64)
    found = 0
    for word in range(len(bounds) - 1):
        for first in range(bounds[word], bounds[word + 1]):
            key = np.int64(0)
            for last in range(first, min(first + LONGEST, bounds[word + 1])):
                key = (key << _BITS) | codes[last]
                if key != 32:
                    keys[found], owners[found] = key, word
                    found += 1
    return keys[:found], owners[:found]


@numba.njit(cache=True, nogil=True)
def _scores(codes, bounds, slots, keys, logs, prior, sharpness, doubt):  # type: ignore[no-untyped-def]
    """Log-probability of each text in each language, not normalised. Shape (texts, languages)."""
    count, languages = len(bounds) - 1, logs.shape[1]
    result, word = np.empty((count, languages)), np.zeros(languages)
    mask = np.uint64(len(slots) - 1)
    for item in range(count):
        result[item] = prior
        size = 0
        window = np.zeros(LONGEST, np.int64)
        for at in range(bounds[item], bounds[item + 1]):
            code = np.int64(codes[at])
            letter = 97 <= code <= 122 or (0xDF <= code < 0x250 and code != 0xF7)
            if not letter:
                if size == 0 or window[LONGEST - 1] == 32:
                    continue
                code = np.int64(32)
            elif size == 0 or window[LONGEST - 1] == 32:
                window[LONGEST - 1] = 32  # a word begins: n-grams never reach into the word before
                size = 1
            for index in range(LONGEST - 1):
                window[index] = window[index + 1]
            window[LONGEST - 1] = code
            size = min(size + 1, LONGEST)
            key, shift = np.int64(0), 0
            for length in range(1, size + 1):
                key |= window[LONGEST - length] << shift
                shift += _BITS
                if length == 1 and code == 32:
                    continue
                place = ((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)) & mask
                while slots[place] != 0:
                    if keys[place] == key:
                        row = slots[place] - 1
                        for language in range(languages):
                            word[language] += logs[row, language]
                        break
                    place = (place + np.uint64(1)) & mask
            if code == 32:
                _add_word(word, result[item], sharpness, doubt)
        if size and window[LONGEST - 1] != 32:
            _add_word(word, result[item], sharpness, doubt)
    return result


@numba.njit(cache=True, nogil=True, inline="always")
def _add_word(word, result, sharpness, doubt):  # type: ignore[no-untyped-def]
    """Add what one word says to the text's score, and clear it: no word can rule a language out."""
    best = word.max()
    for language in range(len(word)):
        result[language] += np.log(np.exp((word[language] - best) * sharpness) + doubt)
        word[language] = 0.0
