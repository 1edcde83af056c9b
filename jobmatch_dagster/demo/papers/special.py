"""Files that cannot simply be read: a scan, a locked one, one without words, one that is not what its name says."""

from __future__ import annotations

import textwrap
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from jobmatch_dagster.demo.papers import content, fonts
from jobmatch_dagster.demo.papers.pdf import draw_one_column
from jobmatch_dagster.demo.papers.sheet import Paper
from jobmatch_dagster.demo.people import Person

PIXELS = (1240, 1754)  # A4 at 150 dots an inch
TILT = 0.6  # degrees, as paper lies on a scanner
PASSWORD = "open-sesame"


def _photo(person: Person) -> Image.Image:
    words = content.of(person)
    image = Image.new("L", PIXELS, 252)
    pen = ImageDraw.Draw(image)
    lines = [(words.name, 44), (words.label, 26), (" | ".join(words.contact), 20), (words.headings["work"], 30)]
    for entry in words.entries:
        lines += [(entry.title, 24), (f"{entry.place} | {entry.dates}", 20), *((f"• {b}", 20) for b in entry.bullets)]
    lines += [(words.headings["skills"], 30), (", ".join(words.skills), 20)]
    y = 110.0
    for paragraph, size in lines:
        font = ImageFont.truetype(str(fonts.folder() / f"{fonts.REGULAR}.ttf"), size)
        for line in textwrap.wrap(paragraph, 1700 // size):
            pen.text((110, y), line, font=font, fill=30)
            y += size * 1.6
    return image.rotate(TILT, fillcolor=252)


def scan(person: Person) -> bytes:
    """One page that is a picture of a résumé: no text layer."""
    picture = BytesIO()
    _photo(person).save(picture, "PNG")
    picture.seek(0)
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    canvas.drawImage(ImageReader(picture), 0, 0, *A4)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def encrypted(person: Person) -> bytes:
    """A résumé that opens with ``PASSWORD`` only."""
    words = content.of(person)
    paper = Paper(words.name, encryption=StandardEncryption(PASSWORD, strength=128))
    draw_one_column(paper, words, right_dates=False)
    return paper.content()


def empty(person: Person) -> bytes:
    """A PDF with one page and nothing on it."""
    return Paper("untitled").content()


def misnamed(person: Person) -> bytes:
    """A picture whose name ends in .pdf."""
    buffer = BytesIO()
    _photo(person).resize((310, 438)).save(buffer, "PNG")
    return buffer.getvalue()
