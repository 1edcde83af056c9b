"""Data that a page carries for its own scripts: found by its marker and read by a JSON decoder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_DECODER = json.JSONDecoder()
_NEXT_PUSH = "self.__next_f.push("


def after(body: str, marker: str) -> Any:
    """The first JSON value that follows the marker, or an equals sign after it; None where there is none."""
    at = body.find(marker)
    while at >= 0:
        value = _value(body, at + len(marker))
        if value is not None:
            return value
        at = body.find(marker, at + len(marker))
    return None


def every(body: str, marker: str) -> Iterator[Any]:
    """Each JSON value that follows the marker, passing over broken ones.

    Args:
        body: text with JSON in it.
        marker: what stands before the value, such as ``"jobview":``.
    """
    at = body.find(marker)
    while at >= 0:
        start = at + len(marker)
        while start < len(body) and body[start].isspace():
            start += 1
        try:
            value, end = _DECODER.raw_decode(body, start)
        except (json.JSONDecodeError, RecursionError):
            end = at + len(marker)
        else:
            yield value
        at = body.find(marker, end)


def loads(body: str) -> Any:
    """A whole JSON document, or None if it is not one."""
    try:
        return json.loads(body)
    except (json.JSONDecodeError, RecursionError):
        return None


def next_chunks(body: str) -> str:
    """The text that a Next.js page streams to itself in ``self.__next_f.push([1, "…"])`` chunks, joined."""
    parts: list[str] = []
    at = body.find(_NEXT_PUSH)
    while at >= 0:
        chunk = _value(body, at + len(_NEXT_PUSH))
        if isinstance(chunk, list) and len(chunk) > 1 and isinstance(chunk[1], str):
            parts.append(chunk[1])
        at = body.find(_NEXT_PUSH, at + len(_NEXT_PUSH))
    return "".join(parts)


def dig(value: Any, *path: str | int) -> Any:
    """The value at a path of keys and indexes, or None where the path ends early."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; an empty list for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _value(body: str, at: int) -> Any:
    while at < len(body) and (body[at].isspace() or body[at] == "="):
        at += 1
    try:
        return _DECODER.raw_decode(body, at)[0]
    except (json.JSONDecodeError, RecursionError):
        return None
