"""Bytes of a page or file → text. A page's own claims about its charset come second to what its bytes are."""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# Browsers read these names as Windows-1252, and so do those who write such pages.
_MEANT_AS_CP1252 = frozenset({"iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii"})
_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w\-]+)", re.IGNORECASE)


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a page; what does not fit its charset becomes the replacement character, and the rest is kept.

    Args:
        data: the body after decompression.
        declared: charset of the Content-Type header.
    """
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode(charset_of(data, declared), "replace")


def charset_of(data: bytes, declared: str | None = None) -> str:
    """The charset that the bytes are in.

    Bytes that are valid UTF-8 are UTF-8: other charsets hardly ever form it by chance, while servers often declare a
    wrong one. Then come the declared charset, the page's own ``<meta>``, and Windows-1252 as browsers do.

    Args:
        data: the content or a long piece of its beginning.
        declared: what somebody says it is.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return name
    meta = _META.search(data[:4096])
    for charset in ("utf-8", declared, meta.group(1).decode("ascii", "ignore") if meta else None):
        charset = "cp1252" if charset and charset.lower() in _MEANT_AS_CP1252 else charset
        if charset and _fits(data, charset):
            return charset
    # A piece may end inside a character, and a broken byte in a long text does not make it Windows-1252.
    broken = data[:-3].decode("utf-8", "replace").count("\ufffd")
    return "utf-8" if broken <= len(data) // 2000 else "cp1252"


def _fits(data: bytes, charset: str) -> bool:
    try:
        data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return False
    return True
