"""Second step of learning ``data/words.npz``: the names of one ESCO occupation come together in the space of titles.

Some occupations are kept out of the learning, and how well their names are found is told before and after; how much the
names count beside the imitation, their temperature, the size of a batch and the words left out of a name were chosen
on them and on how well O*NET's titles alone find their related occupations. While the names are drawn together, titles
and short labels of skills stay where the first step put them, as far as possible.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from torch.nn import functional

from jobmatch_dagster.matching import lexicon
from jobmatch_dagster.matching.building import occupations

KEPT_OUT, STEPS, NAMES, STAYING = 400, 450, 512, 256
NET_RATE, VECTOR_RATE = 1e-3, 2e-3
TEMPERATURE, NAMES_SHARE, LEFT_OUT = 0.15, 0.3, 0.2
MOST_LABEL_TERMS = 4
CENTRE_TEXTS, CENTRE_LABELS = 2000, 20
NET = tuple(lexicon.TitleNet.__dataclass_fields__)
Rows = list[NDArray[np.int64]]


def known_terms(words: lexicon.Lexicon, texts: list[str]) -> Rows:
    """The terms of each text that have a vector."""
    indptr, ids, _ = words.count_terms(pa.array(texts, pa.large_string()))
    has = words.has_vector[np.minimum(ids, words.n_known)]
    return [ids[start:end][has[start:end]].astype(np.int64) for start, end in itertools.pairwise(indptr)]


def named(words: lexicon.Lexicon, known: list[occupations.Family]) -> list[Rows]:
    """The terms of the names of each occupation, where two names or more have any."""
    terms = iter(known_terms(words, [name for family in known for name in family.names]))
    families = [[row for row in itertools.islice(terms, len(family.names)) if len(row)] for family in known]
    return [family for family in families if len(family) >= 2]


class Titles:
    """Vectors of terms and the network over them, as they were and as they become."""

    def __init__(self, stored: dict[str, Any]) -> None:
        vectors = lexicon.vectors_of(stored)
        self.table = torch.nn.EmbeddingBag(*vectors.shape, mode="sum", sparse=True)
        self.table.weight.data = torch.tensor(vectors)
        self.net = {name: torch.nn.Parameter(torch.tensor(stored[f"net_{name}"].astype(np.float32))) for name in NET}
        self._before = torch.tensor(vectors), {name: value.detach().clone() for name, value in self.net.items()}

    def places(self, rows: Rows) -> torch.Tensor:
        """Unit places of titles; each needs a term."""
        ids, starts = _packed(rows)
        return _through(self.table(ids, starts), self.net)

    @torch.no_grad()
    def former(self, rows: Rows) -> torch.Tensor:
        """Where they were."""
        vectors, net = self._before
        ids, starts = _packed(rows)
        return _through(functional.embedding_bag(ids, vectors, starts, mode="sum"), net)


def _packed(rows: Rows) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.tensor(np.concatenate(rows)), torch.tensor(np.cumsum([0, *map(len, rows[:-1])]))


def _through(sums: torch.Tensor, net: dict[str, Any]) -> torch.Tensor:
    x = functional.normalize(sums, dim=1)
    hidden = torch.relu(functional.linear(x, net["hidden"], net["hidden_bias"]))
    out = functional.linear(hidden, net["out"], net["out_bias"]) + functional.linear(x, net["straight"])
    return functional.normalize(out, dim=1)


def apart(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
    """How far each vector is from its partner beside everybody else's partner (InfoNCE, van den Oord et al. 2018)."""
    likeness, own = left @ right.T / TEMPERATURE, torch.arange(len(left))
    return (functional.cross_entropy(likeness, own) + functional.cross_entropy(likeness.T, own)) / 2


def _shortened(terms: NDArray[np.int64], dice: np.random.Generator) -> NDArray[np.int64]:
    """Now and then one term of a name is left out, so that no single one carries it."""
    if len(terms) > 1 and dice.random() < LEFT_OUT:
        return np.delete(terms, dice.integers(len(terms)))
    return terms


