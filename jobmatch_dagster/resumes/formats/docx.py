"""DOCX files: paragraphs, tables, text boxes, headers and footers, links; tracked changes as accepted.

Read from the XML itself, an order of magnitude faster than through an object model and without losing what stands
outside paragraphs. Layout tables are read cell by cell, tables of rows row by row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from jobmatch_dagster.resumes.formats import flowing
from jobmatch_dagster.resumes.formats.archive import Archive, parse_xml
from jobmatch_dagster.resumes.formats.flowing import DEFAULT_SIZE, Run, Seen
from jobmatch_dagster.resumes.model import Document, Limits, Line, hidden_warning
from jobmatch_dagster.resumes.status import Refused

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
MAX_CUT_OUT = 100  # styles that are looked for one by one
# tags, put together once: they are compared with for each element
_PROPERTIES, _RUN_PROPERTIES, _P_STYLE, _R_STYLE = (f"{_W}{name}" for name in ("pPr", "rPr", "pStyle", "rStyle"))
_PARAGRAPH, _RUN, _TEXT, _BOX, _VALUE = (f"{_W}{name}" for name in ("p", "r", "t", "txbxContent", "val"))
_TABLE, _ROW, _CELL = (f"{_W}{name}" for name in ("tbl", "tr", "tc"))
_SIZE, _BOLD, _ITALIC, _CAPITALS = (f"{_W}{name}" for name in ("sz", "b", "i", "caps"))
_VANISHED, _COLOUR, _SHADE, _HIGHLIGHT, _NUMBERED = (
    f"{_W}{name}" for name in ("vanish", "color", "shd", "highlight", "numPr")
)
_AROUND = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
_DROPPED = frozenset(
    f"{_W}{name}" for name in ("pPr", "del", "moveFrom", "instrText", "delText", "rPrChange", "pPrChange")
)
_NO_TEXT = frozenset(f"{_W}{name}" for name in ("rPr", "instrText", "delText"))
_HEADING = re.compile(r"(?:heading|überschrift|titre|título|titolo|kop|nagłówek)\s*[1-3]")
_TITLES = frozenset(["title", "titel", "titre", "título", "titolo", "name"])
_MARKS = {f"{_W}tab": "\t", f"{_W}ptab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
# elements and attributes of extensions, whose prefixes the cut-out styles do not declare
_OTHER_PREFIX = re.compile(rb'\s(?!w:|xmlns|xml:)[\w]+:[\w]+="[^"]*"|</?(?!w:|/|s>)\w+:[^>]*>')


class _Style(NamedTuple):
    """What a paragraph's style says of its text. ``kind`` is "heading", "title" or ""."""

    kind: str = ""
    size: float = DEFAULT_SIZE
    bold: bool = False
    listed: bool = False
    colour: str | None = None
    shaded: bool = False
    vanished: bool = False


_PLAIN = _Style()


def read(data: bytes, limits: Limits) -> Document:
    """Read a DOCX file.

    Raises:
        Refused: corrupt, encrypted or malicious.
    """
    archive = Archive(data, limits)
    main = next((n for n in sorted(archive.names) if re.fullmatch(r"word/document\d*\.xml", n)), None)
    if main is None:
        raise Refused("corrupt")
    content = archive.read(main) or b""
    if _STRICT in content[:4000]:
        content = content.replace(_STRICT, _W[1:-1].encode())
    tree = parse_xml(content)
    styles = _styles(_style_elements(archive, {_value(e) or "" for e in tree.iter(_P_STYLE, _R_STYLE)}))
    relations = archive.xml(main.replace("word/", "word/_rels/") + ".rels")
    links = _links(relations, tree)
    reader = _Reader(styles, painted=tree.find(f"{_W}background") is not None)
    body = tree.find(f"{_W}body")
    head, foot = _margins(archive, reader, relations)
    lines = reader.blocks(body) if body is not None else []
    warnings = ["The file holds macros, which were not run."] if any("vbaProject" in n for n in archive.names) else []
    if reader.seen.left_out:
        warnings.append(hidden_warning(reader.seen.left_out))
    return Document([*head, *lines, *foot], links, 1, "single", warnings)


def _styles(elements: list[Any]) -> dict[str, _Style]:
    """The styles of paragraphs and of runs, by their id."""
    found: dict[str, _Style] = {}
    for style in elements:
        given = _given(style)
        run, paragraph = _given(given.get(_RUN_PROPERTIES)), _given(given.get(_PROPERTIES))
        name = (_value(given.get(f"{_W}name")) or "").lower()
        kind = "heading" if _HEADING.match(name) else "title" if name in _TITLES else ""
        size = _value(run.get(_SIZE))
        found[style.get(f"{_W}styleId") or ""] = _Style(
            kind,
            float(size) / 2 if size and size.isdigit() else DEFAULT_SIZE,
            _on(run.get(_BOLD)),
            _NUMBERED in paragraph or name.startswith("list bullet"),
            _value(run.get(_COLOUR)),
            _painted(paragraph) or _painted(run),
            _on(run.get(_VANISHED)),
        )
    return found


