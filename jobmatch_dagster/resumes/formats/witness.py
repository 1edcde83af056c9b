"""A second witness of what a PDF page says: the characters that its content stream shows, decoded through the maps that
its fonts carry. Shares no code with the reader that it checks, knows nothing of where glyphs stand, and costs a small
part of a full extraction.

Objects, filters and cross references are pypdf's; the content stream is only searched for the operators that show text.
Codes of a font that has no simple map are counted and left open; a page that cannot be walked has no witness, and the
caller must ask the reference.
"""

from __future__ import annotations

import io
import logging
import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

MAX_STREAM = 8_000_000
MAX_DEPTH = 6
MAX_DIFFERENCE = 0.005
MOST_LETTERS_A_CODE = 3  # a ligature
# strings, hexadecimal strings, a font's choice, a form's use, and the words of an inline picture, which are no text
_OPERATORS = re.compile(
    rb"\((?P<text>(?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*)\)"
    rb"|<(?P<hex>[0-9A-Fa-f\s]*)>(?!>)"
    rb"|/(?P<font>[^\s/<>\[\]()]+)\s+[-+.\d]+\s+Tf\b"
    rb"|/(?P<form>[^\s/<>\[\]()]+)\s+Do\b"
    rb"|\bBI\b.*?\bEI\b|<<(?:[^<>]|<[^<>]*>)*>>\s*BDC",
    re.S,
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r?\n|.)", re.S)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.S)
_HEX = re.compile(rb"<\s*([0-9A-Fa-f\s]*)>|(\[)|(\])")
_READABLE = ("/WinAnsiEncoding", "/MacRomanEncoding", "/StandardEncoding")

# what pypdf raises on files that are damaged, beside its own errors
_DAMAGED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RuntimeError, OSError)

Decoder = tuple[int, dict[int, str]]  # bytes of a code, and what each code says


class Witness:
    """One document's objects, opened once.

    Args:
        data: the file's content.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._reader: Any = None
        self._decoders: dict[int, Decoder | None] = {}
        self._broken = False

    def agrees(self, number: int, codes: Sequence[int]) -> bool:
        """Whether a page shows the letters and digits that another reader found, in the same numbers.

        Args:
            number: of the page.
            codes: the code points that the other reader found, in any order.
        """
        told = self.characters(number)
        if told is None:
            return False
        theirs, open_codes = told
        ours = Counter(fold("".join(map(chr, codes))))
        slack = MAX_DIFFERENCE * max(ours.total(), theirs.total())
        return (theirs - ours).total() <= slack and (ours - theirs).total() <= slack + MOST_LETTERS_A_CODE * open_codes

    def characters(self, number: int) -> tuple[Counter[str], int] | None:
        """The letters and digits that a page shows, and how many codes are open; None where the page cannot be
        walked."""
        from pypdf.errors import PyPdfError

        if self._broken:
            return None
        said: list[str] = []
        try:
            open_codes = self._page(self._open().pages[number], said)
        except (PyPdfError, *_DAMAGED):
            self._broken = True  # a file that pypdf cannot walk is doubtful on every page
            return None
        return Counter("".join(said)), open_codes

    def reference_text(self, number: int) -> str | None:
        """What pypdf reads on a page; None where it cannot."""
        from pypdf.errors import PyPdfError

        try:
            text: str = self._open().pages[number].extract_text()
        except (PyPdfError, *_DAMAGED):
            return None
        return text

    def _open(self) -> Any:
        if self._reader is None:
            import pypdf

            logging.getLogger("pypdf").setLevel(logging.CRITICAL)
            self._reader = pypdf.PdfReader(io.BytesIO(self._data))
        return self._reader

    def _page(self, page: Any, said: list[str]) -> int:
        resources = page.get("/Resources")
        contents = page.get("/Contents")
        contents = contents.get_object() if contents is not None else None
        parts = [p.get_object() for p in contents] if isinstance(contents, list) else [contents]
        stream = b"\n".join(p.get_data() for p in parts if p is not None)
        return self._stream(stream, resources.get_object() if resources is not None else {}, said, 0)

    def _stream(self, stream: bytes, resources: Any, said: list[str], depth: int) -> int:
        """Add what a stream shows; the number of codes that are open.

        Raises:
            ValueError: the stream is too long or too deep to be walked.
        """
        if depth > MAX_DEPTH or len(stream) > MAX_STREAM:
            raise ValueError("beyond what is walked")
        fonts, forms = (self._named(resources, key) for key in ("/Font", "/XObject"))
        decoder: Decoder | None = None
        open_codes = 0
        for match in _OPERATORS.finditer(stream):
            kind = match.lastgroup
            if kind == "font":
                decoder = self._decoder(fonts, match["font"])
            elif kind == "form":
                form = forms.get("/" + match["form"].decode("latin-1"))
                form = form.get_object() if form is not None else None
                if form is not None and form.get("/Subtype") == "/Form":
                    own = form.get("/Resources")
                    own = own.get_object() if own is not None else resources
                    open_codes += self._stream(form.get_data(), own, said, depth + 1)
            elif kind:
                codes = _unescaped(match["text"]) if kind == "text" else bytes.fromhex(_even(match["hex"]))
                if decoder is None:
                    open_codes += len(codes)
                else:
                    said.append(_say(codes, decoder))
        return open_codes

    def _named(self, resources: Any, key: str) -> Any:
        found = resources.get(key) if resources else None
        return found.get_object() if found is not None else {}

    def _decoder(self, fonts: Any, name: bytes) -> Decoder | None:
        font = fonts.get("/" + name.decode("latin-1"))
        if font is None:
            return None
        font = font.get_object()
        key = id(font)
        if key not in self._decoders:
            self._decoders[key] = _decoder_of(font)
        return self._decoders[key]


def _even(text: bytes) -> str:
    digits = b"".join(text.split()).decode("ascii")
    return digits + "0" * (len(digits) % 2)


def _unescaped(text: bytes) -> bytes:
    if b"\\" not in text:
        return text

    def one(match: re.Match[bytes]) -> bytes:
        what = match[1]
        if what[:1].isdigit():
            return bytes([int(what, 8) & 255])
        return b"" if what.endswith(b"\n") else _ESCAPES.get(what, what)

    return _ESCAPE.sub(one, text)


def _say(codes: bytes, decoder: Decoder) -> str:
    width, said = decoder
    if width == 1:
        return codes.decode("latin-1").translate(said)
    return "".join([said.get(unit, "") for (unit,) in struct.iter_unpack(">H", codes[: len(codes) // 2 * 2])])


def _decoder_of(font: Any) -> Decoder | None:
    """How a font's codes are read: by its own map; else by a simple encoding with names that are known."""
    own = font.get("/ToUnicode")
    composite = font.get("/Subtype") == "/Type0"
    if own is not None and hasattr(own.get_object(), "get_data"):
        said = _map_of(own.get_object().get_data())
        if not composite:
            said = dict.fromkeys(range(256), "") | said
        return (2 if composite else 1, said) if any(said.values()) else None
    return None if composite else _simple(font)


