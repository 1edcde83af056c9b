"""A second witness of what a PDF page says: the characters that its content stream shows, decoded through the maps that
its fonts carry. Shares no code with pdfium, which it checks, nor with pypdf, to which a doubtful page goes; knows
nothing of where glyphs stand, and costs a small part of a full extraction.

The content stream is only searched for the operators that show text. Codes of a font that has no simple map are counted
and left open; a page that cannot be walked has no witness, and the caller must ask the reference. Codes are counted
before they are decoded: what a page repeats is looked up once.
"""

from __future__ import annotations

import io
import logging
import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

from jobmatch_dagster.resumes.formats.objects import BLANKS, MAX_STREAM, Objects, Reference, Stream, from_hex

MAX_DEPTH = 6
MAX_DIFFERENCE = 0.005
MOST_LETTERS_A_CODE = 3  # a ligature
# what is in a string, a hexadecimal string, a font's choice, a form's use; and marks of content, which are not shown.
# Each begins with a character of its own, so that the search skips what lies between them.
_OPERATORS = re.compile(
    rb"\(((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+)\)"
    rb"|<([0-9A-Fa-f\s]*)>(?!>)"
    rb"|/([^\s/<>\[\]()]+)\s+(?:[-+.\d]+\s+(Tf)|(Do))\b"
    rb"|<<(?:[^<>]|<[^<>]*>)*>>\s*BDC",
    re.S,
)
_INLINE_PICTURE = re.compile(rb"\bBI\s*/[^()]{0,500}?\bID\s.*?\sEI\b", re.S)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r?\n|.)", re.S)
_ESCAPES = (
    {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r\n": b""}
    | {b"%o" % code: bytes([code]) for code in range(64)}
    | {b"%02o" % code: bytes([code]) for code in range(64)}
    | {b"%03o" % code: bytes([code & 255]) for code in range(512)}
)
_BLOCK = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.S)
_TEXT = re.compile(rb"<([0-9A-Fa-f]*)>")
_HEX = re.compile(rb"<([0-9A-Fa-f]*)>|(\[)|(\])")
_READABLE = ("/WinAnsiEncoding", "/MacRomanEncoding", "/StandardEncoding")

# what reading a damaged file raises; pypdf has errors of its own beside
_DAMAGED = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RuntimeError, OSError)


@dataclass(frozen=True, slots=True)
class _Decoder:
    """How a font's codes are read.

    Attributes:
        width: bytes of a code.
        said: what a code says: letters, or where its map has them (UTF-16 in hexadecimal, and how much to add).
        base: the code page of codes that ``said`` leaves out; None where those say nothing.
    """

    width: int
    said: dict[int, str | tuple[bytes, int]]
    base: str | None = None

    def counted(self, strings: list[bytes]) -> Counter[int]:
        if self.width == 1:
            return Counter(b"".join(strings))
        whole = b"".join([s if len(s) % 2 == 0 else s[:-1] for s in strings])
        return Counter(struct.unpack(f">{len(whole) // 2}H", whole))

    def letters(self, code: int) -> str:
        said = self.said.get(code)
        if said is None:
            return fold(bytes([code]).decode(self.base, "ignore")) if self.base else ""
        return said if isinstance(said, str) else _folded(*said)


# the strings that a page shows, with the decoder that they are for (None: their codes are open), by its identity
_Shown = dict[int, tuple[_Decoder | None, list[bytes]]]


