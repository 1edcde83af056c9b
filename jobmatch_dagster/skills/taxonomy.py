"""The compiled taxonomy: what people ask it (search, one skill, the graph) and the arrays that the matcher runs on.

Compiling takes some seconds; the result is kept under the settings' home, one folder per version, and loading it takes
milliseconds. The version is a hash of everything that decides the content.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import xxhash

from jobmatch_dagster import tables
from jobmatch_dagster.skills import compiling, tagger
from jobmatch_dagster.skills.characters import fold_text
from jobmatch_dagster.skills.concepts import DATA, key, key_of_folded
from jobmatch_dagster.skills.matcher import Forms
from jobmatch_dagster.skills.phrases import PhraseTable

if TYPE_CHECKING:
    from jobmatch_dagster.settings import Settings

SKILLS = "concepts.arrow"
"""The table of skills in the folder of a version; each of the arrays is a file beside it."""


class Graph:
    """Links between skills in compressed rows: neighbours of skill i are ``indices[indptr[i]:indptr[i + 1]]``
    (int32)."""

    def __init__(self, indptr: np.ndarray, indices: np.ndarray) -> None:
        self.indptr, self.indices = indptr, indices

    def of(self, skill: int) -> np.ndarray:
        """Neighbours of one skill, by its number."""
        return self.indices[self.indptr[skill] : self.indptr[skill + 1]]


@dataclass(frozen=True)
class Taxonomy:
    """All skills, numbered from 0 in the order of ``skills``.

    Attributes:
        version: changes with the content.
        skills: Arrow table id, label, kind, esco_uri, broader (list of ids), forms (list of surface forms).
        arrays: what the matcher reads; see ``compiling``.
    """

    version: str
    skills: pa.Table
    arrays: dict[str, np.ndarray]

    def __len__(self) -> int:
        return self.skills.num_rows

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {skill: number for number, skill in enumerate(self.skills["id"].to_pylist())}

    @cached_property
    def _folded_labels(self) -> list[str]:
        return [key(label) for label in self.skills["label"].to_pylist()]

    @cached_property
    def form_keys(self) -> frozenset[str]:
        """``concepts.key`` of every label and form that people are shown."""
        names = [*self.skills["label"].to_pylist(), *(f for forms in self.skills["forms"].to_pylist() for f in forms)]
        return frozenset(key_of_folded(line) for line in fold_text("\n".join(names)).split("\n"))

    @cached_property
    def phrases(self) -> PhraseTable:
        """Every surface form, valued by its number in the ``form_*`` arrays."""
        return PhraseTable(*(self.arrays[name] for name in PhraseTable._fields))

    @cached_property
    def forms(self) -> Forms:
        """What the matcher knows of each surface form."""
        return Forms(*(self.arrays[f"form_{name}"] for name in Forms._fields))

    @cached_property
    def model(self) -> tagger.Model:
        """The tagger's weights that texts are read with."""
        return tagger.load()

    @cached_property
    def emissions(self) -> np.ndarray:
        """What each known word says to the tagger: float32 (words, SPOKEN)."""
        words = tagger.WordFeatures(*(self.arrays[f"word_{name}"] for name in tagger.WordFeatures._fields))
        return tagger.emissions(words, self.model)

    def column(self, name: str) -> pa.Array:
        """A column of ``skills`` in one piece."""
        if name not in self._columns:
            self._columns[name] = self.skills[name].combine_chunks()
        return self._columns[name]

    @cached_property
    def _columns(self) -> dict[str, pa.Array]:
        return {}

    @property
    def commonness(self) -> np.ndarray:
        """float32 per skill, 0 to 1: how ordinary it is to name it (1 = communication, 0 = a rare product)."""
        return self.arrays["commonness"]

    @property
    def idf(self) -> np.ndarray:
        """float32 per skill, above 0: weight of a shared skill before any postings are counted; rare skills weigh
        more."""
        return (1.0 + 4.0 * (1.0 - self.commonness)).astype(np.float32)

    @cached_property
    def broader(self) -> Graph:
        """From each skill to its broader skills."""
        return Graph(self.arrays["broader_indptr"], self.arrays["broader_indices"])

    @cached_property
    def related(self) -> Graph:
        """From each skill to those that share its nearest broader skill, where that group is small."""
        return Graph(self.arrays["related_indptr"], self.arrays["related_indices"])

    def index(self, skill_id: str) -> int:
        """Number of a skill; KeyError if the taxonomy does not have it."""
        return self._numbers[skill_id]

    def search(self, text: str, limit: int = 10) -> list[dict[str, object]]:
        """Skills whose label or form has the words of ``text``, best first.

        Returns:
            dicts id, label, kind, esco_uri, form (the form that answered).
        """
        wanted = key(text)
        if not wanted:
            return []
        found = []
        labels = self._folded_labels
        for number, forms in enumerate(self.skills["forms"].to_pylist()):
            best = min((_closeness(wanted, form) for form in (labels[number], *forms)), default=(9, 0, ""))
            if best[0] < 9:
                found.append((best, labels[number], number))
        rows = self.skills.select(["id", "label", "kind", "esco_uri"])
        return [
            rows.slice(number, 1).to_pylist()[0] | {"form": best[2]}
            for best, _, number in sorted(found)[: max(0, limit)]
        ]

    def describe(self, name: str) -> dict[str, object] | None:
        """One skill by its id or its label (case does not matter) with its names and neighbours, or None."""
        number = self._numbers.get(name)
        if number is None:
            wanted = key(name)
            number = next((n for n, label in enumerate(self._folded_labels) if label == wanted), None)
        if number is None:
            return None
        labels = self.skills["label"]
        narrower = np.flatnonzero(self.broader.indices == number)
        children = np.searchsorted(self.broader.indptr, narrower, side="right") - 1
        return self.skills.slice(number, 1).to_pylist()[0] | {
            "broader_labels": [labels[int(n)].as_py() for n in self.broader.of(number)],
            "narrower_labels": [labels[int(n)].as_py() for n in children],
            "related_labels": [labels[int(n)].as_py() for n in self.related.of(number)],
            "commonness": round(float(self.commonness[number]), 3),
            "taxonomy_version": self.version,
        }

    def table(self) -> pa.Table:
        """The rows of ``public.skills``."""
        columns = self.skills.select(["id", "label", "kind", "esco_uri", "broader"])
        return columns.append_column("taxonomy_version", pa.array([self.version] * len(self), pa.string())).cast(
            tables.SKILLS
        )


