"""One SQL file: its header, its template, what it refers to and which columns it gives.

A file starts with a comment in YAML (owner, description, typed columns, tests) and, as in dbt, says how it is kept with
``{{ config(materialized='view' | 'table' | 'incremental', …) }}``. Below stands one SELECT.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from jobmatch_dagster.errors import JobmatchError

HEADER = re.compile(r"\A\s*/\*(?P<yaml>.*?)\*/", re.DOTALL)
MATERIALISATIONS = ("view", "table", "incremental")
HEADER_KEYS = {"owner", "description", "columns", "tests", "severity"}
CONFIG_KEYS = {"materialized", "unique_key", "partition_column", "meta"}


class ModelError(JobmatchError):
    """A SQL file cannot be used; names file, line and column where they are known."""


@dataclass(frozen=True)
class Column:
    """A column that a model promises: its Postgres type and what it means."""

    name: str
    type: str
    description: str


@dataclass
class Model:
    """A SQL file, read.

    Attributes:
        name: file name without ending; the name to ``ref``.
        layer: the folder it stands in; also its schema in the database (``tests`` for tests).
        path: the file.
        template: the SQL with its placeholders, header removed, line numbers kept.
        owner: who answers for it.
        description: what a row is, in plain words.
        columns: the promised columns in order.
        tests: the header's tests, as written.
        config: what ``{{ config() }}`` was given.
        refs: names of the models it reads.
        sources: (schema, table) pairs that it reads.
        severity: ``error`` or ``warn``, for tests.
        version: the code version, where somebody has computed it.
    """

    name: str
    layer: str
    path: Path
    template: str
    owner: str = ""
    description: str = ""
    columns: list[Column] = field(default_factory=list)
    tests: list[dict[str, Any]] = field(default_factory=list)
    config: dict[str, Any] = field(default_factory=dict)
    refs: list[str] = field(default_factory=list)
    sources: list[tuple[str, str]] = field(default_factory=list)
    severity: str = "error"
    version: str = ""

    @property
    def materialisation(self) -> str:
        """``view``, ``table`` or ``incremental``."""
        return str(self.config.get("materialized", "view"))

    @property
    def unique_key(self) -> list[str]:
        """Columns that are unique together; empty where the file does not say."""
        key = self.config.get("unique_key") or []
        return [key] if isinstance(key, str) else list(key)

    @property
    def partition_column(self) -> str | None:
        """The column of days by which an incremental model is written; dbt wants own settings under ``meta``."""
        return self.config.get("partition_column") or (self.config.get("meta") or {}).get("partition_column")

    @property
    def relation(self) -> str:
        """Schema and name in the database."""
        return f"{self.layer}.{self.name}"

    @property
    def code_version(self) -> str:
        """A hash of what the SQL means: comments and white space do not change it."""
        if self.version:
            return self.version
        import sqlglot

        plain = sqlglot.transpile(self.render({}), read="postgres", write="postgres", comments=False)
        return hashlib.sha256((self.materialisation + "\n".join(plain)).encode()).hexdigest()[:16]

    def render(self, variables: Mapping[str, Any], *, incremental: bool = False) -> str:
        """The SQL with placeholders filled in.

        Args:
            variables: values for ``{{ var('name') }}``; they win over defaults given in the file.
            incremental: what ``{{ is_incremental() }}`` answers.
        """
        seen = _Calls(self, variables, incremental)
        return seen.render(self.template)

    def where(self, rendered: str, at: int | None) -> str:
        """File, line and column in the file of a place in what it was rendered to.

        A placeholder is longer or shorter than what it becomes, so within a line the place is found by its word: the
        third ``job_id`` of the rendered line is the third of the file's.

        Args:
            rendered: what ``render`` gave; it has the file's lines.
            at: offset into it; None or one outside of it gives the file alone.
        """
        if at is None or not 0 <= at < len(rendered):
            return str(self.path)
        start = rendered.rfind("\n", 0, at) + 1
        number = rendered.count("\n", 0, at)
        lines = self.template.splitlines()
        found = re.match(r"\w+|.", rendered[at:])
        column = at - start
        if found and number < len(lines):
            word = re.compile(rf"\b{found[0]}\b" if found[0].isidentifier() else re.escape(found[0]))
            before = len(word.findall(rendered[start:at]))
            places = [match.start() for match in word.finditer(lines[number])]
            column = places[before] if before < len(places) else column
        return f"{self.path}:{number + 1}:{column + 1}"

    def where_called(self, *words: str) -> str:
        """File, line and column of the first placeholder with these words in it; the file alone where there is none."""
        for number, line in enumerate(self.template.splitlines(), 1):
            for found in re.finditer(r"\{[{%].*?[%}]\}", line):
                if all(word in found[0] for word in words):
                    return f"{self.path}:{number}:{found.start() + found[0].find(words[-1]) + 1}"
        return str(self.path)


class _Calls:
    """What a template may call, and a record of what it called."""

    def __init__(self, model: Model, variables: Mapping[str, Any], incremental: bool) -> None:
        self.model, self.variables, self.incremental = model, variables, incremental
        self.refs: list[str] = []
        self.sources: list[tuple[str, str]] = []
        self.config: dict[str, Any] = {}
        self.layers: Mapping[str, str] = model.config.get("_layers", {})

    def render(self, template: str) -> str:
        import jinja2
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
        environment.globals.update(
            ref=self._ref,
            source=self._source,
            var=self._var,
            config=self._config,
            is_incremental=lambda: self.incremental,
            this=self.model.relation,
        )
        try:
            return environment.from_string(template).render()
        except jinja2.TemplateSyntaxError as error:
            raise ModelError(
                f"{self.model.path}:{error.lineno}", f"has a broken placeholder: {error.message}"
            ) from None
        except jinja2.UndefinedError as error:
            name = re.search(r"'(\w+)'", str(error))
            raise ModelError(
                self.model.where_called(name[1] if name else ""),
                f"uses a name that does not exist: {error.message}",
                "Use ref, source, var, config, this or is_incremental.",
            ) from None

    def _ref(self, name: str) -> str:
        self.refs.append(name)
        return f"{self.layers.get(name, 'models')}.{name}"

    def _source(self, schema: str, table: str) -> str:
        self.sources.append((schema, table))
        return f"{schema}.{table}"

    def _var(self, name: str, default: Any = None) -> Any:
        value = self.variables.get(name, default)
        if value is None:
            raise ModelError(
                self.model.where_called("var", name),
                f"needs a value for var('{name}')",
                "Give one, or a default in the file.",
            )
        return value

    def _config(self, **given: Any) -> str:
        unknown = set(given) - CONFIG_KEYS
        if unknown:
            raise ModelError(
                self.model.where_called("config", sorted(unknown)[0]),
                f"sets unknown config {', '.join(sorted(unknown))}",
                f"Known are {', '.join(sorted(CONFIG_KEYS))}.",
            )
        self.config.update(given)
        return ""


def read(path: Path, layer: str) -> Model:
    """Read a file: header, template, references.

    Raises:
        ModelError: the header is missing or wrong, or the template cannot be rendered.
    """
    text = path.read_text(encoding="utf-8")
    found = HEADER.match(text)
    if not found:
        raise ModelError(
            f"{path}:1", "has no header", "Start it with /* … */ in YAML: owner, description, columns, tests."
        )
    try:
        header = yaml.safe_load(found["yaml"]) or {}
    except yaml.YAMLError as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise ModelError(f"{path}:{line}", "has a header that is not YAML") from None
    if not isinstance(header, dict) or set(header) - HEADER_KEYS or not header.get("description"):
        raise ModelError(
            f"{path}:1",
            "has a header with unknown or missing entries",
            f"It needs a description; known are {', '.join(sorted(HEADER_KEYS))}.",
        )
    template = "\n" * found[0].count("\n") + text[found.end() :]
    model = Model(
        name=path.stem,
        layer=layer,
        path=path,
        template=template,
        owner=str(header.get("owner", "")),
        description=" ".join(str(header["description"]).split()),
        columns=_columns(path, header.get("columns") or {}),
        tests=list(header.get("tests") or []),
        severity=str(header.get("severity", "error")),
    )
    # Both ways, so that a reference that only incremental runs need counts, too.
    whole, partial = _Calls(model, _Anything(), False), _Calls(model, _Anything(), True)
    for calls in (whole, partial):
        calls.render(template)
    model.refs = sorted({*whole.refs, *partial.refs})
    model.sources = sorted({*whole.sources, *partial.sources})
    model.config = whole.config
    if model.materialisation not in MATERIALISATIONS:
        raise ModelError(
            model.where_called("materialized"),
            f"is materialized '{model.materialisation}'",
            f"Use one of {', '.join(MATERIALISATIONS)}.",
        )
    if model.materialisation == "incremental" and not (model.partition_column or model.unique_key):
        raise ModelError(str(path), "is incremental without unique_key or partition_column", "Give one in config().")
    return model


class _Anything(dict[str, Any]):
    """Stands in for variables while references are collected."""

    def get(self, key: str, default: Any = None) -> Any:
        return "null" if default is None else default


def _columns(path: Path, given: Any) -> list[Column]:
    """``name: type, meaning`` lines of the header."""
    columns = []
    for name, line in dict(given).items():
        kind, comma, meaning = str(line).partition(",")
        if not comma or not meaning.strip():
            raise ModelError(f"{path}:1", f"says nothing about column {name}", "Write `name: type, what it means`.")
        columns.append(Column(str(name), kind.strip(), meaning.strip()))
    return columns
