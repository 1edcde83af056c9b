"""The skills section in the person's own words, grouped as the person grouped it.

What a word means is not asked here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from jobmatch_dagster.resumes import dates, lexicon
from jobmatch_dagster.resumes.model import Cell, Line

MAX_KEYWORD = 60
MAX_JOINED = 1500
MAX_NAME = 45
_LABEL = re.compile(r"^([^:,|]{2,45}?)\s*(?::|\s[–—-]\s)\s*(.*)$")
_ITEM = re.compile(r"\]\s*\[|\s*[,;|•·▪]\s*(?![^()]*\))|\t+|\s{2,}|\s+/\s+")
_LEVEL = re.compile(
    r"\b(?:expert|advanced|intermediate|beginner|basic|novice|proficient|fluent|master|familiar|good|experte|fortgeschritten|"
    r"grundkenntnisse|sehr gut|gut|avancé|intermédiaire|débutant|notions|maîtrise|avanzado|intermedio|básico|avanzato|base|gevorderd|"  # noqa: E501
    r"basis|zaawansowany|średniozaawansowany|podstawowy|avançado|intermediário)\b",
    re.I,
)
_LEVEL_AFTER = re.compile(rf"\s*\((?:{_LEVEL.pattern})\)$", re.I)
_LAST = re.compile(r"^(?:and|und|sowie|et|oraz|&)\s+")  # before the last one of a list
_YEARS = re.compile(r"\s*\(?\b\d+\+?\s*(?:years?|yrs?|jahre?|ans|años|anni|lata?|jaar|anos)\b\.?\)?", re.I)


def read(lines: list[Line]) -> list[dict[str, Any]]:
    """Groups of keywords.

    Returns:
        ``{"name": group, "keywords": […], "level": …}`` for each group that the person made; for a plain list one entry
        for each item, with the item as its name and no keywords.
    """
    groups: list[dict[str, Any]] = []
    loose: list[dict[str, Any]] = []
    for block in _blocks(_columns(_joined(_labelled(lines)))):
        label, items, level = block
        if label is None:
            loose.extend({"name": item, "keywords": [], "level": None} for item in items)
        elif items:
            groups.append({"name": label, "keywords": items, "level": level})
        else:
            loose.append({"name": label, "keywords": [], "level": level})
    return groups + loose


def _labelled(lines: list[Line]) -> list[Line]:
    """The lines, with a colon behind the names of lists that are told from these only by being bold."""
    leads = [line for line in lines if len(line.cells) == 1 and _bold_name(line.cells[0])]
    if 2 * len(leads) < len(lines):
        return lines
    made = []
    for line in lines:
        cell = line.cells[0]
        if len(line.cells) == 1 and (name := _bold_name(cell)):
            cell = replace(cell, text=f"{name}: {cell.text[cell.lead :].strip()}")
            line = replace(line, cells=[cell])
        made.append(line)
    return made


def _bold_name(cell: Cell) -> str | None:
    """The bold beginning of a text that may be a list's name, without one that is marked as such already."""
    name, rest = cell.text[: cell.lead].strip(), cell.text[cell.lead :].strip()
    plain = 2 <= len(name) <= MAX_NAME and not _ITEM.search(name) and not name.endswith(":")
    return name if plain and rest[:1].isalnum() and not _LEVEL.fullmatch(rest) else None


def _joined(lines: list[Line]) -> list[Line]:
    """Lines of a list that go on in the next line, joined.

    Those that end in a comma, and those that fill the column.
    """
    made: list[Line] = []
    reach = max((line.cells[-1].x1 for line in lines), default=0.0)
    for line in lines:
        before = made[-1] if made else None
        text = line.text
        if before is None or line.bullet or len(line.cells) > 1 or len(before.cells) > 1 or before.flow != line.flow:
            made.append(line)
            continue
        listed = (
            any(mark in before.text for mark in ",;|•")
            and (line.gap is None or line.gap < 0.8)
            and not _LABEL.match(text)
            and line.bold == before.bold
        )
        full = reach > 0 and before.cells[-1].x1 + 0.9 * _word_width(line) > reach
        if listed and len(before.text) < MAX_JOINED and (before.text.rstrip().endswith(",") or full):
            first, last = before.cells[0], line.cells[0]
            joined = replace(first, text=f"{first.text} {last.text}", x1=last.x1)
            made[-1] = replace(before, cells=[joined])
        else:
            made.append(line)
    return made


def _word_width(line: Line) -> float:
    """Width of a line's first word, in points."""
    cell = line.cells[0]
    return (cell.x1 - cell.x0) * len(cell.text.split()[0]) / max(len(cell.text), 1)


