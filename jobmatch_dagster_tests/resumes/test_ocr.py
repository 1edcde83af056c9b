"""Pictures of text, in PDFs and by themselves: read by tesseract where it is wanted and there, else said to need it."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jobmatch_dagster.resumes import ocr, pool
from jobmatch_dagster.resumes.model import Limits, ParsedResume
from jobmatch_dagster.resumes.parse import parse_bytes
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)
needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed here")


def drawn() -> Any:
    """A résumé as a grey picture."""
    import pypdfium2 as pdfium

    marks = papers.column([*papers.HEAD, "", *papers.JOBS], step=22)
    return pdfium.PdfDocument(papers.pdf(marks, size=13))[0].render(scale=2.5, grayscale=True).to_pil()


def scan() -> bytes:
    """A PDF whose page is a picture of a résumé."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    canvas.drawImage(ImageReader(drawn()), 0, 0, 595, 842)
    canvas.save()
    return buffer.getvalue()


def photo(kind: str) -> bytes:
    buffer = BytesIO()
    drawn().save(buffer, kind)
    return buffer.getvalue()


def read(limits: Limits) -> ParsedResume:
    return next(iter(pool.parse_many([("scan.pdf", scan())], workers=1, limits=limits, today=TODAY)))


@needs_tesseract
def test_a_scan_is_read_in_the_confined_worker_and_the_person_is_told() -> None:
    result = read(Limits(ocr_languages="xxx,eng"))
    assert result.status == "parsed", (result.status, result.reason, result.fault)
    assert result.resume is not None
    assert result.resume["basics"]["email"] == "odile.marchetti@example.com"
    assert [(j["position"], j["startDate"]) for j in result.resume["work"]] == [
        ("Data Engineer", "2020-03"),
        ("Analyst", "2016-01"),
    ]
    assert any("recognised in a picture" in warning for warning in result.warnings)


@pytest.mark.parametrize("languages", ["", "xxx"])
def test_a_scan_that_nobody_wants_or_can_read_needs_ocr(languages: str) -> None:
    assert read(Limits(ocr_languages=languages)).status == "needs_ocr"


@needs_tesseract
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_an_uploaded_picture_of_a_page_is_read_as_a_scan_is(kind: str) -> None:
    result = parse_bytes(photo(kind), f"cv.{kind}", limits=Limits(ocr_languages="eng"), today=TODAY)
    assert result.resume is not None, result.reason
    assert result.resume["basics"]["email"] == "odile.marchetti@example.com"
    assert [j["position"] for j in result.resume["work"]] == ["Data Engineer", "Analyst"]
    assert any("recognised in a picture" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"\x89PNG\r\n\x1a\n cut off", "corrupt"), (b"GIF89a" + b"\xff" * 40, "needs_ocr")],
)
def test_a_damaged_picture_is_corrupt_and_one_of_a_rare_kind_is_not_read(
    monkeypatch: pytest.MonkeyPatch, data: bytes, status: str
) -> None:
    monkeypatch.setattr(ocr, "languages", lambda wanted: wanted)
    assert parse_bytes(data, "cv.png", limits=Limits(ocr_languages="eng"), today=TODAY).status == status


def test_the_library_of_the_extra_is_asked_before_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: dict[str, Any] = {}

    class Engine:
        def __init__(self, **options: Any) -> None:
            given.update(options)

        def __enter__(self) -> Engine:
            return self

        def __exit__(self, *_: object) -> None:
            given["closed"] = True

        def SetImage(self, picture: Any) -> None:
            given["size"] = picture.size

        def SetSourceResolution(self, dpi: int) -> None:
            given["dpi"] = dpi

        def Recognize(self, _: int) -> bool:
            return True

        def GetTSVText(self, _: int) -> str:
            return "4\t1\t1\t1\t1\t0\t100\t100\t300\t40\t-1\t\n5\t1\t1\t1\t1\t1\t100\t100\t300\t40\t96\tOdile\n"

    library = SimpleNamespace(
        get_languages=lambda folder: (folder, ["eng"]), PyTessBaseAPI=Engine, PSM=SimpleNamespace(AUTO=3)
    )
    monkeypatch.setitem(sys.modules, "tesserocr", library)
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    monkeypatch.setattr(ocr, "_run", lambda *_: pytest.fail("the program was asked"))
    for cached in (ocr.languages, ocr._known_to_library):
        cached.cache_clear()
    found = ocr.words_in(drawn(), 2.5, "eng")
    for cached in (ocr.languages, ocr._known_to_library):
        cached.cache_clear()
    assert [word.text for word in found] == ["Odile"]
    assert (given["path"], given["lang"], given["dpi"], given["closed"]) == (str(tmp_path), "eng", 180, True)


def test_without_tesseract_no_language_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(ocr, "_known_to_library", frozenset)
    ocr.languages.cache_clear()
    assert ocr.languages("eng") is None
    ocr.languages.cache_clear()
