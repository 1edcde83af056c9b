"""The word lists beside this package, read once: languages differ in data, not in code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

_ASIAN = 0x3000  # scripts from here on are written without spaces


@cache
def load(name: str) -> Any:
    """The content of ``data/<name>.yaml``."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(files(__package__).joinpath("data", f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)


def any_of(phrases: Iterable[str]) -> str:
    """A pattern that matches any of the phrases, longest first; a space in a phrase stands for any white space."""
    ordered = sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))
    return "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in ordered)


def whole(phrases: Iterable[str], *, edge: str = r"\w") -> str:
    """A pattern for any of the phrases as whole words; Chinese and Japanese phrases need no edges.

    Args:
        phrases: words or phrases, in any script.
        edge: the characters that may not stand right before or behind.
    """
    names = list(phrases)
    spaced = any_of(name for name in names if ord(name[0]) < _ASIAN)
    asian = any_of(name for name in names if ord(name[0]) >= _ASIAN)
    return "|".join(filter(None, [rf"(?<![{edge}])(?:{spaced})(?![{edge}])" if spaced else "", asian]))
