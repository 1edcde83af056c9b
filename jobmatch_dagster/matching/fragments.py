"""Many strings out of few pieces: columns of JSON and sentences, put together by a compiled kernel.

Belongs here: a growing store of text pieces and the assembling of Arrow string columns from lists of their numbers.
What the pieces say is the explanation's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

MOST_BYTES = 1 << 30  # of one Arrow array, whose offsets are 32 bits wide


class Pieces:
    """Text pieces by number. Piece 0 is empty."""

    def __init__(self) -> None:
        self._data: list[bytes] = []
        self._lengths: list[NDArray[np.int64]] = [np.zeros(1, np.int64)]
        self._count = 1

    def add(self, texts: Iterable[str] | pa.Array) -> NDArray[np.int64]:
        """Store texts (or a string column without nulls) and return their numbers, in order."""
        import pyarrow as pa

        if isinstance(texts, pa.Array):
            return self._add(*_bytes_of(texts))
        parts = [text.encode("utf-8", "replace") for text in texts]
        return self._add(b"".join(parts), np.array([len(part) for part in parts], np.int64))

    def one(self, text: str) -> int:
        """Store one text and return its number."""
        return int(self.add([text])[0])

    def _add(self, data: bytes, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        first = self._count
        self._data.append(data)
        self._lengths.append(lengths)
        self._count += len(lengths)
        return np.arange(first, self._count)

    def assemble(self, indptr: NDArray[np.int64], pieces: NDArray[np.int64]) -> pa.ChunkedArray:
        """A string column; row ``i`` is the pieces ``pieces[indptr[i]:indptr[i + 1]]`` one after the other."""
        import pyarrow as pa

        data = np.frombuffer(b"".join(self._data), np.uint8)
        lengths = np.concatenate(self._lengths)
        starts = np.cumsum(lengths) - lengths
        ends = np.concatenate([[0], np.cumsum(lengths[pieces])])[indptr]
        chunks, first = [], 0
        while first < len(indptr) - 1:
            last = int(np.searchsorted(ends, ends[first] + MOST_BYTES, side="right")) - 1
            last = min(max(last, first + 1), len(indptr) - 1)
            out = np.empty(int(ends[last] - ends[first]), np.uint8)
            _copy(data, starts, lengths, pieces[indptr[first] : indptr[last]], out)
            bounds = (ends[first : last + 1] - ends[first]).astype(np.int32)
            chunks.append(pa.StringArray.from_buffers(last - first, pa.py_buffer(bounds), pa.py_buffer(out)))
            first = last
        return pa.chunked_array(chunks, pa.string())


def _bytes_of(texts: pa.Array) -> tuple[bytes, NDArray[np.int64]]:
    """The UTF-8 of a string column, and the length of each."""
    import pyarrow as pa

    texts = texts.cast(pa.large_string())
    if not len(texts):
        return b"", np.zeros(0, np.int64)
    offsets = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset : texts.offset + len(texts) + 1]
    data = texts.buffers()[2]
    return data.to_pybytes()[offsets[0] : offsets[-1]] if data else b"", np.diff(offsets)


@njit(cache=True, nogil=True)
def _copy(data, starts, lengths, pieces, out):
    at = 0
    for piece in pieces:
        start, length = starts[piece], lengths[piece]
        out[at : at + length] = data[start : start + length]
        at += length


def rows_of(columns: list[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """``(indptr, pieces)`` for rows that all have the same number of pieces, one column of numbers per place."""
    flat = np.stack(columns, axis=1)
    return np.arange(len(flat) + 1) * flat.shape[1], flat.ravel()


def lists_of(
    owner: NDArray[np.int64],
    columns: list[NDArray[np.int64]],
    n_rows: int,
    opened: int,
    between: int,
    closed: int,
    empty: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """``(indptr, pieces)`` for rows that are lists of items.

    Args:
        owner: the row of each item, ascending.
        columns: the pieces of each item, one column per place.
        n_rows: number of rows.
        opened, between, closed, empty: pieces that open a list, stand between items, close it, and stand for an empty
        one.
    """
    counts = np.bincount(owner, minlength=n_rows)
    width = len(columns) + 2
    indptr = np.concatenate([[0], np.cumsum(np.where(counts > 0, counts * width, 1))])
    pieces = np.zeros(indptr[-1], np.int64)
    pieces[indptr[:-1][counts == 0]] = empty
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = indptr[owner] + within * width
    pieces[at] = np.where(within == 0, opened, between)
    for place, column in enumerate(columns, 1):
        pieces[at + place] = column
    pieces[at + width - 1] = np.where(within == counts[owner] - 1, closed, 0)
    return indptr, pieces
