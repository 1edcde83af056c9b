"""ODT files: paragraphs, headings, lists and tables of the text document."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from jobmatch_dagster.resumes.formats import flowing
from jobmatch_dagster.resumes.formats.archive import Archive
from jobmatch_dagster.resumes.formats.flowing import DEFAULT_SIZE, Run, Seen
from jobmatch_dagster.resumes.model import Document, Limits, Line, hidden_warning
from jobmatch_dagster.resumes.status import Refused

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_MANIFEST = "META-INF/manifest.xml"
_DROPPED = frozenset(f"{_TEXT}{n}" for n in ("tracked-changes", "note", "sequence-decls", "bookmark"))


class _Look(NamedTuple):
    """What a style says of its text; None where it says nothing."""

    bold: bool | None = None
    size: float | None = None
    colour: str | None = None
    painted: bool = False
    unseen: bool = False

    def over(self, under: _Look) -> _Look:
        """This look where it says something, else the one under it."""
        return _Look(
            under.bold if self.bold is None else self.bold,
            self.size or under.size,
            self.colour or under.colour,
            self.painted or under.painted,
            self.unseen or under.unseen,
        )


def read(data: bytes, limits: Limits) -> Document:
    """Read an ODT file.

    Raises:
        Refused: encrypted, corrupt or malicious.
    """
    archive = Archive(data, limits)
    manifest = archive.read(_MANIFEST)
    if manifest and b"encryption-data" in manifest:
        raise Refused("encrypted")
    tree = archive.xml("content.xml")
    body = tree.find(f"{_OFFICE}body/{_OFFICE}text") if tree is not None else None
    if body is None:
        raise Refused("corrupt")
    reader = _Reader(_looks(tree) | _looks(archive.xml("styles.xml")))
    lines = reader.blocks(body, _Look())
    left_out = reader.seen.left_out
    return Document(
        lines,
        flowing.links([a.get(f"{_XLINK}href") or "" for a in tree.iter(f"{_TEXT}a")]),
        warnings=[hidden_warning(left_out)] if left_out else [],
    )


def _looks(tree: Any) -> dict[str, _Look]:
    """The looks of a file's styles by their names."""
    found: dict[str, _Look] = {}
    for style in tree.iter(f"{_STYLE}style") if tree is not None else ():
        parts = list(style)
        fills = {part.get(f"{_FO}background-color") for part in parts}
        text = style.find(f"{_STYLE}text-properties")
        given = text.attrib if text is not None else {}
        size = re.match(r"([\d.]+)pt", given.get(f"{_FO}font-size") or "")
        weight = given.get(f"{_FO}font-weight")
        found[style.get(f"{_STYLE}name") or ""] = _Look(
            None if weight is None else weight == "bold",
            float(size[1]) if size else None,
            given.get(f"{_FO}color"),
            bool(fills - {None, "transparent", "#ffffff"}),
            given.get(f"{_TEXT}display") == "none",
        )
    return found


class _Reader:
    """Block elements to lines."""

    def __init__(self, looks: dict[str, _Look]) -> None:
        self._looks = looks
        self.seen = Seen()

    def _look(self, element: Any, under: _Look) -> _Look:
        name = element.get(f"{_TEXT}style-name") or element.get(f"{_TABLE}style-name") or ""
        own = self._looks.get(name)
        return own.over(under) if own else under

    def blocks(self, parent: Any, look: _Look, *, listed: bool = False) -> list[Line]:
        """Lines of the blocks in an element; ``look`` is what lies around it."""
        lines: list[Line] = []
        for child in parent:
            tag = child.tag
            if tag in (f"{_TEXT}p", f"{_TEXT}h"):
                lines.extend(self._paragraph(child, look, listed))
            elif tag == f"{_TABLE}table-row":
                around = self._look(child, look)
                cells = [self.blocks(cell, self._look(cell, around)) for cell in child.iter(f"{_TABLE}table-cell")]
                lines.extend(flowing.row(cells))
            elif tag == f"{_TEXT}list-item":
                lines.extend(self.blocks(child, look, listed=True))
            elif isinstance(tag, str) and tag not in _DROPPED:
                lines.extend(self.blocks(child, self._look(child, look), listed=listed))
        return lines

    def _paragraph(self, element: Any, look: _Look, listed: bool) -> list[Line]:
        heading = element.tag == f"{_TEXT}h"
        runs: list[Run] = []
        frames: list[Any] = []
        own = self._look(element, look)
        self._inline(element, own._replace(bold=True) if heading else own, runs, frames)
        lines = flowing.lines(
            runs,
            gap=flowing.HEADING_GAP if heading else 0.0,
            bullet=listed and not heading,
            style="heading" if heading else "",
        )
        for frame in frames:
            lines.extend(self.blocks(frame, look._replace(painted=True)))
        return lines

    def _inline(self, element: Any, look: _Look, runs: list[Run], frames: list[Any]) -> None:
        self._say(element.text, look, runs)
        for child in element:
            tag = child.tag
            if tag == f"{_TEXT}tab":
                self._say("\t", look, runs)
            elif tag == f"{_TEXT}line-break":
                self._say("\n", look, runs)
            elif tag == f"{_TEXT}s":
                self._say(" " * min(int(child.get(f"{_TEXT}c") or 1), 40), look, runs)
            elif isinstance(tag, str) and tag.endswith("}text-box"):
                frames.append(child)
            elif isinstance(tag, str) and tag not in _DROPPED:
                self._inline(child, self._look(child, look), runs, frames)
            self._say(child.tail, look, runs)

    def _say(self, text: str | None, look: _Look, runs: list[Run]) -> None:
        size = DEFAULT_SIZE if look.size is None else look.size
        if not text:
            return
        if look.unseen or flowing.unseen(look.colour, size, shaded=look.painted):
            self.seen.leave_out(text)
        else:
            runs.append(Run(text, bool(look.bold), False, size))
