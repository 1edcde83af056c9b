"""The models as a page of Markdown, made from their headers; a test compares ``docs/models.md`` with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jobmatch_dagster.settings import PROJECT_ROOT
from jobmatch_dagster.sql_models.model import Model
from jobmatch_dagster.sql_models.project import Project

PAGE = PROJECT_ROOT / "docs" / "models.md"
HEAD = """\
# Tables for analysts

Made by `jobmatch sql docs --write` from the headers in `dbt_like_sql/models`. The daily job builds all of them; a view
is always up to date, a table is as of its last build. None holds anything of a person.
"""
LAYERS = {"marts": "## Marts", "staging": "## Staging: what the marts stand on"}


def page(project: Project) -> str:
    """All models with their columns, marts first, each layer by name."""
    return "\n".join(_lines(project)).rstrip() + "\n"


def _lines(project: Project) -> Iterator[str]:
    yield HEAD
    for layer, heading in LAYERS.items():
        models = sorted((m for m in project.models.values() if m.layer == layer), key=lambda m: m.name)
        yield f"{heading}\n"
        for model in models:
            yield f"- [{model.name}](#{layer}{model.name}): {model.description.split('. ')[0].rstrip('.')}."
        yield ""
        for model in models:
            yield from _model(model, project)


def _model(model: Model, project: Project) -> Iterator[str]:
    read_by = [other.name for other in project.models.values() if model.name in other.refs]
    yield f"### {model.relation}\n\n{model.description}\n"
    facts = [f"{model.materialisation}, owner {model.owner or 'nobody'}"]
    if model.unique_key:
        facts.append(f"one row for each {', '.join(model.unique_key)}")
    facts.append(f"reads {', '.join([*model.refs, *('.'.join(s) for s in model.sources)])}")
    if read_by:
        facts.append(f"read by {', '.join(sorted(read_by))}")
    yield "; ".join(facts) + ".\n"
    yield "| column | type | meaning |\n| --- | --- | --- |"
    for column in model.columns:
        yield f"| {column.name} | {column.type} | {column.description} |"
    yield ""


def write(project: Project, target: Path = PAGE) -> None:
    """Write the page anew."""
    target.parent.mkdir(exist_ok=True)
    target.write_text(page(project), encoding="utf-8")
