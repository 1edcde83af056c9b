"""Every fetched page of one board on one day: appended while the scrape runs, one Parquet file when it ends.

The journal is append-only and each record carries its checksum, so a process killed in the middle of a write loses
that one page and nothing before it. Closing the archive turns journal and earlier Parquet into one new Parquet (zstd),
which replaces the old one in one step; only then is the journal removed. Pages keep their number for good.

What is held in memory of a page is a few dozen bytes: where it lies and how it ended. So a long scrape stays small.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from jobmatch_dagster.errors import JobmatchError

PARQUET, JOURNAL, LOCK = "pages.parquet", "pages.journal", "lock"
SCHEMA = pa.schema(
    [
        pa.field("number", pa.int32(), nullable=False),
        pa.field("key", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("method", pa.string(), nullable=False),
        pa.field("url", pa.string(), nullable=False),
        pa.field("request_body", pa.string()),
        pa.field("final_url", pa.string()),
        pa.field("search_id", pa.string()),
        pa.field("referrer", pa.string()),
        pa.field("status", pa.int32(), nullable=False),
        pa.field("headers", pa.string(), nullable=False),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("fetched_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("body", pa.large_binary(), nullable=False),
    ]
)
_INDEXED = ("key", "outcome", "kind", "referrer")
_HEAD = struct.Struct("<4sIIII")
_MAGIC = b"JMp1"
_BATCH_BYTES = 16_000_000
# Ends after which the same question brings nothing new within the day; the place of each is its code.
_FINAL = ("", "ok", "gone", "malformed")


@dataclass(frozen=True)
class Page:
    """One answer as it was kept.

    Args:
        number: place in the archive, from 0.
        key: what was asked: method, URL and body, without keys.
        kind: search or detail; again, where a further search asked what had been asked before.
        outcome: ok, gone, malformed, or the kind of ``ScrapingError`` that the page stands for.
        body: after decompression, as bytes.
    """

    number: int
    key: str
    kind: str
    method: str
    url: str
    request_body: str | None
    final_url: str | None
    search_id: str | None
    referrer: str | None
    status: int
    headers: dict[str, str]
    outcome: str
    fetched_at: datetime
    body: bytes = field(repr=False)


class Archive:
    """The pages of one board on one day, in one folder that one process at a time may write.

    Args:
        folder: made if it is not there.

    Attributes:
        asked_again: keys of list pages that a further search asked for, see ``Page.kind``.

    Raises:
        JobmatchError: another process is writing there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = (folder / LOCK).open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise JobmatchError(
                str(folder), "is being written by another scrape", "Wait until it ends, or cancel it."
            ) from None
        self._codec = pa.Codec("zstd", compression_level=3)
        self.asked_again: set[str] = set()
        self._newest: dict[int, int] = {}
        self._ends = bytearray()
        self._stored = _parquet_rows(folder / PARQUET)
        self._group: tuple[int, pa.Table] | None = None
        self._index_parquet()
        self._offsets = array("Q")
        self._journal = self._open_journal()

    # --- writing ---------------------------------------------------------------------------------------------

    def append(self, **fields: Any) -> Page:
        """Keep one page (the fields of ``Page`` but its number) and return it with its number."""
        page = Page(number=len(self._ends), **fields)
        meta = vars(page) | {"fetched_at": page.fetched_at.isoformat()}
        body = meta.pop("body")
        head = json.dumps(meta).encode()
        raw = head + body
        packed = self._codec.compress(raw, asbytes=True)
        self._offsets.append(self._journal.tell())
        self._journal.write(_HEAD.pack(_MAGIC, len(packed), zlib.crc32(packed), len(raw), len(head)) + packed)
        self._journal.flush()
        self._index(page.key, page.outcome, page.kind, page.referrer)
        return page

    def _index(self, key: str, outcome: str, kind: str, referrer: str | None) -> None:
        self._newest[_digest(key)] = len(self._ends)
        self._ends.append(_FINAL.index(outcome) if outcome in _FINAL else 0)
        if kind == "again":
            self.asked_again.add(str(referrer))

    def close(self, metadata: dict[str, str] | None = None) -> Path:
        """Write the one Parquet file and let go of the folder.

        Args:
            metadata: kept in the file's own metadata, such as the searches that were asked.
        """
        target = self.folder / PARQUET
        draft = target.with_suffix(".parquet.new")
        schema = SCHEMA.with_metadata(metadata or {})
        with pq.ParquetWriter(draft, schema, compression="zstd", compression_level=6, use_dictionary=False) as writer:
            for batch in self._batches():
                writer.write_batch(batch.replace_schema_metadata(schema.metadata))
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(target)
        self._journal.close()
        (self.folder / JOURNAL).unlink(missing_ok=True)
        self.release()
        return target

    def release(self) -> None:
        """Let go of the folder; the journal stays for the next attempt."""
        if not self._journal.closed:
            self._journal.close()
        if not self._lock.closed:
            self._lock.close()

    # --- reading ---------------------------------------------------------------------------------------------

    def outcome(self, key: str) -> str | None:
        """How a request ended, if asking it again the same day would bring nothing new."""
        number = self._newest.get(_digest(key))
        return None if number is None else _FINAL[self._ends[number]] or None

    def page(self, key: str) -> Page | None:
        """The newest page that answers a question; None if it was never asked."""
        number = self._newest.get(_digest(key))
        if number is None:
            return None
        if number >= self._stored:
            return self._read_journal(self._offsets[number - self._stored], number)
        return self._read_parquet(number)

    def pages(self) -> Iterator[Page]:
        """Every page in order."""
        for batch in self._batches():
            yield from _rows(batch)

    def _read_journal(self, offset: int, number: int) -> Page:
        with (self.folder / JOURNAL).open("rb") as journal:
            journal.seek(offset)
            found = self._record(journal)
        if found is None:
            raise JobmatchError(str(self.folder / JOURNAL), "cannot be read any more", "Check the disk.")
        meta, body = found
        return _page(meta | {"number": number}, body)

    def _read_parquet(self, number: int) -> Page:
        """One page of the Parquet file. Its neighbours are often asked for next, so its row group is kept at hand."""
        file = pq.ParquetFile(self.folder / PARQUET)
        starts = [0]
        for group in range(file.num_row_groups):
            starts.append(starts[-1] + file.metadata.row_group(group).num_rows)
        group = bisect_right(starts, number) - 1
        if self._group is None or self._group[0] != group:
            self._group = (group, file.read_row_group(group))
        (page,) = _rows(self._group[1].slice(number - starts[group], 1))
        return page

    def _batches(self) -> Iterator[pa.RecordBatch]:
        if self._stored:
            for batch in pq.ParquetFile(self.folder / PARQUET).iter_batches(batch_size=256):
                yield batch.cast(SCHEMA)
        waiting: list[dict[str, Any]] = []
        size = 0
        for place, offset in enumerate(self._offsets):
            page = self._read_journal(offset, self._stored + place)
            waiting.append(vars(page) | {"headers": json.dumps(page.headers, sort_keys=True)})
            size += len(page.body)
            if size >= _BATCH_BYTES:
                yield pa.RecordBatch.from_pylist(waiting, SCHEMA)
                waiting, size = [], 0
        if waiting:
            yield pa.RecordBatch.from_pylist(waiting, SCHEMA)

    # --- the journal -----------------------------------------------------------------------------------------

    def _open_journal(self) -> IO[bytes]:
        """Open for appending after the last whole record; what a killed process left half written is cut off."""
        path = self.folder / JOURNAL
        good = 0
        if path.exists():
            with path.open("rb") as journal:
                while (found := self._record(journal)) is not None:
                    # Records that an earlier close already moved into the Parquet file are passed over.
                    if found[0]["number"] >= self._stored:
                        self._offsets.append(good)
                        self._index(*(found[0][name] for name in _INDEXED))
                    good = journal.tell()
        handle = path.open("ab")
        handle.truncate(good)
        handle.seek(good)
        return handle

    def _record(self, journal: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
        head = journal.read(_HEAD.size)
        if len(head) < _HEAD.size:
            return None
        magic, packed_size, crc, raw_size, meta_size = _HEAD.unpack(head)
        packed = journal.read(packed_size) if magic == _MAGIC else b""
        if len(packed) < packed_size or magic != _MAGIC or zlib.crc32(packed) != crc:
            return None
        raw = self._codec.decompress(packed, raw_size, asbytes=True)
        return json.loads(raw[:meta_size]), raw[meta_size:]

    def _index_parquet(self) -> None:
        if self._stored:
            for batch in pq.ParquetFile(self.folder / PARQUET).iter_batches(columns=list(_INDEXED)):
                for row in batch.select(_INDEXED).to_pylist():
                    self._index(**row)


def read_pages(path: Path) -> Iterator[Page]:
    """Every page of an archive's Parquet file, in order."""
    try:
        file = pq.ParquetFile(path)
    except (OSError, pa.ArrowInvalid):
        raise JobmatchError(str(path), "is not an archive of pages", "Scrape the day first.") from None
    for batch in file.iter_batches(batch_size=64):
        yield from _rows(batch)


def asked_again(path: Path) -> set[str]:
    """Keys of the list pages of an archive that a further search asked for."""
    table = pq.read_table(path, columns=["kind", "referrer"])
    return {row["referrer"] for row in table.to_pylist() if row["kind"] == "again"}


def read_metadata(path: Path) -> dict[str, str]:
    """What was kept about the archive as a whole."""
    found = pq.read_schema(path).metadata or {}
    return {key.decode(): value.decode() for key, value in found.items() if not key.startswith(b"ARROW")}


def _digest(key: str) -> int:
    return xxhash.xxh3_64_intdigest(key)


def _rows(batch: pa.RecordBatch | pa.Table) -> Iterator[Page]:
    for row in batch.to_pylist():
        yield _page(row | {"headers": json.loads(row["headers"])}, row["body"])


def _page(meta: dict[str, Any], body: bytes) -> Page:
    moment = meta["fetched_at"]
    moment = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return Page(**(meta | {"fetched_at": moment.astimezone(UTC), "body": body}))


def _parquet_rows(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows) if path.exists() else 0
    except pa.ArrowInvalid:
        raise JobmatchError(str(path), "is broken", "Remove it to fetch the day anew.") from None
