"""What a résumé is while it is being read: cells, lines, documents, and the result. No reading happens here.

A *cell* is a run of words without a wide gap, a *line* is what stands on one height of one column, a *document* is the
lines in reading order. Formats without geometry (DOCX, text) leave the coordinates at zero and say what they know by
``style`` and ``bullet``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

BODY_CELL_GAP = "\t"
# what stands before an item of a list on a page
LIST_MARK = re.compile(r"^(?:[•▪‣◦●○■□▸►▶➢➤✓✔◆◇❖⁃∙·∗⚫▫→»–—*-]|o(?=\s)|[\uf0a7\uf0b7])(?:\s+|$)")


def hidden_warning(words: int) -> str:
    """What a person is told whose file has text that nobody sees."""
    many = "words that cannot be seen were" if words > 1 else "word that cannot be seen was"
    return f"{words} {many} left out: text must be visible to count."


@dataclass(slots=True)
class Limits:
    """What one file may cost. Units: bytes, pages, seconds, MiB. Pictures of text are read in ``ocr_languages``
    (tesseract's codes, separated by commas), not at all where there are none."""

    max_bytes: int = 10_000_000
    max_pages: int = 60
    timeout: float = 30.0
    memory_mb: int = 1024
    max_expansion: int = 60_000_000
    max_characters: int = 600_000
    ocr_languages: str = ""
    ocr_pages: int = 4

    @classmethod
    def from_settings(cls, settings: Any) -> Limits:
        """The limits that the project's settings give."""
        return cls(
            max_bytes=settings.resume_max_bytes,
            max_pages=settings.resume_max_pages,
            timeout=settings.resume_timeout,
            memory_mb=settings.resume_memory_mb,
            ocr_languages=",".join(settings.resume_ocr_languages),
            ocr_pages=settings.resume_ocr_pages,
        )


@dataclass(slots=True)
class Cell:
    """Words that stand together. ``size`` is the height of the font's box in points; ``order`` the place in the file;
    ``lead`` the length of the beginning that is bold where the rest is not (0 where the cell is all alike); ``seams``
    where in the text a word stands on a left edge of the page, as (offset, x): what stands before it may be a cell of
    its own."""

    text: str
    x0: float = 0.0
    x1: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    size: float = 0.0
    bold: bool = False
    italic: bool = False
    order: int = 0
    lead: int = 0
    seams: tuple[tuple[int, float], ...] = ()


@dataclass(slots=True)
class Line:
    """One line of one column.

    Attributes:
        gap: white space above, in line heights; None where the format has no geometry or a column begins.
        flow: columns that are read one after the other have different numbers.
        bullet: the line begins a list item (its mark is not in the text).
        style: "heading", "title" or "" as the format itself says.
        start: offset of the line in the document's body, set when the body is put together.
        reach: right edge of its column in points; 0 where the format has no geometry.
    """

    cells: list[Cell]
    page: int = 0
    flow: int = 0
    gap: float | None = None
    bullet: bool = False
    style: str = ""
    start: int = -1
    reach: float = 0.0

    @property
    def text(self) -> str:
        return BODY_CELL_GAP.join(cell.text for cell in self.cells)

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def x0(self) -> float:
        return self.cells[0].x0

    @property
    def size(self) -> float:
        return max(cell.size for cell in self.cells)

    @property
    def bold(self) -> bool:
        return self.cells[0].bold

    @property
    def italic(self) -> bool:
        return self.cells[0].italic


@dataclass(slots=True)
class Document:
    """A file's text in reading order, before anything is understood.

    Attributes:
        lines: in reading order.
        links: addresses behind the text, in order, without repeats.
        layout: "single" or "columns".
        warnings: what the person can mend.
    """

    lines: list[Line]
    links: list[str] = field(default_factory=list)
    pages: int = 1
    layout: str = "single"
    warnings: list[str] = field(default_factory=list)

    def body(self) -> str:
        """The plain text; gives each line its ``start`` on the way."""
        parts: list[str] = []
        at = 0
        before: Line | None = None
        for line in self.lines:
            if before is not None:
                apart = line.flow != before.flow or (line.gap or 0) > 0.8
                gap = "\n\n" if apart else "\n"
                parts.append(gap)
                at += len(gap)
            if line.bullet:
                parts.append("• ")
                at += 2
            line.start = at
            text = line.text
            parts.append(text)
            at += len(text)
            before = line
        return "".join(parts)


@dataclass(slots=True)
class ParsedResume:
    """What came of one file.

    Attributes:
        name: what the caller calls the file.
        status: one of ``status.STATUSES``; only "parsed" has a ``resume``.
        reason: one sentence for the person, null when parsed.
        confidence: 0 to 1, how sure the whole is; 0 unless parsed.
        warnings: sentences about what the person can mend.
        resume: the profile in JSON Resume's names.
        body: plain text in reading order; all offsets count its characters.
        fault: where the reader itself failed, as "type at file:line"; a defect of ours to mend. Holds nothing of the
            file.
    """

    name: str
    status: str
    reason: str | None = None
    confidence: float = 0.0
    warnings: list[str] = field(default_factory=list)
    resume: dict[str, Any] | None = None
    body: str | None = None
    language: str | None = None
    layout: str | None = None
    experience_years: float | None = None
    recent_experience: float | None = None
    seniority: str | None = None
    parser_version: str = ""
    pages: int = 0
    fault: str | None = None
