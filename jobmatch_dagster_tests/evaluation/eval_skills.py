"""How well skills are found, linked and read: SkillSpan's dev halves, ESCO validation sentences, and sentences of our
own.

SkillSpan counts spans, strict and overlapping; the ESCO sets count linked concepts per sentence; the own set counts
spans and the requirement of those that were found.
"""

from __future__ import annotations

import csv
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SHARED = Path(os.environ.get("JOBMATCH_SHARED") or Path(__file__).resolve().parents[3] / "shared")
GOLD = Path(__file__).parent / "gold" / "skills.tsv"
Span = tuple[int, int]
_MARK = re.compile(r"\[\[([^\]=]+)(?:=(\w+))?\]\]")


def run() -> dict[str, Any]:
    """The tables; the public sets only where they are."""
    columns = ["set", "what", "precision", "recall", "F1", "overlap F1", "gold"]
    rows = own_rows()
    folder = SHARED / "data" / "skills"
    if folder.is_dir():
        for path in sorted(folder.glob("skillspan_*_dev.conll")):
            rows += span_rows(path)
        for path in sorted(folder.glob("*_annotations.csv")):
            rows.append(linked_row(path))
    return {
        "name": "skills",
        "tables": [{"title": "Skills found and linked", "columns": columns, "rows": rows}],
        "skipped": None if folder.is_dir() else f"the public sets: {folder} is not there",
    }


def own_sentences() -> Iterator[tuple[str, str, str, dict[Span, str]]]:
    """Language, occupation, sentence without its marks, and requirement by span."""
    for line in GOLD.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        language, occupation, marked = line.split("\t")
        text, spans, at = "", {}, 0
        for mark in _MARK.finditer(marked):
            text += marked[at : mark.start()]
            spans[len(text), len(text) + len(mark[1])] = mark[2] or "required"
            text += mark[1]
            at = mark.end()
        yield language, occupation, text + marked[at:], spans


def own_rows() -> list[list[Any]]:
    """Spans of the own set by language, and how often the requirement is right where the span was found."""
    from jobmatch_dagster.skills.extractor import extract

    sentences = list(own_sentences())
    found = _by_text(extract([text for _, _, text, _ in sentences], kind="posting"), len(sentences))
    rows: list[list[Any]] = []
    for language in [*dict.fromkeys(language for language, *_ in sentences), None]:
        pairs, right, met = [], 0, 0
        for (spoken, _, _, gold), mentions in zip(sentences, found, strict=True):
            if language in (spoken, None):
                pairs.append(({(m["start"], m["end"]) for m in mentions}, set(gold)))
                read = {(m["start"], m["end"]): m["requirement"] for m in mentions}
                met += len(read.keys() & gold.keys())
                right += sum(read[span] == gold[span] for span in read.keys() & gold.keys())
        rows.append(["our own sentences", language or "all languages", *_scores(pairs)])
        rows.append(
            [
                "our own sentences",
                f"requirement, {language or 'all languages'}",
                _part(right, met),
                None,
                None,
                None,
                met,
            ]
        )
    return rows


def span_rows(path: Path) -> list[list[Any]]:
    """Spans of a SkillSpan file: knowledge alone, and skill or knowledge. Predictions are all mentions."""
    from jobmatch_dagster.skills.extractor import extract

    texts, places, gold = [], [], []
    for words in _conll(path):
        ends = [0]
        for word, *_ in words:
            ends.append(ends[-1] + len(word) + 1)
        texts.append(" ".join(word for word, *_ in words))
        places.append([(ends[i], ends[i + 1] - 1) for i in range(len(words))])
        gold.append((_bio([w[1] for w in words]), _bio([w[2] for w in words])))
    predicted: list[set[Span]] = []
    for mentions, words_at in zip(_by_text(extract(texts, kind="posting"), len(texts)), places, strict=True):
        spans = set()
        for m in mentions:
            inside = [i for i, (a, b) in enumerate(words_at) if a < m["end"] and b > m["start"]]
            spans.add((inside[0], inside[-1] + 1))
        predicted.append(spans)
    knowledge = [(p, k) for p, (_, k) in zip(predicted, gold, strict=True)]
    either = [(p, s | k) for p, (s, k) in zip(predicted, gold, strict=True)]
    return [[path.stem, "knowledge", *_scores(knowledge)], [path.stem, "skill or knowledge", *_scores(either)]]


def linked_row(path: Path) -> list[Any]:
    """ESCO labels per sentence, among the sentences that have one."""
    from jobmatch_dagster.skills.extractor import extract

    gold: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            labels = gold.setdefault(row["sentence"], set())
            if row["label"] and row["label"] not in ("LABEL NOT PRESENT", "UNDERSPECIFIED"):
                labels.add(_folded(row["label"]))
    found = _by_text(extract(list(gold), kind="posting"), len(gold))
    pairs = [
        ({_folded(m["label"]) for m in mentions if m["esco_uri"]}, labels)
        for mentions, labels in zip(found, gold.values(), strict=True)
        if labels
    ]
    tp, fp, fn = (sum(map(len, sides)) for sides in zip(*((p & g, p - g, g - p) for p, g in pairs), strict=True))
    return [path.stem, "linked to ESCO", *_prf(tp, fp, fn), None, tp + fn]


def _conll(path: Path) -> Iterator[list[list[str]]]:
    words: list[list[str]] = []
    for line in [*path.read_text("utf-8").splitlines(), ""]:
        parts = line.split("\t")
        if len(parts) >= 3:
            words.append(parts[:3])
        elif words:
            yield words
            words = []


def _bio(tags: list[str]) -> set[Span]:
    out, start = set(), None
    for i, tag in enumerate([*tags, "O"]):
        if start is not None and tag[0] in "OB":
            out.add((start, i))
            start = None
        if tag[0] == "B":
            start = i
    return out


def _by_text(table: Any, n: int) -> list[list[dict[str, Any]]]:
    out: list[list[dict[str, Any]]] = [[] for _ in range(n)]
    for mention in table.to_pylist():
        out[mention["row"]].append(mention)
    return out


def _scores(pairs: list[tuple[set[Span], set[Span]]]) -> list[Any]:
    tp = sum(len(p & g) for p, g in pairs)
    predicted, true = sum(len(p) for p, _ in pairs), sum(len(g) for _, g in pairs)
    near_p = sum(any(a < d and b > c for c, d in g) for p, g in pairs for a, b in p)
    near_r = sum(any(a < d and b > c for c, d in p) for p, g in pairs for a, b in g)
    precision, recall = near_p / max(1, predicted), near_r / max(1, true)
    overlap = round(2 * precision * recall / max(1e-9, precision + recall), 3)
    return [*_prf(tp, predicted - tp, true - tp), overlap, true]


def _prf(tp: int, fp: int, fn: int) -> list[float]:
    return [_part(tp, tp + fp), _part(tp, tp + fn), _part(2 * tp, 2 * tp + fp + fn)]


def _part(some: int, whole: int) -> float:
    return round(some / whole, 3) if whole else 0.0


def _folded(label: str) -> str:
    text = unicodedata.normalize("NFKC", label).casefold()
    return " ".join(re.sub(r"[^\w+#.]+", " ", text).split()).strip(". ")


if __name__ == "__main__":
    for row in run()["tables"][0]["rows"]:
        print(*row, sep="\t")
