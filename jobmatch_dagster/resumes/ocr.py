"""Words on pages that are pictures, by tesseract where it is installed and wanted.

Tesseract is spoken to over pipes: the worker may write no files, and a page that was never in a file cannot stay behind
in one. It inherits the worker's ceilings on memory and files and dies with it.
"""

from __future__ import annotations

import ctypes
import io
import shutil
import signal
import subprocess
from functools import lru_cache
from statistics import median
from typing import Any

from jobmatch_dagster.resumes.glyphs import ASCENT, DESCENT, Word

DPI = 200
MAX_PIXELS = 8_000_000
MIN_CONFIDENCE = 30.0  # of 100, tesseract's own; below it words are mostly specks and lines
SECONDS_A_PAGE = 20.0
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG


@lru_cache(maxsize=8)
def languages(wanted: str) -> str | None:
    """The wanted languages that tesseract has, in its notation ("deu+eng"); None where it is not there or has none.

    Args:
        wanted: tesseract's codes (ISO 639-2), separated by commas.
    """
    program = shutil.which("tesseract")
    if program is None or not wanted.strip():
        return None
    try:
        said = _run([program, "--list-langs"], b"", SECONDS_A_PAGE)
    except (OSError, subprocess.SubprocessError):
        return None
    known = set(said.decode("utf-8", "replace").split())
    return "+".join(code for code in map(str.strip, wanted.split(",")) if code in known) or None


def words(page: Any, wanted: str) -> list[Word]:
    """The words on a PDF page as tesseract reads them; none where it cannot.

    Args:
        page: pdfium's page.
        wanted: languages as ``languages`` takes them.
    """
    codes = languages(wanted)
    if codes is None:
        return []
    width, height = page.get_size()
    scale = min(DPI / 72, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
    picture = io.BytesIO()
    page.render(scale=scale, grayscale=True).to_pil().save(picture, "PNG")
    dpi = str(round(72 * scale))
    command = ["tesseract", "stdin", "stdout", "-l", codes, "--dpi", dpi, "--psm", "3", "tsv"]
    try:
        table = _run(command, picture.getvalue(), SECONDS_A_PAGE)
    except (OSError, subprocess.SubprocessError):
        return []
    return _read(table.decode("utf-8", "replace"), scale, height)


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
    for row in table.splitlines()[1:]:
        values = row.split("\t")
        if len(values) < 12:
            continue
        level, (left, top, wide, tall) = values[0], (float(v) / scale for v in values[6:10])
        if level == "4":
            low, high = height - top - tall, height - top
        text = values[11].strip()
        if level != "5" or not text or float(values[10]) < MIN_CONFIDENCE:
            continue
        em = max(high - low, 1.0) / (ASCENT + DESCENT)
        found.append(
            Word(text, left, left + wide, high, low, low + DESCENT * em, bold=False, italic=False, order=len(found))
        )
    return _evened(found)


def _evened(found: list[Word]) -> list[Word]:
    """Words of nearly the usual size get it: how high a line's ink is depends on its letters."""
    usual = median([word.size for word in found]) if found else 0.0
    em = usual / (ASCENT + DESCENT)
    for word in found:
        if 0.7 * usual < word.size < 1.35 * usual:
            word.top, word.bottom = word.baseline + ASCENT * em, word.baseline - DESCENT * em
    return found
