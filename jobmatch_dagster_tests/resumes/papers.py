"""Small files for the tests, made in code: PDFs drawn with reportlab, Word files, archives that misbehave."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO

Mark = tuple[float, float, str]

HEAD = ["Odile Marchetti", "odile.marchetti@example.com", "+44 20 7946 0321"]
JOBS = [
    "Experience",
    "Data Engineer, Quillon Systems Ltd",
    "Mar 2020 - Present",
    "- Moved nightly loads to Airflow",
    "Analyst, Pemberley Bank",
    "Jan 2016 - Feb 2020",
    "- Reported in SQL",
    "Education",
    "BSc Mathematics, University of Hull",
    "2012 - 2015",
    "Skills",
    "SQL, Python, Airflow",
]


def text(lines: Sequence[str] = (*HEAD, *JOBS)) -> bytes:
    """A plain text file."""
    return "\n".join(lines).encode()


def pdf(
    marks: Sequence[Mark], *, pages: int = 1, font: str = "Helvetica", size: float = 10, password: str = ""
) -> bytes:
    """A PDF with texts at (x, y) from the lower left corner; ``**text`` is bold."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    lock = StandardEncryption(password, ownerPassword="owner", strength=128) if password else None
    canvas = Canvas(buffer, pagesize=(595, 842), encrypt=lock, invariant=1)
    for _ in range(pages):
        for x, y, what in marks:
            bold = what.startswith("**")
            canvas.setFont(f"{font}-Bold" if bold else font, size)
            canvas.drawString(x, y, what.removeprefix("**"))
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def column(lines: Sequence[str], x: float = 60, top: float = 780, step: float = 15) -> list[Mark]:
    """Texts one under the other."""
    return [(x, top - step * n, line) for n, line in enumerate(lines) if line]


def picture_pdf() -> bytes:
    """A PDF whose page is one picture."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(300, 300), invariant=1)
    canvas.drawImage(ImageReader(Image.new("RGB", (60, 60), "grey")), 10, 10, 280, 280)
    canvas.save()
    return buffer.getvalue()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(body: str, *, more: dict[str, bytes] | None = None, prolog: str = "") -> bytes:
    """A Word file whose document has this XML as its body."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml", f'{prolog}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        )
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return buffer.getvalue()


def paragraph(text: str, *, bold: bool = False) -> str:
    """A paragraph of one run."""
    look = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f"<w:p><w:r>{look}<w:t>{text}</w:t></w:r></w:p>"
