"""Bytes of a page → text. A page's own claims about its charset come second to what its bytes are."""

from __future__ import annotations

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w\-]+)", re.IGNORECASE)


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a page.

    Bytes that are valid UTF-8 are UTF-8: other charsets hardly ever form it by chance, while servers often declare a
    wrong one. Then come the declared charset, the page's own ``<meta>``, and Windows-1252 as browsers do; what still
    does not fit becomes the replacement character, and the rest of the page is kept.

    Args:
        data: the body after decompression.
        declared: charset of the Content-Type header.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, "replace")
    meta = _META.search(data[:4096])
    for charset in ("utf-8", declared, meta.group(1).decode("ascii", "ignore") if meta else None):
        if charset:
            try:
                return data.decode(charset)
            except (LookupError, UnicodeDecodeError):
                continue
    # A body cut inside a character is still UTF-8.
    text = data.decode("utf-8", "replace")
    return text if text.count("\ufffd") <= max(2, len(text) // 2000) else data.decode("cp1252", "replace")
