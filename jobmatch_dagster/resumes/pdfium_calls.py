"""The functions of pdfium that are called for each glyph, word or shape, with addresses as plain numbers: ctypes then
makes no object for an argument, which takes more than half of such a call away. All else goes through pypdfium2.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as raw

_INT, _DOUBLE, _ADDRESS = ctypes.c_int, ctypes.c_double, ctypes.c_void_p


def address(handle: Any) -> int:
    """Where the object of a handle of pypdfium2 is."""
    return ctypes.addressof(handle.contents)


def _plain(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.CFUNCTYPE(result, *arguments)(ctypes.cast(function, _ADDRESS).value or 0)


# of a text page and the number of a glyph on it
loose_box = _plain(raw.FPDFText_GetLooseCharBox, _INT, _ADDRESS, _INT, _ADDRESS)
is_generated = _plain(raw.FPDFText_IsGenerated, _INT, _ADDRESS, _INT)
code_point = _plain(raw.FPDFText_GetUnicode, ctypes.c_uint, _ADDRESS, _INT)
font_info = _plain(raw.FPDFText_GetFontInfo, ctypes.c_ulong, _ADDRESS, _INT, _ADDRESS, ctypes.c_ulong, _ADDRESS)
font_weight = _plain(raw.FPDFText_GetFontWeight, _INT, _ADDRESS, _INT)
font_size = _plain(raw.FPDFText_GetFontSize, _DOUBLE, _ADDRESS, _INT)
matrix = _plain(raw.FPDFText_GetMatrix, _INT, _ADDRESS, _INT, _ADDRESS)
char_origin = _plain(raw.FPDFText_GetCharOrigin, _INT, _ADDRESS, _INT, _ADDRESS, _ADDRESS)
text_object = _plain(raw.FPDFText_GetTextObject, _ADDRESS, _ADDRESS, _INT)
# of an object of a page
render_mode = _plain(raw.FPDFTextObj_GetTextRenderMode, _INT, _ADDRESS)
fill_colour = _plain(raw.FPDFPageObj_GetFillColor, _INT, *[_ADDRESS] * 5)
