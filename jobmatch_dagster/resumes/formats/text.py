"""Plain text, Markdown and RTF: lines and list marks, without geometry. HTML goes on to ``web``."""

from __future__ import annotations

import re

from jobmatch_dagster.resumes.formats import web
from jobmatch_dagster.resumes.model import Cell, Document, Limits, Line
from jobmatch_dagster.resumes.status import Refused

_BULLET = re.compile(r"^\s*(?:[•▪‣◦●○■□▸►▶➢➤✓✔·∙*+–—-]|o)\s+")
_CELLS = re.compile(r"\t+| {3,}")
_MARKS = re.compile(r"(?<!\w)(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")


def read(data: bytes, limits: Limits, kind: str) -> Document:
    """Read a text file.

    Args:
        kind: "txt", "md", "html" or "rtf".

    Raises:
        Refused: corrupt or too_large.
    """
    if kind == "rtf":
        return _rtf(data, limits)
    text = decode(data)
    if len(text) > limits.max_characters * 4:
        raise Refused("too_large")
    if kind == "html":
        return web.read(text)
    if kind == "md":
        from markdown_it import MarkdownIt

        return web.read(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
    return Document(plain_lines(text))


def decode(data: bytes) -> str:
    """Bytes as text: UTF with or without a mark, else Windows' western code page."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(data[:50_000]).best()
        return data.decode(best.encoding if best else "cp1252", "replace")


def plain_lines(text: str) -> list[Line]:
    """Lines of a text; an empty line is white space above the next, tabs and wide gaps part cells."""
    made: list[Line] = []
    gap = 0.0
    for raw in text.splitlines():
        if not raw.strip() or re.fullmatch(r"\s*[-=_*~#]{3,}\s*", raw):
            gap = 1.5
            continue
        match = _BULLET.match(raw)
        rest = raw[match.end() :] if match else raw
        cells = [Cell(part.strip()) for part in _CELLS.split(rest.strip()) if part.strip()]
        if cells:
            made.append(Line(cells, gap=gap, bullet=bool(match)))
        gap = 0.0
    return made


def _rtf(data: bytes, limits: Limits) -> Document:
    from striprtf.striprtf import rtf_to_text

    if len(data) > limits.max_bytes:
        raise Refused("too_large")
    text = rtf_to_text(data.decode("latin-1"), errors="ignore")
    links = re.findall(rb'HYPERLINK\s+"([^"]{4,500})"', data)
    document = Document(plain_lines(text.replace("|\n", "\n")))
    document.links = [link.decode("latin-1") for link in links if link.lower().startswith((b"http", b"mailto:"))]
    return document
