"""The folder ``dbt_like_sql`` as a whole: its models in an order that respects their references, its tests, its
sources.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

import yaml

from jobmatch_dagster.settings import PROJECT_ROOT
from jobmatch_dagster.sql_models.model import Model, ModelError, read

FOLDER = PROJECT_ROOT / "dbt_like_sql"


@dataclass(frozen=True)
class Project:
    """All models, in an order in which they can be built, and all tests.

    Attributes:
        models: by name, dependencies first.
        tests: the SELECTs of the folder ``tests``.
        sources: for each (schema, table) that models may read, the asset that makes it, or None.
    """

    models: dict[str, Model]
    tests: dict[str, Model]
    sources: dict[tuple[str, str], str | None]

    def select(self, names: Iterable[str]) -> list[Model]:
        """Models by name, in building order; ``name+`` takes those that depend on it too, ``+name`` those it needs.

        Raises:
            ModelError: a name is unknown.
        """
        wanted: set[str] = set()
        for given in names:
            name = given.strip("+")
            if name not in self.models:
                raise ModelError(f"Model {name}", "does not exist", f"Known are {', '.join(self.models)}.")
            wanted.add(name)
            if given.startswith("+"):
                wanted |= self._reach(name, {n: set(m.refs) for n, m in self.models.items()})
            if given.endswith("+"):
                wanted |= self._reach(
                    name, {n: {c for c, m in self.models.items() if n in m.refs} for n in self.models}
                )
        return [model for name, model in self.models.items() if name in wanted]

    @staticmethod
    def _reach(start: str, edges: dict[str, set[str]]) -> set[str]:
        reached: set[str] = set()
        frontier = {start}
        while frontier:
            frontier = {n for f in frontier for n in edges[f]} - reached
            reached |= frontier
        return reached


def load(folder: Path = FOLDER) -> Project:
    """Read every model, test and source of a folder.

    Raises:
        ModelError: a file is wrong, a reference leads nowhere, or models refer to each other in a circle.
    """
    sources = _sources(folder / "models" / "sources.yml")
    found = [read(path, path.parent.name) for path in sorted((folder / "models").glob("*/*.sql"))]
    tests = [read(path, "tests") for path in sorted((folder / "tests").glob("*.sql"))]
    by_name = {model.name: model for model in found}
    if len(by_name) < len(found):
        twice = sorted({m.name for m in found if sum(o.name == m.name for o in found) > 1})
        raise ModelError(f"Model {twice[0]}", "stands in two files", "Names are unique over all layers.")
    for model in [*found, *tests]:
        _check_references(model, by_name, sources)
        model.config["_layers"] = {name: m.layer for name, m in by_name.items()}
    try:
        order = list(TopologicalSorter({m.name: m.refs for m in found}).static_order())
    except CycleError as error:
        raise ModelError(
            " → ".join(error.args[1]), "refer to each other in a circle", "Take one of the refs out."
        ) from None
    return Project({name: by_name[name] for name in order}, {t.name: t for t in tests}, sources)


@lru_cache(maxsize=1)
def project() -> Project:
    """The project of this checkout, read once a process."""
    return load()


def _sources(path: Path) -> dict[tuple[str, str], str | None]:
    if not path.exists():
        return {}
    given: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return {
        (group["name"], table["name"]): (table.get("meta") or {}).get("asset")
        for group in given.get("sources", [])
        for table in group.get("tables", [])
    }


def _check_references(model: Model, models: dict[str, Model], sources: dict[tuple[str, str], str | None]) -> None:
    for name in model.refs:
        if name not in models:
            raise ModelError(
                model.where_called("ref", name),
                f"refers to a model '{name}' that does not exist",
                f"Known are {', '.join(models)}.",
            )
    for schema, table in model.sources:
        if (schema, table) not in sources:
            raise ModelError(
                model.where_called("source", table),
                f"reads {schema}.{table}, which sources.yml does not name",
                "Add it there.",
            )
