"""How this room compiles its kernels, and when a compiled one is out of date. Nothing else."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from numba import njit

_ALLOCATING: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
_PLAIN: dict[str, Any] = _ALLOCATING | {"_nrt": False}
_WITH_CONSTANTS = ("characters", "compiling", "concepts", "cues")
"""Modules without kernels whose constants are compiled into those of others."""


def kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that allocates nothing: its arrays come from the caller, and slices of them are fine.

    Without allocation no reference counts are kept. They cost more than the work itself where a function that is
    called per mention takes dozens of arrays.
    """
    return _dated(njit(**_PLAIN)(function))


def small_kernel(function: Callable[..., Any]) -> Any:
    """As ``kernel``, for what is to be merged into its caller."""
    return _dated(njit(**_PLAIN, inline="always")(function))


def allocating_kernel(function: Callable[..., Any]) -> Any:
    """Compile a function that makes arrays."""
    return _dated(njit(**_ALLOCATING)(function))


def _dated(dispatcher: Any) -> Any:
    """Let a change of any module with kernels outdate the kernel kept on disk.

    A kernel contains those that it calls, in other modules too; numba looks only at the file of the kernel itself and
    would go on running the old ones.
    """
    index = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if index is not None:
        index._source_stamp = (*index._source_stamp, _room_stamp())
    return dispatcher


@lru_cache(maxsize=1)
def _room_stamp() -> int:
    """Changes with the code of any module of this room that has kernels or constants of theirs."""
    stamp = 0
    for path in sorted(Path(__file__).parent.glob("*.py")):
        source = path.read_bytes()
        if path.stem in _WITH_CONSTANTS or b"skills.kernels import" in source:
            stamp = zlib.crc32(source, stamp)
    return stamp
