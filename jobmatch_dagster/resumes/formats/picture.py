"""Pictures of a page (a photo, a scan, a screenshot): what tesseract reads in them; without it they need OCR."""

from __future__ import annotations

import io
from typing import Any

from jobmatch_dagster.resumes.model import Document, Limits
from jobmatch_dagster.resumes.status import Refused

KINDS = ("PNG", "JPEG")
_READ = (b"\x89PNG", b"\xff\xd8\xff")
_OTHERS = (b"II*\0", b"MM\0*", b"GIF8")
MAX_PIXELS_IN_FILE = 60_000_000
PAGE_WIDTH = 595.0  # points; how wide a page is when its picture does not say
RECOGNISED = "The text was recognised in a picture. Check what was read, or upload the document itself."
_NEEDS_OCR = "The file is a picture. Upload the document it was made from, with text in it."


def is_picture(data: bytes) -> bool:
    """Whether a file begins as the pictures do that are read.

    Raises:
        Refused: needs_ocr where it is a picture of another kind.
    """
    bitmap = data[:2] == b"BM" and data[6:10] == b"\0\0\0\0"
    if bitmap or data.startswith(_OTHERS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP"):
        raise Refused("needs_ocr", _NEEDS_OCR)
    return data.startswith(_READ)


def read(data: bytes, limits: Limits) -> Document:
    """Read a picture.

    Raises:
        Refused: needs_ocr where no tesseract is wanted or there or it finds no words; corrupt; too_large.
    """
    from jobmatch_dagster.resumes import glyphs, layout, ocr

    if ocr.languages(limits.ocr_languages) is None:
        raise Refused("needs_ocr", _NEEDS_OCR)
    picture = _grey(data, ocr.MAX_PIXELS)
    cells = glyphs.cells(ocr.words_in(picture, picture.width / PAGE_WIDTH, limits.ocr_languages))
    if not cells:
        raise Refused("needs_ocr", _NEEDS_OCR)
    lines, kind = layout.read([cells])
    return Document(lines, [], 1, kind, [RECOGNISED])


def _grey(data: bytes, most: int) -> Any:
    """The page as a grey picture, upright, of at most so many pixels."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=KINDS) as file:
            pixels = file.width * file.height
            if pixels > MAX_PIXELS_IN_FILE:
                raise Refused("too_large", "The picture has too many pixels. Upload a smaller one.")
            shrink = min((most / pixels) ** 0.5, 1.0)
            file.draft("L", (round(file.width * shrink), round(file.height * shrink)))
            picture = _flat(ImageOps.exif_transpose(file))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, ArithmeticError):
        raise Refused("corrupt") from None
    except Image.DecompressionBombError:
        raise Refused("malicious") from None
    shrink = min((most / (picture.width * picture.height)) ** 0.5, 1.0)
    return picture.resize((max(round(picture.width * shrink), 1), max(round(picture.height * shrink), 1)))


def _flat(picture: Any) -> Any:
    """Grey, on white where it is see-through."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("L")
