"""Postings that a team already has, as a file: CSV, JSON Lines, a JSON array or Parquet → postings like any board's.

A mapping says which of the file's columns is which of ours; what it leaves out is recognised by usual names
(``data/columns.yaml``). A row that cannot be read is rejected with its reason and the rest goes on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.boards import values
from jobmatch_dagster.boards.board import Posting, columns
from jobmatch_dagster.boards.file_rows import Rejected, rows_of
from jobmatch_dagster.errors import JobmatchError

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 2000
# The file's own posting date fills posted_text and, where it is a date, posted_on.
_TARGETS = (*(name for name in columns() if name not in ("board", "fetched_at", "search_id", "page_ref")), "posted")


@dataclass(frozen=True)
class Source:
    """Where one value of a posting comes from.

    Args:
        columns: the file's columns; several are joined.
        separator: what stands between joined values, and between the items of a list.
        words: take only so many first words, for files whose text begins with the title.
        value: this, whatever the row says; for files of one employer or one country.
    """

    columns: tuple[str, ...] = ()
    separator: str = "\n\n"
    words: int | None = None
    value: Any = None

    def of(self, row: Mapping[str, Any]) -> Any:
        """The value in one row, None if none of the columns has any."""
        if self.value is not None:
            return self.value
        found = [row[name] for name in self.columns if row.get(name) not in (None, "", [])]
        if not found:
            return None
        if self.words is not None:
            return " ".join(str(found[0]).split()[: self.words])
        return found[0] if len(found) == 1 else self.separator.join(map(str, found))


@dataclass(frozen=True)
class FileMapping:
    """How a file's columns become a posting's.

    Args:
        board: the name of the source that the postings are filed under.
        sources: by our column's name; ``posted`` stands for the posting date in any form.
        day: the day that all rows are filed under; None where ``day_column`` says it row by row.
        day_column: the file's column with the day or instant at which a row was seen.
    """

    board: str = "files"
    sources: dict[str, Source] = field(default_factory=dict)
    day: date | None = None
    day_column: str | None = None

    @staticmethod
    def of(document: Mapping[str, Any]) -> FileMapping:
        """Read a mapping from its YAML form.

        Each key is a column of ours; its value is a column of the file, or
        ``{join: [a, b], with: " "}``, ``{first_words_of: a, words: 8}`` or ``{value: x}``.
        ``board`` and ``day_column`` stand beside them.

        Raises:
            JobmatchError: a key is none of our columns, or a value has another form.
        """
        rest = dict(document)
        board, day_column = rest.pop("board", "files"), rest.pop("day_column", None)
        sources = {_target(name): _source(name, said) for name, said in rest.items()}
        return FileMapping(str(board), sources, None, day_column)

    def with_columns(self, pairs: Iterable[str]) -> FileMapping:
        """Add ``ours=theirs`` pairs as the command line gives them; ``theirs`` may be ``a+b`` to join two columns."""
        sources = dict(self.sources)
        for pair in pairs:
            ours, equals, theirs = pair.partition("=")
            if not equals or not theirs:
                raise JobmatchError(f"--column {pair}", "is not of the form ours=theirs", "For example title=jobTitle.")
            separator = "/" if ours.strip() == "external_id" else "\n\n"
            sources[_target(ours.strip())] = Source(tuple(part.strip() for part in theirs.split("+")), separator)
        return replace(self, sources=sources)


def load_mapping(path: Path | None) -> FileMapping:
    """The mapping in a YAML file; an empty one without a file.

    Raises:
        JobmatchError: the file cannot be read or is no mapping.
    """
    import yaml

    if path is None:
        return FileMapping()
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise JobmatchError(str(path), "cannot be read as YAML", "Write one «ours: theirs» a line.") from None
    if not isinstance(document, dict):
        raise JobmatchError(str(path), "is not a mapping", "Write one «ours: theirs» a line.")
    return FileMapping.of(document)


def read_postings(path: Path, mapping: FileMapping | None = None) -> tuple[pa.Table, list[Rejected]]:
    """A whole file as one table.

    Args:
        path: CSV, JSON Lines, JSON or Parquet, perhaps gzipped.
        mapping: how columns are called; None recognises all by name.

    Returns:
        postings in the schema ``tables.POSTING``, one row per external id, and the rejected rows.
    """
    import pyarrow as pa

    from jobmatch_dagster.tables import POSTING

    rejected: list[Rejected] = []
    batches = list(stream_postings(path, mapping or FileMapping(), rejected))
    return pa.concat_tables(batches) if batches else POSTING.empty_table(), rejected


def stream_postings(path: Path, mapping: FileMapping, rejected: list[Rejected]) -> Iterator[pa.Table]:
    """The file's postings in tables of a few thousand rows; each external id of a day comes once, the first wins.

    Args:
        path, mapping: as for ``read_postings``.
        rejected: rows that cannot be read are appended here.
    """
    import pyarrow as pa

    from jobmatch_dagster.tables import POSTING

    seen: set[tuple[str, date | None]] = set()
    waiting: list[Posting] = []
    known: dict[str, None] = {}
    sources: dict[str, Source] = {}
    for number, row in rows_of(path, rejected):
        if not known.keys() >= row.keys():
            # JSON rows need not all have the same keys: look again when one shows a new key.
            known |= dict.fromkeys(row)
            sources = _sources_for(known, mapping)
        try:
            posting = _posting(row, sources, mapping)
        except ValueError as error:
            rejected.append(Rejected(number, str(error)))
            continue
        key = (posting["external_id"], posting["fetched_at"].date() if mapping.day_column else None)
        if key not in seen:
            seen.add(key)
            waiting.append(posting)
        if len(waiting) >= _BATCH:
            yield pa.Table.from_pylist(waiting, schema=POSTING)
            waiting = []
    if waiting:
        yield pa.Table.from_pylist(waiting, schema=POSTING)


def _sources_for(keys: Iterable[str], mapping: FileMapping) -> dict[str, Source]:
    """The mapping, completed by recognising usual names among the file's keys."""
    by_name = {_fold(name): name for name in reversed(list(keys))}
    taken = {column for source in mapping.sources.values() for column in source.columns} | {mapping.day_column}
    sources = dict(mapping.sources)
    for ours, usual in _usual_names().items():
        names = [by_name[name] for name in usual if name in by_name and by_name[name] not in taken]
        if ours not in sources and names:
            sources[ours] = Source((names[0],), "; ")
    return sources


