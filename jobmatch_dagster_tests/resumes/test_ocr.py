"""Pictures of text: read by tesseract where it is wanted and there, else said to need it."""

from __future__ import annotations

import shutil
from datetime import date
from io import BytesIO

import pytest

from jobmatch_dagster.resumes import ocr, pool
from jobmatch_dagster.resumes.model import Limits, ParsedResume
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)
needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed here")


def scan() -> bytes:
    """A page that is a picture of a résumé."""
    import pypdfium2 as pdfium
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    marks = papers.column([*papers.HEAD, "", *papers.JOBS], step=22)
    picture = pdfium.PdfDocument(papers.pdf(marks, size=13))[0].render(scale=2.5, grayscale=True).to_pil()
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
    canvas.save()
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


def test_without_tesseract_no_language_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    ocr.languages.cache_clear()
    assert ocr.languages("eng") is None
    ocr.languages.cache_clear()
