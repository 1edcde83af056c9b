"""From a PDF page's glyphs to cells: words put together by where the glyphs stand, not only by the spaces in the file.

Nothing here knows what a résumé is. Producers that write no spaces, letter-spaced headings, ligatures stored under
control codes, icon fonts and right-to-left scripts are set right here.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import re
import unicodedata
from dataclasses import dataclass
from statistics import median

import pypdfium2.raw as raw

from jobmatch_dagster.resumes.model import Cell

# A gap of 0.12 em between two advance boxes is a space: TeX's narrowest is 0.2 em, and what ligatures and kerning
# leave is under 0.08 em. Sizes here are heights of a font's box, about 1.2 em.
SPACE_GAP = 0.12 / 1.2
# even gaps of 0.06 em and more between letters are wide setting
MIN_TRACKING = 0.06 / 1.2
# where a line begins and ends above and below its baseline, in em; together the usual height of a font's box
ASCENT, DESCENT = 0.93, 0.27
CELL_GAP = 1.0
# ligatures of TeX's OT1 and T1 fonts, which stand under control codes where a font has no Unicode map
_TEX_LIGATURES = {0x0B: "ff", 0x0C: "fi", 0x0E: "ffi", 0x0F: "ffl", 0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi"}
_ICON_FONT = re.compile(rb"awesome|icon|glyphs?(?:-|$)|academicons|fontello|marvosym", re.I)
_SYMBOL_FONT = re.compile(rb"symbol|wingding|webding|dingbat|cmsy|msam", re.I)
_BOLD_FONT = re.compile(rb"bold|black|heavy|demi|cmb|\bmedi\b|-medi|ultra", re.I)
_ITALIC_FONT = re.compile(rb"ital|obli|cmti|slanted", re.I)
_LINE_END_HYPHENS = (0x02, 0xFFFE)
_RTL = ("R", "AL")
# what pdfium writes its answers into, made once: pages are read one after the other, in one thread of a worker
_X, _Y, _MATRIX = ctypes.c_double(), ctypes.c_double(), raw.FS_MATRIX()
_NAME, _FLAGS = ctypes.create_string_buffer(128), ctypes.c_int()


@dataclass(slots=True)
class Word:
    """Glyphs without a space between them."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    baseline: float
    bold: bool
    italic: bool
    order: int
    rtl: bool = False
    tracking: float = 0.0

    @property
    def size(self) -> float:
        return self.top - self.bottom


class _Turn:
    """Coordinates as the reader sees the page: turned by its /Rotate entry."""

    def __init__(self, rotation: int, width: float, height: float) -> None:
        self.rotation, self.width, self.height = rotation, width, height

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        if self.rotation == 90:
            return bottom, self.width - right, top, self.width - left
        if self.rotation == 180:
            return self.width - right, self.height - top, self.width - left, self.height - bottom
        if self.rotation == 270:
            return self.height - top, left, self.height - bottom, right
        return left, bottom, right, top


def _fold(code: int) -> str:
    """The text of one glyph; empty for what carries none."""
    if code in _LINE_END_HYPHENS:
        return "-"
    if code < 0x20:
        return _TEX_LIGATURES.get(code, "")
    if 0xE000 <= code <= 0xF8FF or code >= 0xF0000 or code in (0xFEFF, 0xFFFD, 0x200B, 0x200C, 0x200D, 0xAD):
        return ""
    char = chr(code)
    if 0xFB00 <= code <= 0xFB06 or 0xFB1D <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFC or 0xF900 <= code <= 0xFAFF:
        return unicodedata.normalize("NFKC", char)
    return "" if 0xD800 <= code <= 0xDFFF else char


