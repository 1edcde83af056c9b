"""A page to write on: a cursor goes down one column and breaks lines and pages; drawn in stream order or by height.

Only drawing; what is written where is decided in ``pdf``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from jobmatch_dagster.demo.papers import fonts

WIDTH, HEIGHT = A4
MARGIN = 54.0
LEADING = 1.35  # line height over font size

Draw = Callable[[Canvas], Any]


@dataclass
class Page:
    """What will be drawn on one page: (height above the bottom, drawing) in the order of writing."""

    drawings: list[tuple[float, Draw]] = field(default_factory=list)


@dataclass
class Paper:
    """The pages of one file and how it is closed.

    ``crossed`` draws all columns together from top to bottom; ``faces`` are the regular and the bold font, DejaVu where
    none are named.
    """

    title: str
    crossed: bool = False
    faces: tuple[str, str] = field(default_factory=fonts.register)
    encryption: StandardEncryption | None = None
    pages: list[Page] = field(default_factory=lambda: [Page()])

    def page(self, number: int) -> Page:
        """The page with that number from 0, made if it is not there yet."""
        while len(self.pages) <= number:
            self.pages.append(Page())
        return self.pages[number]

    def content(self) -> bytes:
        """The file; the same bytes for the same drawings."""
        buffer = BytesIO()
        canvas = Canvas(buffer, pagesize=A4, invariant=1, encrypt=self.encryption)
        canvas.setTitle(self.title)
        for page in self.pages:
            drawings = sorted(page.drawings, key=lambda d: -d[0]) if self.crossed else page.drawings
            for _, draw in drawings:
                draw(canvas)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()


class Column:
    """One column of a paper, written from top to bottom.

    Args:
        paper: where it is drawn.
        left: its left edge in points.
        width: in points.
        top: height at which it begins.
    """

    def __init__(
        self, paper: Paper, left: float = MARGIN, width: float = WIDTH - 2 * MARGIN, top: float = HEIGHT - MARGIN
    ):
        self.paper, self.left, self.width, self.y, self.number = paper, left, width, top, 0
        self.regular, self.bold = paper.faces

    def _line(self, size: float) -> float:
        if self.y - size * LEADING < MARGIN:
            self.number, self.y = self.number + 1, HEIGHT - MARGIN
        self.y -= size * LEADING
        return self.y

    def _add(self, y: float, draw: Draw) -> None:
        self.paper.page(self.number).drawings.append((y, draw))

    def _words(self, x: float, y: float, text: str, font: str, size: float, spacing: float = 0) -> None:
        def draw(canvas: Canvas) -> None:
            line = canvas.beginText(x, y)
            line.setFont(font, size)
            line.setCharSpace(spacing)
            line.textOut(text)
            canvas.drawText(line)

        self._add(y, draw)

    def space(self, points: float) -> None:
        """Leave room."""
        self.y -= points

    def text(self, text: str, size: float = 9.5, *, bold: bool = False, indent: float = 0) -> None:
        """A paragraph, broken into lines that fit."""
        font = self.bold if bold else self.regular
        for line in simpleSplit(text, font, size, self.width - indent):
            self._words(self.left + indent, self._line(size), line, font, size)

    def bullets(self, items: Iterable[str], size: float = 9.5) -> None:
        """Items with a bullet each."""
        for item in items:
            first, *rest = simpleSplit(item, self.regular, size, self.width - 12)
            y = self._line(size)
            self._words(self.left, y, "•", self.regular, size)
            self._words(self.left + 12, y, first, self.regular, size)
            for line in rest:
                self._words(self.left + 12, self._line(size), line, self.regular, size)

    def heading(self, text: str, size: float = 12, *, spaced: bool = False) -> None:
        """A section's heading with a rule under it; ``spaced`` sets its letters apart, as some templates do."""
        self.space(8)
        y = self._line(size)
        shown = " ".join(text.upper()) if spaced else text
        self._words(self.left, y, shown, self.bold, size)
        left, right = self.left, self.left + self.width
        self._add(y - 3, lambda canvas: canvas.line(left, y - 3, right, y - 3))
        self.space(4)

    def pair(self, text: str, right: str, size: float = 9.5, *, bold: bool = True) -> None:
        """A line with something at its right edge, such as dates."""
        y = self._line(size)
        font = self.bold if bold else self.regular
        self._words(self.left, y, text, font, size)
        self._words(self.left + self.width - stringWidth(right, self.regular, size), y, right, self.regular, size)

    def centred(self, text: str, size: float = 9.5, *, bold: bool = False) -> None:
        """A line in the middle of the column."""
        font = self.bold if bold else self.regular
        x = self.left + (self.width - stringWidth(text, font, size)) / 2
        self._words(x, self._line(size), text, font, size)

    def link(self, text: str, address: str, size: float = 9.5) -> None:
        """Words with an address behind them; the address is not in the text."""
        y = self._line(size)
        self._words(self.left, y, text, self.regular, size)
        box = (self.left, y - 2, self.left + stringWidth(text, self.regular, size), y + size)
        self._add(y, lambda canvas: canvas.linkURL(address, box, relative=0))
