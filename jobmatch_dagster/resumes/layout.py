"""Reading order: the cells of a page become lines, column after column.

A page is one column unless there is proof of two: a strip that no line crosses, headings on both sides, and a right
side that is not merely dates and places. So a page with dates on the right margin is never torn apart. What stands in a
column is not understood here beyond that.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from dataclasses import dataclass, replace
from statistics import median

from jobmatch_dagster.resumes import dates, lexicon, margin
from jobmatch_dagster.resumes.model import LIST_MARK, Cell, Line

_MAIN = frozenset(["experience", "education"])
MIN_COLUMN_LINES = 3
MAX_RAIL_SHARE = 0.5
MAX_DATE_TAIL = 24
MAX_INDENT = 30.0
MAX_OUTDENT = 90.0
MIN_HEADING_RANK = 0.85
MIN_HEADING_LEAD = 1.08
_GLUED = re.compile(r"[^\W\d_]{3}(?=(?:\d{1,2}[./])?(?:19|20)\d\d\D)")


@dataclass(slots=True)
class _Split:
    """A strip between two columns: where it is, and the heights between which it holds."""

    x: float
    top: float
    bottom: float
    left: list[Cell]
    right: list[Cell]


def read(pages: list[list[Cell]]) -> tuple[list[Line], str]:
    """Put the cells of all pages into reading order.

    Args:
        pages: the cells of each page, in any order; coordinates in points, y upwards.

    Returns:
        the lines, and "columns" or "single". What stands above the columns of the first page comes first, then the
        narrower column of all pages, then the wider one together with what crosses both.
    """
    head: list[Line] = []
    side: list[Line] = []
    main: list[Line] = []
    splits: list[_Split] = []
    for number, page in enumerate(pages):
        cells = [part for cell in page for part in _at_seams(cell)]
        split = _find_split(cells, [s.x for s in splits])
        if split is None:
            main.extend(_lines(cells, number))
            continue
        splits.append(split)
        inside = {id(c) for c in (*split.left, *split.right)}
        above = [c for c in cells if c.bottom >= split.top and id(c) not in inside]
        below = [c for c in cells if c.bottom < split.top and id(c) not in inside]
        (head if number == 0 else main).extend(_lines(above, number))
        narrow, wide = split.left, split.right
        if _width(split.right) < 0.8 * _width(split.left):
            narrow, wide = split.right, split.left
        side.extend(_lines(narrow, number))
        main.extend(_lines(wide, number))
        main.extend(_lines(below, number))
    for flow, lines in enumerate((head, side, main)):
        reach = max((line.cells[-1].x1 for line in lines), default=0.0)
        for line in lines:
            line.flow, line.reach = flow, reach
    return head + side + main, "columns" if splits else "single"


def _at_seams(cell: Cell) -> list[Cell]:
    """A cell as two where a section's name or a date runs into the text beside it without a gap."""
    for at, x in cell.seams:
        before = cell.text[: at - 1]
        known = lexicon.section_of(before) if cell.bold or before.isupper() else None
        if (known and known[1] and lexicon.section_of(cell.text) != known) or _is_begun_date(before):
            left = replace(cell, text=before, x1=x - 1.0, lead=min(cell.lead, len(before)), seams=())
            right = replace(cell, text=cell.text[at:], x0=x, lead=max(cell.lead - at, 0), seams=())
            if cell.lead and cell.lead <= at:
                left.bold, right.bold, right.lead = True, False, 0
            return [left, right]
    return [cell]


def _is_begun_date(text: str) -> bool:
    """Whether a text is a date or the first line of one that was broken."""
    return any(c.isdigit() for c in text) and (dates.is_only_date(text) or dates.is_only_date(f"{text} 2000"))


def _width(cells: list[Cell]) -> float:
    return max(c.x1 for c in cells) - min(c.x0 for c in cells)