def _style_elements(archive: Archive, used: set[str]) -> list[Any]:
    """The style elements that the document uses. They are cut out before parsing, and what stands behind the last of
    them is mostly not even unpacked, for a style sheet is often larger than the résumé; one that is written otherwise
    than Word writes it is parsed whole."""
    sheet, looked_at = bytearray(), 0
    for piece in archive.pieces("word/styles.xml") if used else ():
        sheet += piece
        if len(sheet) >= 2 * looked_at:
            looked_at = len(sheet)
            if cut_out := _cut_out(sheet, used):
                return cut_out
    if not sheet:
        return []
    whole = bytes(sheet).replace(_STRICT, _W[1:-1].encode())
    return _cut_out(sheet, used) or list(parse_xml(whole).iter(f"{_W}style"))


def _cut_out(sheet: bytearray, used: set[str]) -> list[Any]:
    """The elements of styles out of the beginning of a sheet; none where one of them is not found there."""
    blocks = [_style_block(sheet, name.encode()) for name in used] if len(used) <= MAX_CUT_OUT else []
    if not blocks or not all(blocks):
        return []
    inside = _OTHER_PREFIX.sub(b"", b"".join(blocks))
    return list(parse_xml(b'<s xmlns:w="' + _W[1:-1].encode() + b'">' + inside + b"</s>"))


def _style_block(data: bytearray, name: bytes) -> bytes | bytearray:
    """The text of one style's element; empty where it is not found as Word writes it."""
    at = data.find(b'w:styleId="' + name + b'"')
    start, end = data.rfind(b"<w:style ", 0, max(at, 0)), data.find(b"</w:style>", max(at, 0))
    if at < 0 or start < 0 or end < 0 or data.find(b">", start) < at:
        return b""
    return data[start : end + len(b"</w:style>")]


def _value(element: Any) -> str | None:
    return None if element is None else element.get(_VALUE)


def _on(element: Any) -> bool:
    return element is not None and element.get(_VALUE) not in ("0", "false", "none", "off")


def _links(relations: Any, tree: Any) -> list[str]:
    """Targets of the hyperlinks that the text uses, in its order; and addresses of HYPERLINK fields."""
    targets = {}
    for relation in relations.iter(f"{_REL}Relationship") if relations is not None else ():
        if (relation.get("Type") or "").endswith("/hyperlink"):
            targets[relation.get("Id")] = relation.get("Target") or ""
    found = [targets.get(link.get(f"{_R}id"), "") for link in tree.iter(f"{_W}hyperlink")]
    for field in tree.iter(f"{_W}instrText"):
        found.extend(re.findall(r'HYPERLINK\s+"([^"]+)"', field.text or ""))
    return flowing.links(found)


def _given(properties: Any) -> dict[str, Any]:
    """Properties by their tags: looked through once, for each is asked for several."""
    return {child.tag: child for child in properties} if properties is not None else {}


def _properties(element: Any, tag: str) -> dict[str, Any]:
    """The properties of an element, which are its first child if it has any."""
    for child in element:
        if child.tag == tag:
            return _given(child)
        if isinstance(child.tag, str):
            break
    return {}


def _painted(given: dict[str, Any]) -> bool:
    """Whether a colour lies behind what has these properties."""
    shade = given.get(_SHADE) if given else None
    fill = (shade.get(f"{_W}fill") or "auto").lower() if shade is not None else "auto"
    return fill not in ("auto", "ffffff") or _HIGHLIGHT in given


def _margins(archive: Archive, reader: _Reader, relations: Any) -> tuple[list[Line], list[Line]]:
    """Lines of the headers and of the footers that the document uses, each text once."""
    found: dict[str, list[Line]] = {"header": [], "footer": []}
    seen: set[str] = set()
    for relation in relations.iter(f"{_REL}Relationship") if relations is not None else ():
        kind = (relation.get("Type") or "").rsplit("/", 1)[-1]
        if kind not in found or relation.get("TargetMode") == "External":
            continue
        tree = archive.xml("word/" + (relation.get("Target") or "").lstrip("/").removeprefix("word/"))
        for line in reader.blocks(tree) if tree is not None else ():
            if line.text not in seen and not re.fullmatch(r"\D{0,12}\d{1,3}(?:\D{0,6}\d{1,3})?", line.text):
                seen.add(line.text)
                found[kind].append(line)
    return found["header"], found["footer"]


