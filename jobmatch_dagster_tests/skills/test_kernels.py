"""The compiled kernels give what plain Python gives, on any text."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobmatch_dagster.skills import chain, columns, matcher, phrases, reading
from jobmatch_dagster.skills.concepts import KINDS
from jobmatch_dagster.skills.tokens import Tokens, cut, encode
from jobmatch_dagster_tests.skills import plain

PHRASES = (
    "go", "go to market", "C++", "c#", ".NET", "asp.net", "node js", "rest", "R", "R&D", "CI/CD", "master's degree",
    "machine learning", "learning", "learning management system", "design of databases", "<n> years", "web <n>",
    "python", "python development", "développement web", "a b c d e f g h i j", "的",
)  # fmt: skip
ARTICLES = ("the", "a", "le")
_WORDS = sorted({word for phrase in PHRASES for word in phrase.replace("<n>", "7").split()}) + list(ARTICLES)
_SIGNS = [*" \n\t.,;:/&'’-–—+#()[]•·!?…|_\u00a0\u200b\u00ad\u0301\ufeff\x00", "\r\n", " \n- ", ". ", " . "]
_ODD = st.characters(codec=None) | st.sampled_from("éÉßŁıİſﬁＰ①²٣Ⅷ的熟ไ한ア😀👩\u200d\ud800\U0010ffff")
TEXTS = st.lists(st.sampled_from(_WORDS) | st.sampled_from(_SIGNS) | st.just(" ") | _ODD, max_size=60).map("".join)
EVERY = settings(max_examples=150, deadline=None)


@pytest.fixture(scope="module")
def table() -> phrases.PhraseTable:
    return phrases.build(PHRASES, np.arange(len(PHRASES), dtype=np.int32))


def found(text: str, table: phrases.PhraseTable) -> list[tuple[int, int, int]]:
    """(first token, token after the last, phrase number) in one text, by the kernels."""
    tokens = cut(*encode([text]))
    n = len(tokens.start)
    room = matcher.new_candidates(4 * n + 16)
    infos, words = np.zeros(n, np.uint64), np.zeros(n, np.int32)
    articles = cut(*encode([f"{word}\n" for word in ARTICLES])).hash
    roles = np.isin(tokens.hash, articles).astype(np.uint8)
    phrases.recognise(0, n, tokens.hash, table, infos, words, table, infos, words)
    k = phrases.walk(0, n, tokens, roles, 1, table, infos, room)
    columns = (room.start[:k].tolist(), room.end[:k].tolist(), room.form[:k].tolist())
    return list(zip(*columns, strict=True))


@EVERY
@given(st.lists(TEXTS, max_size=4))
def test_texts_are_cut_into_the_same_words_alone_and_in_company(texts: list[str]) -> None:
    tokens = cut(*encode(texts))
    base = np.concatenate(([0], np.cumsum([len(text) for text in texts])))
    for d, text in enumerate(texts):
        expected = plain.words(text)
        lo, hi = tokens.first[d], tokens.first[d + 1]
        assert (tokens.start[lo:hi] - base[d]).tolist() == [word.start for word in expected]
        assert (tokens.end[lo:hi] - base[d]).tolist() == [word.end for word in expected]
        assert tokens.gap[lo:hi].tolist() == [word.gap for word in expected]
        assert tokens.shape[lo:hi].tolist() == [word.shape for word in expected]
        folded = [word.folded for word in expected]
        same = dict(zip(tokens.hash[lo:hi].tolist(), folded, strict=True))
        assert [same[value] for value in tokens.hash[lo:hi].tolist()] == folded
        assert len(same) == len(set(folded))


@EVERY
@given(TEXTS)
def test_the_same_phrases_are_found(table: phrases.PhraseTable, text: str) -> None:
    known = {plain.phrase(phrase): n for n, phrase in reversed(list(enumerate(PHRASES)))}
    expected = plain.find(plain.words(text), known, set(ARTICLES), phrases.FURTHEST)
    assert found(text, table) == [(s, e, known[phrase]) for s, e, phrase in expected]


@pytest.mark.parametrize(
    "text",
    ["", "a" * 100_000, "the " * 20_000, "go to the " * 10_000, "\u0301" * 5_000, "😀" * 5_000, "R&" * 9_000 + "D"],
    ids=["empty", "one word", "articles", "beginnings", "marks", "emoji", "signs"],
)
def test_the_same_phrases_are_found_in_huge_texts(table: phrases.PhraseTable, text: str) -> None:
    known = {plain.phrase(phrase): n for n, phrase in enumerate(PHRASES)}
    expected = plain.find(plain.words(text), known, set(ARTICLES), phrases.FURTHEST)
    assert found(text, table) == [(s, e, known[phrase]) for s, e, phrase in expected]


def test_a_table_with_more_numbers_than_it_has_bits_for_is_refused() -> None:
    with pytest.raises(phrases.TooManyPhrasesError):
        phrases.build(["go"], np.array([phrases.MOST_NUMBERS], np.int32))


_SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6), st.integers(0, 3)), max_size=25)


@EVERY
@given(_SPANS)
def test_of_overlapping_forms_the_same_ones_are_chosen(drawn: list[tuple[int, int, int]]) -> None:
    spans = sorted({(s, s + length): form for s, length, form in drawn}.items())
    kinds = np.array([KINDS.index(kind) for kind in ("tool", "knowledge", "skill", "licence")], np.uint8)
    skills = np.arange(4, dtype=np.int32)
    forms = matcher.Forms(skills, *(np.zeros(4, np.uint8),) * 2, kinds, *(np.zeros(4, np.uint8),) * 2)
    room = matcher.new_candidates(len(spans))
    for m, ((s, e), form) in enumerate(spans):
        room.start[m], room.end[m], room.form[m], room.sure[m] = s, e, form, 1
    notes = matcher.new_notes(20, len(spans))
    matcher.choose(len(spans), room, 0, forms, False, notes)

    def nests(outer: int, inner: int) -> bool:
        one, other = spans[outer][1], spans[inner][1]
        return one in (1, 2) and other == 0

    assert room.picked.tolist() == plain.choose([span for span, _ in spans], nests)
    assert (notes.owner == -1).all()


class OneUnit(NamedTuple):
    first: np.ndarray


_SCORE = st.floats(-30, 30)


@EVERY
@given(
    st.lists(st.tuples(_SCORE, _SCORE), min_size=1, max_size=7), st.lists(st.floats(0.01, 90), min_size=9, max_size=9)
)
def test_the_tagger_gives_the_probabilities_that_all_sequences_add_up_to(
    scores: list[tuple[float, float]], weights: list[float]
) -> None:
    sheet, n = chain.new_sheet(), len(scores)
    rows = slice(chain.GAP, chain.GAP + n)
    sheet.begin[rows], sheet.inside[rows] = np.array(scores).T
    chain.exponential(chain.GAP + n, sheet.begin, sheet.power)
    chain.exponential(chain.GAP + n, sheet.inside, sheet.power)
    transition = np.array(weights, np.float32).reshape(3, 3)
    p = np.empty((n, 3))
    chain.recur(chain.GAP, n, transition, sheet)
    chain.combine(chain.GAP, n, 0, sheet, p)
    pairs = {(i, j): float(transition[i, j]) for i, j in itertools.product(range(3), repeat=2)}
    odds = [(float(np.exp(b)), float(np.exp(i)), 1.0) for b, i in scores]
    assert p == pytest.approx(np.array(plain.marginals(odds, pairs)), rel=1e-9, abs=1e-12)


def test_probabilities_stay_numbers_in_the_longest_unit_with_the_strongest_words() -> None:
    sheet, n = chain.new_sheet(), reading.LONGEST_UNIT
    transition = np.full((3, 3), 90, np.float32)
    for sign in (1.0, -1.0):
        sheet.begin[:], sheet.inside[:] = sign * 1e6, sign * 1e6
        chain.exponential(chain.GAP + n, sheet.begin, sheet.power)
        chain.exponential(chain.GAP + n, sheet.inside, sheet.power)
        p = np.empty((n, 3))
        chain.recur(chain.GAP, n, transition, sheet)
        chain.combine(chain.GAP, n, 0, sheet, p)
        assert p.sum(axis=1) == pytest.approx(np.ones(n))


@EVERY
@given(st.lists(TEXTS, max_size=8))
def test_stretches_of_code_points_become_the_same_strings(texts: list[str]) -> None:
    codes, bounds = encode(texts)
    column = columns.strings(codes, bounds[:-1], bounds[1:])
    column.validate(full=True)
    assert column.to_pylist() == ["".join("\ufffd" if is_surrogate(c) else c for c in text) for text in texts]


def is_surrogate(char: str) -> bool:
    return "\ud800" <= char <= "\udfff"


def test_words_beyond_the_last_one_have_a_gap() -> None:
    tokens: Tokens = cut(*encode(["go", "go to"]))
    assert (len(tokens.gap), tokens.gap[-1]) == (len(tokens.start) + 1, 16)
