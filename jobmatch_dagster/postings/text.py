"""HTML of any quality becomes readable plain text; what the text means is not this module's business.

The result keeps paragraphs, bullets and the exact characters of ``C++``, ``.NET`` and ``A/B``. Cleaning its own
result again
changes nothing. Offsets that other modules report as evidence point into it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from jobmatch_dagster import jsonl
from jobmatch_dagster.postings.characters import encode
from jobmatch_dagster.postings.words import load

MAX_HTML_CHARS = 5_000_000
MAX_TEXT_CHARS = 1_000_000
MAX_TITLE_CHARS = 500
_PASSES = 8
_LONGEST_BUTTON = 36  # characters of a line that may be a page's button

_BLOCK = (
    "address|article|aside|blockquote|body|br|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|"
    "html|legend|li|main|menu|nav|ol|option|p|pre|section|select|summary|table|tbody|tfoot|thead|title|tr|ul"
)
_INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|button|cite|code|del|dfn|em|font|i|iframe|img|input|ins|kbd|label|link|mark|meta|noscript|object|q|"
    "s|samp|script|small|span|strike|strong|style|sub|sup|svg|td|template|textarea|th|time|tt|u|var|video|wbr"
)
_TAG = re.compile(rf"</?(?:{_BLOCK}|{_INLINE})(?=[\s/>])[^<>]*>|<!--|<!doctype\b", re.IGNORECASE)
_ESCAPED_TAG = re.compile(rf"&lt;/?(?:{_BLOCK}|{_INLINE})(?=[\s/]|&gt;)", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK})(?=[\s/>])", re.IGNORECASE)
_PRE = re.compile(r"<pre\b", re.IGNORECASE)
# Where a line or a paragraph begins. A mark put inside a comment or an attribute does no harm: the parser drops it.
_PARAGRAPH = re.compile(r"<(?=/?(?:p|h[1-6]|ul|ol|table|section|article|blockquote|dl|hr)[\s/>])", re.IGNORECASE)
_LINE = re.compile(
    r"<(?=/?(?:div|tr|dt|dd|header|footer|main|aside|figure|form|details|summary|option|pre)[\s/>])", re.IGNORECASE
)
_BREAK = re.compile(r"<br(?=[\s/>])", re.IGNORECASE)
_ITEM = re.compile(r"<li(?:\s[^<>]*)?>", re.IGNORECASE)
_CELL_END = re.compile(r"</t[dh]\s*>", re.IGNORECASE)
_SOFT = "\x1e"  # a line break that does not add to others: between rows and boxes
_DROPPED = ["script", "style", "template", "noscript", "iframe", "svg", "object", "textarea", "select", "title"]
_HAS_DROPPED = re.compile(rf"<(?:{'|'.join(_DROPPED)})\b", re.IGNORECASE)

# Marks that steer direction or width and are invisible: they would split words for every reader that follows.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x061C, 0x180E, 0x200B, 0x200C, 0x200E, 0x200F, 0xFEFF, *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
_CONTROL = dict.fromkeys(
    [*range(0x09), *range(0x0E, 0x20), 0x7F, *range(0x80, 0x85), *range(0x86, 0xA0), 0xFFFE, 0xFFFF]
)
_SPACES = dict.fromkeys([0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_LINES = {0x0B: "\n", 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n\n"}
_TRANSLATION = _INVISIBLE | _CONTROL | _SPACES | _LINES
_NEEDS_TRANSLATION = re.compile("[" + "".join(re.escape(chr(code)) for code in _TRANSLATION) + "]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# One look that tells whether any of the three repairs can be needed.
_SUSPECT = re.compile(
    "[\ud800-\udfffÂÃâÄÅÐÑï\u0080-\u009f" + "".join(re.escape(chr(code)) for code in _TRANSLATION) + "]"
)
_SIGN = re.compile("[<&]")
_LONE_BULLET = re.compile(r"^•$\n?", re.MULTILINE)
_ASCII_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Bytes of UTF-8 that were read as Latin-1 or Windows-1252: what they begin and go on with; or Windows-1252's controls.
_WRONG_BEGIN = "ÂÃâÄÅÐÑï"
_WRONG_NEXT = "".join(map(chr, range(0x80, 0xC0))) + "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_MOJIBAKE = re.compile("[ÂÃâÄÅÐÑ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|ï»¿|ï¿½|[\u0080-\u009f]")


def unicode_clean(text: str) -> str:
    """Repair the characters of a text: mojibake, lone surrogates, invisible marks, exotic spaces; compose accents
    (NFC)."""
    if text.isascii():
        return text.translate(_TRANSLATION) if _ASCII_CONTROL.search(text) else text
    if not _SUSPECT.search(text):
        return unicodedata.normalize("NFC", text)
    if _SURROGATE.search(text):
        text = jsonl.whole(text)
    if _MOJIBAKE.search(text):
        import ftfy

        text = ftfy.fix_encoding(text)
    text = unicodedata.normalize("NFC", text)
    if _NEEDS_TRANSLATION.search(text):
        text = text.translate(_TRANSLATION)
    return text


def one_lines(values: Sequence[str], limit: int = MAX_TITLE_CHARS) -> list[str]:
    """Titles, companies or places: entities and tags resolved, white space collapsed, cut at ``limit`` characters."""
    texts = [value[: limit * 20] for value in values]
    marked = [
        at
        for at, text in enumerate(texts)
        if not text.isascii() or "<" in text or "&" in text or not text.isprintable()
    ]
    for at, text in zip(marked, plain_texts([texts[at] for at in marked]), strict=True):
        texts[at] = text
    return [" ".join(text.split())[:limit].rstrip() for text in texts]


def plain_text(source: str) -> str:
    """Readable text of a posting's description.

    Args:
        source: HTML (also escaped once or more, or broken) or plain text; longer than ``MAX_HTML_CHARS`` is cut there.

    Returns:
        Lines without blanks at their ends, at most one empty line between paragraphs, list items begin with ``• ``.
        ``plain_text(plain_text(x)) == plain_text(x)``.
    """
    return _finished(source[:MAX_HTML_CHARS], _PASSES)


def plain_texts(sources: Sequence[str]) -> list[str]:
    """``plain_text`` of each source. The usual ones take one pass over all of them together, see ``text_kernel``."""
    from jobmatch_dagster.postings import text_kernel, text_tables

    texts = [source if len(source) <= MAX_TEXT_CHARS else "" for source in sources]
    for at, text in enumerate(texts):
        if "&lt;" in text and _ESCAPED_TAG.search(text):
            texts[at] = html.unescape(unicode_clean(text))
    codes, bounds = encode(texts)
    tables = text_tables.tables(tuple(_TRANSLATION.items()), (_WRONG_BEGIN, _WRONG_NEXT), _boilerplate())
    characters, lengths, ended = text_kernel.read(codes, bounds, tables, _LONGEST_BUTTON)
    result = []
    for source, start, length, end in zip(sources, bounds.tolist(), lengths.tolist(), ended.tolist(), strict=False):
        text = characters[start : start + length].tobytes().decode("utf-32-le")
        if len(source) > MAX_TEXT_CHARS or end == text_kernel.UNUSUAL:
            text = plain_text(source)
        elif end == text_kernel.AGAIN:
            text = _finished(text, _PASSES - 1)
        elif end == text_kernel.MAY_BE_BUTTON:
            text = without_boilerplate(text)
        result.append(text)
    return result


def _finished(text: str, passes: int) -> str:
    for _ in range(passes):
        before = text
        # what an entity stands for may need repair, too
        text = _tidy(unicode_clean(_markup_out(unicode_clean(text))))
        if text == before or ("<" not in text and "&" not in text and not _MOJIBAKE.search(text)):
            break
    return without_boilerplate(text[:MAX_TEXT_CHARS].rstrip())


def _markup_out(text: str) -> str:
    if "&" in text and _ESCAPED_TAG.search(text):
        text = html.unescape(text)
    if "<" in text and _TAG.search(text):
        return _parsed(text)
    return html.unescape(text) if "&" in text else text


def _parsed(source: str) -> str:
    from selectolax.lexbor import LexborHTMLParser

    if not _PRE.search(source) and _BLOCK_TAG.search(source):
        source = " ".join(source.split())
    source = _PARAGRAPH.sub("\n\n<", source)
    source = _LINE.sub(_SOFT + "<", source)
    source = _BREAK.sub("\n<br", source)
    source = _ITEM.sub("\n<li>• ", source)
    source = _CELL_END.sub(" \t", source)
    tree = LexborHTMLParser(source)
    if _HAS_DROPPED.search(source):
        tree.strip_tags(_DROPPED)
    root = tree.body or tree.root
    text = root.text(deep=True, separator="") if root is not None else ""
    return _soft_breaks(text) if _SOFT in text else text


def _soft_breaks(text: str) -> str:
    """A soft break is one line's end, and nothing beside a paragraph's."""
    pieces: list[str] = []
    for part in text.split(_SOFT):
        body = part.strip(" \t\n")
        if not body and pieces:
            pieces[-1] += "\n" * part.count("\n")
            continue
        lead = part[: len(part) - len(part.lstrip(" \t\n"))].count("\n")
        tail = part[len(part.rstrip(" \t\n")) :].count("\n") if body else 0
        if pieces:
            before = pieces[-1].rstrip("\n")
            pieces[-1] = before + "\n" * (2 if len(pieces[-1]) - len(before) + lead > 1 else 1)
        pieces.append(body + "\n" * min(tail, 2))
    return "".join(pieces)


def _tidy(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _once(text.replace("\t", " "), "  ", " ").replace(" \n", "\n").replace("\n ", "\n").strip()
    if "\n•\n" in text or text.startswith("•\n") or text.endswith("\n•"):
        text = _LONE_BULLET.sub("", text)
    return _once(text, "\n\n\n", "\n\n").strip()


def _once(text: str, run: str, single: str) -> str:
    """Shorten every run of a character; each turn at least halves them, which is faster than a pattern."""
    while run in text:
        text = text.replace(run, single)
    return text


@lru_cache(maxsize=1)
def _boilerplate() -> frozenset[str]:
    return frozenset(load("boilerplate")["lines"])


def without_boilerplate(text: str) -> str:
    """Drop whole lines that are nothing but a page's own buttons ("Apply now", "Accept all cookies"), in any of the
    languages."""
    known = _boilerplate()
    lines = text.split("\n")
    kept = [
        line
        for line in lines
        if len(line) > _LONGEST_BUTTON or line[:1] == "•" or line.strip("•…!.»→> ").casefold() not in known or not line
    ]
    return text if len(kept) == len(lines) else _tidy("\n".join(kept))
