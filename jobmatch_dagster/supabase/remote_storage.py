"""The file store on Supabase Storage, through supabase-py with the service's key.

Storage enforces names, sizes and types by the bucket's row; here its answers become the same errors that the local
store gives. Failures that pass are tried again; a second try that finds its own first one already there is a success.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase.client import service_client, with_retries
from jobmatch_dagster.supabase.storage import (
    FileExists,
    FileMissing,
    FileRefused,
    StorageError,
    StoredFile,
    check_name,
)

if TYPE_CHECKING:
    from storage3._sync.file_api import SyncBucketProxy

T = TypeVar("T")
_PAGE = 1000
_NAMES_PER_DELETE = 500


class SupabaseStore:
    """See ``storage.FileStore``."""

    def __init__(self, settings: Settings, *, wait_seconds: float = 0.5) -> None:
        self._client = service_client(settings)
        self._wait_seconds = wait_seconds

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
        """See ``storage.FileStore``. Storage names no owner; the folder tells whose file it is."""
        check_name(bucket, name)
        tries = 0

        def upload() -> None:
            nonlocal tries
            tries += 1
            self._bucket(bucket).upload(
                name, data, {"content-type": content_type, "upsert": "true" if upsert else "false"}
            )

        try:
            self._call(bucket, upload)
        except FileExists:
            if (
                tries == 1
                or self._info(bucket, name).etag.strip('"') != hashlib.md5(data, usedforsecurity=False).hexdigest()
            ):
                raise
        return self._info(bucket, name)

    def get(self, bucket: str, name: str) -> bytes:
        """See ``storage.FileStore``."""
        check_name(bucket, name)
        return self._call(bucket, lambda: self._bucket(bucket).download(name))

    def delete(self, bucket: str, names: Sequence[str]) -> int:
        """See ``storage.FileStore``."""
        gone = 0
        for start in range(0, len(names), _NAMES_PER_DELETE):
            some = [*names[start : start + _NAMES_PER_DELETE]]
            gone += len(self._call(bucket, lambda some=some: self._bucket(bucket).remove(some)))  # type: ignore[misc]
        return gone

    def list(self, bucket: str, prefix: str = "") -> Iterator[StoredFile]:
        """See ``storage.FileStore``."""
        cursor: str | None = None
        while True:
            options: dict[str, Any] = {"limit": _PAGE, "prefix": prefix, "with_delimiter": False}
            if cursor:
                options["cursor"] = cursor
            page = self._call(bucket, lambda options=options: self._bucket(bucket).list_v2(options))  # type: ignore[misc]
            for found in page.objects:
                metadata = found.metadata or {}
                yield StoredFile(
                    bucket,
                    found.key or found.name,
                    found.id,
                    int(metadata.get("size") or 0),
                    str(metadata.get("mimetype") or ""),
                    str(metadata.get("eTag") or ""),
                    found.updated_at,
                )
            cursor = page.nextCursor
            if not page.hasNext or not cursor:
                return

    def signed_url(self, bucket: str, name: str, *, seconds: int = 300) -> str:
        """See ``storage.FileStore``."""
        check_name(bucket, name)
        signed = self._call(bucket, lambda: self._bucket(bucket).create_signed_url(name, seconds))
        return str(signed["signedURL"])

    def _info(self, bucket: str, name: str) -> StoredFile:
        row = self._call(bucket, lambda: self._bucket(bucket).info(name))
        changed = row.get("last_modified") or row.get("updated_at") or row.get("created_at")
        return StoredFile(
            bucket,
            name,
            str(row["id"]),
            int(row.get("size") or 0),
            str(row.get("content_type") or ""),
            str(row.get("etag") or ""),
            datetime.fromisoformat(changed) if changed else datetime.now(UTC),
        )

    def _bucket(self, bucket: str) -> SyncBucketProxy:
        return self._client.storage.from_(bucket)

    def _call(self, bucket: str, call: Callable[[], T]) -> T:
        import httpx
        from storage3.exceptions import StorageApiError

        try:
            return with_retries(call, is_passing=_passes, wait_seconds=self._wait_seconds)
        except StorageApiError as error:
            raise _explain(bucket, error) from None
        except httpx.TransportError:
            raise StorageError("Supabase Storage", "cannot be reached", "Check SUPABASE_URL and the network.") from None


def _passes(error: Exception) -> bool:
    import httpx
    from storage3.exceptions import StorageApiError

    if isinstance(error, StorageApiError):
        status = str(error.status)
        return status == "429" or status.startswith("5")
    return isinstance(error, httpx.TransportError)


def _explain(bucket: str, error: Any) -> StorageError:
    """Storage's answer as one of our errors; its message may name the object, so it is not repeated."""
    status, text = str(error.status), f"{error.code} {error.message}".lower()
    if "bucket not found" in text or "nosuchbucket" in text:
        return StorageError(f"Bucket {bucket}", "does not exist", "Run `jobmatch migrate`.")
    if status == "404":
        return FileMissing(f"The file in bucket {bucket}", "does not exist", "It may have been removed meanwhile.")
    if status == "409":
        return FileExists(f"The file's name in bucket {bucket}", "is taken", "Choose another, or replace the file.")
    if status == "413":
        return FileRefused("The file", f"is larger than bucket {bucket} takes", "Make it smaller.")
    if status == "415":
        return FileRefused("The file", f"has a type that bucket {bucket} does not take", "Use another format.")
    if "invalidkey" in text or "invalid key" in text:
        return FileRefused(f"A file's name in bucket {bucket}", "is not one that Storage takes", "Use safe_name().")
    if status in ("401", "403"):
        return StorageError(
            "Supabase Storage", "refuses the key", "Check SUPABASE_SECRET_KEY: `jobmatch supabase check`."
        )
    return StorageError("Supabase Storage", f"answers with an error ({status})", "Try again later.")
