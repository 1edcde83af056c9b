"""From a PDF page's glyphs to cells: words put together by where the glyphs stand, not only by the spaces in the file.

Nothing here knows what a résumé is. Producers that write no spaces, letter-spaced headings, ligatures stored under
control codes, icon fonts and right-to-left scripts are set right here.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, repeat
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2.raw as raw

from jobmatch_dagster.resumes import fonts, pdfium_calls
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
# boxes that are lower than this, in em, are those of small letters' ink
INK_ONLY = 0.8
# glyphs are taken to be at least as high as this, in points
MIN_SIZE = 0.1
CELL_GAP = 1.0
# a gap of half an em, where the page has an edge with so many other cells on it, parts cells too
EDGE_GAP = 0.5 / 1.2
MIN_EDGE = 3
# ligatures of TeX's OT1 and T1 fonts, which stand under control codes where a font has no Unicode map
_TEX_LIGATURES = {0x0B: "ff", 0x0C: "fi", 0x0E: "ffi", 0x0F: "ffl", 0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi"}
_LINE_END_HYPHENS = (0x02, 0xFFFE)
_RTL = ("R", "AL")
_LAST_LATIN, _FIRST_RTL = "\u024f", "\u0590"
_BLANKS = frozenset([0, 0x20, 0xA0, 0x3000, 0x09, 0x0A, 0x0D, *range(0x2000, 0x200B)])
Column = npt.NDArray[np.float64]
# what pdfium writes its answers into, made once: pages are read one after the other, in one thread of a worker
_X, _Y, _MATRIX = ctypes.c_double(), ctypes.c_double(), raw.FS_MATRIX()
_NAME, _FLAGS = ctypes.create_string_buffer(128), ctypes.c_int()
_AT_X, _AT_Y, _AT_MATRIX, _AT_NAME, _AT_FLAGS = map(ctypes.addressof, (_X, _Y, _MATRIX, _NAME, _FLAGS))


@dataclass(slots=True)
class Word:
    """Glyphs without a space between them."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    baseline: float
    size: float
    bold: bool
    italic: bool
    order: int
    rtl: bool = False
    tracking: float = 0.0


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