def _find_split(cells: list[Cell], before: list[float]) -> _Split | None:
    """The best strip between two columns, or None where the page has one column.

    Args:
        cells: the page's.
        before: where earlier pages were split; there one heading is proof enough, for a column may go on without one.
    """
    if len(cells) < 2 * MIN_COLUMN_LINES:
        return None
    best: tuple[float, _Split] | None = None
    edges = sorted({round(c.x0) for c in cells})
    for edge in edges[1:]:
        x = edge - 1.0
        crossing = sorted((c for c in cells if c.x0 < x - 1 and c.x1 > x + 1), key=lambda c: -c.top)
        for top, bottom in _bands(cells, crossing):
            band = [c for c in cells if c.top <= top + 0.5 and c.bottom >= bottom - 0.5]
            left = [c for c in band if c.x1 <= x + 1]
            right = [c for c in band if c.x0 >= x - 1]
            if len(left) < MIN_COLUMN_LINES or len(right) < MIN_COLUMN_LINES:
                continue
            score = min(_heights(left), _heights(right)) * _straightness(right) + 0.01 * len(band)
            if (best is None or score > best[0]) and _proven(left, right, any(abs(x - b) < 12 for b in before)):
                best = (score, _Split(x, top, bottom, left, right))
    return best[1] if best else None


def _bands(cells: list[Cell], crossing: list[Cell]) -> list[tuple[float, float]]:
    """Heights between which no cell crosses, from the top of the page down."""
    edges = [max(c.top for c in cells) + 1.0]
    bands = []
    for cell in crossing:
        if edges[-1] - cell.top > 0:
            bands.append((edges[-1], cell.top))
        edges.append(min(edges[-1], cell.bottom))
    bands.append((edges[-1], min(c.bottom for c in cells) - 1.0))
    return [b for b in bands if b[0] - b[1] > 30]


def _straightness(cells: list[Cell]) -> float:
    """0.3 to 1: how many of a column's lines begin near its left edge. A strip before right-aligned dates is ragged."""
    firsts: dict[int, float] = {}
    for cell in cells:
        row = round(cell.bottom / 4)
        firsts[row] = min(firsts.get(row, cell.x0), cell.x0)
    edge = min(firsts.values())
    near = sum(x < edge + MAX_INDENT for x in firsts.values())
    centre = median(c.x0 + c.x1 for c in cells) / 2
    centred = sum(abs((c.x0 + c.x1) / 2 - centre) < 3 for c in cells)
    return 0.3 + 0.7 * max(near / len(firsts), centred / len(cells))


def _heights(cells: list[Cell]) -> int:
    return len({round(c.bottom / 4) for c in cells})


def _proven(left: list[Cell], right: list[Cell], again: bool) -> bool:
    """Whether the two sides are columns and not a list with something on its margin."""
    headings_left, headings_right = _of_one_rank(left, right)
    if not (headings_left or headings_right) or not (again or (headings_left and headings_right)):
        return False
    for side in (left, right):
        notes = sum(margin.is_note(c.text) for c in side)
        if notes > MAX_RAIL_SHARE * len(side):
            return False
    middle = (min(c.x0 for c in left) + max(c.x1 for c in right)) / 2
    for headings, side in ((headings_left, left), (headings_right, right)):
        if len(headings) > 0.6 * len(side):
            return False
        begins = [c.x0 for c in headings if abs((c.x0 + c.x1) / 2 - middle) < 4]
        if 2 * len(begins) > len(headings) and max(begins) - min(begins) > 3:
            return False  # headings over both sides
    high, low = (
        min(max(c.top for c in left), max(c.top for c in right)),
        max(min(c.bottom for c in left), min(c.bottom for c in right)),
    )
    if high - low < 40:
        return False
    # a heading over a list of several columns is no proof: each side must go on under its heading without the other
    high = min(h[0].top for h in (headings_left, headings_right) if h)
    edge = min(c.x0 for c in right)
    gutter = edge - max((c.x1 for c in left if c.top <= high), default=edge)
    return gutter > 0.4 * median(c.size for c in left + right)


def _of_one_rank(left: list[Cell], right: list[Cell]) -> tuple[list[Cell], list[Cell]]:
    """Headings without those that are much smaller than the largest and no larger than their column's text: labels
    inside a section may be its words too."""
    headings = [_headings(side) for side in (left, right)]
    if not any(headings):
        return [], []
    largest = max(c.size for found in headings for c in found)
    kept = []
    for found, side in zip(headings, (left, right), strict=True):
        own = MIN_HEADING_LEAD * median(c.size for c in side)
        kept.append([c for c in found if c.size > min(MIN_HEADING_RANK * largest, own) or c.text.isupper()])
    return kept[0], kept[1]


