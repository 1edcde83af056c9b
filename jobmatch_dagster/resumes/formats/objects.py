"""The objects of a PDF file as far as a witness of its text asks for them: pages, fonts, content.

Found by looking through the file for what is written as an object, the last of a number counting, so no table of the
file has to be right; what this cannot follow (encryption, rare filters, damage) ends in a ``ValueError``, and whoever
asked goes to pypdf. Strings and pictures are nobody's question here.
"""

from __future__ import annotations

import re
import zlib
from binascii import unhexlify
from typing import Any, NamedTuple

import numpy as np

MAX_STREAM = 8_000_000
MAX_DEPTH = 12
MAX_PAGES = 2_000
_OBJECT = re.compile(rb" obj\b")  # the number before it is looked at where this stands: several times as fast
_NUMBER = re.compile(rb"(\d{1,8})\s+\d{1,5}$")
_ROOT = re.compile(rb"/Root\s+(\d+)\s+\d+\s+R\b")
_STREAM = re.compile(rb"\s*stream\r?\n")
_TOKEN = re.compile(
    rb"(?:[\s\0]+|%[^\r\n]*)*"
    rb"(?:(?P<open><<|\[)|(?P<close>>>|\])|(?P<name>/[^\s\0/<>\[\](){}%]*)|(?P<reference>\d+)\s+\d+\s+R\b"
    rb"|(?P<string>\((?:[^()\\]|\\.|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\))*\)|<[0-9A-Fa-f\s]*>)"
    rb"|(?P<word>[^\s\0/<>\[\](){}%]+))",
    re.S,
)
_NUMBERS = re.compile(rb"[-+.\d\s]*\]")
BLANKS = b" \t\r\n\f\0"


class Reference(NamedTuple):
    """Another object, by its number."""

    number: int


class Stream(NamedTuple):
    """An object with data."""

    entries: dict[str, Any]
    raw: bytes


class Objects:
    """One file's objects; each is read when it is asked for.

    Args:
        data: the file's content.

    Raises:
        ValueError: the file cannot be followed.
    """

    def __init__(self, data: bytes) -> None:
        if b"/Encrypt" in data:
            raise ValueError("encrypted")
        self._data = data
        self._read: dict[int, Any] = {}
        # number → where the object begins: in which bytes, and at what offset
        self._places: dict[int, tuple[bytes, int]] = {}
        packed = b"/ObjStm" in data
        found = [
            (int(before[1]), match.end())
            for match in _OBJECT.finditer(data)
            if (before := _NUMBER.search(data, max(match.start() - 16, 0), match.start()))
        ]
        for (number, start), (_, end) in zip(found, [*found[1:], (0, len(data))], strict=True):
            self._places[number] = (data, start)
            if packed and data.find(b"/ObjStm", start, end) >= 0:
                self._unpack(number)

    def _unpack(self, number: int) -> None:
        """Note the objects that stand in an object stream (ISO 32000-1, 7.5.7)."""
        stream = self._value(*self._places[number])
        if not isinstance(stream, Stream):
            raise ValueError("no object stream")
        content = self.content(stream)
        first, count = self.get(stream.entries["/First"]), self.get(stream.entries["/N"])
        head = [int(n) for n in content[:first].split()[: 2 * count]]
        for inner, offset in zip(head[::2], head[1::2], strict=False):
            self._places[inner] = (content, first + offset)

    def get(self, value: Any) -> Any:
        """What a value is, after references; None where there is no such object."""
        for _ in range(MAX_DEPTH):
            if not isinstance(value, Reference):
                return value
            if value.number not in self._read:
                place = self._places.get(value.number)
                self._read[value.number] = None if place is None else self._value(*place)
            value = self._read[value.number]
        raise ValueError("references in a circle")

    def entries(self, value: Any) -> dict[str, Any]:
        """The entries of a dictionary or a stream; none where it is neither."""
        value = self.get(value)
        if isinstance(value, Stream):
            return value.entries
        return value if isinstance(value, dict) else {}

    def content(self, value: Any) -> bytes:
        """The data of a stream, decoded."""
        stream = self.get(value)
        if not isinstance(stream, Stream):
            raise ValueError("no stream")
        filters, data = self.get(stream.entries.get("/Filter")), stream.raw
        parameters = self.get(stream.entries.get("/DecodeParms"))
        for given in parameters if isinstance(parameters, list) else [parameters]:
            if self.get(self.entries(given).get("/Predictor")) not in (None, 1):
                raise ValueError("predicted data")
        for name in filters if isinstance(filters, list) else [filters]:
            data = _decoded(data, self.get(name))
        return data

    def pages(self) -> list[dict[str, Any]]:
        """The entries of each page, with the resources that it inherits."""
        roots = _ROOT.findall(self._data)
        if not roots:
            raise ValueError("no root")
        found: list[dict[str, Any]] = []
        seen: set[int] = set()
        self._walk(self.entries(Reference(int(roots[-1]))).get("/Pages"), {}, found, seen)
        return found

    def _walk(self, node: Any, inherited: dict[str, Any], found: list[dict[str, Any]], seen: set[int]) -> None:
        if isinstance(node, Reference):
            if node.number in seen or len(seen) > MAX_PAGES:
                raise ValueError("no tree of pages")
            seen.add(node.number)
        entries = {**inherited, **self.entries(node)}
        kids = self.get(entries.get("/Kids"))
        if not isinstance(kids, list):
            found.append(entries)
            return
        for kid in kids:
            self._walk(kid, {"/Resources": entries.get("/Resources")}, found, seen)

    def _value(self, data: bytes, at: int) -> Any:
        value, end = _parsed(data, at)
        if not isinstance(value, dict) or not (begin := _STREAM.match(data, end)):
            return value
        length = value.get("/Length")
        length = self.get(length) if not isinstance(length, Reference) or length.number in self._places else None
        start = begin.end()
        if not isinstance(length, int) or data[start + length : start + length + 20].strip()[:9] != b"endstream":
            length = data.find(b"endstream", start) - start
        return Stream(value, data[start : start + length]) if length >= 0 else value


