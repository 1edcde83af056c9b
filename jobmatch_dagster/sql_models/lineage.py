"""Which column of a model comes from which columns of what it reads, by parsing; nothing is run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from jobmatch_dagster.sql_models.model import Model
from jobmatch_dagster.sql_models.project import Project

Lineage = dict[str, list[tuple[str, str]]]

# Columns of the sources that no Arrow schema describes, as far as models read them.
OTHER_TABLES: dict[str, Sequence[str]] = {
    "raw.postings": [
        "board",
        "external_id",
        "scraped_on",
        "url",
        "search_id",
        "fetched_at",
        "payload",
        "payload_hash",
        "page_ref",
    ],
    "matching.lists": [
        "resume_id",
        "user_id",
        "matched_on",
        "scorer_version",
        "resume_reading",
        "job_ids",
        "job_readings",
        "scores",
        "judged",
        "ends",
        "parts",
    ],
    "matching.wording": ["version", "words"],
    "private.scrape_runs": [
        "id",
        "board",
        "day",
        "dagster_run_id",
        "status",
        "reason",
        "started_at",
        "ended_at",
        "pages",
        "postings",
        "retries",
        "blocked",
        "bytes",
        "postings_per_minute",
        "success_rate",
        "warnings",
        "fill_rates",
        "kind",
        "searches",
    ],
    "private.rejected": ["stage", "day", "subject", "reason", "detail", "created_at"],
    "private.stage_runs": ["id", "stage", "day", "run_id", "status", "changed", "counts", "seconds", "ended_at"],
    "private.candidate_skills": ["job_id", "surface", "requirement"],
    "private.occupations": ["code", "label", "group", "version"],
    "private.searches": [
        "id",
        "board",
        "keywords",
        "place",
        "country",
        "radius_km",
        "enabled",
        "organisation",
        "created_at",
    ],
}


def of_model(project: Project, model: Model) -> Lineage:
    """For each output column, the (relation, column) pairs that it is made of; empty where parsing cannot tell."""
    from sqlglot import exp
    from sqlglot.errors import SqlglotError
    from sqlglot.lineage import lineage

    try:
        nodes = lineage(None, model.render({}), schema=_schema(project), dialect="postgres")
    except (SqlglotError, ValueError):
        return {column.name: [] for column in model.columns}
    return {column.name: _origins(nodes.get(column.name), exp.Table) for column in model.columns}


def _origins(node: Any, table: Any) -> list[tuple[str, str]]:
    """The (relation, column) pairs at the leaves below a node of sqlglot's lineage."""
    found = set()
    for step in node.walk() if node is not None else ():
        if not step.downstream and isinstance(step.source, table):
            relation = f"{step.source.db}.{step.source.name}" if step.source.db else step.source.name
            found.add((relation, step.name.rsplit(".", 1)[-1].strip('"')))
    return sorted(found)


@lru_cache(maxsize=4)
def _schema_of(names: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, dict[str, dict[str, str]]]:
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for relation, columns in names:
        layer, table = relation.split(".")
        schema.setdefault(layer, {})[table] = dict.fromkeys(columns, "text")
    return schema


def known_columns(project: Project) -> dict[str, list[str]]:
    """The columns of everything that a model can read, by relation."""
    from jobmatch_dagster import tables

    known = {name: list(schema.names) for name, schema in tables.TABLES.items()}
    known |= {name: list(columns) for name, columns in OTHER_TABLES.items()}
    return known | {m.relation: [c.name for c in m.columns] for m in project.models.values() if m.columns}


def _schema(project: Project) -> dict[str, dict[str, dict[str, str]]]:
    """Columns of everything that a model can read, in sqlglot's nested form."""
    return _schema_of(tuple(sorted((name, tuple(columns)) for name, columns in known_columns(project).items())))
