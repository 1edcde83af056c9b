"""The file store of the embedded default: content in a folder, rows in ``storage.objects``.

Each content lies under a name of its own that no user chose (the object's version), so no object name can leave the
folder, and replacing an object is one change of its row. A content without a row is what a killed process left; it is
swept away after an hour.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import psycopg

from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import database
from jobmatch_dagster.supabase.storage import (
    FileExists,
    FileMissing,
    FileRefused,
    StorageError,
    StoredFile,
    check_name,
)

_PAGE = 1000
_ORPHAN_SECONDS = 3600
_LIST = """
select bucket_id, name, id::text, (metadata->>'size')::bigint, metadata->>'mimetype', metadata->>'eTag', updated_at
from storage.objects
where bucket_id = %s and starts_with(name, %s) and name collate "C" > %s
order by name collate "C"
limit %s
"""
_INSERT = """
insert into storage.objects (bucket_id, name, owner, owner_id, metadata, version, created_at, updated_at)
values (%(bucket)s, %(name)s, %(owner)s::uuid, %(owner)s::text, %(metadata)s, %(version)s, %(now)s, %(now)s)
returning id::text
"""
_UPSERT = """
insert into storage.objects (bucket_id, name, owner, owner_id, metadata, version, created_at, updated_at)
values (%(bucket)s, %(name)s, %(owner)s::uuid, %(owner)s::text, %(metadata)s, %(version)s, %(now)s, %(now)s)
on conflict (bucket_id, name) do update
  set metadata = excluded.metadata, version = excluded.version, updated_at = excluded.updated_at,
    owner = coalesce(excluded.owner, objects.owner), owner_id = coalesce(excluded.owner_id, objects.owner_id)
