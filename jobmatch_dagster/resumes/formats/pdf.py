"""PDF files: glyphs from pdfium, checked page by page, pypdf where the two would not agree.

pypdf is the reference for what a page says; pdfium is many times faster and knows where each glyph stands. A page is
taken from pdfium where a second witness counts the same letters in the page's own content (see ``witness``) and the
words look like words; else pypdf reads the page too and the two readings are compared.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from typing import Any

from jobmatch_dagster.resumes.formats.picture import RECOGNISED
from jobmatch_dagster.resumes.formats.witness import Witness
from jobmatch_dagster.resumes.model import Cell, Document, Limits, hidden_warning
from jobmatch_dagster.resumes.status import Refused

MIN_LETTERS = 20
MAX_GLYPHS_PER_PAGE = 60_000
MIN_AGREEMENT = 0.95
_WORD = re.compile(r"\w+")
_NO_MEANING = 0xFFFD
_LINE_ENDS = (9, 10, 13)


def read(data: bytes, limits: Limits) -> Document:
    """Read a PDF.

    Raises:
        Refused: encrypted, corrupt, too_large, empty or needs_ocr.
    """
    import pypdfium2 as pdfium

    start = data.find(b"%PDF-", 0, 2048)
    try:
        document = pdfium.PdfDocument(data[start:] if start > 0 else data)
    except pdfium.PdfiumError as error:
        message = str(error).lower()
        if "password" in message or "security" in message:
            raise Refused("encrypted") from None
        raise Refused("corrupt") from None
    try:
        return _read(document, data, limits)
    finally:
        document.close()


def _read(document: Any, data: bytes, limits: Limits) -> Document:
    from jobmatch_dagster.resumes import layout

    count = len(document)
    if count == 0:
        raise Refused("corrupt", "The file has no pages. Export it again and upload the new file.")
    if count > limits.max_pages:
        raise Refused(
            "too_large", f"The file has {count} pages; at most {limits.max_pages} are read. Upload a shorter one."
        )
    pages, links, pictures, hidden = [], [], 0, 0
    witness = Witness(data)
    for number in range(count):
        cells, found, images, unseen = _page(document, number, witness)
        pages.append(cells)
        links.extend(found)
        pictures += images
        hidden += unseen
    recognised = _recognised(document, pages, limits) if pictures else 0
    letters = sum(sum(map(str.isalnum, cell.text)) for page in pages for cell in page)
    if letters < MIN_LETTERS:
        raise Refused("needs_ocr" if pictures or letters else "empty")
    lines, kind = layout.read(_without_running_lines(pages))
    warnings = []
    blank = sum(1 for page in pages if not page)
    if blank and pictures:
        warnings.append(f"{blank} of {count} pages hold pictures only and were not read.")
    if hidden:
        warnings.append(hidden_warning(hidden))
    if recognised:
        warnings.append(RECOGNISED)
    return Document(lines, list(dict.fromkeys(links)), count, kind, warnings)


def _recognised(document: Any, pages: list[list[Cell]], limits: Limits) -> int:
    """Put what tesseract reads on pages without text into ``pages``; how many pages that were."""
    from jobmatch_dagster.resumes import glyphs, ocr

    if ocr.languages(limits.ocr_languages) is None:
        return 0
    count = 0
    for number in [n for n, cells in enumerate(pages) if not cells][: limits.ocr_pages]:
        page = document[number]
        try:
            pages[number] = glyphs.cells(ocr.words(page, limits.ocr_languages))
        finally:
            page.close()
        count += bool(pages[number])
    return count


def _page(document: Any, number: int, witness: Witness) -> tuple[list[Cell], list[str], int, int]:
    """One page's cells, links, number of pictures and of words that cannot be seen."""
    import pypdfium2 as pdfium

    from jobmatch_dagster.resumes import glyphs
    from jobmatch_dagster.resumes.hidden import Sight

    try:
        page = document[number]
    except pdfium.PdfiumError:
        return [], [], 0, 0
    textpage = None
    try:
        textpage = page.get_textpage()
        width, height = page.get_size()
        rotation = page.get_rotation()
        box = (0.0, 0.0, width, height) if rotation else page.get_bbox()
        if rotation in (90, 270):
            width, height = height, width
        codes = glyphs.codes(textpage.raw, max(min(textpage.count_chars(), MAX_GLYPHS_PER_PAGE), 0))
        words = glyphs.words(textpage.raw, (rotation, width, height), codes)
        words, unseen = Sight(page.raw, textpage.raw, box, bool(rotation)).parted(words)
        cells = glyphs.cells(words)
        if _doubtful(codes, cells) or not _witnessed(codes, witness, number):
            cells = _checked(cells, witness, number)
        pictures = 0 if cells else _pictures(page)
        return cells, _links(page, document), pictures, unseen
    except pdfium.PdfiumError:
        return [], [], 0, 0
    finally:
        if textpage is not None:
            textpage.close()
        page.close()