def _closeness(wanted: str, form: str) -> tuple[int, int, str]:
    """Smaller is nearer: the same, begins with it, has it as words, has it within; 9 where it does not answer."""
    folded = fold_text(form)
    if folded == wanted or key(form) == wanted:
        return (0, len(form), form)
    if folded.startswith(wanted):
        return (1, len(form), form)
    if f" {wanted} " in f" {folded} ":
        return (2, len(form), form)
    return (3, len(form), form) if wanted in folded else (9, 0, "")


def version_of(skills_csv: Path | None = None) -> str:
    """The version that the files at hand give: a hash of the lists and of the code that compiles them."""
    digest = xxhash.xxh3_128()
    for path in [*compiling.deciding_files(), *([skills_csv] if skills_csv else [])]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[:16]


def load(settings: Settings | None = None) -> Taxonomy:
    """The taxonomy of these settings: from ``settings.cache``, compiled first where it is not there.

    Raises:
        TaxonomyError: a list of skills breaks a rule.
    """
    if settings is None:
        from jobmatch_dagster import settings as settings_module

        settings = settings_module.current()
    return _load(settings.cache, settings.skills_csv)


@lru_cache(maxsize=4)
def _load_version(cache: Path, skills_csv: Path | None, version: str) -> Taxonomy:
    folder = cache / "skills" / version
    if not (folder / SKILLS).is_file():
        skills, arrays = compiling.compile_taxonomy(skills_csv)
        if not _keep(folder, skills, arrays):
            return Taxonomy(version, skills, arrays)
    # copy on write: the pages are shared with every process that reads them, and the kernels see ordinary arrays
    arrays = {path.stem: np.asarray(np.load(path, mmap_mode="c")) for path in sorted(folder.glob("*.npy"))}
    with pa.memory_map(str(folder / SKILLS)) as source:
        skills = pa.ipc.open_file(source).read_all()
    return Taxonomy(version, skills, arrays)


def _load(cache: Path, skills_csv: Path | None) -> Taxonomy:
    return _load_version(cache, skills_csv, version_of(skills_csv))


def _keep(folder: Path, skills: pa.Table, arrays: dict[str, np.ndarray]) -> bool:
    """Write the compiled taxonomy so that a reader sees all of it or nothing; False where home cannot be written."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=folder.parent))
    except OSError:
        return False
    try:
        for name, array in arrays.items():
            np.save(draft / f"{name}.npy", array)
        with pa.OSFile(str(draft / SKILLS), "wb") as sink, pa.ipc.new_file(sink, skills.schema) as writer:
            writer.write_table(skills)
        if folder.is_dir() and not (folder / SKILLS).is_file():
            shutil.rmtree(folder)  # of another layout, or half removed: it would never be read and never be replaced
        os.replace(draft, folder)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        return (folder / SKILLS).is_file()
    return True


__all__ = ["DATA", "Graph", "Taxonomy", "load", "version_of"]