returning id::text
"""


class LocalStore:
    """See ``storage.FileStore``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.home.expanduser().resolve() / "storage" / settings.embedded_database

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
        """See ``storage.FileStore``; a reader sees the old content or the new one, never a part."""
        check_name(bucket, name)
        with self._connect() as connection:
            self._check_limits(connection, bucket, len(data), content_type)
            version = str(uuid.uuid4())
            self._write(bucket, version, data)
            try:
                stored, replaced = self._record(connection, bucket, name, version, data, content_type, owner, upsert)
            except BaseException:
                self._unlink(bucket, [version])
                raise
        self._unlink(bucket, replaced)
        return stored

    def get(self, bucket: str, name: str) -> bytes:
        """See ``storage.FileStore``."""
        for _ in range(3):  # an object may be replaced between its row and its content
            with self._connect() as connection:
                row = connection.execute(
                    "select version from storage.objects where bucket_id = %s and name = %s", [bucket, name]
                ).fetchone()
            if row is None:
                break
            with contextlib.suppress(FileNotFoundError):
                return self._path(bucket, row[0]).read_bytes()
        raise FileMissing(f"The file in bucket {bucket}", "does not exist", "It may have been removed meanwhile.")

    def delete(self, bucket: str, names: Sequence[str]) -> int:
        """See ``storage.FileStore``."""
        with self._connect() as connection, connection.transaction():
            connection.execute("select set_config('storage.allow_delete_query', 'true', true)")
            rows = connection.execute(
                "delete from storage.objects where bucket_id = %s and name = any(%s) returning version",
                [bucket, list(names)],
            ).fetchall()
        self._unlink(bucket, [row[0] for row in rows])
        return len(rows)

    def list(self, bucket: str, prefix: str = "") -> Iterator[StoredFile]:
        """See ``storage.FileStore``."""
        last = ""
        with self._connect() as connection:
            while True:
                rows = connection.execute(_LIST, [bucket, prefix, last, _PAGE]).fetchall()
                yield from (StoredFile(*row) for row in rows)
                if len(rows) < _PAGE:
                    return
                last = rows[-1][1]

    def signed_url(self, bucket: str, name: str, *, seconds: int = 300) -> str:
        """See ``storage.FileStore``; the HTTP API answers it, at the path that Supabase Storage has."""
        import jwt

        with self._connect() as connection:
            found = connection.execute(
                "select from storage.objects where bucket_id = %s and name = %s", [bucket, name]
            ).fetchone()
        if found is None:
            raise FileMissing(f"The file in bucket {bucket}", "does not exist", "It may have been removed meanwhile.")
        now = int(time.time())
        token = jwt.encode({"url": f"{bucket}/{name}", "iat": now, "exp": now + seconds}, self._key(), "HS256")
        base = f"http://{self._settings.api_host}:{self._settings.api_port}"
        return f"{base}/storage/v1/object/sign/{bucket}/{quote(name)}?token={token}"

    def get_signed(self, bucket: str, name: str, token: str) -> bytes:
        """The content that a signed URL stands for.

        Raises:
            StorageError: the token is not ours, has expired, or is for another object.
            FileMissing: the object is gone.
        """
        import jwt

        try:
            claims = jwt.decode(token, self._key(), ["HS256"], options={"require": ["exp", "url"]})
        except jwt.InvalidTokenError:
            claims = {}
        if claims.get("url") != f"{bucket}/{name}":
            raise StorageError("The signed URL", "is not valid or has expired", "Ask for a new one.")
        return self.get(bucket, name)

    def sweep(self, *, older_than: float = _ORPHAN_SECONDS) -> int:
        """Remove contents without a row that are older than so many seconds; returns how many."""
        if not self._folder.exists():
            return 0
        with self._connect() as connection:
            known = {
                row[0] for row in connection.execute("select version from storage.objects where version is not null")
            }
        swept = 0
        for path in self._folder.glob("*/*/*"):
            with contextlib.suppress(FileNotFoundError):
                if path.name not in known and time.time() - path.stat().st_mtime > older_than:
                    path.unlink()
                    swept += 1
        return swept

    def _connect(self) -> psycopg.Connection[Any]:
        return database.connect(self._settings)

    def _path(self, bucket: str, version: str) -> Path:
        return self._folder / bucket / version[:2] / version

    def _write(self, bucket: str, version: str, data: bytes) -> None:
        path = self._path(bucket, version)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with _open_private(path, os.O_TRUNC) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            with contextlib.suppress(OSError):
                path.unlink()
            raise StorageError(
                f"The file store in {self._folder}",
                f"cannot be written: {error.strerror}",
                "Free disk space, or make the folder writable.",
            ) from None

    def _unlink(self, bucket: str, versions: Sequence[str]) -> None:
        for version in versions:
            self._path(bucket, version).unlink(missing_ok=True)

    def _check_limits(self, connection: psycopg.Connection[Any], bucket: str, size: int, content_type: str) -> None:
        row = connection.execute(
            "select file_size_limit, allowed_mime_types from storage.buckets where id = %s", [bucket]
        ).fetchone()
        if row is None:
            raise StorageError(f"Bucket {bucket}", "does not exist", "Run `jobmatch migrate`.")
        limit, types = row
        if limit is not None and size > limit:
            raise FileRefused("The file", f"has {size} bytes, and bucket {bucket} takes {limit}", "Make it smaller.")
        if types is not None and not _is_allowed(content_type, types):
            raise FileRefused(
                "The file", f"is of a type that bucket {bucket} does not take", f"Use {', '.join(types)}."
            )

    def _record(
        self,
        connection: psycopg.Connection[Any],
        bucket: str,
        name: str,
        version: str,
        data: bytes,
        content_type: str,
        owner: str | None,
        upsert: bool,
    ) -> tuple[StoredFile, Sequence[str]]:
        """Write the object's row; returns it and the versions that it replaced."""
        etag = f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
        now = datetime.now(UTC)
        metadata = {
            "size": len(data),
            "mimetype": content_type,
            "eTag": etag,
            "cacheControl": "no-cache",
            "contentLength": len(data),
            "lastModified": now.isoformat(),
            "httpStatusCode": 200,
        }
        with connection.transaction():
            old = connection.execute(
                "select version from storage.objects where bucket_id = %s and name = %s for update", [bucket, name]
            ).fetchone()
            values = {
                "bucket": bucket,
                "name": name,
                "owner": owner,
                "metadata": json.dumps(metadata),
                "version": version,
                "now": now,
            }
            try:
                if old is not None and not upsert:
                    raise psycopg.errors.UniqueViolation
                row = connection.execute(_UPSERT if upsert else _INSERT, values).fetchone()
            except psycopg.errors.UniqueViolation:
                raise FileExists(
                    f"The file's name in bucket {bucket}", "is taken", "Choose another, or replace the file."
                ) from None
        assert row is not None
        return StoredFile(bucket, name, row[0], len(data), content_type, etag, now), [old[0]] if old and old[0] else []

    def _key(self) -> bytes:
        """The key that signs URLs; made once, readable by this user only."""
        path = self._folder / "signing.key"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError), _open_private(path, os.O_EXCL) as file:
            file.write(secrets.token_bytes(32))
        return path.read_bytes()


def _open_private(path: Path, flags: int) -> IO[bytes]:
    """Open for writing a file that only this user may read."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600), "wb")


def _is_allowed(content_type: str, types: Sequence[str]) -> bool:
    plain = content_type.split(";", 1)[0].strip().lower()
    return any(plain == kind or (kind.endswith("/*") and plain.startswith(kind[:-1])) for kind in types)
