"""Columns in the notation that Arrow's CSV writer and Postgres' COPY agree on.

Belongs here: arrays as literals, text without what Postgres has no place for. Who sends the rows is ``merging``;
columns of numbers, of which a row has hundreds, go as ``binary``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def of(rows: pa.Table) -> pa.Table:
    """The same rows with every column as something that Arrow's CSV writer and Postgres agree on."""
    import pyarrow as pa

    arrays = [_column(rows.column(index).combine_chunks()) for index in range(rows.num_columns)]
    return pa.table(arrays, names=rows.schema.names)


def _column(values: pa.Array) -> pa.Array:
    import pyarrow as pa

    kind = values.type
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], kind)
    if pa.types.is_dictionary(kind):
        return _column(values.dictionary_decode())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return _array_literals(values)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _without_nul(values)
    if pa.types.is_decimal(kind):
        return values.cast(pa.string())
    return values


def _array_literals(lists: pa.ListArray) -> pa.Array:
    """Lists as Postgres writes arrays: ``{1,2}``, ``{"a","b"}``, null elements as NULL."""
    import pyarrow as pa
    from pyarrow import compute as pc

    elements = lists.flatten()
    if pa.types.is_string(elements.type) or pa.types.is_large_string(elements.type):
        quoted = pc.replace_substring(pc.replace_substring(_without_nul(elements), "\\", "\\\\"), '"', '\\"')
        elements = pc.binary_join_element_wise('"', quoted, '"', "")
    elements = pc.fill_null(elements.cast(pa.string()), "NULL")
    lengths = pc.fill_null(pc.list_value_length(lists), 0).cast(pa.int32())
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())])
    joined = pc.binary_join(pa.ListArray.from_arrays(offsets, elements), ",")
    literals = pc.binary_join_element_wise("{", joined, "}", "")
    return pc.if_else(lists.is_valid(), literals, pa.scalar(None, pa.string()))


def _without_nul(values: pa.Array) -> pa.Array:
    """Text without U+0000, plain or as a JSON escape: Postgres has no place for it in text or jsonb."""
    from pyarrow import compute as pc

    data = _bytes_of(values)
    if b"\0" in data:
        values = pc.replace_substring(values, "\0", "�")
    if b"\\u0000" in data:
        # An even number of backslashes before it means that the u is not part of an escape.
        mend = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
        texts = values.to_pylist()
        mended = []
        for text in texts:
            while text is not None and mend.search(text):
                text = mend.sub(r"\1\\ufffd", text)
            mended.append(text)
        import pyarrow as pa

        values = pa.array(mended, values.type)
    return values


def _bytes_of(values: pa.Array) -> bytes:
    """The text of all values one after the other; looking through it is much quicker than through each value."""
    import numpy as np
    import pyarrow as pa

    _, offsets, data = values.buffers()
    if data is None or not len(values):
        return b""
    width = np.int64 if pa.types.is_large_string(values.type) else np.int32
    ends = np.frombuffer(offsets, width)[values.offset : values.offset + len(values) + 1]
    text: bytes = data.slice(int(ends[0]), int(ends[-1] - ends[0])).to_pybytes()
    return text
