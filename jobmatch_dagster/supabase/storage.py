"""The file store: buckets of objects, on Supabase Storage or in a folder beside the embedded database.

Both stores keep the same rows in ``storage.objects``, take the same names, and enforce what the bucket's row says about
size and type. Who may see which file is row-level security's business; what is in a file is nobody's business here.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Protocol

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.settings import Settings

RESUMES, RAW_PAGES, REPORTS = "resumes", "raw-pages", "reports"
# What Supabase Storage takes in an object's name, and no more.
_NAME = re.compile(r"[A-Za-z0-9_/!.*'() &$@=;:+,?-]+")
_NAME_BYTES = 900


class StorageError(JobmatchError):
    """The file store cannot do what was asked."""


class FileRefused(StorageError):
    """The bucket does not take this file: its name, size or type."""


class FileMissing(StorageError, FileNotFoundError):
    """There is no such object."""


class FileExists(StorageError, FileExistsError):
    """There is such an object already and it was not to be replaced."""


@dataclass(frozen=True)
class StoredFile:
    """One object of a bucket, as its row says."""

    bucket: str
    name: str
    id: str
    size: int
    content_type: str
    etag: str
    updated_at: datetime


class FileStore(Protocol):
    """What both stores do."""

    def put(
        self,
        bucket: str,
        name: str,
        data: bytes,
        *,
        content_type: str,
        owner: str | None = None,
        upsert: bool = False,
    ) -> StoredFile:
        """Store a file, all or nothing.

        Args:
            bucket: its id.
            name: path inside the bucket; ``<user id>/<file>`` in ``resumes``.
            data: the content.
            content_type: its media type; the bucket's list decides.
            owner: the account that the file belongs to, when the service uploads for a person.
            upsert: replace an object of this name; otherwise that is an error.

        Raises:
            FileRefused: the bucket does not take such a name, size or type.
            FileExists: the name is taken and ``upsert`` is false.
        """
        ...

    def get(self, bucket: str, name: str) -> bytes:
        """The content of an object.

        Raises:
            FileMissing: there is none.
        """
        ...

    def delete(self, bucket: str, names: Sequence[str]) -> int:
        """Remove objects, row and content; names that are not there are passed over. Returns how many went."""
        ...

    def list(self, bucket: str, prefix: str = "") -> Iterator[StoredFile]:
        """All objects whose name starts with the prefix, in order of name."""
        ...

    def signed_url(self, bucket: str, name: str, *, seconds: int = 300) -> str:
        """A URL that gives the object to whoever has it, for so many seconds.

        Raises:
            FileMissing: there is no such object.
        """
        ...


def file_store(settings: Settings) -> FileStore:
    """The file store in use."""
    if settings.mode == "supabase":
        from jobmatch_dagster.supabase.remote_storage import SupabaseStore

        return SupabaseStore(settings)
    from jobmatch_dagster.supabase.local_storage import LocalStore

    return LocalStore(settings)


def check_name(bucket: str, name: str) -> None:
    """Refuse a name that Supabase Storage would refuse, or that is not one plain path.

    Raises:
        FileRefused: empty, too long, other than the letters it takes, a segment that is empty or ``.`` or ``..``.
    """
    parts = name.split("/")
    if not _NAME.fullmatch(name) or any(part.strip() in ("", ".", "..") for part in parts):
        raise FileRefused(
            f"A file's name in bucket {bucket}",
            "is not a path of plain letters, digits and punctuation",
            "Make one with storage.safe_name().",
        )
    if len(name.encode()) > _NAME_BYTES:
        raise FileRefused(
            f"A file's name in bucket {bucket}",
            f"is longer than {_NAME_BYTES} bytes",
            "Shorten it with storage.safe_name().",
        )


def safe_name(filename: str) -> str:
    """A name that every store takes, for a file that a person named.

    Accents fall away, other letters become ``_``, and a file whose name had to change gets a short hash of the old one,
    so that two different names never become one. The ending stays.
    """
    base = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    path = PurePosixPath(base)
    stem = _plain(path.stem)[:100].strip(" ._") or "file"
    ending = _plain(path.suffix)[:12]
    if f"{stem}{ending}" == base:
        return base
    return f"{stem}-{hashlib.sha256(base.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}{ending}"


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9._-]+", "_", folded)
