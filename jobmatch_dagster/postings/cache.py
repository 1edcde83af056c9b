"""Arrays that take seconds to make from an installed package's data are kept in the settings' cache folder."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np

from jobmatch_dagster.settings import settings


def cached_arrays(name: str, build: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Arrays made by ``build()``, kept as ``<cache>/<name>.npz``.

    Args:
        name: names the content and every version that it depends on; another name is another file.
        build: makes the arrays when the file is absent or cannot be read. A folder that cannot be written only costs
            time.
    """
    path = settings().cache / f"{name}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except (OSError, ValueError, KeyError, EOFError):
        arrays = build()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{random.SystemRandom().getrandbits(32):08x}.npz")
        np.savez(part, **arrays)  # type: ignore[arg-type]
        part.replace(path)
    except OSError:
        return arrays  # a read-only home: the next process makes them anew
    return arrays
