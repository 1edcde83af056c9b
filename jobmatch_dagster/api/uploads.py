"""A résumé file as it arrives: read from a multipart body within limits, told by its content, named safely.

What a file says in it is the parser's business. What is refused here never reaches the file store.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect

from jobmatch_dagster.api.problems import Problem
from jobmatch_dagster.resumes.formats import sniff
from jobmatch_dagster.resumes.status import Refused
from jobmatch_dagster.supabase.storage import safe_name

# kind of content -> media type as the bucket's list has it, and the ending that the stored name gets
_KINDS = {
    "pdf": ("application/pdf", ".pdf"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "odt": ("application/vnd.oasis.opendocument.text", ".odt"),
    "rtf": ("application/rtf", ".rtf"),
    "html": ("text/html", ".html"),
    "md": ("text/markdown", ".md"),
    "txt": ("text/plain", ".txt"),
    "json": ("application/json", ".json"),
    "png": ("image/png", ".png"),
    "jpeg": ("image/jpeg", ".jpg"),
}
# Office files are text; what claims to grow beyond these is a bomb.
_EXPANDED_BYTES = 200_000_000
_EXPANSION = 200
_NAME_LENGTH = 255

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "PDF, DOCX, ODT, RTF, HTML, Markdown, text, JSON Resume, PNG or JPEG.",
                        }
                    },
                }
            }
        },
    }
}


@dataclass(frozen=True)
class Upload:
    """A file that is fit to be stored."""

    name: str
    content_type: str
    data: bytes = field(repr=False)
    sha256: str

    def resume_id(self, user_id: str) -> str:
        """The id of this person's résumé with this content."""
        from jobmatch_dagster.tables import resume_id

        return resume_id(user_id, self.sha256)

    def object_name(self, user_id: str) -> str:
        """Where it lies in bucket ``resumes``: the person's folder, then the résumé's, then its name."""
        return f"{user_id}/{self.resume_id(user_id)}/{self.name}"


async def read_upload(request: Request, most_bytes: int) -> Upload:
    """The file of a multipart body.

    Args:
        request: its body is read here; nothing before knows it.
        most_bytes: largest file that is taken.

    Raises:
        Problem: bad-request, too-large or unsupported-type.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Problem("unsupported-type", "Send the file as multipart/form-data, in the field `file`.")
    try:
        async with request.form(max_files=1, max_fields=1) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Problem("bad-request", "The field `file` is missing or holds no file.")
            data = await file.read(most_bytes + 1)
            name = (file.filename or "resume")[:_NAME_LENGTH]
    except (MultiPartException, ClientDisconnect, UnicodeDecodeError, KeyError):
        raise Problem("bad-request", "The multipart body is broken off or malformed.") from None
    if len(data) > most_bytes:
        raise Problem("too-large", f"A résumé file may have {most_bytes} bytes.")
    return examine(name, data)


def examine(name: str, data: bytes) -> Upload:
    """The file with the type that its content shows and a name that every store takes.

    Raises:
        Problem: bad-request where it is empty, unsupported-type where its content is none of those that are taken.
    """
    if not data:
        raise Problem("bad-request", "The file is empty.")
    content_type, ending = _KINDS[_kind(name, data)]
    stem = PurePosixPath(name.replace("\\", "/")).stem or "resume"
    return Upload(safe_name(f"{stem}{ending}"), content_type, data, hashlib.sha256(data).hexdigest())


def _kind(name: str, data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"PK"):
        _refuse_bomb(data)
    try:
        return sniff(data, name)
    except Refused as refused:
        if refused.status == "encrypted":
            return "docx"  # Word's own envelope around a .docx; the parser tells the person about the password
        raise Problem("unsupported-type", refused.reason) from None


def _refuse_bomb(data: bytes) -> None:
    """Refuse an archive that claims to expand out of proportion. One that lies about it is caught when it is read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            expanded = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return
    if expanded > _EXPANDED_BYTES or expanded > _EXPANSION * len(data) + 1_000_000:
        raise Problem("unsupported-type", "The file expands to far more than a résumé needs, so it is not taken.")