def words(textpage: int, turn: tuple[int, float, float], limit: int) -> list[Word]:
    """The words of a page in the order of its content stream.

    Args:
        textpage: pdfium's text page handle.
        turn: the page's rotation in degrees, and its width and height before it.
        limit: most glyphs that are looked at.
    """
    turned = _Turn(*turn)
    count = min(raw.FPDFText_CountChars(textpage), limit)
    rect, found = raw.FS_RECTF(), []
    run: list[tuple[str, float, float, float, float, int]] = []
    codes = _codes(textpage, count)
    guessed: set[int] = set()  # where in the run pdfium put in a space that the file does not have
    for i in range(count):
        code = codes[i]
        blank = code in (0x20, 0xA0, 0x3000, 0x09, 0x0A, 0x0D) or 0x2000 <= code <= 0x200A
        if not blank and code:
            raw.FPDFText_GetLooseCharBox(textpage, i, rect)
            x0, y0, x1, y1 = rect.left, rect.bottom, rect.right, rect.top
            if turned.rotation:
                x0, y0, x1, y1 = turned.box(x0, y0, x1, y1)
            if run and _breaks(run[-1], x0, y0, x1, y1):
                found.extend(_split(run, textpage, turned, guessed))
                run, guessed = [], set()
            run.append((chr(code) if 32 < code < 127 else _fold(code), x0, x1, y0, y1, i))
        elif run and raw.FPDFText_IsGenerated(textpage, i):
            guessed.add(len(run))
        elif run:
            found.extend(_split(run, textpage, turned, guessed))
            run, guessed = [], set()
    if run:
        found.extend(_split(run, textpage, turned, guessed))
    return found


def _codes(textpage: int, count: int) -> list[int]:
    """The code points of a page's glyphs, in one call where every glyph has one code unit."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if count and raw.FPDFText_GetText(textpage, 0, count, buffer) == count + 1:
        units = buffer[:count]
        if not any(0xD800 <= unit <= 0xDFFF or unit == 0 for unit in units):
            return units
    return [raw.FPDFText_GetUnicode(textpage, i) for i in range(count)]


def _breaks(last: tuple[str, float, float, float, float, int], x0: float, y0: float, x1: float, y1: float) -> bool:
    height = max(last[4] - last[3], 0.5)
    return abs(y0 - last[3]) > 0.6 * height or x0 - last[2] > height or last[1] - x1 > height


def _split(
    run: list[tuple[str, float, float, float, float, int]], textpage: int, turn: _Turn, guessed: set[int]
) -> list[Word]:
    """Cut a run of glyphs where the gap is a space although the file has none. Where pdfium guessed a space it is
    believed, except between widely set letters: even tracking is no space."""
    size = max(median(g[4] - g[3] for g in run), 0.1)
    gaps = [b[1] - a[2] for a, b in itertools.pairwise(run)]
    usual = max(median(gaps), 0.0) if len(gaps) >= 3 else 0.0
    bar = usual + SPACE_GAP * size * (1.0 if len(gaps) >= 8 else 1.8)
    tracked = usual > MIN_TRACKING * size
    pieces, start = [], 0
    for k, gap in enumerate(gaps, 1):
        if gap > bar or (k in guessed and not tracked):
            pieces.append(run[start:k])
            start = k
    pieces.append(run[start:])
    found = [word for piece in pieces if (word := _word(piece, textpage, turn))]
    for word in found:
        word.tracking = usual
    return found


def _word(glyphs: list[tuple[str, float, float, float, float, int]], textpage: int, turn: _Turn) -> Word | None:
    first = glyphs[0][5]
    name, flags = _font(textpage, first)
    if _ICON_FONT.search(name):
        return None
    if _SYMBOL_FONT.search(name) and len(glyphs) == 1:
        code = raw.FPDFText_GetUnicode(textpage, first)
        text = "•" if code >= 0xF000 or not glyphs[0][0].isalnum() else glyphs[0][0]
    else:
        text = "".join(g[0] for g in glyphs)
    if not text:
        return None
    rtl = not text.isascii() and sum(unicodedata.bidirectional(c) in _RTL for c in text) * 2 > len(text)
    if rtl and len(glyphs) > 1 and glyphs[0][1] < glyphs[-1][1] - 0.5:
        text = "".join(g[0] for g in reversed(glyphs))
    weight = raw.FPDFText_GetFontWeight(textpage, first)
    baseline, em = _line_of(textpage, first, turn, glyphs[0])
    return Word(
        text,
        min(g[1] for g in glyphs),
        max(g[2] for g in glyphs),
        baseline + ASCENT * em,
        baseline - DESCENT * em,
        baseline,
        bool(_BOLD_FONT.search(name)) or (weight >= 640 and not name),
        bool(_ITALIC_FONT.search(name)) or bool(flags & 64),
        first,
        rtl,
    )


def _line_of(
    textpage: int, index: int, turn: _Turn, glyph: tuple[str, float, float, float, float, int]
) -> tuple[float, float]:
    """Baseline and font size of a glyph, in points of the page as it is seen. The glyph's box is taken where the font's
    size is not to be had: some producers' fonts give boxes of the ink only, so the box alone is not stable."""
    x, y, matrix = _X, _Y, _MATRIX
    box = max(glyph[4] - glyph[3], 0.1)
    if not raw.FPDFText_GetCharOrigin(textpage, index, x, y):
        return glyph[3] + DESCENT / (ASCENT + DESCENT) * box, box / (ASCENT + DESCENT)
    _, baseline, _, _ = turn.box(x.value, y.value, x.value, y.value)
    em = raw.FPDFText_GetFontSize(textpage, index)
    if raw.FPDFText_GetMatrix(textpage, index, matrix):
        em *= math.hypot(matrix.c, matrix.d)
    if not 0.5 * box < em < 4 * box:
        em = box / (ASCENT + DESCENT)
    return baseline, em


