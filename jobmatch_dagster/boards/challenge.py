"""Recognising a page that stands in for the answer: a bot challenge, a captcha, a login wall, a consent wall.

Only recognised and reported, never passed: the crawler stops asking instead. Marks are data (``data/challenges.yaml``).
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_LOOKED_AT = 200_000


@lru_cache(maxsize=1)
def _marks() -> list[dict[str, Any]]:
    import yaml

    marks: list[dict[str, Any]] = yaml.safe_load(
        (files("jobmatch_dagster.boards") / "data" / "challenges.yaml").read_text("utf-8")
    )
    return marks


def recognise(body: str, url: str | None = None) -> str | None:
    """Name the wall that a page is, or None for a page that may be an answer.

    Ask only about a page in which no posting was found: some walls' scripts are also loaded by pages that do answer.

    Args:
        body: the page.
        url: the address that it was finally served from.
    """
    head = body[:_LOOKED_AT]
    match = _TITLE.search(head)
    title = " ".join(match.group(1).split()).casefold() if match else ""
    lowered = head.casefold()
    for mark in _marks():
        if any(title.startswith(t) for t in mark.get("titles", [])):
            return str(mark["name"])
        if url and any(part in url for part in mark.get("addresses", [])):
            return str(mark["name"])
        if any(part in lowered for part in mark.get("certain", [])):
            return str(mark["name"])
    return None
