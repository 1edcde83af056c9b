"""Kinds of files: what a file is by its content, and which module reads it.

One module per kind: bytes in, ``Document`` out.
"""

from __future__ import annotations

import importlib
import zipfile
import zlib
from io import BytesIO

from jobmatch_dagster.resumes.formats.picture import is_picture
from jobmatch_dagster.resumes.model import Document, Limits
from jobmatch_dagster.resumes.status import Refused

_MODULES = {
    "pdf": "pdf",
    "docx": "docx",
    "odt": "odt",
    "rtf": "text",
    "html": "text",
    "md": "text",
    "txt": "text",
    "picture": "picture",
}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(data: bytes, name: str) -> str:
    """The kind of a file: pdf, docx, odt, rtf, html, md, txt, json or picture.

    Raises:
        Refused: unsupported, encrypted, needs_ocr or corrupt, with a sentence that names the kind where it helps.
    """
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    if b"%PDF-" in data[:2048]:
        return "pdf"
    if data.startswith(b"PK"):
        return _zipped(data)
    if data.startswith(_OLE):
        return _ole(data)
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if is_picture(data):
        return "picture"
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if head.startswith(b"{") or extension == "json":
        return "json"
    low = head[:1024].lower()
    if (
        low.startswith((b"<!doctype html", b"<html"))
        or (extension in ("html", "htm") and b"<" in low)
        or b"<body" in low
    ):
        return "html"
    if low.startswith(b"<?xml"):
        raise Refused("unsupported")
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused("corrupt" if extension in ("pdf", "docx", "odt") else "unsupported")
    if extension in ("pdf", "docx", "odt", "doc"):
        raise Refused("corrupt")
    return "md" if extension in ("md", "markdown") else "txt"


def _zipped(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist()) if len(archive.infolist()) < 5000 else set()
            if "word/document.xml" in names or any(n.startswith("word/document") for n in names):
                return "docx"
            if "content.xml" in names and "mimetype" in names:
                kind = archive.read("mimetype")[:80]
                if b"opendocument.text" in kind:
                    return "odt"
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError):
        raise Refused("corrupt") from None
    raise Refused("unsupported")


def _ole(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("encrypted")
    raise Refused(
        "unsupported", "The file is in Word's old format (.doc). Save it as .docx or PDF and upload it again."
    )


def read(kind: str, data: bytes, limits: Limits) -> Document:
    """The document of a file of a known kind.

    Raises:
        Refused: the file cannot be read; the status says why.
    """
    module = importlib.import_module(f"jobmatch_dagster.resumes.formats.{_MODULES[kind]}")
    if _MODULES[kind] == "text":
        return module.read(data, limits, kind)  # type: ignore[no-any-return]
    return module.read(data, limits)  # type: ignore[no-any-return]
