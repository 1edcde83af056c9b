"""Files that are almost right: seeded changes of good ones, as accidents and attackers make them."""

from __future__ import annotations

import random
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

_TOKENS: list[bytes] = [
    b"<<",
    b">>",
    b"endobj",
    b"stream",
    b"endstream",
    b"/Kids [1 0 R]",
    b"/Parent 2 0 R",
    b"/Length 99999999",
    b"/Count -1",
    b"/FontMatrix [0 0 0 0 0 0]",
    b"/Rotate 45",
    b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
    b"\xff" * 8,
    b"\0" * 16,
    b"<w:p>",
    b"</w:p>",
    b"<w:tbl>",
    b"&#x110000;",
    b"<![CDATA[",
    b"{\\rtf1{\\*",
    b"\\bin99999999 ",
    b"<table><tr><td>",
    b"\xed\xa0\x80",
]


def mutations(seeds: list[tuple[str, bytes]], count: int, seed: int = 7) -> Iterator[tuple[str, bytes]]:
    """(name, content) of changed files, the same for the same arguments.

    Args:
        seeds: good files.
        count: how many changed ones.
        seed: of the dice.
    """
    dice = random.Random(seed)
    for number in range(count):
        name, data = seeds[number % len(seeds)]
        if data.startswith(b"PK") and dice.random() < 0.8:
            changed = _inside_zip(data, dice)
        elif b"FlateDecode" in data and dice.random() < 0.5:
            changed = _inside_stream(data, dice)
        else:
            changed = _changed(data, dice)
        yield f"{number}-{name}", changed


def _changed(data: bytes, dice: random.Random) -> bytes:
    """One to eight small changes: bytes flipped, cut, doubled, moved, or a piece of syntax put in."""
    grown = bytearray(data)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(grown) + 1)
        kind = dice.randrange(6)
        if kind == 0 and grown:
            grown[at % len(grown)] ^= 1 << dice.randrange(8)
        elif kind == 1:
            del grown[at : at + dice.choice((1, 8, 200))]
        elif kind == 2:
            grown[at:at] = grown[max(0, at - 400) : at] * dice.choice((1, 2, 20))
        elif kind == 3:
            grown[at:at] = dice.choice(_TOKENS)
        elif kind == 4:
            grown = grown[: max(at, 8)]
        else:
            grown[at : at + 4] = dice.randbytes(4)
    return bytes(grown)


def _inside_stream(data: bytes, dice: random.Random) -> bytes:
    """A page's compressed content, changed and compressed again."""
    start = data.find(b"stream\n") + 7
    end = data.find(b"endstream", start)
    try:
        content = zlib.decompress(data[start:end].strip())
    except zlib.error:
        return _changed(data, dice)
    return data[:start] + zlib.compress(_changed(content, dice)) + b"\n" + data[end:]


def _inside_zip(data: bytes, dice: random.Random) -> bytes:
    """One member of an archive, changed and packed again."""
    buffer = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        wanted = dice.choice([n for n in names if n.endswith(".xml")] or names)
        for name in names:
            content = old.read(name)
            new.writestr(name, _changed(content, dice) if name == wanted else content)
    return buffer.getvalue()