def _headings(cells: list[Cell]) -> list[Cell]:
    """Cells that name a section and look like headings: alone at their column's edge, and set apart by style."""
    named = [c for c in cells if (known := lexicon.section_of(c.text)) and known[1]]
    if not named:
        return []
    usual = median([c.size for c in cells])
    edge, end = min(c.x0 for c in cells), max(c.x1 for c in cells)
    text = min((c.x0 for c in cells if all(c is not n for n in named)), default=edge)
    found = []
    for cell in named:
        if cell.x0 < text - MAX_OUTDENT:
            continue
        placed = cell.x0 < edge + 3 or abs(cell.x0 + cell.x1 - edge - end) < 8 or cell.x1 > end - 3
        placed = placed and not cell.text[:1].islower()
        strong = cell.bold or cell.text.isupper() or cell.size > 1.05 * usual
        if placed or (strong and cell.x0 < edge + MAX_INDENT):
            found.append(cell)
    return sorted(found, key=lambda c: -c.top)


def _lines(cells: list[Cell], page: int) -> list[Line]:
    """The cells of one column as lines from top to bottom."""
    rows: list[list[Cell]] = []
    for cell in sorted(cells, key=lambda c: (-c.top, c.x0)):
        for row in rows[-4:]:
            if _same_row(row, cell):
                row.append(cell)
                break
        else:
            rows.append([cell])
    rows.sort(key=lambda row: -max(c.top for c in row))
    for row in rows:
        row.sort(key=lambda c: c.x0)
        row[:] = [_unglued(cell) for cell in row]
        _mend_dates(row)
    _stack_labels(rows)
    _rejoin_dates(rows)
    margin.lift(rows)
    made: list[Line] = []
    above: list[Cell] | None = None
    rows = [row for row in rows if row]
    starts, inline = Counter(round(cell.x0) for row in rows for cell in row), _inline_labels(rows)
    for row in rows:
        gap = None
        if above is not None:
            white = min(c.bottom for c in above) - max(c.top for c in row)
            gap = white / max(row[0].size, 1.0)
        made.extend(_split_label(_line(row, page, gap), starts, id(row) in inline))
        above = row
    return made


def _same_row(row: list[Cell], cell: Cell) -> bool:
    first = row[0]
    overlap = min(first.top, cell.top) - max(first.bottom, cell.bottom)
    if overlap < 0.5 * min(first.size, cell.size):
        return False
    return all(cell.x0 >= c.x1 - 2 or cell.x1 <= c.x0 + 2 for c in row)


def _line(row: list[Cell], page: int, gap: float | None) -> Line:
    """A row as a line; its list mark is taken off and remembered."""
    first = row[0]
    match = LIST_MARK.match(first.text)
    bullet = False
    if match and not dates.is_only_date(first.text):
        rest = first.text[match.end() :].strip()
        if rest:
            row = [_with_text(first, rest), *row[1:]]
            bullet = True
        elif len(row) > 1:
            row = row[1:]
            bullet = True
    return Line(row, page=page, gap=gap, bullet=bullet)


def _with_text(cell: Cell, text: str) -> Cell:
    cut = len(cell.text) - len(text)
    lead = max(cell.lead - cut, 0)
    return Cell(text, cell.x0, cell.x1, cell.top, cell.bottom, cell.size, cell.bold, cell.italic, cell.order, lead)


def _inline_labels(rows: list[list[Cell]]) -> set[int]:
    """The rows (by identity) that begin with a section's name and go on with its first words, in a column that has no
    section's name on a line of its own."""
    found: list[tuple[list[Cell], str]] = []
    for row in rows:
        known = lexicon.section_of(row[0].text)
        if known is None or not known[1]:
            continue
        if len(row) > 1 and lexicon.section_of(row[1].text) is None:
            found.append((row, known[0]))
        elif known[0] in _MAIN:
            return set()
    kinds = {kind for _, kind in found}
    aligned = all(abs(row[0].x0 - found[0][0][0].x0) < 2 for row, _ in found)
    return {id(row) for row, _ in found} if aligned and len(kinds) > 1 and kinds & _MAIN else set()


