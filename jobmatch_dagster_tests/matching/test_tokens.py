"""Words, terms and TF-IDF from text."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from jobmatch_dagster.matching import lexicon, tokens

VOCABULARY = ["nurse", "größe", "straße", "c3po", "żółw", "data", "ab", "b2b", "snake_case", "łódź"]
TEXT = st.lists(
    st.sampled_from([*VOCABULARY, "DATA", "Größe", "2024", "x", "", "-", "\n", "🦄", "’", "́", "other"]), max_size=30
).map(" ".join) | st.text(max_size=40)


def counted(text: str, words: list[str], buckets: int = 0) -> dict[int, int]:
    table = tokens.table(tokens.hash_words(words), np.arange(len(words), dtype=np.int32))
    _, ids, counts = tokens.count_terms(pa.array([text]), *table, len(words), buckets)
    return dict(zip(ids.tolist(), counts.tolist(), strict=True))


@settings(max_examples=80, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=6))
def test_tfidf_has_the_values_of_scikit_learn(texts: list[str]) -> None:
    plain = TfidfVectorizer(sublinear_tf=True, vocabulary=VOCABULARY)
    plain.fit(["nurse data", "data größe żółw", "ab b2b"])
    expected = plain.transform(texts).toarray()
    table = tokens.table(tokens.hash_words(VOCABULARY), np.arange(len(VOCABULARY), dtype=np.int32))
    indptr, ids, counts = tokens.count_terms(pa.array(texts), *table, len(VOCABULARY), 0, strip_plural=False)
    ours = np.zeros_like(expected)
    rows = np.repeat(np.arange(len(texts)), np.diff(indptr))
    ours[rows, ids] = lexicon.tfidf(indptr, ids, counts, plain.idf_)
    np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-14)


def test_numbers_alone_are_no_terms_so_no_year_or_age_is_read() -> None:
    assert counted("1987 42 2015", ["1987", "42", "2015"], buckets=64) == {}


def test_chinese_text_is_read_in_pairs_of_characters() -> None:
    assert counted("数据工程师", ["数据", "据工", "工程", "程师"]) == {0: 1, 1: 1, 2: 1, 3: 1}


def test_latin_and_chinese_next_to_each_other_are_both_read() -> None:
    assert counted("熟悉Python开发", ["熟悉", "python", "开发"]) == {0: 1, 1: 1, 2: 1}


def test_an_unknown_plural_counts_as_its_singular() -> None:
    assert counted("pipelines Pipeline", ["pipeline"]) == {0: 2}


def test_unknown_words_fall_into_buckets_after_the_known_terms() -> None:
    terms = counted("nurse zorblax zorblax", ["nurse"], buckets=1000)
    assert terms.pop(0) == 1
    assert list(terms.values()) == [2]
    assert min(terms) >= 1


def test_many_words_over_many_texts_are_counted_as_a_plain_count_does() -> None:
    dice = random.Random(2)
    words = [f"w{number:05d}x" for number in range(40_000)]
    texts = [[dice.choice(words) for _ in range(dice.choice([0, 5, 2000]))] for _ in range(60)]
    table = tokens.table(tokens.hash_words(words), np.arange(len(words), dtype=np.int32))
    indptr, ids, counts = tokens.count_terms(pa.array([" ".join(own) for own in texts]), *table, len(words), 0)
    for own, (first, last) in zip(texts, itertools.pairwise(indptr), strict=True):
        expected = Counter(int(word[1:-1]) for word in own)
        assert list(zip(ids[first:last].tolist(), counts[first:last].tolist(), strict=True)) == list(expected.items())


@pytest.mark.parametrize("slice_from", [0, 1, 2])
def test_a_slice_of_a_column_is_read_from_its_own_start(slice_from: int) -> None:
    texts = pa.array(["nurse", "data data", "nurse data"]).slice(slice_from)
    table = tokens.table(tokens.hash_words(["nurse", "data"]), np.arange(2, dtype=np.int32))
    indptr, ids, counts = tokens.count_terms(texts, *table, 2, 0)
    whole = [[(0, 1)], [(1, 2)], [(0, 1), (1, 1)]]
    got = [list(zip(ids[a:b].tolist(), counts[a:b].tolist(), strict=True)) for a, b in itertools.pairwise(indptr)]
    assert got == whole[slice_from:]


def test_bytes_that_are_no_utf8_do_not_break_the_reading() -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 8], np.int32)), pa.py_buffer(b"data\xff ab")]
    )
    table = tokens.table(tokens.hash_words(["data", "ab"]), np.arange(2, dtype=np.int32))
    assert tokens.count_terms(broken, *table, 2, 0)[1].tolist() == [0, 1]
