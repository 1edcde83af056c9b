"""ODT files: paragraphs, headings, lists and tables of the text document."""

from __future__ import annotations

import re
from typing import Any

from jobmatch_dagster.resumes.formats.archive import Archive
from jobmatch_dagster.resumes.model import Cell, Document, Limits, Line
from jobmatch_dagster.resumes.status import Refused

_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_MANIFEST = "META-INF/manifest.xml"
_CELLS = re.compile(r"\t+| {4,}")
_BULLET = re.compile(r"^(?:[•▪‣◦●○■□▸►▶➢➤✓✔·∙*–—-]|o)\s+")
_DROPPED = frozenset(f"{_TEXT}{n}" for n in ("tracked-changes", "note", "sequence-decls", "bookmark"))


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
    looks = _looks(tree) | _looks(archive.xml("styles.xml"))
    links = [a.get(f"{_XLINK}href") or "" for a in tree.iter(f"{_TEXT}a")]
    allowed = ("http://", "https://", "mailto:", "tel:")
    lines: list[Line] = []
    _blocks(body, lines, looks, listed=False)
    return Document(lines, list(dict.fromkeys(u for u in links if u.lower().startswith(allowed))))


def _looks(tree: Any) -> dict[str, tuple[bool, float | None]]:
    """Style name → (bold, size in points)."""
    found: dict[str, tuple[bool, float | None]] = {}
    for style in tree.iter(f"{_STYLE}style") if tree is not None else ():
        properties = style.find(f"{_STYLE}text-properties")
        if properties is not None:
            size = re.match(r"([\d.]+)pt", properties.get(f"{_FO}font-size") or "")
            found[style.get(f"{_STYLE}name") or ""] = (
                properties.get(f"{_FO}font-weight") == "bold",
                float(size[1]) if size else None,
            )
    return found


def _blocks(parent: Any, lines: list[Line], looks: dict[str, tuple[bool, float | None]], *, listed: bool) -> None:
    for child in parent:
        tag = child.tag
        if tag in (f"{_TEXT}p", f"{_TEXT}h"):
            _paragraph(child, lines, looks, listed)
        elif tag == f"{_TABLE}table-row":
            row: list[list[Line]] = []
            for cell in child.iter(f"{_TABLE}table-cell"):
                inside: list[Line] = []
                _blocks(cell, inside, looks, listed=False)
                row.append(inside)
            _row(row, lines)
        elif tag == f"{_TEXT}list-item":
            _blocks(child, lines, looks, listed=True)
        elif isinstance(tag, str) and tag not in _DROPPED:
            _blocks(child, lines, looks, listed=listed)


def _row(row: list[list[Line]], lines: list[Line]) -> None:
    from jobmatch_dagster.resumes.formats.docx import _is_row, _joined

    filled = [cell for cell in row if cell]
    if len(filled) > 1 and _is_row(filled):
        lines.extend(_joined(filled))
    else:
        for cell in filled:
            lines.extend(cell)


def _paragraph(element: Any, lines: list[Line], looks: dict[str, tuple[bool, float | None]], listed: bool) -> None:
    parts: list[str] = []
    frames: list[Any] = []
    _inline(element, parts, frames)
    name = element.get(f"{_TEXT}style-name") or ""
    spans = [looks.get(s.get(f"{_TEXT}style-name") or "", (False, None)) for s in element.iter(f"{_TEXT}span")]
    bold, size = looks.get(name, (False, None))
    heading = element.tag == f"{_TEXT}h"
    bold = bold or heading or bool(spans and spans[0][0])
    size = max([size or 11.0, *(s[1] or 0.0 for s in spans)])
    for number, text in enumerate("".join(parts).split("\n")):
        match = _BULLET.match(text.lstrip())
        rest = text.lstrip()[match.end() :] if match else text
        cells = [Cell(" ".join(p.split()), size=size, bold=bold) for p in _CELLS.split(rest.strip()) if p.strip()]
        if cells:
            gap = 1.5 if heading else 0.0
            lines.append(
                Line(
                    cells,
                    gap=gap,
                    bullet=(listed and number == 0 and not heading) or bool(match),
                    style="heading" if heading else "",
                )
            )
    for frame in frames:
        _blocks(frame, lines, looks, listed=False)


def _inline(element: Any, parts: list[str], frames: list[Any]) -> None:
    parts.append(element.text or "")
    for child in element:
        tag = child.tag
        if tag == f"{_TEXT}tab":
            parts.append("\t")
        elif tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif tag == f"{_TEXT}s":
            parts.append(" " * min(int(child.get(f"{_TEXT}c") or 1), 40))
        elif isinstance(tag, str) and tag.endswith("}text-box"):
            frames.append(child)
        elif isinstance(tag, str) and tag not in _DROPPED:
            _inline(child, parts, frames)
        parts.append(child.tail or "")
