"""From a PDF page's glyphs to cells: words put together by where the glyphs stand, not only by the spaces in the file.

Nothing here knows what a résumé is. Producers that write no spaces, letter-spaced headings, ligatures stored under
control codes, icon fonts and right-to-left scripts are set right here.
"""

from __future__ import annotations

import ctypes
import math
import re
import unicodedata
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise, repeat

import pypdfium2.raw as raw

from jobmatch_dagster.resumes.model import Cell

# A gap of 0.12 em between two advance boxes is a space: TeX's narrowest is 0.2 em, and what ligatures and kerning
# leave is under 0.08 em. Sizes here are heights of a font's box, about 1.2 em.
SPACE_GAP = 0.12 / 1.2
# even gaps of 0.06 em and more between letters are wide setting
MIN_TRACKING = 0.06 / 1.2
# where a line begins and ends above and below its baseline, in em; together the usual height of a font's box
ASCENT, DESCENT = 0.93, 0.27
# narrower than this no space that pdfium puts in is believed: letters are kerned
MIN_GUESS = 0.04
CELL_GAP = 1.0
# a gap of half an em, where the page has an edge with so many other cells on it, parts cells too
EDGE_GAP = 0.5 / 1.2
MIN_EDGE = 3
# ligatures of TeX's OT1 and T1 fonts, which stand under control codes where a font has no Unicode map
_TEX_LIGATURES = {0x0B: "ff", 0x0C: "fi", 0x0E: "ffi", 0x0F: "ffl", 0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi"}
_ICON_FONT = re.compile(rb"awesome|icon|glyphs?(?:-|$)|academicons|fontello|marvosym", re.I)
_SYMBOL_FONT = re.compile(rb"symbol|wingding|webding|dingbat|cmsy|msam", re.I)
_BOLD_FONT = re.compile(rb"bold|black|heavy|demi|cmb|\bmedi\b|-medi|ultra", re.I)
_ITALIC_FONT = re.compile(rb"ital|obli|cmti|slanted", re.I)
_LINE_END_HYPHENS = (0x02, 0xFFFE)
_RTL = ("R", "AL")
_LAST_LATIN = "\u024f"
_BLANKS = frozenset([0x20, 0xA0, 0x3000, 0x09, 0x0A, 0x0D, *range(0x2000, 0x200B)])
# a glyph: its text, left, right, bottom, top, and its number on the page
_Glyph = tuple[str, float, float, float, float, int]
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


@cache
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


@dataclass(frozen=True, slots=True)
class _Look:
    """What a font's name and flags say."""

    icon: bool
    symbol: bool
    bold: bool
    italic: bool
    named: bool


@lru_cache(maxsize=512)
def _look(name: bytes, flags: int) -> _Look:
    bare = name.split(b"+", 1)[-1]
    return _Look(
        bool(_ICON_FONT.search(bare)),
        bool(_SYMBOL_FONT.search(bare)),
        bool(_BOLD_FONT.search(bare)),
        bool(_ITALIC_FONT.search(bare)) or bool(flags & 64),
        bool(bare),
    )


class _Page:
    """One text page while its words are read: what pdfium is asked again and again is remembered."""

    def __init__(self, textpage: int, turn: tuple[int, float, float]) -> None:
        self.textpage, self.turn = textpage, _Turn(*turn)
        self._ems: dict[tuple[bytes, int], float] = {}

    def boxes(self, count: int) -> tuple[Sequence[float], ...]:
        """Left, bottom, right and top of each glyph's advance box, asked for without a Python frame for each."""
        rects = (raw.FS_RECTF * count)()
        deque(map(raw.FPDFText_GetLooseCharBox, repeat(self.textpage), range(count), rects), maxlen=0)
        flat = memoryview(rects).cast("B").cast("f").tolist()
        left, top, right, bottom = (flat[k::4] for k in range(4))
        if not self.turn.rotation:
            return left, bottom, right, top
        turned = [self.turn.box(*box) for box in zip(left, bottom, right, top, strict=True)]
        return tuple([box[k] for box in turned] for k in range(4))

    def font(self, index: int) -> tuple[bytes, _Look]:
        length = raw.FPDFText_GetFontInfo(self.textpage, index, _NAME, 128, _FLAGS)
        name: bytes = _NAME.value if 0 < length <= 128 else b""
        return name, _look(name, _FLAGS.value)

    def line_of(self, glyph: _Glyph, name: bytes) -> tuple[float, float]:
        """Baseline and font size of a glyph, in points of the page as it is seen. The glyph's box is taken where the
        font's size is not to be had: some producers' fonts give boxes of the ink only, so the box alone is not
        stable."""
        _, _, _, low, high, index = glyph
        box = max(high - low, 0.1)
        if not raw.FPDFText_GetCharOrigin(self.textpage, index, _X, _Y):
            return low + DESCENT / (ASCENT + DESCENT) * box, box / (ASCENT + DESCENT)
        baseline = _Y.value
        if self.turn.rotation:
            baseline = self.turn.box(_X.value, _Y.value, _X.value, _Y.value)[1]
        key = (name, round(box * 100))
        em = self._ems.get(key)
        if em is None:
            em = raw.FPDFText_GetFontSize(self.textpage, index)
            if raw.FPDFText_GetMatrix(self.textpage, index, _MATRIX):
                em *= math.hypot(_MATRIX.c, _MATRIX.d)
            if not 0.5 * box < em < 4 * box:
                em = box / (ASCENT + DESCENT)
            self._ems[key] = em
        return baseline, em


def words(textpage: int, turn: tuple[int, float, float], said: list[int]) -> list[Word]:
    """The words of a page in the order of its content stream.

    Args:
        textpage: pdfium's text page handle.
        turn: the page's rotation in degrees, and its width and height before it.
        said: what its glyphs say, see ``codes``; glyphs beyond these are not looked at.
    """
    page = _Page(textpage, turn)
    found: list[Word] = []
    run: list[_Glyph] = []
    guessed: set[int] = set()  # where in the run pdfium put in a space that the file does not have
    lefts, lows, rights, highs = page.boxes(len(said))
    for i, (code, x0, y0, x1, y1) in enumerate(zip(said, lefts, lows, rights, highs, strict=True)):
        if code and code not in _BLANKS:
            if run:
                _, last0, last1, low, high, _ = run[-1]
                height = max(high - low, 0.5)
                if abs(y0 - low) > 0.6 * height or x0 - last1 > height or last0 - x1 > height:
                    found.extend(_split(run, page, guessed))
                    run, guessed = [], set()
            run.append((chr(code) if 32 < code < 127 else _fold(code), x0, x1, y0, y1, i))
        elif run and raw.FPDFText_IsGenerated(textpage, i):
            guessed.add(len(run))
        elif run:
            found.extend(_split(run, page, guessed))
            run, guessed = [], set()
    if run:
        found.extend(_split(run, page, guessed))
    return found


def codes(textpage: int, count: int) -> list[int]:
    """The code points of a page's glyphs, in one call where every glyph has one code unit."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if count and raw.FPDFText_GetText(textpage, 0, count, buffer) == count + 1:
        units = buffer[:count]
        if 0 not in units and max(units) < 0xD800:
            return units
        if not any(0xD800 <= unit <= 0xDFFF or unit == 0 for unit in units):
            return units
    return [raw.FPDFText_GetUnicode(textpage, i) for i in range(count)]


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _split(run: list[_Glyph], page: _Page, guessed: set[int]) -> list[Word]:
    """Cut a run of glyphs where the gap is a space although the file has none. Where pdfium guessed a space it is
    believed, except between widely set letters: even tracking is no space."""
    if len(run) == 1:
        word = _word(run, page)
        return [word] if word else []
    gaps = [b[1] - a[2] for a, b in pairwise(run)]
    widest = max(gaps)
    size = max(_middle([g[4] - g[3] for g in run]), 0.1) if widest > 0 or guessed else 1.0
    usual = max(_middle(gaps), 0.0) if len(gaps) >= 3 else 0.0
    bar = usual + SPACE_GAP * size * (1.0 if len(gaps) >= 8 else 1.8)
    pieces = [run]
    if widest > bar or guessed:
        tracked = usual > MIN_TRACKING * size
        pieces, start = [], 0
        for k, gap in enumerate(gaps, 1):
            kerned = run[k - 1][0].isdigit() and run[k][0].isdigit()  # "11" is often set closer than its boxes
            if gap > bar or (k in guessed and gap > MIN_GUESS * size and not tracked and not kerned):
                pieces.append(run[start:k])
                start = k
        pieces.append(run[start:])
    found = [word for piece in pieces if (word := _word(piece, page))]
    for word in found:
        word.tracking = usual
    return found


def _word(glyphs: list[_Glyph], page: _Page) -> Word | None:
    first = glyphs[0][5]
    name, look = page.font(first)
    text = "".join([g[0] for g in glyphs])
    if look.icon and not (text.isalpha() and min(text) > _LAST_LATIN):
        return None  # icons, or the names of icons; a letter of another script is one that the text's own font lacks
    if look.symbol and len(glyphs) == 1:
        code = raw.FPDFText_GetUnicode(page.textpage, first)
        text = "•" if code >= 0xF000 or not text.isalnum() else text
    if not text:
        return None
    rtl = not text.isascii() and sum(unicodedata.bidirectional(c) in _RTL for c in text) * 2 > len(text)
    if rtl and len(glyphs) > 1 and glyphs[0][1] < glyphs[-1][1] - 0.5:
        text = "".join(g[0] for g in reversed(glyphs))
    baseline, em = page.line_of(glyphs[0], name)
    bold = look.bold or (not look.named and raw.FPDFText_GetFontWeight(page.textpage, first) >= 640)
    x0, x1 = glyphs[0][1], glyphs[-1][2]
    if rtl or len(glyphs) < 3 or x1 <= x0:
        x0, x1 = min(g[1] for g in glyphs), max(g[2] for g in glyphs)
    return Word(text, x0, x1, baseline + ASCENT * em, baseline - DESCENT * em, baseline, bold, look.italic, first, rtl)


def cells(page_words: list[Word]) -> list[Cell]:
    """Words on one height without a wide gap between them, joined; wide-set letters become words again."""
    groups: list[list[Word]] = []
    for row in _rows(page_words):
        group: list[Word] = []
        for word in row:
            if group and not _joins(group[-1], word):
                groups.append(group)
                group = []
            group.append(word)
        groups.append(group)
    starts = Counter(round(g[0].x0) for g in groups)
    made = [_cell(group, starts) for group in _parted_at_edges(groups, starts)]
    made.sort(key=lambda cell: cell.order)
    return [cell for cell in made if cell.text]


def _parted_at_edges(groups: list[list[Word]], starts: Counter[int]) -> list[list[Word]]:
    """Groups cut where a gap that is wider than the group's others meets an edge of the page: a place where other
    groups begin, or a right end that other groups have. So a narrow gutter parts columns and a stretched line stays."""
    ends = Counter(round(g[-1].x1) for g in groups)
    parted = []
    for group in groups:
        at_right = any(ends[round(group[-1].x1) + d] >= MIN_EDGE for d in (-1, 0, 1))
        gaps = [b.x0 - a.x1 for a, b in pairwise(group)]
        bar = max(EDGE_GAP * group[0].size, 1.6 * _middle(gaps)) if len(gaps) > 1 else EDGE_GAP * group[0].size
        begin = 0
        for k, gap in enumerate(gaps, 1):
            if gap <= bar or (gap < max(gaps) and not _starts_at(group[k], starts)):
                continue
            apart = at_right and k > 1 and len(gaps) > 2 and gap >= max(gaps)
            if apart or _starts_at(group[k], starts):
                parted.append(group[begin:k])
                begin = k
        parted.append(group[begin:])
    return parted


def _starts_at(word: Word, starts: Counter[int]) -> bool:
    return sum(starts[round(word.x0) + d] for d in (-1, 0, 1)) >= MIN_EDGE


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


def _cell(group: list[Word], starts: Counter[int]) -> Cell:
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
        seams=_seams(ordered, tokens, starts) if len(group) > 1 else (),
    )


def _seams(ordered: list[Word], tokens: list[str], starts: Counter[int]) -> tuple[tuple[int, float], ...]:
    if len(tokens) != len(ordered):
        return ()
    found, at = [], 0
    for word, token in zip(ordered, tokens, strict=True):
        if at and _starts_at(word, starts):
            found.append((at, word.x0))
        at += len(token) + 1
    return tuple(found)


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
    gaps = [b.x0 - a.x1 for a, b in pairwise(group)]
    # between words the letter's own spacing stands twice, with the space
    bar = 1.7 * max(sorted(gaps)[len(gaps) // 3], 0.1)
    tokens = [group[0].text]
    for gap, word in zip(gaps, group[1:], strict=True):
        if gap > bar:
            tokens.append(word.text)
        else:
            tokens[-1] += word.text
    return tokens
