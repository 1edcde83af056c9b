"""First step of learning ``data/words.npz``: a teacher kept on disk, least squares, a small student of titles."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch.nn import functional

from jobmatch_dagster.matching.building.encoder import Encoder

SHARPNESS = 20.0  # of the softmax over ESCO's skills
PULL, ROUNDS = 0.3, 20  # ridge towards the words' own vectors; rounds of conjugate gradients
FIRST_SHARE = 0.6
HIDDEN, EPOCHS, BATCH, NET_RATE, VECTOR_RATE = 256, 6, 512, 3e-3, 2e-3
KEPT_AT_ONCE = 5_000  # texts


class Teacher:
    """MiniLM; every text is encoded once and kept on disk, so that a run that was cut off goes on where it was."""

    def __init__(self, folder: Path, work: Path) -> None:
        self._folder, self._work = folder, work
        self._encoder: Encoder | None = None

    def __call__(self, texts: list[str]) -> NDArray[np.float32]:
        """Unit vectors of the texts, one row each."""
        blocks = [texts[start : start + KEPT_AT_ONCE] for start in range(0, len(texts), KEPT_AT_ONCE)]
        return np.vstack([self._block(block) for block in blocks])

    def _block(self, texts: list[str]) -> NDArray[np.float32]:
        name = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
        path = self._work / f"minilm-{name}.npy"
        if not path.is_file():
            self._encoder = self._encoder or Encoder(self._folder)
            np.save(path, self._encoder.encode(texts).astype(np.float16))
        return np.load(path).astype(np.float32)


def unit(rows: NDArray) -> NDArray:
    """Rows scaled to length 1."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def first_vectors(
    teacher: Teacher,
    words: list[str],
    terms: NDArray[np.int64],
    frequency: NDArray[np.float64],
    counts: sp.csr_matrix,
    texts: list[str],
    width: int,
) -> NDArray[np.float32]:
    """Vectors of terms whose mean over a text comes near the teacher's vector of the text.

    Args:
        words, terms, frequency: English words, the term of each, and how common it is.
        counts: texts × terms.
        texts: labels and titles.
        width: dimensions kept (the principal ones of the texts).
    """
    goal = teacher(texts)
    middle = goal.mean(axis=0)
    own = sp.csr_matrix((frequency + 1e-9, (terms, np.arange(len(words)))), shape=(counts.shape[1], len(words)))
    own = own @ (teacher(words) - middle) / np.maximum(np.asarray(own.sum(axis=1)), 1e-12)
    means = sp.diags(1 / np.maximum(np.asarray(counts.sum(axis=1)).ravel(), 1)) @ counts
    start = FIRST_SHARE * own
    vectors, rest = start.copy(), means.T @ (goal - middle - means @ start)
    way, size = rest.copy(), (rest**2).sum(axis=0)
    for _ in range(ROUNDS):
        step = means.T @ (means @ way) + PULL * way
        length = size / np.maximum((way * step).sum(axis=0), 1e-12)
        vectors += length * way
        rest -= length * step
        size, before = (rest**2).sum(axis=0), size
        way = rest + size / np.maximum(before, 1e-12) * way
    axes = np.linalg.svd(unit(counts[::8] @ vectors), full_matrices=False)[2][:width]
    return np.asarray(vectors @ axes.T, np.float32)


def title_places(teacher: Teacher, titles: list[str], skills: list[str], width: int) -> NDArray[np.float32]:
    """Where each title belongs: the teacher's vector beside the sum of its nearest skills, in their principal axes."""
    own, near = torch.tensor(teacher(titles)), torch.tensor(teacher(skills))
    usual = (own[::10] @ near.T).mean(0)
    out = []
    for block in own.split(2048):
        likeness = block @ near.T - usual
        weight = torch.exp(SHARPNESS * (likeness - likeness.max(1, keepdim=True)[0]))
        out.append(functional.normalize(functional.normalize(weight, dim=1) @ near, dim=1))
    both = torch.hstack([own, torch.vstack(out)]).numpy() / np.sqrt(2)
    both -= both.mean(axis=0)
    axes = np.linalg.svd(both[::6], full_matrices=False)[2][:width]
    return np.asarray(both @ axes.T, np.float32)


def student(
    counts: sp.csr_matrix, targets: NDArray[np.float32], vectors: NDArray[np.float32], seed: int = 0
) -> tuple[NDArray[np.float32], dict[str, NDArray[np.float32]]]:
    """Tune the vectors and learn the network that gives a title's place from their sum.

    Returns:
        vectors, and the network's arrays by the names of ``lexicon.TitleNet``.
    """
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    width, out = vectors.shape[1], targets.shape[1]
    table = torch.nn.EmbeddingBag(*vectors.shape, mode="sum", sparse=True)
    table.weight.data = torch.tensor(vectors)
    hidden, last = torch.nn.Linear(width, HIDDEN), torch.nn.Linear(HIDDEN, out)
    straight = torch.nn.Linear(width, out, bias=False)
    dense = [*hidden.parameters(), *last.parameters(), *straight.parameters()]
    steps = (torch.optim.Adam(dense, NET_RATE), torch.optim.SparseAdam(list(table.parameters()), VECTOR_RATE))
    goal = functional.normalize(torch.tensor(targets), dim=1)
    used = np.flatnonzero(np.diff(counts.indptr))
    for epoch in range(EPOCHS):
        for optimizer, rate in zip(steps, (NET_RATE, VECTOR_RATE), strict=True):
            optimizer.param_groups[0]["lr"] = rate * (1 - epoch / EPOCHS)
        for rows in np.array_split(dice.permutation(used), max(1, len(used) // BATCH)):
            part = counts[rows]
            sums = table(torch.tensor(part.indices, dtype=torch.long), torch.tensor(part.indptr[:-1], dtype=torch.long))
            x = functional.normalize(sums, dim=1)
            place = functional.normalize(last(torch.relu(hidden(x))) + straight(x), dim=1)
            loss = 1 - (place * goal[torch.tensor(rows)]).sum(1).mean()
            for optimizer in steps:
                optimizer.zero_grad()
            loss.backward()
            for optimizer in steps:
                optimizer.step()
    arrays = {
        "hidden": hidden.weight, "hidden_bias": hidden.bias, "out": last.weight, "out_bias": last.bias,
        "straight": straight.weight,
    }  # fmt: skip
    return table.weight.detach().numpy(), {name: value.detach().numpy() for name, value in arrays.items()}
