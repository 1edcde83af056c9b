"""Text on a PDF page that a reader of the page cannot see: invisible, as small as dust, off the page, or in the colour
of what is under it. Says which words; what to do with them is decided by the caller.

Invisible text can be wanted: scanners lay recognised text under the picture of a page, and browsers lay it over words
whose outlines they draw as shapes. So invisible text with a picture or a shape of its own height there is seen, and a
page that shows no other text keeps all of it.
"""

from __future__ import annotations

import ctypes
from functools import cached_property
from typing import Any

import pypdfium2.raw as raw

from jobmatch_dagster.resumes import pdfium_calls
from jobmatch_dagster.resumes.glyphs import Word

INVISIBLE_MODES = (3, 7)  # render modes "neither fill nor stroke" and "clip only" of ISO 32000-1, table 106
MIN_EM = 1.5  # points; print of 4 points is the smallest that people read
WHITE = 0xFFFFFF
LIGHT = 600  # of 765: colours as light as this can vanish on paper
NEAR = 36  # difference of two colours, summed over red, green and blue, that the eye does not see
MAX_OBJECTS = 4000

# left, bottom, right, top; colour, None where it is not known; whether it is a picture
_Shape = tuple[float, float, float, float, int | None, bool]
_R, _G, _B, _A = (ctypes.c_uint() for _ in range(4))
_COLOUR = tuple(map(ctypes.addressof, (_R, _G, _B, _A)))
_L, _D, _RIGHT, _T = (ctypes.c_float() for _ in range(4))
_FILL, _STROKE = ctypes.c_int(), ctypes.c_int()


class Sight:
    """What of one page can be seen.

    Args:
        page, textpage: pdfium's handles.
        box: left, bottom, right and top of the page, as its words' coordinates count them.
        rotated: the page is turned; colours are then not compared, for shapes are given unturned.
    """

    def __init__(self, page: Any, textpage: Any, box: tuple[float, float, float, float], rotated: bool) -> None:
        self._page, self._textpage, self._box, self._rotated = page, pdfium_calls.address(textpage), box, rotated
        self._looks: dict[int, tuple[bool, int | None]] = {}

    def parted(self, words: list[Word]) -> tuple[list[Word], int]:
        """The words that can be seen, and how many cannot. Where none can, all are given: a scan's recognised text."""
        seen = [word for word in words if not self._hidden(word)]
        if not seen:
            return words, 0
        return seen, len(words) - len(seen)

    def _hidden(self, word: Word) -> bool:
        left, bottom, right, top = self._box
        x, y = (word.x0 + word.x1) / 2, word.baseline
        if not (left - 2 <= x <= right + 2 and bottom - 2 <= y <= top + 2) or word.size < MIN_EM:
            return True
        invisible, colour = self._look(word.order)
        if invisible:
            return not self._drawn(x, y + 0.3 * word.size, word.size)
        if colour is None or self._rotated:
            return False
        return distance(colour, self._under(x, y + 0.3 * word.size)) < NEAR

    def _look(self, index: int) -> tuple[bool, int | None]:
        """Whether a glyph's text object is invisible, and its colour if that is light."""
        shown = pdfium_calls.text_object(self._textpage, index)
        if not shown:
            return False, None
        look = self._looks.get(shown)
        if look is None:
            invisible, light = pdfium_calls.render_mode(shown) in INVISIBLE_MODES, None
            if pdfium_calls.fill_colour(shown, *_COLOUR):
                invisible = invisible or _A.value < 8
                if _R.value + _G.value + _B.value >= LIGHT:
                    light = _R.value << 16 | _G.value << 8 | _B.value
            look = self._looks[shown] = (invisible, light)
        return look

    @cached_property
    def _shapes(self) -> list[_Shape]:
        """Filled shapes and pictures in the order in which they are painted."""
        found: list[_Shape] = []
        for n in range(min(raw.FPDFPage_CountObjects(self._page), MAX_OBJECTS)):
            shape = raw.FPDFPage_GetObject(self._page, n)
            kind = raw.FPDFPageObj_GetType(shape)
            if kind == raw.FPDF_PAGEOBJ_TEXT or not raw.FPDFPageObj_GetBounds(shape, _L, _D, _RIGHT, _T):
                continue
            colour = None
            if kind == raw.FPDF_PAGEOBJ_PATH:
                if not raw.FPDFPath_GetDrawMode(shape, _FILL, _STROKE) or not _FILL.value:
                    continue
                if raw.FPDFPageObj_GetFillColor(shape, _R, _G, _B, _A) and _A.value > 127:
                    colour = _R.value << 16 | _G.value << 8 | _B.value
            found.append((_L.value, _D.value, _RIGHT.value, _T.value, colour, kind != raw.FPDF_PAGEOBJ_PATH))
        return found

    def _under(self, x: float, y: float) -> int | None:
        """The colour under a point: of the last shape there, white where there is none, None where it is not known."""
        for left, bottom, right, top, colour, _ in reversed(self._shapes):
            if left <= x <= right and bottom <= y <= top:
                return colour
        return WHITE

    def _drawn(self, x: float, y: float, size: float) -> bool:
        """Whether a picture or a shape that may be a word's outline is painted at a point."""
        return any(
            left - size <= x <= right + size and bottom - 1 <= y <= top + 1 and (picture or top - bottom < 3 * size)
            for left, bottom, right, top, _, picture in self._shapes
        )


def distance(colour: int, other: int | None) -> int:
    """How far two colours (0xRRGGBB) are apart, summed over red, green and blue; farthest from an unknown one."""
    if other is None:
        return 3 * 255
    return sum(abs((colour >> shift & 255) - (other >> shift & 255)) for shift in (0, 8, 16))
