"""Words in pictures of pages, by tesseract where it is wanted and there: as a library (the extra ``ocr``), else as a
program.

The program is spoken to over pipes: the worker may write no files, and a page that was never in a file cannot stay
behind in one. Both keep the worker's ceilings on memory and files and die with it.
"""

from __future__ import annotations

import ctypes
import io
import os
import shutil
import signal
import subprocess
from functools import lru_cache
from pathlib import Path
from statistics import median
from typing import Any

from jobmatch_dagster.resumes.glyphs import ASCENT, DESCENT, Word

DPI = 200
MAX_PIXELS = 8_000_000
MIN_CONFIDENCE = 30.0  # of 100, tesseract's own; below it words are mostly specks and lines
SECONDS_A_PAGE = 20.0
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
# where distributions put tesseract's data, which the library does not bring along
_DATA = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata")


@lru_cache(maxsize=8)
def languages(wanted: str) -> str | None:
    """The wanted languages that tesseract has, in its notation ("deu+eng"); None where it is not there or has none.

    Args:
        wanted: tesseract's codes (ISO 639-2), separated by commas.
    """
    if not wanted.strip():
        return None
    known = _known_to_library() or _known_to_program()
    return "+".join(code for code in map(str.strip, wanted.split(",")) if code in known) or None


def words(page: Any, wanted: str) -> list[Word]:
    """The words on a PDF page as tesseract reads them; none where it cannot.

    Args:
        page: pdfium's page.
        wanted: languages as ``languages`` takes them.
    """
    width, height = page.get_size()
    scale = min(DPI / 72, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
    return words_in(page.render(scale=scale, grayscale=True).to_pil(), scale, wanted)


def words_in(picture: Any, scale: float, wanted: str) -> list[Word]:
    """The words in a picture of a page; none where tesseract cannot read it.

    Args:
        picture: a grey one of Pillow's.
        scale: its pixels to a point of the page.
        wanted: languages as ``languages`` takes them.
    """
    codes = languages(wanted)
    if codes is None:
        return []
    read = _by_library if _known_to_library() else _by_program
    try:
        table = read(picture, codes, round(72 * scale))
    except (OSError, RuntimeError, subprocess.SubprocessError):
        return []
    return _read(table, scale, picture.height / scale)


def _data_folder() -> str:
    """Where the languages' data is; empty where it is not known."""
    named = os.environ.get("TESSDATA_PREFIX")
    return next((folder for folder in (named, *_DATA) if folder and Path(folder).is_dir()), "")


@lru_cache(maxsize=1)
def _known_to_library() -> frozenset[str]:
    """The languages that the extra's library finds data for; none where the extra is not installed."""
    try:
        import tesserocr
    except ImportError:
        return frozenset()
    folder = _data_folder()
    return frozenset(tesserocr.get_languages(folder)[1]) if folder else frozenset()


def _known_to_program() -> frozenset[str]:
    program = shutil.which("tesseract")
    try:
        said = _run([program, "--list-langs"], b"", SECONDS_A_PAGE) if program else b""
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(said.decode("utf-8", "replace").split())


def _by_library(picture: Any, codes: str, dpi: int) -> str:
    import tesserocr

    with tesserocr.PyTessBaseAPI(path=_data_folder(), lang=codes, psm=tesserocr.PSM.AUTO) as engine:
        engine.SetImage(picture)
        engine.SetSourceResolution(dpi)
        if not engine.Recognize(int(1000 * SECONDS_A_PAGE)):
            return ""
        table: str = engine.GetTSVText(0)
        return table


def _by_program(picture: Any, codes: str, dpi: int) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    command = ["tesseract", "stdin", "stdout", "-l", codes, "--dpi", str(dpi), "--psm", "3", "tsv"]
    return _run(command, buffer.getvalue(), SECONDS_A_PAGE).decode("utf-8", "replace")


def _run(command: list[str], data: bytes, seconds: float) -> bytes:
    done = subprocess.run(
        command,
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=seconds,
        check=True,
        preexec_fn=_die_with_parent,
    )
    return done.stdout


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def _read(table: str, scale: float, height: float) -> list[Word]:
    """Tesseract's table as words. All words of a line have the line's height, for a word's box is that of its ink."""
    found: list[Word] = []
    low = high = 0.0
    for row in table.splitlines():
        values = row.split("\t")
        if len(values) < 12 or not values[0].isdigit():
            continue  # the names of the columns, which the library leaves out
        level, (left, top, wide, tall) = values[0], (float(v) / scale for v in values[6:10])
        if level == "4":
            low, high = height - top - tall, height - top
        text = values[11].strip()
        if level != "5" or not text or float(values[10]) < MIN_CONFIDENCE:
            continue
        em = max(high - low, 1.0) / (ASCENT + DESCENT)
        found.append(
            Word(text, left, left + wide, high, low, low + DESCENT * em, high - low, False, False, order=len(found))
        )
    return _evened(found)


def _evened(found: list[Word]) -> list[Word]:
    """Words of nearly the usual size get it: how high a line's ink is depends on its letters."""
    usual = median([word.size for word in found]) if found else 0.0
    em = usual / (ASCENT + DESCENT)
    for word in found:
        if 0.7 * usual < word.size < 1.35 * usual:
            word.top, word.bottom = word.baseline + ASCENT * em, word.baseline - DESCENT * em
            word.size = word.top - word.bottom
    return found