def _simple(font: Any) -> Decoder | None:
    from pypdf._codecs.adobe_glyphs import adobe_glyphs

    encoding = font.get("/Encoding")
    encoding = encoding.get_object() if encoding is not None else None
    base = encoding if isinstance(encoding, str) else (encoding or {}).get("/BaseEncoding")
    differences = (encoding or {}).get("/Differences") if not isinstance(encoding, str) else None
    if base is not None and base not in _READABLE:
        return None
    if base is None and differences is None:
        return None  # what such a font's codes mean stands in the font's own program
    table = "mac_roman" if base == "/MacRomanEncoding" else "cp1252"
    said = {code: fold(bytes([code]).decode(table, "ignore")) for code in range(256)}
    code = 0
    for item in differences or ():
        if isinstance(item, int):
            code = int(item)
            continue
        text = adobe_glyphs.get(str(item))
        if text is None and not re.fullmatch(r"/\.notdef|/space\w*", str(item)):
            return None
        said[code] = fold(text or "")
        code += 1
    return 1, said


def _map_of(stream: bytes) -> dict[int, str]:
    """A ToUnicode map (PDF 32000-1, 9.10.3) as code → letters and digits."""
    said: dict[int, str] = {}
    for kind, body in _BLOCK.findall(stream):
        items: list[Any] = []
        inside: list[bytes] | None = None
        for text, opened, closed in _HEX.findall(body):
            if opened:
                inside = []
            elif closed:
                items.append(inside or [])
                inside = None
            else:
                (inside if inside is not None else items).append(b"".join(text.split()))
        step = 2 if kind == b"bfchar" else 3
        for k in range(0, len(items) - step + 1, step):
            first = int(items[k] or b"0", 16)
            if step == 2:
                said[first] = fold(_utf16(items[k + 1]))
                continue
            last, target = min(int(items[k + 1] or b"0", 16), first + 0xFFFF), items[k + 2]
            for offset in range(last - first + 1):
                if isinstance(target, list):
                    said[first + offset] = fold(_utf16(target[offset])) if offset < len(target) else ""
                else:
                    said[first + offset] = fold(_utf16(target, offset))
    return said


def _utf16(digits: bytes, more: int = 0) -> str:
    data = bytes.fromhex(_even(digits))
    if more and data:
        data = (int.from_bytes(data, "big") + more).to_bytes(len(data) + 1, "big")[-len(data) :]
    return data.decode("utf-16-be", "ignore") if len(data) > 1 else data.decode("latin-1")


def fold(text: str) -> str:
    """Letters and digits of a text in compatibility form: what both witnesses must agree on."""
    if text.isascii():
        return text.lower() if text.isalnum() else "".join(filter(str.isalnum, text)).lower()
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).casefold()
