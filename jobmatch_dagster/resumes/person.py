"""What is known of who the person is and how to reach them, while it is being read; and how a line of such details
is cut.

The readers of each detail fill it in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from jobmatch_dagster.resumes import places
from jobmatch_dagster.resumes.model import Line

_PIECE = re.compile(
    r"(\t|\s*[|•·⋄◦∙♦]\s*|\s{2,}|\s+[-–—]\s+|\s+,\s+|\s*[\u2302\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?\s*)"
)


@dataclass(slots=True)
class Contact:
    """What was found, each value with its offsets into the body (None where it came from a link behind the text)."""

    name: str | None = None
    label: str | None = None
    email: str | None = None
    phone: str | None = None
    url: str | None = None
    place: places.Place | None = None
    profiles: list[dict[str, Any]] = field(default_factory=list)
    at: dict[str, list[int]] = field(default_factory=dict)
    confidence: dict[str, float] = field(default_factory=dict)
    name_line: Line | None = None


def pieces(line: Line) -> list[tuple[int, str]]:
    """The parts of a line of contact details with their offsets in it."""
    found, at = [], 0
    for part in _PIECE.split(line.text):
        if part.strip() and not _PIECE.fullmatch(part):
            found.append((at + len(part) - len(part.lstrip()), part.strip()))
        at += len(part)
    return found
