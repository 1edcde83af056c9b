"""What can be read off files of ours, worked out once and kept: as JSON, under a name made of what it came from.

For what every process needs at its start and would otherwise parse each time. The name is a hash of all that the result
depends on, so a file never has to be thrown away by hand; where it cannot be kept, it is worked out each time.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def kept(folder: Path, sources: Iterable[Path], make: Callable[[], Any], *, versions: Iterable[str] = ()) -> Any:
    """What ``make`` gives, from the folder if it is there.

    Args:
        folder: where results of this kind are kept.
        sources: all files that the result depends on, those of the code that makes it among them.
        make: works it out; gives what JSON can hold.
        versions: what else it depends on: versions of libraries.

    Returns:
        The result as JSON gives it back (lists for tuples), however it was come by.
    """
    path = folder / f"{_digest(sources, versions)}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        text = json.dumps(make())
    partial = path.with_suffix(f".{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        log.debug("%s is not kept: %s", folder.name, error)
    return json.loads(text)


def _digest(sources: Iterable[Path], versions: Iterable[str]) -> str:
    digest = hashlib.sha256("\0".join(versions).encode())
    for path in sources:
        text = path.read_bytes()
        digest.update(f"\0{path.parent.name}/{path.name}\0{len(text)}\0".encode())
        digest.update(text)
    return digest.hexdigest()[:16]
