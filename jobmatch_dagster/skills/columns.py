"""Arrow columns from plain arrays: numbers, names of codes, stretches of code points. No meaning belongs here.

Columns are put together from buffers: ``pyarrow.array`` would import pandas, which takes longer than reading some
thousand postings.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from jobmatch_dagster.skills.kernels import kernel, small_kernel

_TWO, _THREE, _FOUR = 0x80, 0x800, 0x10000
"""First code points of two, three and four bytes in UTF-8."""
_SURROGATES, _SURROGATES_END, _REPLACEMENT = 0xD800, 0xE000, 0xFFFD


def numbers(values: np.ndarray, kind: pa.DataType, missing: np.ndarray | None = None) -> pa.Array:
    """A column of numbers of an Arrow type as wide as the array's; null where ``missing``."""
    gaps = None if missing is None else pa.py_buffer(np.packbits(~missing, bitorder="little"))
    return pa.Array.from_buffers(kind, len(values), [gaps, pa.py_buffer(np.ascontiguousarray(values))])


def names(codes: np.ndarray, known: Sequence[str]) -> pa.Array:
    """The name of each code; a code without one is null."""
    places = numbers(codes.astype(np.int32), pa.int32(), codes >= len(known))
    written = [name.encode() for name in known]
    offsets = np.cumsum([0, *map(len, written)], dtype=np.int32)
    column = pa.StringArray.from_buffers(len(known), pa.py_buffer(offsets), pa.py_buffer(b"".join(written)))
    return column.take(places)


def strings(codes: np.ndarray, start: np.ndarray, end: np.ndarray) -> pa.Array:
    """``codes[start[i]:end[i]]`` as strings; a lone surrogate, which no string column can hold, becomes U+FFFD.

    Args:
        codes: code points (uint32).
        start, end: int64, one item per string.
    """
    offsets = np.empty(len(start) + 1, np.int32)
    data = np.empty(_sizes(codes, start, end, offsets), np.uint8)
    _fill(codes, start, end, offsets, data)
    return pa.StringArray.from_buffers(len(start), pa.py_buffer(offsets), pa.py_buffer(data))


@small_kernel
def _valid(code):  # type: ignore[no-untyped-def]
    return np.uint32(_REPLACEMENT) if _SURROGATES <= code < _SURROGATES_END else code


@kernel
def _sizes(codes, start, end, offsets):  # type: ignore[no-untyped-def]
    """Fill ``offsets``; returns how many bytes all take."""
    total = 0
    offsets[0] = 0
    for n in range(len(start)):
        for i in range(start[n], end[n]):
            code = codes[i]
            total += 1 + (code >= _TWO) + (code >= _THREE) + (code >= _FOUR)
        offsets[n + 1] = total
    return total


@kernel
def _fill(codes, start, end, offsets, data):  # type: ignore[no-untyped-def]
    """Write the bytes."""
    for n in range(len(start)):
        at = offsets[n]
        for i in range(start[n], end[n]):
            code = _valid(codes[i])
            if code < _TWO:
                data[at] = code
                at += 1
                continue
            more = 1 + (code >= _THREE) + (code >= _FOUR)
            for k in range(more, 0, -1):
                data[at + k] = 0x80 | (code & 0x3F)
                code >>= np.uint32(6)
            data[at] = (0xFF00 >> (more + 1)) & 0xFF | code
            at += 1 + more
