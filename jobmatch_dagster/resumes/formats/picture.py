"""Pictures of a page (a photo, a scan, a screenshot): what tesseract reads in them; without it they need OCR."""

from __future__ import annotations

import io
from typing import Any

from jobmatch_dagster.resumes.model import Cell, Document, Limits
from jobmatch_dagster.resumes.status import Refused

SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"GIF8")
KINDS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")
MAX_PIXELS_IN_FILE = 60_000_000
PAGE_WIDTH = 595.0  # points; how wide a page is when its picture does not say
RECOGNISED = "The text was recognised in a picture. Check what was read, or upload the document itself."
_NEEDS_OCR = "The file is a picture. Upload the document it was made from, with text in it."


def is_picture(data: bytes) -> bool:
    """Whether a file begins as pictures do."""
    bitmap = data[:2] == b"BM" and data[6:10] == b"\0\0\0\0"
    return data.startswith(SIGNATURES) or bitmap or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def read(data: bytes, limits: Limits) -> Document:
    """Read a picture; of one with several pages at most ``limits.ocr_pages``.

    Raises:
        Refused: needs_ocr where no tesseract is wanted or there or it finds no words; corrupt; too_large.
    """
    from jobmatch_dagster.resumes import glyphs, layout, ocr

    if ocr.languages(limits.ocr_languages) is None:
        raise Refused("needs_ocr", _NEEDS_OCR)
    pages: list[list[Cell]] = []
    for picture in _pictures(data, limits.ocr_pages):
        scale = picture.width / PAGE_WIDTH
        pages.append(glyphs.cells(ocr.words_in(picture, scale, limits.ocr_languages)))
    if not any(pages):
        raise Refused("needs_ocr", _NEEDS_OCR)
    lines, kind = layout.read(pages)
    return Document(lines, [], len(pages), kind, [RECOGNISED])


def _pictures(data: bytes, most: int) -> list[Any]:
    """The pages as grey pictures of a size that tesseract reads well."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    from jobmatch_dagster.resumes.ocr import MAX_PIXELS

    found = []
    try:
        with Image.open(io.BytesIO(data), formats=KINDS) as file:
            for number in range(min(getattr(file, "n_frames", 1), most)):
                file.seek(number)
                if file.width * file.height > MAX_PIXELS_IN_FILE:
                    raise Refused("too_large", "The picture has too many pixels. Upload a smaller one.")
                shrink = min((MAX_PIXELS / (file.width * file.height)) ** 0.5, 1.0)
                size = (max(round(file.width * shrink), 1), max(round(file.height * shrink), 1))
                file.draft("L", size)
                upright = ImageOps.exif_transpose(file)
                found.append(_flat(upright).resize(size if upright.size == file.size else size[::-1]))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, ArithmeticError):
        raise Refused("corrupt") from None
    except Image.DecompressionBombError:
        raise Refused("malicious") from None
    return found


def _flat(picture: Any) -> Any:
    """Grey, on white where it is see-through."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(white, picture)
    return picture.convert("L")
