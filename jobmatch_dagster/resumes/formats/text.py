"""Plain text, Markdown, HTML and RTF: lines and list marks, without geometry."""

from __future__ import annotations

import re
from typing import Any

from jobmatch_dagster.resumes.model import Cell, Document, Limits, Line
from jobmatch_dagster.resumes.status import Refused

_BULLET = re.compile(r"^\s*(?:[•▪‣◦●○■□▸►▶➢➤✓✔·∙*+–—-]|o)\s+")
_CELLS = re.compile(r"\t+| {3,}")
_MARKS = re.compile(r"(?<!\w)(\*\*|__|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "tr",
        "section",
        "article",
        "header",
        "footer",
        "ul",
        "ol",
        "table",
        "dt",
        "dd",
        "br",
        "blockquote",
    ]
)


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
        return _html(text)
    if kind == "md":
        from markdown_it import MarkdownIt

        return _html(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
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


def _html(text: str) -> Document:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    tree.strip_tags(["script", "style", "noscript", "template", "svg", "head"])
    lines: list[Line] = []
    links: list[str] = []
    buffer: list[str] = []
    state: dict[str, Any] = {"bullet": False, "style": "", "gap": 0.0, "bold": False}

    def flush() -> None:
        joined = re.sub(r"[ \n\r\f]+", " ", "".join(buffer)).strip()
        buffer.clear()
        if joined:
            cells = [Cell(part.strip(), bold=bool(state["bold"])) for part in _CELLS.split(joined) if part.strip()]
            lines.append(Line(cells, gap=float(state["gap"]), bullet=bool(state["bullet"]), style=str(state["style"])))
            state.update(bullet=False, style="", gap=0.0, bold=False)

    def walk(node: Any) -> None:
        glued = False
        for child in node.iter(include_text=True):
            tag = child.tag or ""
            if tag == "-text":
                if not "".join(buffer).strip() and node.tag in ("b", "strong"):
                    state["bold"] = True
                buffer.append(child.text(deep=False) or "")
                glued = False
                continue
            block = tag in _BLOCKS
            if block:
                flush()
                _open_block(tag, state)
            elif tag in ("td", "th") or (glued and buffer and not buffer[-1][-1:].isspace()):
                buffer.append("\t")
            href = (child.attributes or {}).get("href") or "" if tag == "a" else ""
            if href.lower().startswith(("http://", "https://", "mailto:", "tel:")):
                links.append(href)
            walk(child)
            if block:
                flush()
            glued = True

    if tree.body is not None:
        walk(tree.body)
    flush()
    return Document(lines, list(dict.fromkeys(links)))


def _open_block(tag: str, state: dict[str, Any]) -> None:
    """What a block element says about the line that it begins."""
    if tag == "li":
        state["bullet"] = True
    elif tag in ("h1", "h2"):
        state.update(style="title" if tag == "h1" else "heading", gap=1.5, bold=True)
    elif re.fullmatch(r"h[3-6]", tag):
        state.update(gap=1.5, bold=True)
    elif tag == "p":
        state["gap"] = 1.0


def _rtf(data: bytes, limits: Limits) -> Document:
    from striprtf.striprtf import rtf_to_text

    if len(data) > limits.max_bytes:
        raise Refused("too_large")
    text = rtf_to_text(data.decode("latin-1"), errors="ignore")
    links = re.findall(rb'HYPERLINK\s+"([^"]{4,500})"', data)
    document = Document(plain_lines(text.replace("|\n", "\n")))
    document.links = [link.decode("latin-1") for link in links if link.lower().startswith((b"http", b"mailto:"))]
    return document
