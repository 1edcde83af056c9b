"""The folder ``dbt_like_sql`` as read and parsed, kept: headers, references, code versions and column lineage.

Every process that loads the code location needs all of it, and reading it anew would cost it a third of its start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jobmatch_dagster import kept
from jobmatch_dagster.sql_models import lineage, model, project
from jobmatch_dagster.sql_models.lineage import Lineage
from jobmatch_dagster.sql_models.model import Column, Model
from jobmatch_dagster.sql_models.project import FOLDER, Project

CODE = [Path(__file__), *(Path(str(one.__file__)) for one in (kept, lineage, model, project))]
TABLES = Path(__file__).parents[1] / "tables.py"


def load(cache: Path, folder: Path = FOLDER) -> tuple[Project, dict[str, Lineage]]:
    """The project, its models with their code versions, and the column lineage of each model by its name.

    Args:
        cache: where the result is kept.
        folder: the folder with ``models`` and ``tests``.

    Raises:
        ModelError: as ``project.load``.
    """
    files = sorted([*folder.glob("models/*/*.sql"), *folder.glob("tests/*.sql"), *folder.glob("models/sources.yml")])
    libraries = [version(name) for name in ("sqlglot", "jinja2", "pyyaml")]
    found = kept.kept(cache / "sql_models", [*CODE, TABLES, *files], lambda: _read(folder), versions=libraries)
    loaded = Project(
        {one["name"]: _model(one, folder) for one in found["models"]},
        {one["name"]: _model(one, folder) for one in found["tests"]},
        {(schema, table): asset for schema, table, asset in found["sources"]},
    )
    return loaded, {name: _pairs(origins) for name, origins in found["lineage"].items()}


def _read(folder: Path) -> dict[str, Any]:
    fresh = project.load(folder)
    for one in fresh.models.values():
        one.version = one.code_version
    return {
        "models": [_plain(one, folder) for one in fresh.models.values()],
        "tests": [_plain(one, folder) for one in fresh.tests.values()],
        "sources": [[*source, asset] for source, asset in fresh.sources.items()],
        "lineage": {name: lineage.of_model(fresh, one) for name, one in fresh.models.items()},
    }


def _plain(one: Model, folder: Path) -> dict[str, Any]:
    return {**asdict(one), "path": str(one.path.relative_to(folder))}


def _model(given: dict[str, Any], folder: Path) -> Model:
    """A model as ``_plain`` wrote it."""
    back: dict[str, Callable[[Any], Any]] = {
        "path": lambda path: folder / path,
        "columns": lambda columns: [Column(**column) for column in columns],
        "sources": lambda pairs: [(schema, table) for schema, table in pairs],
    }
    return Model(**{name: back[name](value) if name in back else value for name, value in given.items()})


def _pairs(origins: dict[str, list[list[str]]]) -> Lineage:
    return {column: [(relation, name) for relation, name in found] for column, found in origins.items()}
