"""Résumé files as they arrive: what is taken, what is refused, and that nothing of what is refused stays."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from jobmatch_dagster import tables
from jobmatch_dagster.api.problems import Problem
from jobmatch_dagster.api.uploads import examine
from jobmatch_dagster.settings import Settings
from jobmatch_dagster_tests.api.conftest import Member

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def contents(database: Settings) -> set[Path]:
    """Every file that the store holds."""
    return {path for path in (database.home / "storage" / database.embedded_database).rglob("*/*/*") if path.is_file()}


def archive(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return made.getvalue()


@pytest.mark.parametrize("length", [str(1 << 30), "9" * 6000])
def test_a_body_that_says_it_has_a_gigabyte_or_more_is_refused_unread(
    ada: Member, database: Settings, length: str
) -> None:
    before = contents(database)
    headers = {"Content-Length": length, "Content-Type": "multipart/form-data; boundary=x"}
    answer = ada("POST", "/v1/resumes", content=b"", headers=headers)
    assert answer.status_code == 413
    assert contents(database) == before


def test_a_body_without_a_length_is_read_up_to_the_limit_only(ada: Member, database: Settings) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="cv.pdf"\r\n\r\n' + PDF
        while sent < 1 << 26:
            sent += 1 << 20
            yield b"0" * (1 << 20)

    before = contents(database)
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = ada("POST", "/v1/resumes", content=endless(), headers=headers)
    assert answer.status_code == 413
    assert contents(database) == before


def test_a_file_just_over_the_limit_is_refused_and_one_within_is_taken(ada: Member, api_settings: Settings) -> None:
    most = api_settings.resume_max_bytes
    assert ada.upload("big.txt", b"x" * (most + 1)).status_code == 413
    assert ada.upload("fits.txt", b"x" * most).status_code == 202


def test_other_bodies_have_a_limit_too(client: TestClient) -> None:
    answer = client.post("/v1/auth/sign-in", content=b'{"email": "' + b"x" * 100_000 + b'"}')
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cv.pdf", b"MZ\x90\x00\x03\x00\x00\x00\x04\x00" * 50),
        ("cv.docx", b"just words"),
        ("cv.zip", archive({"virus.exe": b"MZ"})),
        ("cv.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        ("cv.svg", b"<?xml version='1.0'?><svg><script>alert(1)</script></svg>"),
        ("cv.gif", b"GIF89a" + b"\0" * 100),
        ("cv.elf", b"\x7fELF" + b"\0" * 100),
    ],
)
def test_a_file_is_told_by_its_content_not_by_its_name(ada: Member, database: Settings, name: str, data: bytes) -> None:
    before = contents(database)
    answer = ada("POST", "/v1/resumes", files={"file": (name, data, "application/pdf")})
    assert answer.status_code == 415, answer.text
    assert contents(database) == before


def test_a_zip_bomb_is_refused(ada: Member, database: Settings) -> None:
    before = contents(database)
    bomb = archive({"word/document.xml": b"0" * 150_000_000})
    assert len(bomb) < 1_000_000
    assert ada.upload("cv.docx", bomb).status_code == 415
    assert contents(database) == before


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd.pdf",
        "..\\..\\windows\\system32\\cv.pdf",
        "/etc/cron.d/cv.pdf",
        "cv.pdf\x00.exe",
        "....//....//cv.pdf",
        "cv‮fdp.exe",
        "résumé 履歴書 🦊.pdf",
        "ⅽv.pdf",
        "a" * 3000 + ".pdf",
        "",
        ".",
        "con.pdf",
        "%2e%2e%2fcv.pdf",
        'x"; filename="y.exe',
        "$(touch x).pdf",
    ],
)
def test_a_name_leads_nowhere_and_deceives_nobody(
    sign_up: Any, database: Settings, connection: psycopg.Connection[Any], name: str
) -> None:
    made = examine(name, PDF + name.encode("utf-8", "replace"))
    assert made.name.endswith(".pdf")
    assert made.name.isascii()
    assert "/" not in made.name
    assert ".." not in Path(made.name).parts
    object_name = made.object_name("6f1c0c52-7d0c-4b0e-9f53-0d4a3c1b2a10")
    assert len(object_name) < 300
    assert object_name.count("/") == 2


def test_a_strange_name_is_kept_readable_and_the_file_comes_back(ada: Member) -> None:
    data = PDF + b"%strange"
    sent = ada.upload("../../Lebenslauf Ä.pdf", data).json()
    assert sent["file_name"].startswith("Lebenslauf")
    answer = ada("GET", f"/v1/resumes/{sent['id']}/file")
    assert answer.content == data
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "attachment" in answer.headers["content-disposition"]


def test_the_same_file_twice_at_once_is_one_resume(
    sign_up: Any, connection: psycopg.Connection[Any], database: Settings
) -> None:
    person = sign_up("twice@example.org")
    answers: list[Any] = []

    def send() -> None:
        answers.append(person.upload("cv.pdf", PDF + b"%twice"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in answers} <= {200, 202}
    assert len({a.json()["id"] for a in answers}) == 1
    assert len(person("GET", "/v1/resumes").json()["resumes"]) == 1
    found = connection.execute("select version from storage.objects where name like %s", [f"{person.id}/%"]).fetchall()
    assert len(found) == 1


def test_what_is_no_upload_is_refused(ada: Member) -> None:
    form = "multipart/form-data; boundary=x"
    for content, content_type, status in (
        (b"{}", "application/json", 415),
        (b"", form, 400),
        (b"--x\r\nbroken", form, 400),
        (b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n', form, 400),
        (b"x", "multipart/form-data", 400),
    ):
        answer = ada("POST", "/v1/resumes", content=content, headers={"Content-Type": content_type})
        assert answer.status_code == status, content
    assert ada.upload("empty.pdf", b"").status_code == 400


def test_nobody_uploads_without_signing_in_and_the_body_is_not_read(client: TestClient) -> None:
    taken = 0

    def body() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(64):
            taken += 1
            yield b"x" * 65_536

    answer = client.post("/v1/resumes", content=body(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 401


def test_a_replaced_resume_gives_way_and_a_deleted_one_is_gone(
    sign_up: Any, connection: psycopg.Connection[Any], database: Settings
) -> None:
    person = sign_up("replacer@example.org")
    first = person.upload("cv.pdf", PDF + b"%first").json()
    sha = connection.execute("select gen_random_uuid()::text").fetchone()
    assert sha is not None
    connection.execute(
        "insert into public.resumes (id, user_id, file_path, sha256, status, content_hash, parser_version, uploaded_on,"
        " file_version) select %s, %s, name, %s, 'parsed', 'h', 'v', current_date, metadata ->> 'eTag'"
        " from storage.objects where name like %s",
        [first["id"], person.id, sha[0], f"{person.id}/%"],
    )
    assert person("GET", f"/v1/resumes/{first['id']}").json()["status"] == "parsed"
    second = person("PUT", f"/v1/resumes/{first['id']}", files={"file": ("cv.pdf", PDF + b"%second")})
    assert second.status_code == 202
    assert person("GET", f"/v1/resumes/{first['id']}").status_code == 404
    assert connection.execute("select 1 from public.resumes where id = %s", [first["id"]]).fetchone() is None
    again = person("PUT", f"/v1/resumes/{second.json()['id']}", files={"file": ("cv.pdf", PDF + b"%second")})
    assert again.status_code == 200
    assert [r["id"] for r in person("GET", "/v1/resumes").json()["resumes"]] == [second.json()["id"]]
    assert person("DELETE", f"/v1/resumes/{second.json()['id']}").status_code == 204
    assert person("DELETE", f"/v1/resumes/{second.json()['id']}").status_code == 404
    assert person("GET", "/v1/resumes").json() == {"resumes": []}


def test_a_person_keeps_a_bounded_number_of_resumes(sign_up: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobmatch_dagster.api.routes import resumes

    monkeypatch.setattr(resumes, "MOST_RESUMES", 2)
    person = sign_up("collector@example.org")
    assert [person.upload("cv.pdf", PDF + bytes([65 + n])).status_code for n in range(3)] == [202, 202, 409]
    mine = person("GET", "/v1/resumes").json()["resumes"][0]["id"]
    assert person("PUT", f"/v1/resumes/{mine}", files={"file": ("cv.pdf", PDF + b"%other")}).status_code == 202


def test_a_file_that_an_app_put_into_the_bucket_itself_is_listed_too(
    sign_up: Any, database: Settings, connection: psycopg.Connection[Any]
) -> None:
    from jobmatch_dagster.supabase.storage import file_store

    person = sign_up("direct@example.org")
    name = f"{person.id}/cv.pdf"
    file_store(database).put("resumes", name, PDF, content_type="application/pdf", owner=person.id)
    (listed,) = person("GET", "/v1/resumes").json()["resumes"]
    assert (listed["status"], listed["file_name"]) == ("waiting", "cv.pdf")
    assert person("GET", f"/v1/resumes/{listed['id']}/file").content == PDF
    assert person("DELETE", f"/v1/resumes/{listed['id']}").status_code == 204


def test_the_id_of_a_resume_is_the_one_that_the_stage_gives_it() -> None:
    made = examine("cv.pdf", PDF)
    user = "6f1c0c52-7d0c-4b0e-9f53-0d4a3c1b2a10"
    assert made.resume_id(user) == tables.resume_id(user, made.sha256)


def test_an_empty_file_has_no_kind() -> None:
    with pytest.raises(Problem):
        examine("cv.pdf", b"")
