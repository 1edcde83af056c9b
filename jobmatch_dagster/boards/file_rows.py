"""The rows of a file: CSV, JSON Lines, a JSON array or Parquet, plain or gzipped. Knows nothing of postings."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from jobmatch_dagster import jsonl
from jobmatch_dagster.boards.decoding import charset_of
from jobmatch_dagster.errors import JobmatchError

_LOOKED_AT = 1_000_000
_LONGEST_FIELD = 20_000_000


@dataclass(frozen=True)
class Rejected:
    """A row that could not be read.

    Args:
        row: its number in the file, from 1, the header not counted.
        reason: why, as the rest of a sentence.
    """

    row: int
    reason: str


def rows_of(path: Path, rejected: list[Rejected]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each row with its number, from 1.

    Args:
        path: the file; its content decides the format, the name only between CSV and nothing.
        rejected: rows that are no rows are appended here.

    Raises:
        JobmatchError: the file cannot be read or is of no known format.
    """
    try:
        with path.open("rb") as plain:
            head = plain.read(4)
        if head == b"PAR1":
            yield from _parquet(path)
            return
        with _opened(path, gzipped=head[:2] == b"\x1f\x8b") as stream:
            start = stream.read(_LOOKED_AT)
            stream.seek(0)
            yield from _text_rows(path, stream, start, rejected)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or "it is cut off"
        raise JobmatchError(str(path), f"cannot be read: {reason}", "Check the path and its rights.") from None


def _opened(path: Path, *, gzipped: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if gzipped else path.open("rb")


def _text_rows(
    path: Path, stream: IO[bytes], start: bytes, rejected: list[Rejected]
) -> Iterator[tuple[int, dict[str, Any]]]:
    first = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not first:
        return
    text = io.TextIOWrapper(stream, encoding=charset_of(start), errors="replace", newline="")
    if first == b"[":
        yield from _numbered(_document(path, text), rejected)
    elif first == b"{":
        yield from _json_lines_or_document(path, text, rejected)
    else:
        yield from _csv(path, text, rejected)


def _json_lines_or_document(
    path: Path, text: IO[str], rejected: list[Rejected]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects a line, or one object that holds the list."""
    line = text.readline()
    try:
        one_a_line = isinstance(json.loads(line.lstrip("\ufeff")), dict)
    except (ValueError, RecursionError):  # a number of thousands of digits is a ValueError
        one_a_line = False
    text.seek(0)
    if not one_a_line or not _has_more(text):
        document = _document(path, text)
        lists = [value for value in document.values() if isinstance(value, list)] if isinstance(document, dict) else []
        yield from _numbered(lists[0] if len(lists) == 1 else [document], rejected)
        return
    for number, line in enumerate(text, 1):
        if line.strip("\ufeff \t\r\n"):
            try:
                row = json.loads(line.lstrip("\ufeff"))
            except (ValueError, RecursionError):
                row = None
            yield from _checked(number, row, rejected)


def _has_more(text: IO[str]) -> bool:
    """Is there more than one line? Leaves the stream at its beginning."""
    text.readline()
    more = bool(text.read(1))
    text.seek(0)
    return more


def _document(path: Path, text: IO[str]) -> Any:
    try:
        return json.loads(text.read().lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise JobmatchError(str(path), f"is not JSON{where}", "Write a JSON array, or one object a line.") from None


def _numbered(rows: Any, rejected: list[Rejected]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, row in enumerate(rows, 1):
        yield from _checked(number, row, rejected)


def _checked(number: int, row: Any, rejected: list[Rejected]) -> Iterator[tuple[int, dict[str, Any]]]:
    if isinstance(row, dict):
        yield number, jsonl.whole(row)
    else:
        rejected.append(Rejected(number, "is not a JSON object"))


def _csv(path: Path, text: IO[str], rejected: list[Rejected]) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(_LONGEST_FIELD)
    header_line = text.readline()
    text.seek(0)
    delimiter = max(",;\t|", key=header_line.count)
    reader = csv.reader((line.replace("\0", "") for line in text), delimiter=delimiter)
    try:
        header = [name.strip().lstrip("\ufeff") for name in next(reader)]
    except (StopIteration, csv.Error):
        header = []
    if len(header) < 2:
        raise JobmatchError(
            str(path), "is of no known format", "Give CSV with a header, JSON Lines, a JSON array or Parquet."
        )
    number = 0
    while True:
        number += 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            rejected.append(Rejected(number, f"is not CSV: {error}"))
            continue
        if not any(fields):
            continue
        if len(fields) > len(header):
            rejected.append(Rejected(number, f"has {len(fields)} fields where the header has {len(header)}"))
            continue
        yield number, {name: value for name, value in zip(header, fields, strict=False) if value != ""}


def _parquet(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=1000):
            for row in batch.to_pylist():
                number += 1
                yield number, {name: value for name, value in row.items() if value is not None}
    except pa.ArrowInvalid:
        raise JobmatchError(str(path), "is a broken Parquet file", "Write it anew.") from None
