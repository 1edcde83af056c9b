"""HTML to lines: what a browser's reader would see of it. Nothing is fetched and nothing is run; of style sheets only
those that stand in the file count, and of these only plain rules that make text vanish.
"""

from __future__ import annotations

import re
from typing import Any

from jobmatch_dagster.resumes.formats import flowing
from jobmatch_dagster.resumes.formats.flowing import Seen
from jobmatch_dagster.resumes.model import Cell, Document, Line, hidden_warning

_BLOCKS = frozenset(
    "p div li h1 h2 h3 h4 h5 h6 tr section article header footer ul ol table dt dd br blockquote".split()  # noqa: SIM905
)
_NOT_TEXT = ["script", "style", "noscript", "template", "svg", "head"]
_CELLS = re.compile(r"\t+| {3,}")
_VANISHES = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0\d*)?(?![.\d])"
    r"|font-size\s*:\s*(?:0(?:\.0+)?(?:px|pt|r?em|%)?|[01](?:\.\d+)?(?:px|pt))(?![.\w%])"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-\d{4,}px)",
    re.I,
)
_WHITE = re.compile(
    r"(?<![\w-])color\s*:\s*(?:white|#fff(?:fff)?|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))(?!\w)|color\s*:\s*transparent",
    re.I,
)
_PAINT = re.compile(
    r"background(?:-color|-image)?\s*:\s*(?!\s*(?:white|#fff(?:fff)?\b|none|transparent|inherit))|bgcolor", re.I
)
_AT_RULE = re.compile(r"@[\w-]+[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]*)\}")
_SELECTOR = re.compile(r"^([\w-]*)([.#]?)([\w-]*)$")


def read(text: str) -> Document:
    """Read a page. Where all of its text is hidden all is given, for then it is shown by a script."""
    document, seen = _read(text, hide=True)
    if seen.left_out and not document.lines:
        document, seen = _read(text, hide=False)
    if seen.left_out:
        document.warnings.append(hidden_warning(seen.left_out))
    return document


def _read(text: str, *, hide: bool) -> tuple[Document, Seen]:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(text)
    sheet = "".join(style.text() for style in tree.css("style"))
    reader = _Reader(_Hidden(sheet, white=not _PAINT.search(text)) if hide else None)
    tree.strip_tags(_NOT_TEXT)
    if tree.body is not None:
        reader.walk(tree.body)
    reader.flush()
    return Document(reader.lines, flowing.links(reader.links)), reader.seen


class _Hidden:
    """Which elements a reader does not see.

    Args:
        sheet: the page's own style sheets.
        white: white text is not seen, for the page paints nothing.
    """

    def __init__(self, sheet: str, *, white: bool) -> None:
        self._white = white
        self._rules: set[tuple[str, str, str]] = set()  # tag, "." or "#" or "", class or id
        for selectors, declarations in _RULE.findall(_AT_RULE.sub("", sheet)):
            if self._vanishes(declarations):
                found = (_SELECTOR.match(selector.strip()) for selector in selectors.split(","))
                self._rules |= {match.groups() for match in found if match and match[0]}  # type: ignore[misc]

    def _vanishes(self, declarations: str) -> bool:
        return bool(_VANISHES.search(declarations) or (self._white and _WHITE.search(declarations)))

    def __call__(self, node: Any) -> bool:
        given = node.attributes or {}
        if "hidden" in given or self._vanishes(given.get("style") or ""):
            return True
        if not self._rules:
            return False
        names = [("", ""), ("#", given.get("id") or ""), *((".", c) for c in (given.get("class") or "").split())]
        return any((tag, mark, name) in self._rules for mark, name in names for tag in ("", node.tag))


class _Reader:
    """Nodes to lines. Cells side by side are parted; list items and headings are remembered until their line ends."""

    def __init__(self, hidden: _Hidden | None) -> None:
        self._hidden = hidden
        self.seen = Seen()
        self.lines: list[Line] = []
        self.links: list[str] = []
        self._buffer: list[str] = []
        self._start_line()

    def _start_line(self) -> None:
        self._bullet, self._style, self._gap, self._bold = False, "", 0.0, False

    def flush(self) -> None:
        """End the line."""
        joined = re.sub(r"[ \n\r\f]+", " ", "".join(self._buffer)).strip()
        self._buffer.clear()
        if joined:
            cells = [Cell(part.strip(), bold=self._bold) for part in _CELLS.split(joined) if part.strip()]
            self.lines.append(Line(cells, gap=self._gap, bullet=self._bullet, style=self._style))
            self._start_line()

    def walk(self, node: Any) -> None:
        """Read what is in a node."""
        glued = False
        for child in node.iter(include_text=True):
            tag = child.tag or ""
            if tag == "-text":
                if node.tag in ("b", "strong") and not "".join(self._buffer).strip():
                    self._bold = True
                self._buffer.append(child.text(deep=False) or "")
                glued = False
                continue
            if self._hidden and self._hidden(child):
                self.seen.leave_out(child.text(separator=" "))
                continue
            block = tag in _BLOCKS
            if block:
                self.flush()
                self._open(tag)
            elif tag in ("td", "th") or (glued and self._buffer and not self._buffer[-1][-1:].isspace()):
                self._buffer.append("\t")
            if tag == "a":
                self.links.append((child.attributes or {}).get("href") or "")
            self.walk(child)
            if block:
                self.flush()
            glued = True

    def _open(self, tag: str) -> None:
        """What a block element says about the line that it begins."""
        if tag == "li":
            self._bullet = True
        elif tag in ("h1", "h2"):
            self._style, self._gap, self._bold = "title" if tag == "h1" else "heading", 1.5, True
        elif re.fullmatch(r"h[3-6]", tag):
            self._gap, self._bold = 1.5, True
        elif tag == "p":
            self._gap = 1.0