class _Reader:
    """Block elements to lines.

    Args:
        styles: of the document's paragraphs.
        painted: the pages have a colour.
    """

    def __init__(self, styles: dict[str, _Style], *, painted: bool) -> None:
        self._styles = styles
        self._blank = False
        self._painted = painted
        self.seen = Seen()

    def blocks(self, parent: Any) -> list[Line]:
        """Lines of the paragraphs, tables and content controls in an element."""
        lines: list[Line] = []
        for child in parent:
            tag = child.tag
            if tag == _PARAGRAPH:
                lines.extend(self._paragraph(child))
            elif tag == _TABLE:
                lines.extend(self._table(child))
            elif tag in _AROUND:
                lines.extend(self.blocks(child))
        return lines

    def _paragraph(self, paragraph: Any) -> list[Line]:
        given = _properties(paragraph, _PROPERTIES)
        style = _PLAIN
        if given:
            style = self._styles.get(_value(given.get(_P_STYLE)) or "", _PLAIN)
            if (numbered := given.get(_NUMBERED)) is not None:
                style = style._replace(listed=_value(numbered.find(f"{_W}numId")) != "0")
        if self._painted or (given and _painted(given)):
            style = style._replace(shaded=True)
        runs: list[Run] = []
        boxes: list[Any] = []
        self._runs(paragraph, runs, boxes, style)
        gap = flowing.HEADING_GAP if self._blank or style.kind == "heading" else 0.0
        lines = flowing.lines(runs, gap=gap, bullet=style.listed and not style.kind, style=style.kind)
        self._blank = self._blank and not lines
        for box in boxes:
            lines.extend(self._over_paint(box))
        if not lines:
            self._blank = True
        return lines

    def _runs(self, element: Any, runs: list[Run], boxes: list[Any], style: _Style) -> None:
        for child in element:
            tag = child.tag
            if tag == _RUN:
                self._run(child, runs, boxes, style)
            elif tag in _DROPPED or not isinstance(tag, str):
                continue
            elif tag == f"{_MC}AlternateContent":
                choice = child.find(f"{_MC}Choice")
                self._runs(choice if choice is not None else child, runs, boxes, style)
            elif tag == _BOX:
                boxes.append(child)
            else:
                self._runs(child, runs, boxes, style)

    def _run(self, run: Any, runs: list[Run], boxes: list[Any], style: _Style) -> None:
        given = _properties(run, _RUN_PROPERTIES)
        size, bold, italic, capitals = style.size, style.bold, False, False
        if given:
            if (points := _value(given.get(_SIZE))) and points.isdigit():
                size = float(points) / 2
            bold = _on(given[_BOLD]) if _BOLD in given else bold
            italic, capitals = _on(given.get(_ITALIC)), _on(given.get(_CAPITALS))
        if self._unseen(given, size, style):
            self.seen.leave_out("".join(text.text or "" for text in run.iter(_TEXT)))
            return
        for child in run:
            tag = child.tag
            if tag == _TEXT:
                text = child.text or ""
                runs.append(Run(text.upper() if capitals else text, bold, italic, size))
            elif tag in _MARKS:
                runs.append(Run(_MARKS[tag], bold, italic, size))
            elif tag not in _NO_TEXT and isinstance(tag, str) and len(child):
                self._runs(child, runs, boxes, style)

    def _unseen(self, given: dict[str, Any], size: float, style: _Style) -> bool:
        colour, painted, vanished = style.colour, style.shaded, style.vanished
        if given:
            of_run = self._styles.get(_value(given.get(_R_STYLE)) or "", _PLAIN)
            vanished = _on(given[_VANISHED]) if _VANISHED in given else vanished or of_run.vanished
            colour = _value(given.get(_COLOUR)) or of_run.colour or colour
            painted = painted or _painted(given)
        return vanished or flowing.unseen(colour, size, shaded=painted)

    def _table(self, table: Any) -> list[Line]:
        lines: list[Line] = []
        own = _given(table.find(f"{_W}tblPr"))  # marks of ranges may stand before it
        painted = _painted(own) or f"{_W}tblStyle" in own
        for row in _own(table, _ROW, _TABLE):
            cells = [self._cell(cell, painted) for cell in _own(row, _CELL, _TABLE)]
            lines.extend(flowing.row(cells))
            self._blank = False
        return lines

    def _cell(self, cell: Any, painted: bool) -> list[Line]:
        self._blank = False
        return self._over_paint(cell) if painted or _painted(_properties(cell, f"{_W}tcPr")) else self.blocks(cell)

    def _over_paint(self, element: Any) -> list[Line]:
        """Lines of an element behind which lies, or may lie, a colour."""
        before, self._painted = self._painted, True
        lines = self.blocks(element)
        self._painted = before
        return lines


def _own(element: Any, tag: str, other: str) -> Iterator[Any]:
    """The elements of a kind in an element, also in controls and changes around them, but not those in an other one's
    inside."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag != other and len(child):
            yield from _own(child, tag, other)
