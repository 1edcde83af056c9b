"""Office archives (DOCX, ODT): members read within limits, XML parsed without entities, network or huge trees."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml import etree

from jobmatch_dagster.resumes.model import Limits
from jobmatch_dagster.resumes.status import Refused

MAX_MEMBERS = 3000
MAX_RATIO = 200
_SMALL = 1 << 22  # how densely what expands to less is packed does not count
_PIECE = 1 << 15


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
        return b"".join(self.pieces(name)) if name in self.names else None

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member's content piece by piece, so that who has seen enough can leave the rest packed; none if it is not
        there.

        Raises:
            Refused: as ``read``.
        """
        if name not in self.names:
            return
        info, size = self._zip.getinfo(name), 0
        try:
            with self._zip.open(info) as member:
                while piece := member.read(_PIECE):
                    size += len(piece)
                    self._left -= len(piece)
                    if self._left < 0 or (size > _SMALL and size > MAX_RATIO * max(info.compress_size, 1)):
                        raise Refused(
                            "malicious", "The file expands to far more than a résumé needs, so it was not read."
                        )
                    yield piece
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, NotImplementedError):
            raise Refused("corrupt") from None

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