@lru_cache(maxsize=1)
def _usual_names() -> dict[str, list[str]]:
    import yaml

    text = (files("jobmatch_dagster.boards") / "data" / "columns.yaml").read_text("utf-8")
    return {ours: [_fold(name) for name in names] for ours, names in yaml.safe_load(text).items()}


def _fold(name: Any) -> str:
    return "".join(character for character in str(name).casefold() if character.isalnum())


def _posting(row: Mapping[str, Any], sources: Mapping[str, Source], mapping: FileMapping) -> Posting:
    said = {ours: source.of(row) for ours, source in sources.items()}
    seen_at = _seen_at(row, mapping)
    posted, posted_text = said.get("posted"), values.text(said.get("posted"))
    location = said.get("location")
    posting: Posting = {
        "board": mapping.board,
        "external_id": values.text(said.get("external_id")),
        "url": values.link(said.get("url")),
        "title": values.text(said.get("title")),
        "company": values.text(said.get("company")),
        "location": "; ".join(values.texts(location) or []) or None
        if isinstance(location, list)
        else values.text(location),
        "posted_text": values.text(said.get("posted_text")) or posted_text,
        "posted_on": values.day(said.get("posted_on")) or values.day(posted) or values.day_of_age(posted_text, seen_at),
        "salary_min": values.number(said.get("salary_min")),
        "salary_max": values.number(said.get("salary_max")),
        "salary_currency": values.currency(said.get("salary_currency")),
        "salary_period": values.lookup("period", said.get("salary_period")),
        "employment_type": values.only(said.get("employment_type"), "employment_type"),
        "seniority": values.text(said.get("seniority")),
        "remote": "remote" if said.get("remote") is True else values.lookup("remote", said.get("remote")),
        "description_html": values.markup(said.get("description_html")),
        "apply_url": values.link(said.get("apply_url")),
        "company_url": values.link(said.get("company_url")),
        "benefits": values.texts(said["benefits"]) if isinstance(said.get("benefits"), list) else None,
        "valid_until": values.day(said.get("valid_until")),
        "snippet": values.text(said.get("snippet")),
        "fetched_at": seen_at,
    } | values.stated_salary(values.text(said.get("salary_text")))
    if not (posting["title"] or posting["description_html"]):
        raise ValueError("has neither a title nor a description")
    posting["external_id"] = posting["external_id"] or _identity(posting)
    return {name: posting.get(name) for name in columns()}


def _seen_at(row: Mapping[str, Any], mapping: FileMapping) -> datetime:
    if mapping.day_column is None:
        return datetime.combine(mapping.day or datetime.now(UTC).date(), time(), UTC)
    said = row.get(mapping.day_column)
    if isinstance(said, datetime):
        return said if said.tzinfo else said.replace(tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(str(said))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        day = values.day(said)
    if day is None:
        raise ValueError(f"has no day in column {mapping.day_column!r}")
    return datetime.combine(day, time(), UTC)


def _identity(posting: Posting) -> str:
    """An id for a row that brings none: the same title, employer, place and text give the same id."""
    parts = [posting.get(name) for name in ("url", "title", "company", "location", "description_html")]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode("utf-8", "replace")).hexdigest()[:20]


def _target(name: str) -> str:
    aliases = {"description": "description_html", "posted_at": "posted", "date": "posted"}
    target = aliases.get(name, name)
    if target not in _TARGETS:
        raise JobmatchError(f"The column {name!r}", "is none of a posting's", f"Choose from {', '.join(_TARGETS)}.")
    return target


def _source(name: str, said: Any) -> Source:
    match said:
        case str():
            return Source((said,), "; ")
        case {"join": list(parts)}:
            return Source(tuple(map(str, parts)), str(said.get("with", "\n\n")))
        case {"first_words_of": str(column)}:
            return Source((column,), words=int(said.get("words", 8)))
        case {"value": value}:
            return Source(value=value)
    raise JobmatchError(
        f"The mapping of {name}",
        "has a form that is not known",
        "Write a column's name, {join: [a, b]}, {first_words_of: a, words: 8} or {value: x}.",
    )
