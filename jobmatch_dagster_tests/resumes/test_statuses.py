"""Every file ends in a status with a sentence; none ends in an empty success, an invented person, or an exception."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from jobmatch_dagster.resumes.model import Limits
from jobmatch_dagster.resumes.parse import NOTHING_FOUND, parse_bytes
from jobmatch_dagster.resumes.status import SENTENCES, STATUSES
from jobmatch_dagster_tests.resumes import papers

TODAY = date(2026, 11, 22)


def status(data: bytes, name: str = "cv.pdf", **limits: Any) -> str:
    result = parse_bytes(data, name, limits=Limits(**limits), today=TODAY)
    if result.status != "parsed":
        assert result.resume is None
        assert result.reason
        assert result.reason.endswith(".")
        assert result.confidence == 0
    return result.status


def test_each_status_has_a_sentence_for_the_person() -> None:
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())
    assert len(STATUSES) == 9


def test_a_scanned_page_needs_ocr_and_gives_no_person() -> None:
    assert status(papers.picture_pdf()) == "needs_ocr"


def test_a_picture_uploaded_as_a_resume_needs_ocr() -> None:
    assert status(b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "cv.png") == "needs_ocr"


def test_a_page_without_text_is_empty() -> None:
    assert status(papers.pdf([])) == "empty"


def test_an_empty_file_is_empty() -> None:
    assert status(b"") == "empty"
    assert status(b" \n\n ", "cv.txt") == "empty"


def test_a_file_with_a_password_is_encrypted() -> None:
    assert status(papers.pdf(papers.column([*papers.HEAD, *papers.JOBS]), password="secret")) == "encrypted"


def test_an_encrypted_office_file_is_encrypted() -> None:
    assert (
        status(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "cv.docx") == "encrypted"
    )


def test_words_old_format_is_unsupported_even_when_it_is_called_docx() -> None:
    assert status(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"WordDocument", "cv.docx") == "unsupported"


@pytest.mark.parametrize("cut", [20, 200, 700])
def test_a_truncated_pdf_is_corrupt_or_read_but_never_empty_success(cut: int) -> None:
    whole = papers.pdf(papers.column([*papers.HEAD, *papers.JOBS]))
    assert status(whole[:cut]) in ("corrupt", "empty")


def test_a_file_beyond_the_byte_limit_is_too_large() -> None:
    assert status(papers.text(), "cv.txt", max_bytes=100) == "too_large"


def test_a_file_beyond_the_page_limit_is_too_large() -> None:
    assert status(papers.pdf(papers.column(papers.HEAD), pages=4), max_pages=3) == "too_large"


def test_a_zip_bomb_is_malicious() -> None:
    bomb = papers.docx(papers.paragraph("x" * 30_000_000))
    assert status(bomb, "cv.docx", max_expansion=10_000_000) == "malicious"


def test_xml_entities_are_malicious_and_not_expanded() -> None:
    prolog = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert status(papers.docx(papers.paragraph("&b;"), prolog=prolog), "cv.docx") == "malicious"


def test_an_external_entity_is_not_fetched(tmp_path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words of another file")
    prolog = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>'
    result = parse_bytes(papers.docx(papers.paragraph("&x; some text"), prolog=prolog), "cv.docx", today=TODAY)
    assert result.status == "malicious"
    assert "secret words" not in json.dumps(result.reason)


def test_a_zip_that_is_no_document_is_unsupported() -> None:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("notes.txt", "hello")
    assert status(buffer.getvalue(), "cv.zip") == "unsupported"


def test_json_that_is_no_json_resume_is_unsupported() -> None:
    assert status(b'{"hello": "world"}', "cv.json") == "unsupported"


def test_text_in_which_nothing_of_a_resume_is_found_is_no_success() -> None:
    result = parse_bytes(b"lorem ipsum dolor sit amet, consectetur adipiscing elit sed do", "cv.txt", today=TODAY)
    assert (result.status, result.resume) == ("empty", None)
    assert result.reason == NOTHING_FOUND


def test_what_is_not_in_the_text_is_null_and_the_person_is_told() -> None:
    lines = ["someone@example.com", "lorem ipsum dolor sit amet, consectetur adipiscing elit sed do"]
    result = parse_bytes(papers.text(lines), "cv.txt", today=TODAY)
    assert result.status == "parsed"
    assert result.resume is not None
    assert result.resume["basics"]["name"] is None
    assert result.resume["work"] == []
    assert any("name" in warning for warning in result.warnings)
    assert result.confidence < 0.3


def test_a_defect_of_the_reader_is_told_by_type_and_place_without_the_files_text(monkeypatch) -> None:
    from jobmatch_dagster.resumes import profile

    def broken(*_: object) -> None:
        raise KeyError("the secret words of a person")

    monkeypatch.setattr(profile, "build", broken)
    result = parse_bytes(papers.text(), "cv.txt", today=TODAY)
    assert result.status == "corrupt"
    assert result.fault is not None
    assert result.fault.startswith("KeyError at parse.py:")
    assert "secret" not in json.dumps([result.fault, result.reason])


def test_text_that_nobody_sees_is_left_out_and_the_person_is_told() -> None:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 842), invariant=1)
    for n, line in enumerate([*papers.HEAD, *papers.JOBS]):
        canvas.drawString(60, 780 - 15 * n, line)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 400, "Kubernetes on white paper")
    canvas.rect(50, 300, 300, 40, fill=1)
    canvas.setFillColorRGB(0.1, 0.1, 0.3)
    canvas.rect(50, 200, 300, 40, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 215, "Terraform on a dark field")
    canvas.setFillColorRGB(0, 0, 0)
    canvas.setFont("Helvetica", 0.8)
    canvas.drawString(60, 180, "Hadoop as small as dust")
    canvas.setFont("Helvetica", 10)
    canvas.drawString(-400, 160, "Cobol beside the page")
    canvas.save()
    result = parse_bytes(buffer.getvalue(), "cv.pdf", today=TODAY)
    assert result.body is not None
    assert "Terraform on a dark field" in result.body
    assert not {"Kubernetes", "Hadoop", "Cobol"} & set(result.body.split())
    assert any(warning.startswith("13 words") for warning in result.warnings)