def _font(textpage: int, index: int) -> tuple[bytes, int]:
    length = raw.FPDFText_GetFontInfo(textpage, index, _NAME, 128, _FLAGS)
    name: bytes = _NAME.value if 0 < length <= 128 else b""
    return name.split(b"+", 1)[-1], _FLAGS.value


def cells(page_words: list[Word]) -> list[Cell]:
    """Words on one height without a wide gap between them, joined; wide-set letters become words again."""
    rows = _rows(page_words)
    made: list[Cell] = []
    for row in rows:
        group: list[Word] = []
        for word in row:
            if group and not _joins(group[-1], word):
                made.append(_cell(group))
                group = []
            group.append(word)
        if group:
            made.append(_cell(group))
    made.sort(key=lambda cell: cell.order)
    return [cell for cell in made if cell.text]


def _rows(page_words: list[Word]) -> list[list[Word]]:
    """Words by baseline, each row from left to right."""
    rows: list[list[Word]] = []
    for word in sorted(page_words, key=lambda w: (-w.bottom, w.x0)):
        for row in reversed(rows[-6:]):
            height = min(word.size, row[0].size)
            if abs(row[0].baseline - word.baseline) <= 0.22 * max(height, 1.0):
                row.append(word)
                break
        else:
            rows.append([word])
    for row in rows:
        row.sort(key=lambda w: w.x0)
    return rows


def _joins(left: Word, right: Word) -> bool:
    gap, size = right.x0 - left.x1, min(left.size, right.size)
    spaced = len(left.text) == 1 and len(right.text) == 1 and left.text.isalpha() and right.text.isalpha()
    return -1.5 * size < gap < (1.4 if spaced else CELL_GAP) * size + 3 * min(left.tracking, right.tracking)


def _cell(group: list[Word]) -> Cell:
    if sum(w.rtl for w in group) * 2 > len(group):
        ordered = list(reversed(group))
    else:
        ordered = group
    tokens = _unspaced(ordered)
    heavy = sum(len(w.text) for w in group if w.bold) * 2 > sum(len(w.text) for w in group)
    return Cell(
        text=" ".join(tokens),
        x0=group[0].x0,
        x1=max(w.x1 for w in group),
        top=max(w.top for w in group),
        bottom=min(w.bottom for w in group),
        size=max(w.size for w in group),
        bold=heavy,
        italic=group[0].italic,
        order=min(w.order for w in group),
        lead=_lead(ordered, tokens),
    )


def _lead(ordered: list[Word], tokens: list[str]) -> int:
    """Length of the bold beginning; 0 where the boldness does not change once from bold to plain."""
    bold = [w.bold for w in ordered]
    if len(tokens) != len(bold) or not bold[0] or all(bold):
        return 0
    first = bold.index(False)
    return len(" ".join(tokens[:first])) if not any(bold[first:]) else 0


def _unspaced(group: list[Word]) -> list[str]:
    """The words of a cell; where nearly all are single letters, letters join and only the wider gaps remain."""
    letters = [w for w in group if len(w.text) == 1 and w.text.isalnum()]
    if len(group) < 4 or len(letters) < 0.8 * len(group):
        return [w.text for w in group]
    gaps = [b.x0 - a.x1 for a, b in itertools.pairwise(group)]
    # between words the letter's own spacing stands twice, with the space
    bar = 1.7 * max(sorted(gaps)[len(gaps) // 3], 0.1)
    tokens = [group[0].text]
    for gap, word in zip(gaps, group[1:], strict=True):
        if gap > bar:
            tokens.append(word.text)
        else:
            tokens[-1] += word.text
    return tokens
