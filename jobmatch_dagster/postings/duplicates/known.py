"""Which open jobs of earlier days a new day's jobs may repeat, without reading the open jobs again.

A million open jobs are passed over in a second or two: their stored signatures are looked up band by band, and their
companies and titles are compared once for each distinct name.
"""

from __future__ import annotations

from collections.abc import Callable

import numba
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobmatch_dagster.postings.duplicates.names import company_key, title_key
from jobmatch_dagster.postings.duplicates.signature import BANDS, PERMUTATIONS, band_keys, signatures

_CHUNK = 20_000  # rows whose bands are made at once
_NO_WORDS = np.uint32(0xFFFFFFFF)


def stored_signatures(known: pa.Table) -> np.ndarray:
    """Signatures of known jobs, uint32, shape (rows, 64): from the column ``signature`` (lists of 64 uint32, or their
    256 bytes, least byte first) where it is filled, else from ``description``."""
    marks = np.full((known.num_rows, PERMUTATIONS), _NO_WORDS, np.uint32)
    missing = np.ones(known.num_rows, bool)
    if "signature" in known.column_names:
        column = known["signature"].combine_chunks()
        there = np.asarray(column.is_valid())
        filled = column.drop_null()
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
            values = np.frombuffer(b"".join(filled.to_pylist()), "<u4")
        else:
            values = filled.flatten().to_numpy(zero_copy_only=False).astype(np.uint32)
        marks[there] = values.reshape(-1, PERMUTATIONS)
        missing = ~there
    if "description" in known.column_names:
        rows = np.flatnonzero(missing)
        for start in range(0, len(rows), _CHUNK):
            part = rows[start : start + _CHUNK]
            marks[part] = signatures([text or "" for text in known["description"].take(part).to_pylist()])
    return marks


def likely(
    known: pa.Table, known_marks: np.ndarray, marks: np.ndarray, companies: list[str], titles: list[str]
) -> np.ndarray:
    """Rows of the known jobs that share a band of the signature, or company and title, with a job of the day.

    Args:
        known: open jobs with columns ``company`` and ``title``.
        known_marks: their signatures, shape (rows, 64).
        marks: signatures of the day's jobs, shape (jobs, 64).
        companies, titles: of the day's jobs.
    """
    named = _of_same_name(known, companies, titles)
    return np.flatnonzero(named | _of_same_band(known_marks, marks[marks[:, 0] != _NO_WORDS]))


def _of_same_name(known: pa.Table, companies: list[str], titles: list[str]) -> np.ndarray:
    firms = {company_key(name) for name in set(companies)}
    rows = np.flatnonzero(_among(known["company"], lambda name: company_key(name) in firms))
    if not len(rows):
        return np.zeros(known.num_rows, bool)
    pairs = {(company_key(c), title_key(t)) for c, t in set(zip(companies, titles, strict=True))}
    jobs = {title for _, title in pairs}
    rows = rows[_among(known["title"].take(rows), lambda name: title_key(name) in jobs)]
    both = zip(known["company"].take(rows).to_pylist(), known["title"].take(rows).to_pylist(), strict=True)
    result = np.zeros(known.num_rows, bool)
    result[rows[np.fromiter(((company_key(c), title_key(t)) in pairs for c, t in both), bool, len(rows))]] = True
    return result


def _among(column: pa.ChunkedArray, wanted: Callable[[str], bool]) -> np.ndarray:
    """Where a column's value is wanted; asked once for each distinct value."""
    values = column.combine_chunks().dictionary_encode()
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    chosen = pa.array([wanted(name or "") for name in values.dictionary.to_pylist()], pa.bool_())
    return np.asarray(pc.fill_null(chosen.take(values.indices), False))


def _of_same_band(known_marks: np.ndarray, marks: np.ndarray) -> np.ndarray:
    result = np.zeros(len(known_marks), bool)
    if not len(marks):
        return result
    size = 1 << (4 * len(marks) * BANDS - 1).bit_length()
    slots = np.zeros(size, np.uint64)
    _fill(band_keys(marks), slots)
    for start in range(0, len(known_marks), _CHUNK):
        part = known_marks[start : start + _CHUNK]
        result[start : start + _CHUNK] = _shared(band_keys(part), slots) & (part[:, 0] != _NO_WORDS)
    return result


@numba.njit(cache=True, nogil=True)
def _fill(keys, slots):  # type: ignore[no-untyped-def]
    """Put the keys of all bands into an open-addressing set; a band's number is part of its key."""
    mask = np.uint64(len(slots) - 1)
    for row in range(len(keys)):
        for band in range(keys.shape[1]):
            key = (keys[row, band] ^ np.uint64(band)) | np.uint64(1)
            place = (key >> np.uint64(20)) & mask
            while slots[place] != 0 and slots[place] != key:
                place = (place + np.uint64(1)) & mask
            slots[place] = key


@numba.njit(cache=True, nogil=True)
def _shared(keys, slots):  # type: ignore[no-untyped-def]
    """True for each row of which one band is in the set."""
    mask = np.uint64(len(slots) - 1)
    result = np.zeros(len(keys), np.bool_)
    for row in range(len(keys)):
        for band in range(keys.shape[1]):
            key = (keys[row, band] ^ np.uint64(band)) | np.uint64(1)
            place = (key >> np.uint64(20)) & mask
            while slots[place] != 0 and slots[place] != key:
                place = (place + np.uint64(1)) & mask
            if slots[place] == key:
                result[row] = True
                break
    return result