class Witness:
    """One document's objects, opened once.

    Args:
        data: the file's content.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._reader: Any = None
        self._objects: Objects | None = None
        self._pages: list[dict[str, Any]] = []
        self._decoders: dict[int, _Decoder | None] = {}
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
        ours: Counter[str] = Counter()
        for code, count in Counter(codes).items():
            for letter in fold(chr(code)):
                ours[letter] += count
        slack = MAX_DIFFERENCE * max(ours.total(), theirs.total())
        return (theirs - ours).total() <= slack and (ours - theirs).total() <= slack + MOST_LETTERS_A_CODE * open_codes

    def characters(self, number: int) -> tuple[Counter[str], int] | None:
        """The letters and digits that a page shows, and how many codes are open; None where the page cannot be
        walked."""
        if self._broken:
            return None
        try:
            return self._page(number)
        except _DAMAGED:
            self._broken = True  # a file that cannot be walked is doubtful on every page
            return None

    def reference_text(self, number: int) -> str | None:
        """What pypdf reads on a page; None where it cannot."""
        import pypdf
        from pypdf.errors import PyPdfError

        try:
            if self._reader is None:
                logging.getLogger("pypdf").setLevel(logging.CRITICAL)
                self._reader = pypdf.PdfReader(io.BytesIO(self._data))
            text: str = self._reader.pages[number].extract_text()
        except (PyPdfError, *_DAMAGED):
            return None
        return text

    def _page(self, number: int) -> tuple[Counter[str], int]:
        if self._objects is None:
            self._objects = Objects(self._data)
            self._pages = self._objects.pages()
        objects, page = self._objects, self._pages[number]
        contents = objects.get(page.get("/Contents"))
        parts = contents if isinstance(contents, list) else [contents]
        stream = b"\n".join([objects.content(part) for part in parts if part is not None])
        shown: _Shown = {}
        self._stream(objects, stream, page.get("/Resources"), shown, 0)
        letters: Counter[str] = Counter()
        open_codes = 0
        for decoder, strings in shown.values():
            if decoder is None:
                open_codes += sum(map(len, strings))
                continue
            for code, count in decoder.counted(strings).items():
                for letter in decoder.letters(code):
                    letters[letter] += count
        return letters, open_codes

    def _stream(self, objects: Objects, stream: bytes, resources: Any, shown: _Shown, depth: int) -> None:
        """Add the strings that a stream shows to those of their decoders.

        Raises:
            ValueError: the stream is too long or too deep to be walked.
        """
        if depth > MAX_DEPTH or len(stream) > MAX_STREAM:
            raise ValueError("beyond what is walked")
        named = objects.entries(resources)
        fonts, forms = (objects.entries(named.get(key)) for key in ("/Font", "/XObject"))
        strings = shown.setdefault(0, (None, []))[1]
        if b"BI" in stream:
            stream = _INLINE_PICTURE.sub(b"", stream)
        for text, digits, name, is_font, is_form in _OPERATORS.findall(stream):
            if text:
                strings.append(_unescaped(text) if b"\\" in text else text)
            elif digits:
                strings.append(from_hex(digits))
            elif is_font:
                decoder = self._decoder(objects, fonts.get("/" + name.decode("latin-1")))
                strings = shown.setdefault(id(decoder) if decoder else 0, (decoder, []))[1]
            elif is_form:
                form = objects.get(forms.get("/" + name.decode("latin-1")))
                entries = objects.entries(form)
                if objects.get(entries.get("/Subtype")) == "/Form":
                    own = entries.get("/Resources", resources)
                    self._stream(objects, objects.content(form), own, shown, depth + 1)

    def _decoder(self, objects: Objects, font: Any) -> _Decoder | None:
        key = font.number if isinstance(font, Reference) else id(font)
        if key not in self._decoders:
            self._decoders[key] = _decoder_of(objects, objects.entries(font))
        return self._decoders[key]


def _unescaped(text: bytes) -> bytes:
    parts = _ESCAPE.split(text)  # what is written as it is, and in turn with it what stands after a backslash
    parts[1::2] = [_ESCAPES.get(part, part) for part in parts[1::2]]
    return b"".join(parts)


def _decoder_of(objects: Objects, font: dict[str, Any]) -> _Decoder | None:
    """How a font's codes are read: by its own map; else by a simple encoding with names that are known."""
    own = objects.get(font.get("/ToUnicode"))
    composite = objects.get(font.get("/Subtype")) == "/Type0"
    if isinstance(own, Stream):
        decoder = _Decoder(2 if composite else 1, _map_of(objects.content(own)))
        return decoder if any(map(decoder.letters, decoder.said)) else None
    return None if composite else _simple(objects, objects.get(font.get("/Encoding")))


def _simple(objects: Objects, encoding: Any) -> _Decoder | None:
    """A code page that is named, or one with other names in places (ISO 32000-1, 9.6.6)."""
    entries = objects.entries(encoding)
    base = encoding if isinstance(encoding, str) else objects.get(entries.get("/BaseEncoding"))
    differences = objects.get(entries.get("/Differences"))
    if (base is not None and base not in _READABLE) or (base is None and differences is None):
        return None  # what such a font's codes mean stands in the font's own program
    said: dict[int, str | tuple[bytes, int]] = {}
    code = 0
    for item in differences or ():
        if isinstance(item, int):
            code = item
            continue
        text = _glyph_names().get(str(item))
        if text is None and not re.fullmatch(r"/\.notdef|/space\w*", str(item)):
            return None
        said[code] = fold(text or "")
        code += 1
    return _Decoder(1, said, "mac_roman" if base == "/MacRomanEncoding" else "cp1252")


def _glyph_names() -> dict[str, str]:
    from pypdf._codecs.adobe_glyphs import adobe_glyphs

    return adobe_glyphs


def _map_of(stream: bytes) -> dict[int, str | tuple[bytes, int]]:
    """A ToUnicode map (PDF 32000-1, 9.10.3) as code → where its letters are."""
    said: dict[int, str | tuple[bytes, int]] = {}
    for kind, body in _BLOCK.findall(stream):
        items = _items(body.translate(None, BLANKS))
        if kind == b"bfchar":
            said.update(zip(map(_number, items[::2]), zip(items[1::2], repeat(0), strict=False), strict=False))
            continue
        for first, last, target in zip(items[::3], items[1::3], items[2::3], strict=False):
            begin = _number(first)
            for offset in range(min(_number(last) - begin, 0xFFFF) + 1):
                if isinstance(target, list):
                    said[begin + offset] = (target[offset], 0) if offset < len(target) else ""
                else:
                    said[begin + offset] = (target, offset)
    return said


def _items(body: bytes) -> list[Any]:
    """The hexadecimal strings of a block of a map, those in brackets as a list."""
    if b"[" not in body:
        return _TEXT.findall(body)
    items: list[Any] = []
    inside: list[bytes] | None = None
    for text, opened, closed in _HEX.findall(body):
        if opened:
            inside = []
        elif closed:
            items.append(inside or [])
            inside = None
        else:
            (inside if inside is not None else items).append(text)
    return items


def _number(digits: Any) -> int:
    return int(digits or b"0", 16)


@lru_cache(maxsize=8192)
def _folded(digits: bytes, more: int) -> str:
    return fold(_utf16(digits, more))


def _utf16(digits: bytes, more: int) -> str:
    data = from_hex(digits)
    if more and data:
        data = (int.from_bytes(data, "big") + more).to_bytes(len(data) + 1, "big")[-len(data) :]
    return data.decode("utf-16-be", "ignore") if len(data) > 1 else data.decode("latin-1")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Letters and digits of a text in compatibility form: what both witnesses must agree on."""
    if text.isascii():
        return text.lower() if text.isalnum() else "".join(filter(str.isalnum, text)).lower()
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).casefold()