def _split_label(line: Line, starts: Counter[int], inline: bool) -> list[Line]:
    """A section's name on the left margin, beside its text, becomes a line of its own.

    Args:
        line: a row of the page.
        starts: how many cells of the column begin at each place; text beside a label begins where other text does.
        inline: the column's sections begin so, see ``_inline_labels``.
    """
    first = line.cells[0]
    if len(line.cells) < 2 or line.bullet:
        return [line]
    second = line.cells[1]
    rail, text = (sum(starts[round(c.x0) + d] for d in (-1, 0, 1)) for c in (first, second))
    differs = first.bold > second.bold or first.text.isupper() > second.text.isupper()
    if (
        (inline or differs or (text > 1 and 2 * text >= rail))
        and (known := lexicon.section_of(first.text))
        and known[1]
    ):
        label = Line([first], line.page, gap=line.gap, style="label")
        return [label, Line(line.cells[1:], line.page, gap=0.0)]
    return [line]


def _stack_labels(rows: list[list[Cell]]) -> None:
    """A section's name on the left margin that was broken over two lines goes on the first."""
    for row, after in itertools.pairwise(rows):
        if len(row) < 2 or not after or abs(row[0].x0 - after[0].x0) > 2 or row[0].bold != after[0].bold:
            continue
        if after[0].x1 > row[1].x0 or abs(row[0].size - after[0].size) > 0.3:
            continue
        known, alone = (lexicon.section_of(t) for t in (f"{row[0].text} {after[0].text}", row[0].text))
        if known and known[1] and (alone is None or alone[0] == known[0]):
            row[0] = replace(row[0], text=f"{row[0].text} {after[0].text}")
            del after[0]
    rows[:] = [row for row in rows if row]


def _unglued(cell: Cell) -> Cell:
    """A cell with a space before the dates that a tab stop left no room for ("Nurse2015 – 2019")."""
    match = _GLUED.search(cell.text) if "19" in cell.text or "20" in cell.text else None
    if match is None or not dates.is_only_date(rest := cell.text[match.end() :]):
        return cell
    if not any(span.range for span in dates.find(rest)):
        return cell
    return replace(cell, text=f"{cell.text[: match.end()]} {rest}", seams=())


def _mend_dates(row: list[Cell]) -> None:
    """Cells that were parted inside a range of dates become one again."""
    n = 0
    while n + 1 < len(row):
        left, right = row[n], row[n + 1]
        near = right.x0 - left.x1 < 1.2 * left.size and left.bold == right.bold
        if near and dates.goes_over(left.text, right.text):
            row[n : n + 2] = [replace(left, text=f"{left.text} {right.text}", x1=right.x1)]
        else:
            n += 1


def _rejoin_dates(rows: list[list[Cell]]) -> None:
    """A range of dates that was broken over two lines goes back on one."""
    n = 0
    while n + 1 < len(rows):
        last, after = rows[n][-1], rows[n + 1]
        short = len(after) == 1 and len(after[0].text) <= MAX_DATE_TAIL and after[0].bold == last.bold
        if short and last.x0 - 3 <= after[0].x0 <= last.x1 and dates.goes_over(last.text, after[0].text):
            rows[n][-1] = replace(last, text=f"{last.text} {after[0].text}", bottom=after[0].bottom)
            del rows[n + 1]
            continue
        first = rows[n][0]
        rail = len(rows[n]) > 1 and abs(after[0].x0 - first.x0) < 3 and len(after[0].text) <= MAX_DATE_TAIL
        if rail and (len(after) == 1 or after[0].x1 < rows[n][1].x0) and dates.goes_over(first.text, after[0].text):
            rows[n][0] = replace(first, text=f"{first.text} {after[0].text}")
            del after[0]
            if not after:
                del rows[n + 1]
            continue
        if len(after) == len(rows[n]) == 2 and dates.goes_over(last.text, after[1].text):
            left, under = rows[n][0], after[0]
            rows[n][1] = replace(last, text=f"{last.text} {after[1].text}", bottom=after[1].bottom)
            if abs(under.x0 - left.x0) < 3 and _goes_on(left, under, last.x0):
                rows[n][0] = replace(left, text=f"{left.text} {under.text}", bottom=under.bottom)
                del rows[n + 1]
            else:
                del after[1]
            continue
        n += 1


def _goes_on(cell: Cell, under: Cell, edge: float) -> bool:
    """Whether a cell goes on in the cell under it: they look alike, and are bold as names are or had no more room."""
    word = (under.x1 - under.x0) * (len(under.text.split()[0]) + 1) / max(len(under.text), 1)
    alike = under.bold == cell.bold and under.italic == cell.italic and abs(under.size - cell.size) < 0.3
    return alike and not LIST_MARK.match(under.text) and (cell.bold or cell.x1 + word > edge - cell.size)
