"""Office archives (DOCX, ODT): members read within limits, XML parsed without entities, network or huge trees."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from typing import Any

from lxml import etree

from jobmatch_dagster.resumes.model import Limits
from jobmatch_dagster.resumes.status import Refused

MAX_MEMBERS = 3000
MAX_RATIO = 200
_CHUNK = 1 << 20


class Archive:
    """A zip file whose members are read with a common ceiling on what they expand to."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise Refused("corrupt") from None
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise Refused("malicious")
        if any(member.flag_bits & 1 for member in members):
            raise Refused("encrypted")
        self._left = limits.max_expansion
        self.names = {member.filename for member in members}

    def read(self, name: str) -> bytes | None:
        """A member's content; None if it is not there.

        Raises:
            Refused: malicious where it expands beyond the limits, corrupt where it cannot be read.
        """
        if name not in self.names:
            return None
        info = self._zip.getinfo(name)
        parts, size = [], 0
        try:
            with self._zip.open(info) as member:
                while chunk := member.read(_CHUNK):
                    size += len(chunk)
                    if size > self._left or (size > 4 * _CHUNK and size > MAX_RATIO * max(info.compress_size, 1)):
                        raise Refused(
                            "malicious", "The file expands to far more than a résumé needs, so it was not read."
                        )
                    parts.append(chunk)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, NotImplementedError):
            raise Refused("corrupt") from None
        self._left -= size
        return b"".join(parts)

    def xml(self, name: str) -> Any:
        """A member as an element tree; None if it is not there.

        Raises:
            Refused: malicious where it declares entities, corrupt where it is no XML.
        """
        data = self.read(name)
        return None if data is None else parse_xml(data)


def parse_xml(data: bytes) -> Any:
    """XML without entities: a document type declaration has no place in an office file."""
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:65536]:
        raise Refused(
            "malicious", "The file declares XML entities, which no word processor writes, so it was not read."
        )
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise Refused("corrupt") from None
