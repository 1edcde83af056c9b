"""Makes ``data/tagger.npz``: trains the tagger on the training halves of SkillSpan (MIT licence), knowledge spans.

The sentences stay where they are; only weights are written, and only of words that the taxonomy or the list of common
words has anyway. Trained by L-BFGS on the likelihood of a linear-chain conditional random field.

Run: ``python -m jobmatch_dagster.skills.building.tagger FOLDER`` with the folder of ``skillspan_*_train.conll``; needs
``python-crfsuite`` beside the project's own packages.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from jobmatch_dagster.skills import characters, engine, tagger, taxonomy
from jobmatch_dagster.skills.building.sources import DATA
from jobmatch_dagster.skills.tokens import Tokens, cut, encode

PENALTY = 0.5
"""Coefficient of the squared weights."""
ROUNDS = 120
TAGS = ("B", "I", "O")
KNOWLEDGE_COLUMN = 2


def sentences(path: Path) -> Iterator[list[list[str]]]:
    """Sentences of a CoNLL file as lists of [word, skill tag, knowledge tag]."""
    words: list[list[str]] = []
    for line in path.read_text("utf-8").splitlines():
        parts = line.split("\t")
        if len(parts) >= 3:
            words.append(parts[:3])
        elif words:
            yield words
            words = []
    if words:
        yield words


def tagged(paths: list[Path]) -> tuple[np.ndarray, Tokens, list[str]]:
    """Code points and tokens of all sentences, and the tag of each token."""
    texts, marks = [], []
    for path in paths:
        for words in sentences(path):
            texts.append(" ".join(word for word, *_ in words))
            ends = np.cumsum([len(word) + 1 for word, *_ in words])
            marks.append((ends, [tags[KNOWLEDGE_COLUMN - 1] for _, *tags in words]))
    codes, bounds = encode(texts)
    tokens = cut(codes, bounds)
    out: list[str] = []
    for d, (ends, tags) in enumerate(marks):
        lo, hi = tokens.first[d], tokens.first[d + 1]
        before = -1
        for place in np.searchsorted(ends, tokens.start[lo:hi] - bounds[d], side="right").tolist():
            tag = tags[place][0]
            starts = tag == "B" and place != before
            out.append("O" if tag == "O" else "B" if starts or not out or out[-1] == "O" else "I")
            before = place
    return codes, tokens, out


def observations(codes: np.ndarray, tokens: Tokens, loaded: taxonomy.Taxonomy) -> tuple[list[list[str]], np.ndarray]:
    """The features of each token as strings, and the first token of each unit."""
    words, lex, cue, unit_first = engine.observe(tokens, loaded)
    known = tagger.WordFeatures(*(loaded.arrays[f"word_{name}"] for name in tagger.WordFeatures._fields))
    affixes = tagger.all_affixes(codes, tokens.start, tokens.end, characters.load().folds)
    ends = [*unit_first[1:].tolist(), len(tokens.start)]
    out: list[list[str]] = []
    for first, last in zip(unit_first.tolist(), ends, strict=True):
        length, density = tagger.unit_codes(first, last, first, lex[first:last])
        for t in range(first, last):
            row = ["bias", f"length {length}", f"density {density}", f"cue {cue[t]}"]
            row += ["first"] if t == first else []
            for d in range(tagger.OFFSETS):
                v = t + d - 2
                if not first <= v < last:
                    row.append(f"edge {d}")
                    continue
                w = int(words[v])
                row += [f"shape {tokens.shape[v]} {d}", f"zipf {known.zipf[w] if w >= 0 else 0} {d}"]
                row += [f"word {known.hash[w]} {d}"] if w >= 0 else []
                if 1 <= d <= 3:
                    row.append(f"lex {lex[v]} {d - 1}")
                    row += [f"affix {affix} {d - 1}" for affix in affixes[v].tolist() if affix]
                    levels = known.uses[w].tolist() if w >= 0 else [0] * len(tagger.USES)
                    row += [f"use {use} {level} {d - 1}" for use, level in enumerate(levels)]
            out.append(row)
    return out, unit_first


def train(rows: list[list[str]], tags: list[str], unit_first: np.ndarray, path: Path) -> Any:
    """Fit the weights; returns crfsuite's view of the model."""
    import pycrfsuite  # type: ignore[import-not-found]

    trainer = pycrfsuite.Trainer(verbose=False)
    ends = [*unit_first[1:].tolist(), len(tags)]
    for first, last in zip(unit_first.tolist(), ends, strict=True):
        trainer.append(rows[first:last], tags[first:last])
    trainer.set_params({"c1": 0.0, "c2": PENALTY, "max_iterations": ROUNDS, "feature.possible_transitions": True})
    trainer.train(str(path))
    model = pycrfsuite.Tagger()
    model.open(str(path))
    return model.info()


def arrays(info: Any) -> dict[str, np.ndarray]:
    """The weights in the layout of ``tagger.Model``."""
    named: dict[str, dict[int, np.ndarray]] = {"word": {}, "affix": {}}
    out = {
        "shape": np.zeros((5, tagger.OFFSETS, 3)),
        "zipf": np.zeros((tagger.ZIPF_BINS, tagger.OFFSETS, 3)),
        "use": np.zeros((len(tagger.USES), tagger.LEVELS, tagger.NEAR, 3)),
        "lex": np.zeros((tagger.LEX_CODES, tagger.NEAR, 3)),
        "length": np.zeros((tagger.LENGTH_BINS, 3)),
        "density": np.zeros((tagger.DENSITY_BINS, 3)),
        "first": np.zeros(3),
        "cue": np.zeros((tagger.CUE_CODES, 3)),
        "edge": np.zeros((tagger.OFFSETS, 3)),
        "bias": np.zeros(3),
    }
    for (feature, tag), weight in info.state_features.items():
        name, *place = feature.split(" ")
        at = tuple(int(part) for part in place)
        if name in named:
            width = tagger.OFFSETS if name == "word" else tagger.NEAR
            named[name].setdefault(at[0], np.zeros((width, 3)))[at[1], TAGS.index(tag)] = weight
        else:
            out[name][(*at, TAGS.index(tag))] = weight
    for name, weights in named.items():
        hashes = sorted(weights)
        out[f"{name}_hash"] = np.array(hashes, np.uint64)
        out[name] = np.array([weights[value] for value in hashes])
    transition = np.zeros((3, 3))
    for (one, other), weight in info.transitions.items():
        transition[TAGS.index(one), TAGS.index(other)] = weight
    out["transition"] = np.exp(transition)
    return {name: value if name.endswith("hash") else value.astype(np.float32) for name, value in out.items()}


def main() -> None:
    """Train and write the weights."""
    folder = Path(sys.argv[1])
    paths = sorted(folder.glob("skillspan_*_train.conll"))
    codes, tokens, tags = tagged(paths)
    rows, unit_first = observations(codes, tokens, taxonomy.load())
    path = DATA / "tagger.npz"
    weights = arrays(train(rows, tags, unit_first, path.with_suffix(".crf")))
    path.with_suffix(".crf").unlink()
    small = {n: v if n.endswith("hash") or n == "transition" else v.astype(np.float16) for n, v in weights.items()}
    np.savez_compressed(path, **small)  # type: ignore[arg-type]
    counts = f"{len(weights['word'])} words, {len(weights['affix'])} affixes"
    print(f"{path.name}: {counts}, {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