def _doubtful(codes: list[int], cells: list[Cell]) -> bool:
    """Whether something on the page makes pdfium's text less than sure.

    Glyphs without a meaning, or very long words.
    """
    counts = Counter(codes)
    if "".join(map(chr, counts)).isspace() or not counts:
        return False
    odd = sum(
        n for c, n in counts.items() if c == _NO_MEANING or (c < 32 and c not in _LINE_ENDS) or 0xE000 <= c <= 0xF8FF
    )
    words = [w for cell in cells for w in cell.text.split()]
    if not words:
        return True
    long = sum("@" not in w and "/" not in w and "." not in w for w in words if len(w) > 24)
    single = sum(w.isalpha() for w in words if len(w) == 1)
    return odd > 0.02 * len(codes) + 2 or long > 0.03 * len(words) + 1 or single > 0.35 * len(words) + 4


def _witnessed(codes: list[int], witness: Witness, number: int) -> bool:
    found = codes if max(codes, default=0) < 0xD800 else [c for c in codes if c < 0xD800 or c > 0xF8FF]
    return not found or witness.agrees(number, found)


def _checked(cells: list[Cell], witness: Witness, number: int) -> list[Cell]:
    """The cells where pypdf says the same words; else pypdf's lines where those read more like words."""
    text = witness.reference_text(number)
    if text is None or not text.strip():
        return cells
    ours = _WORD.findall(" ".join(c.text for c in cells).casefold())
    theirs = _WORD.findall(text.casefold())
    if agreement(ours, theirs) >= MIN_AGREEMENT or _wordlike(ours) >= _wordlike(theirs):
        return cells
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return [
        Cell(line, 50.0, 50.0 + 5 * len(line), 800.0 - 14 * i, 789.0 - 14 * i, 11.0, order=i)
        for i, line in enumerate(lines)
        if line
    ]


def _wordlike(words: list[str]) -> float:
    return sum(3 <= len(w) <= 14 for w in words) / max(len(words), 1)


def agreement(ours: list[str], theirs: list[str]) -> float:
    """Share of words that two readings have in common (Dice over the words as a multiset)."""
    common = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * common / max(len(ours) + len(theirs), 1)


def _pictures(page: Any) -> int:
    import pypdfium2.raw as raw

    wanted = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
    pictures = paths = 0
    for k in range(min(raw.FPDFPage_CountObjects(page.raw), 2000)):
        kind = raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page.raw, k))
        pictures += kind in wanted
        paths += kind == raw.FPDF_PAGEOBJ_PATH
    return pictures + (paths > 100)


def _links(page: Any, document: Any) -> list[str]:
    """Addresses behind the page's text. Only http, https, mailto and tel; nothing is fetched."""
    import pypdfium2.raw as raw

    found: list[str] = []
    position, link = ctypes.c_int(0), raw.FPDF_LINK()
    while len(found) < 200 and raw.FPDFLink_Enumerate(page.raw, position, link):
        action = raw.FPDFLink_GetAction(link)
        if not action:
            continue
        length = raw.FPDFAction_GetURIPath(document.raw, action, None, 0)
        if 4 < length < 2000:
            buffer = ctypes.create_string_buffer(length)
            raw.FPDFAction_GetURIPath(document.raw, action, buffer, length)
            uri = buffer.value.decode("utf-8", "replace").strip()
            if uri.lower().startswith(("http://", "https://", "mailto:", "tel:")):
                found.append(uri)
    return found


_RUNNING = re.compile(
    r"^(?:page|seite|página|pagina|strona|p\.)?\s*\d{1,3}(?:\s*(?:/|of|von|de|di|z|sur|van)\s*\d{1,3})?$"
    r"|\s[-–—]\s\d{1,2}\s*/\s*\d{1,2}$|^last updated\b",
    re.I,
)


def _without_running_lines(pages: list[list[Cell]]) -> list[list[Cell]]:
    """Drop page numbers and such from the top and bottom of pages."""
    kept = []
    for cells in pages:
        if not cells:
            kept.append(cells)
            continue
        top, bottom = max(c.top for c in cells), min(c.bottom for c in cells)
        kept.append(
            [c for c in cells if not (_RUNNING.search(c.text) and (c.top > top - 20 or c.bottom < bottom + 20))]
        )
    return kept