@torch.no_grad()
def found(titles: Titles, families: list[Rows]) -> float:
    """Mean average precision: all names of these families, ranked for the first name of each."""
    owner = np.repeat(np.arange(len(families)), [len(family) for family in families])
    likeness = titles.places([f[0] for f in families]) @ titles.places([name for f in families for name in f]).T
    values = []
    for number, row in enumerate(likeness.numpy()):
        right = owner[np.argsort(-row, kind="stable")] == number
        values.append((np.cumsum(right) / np.arange(1, len(right) + 1))[right].mean())
    return float(np.mean(values))


def tune(titles: Titles, families: list[Rows], labels: Rows, dice: np.random.Generator) -> None:
    """Draw the names of each family together.

    Args:
        titles: changed in place.
        families: terms of the names of each occupation, two names or more.
        labels: terms of short labels; they stay where they are, like the names.
        dice: draws the batches.
    """
    names = [name for family in families for name in family]
    optimizers = (
        torch.optim.Adam(titles.net.values(), NET_RATE),
        torch.optim.SparseAdam(list(titles.table.parameters()), VECTOR_RATE),
    )
    for step in range(STEPS):
        for optimizer, rate in zip(optimizers, (NET_RATE, VECTOR_RATE), strict=True):
            optimizer.param_groups[0]["lr"] = rate * (1 - step / STEPS)
        drawn = [names[i] for i in dice.integers(0, len(names), STAYING)]
        drawn += [labels[i] for i in dice.integers(0, len(labels), STAYING)]
        moved = 1 - (titles.places(drawn) * titles.former(drawn)).sum(1).mean()
        chosen = dice.choice(len(families), min(NAMES, len(families)), replace=False)
        pairs = [dice.choice(len(families[i]), 2, replace=False) for i in chosen]
        one, other = ([_shortened(families[i][pair[side]], dice) for i, pair in zip(chosen, pairs, strict=True)]
                      for side in (0, 1))  # fmt: skip
        loss = moved + NAMES_SHARE * apart(titles.places(one), titles.places(other))
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()


def centre(vectors: NDArray[np.float32], labels: Rows, idf: NDArray[np.float64]) -> NDArray[np.float32]:
    """The mean direction of texts: made of random handfuls of ESCO's labels, weighted as texts are."""
    dice = np.random.default_rng(3)
    sums = []
    for _ in range(CENTRE_TEXTS):
        terms = np.concatenate([labels[i] for i in dice.integers(0, len(labels), CENTRE_LABELS)])
        sums.append((vectors[terms] * idf[terms, None]).sum(axis=0))
    rows = np.array(sums)
    out: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).mean(axis=0).astype(np.float32)
    return out


def tuned(stored: dict[str, Any], known: list[occupations.Family], labels: list[str]) -> dict[str, Any]:
    """The artefact with the names of occupations drawn together; prints how well kept-out names are found.

    Args:
        stored: the arrays of ``words.npz`` after the first step.
        known: ESCO's occupations.
        labels: all labels of ESCO's skills.
    """
    torch.manual_seed(0)
    torch.set_num_threads(1)
    dice = np.random.default_rng(0)
    words = lexicon.from_arrays(stored)
    families = named(words, known)
    dice.shuffle(families)  # type: ignore[arg-type]
    terms = [row for row in known_terms(words, labels) if len(row)]
    titles = Titles(stored)
    before = found(titles, families[:KEPT_OUT])
    tune(titles, families[KEPT_OUT:], [row for row in terms if len(row) <= MOST_LABEL_TERMS], dice)
    print(f"names of kept-out occupations, MAP: {before:.3f} before, {found(titles, families[:KEPT_OUT]):.3f} after")
    vectors = titles.table.weight.detach().numpy()
    net = {f"net_{name}": value.detach().numpy().astype(np.float16) for name, value in titles.net.items()}
    return stored | net | packed(vectors, stored["vector_terms"]) | {"centre": centre(vectors, terms, words.idf)}


def packed(vectors: NDArray[np.float32], terms: NDArray[np.int32]) -> dict[str, NDArray[Any]]:
    """Vectors of some terms as the artefact keeps them: eight bits, and a scale each."""
    scale = np.abs(vectors[terms]).max(axis=1) / 127
    return {
        "vector_terms": terms,
        "vectors": np.round(vectors[terms] / scale[:, None]).astype(np.int8),
        "vector_scale": scale.astype(np.float32),
    }
