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
        self._parts: list[bytes] = [b""]

    def add(self, texts: Iterable[str]) -> NDArray[np.int64]:
        """Store texts and return their numbers, in order."""
        first = len(self._parts)
        self._parts.extend(text.encode("utf-8", "replace") for text in texts)
        return np.arange(first, len(self._parts))

    def one(self, text: str) -> int:
        """Store one text and return its number."""
        return int(self.add([text])[0])

    def assemble(self, indptr: NDArray[np.int64], pieces: NDArray[np.int64]) -> pa.ChunkedArray:
        """A string column; row ``i`` is the pieces ``pieces[indptr[i]:indptr[i + 1]]`` one after the other."""
        import pyarrow as pa

        data = np.frombuffer(b"".join(self._parts), np.uint8)
        offsets = np.concatenate([[0], np.cumsum([len(part) for part in self._parts])]).astype(np.int64)
        lengths = np.concatenate([[0], np.cumsum(np.diff(offsets)[pieces])])
        ends = lengths[indptr]
        chunks, first = [], 0
        while first < len(indptr) - 1:
            last = int(np.searchsorted(ends, ends[first] + MOST_BYTES, side="right")) - 1
            last = min(max(last, first + 1), len(indptr) - 1)
            out = np.empty(int(ends[last] - ends[first]), np.uint8)
            _copy(data, offsets, pieces[indptr[first] : indptr[last]], out)
            bounds = (ends[first : last + 1] - ends[first]).astype(np.int32)
            chunks.append(pa.StringArray.from_buffers(last - first, pa.py_buffer(bounds), pa.py_buffer(out)))
            first = last
        return pa.chunked_array(chunks, pa.string())


@njit(cache=True, nogil=True)
def _copy(data, offsets, pieces, out):
    at = 0
    for piece in pieces:
        for source in range(offsets[piece], offsets[piece + 1]):
            out[at] = data[source]
            at += 1


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
