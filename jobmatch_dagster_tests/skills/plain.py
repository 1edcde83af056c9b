"""What the kernels of the skills room do, in plain Python and as written in their docstrings: slow, short, and sharing
no code with them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from jobmatch_dagster.skills.characters import SIZE, CharClass, load
from jobmatch_dagster.skills.tokens import Gap, Shape

_WORDLIKE = (CharClass.LOWER, CharClass.UPPER, CharClass.DIGIT)
_KINDS = {Gap.NONE: 0, Gap.SPACE: 0, Gap.HYPHEN: 0, Gap.DOT: 0, Gap.SLASH: 1, Gap.AMPERSAND: 2, Gap.APOSTROPHE: 3}
_GAPS = {
    CharClass.MARK: Gap.NONE,
    CharClass.STOP: Gap.SENTENCE,
    CharClass.BULLET: Gap.PARAGRAPH,
    CharClass.DASH: Gap.OTHER,
    CharClass.PLUS: Gap.OTHER,
    CharClass.SHARP: Gap.OTHER,
}
ANY_NUMBER = "<n>"
Step = tuple[int, str]
Phrase = tuple[Step, ...]
"""Words of a phrase, each with the kind of gap before it."""


class Word(NamedTuple):
    """A word of a text: offsets, folded characters, what stands before it, how it is written."""

    start: int
    end: int
    folded: str
    gap: Gap
    shape: Shape


def char_class(char: str) -> CharClass:
    """Class of a character; everything beyond the tables is OTHER."""
    return CharClass(int(load().classes[ord(char)])) if ord(char) < SIZE else CharClass.OTHER


def words(text: str) -> list[Word]:
    """The words of a text."""
    kinds = [char_class(char) for char in text]
    out: list[Word] = []
    i, between = 0, ""
    while i < len(text):
        leads = (
            kinds[i] == CharClass.DOT
            and kinds[i + 1 : i + 2] in ([CharClass.LOWER], [CharClass.UPPER])
            and (between != "" or not out)
            and _widest(between, not out) not in (Gap.NONE, Gap.DOT)
        )
        if not (leads or kinds[i] in _WORDLIKE or kinds[i] == CharClass.IDEOGRAPH):
            between += text[i]
            i += 1
            continue
        end = _word_end(text, kinds, i)
        out.append(Word(i, end, _folded(text[i:end]), _gap(between, not out), _shape(text[i:end])))
        i, between = end, ""
    return out


def _word_end(text: str, kinds: Sequence[CharClass], begin: int) -> int:
    if kinds[begin] == CharClass.IDEOGRAPH:
        return begin + 1
    end = begin + 1
    while end < len(text) and kinds[end] in (*_WORDLIKE, CharClass.MARK):
        end += 1
    signs = end
    while signs < len(text) and text[signs] in "+#":
        signs += 1
    letter = signs < len(text) and kinds[signs] in (CharClass.LOWER, CharClass.UPPER)
    return end if letter or signs - end > 2 else signs


def _folded(word: str) -> str:
    folds = load().folds
    plain = [char for char in word if char_class(char) != CharClass.MARK]
    return "".join(chr(folds[ord(c)]) if char_class(c) in _WORDLIKE else c for c in plain)


def _shape(word: str) -> Shape:
    kinds = [char_class(char) for char in word.lstrip(".")]
    capitals = kinds.count(CharClass.UPPER)
    if not capitals:
        return Shape.NUMBER if CharClass.DIGIT in kinds and CharClass.LOWER not in kinds else Shape.LOWER
    if CharClass.LOWER not in kinds:
        return Shape.UPPER
    return Shape.CAPITAL if capitals == 1 and kinds[0] == CharClass.UPPER else Shape.MIXED


def _widest(between: str, at_beginning: bool) -> Gap:
    """The largest of what stands between two words, character by character."""
    if at_beginning:
        return Gap.TEXT
    widest, newline = Gap.NONE, False
    for char in between:
        kind = char_class(char)
        newline = newline or kind == CharClass.NEWLINE
        gap = _GAPS.get(kind) if kind in _GAPS else Gap.__members__.get(kind.name, Gap.OTHER)
        if kind == CharClass.BULLET and not newline:
            gap = Gap.OTHER
        elif newline and kind in (CharClass.HYPHEN, CharClass.DASH):
            gap = Gap.PARAGRAPH
        widest = max(widest, gap or Gap.NONE)
    return widest


def _gap(between: str, at_beginning: bool) -> Gap:
    gap = _widest(between, at_beginning)
    kinds = [char_class(char) for char in between]
    newlines, spaces = kinds.count(CharClass.NEWLINE), CharClass.SPACE in kinds
    if gap == Gap.TEXT:
        return gap
    if newlines > 1:
        return Gap.PARAGRAPH
    if CharClass.DOT in kinds and gap < Gap.SENTENCE and spaces:
        return Gap.SENTENCE
    if gap == Gap.HYPHEN and spaces:
        return Gap.PARAGRAPH if newlines else Gap.OTHER
    return Gap.PARAGRAPH if newlines and gap != Gap.NEWLINE else gap


def phrase(text: str) -> Phrase:
    """A phrase as ``find`` looks for it; ``<n>`` stands for any number."""
    marked = text.replace(ANY_NUMBER, "0")
    numbers = iter([part == ANY_NUMBER for part in text.split()])
    parts = [Word(w.start, w.end, ANY_NUMBER if next(numbers, False) else w.folded, *w[3:]) for w in words(marked)]
    return tuple((0 if n == 0 else _KINDS[w.gap], w.folded) for n, w in enumerate(parts))


def find(tokens: Sequence[Word], phrases: Iterable[Phrase], articles: set[str], furthest: int) -> list[tuple]:
    """(first word, word after the last, phrase) of every phrase in a text, by first word and then by length."""
    whole = set(phrases)
    beginnings = {one[:n] for one in whole for n in range(1, len(one) + 1)}
    out = []
    for t, first in enumerate(tokens):
        said: Phrase = ((0, first.folded),)
        if said in whole:
            out.append((t, t + 1, said))
        for u in range(t + 1, min(len(tokens), t + furthest)):
            word = tokens[u]
            kind = _KINDS.get(word.gap)
            if kind is None and word.gap == Gap.NEWLINE and word.shape == Shape.LOWER:
                kind = 0
            if kind is None or said not in beginnings:
                break
            ways = [word.folded, ANY_NUMBER] if word.shape == Shape.NUMBER else [word.folded]
            ahead = [(*said, (kind, way)) for way in ways]
            longer = next((one for one in ahead if one in beginnings), None)
            if longer is None:
                if kind != 0 or word.folded not in articles:
                    break
                continue
            said = longer
            if said in whole:
                out.append((t, u + 1, said))
    return out


def choose(spans: Sequence[tuple[int, int]], nests: Callable[[int, int], bool]) -> list[int]:
    """1 taken, 2 kept inside a longer one, 0 dropped, for spans in the order of the text."""
    taken: dict[int, int] = {}
    out = [0] * len(spans)
    for m in sorted(range(len(spans)), key=lambda m: (spans[m][0] - spans[m][1], m)):
        owners = {taken.get(t) for t in range(*spans[m])}
        if owners == {None}:
            out[m] = 1
            taken |= dict.fromkeys(range(*spans[m]), m)
        elif len(owners) == 1 and nests(owners.pop() or 0, m):
            out[m] = 2
    return out


def marginals(odds: Sequence[Sequence[float]], transition: Mapping[tuple[int, int], float]) -> list[list[float]]:
    """Probability of each tag at each place, by summing over all sequences of tags; the first is never tag 1.

    Args:
        odds: per place, the weight of each tag.
        transition: weight of each pair of tags.
    """
    sums = [[0.0] * 3 for _ in odds]
    for tags in itertools.product(range(3), repeat=len(odds)):
        if tags[0] == 1:
            continue
        weight = 1.0
        for n, tag in enumerate(tags):
            weight *= odds[n][tag] * (transition[tags[n - 1], tag] if n else 1.0)
        for n, tag in enumerate(tags):
            sums[n][tag] += weight
    return [[value / sum(row) for value in row] for row in sums]
