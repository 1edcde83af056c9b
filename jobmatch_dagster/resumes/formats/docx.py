"""DOCX files: paragraphs, tables, text boxes, headers and footers, links; tracked changes as accepted.

Read from the XML itself, an order of magnitude faster than through an object model and without losing what stands
outside paragraphs. Layout tables are read cell by cell, tables of rows row by row.
"""

from __future__ import annotations

import re
from typing import Any

from jobmatch_dagster.resumes import dates, lexicon
from jobmatch_dagster.resumes.formats.archive import Archive
from jobmatch_dagster.resumes.model import Cell, Document, Limits, Line
from jobmatch_dagster.resumes.status import Refused

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_BULLET = re.compile(r"^(?:[•▪‣◦●○■□▸►▶➢➤✓✔·∙*–—-]|o)\s+")
_CELLS = re.compile(r"\t+| {4,}")
_DROPPED = frozenset(f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rPrChange", "pPrChange"))
DEFAULT_SIZE = 11.0
# elements and attributes of extensions, whose prefixes the cut-out styles do not declare
_OTHER_PREFIX = re.compile(rb'\s(?!w:|xmlns|xml:)[\w]+:[\w]+="[^"]*"|</?(?!w:|/|s>)\w+:[^>]*>')


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
    from jobmatch_dagster.resumes.formats.archive import parse_xml

    tree = parse_xml(content)
    styles = _styles(archive.read("word/styles.xml"), {_value(e) or "" for e in tree.iter(f"{_W}pStyle")})
    relations = archive.xml(main.replace("word/", "word/_rels/") + ".rels")
    links = _links(relations, tree)
    reader = _Reader(styles)
    body = tree.find(f"{_W}body")
    head, foot = _margins(archive, reader, relations)
    lines = reader.blocks(body) if body is not None else []
    warnings = ["The file holds macros, which were not run."] if any("vbaProject" in n for n in archive.names) else []
    return Document([*head, *lines, *foot], links, 1, "single", warnings)


def _styles(data: bytes | None, used: set[str]) -> dict[str, tuple[str, float | None, bool, bool]]:
    """Style id → (heading, title, list or nothing; size in points; bold; list item)."""
    found: dict[str, tuple[str, float | None, bool, bool]] = {}
    for style in _style_elements(data or b"", used):
        name = (_value(style.find(f"{_W}name")) or "").lower()
        kind = "heading" if re.match(r"(?:heading|überschrift|titre|título|titolo|kop|nagłówek)\s*[1-3]", name) else ""
        kind = kind or ("title" if name in ("title", "titel", "titre", "título", "titolo", "name") else "")
        size = _value(style.find(f"{_W}rPr/{_W}sz"))
        bold = _on(style.find(f"{_W}rPr/{_W}b"))
        listed = style.find(f"{_W}pPr/{_W}numPr") is not None or name.startswith("list bullet")
        found[style.get(f"{_W}styleId") or ""] = (
            kind,
            float(size) / 2 if size and size.isdigit() else None,
            bold,
            listed,
        )
    return found


def _style_elements(data: bytes, used: set[str]) -> list[Any]:
    """The style elements that the document uses. They are cut out before parsing, for a style sheet is often larger
    than the résumé; one that is written otherwise than Word writes it is parsed whole."""
    from jobmatch_dagster.resumes.formats.archive import parse_xml

    if not data or not used:
        return []
    blocks = [_style_block(data, name.encode()) for name in used]
    if all(blocks):
        inside = _OTHER_PREFIX.sub(b"", b"".join(blocks))
        return list(parse_xml(b'<s xmlns:w="' + _W[1:-1].encode() + b'">' + inside + b"</s>"))
    return list(parse_xml(data.replace(_STRICT, _W[1:-1].encode())).iter(f"{_W}style"))


def _style_block(data: bytes, name: bytes) -> bytes:
    """The text of one style's element; empty where it is not found as Word writes it."""
    at = data.find(b'w:styleId="' + name + b'"')
    start, end = data.rfind(b"<w:style ", 0, max(at, 0)), data.find(b"</w:style>", max(at, 0))
    if at < 0 or start < 0 or end < 0 or data.find(b">", start) < at:
        return b""
    return data[start : end + len(b"</w:style>")]


def _value(element: Any) -> str | None:
    return None if element is None else element.get(f"{_W}val")


def _on(element: Any) -> bool:
    return element is not None and element.get(f"{_W}val") not in ("0", "false", "none", "off")


def _links(relations: Any, tree: Any) -> list[str]:
    """Targets of the hyperlinks that the text uses, in its order; and addresses of HYPERLINK fields."""
    targets = {}
    for relation in relations.iter(f"{_REL}Relationship") if relations is not None else ():
        if (relation.get("Type") or "").endswith("/hyperlink"):
            targets[relation.get("Id")] = relation.get("Target") or ""
    found = [targets.get(link.get(f"{_R}id"), "") for link in tree.iter(f"{_W}hyperlink")]
    for field in tree.iter(f"{_W}instrText"):
        found.extend(re.findall(r'HYPERLINK\s+"([^"]+)"', field.text or ""))
    allowed = ("http://", "https://", "mailto:", "tel:")
    return list(dict.fromkeys(link for link in found if link.lower().startswith(allowed)))


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
    """Block elements to lines."""

    def __init__(self, styles: dict[str, tuple[str, float | None, bool, bool]]) -> None:
        self._styles = styles
        self._blank = False

    def blocks(self, parent: Any) -> list[Line]:
        """Lines of the paragraphs, tables and content controls in an element."""
        lines: list[Line] = []
        for child in parent:
            tag = child.tag
            if tag == f"{_W}p":
                lines.extend(self._paragraph(child))
            elif tag == f"{_W}tbl":
                lines.extend(self._table(child))
            elif tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml", f"{_W}smartTag"):
                lines.extend(self.blocks(child))
        return lines

    def _paragraph(self, paragraph: Any) -> list[Line]:
        properties = paragraph.find(f"{_W}pPr")
        style = _value(properties.find(f"{_W}pStyle")) if properties is not None else None
        kind, size, bold, listed = self._styles.get(style or "", ("", None, False, False))
        if properties is not None and properties.find(f"{_W}numPr") is not None:
            number = _value(properties.find(f"{_W}numPr/{_W}numId"))
            listed = number != "0"
        runs: list[tuple[str, bool, bool, float]] = []
        boxes: list[Any] = []
        self._runs(paragraph, runs, boxes, (bold, size or DEFAULT_SIZE))
        lines = self._lines(runs, kind, listed and not kind)
        for box in boxes:
            lines.extend(self.blocks(box))
        if not lines:
            self._blank = True
        return lines

    def _runs(
        self, element: Any, runs: list[tuple[str, bool, bool, float]], boxes: list[Any], look: tuple[bool, float]
    ) -> None:
        for child in element:
            tag = child.tag
            if tag in _DROPPED or not isinstance(tag, str):
                continue
            if tag == f"{_W}r":
                self._run(child, runs, boxes, look)
            elif tag == f"{_MC}AlternateContent":
                choice = child.find(f"{_MC}Choice")
                self._runs(choice if choice is not None else child, runs, boxes, look)
            elif tag == f"{_W}txbxContent":
                boxes.append(child)
            elif tag != f"{_W}pPr":
                self._runs(child, runs, boxes, look)

    def _run(
        self, run: Any, runs: list[tuple[str, bool, bool, float]], boxes: list[Any], look: tuple[bool, float]
    ) -> None:
        bold, size = look
        italic = False
        properties = run.find(f"{_W}rPr")
        if properties is not None:
            if properties.find(f"{_W}vanish") is not None and _on(properties.find(f"{_W}vanish")):
                return
            given = properties.find(f"{_W}b")
            bold = _on(given) if given is not None else bold
            italic = _on(properties.find(f"{_W}i"))
            points = _value(properties.find(f"{_W}sz"))
            size = float(points) / 2 if points and points.isdigit() else size
        for child in run:
            tag = child.tag
            if tag == f"{_W}t":
                text = child.text or ""
                caps = properties is not None and _on(properties.find(f"{_W}caps"))
                runs.append((text.upper() if caps else text, bold, italic, size))
            elif tag in (f"{_W}tab", f"{_W}ptab"):
                runs.append(("\t", bold, italic, size))
            elif tag in (f"{_W}br", f"{_W}cr"):
                runs.append(("\n", bold, italic, size))
            elif tag == f"{_W}noBreakHyphen":
                runs.append(("-", bold, italic, size))
            elif tag not in (f"{_W}rPr", f"{_W}instrText", f"{_W}delText") and isinstance(tag, str) and len(child):
                self._runs(child, runs, boxes, look)

    def _lines(self, runs: list[tuple[str, bool, bool, float]], kind: str, listed: bool) -> list[Line]:
        lines: list[Line] = []
        current: list[tuple[str, bool, bool, float]] = []
        for text, *look in [*runs, ("\n", False, False, 0.0)]:
            parts = text.split("\n")
            for k, part in enumerate(parts):
                if part:
                    current.append((part, *look))  # type: ignore[arg-type]
                if k < len(parts) - 1:
                    if line := self._line(current, kind, listed):
                        lines.append(line)
                    current = []
        return lines

    def _line(self, runs: list[tuple[str, bool, bool, float]], kind: str, listed: bool) -> Line | None:
        text = "".join(r[0] for r in runs).replace("\xa0", " ").replace("\xad", "")
        if not text.strip():
            return None
        match = _BULLET.match(text.lstrip())
        rest = text.lstrip()[match.end() :] if match else text
        inked = sum(len(r[0].strip()) for r in runs) or 1
        bold = sum(len(r[0].strip()) for r in runs if r[1]) * 2 > inked or bool(runs[0][1] and runs[0][0].strip())
        italic = next((r[2] for r in runs if r[0].strip()), False)
        size = max((r[3] for r in runs if r[0].strip()), default=DEFAULT_SIZE)
        cells = [
            Cell(" ".join(part.split()), size=size, bold=bold, italic=italic)
            for part in _CELLS.split(rest.strip())
            if part.strip()
        ]
        if not cells:
            return None
        gap = 1.5 if self._blank or kind == "heading" else 0.0
        self._blank = False
        return Line(cells, gap=gap, bullet=listed or bool(match), style=kind)

    def _table(self, table: Any) -> list[Line]:
        rows = [
            [self._cell(cell) for cell in row.iter(f"{_W}tc") if _row_of(cell) is row]
            for row in table.iter(f"{_W}tr")
            if _table_of(row) is table
        ]
        lines: list[Line] = []
        for row in rows:
            filled = [cell for cell in row if cell]
            if len(filled) > 1 and _is_row(filled):
                lines.extend(_joined(filled))
            else:
                for cell in filled:
                    lines.extend(cell)
            self._blank = False
        return lines

    def _cell(self, cell: Any) -> list[Line]:
        self._blank = False
        return self.blocks(cell)


def _row_of(cell: Any) -> Any:
    parent = cell.getparent()
    while parent is not None and parent.tag != f"{_W}tr":
        parent = parent.getparent()
    return parent


def _table_of(row: Any) -> Any:
    parent = row.getparent()
    while parent is not None and parent.tag != f"{_W}tbl":
        parent = parent.getparent()
    return parent


def _is_row(cells: list[list[Line]]) -> bool:
    """Whether cells side by side are one record (a title and its dates) and not two columns of sections."""
    headings = sum(1 for cell in cells for line in cell if (known := lexicon.section_of(line.text)) and known[1])
    if headings > 1:
        return False
    if sum(len(cell) > 1 for cell in cells) == 0:
        return True
    notes = sum(all(dates.is_only_date(line.text) or len(line.text) < 30 for line in cell) for cell in cells)
    return notes > 0


def _joined(cells: list[list[Line]]) -> list[Line]:
    """Cells side by side as lines: a section's label first, then the first lines together, then what is left."""
    first = cells[0]
    known = lexicon.section_of(first[0].text) if len(first) == 1 else None
    if known and known[1]:
        label = first[0]
        label.style = label.style or "label"
        return [
            label,
            *(
                _joined(cells[1:])
                if len(cells) > 2 and _is_row(cells[1:])
                else [line for cell in cells[1:] for line in cell]
            ),
        ]
    head = Line(
        [c for cell in cells for c in cell[0].cells], gap=cells[0][0].gap, bullet=first[0].bullet, style=first[0].style
    )
    rest = [line for cell in sorted(cells, key=len) for line in cell[1:]]
    return [head, *rest]