def _parsed(data: bytes, at: int) -> tuple[Any, int]:
    """The value that begins at an offset, and where it ends. Lists of numbers (widths) are left empty."""
    stack: list[list[Any]] = [[]]
    opened: list[bytes] = []
    while True:
        token = _TOKEN.match(data, at)
        if token is None or len(stack) > MAX_DEPTH:
            raise ValueError("no object")
        at, kind = token.end(), token.lastgroup
        if kind == "open":
            stack.append([])
            opened.append(token["open"])
            if opened[-1] == b"[" and (numbers := _NUMBERS.match(data, at)):
                at = numbers.end() - 1
        elif kind == "close":
            items = stack.pop()
            if not opened:
                raise ValueError("no object")
            stack[-1].append(items if opened.pop() == b"[" else _dictionary(items))
        elif kind == "reference":
            stack[-1].append(Reference(int(token["reference"])))
        elif kind == "name":
            stack[-1].append(token["name"].decode("latin-1"))
        else:
            stack[-1].append(_word(token["word"] or b""))
        if not opened:
            return stack[0][0], at


def _dictionary(items: list[Any]) -> dict[str, Any]:
    return {key: value for key, value in zip(items[::2], items[1::2], strict=False) if isinstance(key, str)}


def _word(word: bytes) -> Any:
    try:
        return int(word)
    except ValueError:
        return None


def _decoded(data: bytes, name: str | None) -> bytes:
    if name is None:
        return data
    if name in ("/FlateDecode", "/Fl"):
        return inflated(data)
    if name in ("/ASCII85Decode", "/A85"):
        return _from_base85(data)
    if name in ("/ASCIIHexDecode", "/AHx"):
        return from_hex(data.partition(b">")[0])
    raise ValueError("a filter that is rarely used for text")


def inflated(data: bytes) -> bytes:
    """Deflated data, at most ``MAX_STREAM`` bytes of it.

    Raises:
        ValueError: it is damaged or longer.
    """
    machine = zlib.decompressobj()
    try:
        content = machine.decompress(data, MAX_STREAM)
    except zlib.error:
        raise ValueError("damaged data") from None
    if machine.unconsumed_tail:
        raise ValueError("too much data")
    return content


def _from_base85(data: bytes) -> bytes:
    """Data of ISO 32000-1, 7.4.3, all groups at once: several times as fast as the library's letter after letter."""
    digits = data.translate(None, BLANKS).removeprefix(b"<~").partition(b"~")[0].replace(b"z", b"!!!!!")
    missing = -len(digits) % 5
    groups = np.frombuffer(digits + b"u" * missing, np.uint8).reshape(-1, 5) - np.int64(33)
    words = groups @ (85 ** np.arange(4, -1, -1, dtype=np.int64))
    if groups.size and (groups.min() < 0 or groups.max() > 84 or words.max() > 0xFFFFFFFF):
        raise ValueError("damaged data")
    decoded = words.astype(">u4").tobytes()
    return decoded[: len(decoded) - missing]


def from_hex(digits: bytes) -> bytes:
    """Bytes of a hexadecimal string; white space in it does not count, and a last digit alone stands before a 0."""
    try:
        return unhexlify(digits)
    except ValueError:
        digits = digits.translate(None, BLANKS)
        return unhexlify(digits + b"0" * (len(digits) % 2))
