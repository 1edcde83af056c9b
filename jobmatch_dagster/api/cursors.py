"""Cursors: where the next page of a list begins, sealed so that nobody can make or change one.

A cursor holds the sort values of the last row and belongs to one list: same filters, same sort, same person. It is only
valid with them, since their hash is part of what is sealed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from jobmatch_dagster.api.problems import Problem

_SEAL_BYTES = 16
_LONGEST = 1000


class Cursors:
    """Makes and opens cursors with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, values: list[Any], *belongs_to: Any) -> str:
        """A cursor after the row with these sort values, for the list that ``belongs_to`` describes."""
        content = json.dumps(values, default=str, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._seal(content, belongs_to) + content).rstrip(b"=").decode()

    def open(self, cursor: str | None, *belongs_to: Any) -> list[Any] | None:
        """The sort values of a cursor; None without one.

        Raises:
            Problem: it was not made here, was changed, or is of another list.
        """
        if cursor is None:
            return None
        try:
            if len(cursor) > _LONGEST:
                raise ValueError("longer than any cursor")
            raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raw = b""
        seal, content = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if not content or not hmac.compare_digest(seal, self._seal(content, belongs_to)):
            raise Problem("bad-cursor", "Take next_cursor of the last page, with the same filters, or start anew.")
        values: list[Any] = json.loads(content)
        return values

    def _seal(self, content: bytes, belongs_to: tuple[Any, ...]) -> bytes:
        list_hash = hashlib.sha256(json.dumps(belongs_to, default=str, sort_keys=True).encode()).digest()
        return hmac.digest(self._key, list_hash + content, "sha256")[:_SEAL_BYTES]
