"""What parsing the models gives, parsed once: column lineage and code versions, kept in the cache folder.

Every process that loads the code location needs both, and parsing costs it as much as a third of its start. A file is
named by a hash of all that the result depends on, so it never has to be thrown away by hand; where it cannot be kept,
it is computed each time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jobmatch_dagster.sql_models import lineage
from jobmatch_dagster.sql_models.lineage import Lineage
from jobmatch_dagster.sql_models.project import Project

log = logging.getLogger(__name__)
FORM = 1  # of the file


def column_lineage(project: Project, folder: Path) -> dict[str, Lineage]:
    """The column lineage of each model by its name; gives the models their code versions by the way.

    Args:
        project: the models.
        folder: where the result is kept.
    """
    path = folder / "sql_models" / f"{_digest(project)}.json"
    found = _read(path)
    if found is None:
        found = {
            name: {"version": model.code_version, "lineage": lineage.of_model(project, model)}
            for name, model in project.models.items()
        }
        _keep(path, found)
    for name, model in project.models.items():
        model.version = found[name]["version"]
    return {
        name: {
            column: [(relation, origin) for relation, origin in origins] for column, origins in one["lineage"].items()
        }
        for name, one in found.items()
    }


def _digest(project: Project) -> str:
    texts = [(model.relation, model.materialisation, model.render({})) for model in project.models.values()]
    given = json.dumps([FORM, version("sqlglot"), texts, lineage.known_columns(project)])
    return hashlib.sha256(given.encode()).hexdigest()[:16]


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found


def _keep(path: Path, found: dict[str, Any]) -> None:
    partial = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(found), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        log.debug("what parsing the models gave is not kept: %s", error)
