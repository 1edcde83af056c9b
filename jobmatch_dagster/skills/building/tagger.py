"""Makes ``data/tagger.npz``: trains the tagger on the training halves of SkillSpan (MIT licence), knowledge spans.

The sentences stay where they are; only weights are written, and only of words that the taxonomy or the list of common
words has anyway. Trained by L-BFGS on the likelihood of a linear-chain conditional random field.

Run: ``python -m jobmatch_dagster.skills.building.tagger FOLDER`` with the folder of ``skillspan_*_train.conll``; with
``--check`` nothing is written, and the whole extractor is scored on folds that its weights have not seen: that is how
PENALTY and BARS were chosen, for a precision of about .64 on advertisements for technical jobs. Needs
``python-crfsuite`` beside the project's own packages.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from jobmatch_dagster.skills import characters, engine, tagger, taxonomy
from jobmatch_dagster.skills.building.sources import DATA
from jobmatch_dagster.skills.extractor import extract
from jobmatch_dagster.skills.tokens import Tokens, cut, encode

PENALTY = 0.5
"""Coefficient of the squared weights."""
ROUNDS = 120
BARS = tagger.Bars(
    part=np.array([0.0, 0.0, 0.0, 0.3, 0.3, 0.7]),
    whole=np.array([0.0, 0.0, 0.0, 0.48, 0.48, 0.5]),
    least=np.array([0.0, 0.0, 0.0, 0.0, 0.02, 0.0]),
    admit=np.array([0.75]),
    candidate=np.array([0.9, 0.7]),
    widen=np.array([0.7]),
)
FOLDS, BLOCK = 4, 60
"""Sentences are held out in blocks: neighbours come from the same advertisement."""
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


def observations(
    codes: np.ndarray, tokens: Tokens, loaded: taxonomy.Taxonomy
) -> tuple[list[list[str]], list[slice], list[int]]:
    """The features of each token as strings, the tokens of each unit, and the sentence of each unit."""
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
    sentence_of = np.searchsorted(tokens.first, unit_first, side="right") - 1
    return out, [slice(*unit) for unit in pairwise([*unit_first.tolist(), len(out)])], sentence_of.tolist()


def train(rows: list[list[str]], tags: list[str], units: Iterable[slice]) -> Any:
    """Fit the weights to these units; returns crfsuite's view of the model."""
    import pycrfsuite  # type: ignore[import-not-found]

    trainer = pycrfsuite.Trainer(verbose=False)
    for unit in units:
        trainer.append(rows[unit], tags[unit])
    trainer.set_params({"c1": 0.0, "c2": PENALTY, "max_iterations": ROUNDS, "feature.possible_transitions": True})
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.crf")
        trainer.train(path)
        model = pycrfsuite.Tagger()
        model.open(path)
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


def kept(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The weights as they are shipped: in half precision, with the bars."""
    small = {n: v if n.endswith("hash") or n == "transition" else v.astype(np.float16) for n, v in weights.items()}
    return small | {f"bar_{name}": bar for name, bar in BARS._asdict().items()}


def check(path: Path, paths: list[Path]) -> str:
    """Strict precision, recall and F1 of the extractor's mentions against the knowledge spans of one file, each
    sentence read with weights that were trained without its block."""
    loaded, offset = taxonomy.load(), 0
    codes, tokens, tags = tagged(paths)
    rows, units, sentence_of = observations(codes, tokens, loaded)
    for other in paths[: paths.index(path)]:
        offset += sum(1 for _ in sentences(other))
    hits = predicted = gold = 0
    for fold in range(FOLDS):
        seen = [unit for unit, sentence in zip(units, sentence_of, strict=True) if sentence // BLOCK % FOLDS != fold]
        own = taxonomy.Taxonomy(loaded.version, loaded.skills, loaded.arrays)
        vars(own)["model"] = tagger.of_arrays(kept(arrays(train(rows, tags, seen))))
        held = [words for n, words in enumerate(sentences(path), offset) if n // BLOCK % FOLDS == fold]
        for words, found in zip(held, spans_found(held, own), strict=True):
            true = marked(words)
            hits, predicted, gold = hits + len(found & true), predicted + len(found), gold + len(true)
    precision, recall = hits / predicted, hits / gold
    return f"P {precision:.3f} R {recall:.3f} F1 {2 * precision * recall / (precision + recall):.3f}"


def marked(words: list[list[str]]) -> set[tuple[int, int]]:
    """Knowledge spans of a sentence: first word, word after the last."""
    tags = [row[KNOWLEDGE_COLUMN][0] for row in words]
    starts = [n for n, tag in enumerate(tags) if tag == "B"]
    return {(n, next((m for m in range(n + 1, len(tags)) if tags[m] != "I"), len(tags))) for n in starts}


def spans_found(held: list[list[list[str]]], loaded: taxonomy.Taxonomy) -> list[set[tuple[int, int]]]:
    """The extractor's mentions in each sentence, as spans of words."""
    mentions = extract([" ".join(row[0] for row in words) for words in held], kind="posting", taxonomy=loaded)
    out: list[set[tuple[int, int]]] = [set() for _ in held]
    ends = [np.cumsum([len(row[0]) + 1 for row in words]) for words in held]
    for row, start, end in zip(*(mentions[name].to_pylist() for name in ("row", "start", "end")), strict=True):
        first, last = np.searchsorted(ends[row], (start, end - 1), side="right").tolist()
        out[row].add((first, last + 1))
    return out


def main() -> None:
    """Train and write the weights, or check the settings."""
    folder, *rest = sys.argv[1:]
    paths = sorted(Path(folder).glob("skillspan_*_train.conll"))
    if "--check" in rest:
        for path in paths:
            print(path.stem, check(path, paths))
        return
    codes, tokens, tags = tagged(paths)
    rows, units, _ = observations(codes, tokens, taxonomy.load())
    weights = arrays(train(rows, tags, units))
    path = DATA / "tagger.npz"
    np.savez_compressed(path, **kept(weights))  # type: ignore[arg-type]
    counts = f"{len(weights['word'])} words, {len(weights['affix'])} affixes"
    print(f"{path.name}: {counts}, {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
