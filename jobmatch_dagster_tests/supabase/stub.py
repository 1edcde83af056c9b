"""A loopback stand-in that speaks the protocol of Supabase's Auth, Storage and PostgREST as far as this room calls it.

It holds files and accounts in memory, answers errors in Supabase's own shapes (Storage puts the status into the body
and sends 400), checks the key of every request, and can be told to fail the next requests.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, LiteralString
from urllib.parse import unquote, urlsplit

import psycopg

SECRET = "sb_secret_made_up"
_NAME = re.compile(r"[\w/!.*'() &$@=;:+,?-]+", re.ASCII)


@dataclass
class Project:
    """What the stand-in holds, and how it is set up."""

    url: str = ""
    files: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    buckets: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "resumes": {"public": False, "file_size_limit": 1000, "allowed_mime_types": ["application/pdf"]},
            "raw-pages": {"public": False, "file_size_limit": None, "allowed_mime_types": None},
            "reports": {"public": False, "file_size_limit": None, "allowed_mime_types": None},
        }
    )
    exposed: tuple[str, ...] = ("public", "graphql_public")
    signing_keys: list[dict[str, str]] = field(default_factory=lambda: [{"kty": "EC", "alg": "ES256", "kid": "1"}])
    fail_next: list[int] = field(default_factory=list)
    # The project's database, where an account is a row of auth.users.
    dsn: str = ""
    # Answer an upload with a failure although it was carried out, as a broken line does.
    lose_next_answer: bool = False
    requests: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def running() -> Iterator[Project]:
    """A stand-in on a free port of the loopback interface."""
    project = Project()
    handler = type("Handler", (_Handler,), {"project": project})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    project.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    try:
        yield project
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    project: Project
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: Any, content_type: str = "application/json") -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _storage_error(self, status: int, error: str, message: str) -> None:
        self._answer(400, {"statusCode": str(status), "error": error, "message": message})

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        self.project.requests.append((self.command, path))
        if self.project.fail_next:
            status = self.project.fail_next.pop(0)
            self._answer(status, {"statusCode": str(status), "error": "Internal", "message": "later"})
        elif self.headers.get("apikey") != SECRET:
            self._answer(401, {"message": "Invalid API key"})
        elif path.startswith("/auth/v1/"):
            self._auth(path.removeprefix("/auth/v1/"), body)
        elif path.startswith("/rest/v1/"):
            self._rest()
        elif path.startswith("/storage/v1/"):
            self._storage(path.removeprefix("/storage/v1/"), body)
        else:
            self._answer(404, {"message": "no Route matched with those values"})

    do_GET = do_POST = do_PUT = do_DELETE = _handle

    # --- Auth -------------------------------------------------------------------------------------------------

    def _auth(self, path: str, body: bytes) -> None:
        users = self.project.users
        if path == "health":
            self._answer(200, {"name": "GoTrue"})
        elif path == ".well-known/jwks.json":
            self._answer(200, {"keys": self.project.signing_keys})
        elif path == "admin/users" and self.command == "POST":
            wanted = json.loads(body)
            if any(user["email"] == wanted["email"] for user in users.values()):
                self._answer(422, {"code": 422, "error_code": "email_exists", "msg": "Email already registered"})
                return
            user = {
                "id": str(uuid.uuid4()),
                "aud": "authenticated",
                "role": "authenticated",
                "email": wanted["email"],
                "app_metadata": {"provider": "email"},
                "user_metadata": wanted.get("user_metadata", {}),
                "created_at": "2026-01-01T00:00:00Z",
                "updated_at": "2026-01-01T00:00:00Z",
            }
            users[user["id"]] = user
            profile = json.dumps(user["user_metadata"])
            self._execute(
                "insert into auth.users (id, email, raw_user_meta_data) values (%s, %s, %s)",
                [user["id"], user["email"], profile],
            )
            self._answer(200, user)
        elif path.startswith("admin/users/") and self.command == "DELETE":
            if users.pop(path.removeprefix("admin/users/"), None) is None:
                self._answer(404, {"code": 404, "error_code": "user_not_found", "msg": "User not found"})
            else:
                self._execute("delete from auth.users where id = %s", [path.removeprefix("admin/users/")])
                self._answer(200, {})
        else:
            self._answer(404, {"code": 404, "msg": "not found"})

    def _execute(self, statement: LiteralString, parameters: list[Any]) -> None:
        if self.project.dsn:
            with psycopg.connect(self.project.dsn, autocommit=True) as connection:
                connection.execute(statement, parameters)

    # --- PostgREST --------------------------------------------------------------------------------------------

    def _rest(self) -> None:
        schema = self.headers.get("Accept-Profile", "public")
        if schema in self.project.exposed:
            self._answer(200, [])
        else:
            self._answer(406, {"code": "PGRST106", "message": f"Invalid schema: {schema}"})

    # --- Storage ----------------------------------------------------------------------------------------------

    def _storage(self, path: str, body: bytes) -> None:
        kind, _, rest = path.partition("/")
        if kind == "bucket":
            bucket = self.project.buckets.get(rest)
            if bucket is None:
                self._storage_error(404, "Bucket not found", "Bucket not found")
            else:
                self._answer(200, {"id": rest, "name": rest, **bucket})
            return
        first, _, tail = rest.partition("/")
        if first in ("list-v2", "info", "sign"):
            bucket_id, _, name = tail.partition("/")
        else:
            bucket_id, name = first, tail
        if bucket_id not in self.project.buckets:
            self._storage_error(404, "Bucket not found", "Bucket not found")
        elif first == "list-v2":
            self._list(bucket_id, json.loads(body))
        elif self.command == "DELETE":
            self._remove(bucket_id, json.loads(body)["prefixes"])
        elif self.command == "POST" and first != "sign":
            self._upload(bucket_id, name, body)
        elif (bucket_id, name) not in self.project.files:
            self._storage_error(404, "not_found", "Object not found")
        elif first == "sign":
            self._answer(200, {"signedURL": f"/object/sign/{bucket_id}/{name}?token=made.up.token"})
        elif first == "info":
            self._answer(200, self._info(bucket_id, name))
        else:
            file = self.project.files[(bucket_id, name)]
            self._answer(200, file["data"], file["content_type"])

    def _upload(self, bucket_id: str, name: str, body: bytes) -> None:
        message = BytesParser(policy=HTTP).parsebytes(
            b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + body
        )
        part = next(p for p in message.iter_parts() if p.get_filename())  # type: ignore[attr-defined]
        data, content_type = part.get_payload(decode=True), part.get_content_type()
        bucket = self.project.buckets[bucket_id]
        if not _NAME.fullmatch(name):
            self._storage_error(400, "InvalidKey", f"Invalid key: {name}")
        elif bucket["file_size_limit"] and len(data) > bucket["file_size_limit"]:
            self._storage_error(413, "Payload too large", "The object exceeded the maximum allowed size")
        elif bucket["allowed_mime_types"] and content_type not in bucket["allowed_mime_types"]:
            self._storage_error(415, "invalid_mime_type", f"mime type {content_type} is not supported")
        elif (bucket_id, name) in self.project.files and self.headers.get("x-upsert") != "true":
            self._storage_error(409, "Duplicate", "The resource already exists")
        else:
            self.project.files[(bucket_id, name)] = {
                "data": data,
                "content_type": content_type,
                "id": str(uuid.uuid4()),
            }
            if self.project.lose_next_answer:
                self.project.lose_next_answer = False
                self._answer(502, b"<html>bad gateway</html>", "text/html")
            else:
                self._answer(200, {"Id": self.project.files[(bucket_id, name)]["id"], "Key": f"{bucket_id}/{name}"})

    def _info(self, bucket_id: str, name: str) -> dict[str, Any]:
        file = self.project.files[(bucket_id, name)]
        return {
            "id": file["id"],
            "name": name,
            "bucket_id": bucket_id,
            "size": len(file["data"]),
            "content_type": file["content_type"],
            "etag": f'"{hashlib.md5(file["data"], usedforsecurity=False).hexdigest()}"',
            "last_modified": "2026-01-01T00:00:00.000Z",
            "created_at": "2026-01-01T00:00:00.000Z",
        }

    def _remove(self, bucket_id: str, names: list[str]) -> None:
        gone = [name for name in names if self.project.files.pop((bucket_id, name), None)]
        self._answer(200, [{"name": name, "bucket_id": bucket_id} for name in gone])

    def _list(self, bucket_id: str, options: dict[str, Any]) -> None:
        limit = min(options.get("limit", 1000), 1000)
        names = sorted(
            name
            for bucket, name in self.project.files
            if bucket == bucket_id and name.startswith(options.get("prefix", "")) and name > options.get("cursor", "")
        )
        page = names[:limit]
        objects = []
        for name in page:
            info = self._info(bucket_id, name)
            metadata = {"size": info["size"], "mimetype": info["content_type"], "eTag": info["etag"]}
            times = {"created_at": info["created_at"], "updated_at": info["created_at"]}
            objects.append({"id": info["id"], "name": name, "key": name, "metadata": metadata, **times})
        more = len(names) > limit
        answer = {"hasNext": more, "folders": [], "objects": objects}
        self._answer(200, answer | ({"nextCursor": page[-1]} if more else {}))