def _columns(lines: list[Line]) -> list[list[str]]:
    """The lines as lists of texts; a grid of two or more aligned columns is read column by column."""
    rows: list[list[str]] = []
    n = 0
    while n < len(lines):
        block = _grid(lines, n)
        if len(block) >= 2 and _is_labelled(block):
            rows.extend([f"{line.cells[0].text}: {line.cells[1].text}"] for line in block)
            n += len(block)
        elif len(block) >= 2 and (lists := _beside_labels(block)):
            rows.extend([text] for text in lists)
            n += len(block)
        elif len(block) >= 2:
            for column in range(max(len(line.cells) for line in block)):
                x = next(line.cells[column].x0 for line in block if len(line.cells) > column)
                rows.append([f"\0{n}"])
                cells = [cell for line in block for cell in line.cells if abs(cell.x0 - x) < 6]
                rows.extend([text] for text in _unbroken(cells))
            n += len(block)
        else:
            rows.append(
                [cell.text for cell in lines[n].cells]
                if not lines[n].bullet
                else ["•", *[c.text for c in lines[n].cells]]
            )
            n += 1
    return rows


def _unbroken(cells: list[Cell]) -> list[str]:
    """The texts of a column's cells; a list that goes on under itself because the column is full is one text."""
    reach = max(cell.x1 for cell in cells)
    made: list[str] = []
    for n, cell in enumerate(cells):
        before = cells[n - 1] if n else None
        width = (cell.x1 - cell.x0) * len(cell.text.split()[0]) / max(len(cell.text), 1)
        full = before is not None and before.x1 + 1.2 * width > reach and before.bold == cell.bold
        if full and "," in made[-1] and not cell.bold:
            made[-1] = f"{made[-1]} {cell.text}"
        else:
            made.append(cell.text)
    return made


def _is_labelled(block: list[Line]) -> bool:
    """Whether a grid is names of lists on the left and the lists on the right."""
    if any(len(line.cells) != 2 for line in block):
        return False
    lists = sum("," in line.cells[1].text for line in block)
    return 2 * lists > len(block) and not any("," in line.cells[0].text for line in block)


def _beside_labels(block: list[Line]) -> list[str]:
    """Lists beside names that end in a colon, each with the lines under it on which it goes on; none where a grid is of
    another kind."""
    made: list[str] = []
    edge = block[0].cells[1].x0
    for line in block:
        first, *others = line.cells
        if len(others) == 1 and first.text.endswith(":"):
            made.append(f"{first.text} {others[0].text}")
        elif made and not others and abs(first.x0 - edge) < 6:
            made[-1] = f"{made[-1]} {first.text}"
        else:
            return []
    return made


def _grid(lines: list[Line], n: int) -> list[Line]:
    first = lines[n]
    if len(first.cells) < 2 or first.x0 == first.cells[-1].x0:
        return []
    edges = [cell.x0 for cell in first.cells]
    block = [first]
    for line in lines[n + 1 :]:
        aligned = all(any(abs(cell.x0 - x) < 6 for x in edges) for cell in line.cells)
        if not aligned or (line.gap or 0) > 2.5:
            break
        block.append(line)
    return block


def _blocks(rows: list[list[str]]) -> list[tuple[str | None, list[str], str | None]]:
    found: list[tuple[str | None, list[str], str | None]] = []
    plain: list[str] = []
    texts = [(row[0] == "•", "\t".join(c for c in row if c != "•")) for row in rows]
    tall = _is_label_list([t for _, t in texts if not _LABEL.match(t)])
    carried = ""
    for bullet, text in texts:
        if text.startswith("\0"):
            carried = ""
            continue
        text = f"{carried} {text}".strip() if carried else text
        carried = text if text.rstrip().endswith(",") and not bullet and len(text) < MAX_JOINED else ""
        if carried:
            continue
        if (match := _LABEL.match(text)) and not lexicon.section_of(text):
            found.append((match[1].strip(), _items(match[2]), None))
            continue
        if _LEVEL.fullmatch(text.strip()):
            if plain:
                found.append((plain.pop(), [], text.strip()))
            continue
        items = _items(text)
        last = found[-1] if found else None
        listed = tall and "," in text
        if listed and len(items) > 1 and last and not last[1] and last[0]:
            found[-1] = (last[0], items, last[2])
        elif listed and len(items) > 1 and plain:
            found.append((plain.pop(), items, None))
        elif last and last[1] and not bullet and text[:1].islower() and items:
            found[-1] = (last[0], [*last[1][:-1], f"{last[1][-1]} {items[0]}", *items[1:]], last[2])
        else:
            plain.extend(items)
    if carried:
        plain.extend(_items(carried))
    return [*found, (None, plain, None)] if plain else found


def _is_label_list(texts: list[str]) -> bool:
    """Whether short lines are names of the lists that follow them."""
    lists = sum("," in t for t in texts)
    return lists >= 2 and lists <= len(texts) - lists


def _items(text: str) -> list[str]:
    found: list[str] = []
    for item in _ITEM.split(text):
        clean = _YEARS.sub("", item).strip(" .•·,;:–—-\t[]")
        clean = _LEVEL_AFTER.sub("", clean)
        clean = _LAST.sub("", clean) if found else clean
        if clean and any(c.isalnum() for c in clean) and len(clean) <= MAX_KEYWORD and not dates.is_only_date(clean):
            found.append(clean)
    return list(dict.fromkeys(found))
