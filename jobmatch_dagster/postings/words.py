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
    return _branches(sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase)))


def _branches(phrases: list[str]) -> str:
    """Alternatives in this order; those that begin alike share their beginning, so that one look at a character rules
    out all of them."""
    alike: dict[str, list[str]] = {}
    for phrase in phrases:
        alike.setdefault(phrase[:1].casefold(), []).append(phrase)
    branches: list[str] = []
    for group in alike.values():
        firsts = {phrase[:1] for phrase in group}
        if len(group) > 1 and len(firsts) == 1:
            branches.append(f"{_escaped(firsts.pop())}(?:{_branches([phrase[1:] for phrase in group])})")
        else:  # "Pay" and "pay" may be one to the pattern or two
            branches += map(_escaped, group)
    return "|".join(branches)


def _escaped(phrase: str) -> str:
    return re.escape(phrase).replace(r"\ ", r"\s+")


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
