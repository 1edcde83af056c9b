"""Changed and hostile files: each ends in a status, in time; what was once found stays here as a test."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from jobmatch_dagster.resumes.model import Limits
from jobmatch_dagster.resumes.parse import parse_bytes
from jobmatch_dagster.resumes.status import STATUSES
from jobmatch_dagster_tests.resumes import papers
from jobmatch_dagster_tests.resumes.mutate import mutations

TODAY = date(2026, 11, 22)


def seeds() -> list[tuple[str, bytes]]:
    body = "".join(
        papers.paragraph(line, bold=line in ("Experience", "Education")) for line in (*papers.HEAD, *papers.JOBS)
    )
    return [
        ("cv.pdf", papers.pdf(papers.column([*papers.HEAD, *papers.JOBS]))),
        ("cv.docx", papers.docx(body)),
        ("cv.txt", papers.text()),
        ("cv.rtf", (r"{\rtf1\ansi " + r"\par ".join(papers.JOBS) + "}").encode()),
        ("cv.html", b"<html><body><h1>Odile Marchetti</h1><ul><li>SQL</li></ul></body></html>"),
        ("cv.json", json.dumps({"basics": {"name": "Odile"}, "work": [{"name": "Quillon"}]}).encode()),
        ("cv.md", "\n\n".join(["# Odile Marchetti", "## Skills", "- SQL", "| a | b |"]).encode()),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_changed_files_end_in_a_status_and_nothing_is_raised(seed: int) -> None:
    for name, data in mutations(seeds(), 105, seed):
        result = parse_bytes(data, name, limits=Limits(max_pages=20, max_expansion=20_000_000), today=TODAY)
        assert result.status in STATUSES
        assert result.fault is None, (name, result.fault)
        assert (result.resume is not None) == (result.status == "parsed")
        if result.resume is not None:
            json.dumps(result.resume, ensure_ascii=False).encode("utf-8", "surrogatepass")
            for field in result.resume["meta"]["fields"].values():
                if field["start"] is not None:
                    assert 0 <= field["start"] <= field["end"] <= len(result.body)


@pytest.mark.parametrize(
    "data",
    [
        "(" * 4000 + ")" * 4000,
        "2019 - " * 3000,
        "a" * 200_000,
        "1 " * 50_000,
        ("x " * 60 + "\n") * 1500,
        "Skills:\n" + ", ".join(f"skill{n}" for n in range(20_000)),
        "Experience\n" + "Engineer, Quillon Ltd\n2010 - 2011\n" * 2000,
        "http://" + "a." * 20_000 + "com",
        "a@" + "b." * 20_000,
        "+" + "1 " * 10_000,
    ],
    ids=range(10),
)
@pytest.mark.timeout(20)
def test_text_made_to_be_slow_is_read_in_time(data: str) -> None:
    assert parse_bytes(data.encode(), "cv.txt", today=TODAY).status in STATUSES


def test_a_pdf_whose_pages_point_at_each_other_ends() -> None:
    data = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2/Parent 2 0 R>>"
        b"endobj\n"
        b"3 0 obj<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    assert parse_bytes(data, "cv.pdf", today=TODAY).status in ("corrupt", "empty", "needs_ocr")


def test_deeply_nested_json_and_xml_end_in_a_status() -> None:
    assert parse_bytes(b'{"basics":' + b"[" * 100_000, "cv.json", today=TODAY).status == "corrupt"
    nested = papers.docx("<w:sdt><w:sdtContent>" * 400 + papers.paragraph("x") + "</w:sdtContent></w:sdt>" * 400)
    assert parse_bytes(nested, "cv.docx", today=TODAY).status in STATUSES
    divs = b"<html><body>" + b"<div>" * 5_000 + b"text" + b"</div>" * 5_000
    assert parse_bytes(divs, "cv.html", today=TODAY).status in STATUSES


def test_scripts_in_a_pdf_do_not_stop_it_from_being_read() -> None:
    from io import BytesIO

    import pypdf
    from pypdf.generic import DictionaryObject, NameObject, TextStringObject

    writer = pypdf.PdfWriter(BytesIO(papers.pdf(papers.column([*papers.HEAD, *papers.JOBS]))))
    script = {"/S": "/JavaScript", "/JS": "app.launchURL('http://127.0.0.1:9/');"}
    action = {NameObject(k): NameObject(v) if v.startswith("/") else TextStringObject(v) for k, v in script.items()}
    writer._root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))
    writer.add_attachment("payload.exe", b"MZ" + b"\0" * 100)
    buffer = BytesIO()
    writer.write(buffer)
    result = parse_bytes(buffer.getvalue(), "cv.pdf", today=TODAY)
    assert result.status == "parsed"
    assert result.resume["basics"]["name"] == "Odile Marchetti"


@pytest.mark.parametrize("path", sorted((Path(__file__).parent / "findings").iterdir()), ids=lambda p: p.stem)
def test_what_long_runs_found_ends_in_a_status_and_is_no_defect_of_the_reader(path: Path) -> None:
    result = parse_bytes(path.read_bytes(), path.name, today=TODAY)
    assert result.status in STATUSES
    assert result.fault is None