class _Page:
    """The glyphs of one text page that carry ink, in columns: their boxes, what they say, and their numbers on it."""

    def __init__(self, textpage: Any, turn: tuple[int, float, float], said: list[int]) -> None:
        self.handle, self._turn = pdfium_calls.address(textpage), _Turn(*turn)
        self.numbers = [i for i, code in enumerate(said) if code not in _BLANKS]
        self.texts = [_fold(said[i]) for i in self.numbers]
        boxes = self._boxes()
        self.gaps, self.cuts, self.guessed = self._runs(*boxes)
        self.lefts, self.lows, self.rights, self.highs = (column.tolist() for column in boxes)
        self._ems: dict[tuple[bytes, int], float] = {}

    def _boxes(self) -> tuple[Column, ...]:
        """Left, bottom, right and top of each glyph's advance box, asked for without a Python frame for each."""
        count = len(self.numbers)
        rects = np.zeros((count, 4), np.float32)  # left, top, right, bottom
        begin = rects.ctypes.data
        places = range(begin, begin + rects.nbytes, rects.itemsize * 4)
        deque(map(pdfium_calls.loose_box, repeat(self.handle), self.numbers, places), maxlen=0)
        left, top, right, bottom = rects.T.astype(np.float64)
        if not self._turn.rotation:
            return left, bottom, right, top
        turned = [self._turn.box(*box) for box in zip(left, bottom, right, top, strict=True)]
        return tuple(np.array(turned, np.float64).reshape(count, 4).T)

    def _runs(
        self, lefts: Column, lows: Column, rights: Column, highs: Column
    ) -> tuple[list[float], list[int], set[int]]:
        """The gap after each glyph; where runs of glyphs begin, after a space or a leap; and where inside of a run
        pdfium put in a space that the file does not have."""
        heights = np.maximum(highs - lows, 0.5)[:-1]
        gaps = lefts[1:] - rights[:-1]
        leaps = (np.abs(np.diff(lows)) > 0.6 * heights) | (gaps > heights) | (lefts[:-1] - rights[1:] > heights)
        cuts: set[int] = set((leaps.nonzero()[0] + 1).tolist())
        guessed: set[int] = set()
        for k in ((np.diff(self.numbers) > 1) & ~leaps).nonzero()[0].tolist():
            blanks = range(self.numbers[k] + 1, self.numbers[k + 1])
            (guessed if all(pdfium_calls.is_generated(self.handle, i) for i in blanks) else cuts).add(k + 1)
        return gaps.tolist(), sorted(cuts), guessed

    def height(self, k: int) -> float:
        return self.highs[k] - self.lows[k]

    def usual_height(self, start: int, stop: int) -> float:
        """The middle one of some glyphs' heights; where their boxes are of the ink only, what their font's would be."""
        middle = sorted(range(start, stop), key=self.height)[(stop - start) // 2]
        height, em = self.height(middle), self.line_of(middle, self.font(middle)[0])[1]
        return max(height if height > INK_ONLY * em else (ASCENT + DESCENT) * em, MIN_SIZE)

    def font(self, k: int) -> tuple[bytes, fonts.Look]:
        length = pdfium_calls.font_info(self.handle, self.numbers[k], _AT_NAME, len(_NAME), _AT_FLAGS)
        name: bytes = _NAME.value if 0 < length <= len(_NAME) else b""
        return name, fonts.look(name, _FLAGS.value)

    def weight(self, k: int) -> int:
        return pdfium_calls.font_weight(self.handle, self.numbers[k])

    def line_of(self, k: int, name: bytes) -> tuple[float, float]:
        """Baseline and font size of a glyph, in points of the page as it is seen. The glyph's box is taken where the
        font's size is not to be had: some producers' fonts give boxes of the ink only, so the box alone is not
        stable."""
        index, box = self.numbers[k], max(self.height(k), 0.1)
        if not pdfium_calls.char_origin(self.handle, index, _AT_X, _AT_Y):
            return self.lows[k] + DESCENT / (ASCENT + DESCENT) * box, box / (ASCENT + DESCENT)
        baseline = _Y.value
        if self._turn.rotation:
            baseline = self._turn.box(_X.value, _Y.value, _X.value, _Y.value)[1]
        key = (name, round(box * 100))
        em = self._ems.get(key)
        if em is None:
            em = pdfium_calls.font_size(self.handle, index)
            if pdfium_calls.matrix(self.handle, index, _AT_MATRIX):
                em *= math.hypot(_MATRIX.c, _MATRIX.d)
            if not 0.5 * box < em < 4 * box:
                em = box / (ASCENT + DESCENT)
            self._ems[key] = em
        return baseline, em


def words(textpage: Any, turn: tuple[int, float, float], said: list[int]) -> list[Word]:
    """The words of a page in the order of its content stream.

    Args:
        textpage: pdfium's text page handle.
        turn: the page's rotation in degrees, and its width and height before it.
        said: what its glyphs say, see ``codes``; glyphs beyond these are not looked at.
    """
    page = _Page(textpage, turn, said)
    if not page.numbers:
        return []
    found: list[Word] = []
    for start, stop in pairwise([0, *page.cuts, len(page.numbers)]):
        found.extend(_split(page, start, stop))
    return found


def codes(textpage: Any, count: int) -> list[int]:
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


def _split(page: _Page, start: int, stop: int) -> list[Word]:
    """Cut a run of glyphs where the gap is a space although the file has none. Where pdfium guessed a space it is
    believed, except between widely set letters: even tracking is no space."""
    gaps = page.gaps[start : stop - 1]
    usual = max(_middle(gaps), 0.0) if len(gaps) >= 3 else 0.0
    bar = usual + SPACE_GAP * (1.0 if len(gaps) >= 8 else 1.8) * MIN_SIZE
    cuts = [start]
    if gaps and (max(gaps) > bar or (page.guessed and not page.guessed.isdisjoint(range(start, stop)))):
        size = page.usual_height(start, stop)
        bar = usual + SPACE_GAP * size * (1.0 if len(gaps) >= 8 else 1.8)
        tracked = usual > MIN_TRACKING * size
        for k, gap in enumerate(gaps, start + 1):
            kerned = page.texts[k - 1].isdigit() and page.texts[k].isdigit()  # "11" is often set closer than its boxes
            if gap > bar or (k in page.guessed and gap > MIN_GUESS * size and not tracked and not kerned):
                cuts.append(k)
    found = [word for begin, end in pairwise([*cuts, stop]) if (word := _word(page, begin, end))]
    for word in found:
        word.tracking = usual
    return found


def _word(page: _Page, start: int, stop: int) -> Word | None:
    first = page.numbers[start]
    name, look = page.font(start)
    text = "".join(page.texts[start:stop])
    if look.icon and not (text.isalpha() and min(text) > _LAST_LATIN):
        return None  # icons, or the names of icons; a letter of another script is one that the text's own font lacks
    if look.symbol and stop == start + 1:
        code = pdfium_calls.code_point(page.handle, first)
        text = "•" if code >= 0xF000 or not text.isalnum() else text
    if not text:
        return None
    rtl = max(text) >= _FIRST_RTL and sum(unicodedata.bidirectional(c) in _RTL for c in text) * 2 > len(text)
    if rtl and stop > start + 1 and page.lefts[start] < page.lefts[stop - 1] - 0.5:
        text = "".join(reversed(page.texts[start:stop]))
    baseline, em = page.line_of(start, name)
    bold = look.bold or (not look.named and page.weight(start) >= 640)
    x0, x1 = page.lefts[start], page.rights[stop - 1]
    if rtl or stop - start < 3 or x1 <= x0:
        x0, x1 = min(page.lefts[start:stop]), max(page.rights[start:stop])
    top, bottom = baseline + ASCENT * em, baseline - DESCENT * em
    return Word(text, x0, x1, top, bottom, baseline, top - bottom, bold, look.italic, first, rtl)


def cells(page_words: list[Word]) -> list[Cell]:
    """Words on one height without a wide gap between them, joined; wide-set letters become words again."""
    groups: list[list[Word]] = []
    for row in _rows(page_words):
        group = [row[0]]
        for before, word in pairwise(row):
            if not _joins(before, word):
                groups.append(group)
                group = []
            group.append(word)
        groups.append(group)
    edges = _edges(group[0].x0 for group in groups)
    made = [_cell(group, edges) for group in _parted_at_edges(groups, edges)]
    made.sort(key=lambda cell: cell.order)
    return [cell for cell in made if cell.text]


def _edges(places: Iterable[float]) -> frozenset[int]:
    """The places, in whole points, at which or beside which so many of the given ones are that they are an edge of the
    page."""
    counts = Counter(map(round, places))
    near = {x for place in counts for x in (place - 1, place, place + 1)}
    return frozenset(x for x in near if counts[x - 1] + counts[x] + counts[x + 1] >= MIN_EDGE)


def _parted_at_edges(groups: list[list[Word]], edges: frozenset[int]) -> list[list[Word]]:
    """Groups cut where a gap that is wider than the group's others meets an edge of the page: a place where other
    groups begin, or a right end that other groups have. So a narrow gutter parts columns and a stretched line stays."""
    counts = Counter(round(group[-1].x1) for group in groups)
    ends = {x + d for x, count in counts.items() if count >= MIN_EDGE for d in (-1, 0, 1)}
    parted = []
    for group in groups:
        if len(group) == 1:
            parted.append(group)
            continue
        at_right = round(group[-1].x1) in ends
        gaps = [b.x0 - a.x1 for a, b in pairwise(group)]
        widest, bar = max(gaps), EDGE_GAP * group[0].size
        if widest > bar and len(gaps) > 1:
            bar = max(bar, 1.6 * _middle(gaps))
        begin = 0
        for k, gap in enumerate(gaps, 1) if widest > bar else ():
            if gap <= bar:
                continue
            starts = round(group[k].x0) in edges
            if starts or (at_right and k > 1 and len(gaps) > 2 and gap >= widest):
                parted.append(group[begin:k])
                begin = k
        parted.append(group[begin:])
    return parted


def _rows(page_words: list[Word]) -> list[list[Word]]:
    """Words by baseline, each row from left to right."""
    rows: list[tuple[float, float, list[Word]]] = []  # baseline and height of the row's first word
    for word in sorted(page_words, key=lambda w: (-w.bottom, w.x0)):
        for baseline, height, row in reversed(rows[-6:]):
            if abs(baseline - word.baseline) <= 0.22 * max(min(word.size, height), 1.0):
                row.append(word)
                break
        else:
            rows.append((word.baseline, word.size, [word]))
    return [sorted(row, key=lambda w: w.x0) for _, _, row in rows]


def _joins(left: Word, right: Word) -> bool:
    gap, size = right.x0 - left.x1, min(left.size, right.size)
    spaced = len(left.text) == 1 and len(right.text) == 1 and left.text.isalpha() and right.text.isalpha()
    return -1.5 * size < gap < (1.4 if spaced else CELL_GAP) * size + 3 * min(left.tracking, right.tracking)


def _cell(group: list[Word], edges: frozenset[int]) -> Cell:
    ordered = list(reversed(group)) if sum(w.rtl for w in group) * 2 > len(group) else group
    tokens = _unspaced(ordered)
    letters = [len(w.text) for w in group]
    heavy = [n for n, w in zip(letters, group, strict=True) if w.bold]
    return Cell(
        text=" ".join(tokens),
        x0=group[0].x0,
        x1=max(w.x1 for w in group),
        top=max(w.top for w in group),
        bottom=min(w.bottom for w in group),
        size=max(w.size for w in group),
        bold=sum(heavy) * 2 > sum(letters),
        italic=group[0].italic,
        order=min(w.order for w in group),
        lead=_lead(ordered, tokens) if 0 < len(heavy) < len(group) else 0,
        seams=_seams(ordered, tokens, edges) if len(group) > 1 else (),
    )


def _seams(ordered: list[Word], tokens: list[str], edges: frozenset[int]) -> tuple[tuple[int, float], ...]:
    if len(tokens) != len(ordered):
        return ()
    found, at = [], 0
    for word, token in zip(ordered, tokens, strict=True):
        if at and round(word.x0) in edges:
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
    texts = [w.text for w in group]
    if len(group) < 4 or sum(len(t) == 1 and t.isalnum() for t in texts) < 0.8 * len(group):
        return texts
    gaps = [b.x0 - a.x1 for a, b in pairwise(group)]
    # between words the letter's own spacing stands twice, with the space
    bar = 1.7 * max(sorted(gaps)[len(gaps) // 3], 0.1)
    tokens = texts[:1]
    for gap, text in zip(gaps, texts[1:], strict=True):
        if gap > bar:
            tokens.append(text)
        else:
            tokens[-1] += text
    return tokens
