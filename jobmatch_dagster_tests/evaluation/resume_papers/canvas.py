"""PDFs drawn with reportlab: one column, dates on the margin, labels on the margin, sidebars, two columns."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from jobmatch_dagster_tests.evaluation.resume_papers import people

HEIGHT, WIDTH = 842, 595


def _fonts(family: str) -> tuple[str, str, str]:
    """Plain, bold and italic of one of the fonts that matplotlib carries (Latin, Greek and Cyrillic)."""
    import matplotlib
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    slant = "Oblique" if family == "Sans" else "Italic"
    names = (f"DejaVu{family}", f"DejaVu{family}-Bold", f"DejaVu{family}-{slant}")
    for name in names:
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
    return names


class Sheet:
    """A page that is written from the top down, in one or more columns."""

    def __init__(self, family: str = "Serif", size: float = 9.5) -> None:
        from reportlab.pdfgen.canvas import Canvas

        self.buffer = BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
        self.plain, self.bold, self.italic = _fonts(family)
        self.size = size
        self.y = HEIGHT - 60.0
        self.left, self.right = 55.0, WIDTH - 55.0

    def put(self, text: str, font: str = "", size: float = 0, *, x: float | None = None, spacing: float = 0.0) -> None:
        """Text at the present height, without going down."""
        look = self.canvas.beginText(self.left if x is None else x, self.y)
        look.setFont(font or self.plain, size or self.size)
        look.setCharSpace(spacing)
        look.textOut(text)
        self.canvas.drawText(look)

    def end(self, text: str, font: str = "", size: float = 0) -> None:
        """Text that ends at the right edge."""
        self.canvas.setFont(font or self.plain, size or self.size)
        self.canvas.drawRightString(self.right, self.y, text)

    def middle(self, text: str, font: str = "", size: float = 0) -> None:
        """Text in the middle of the column, then down."""
        self.canvas.setFont(font or self.plain, size or self.size)
        self.canvas.drawCentredString((self.left + self.right) / 2, self.y, text)
        self.down(size)

    def down(self, size: float = 0, factor: float = 1.35) -> None:
        """One line down; a new page where the page is full."""
        self.y -= (size or self.size) * factor
        if self.y < 50:
            self.canvas.showPage()
            self.y = HEIGHT - 60.0

    def para(self, text: str, *, indent: float = 0.0, mark: str = "") -> None:
        """A paragraph broken to the column's width, with a list mark before its first line."""
        from reportlab.lib.utils import simpleSplit

        for n, line in enumerate(simpleSplit(text, self.plain, self.size, self.right - self.left - indent)):
            if mark and n == 0:
                self.put(mark, x=self.left + indent - 9)
            self.put(line, x=self.left + indent)
            self.down()

    def bytes(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()


def _heading(sheet: Sheet, text: str, *, rule: bool = True, upper: bool = False) -> None:
    sheet.down(factor=0.7)
    sheet.put(text.upper() if upper else text, sheet.bold, sheet.size + 2.5, spacing=1.2 if upper else 0)
    if rule:
        sheet.canvas.line(sheet.left, sheet.y - 3, sheet.right, sheet.y - 3)
    sheet.down(sheet.size + 2.5, 1.5)


def _bullets(sheet: Sheet, job: dict[str, Any]) -> None:
    for text in job["highlights"]:
        sheet.para(text, indent=14, mark="•")


def _short_sections(sheet: Sheet, person: dict[str, Any], *, one_by_one: bool = False, upper: bool = False) -> None:
    """Skills, languages and certificates."""
    words = person["words"]
    _heading(sheet, words["skills"], upper=upper)
    for group in person["skills"]:
        if one_by_one:
            if group["name"]:
                sheet.put(group["name"], sheet.bold)
                sheet.down()
            for keyword in group["keywords"]:
                sheet.para(keyword)
        else:
            sheet.para((f"{group['name']}: " if group["name"] else "") + ", ".join(group["keywords"]))
    if person["languages"]:
        _heading(sheet, words["languages"], upper=upper)
        for name, level in person["languages"]:
            sheet.para(f"{name} ({level})" if one_by_one else f"{name}: {level}")
    if person["certificates"]:
        _heading(sheet, words["certificates"], upper=upper)
        for name, year in person["certificates"]:
            sheet.para(f"{name}, {year}")


def latex_like(person: dict[str, Any]) -> bytes:
    """A centred head; employer and place on the first line, title and dates on the second, both ends used."""
    sheet, basics, words = Sheet("Serif"), person["basics"], person["words"]
    sheet.middle(basics["name"], sheet.bold, 19)
    sheet.middle(" | ".join(people.contact(person)), size=8.5)
    _heading(sheet, words["education"])
    for school in person["education"]:
        sheet.put(school["institution"], sheet.bold)
        sheet.end(people.dates(person, school))
        sheet.down()
        sheet.put(people.degree(school), sheet.italic)
        sheet.down(factor=1.6)
    _heading(sheet, words["work"])
    for job in person["work"]:
        sheet.put(job["name"], sheet.bold)
        sheet.end(job["location"])
        sheet.down()
        sheet.put(job["position"], sheet.italic)
        sheet.end(people.dates(person, job), sheet.italic)
        sheet.down()
        _bullets(sheet, job)
        sheet.down(factor=0.3)
    _short_sections(sheet, person)
    return sheet.bytes()


def title_first(person: dict[str, Any]) -> bytes:
    """Name on the left, a summary, title and dates on one line, employer and place under it."""
    sheet, basics, words = Sheet("Sans", 9), person["basics"], person["words"]
    sheet.put(basics["name"], sheet.bold, 18)
    sheet.down(18)
    sheet.put(basics["label"])
    sheet.down()
    sheet.para(" • ".join(people.contact(person)))
    sheet.down(factor=0.6)
    _heading(sheet, words["summary"], upper=True)
    sheet.para(person["summary"])
    _heading(sheet, words["work"], upper=True)
    for job in person["work"]:
        sheet.put(job["position"], sheet.bold)
        sheet.end(people.dates(person, job))
        sheet.down()
        sheet.put(f"{job['name']}, {job['location']}")
        sheet.down()
        _bullets(sheet, job)
        sheet.down(factor=0.5)
    _heading(sheet, words["education"], upper=True)
    for school in person["education"]:
        sheet.put(people.degree(school), sheet.bold)
        sheet.end(people.dates(person, school))
        sheet.down()
        sheet.put(school["institution"])
        sheet.down(factor=1.6)
    _short_sections(sheet, person, upper=True)
    return sheet.bytes()


def one_line_heads(person: dict[str, Any]) -> bytes:
    """Everything about a job on one line, paragraphs without list marks under it."""
    sheet, basics, words = Sheet("Sans", 8.5), person["basics"], person["words"]
    sheet.put(basics["name"], sheet.bold, 16)
    sheet.down(16)
    for part in people.contact(person):
        sheet.put(part)
        sheet.down()
    _heading(sheet, words["work"], rule=False)
    for job in person["work"]:
        sheet.put(f"{job['position']} | {job['name']} | {people.dates(person, job)}", sheet.bold)
        sheet.down()
        for text in job["highlights"]:
            sheet.para(f"{text}.")
        sheet.down(factor=0.6)
    _heading(sheet, words["education"], rule=False)
    for school in person["education"]:
        sheet.put(f"{people.degree(school)} | {school['institution']} | {people.dates(person, school)}", sheet.bold)
        sheet.down(factor=1.8)
    _short_sections(sheet, person)
    return sheet.bytes()


def date_rail(person: dict[str, Any]) -> bytes:
    """Dates in a narrow column on the left, all else beside them."""
    sheet, basics, words = Sheet("Serif", 9.5), person["basics"], person["words"]
    sheet.put(basics["name"], sheet.bold, 20)
    sheet.down(20)
    sheet.put("  ".join(people.contact(person)[:3]), size=8.5)
    sheet.down()
    for link in basics["links"]:
        sheet.put(link, size=8.5)
        sheet.down()
    rail, column = sheet.left, sheet.left + 190
    for title, entries in ((words["work"], person["work"]), (words["education"], person["education"])):
        sheet.left = column
        _heading(sheet, title)
        for entry in entries:
            sheet.put(people.dates(person, entry), x=rail, size=8.5)
            if "position" in entry:
                sheet.put(entry["position"], sheet.bold)
                sheet.down()
                sheet.put(f"{entry['name']}, {entry['location']}", sheet.italic)
                sheet.down()
                _bullets(sheet, entry)
            else:
                sheet.put(people.degree(entry), sheet.bold)
                sheet.down()
                sheet.put(entry["institution"], sheet.italic)
                sheet.down()
            sheet.down(factor=0.4)
    _short_sections(sheet, person)
    return sheet.bytes()


def label_rail(person: dict[str, Any]) -> bytes:
    """The sections' names in a narrow column on the left, beside what they hold."""
    sheet, basics, words = Sheet("Sans", 9), person["basics"], person["words"]
    sheet.put(basics["name"], sheet.bold, 17)
    sheet.down(17)
    sheet.put(" · ".join(people.contact(person)), size=8)
    sheet.down(factor=2)
    rail, sheet.left = sheet.left, sheet.left + 150

    def label(text: str) -> None:
        sheet.canvas.line(rail, sheet.y + 12, sheet.right, sheet.y + 12)
        sheet.put(text, sheet.bold, x=rail)

    label(words["summary"])
    sheet.para(person["summary"])
    sheet.down()
    label(words["work"])
    for job in person["work"]:
        sheet.put(job["name"], sheet.bold)
        sheet.end(people.dates(person, job))
        sheet.down()
        sheet.put(job["position"])
        sheet.end(job["location"])
        sheet.down()
        _bullets(sheet, job)
        sheet.down(factor=0.5)
    sheet.down()
    label(words["education"])
    for school in person["education"]:
        sheet.put(school["institution"], sheet.bold)
        sheet.end(people.dates(person, school))
        sheet.down()
        sheet.put(people.degree(school))
        sheet.down(factor=1.6)
    sheet.down()
    label(words["skills"])
    for line in people.groups(person):
        sheet.para(line)
    if person["languages"]:
        sheet.down()
        label(words["languages"])
        sheet.para(", ".join(f"{name} ({level})" for name, level in person["languages"]))
    return sheet.bytes()


def _main_column(sheet: Sheet, person: dict[str, Any]) -> None:
    words = person["words"]
    _heading(sheet, words["summary"])
    sheet.para(person["summary"])
    _heading(sheet, words["work"])
    for job in person["work"]:
        sheet.put(job["position"], sheet.bold)
        sheet.down()
        sheet.put(job["name"])
        sheet.down()
        sheet.put(f"{people.dates(person, job)}   {job['location']}", sheet.italic, sheet.size - 1)
        sheet.down()
        _bullets(sheet, job)
        sheet.down(factor=0.5)


def _schools(sheet: Sheet, person: dict[str, Any]) -> None:
    _heading(sheet, person["words"]["education"])
    for school in person["education"]:
        sheet.put(people.degree(school), sheet.bold)
        sheet.down()
        sheet.para(school["institution"])
        sheet.put(people.dates(person, school))
        sheet.down(factor=1.6)


def sidebar(person: dict[str, Any], *, on_left: bool = True) -> bytes:
    """A narrow column with contact, skills and languages beside a wide one with work and education."""
    sheet, basics = Sheet("Sans", 8.5), person["basics"]
    top = sheet.y
    narrow, wide = ((40.0, 190.0), (215.0, WIDTH - 40.0)) if on_left else ((415.0, WIDTH - 35.0), (45.0, 390.0))
    sheet.left, sheet.right = narrow
    _heading(sheet, "Kontakt" if person["language"] in ("de", "pl") else "Contact", rule=False)
    for part in people.contact(person):
        sheet.para(part)
    _short_sections(sheet, person, one_by_one=True)
    sheet.left, sheet.right = wide
    sheet.y = top
    sheet.put(basics["name"], sheet.bold, 19)
    sheet.down(19)
    sheet.put(basics["label"], size=10.5)
    sheet.down(10.5)
    _main_column(sheet, person)
    _schools(sheet, person)
    return sheet.bytes()


def sidebar_right(person: dict[str, Any]) -> bytes:
    """As ``sidebar``, the narrow column on the right."""
    return sidebar(person, on_left=False)


def two_columns_by_rows(person: dict[str, Any]) -> bytes:
    """Two columns whose content stream runs row by row across both, as layout programs write tables."""
    left, right = Sheet("Sans", 8.5), Sheet("Sans", 8.5)
    left.left, left.right = 40.0, 285.0
    right.left, right.right = 310.0, WIDTH - 40.0
    drawn: list[tuple[float, float, str, str, float]] = []
    for sheet in (left, right):
        sheet.y = HEIGHT - 120.0
        sheet.canvas = _Recorder(drawn)  # type: ignore[assignment]
    _main_column(left, person)
    _schools(right, person)
    _short_sections(right, person)
    sheet, basics = Sheet("Sans", 8.5), person["basics"]
    sheet.left = 40.0
    sheet.put(basics["name"], sheet.bold, 20)
    sheet.down(20)
    sheet.put(" | ".join(people.contact(person)), size=8.5)
    for y, x, text, font, size in sorted(drawn, key=lambda d: (-d[0], d[1])):
        sheet.y = y
        sheet.put(text, font, size, x=x)
    return sheet.bytes()


class _Recorder:
    """Stands in for a canvas and notes what would be drawn."""

    def __init__(self, drawn: list[tuple[float, float, str, str, float]]) -> None:
        self.drawn = drawn

    def beginText(self, x: float, y: float) -> _Noted:
        return _Noted(x, y)

    def drawText(self, text: _Noted) -> None:
        self.drawn.append((text.y, text.x, text.text, text.font, text.size))

    def line(self, *_: float) -> None:
        """Rules are not noted."""


class _Noted:
    def __init__(self, x: float, y: float) -> None:
        self.x, self.y, self.text, self.font, self.size = x, y, "", "", 0.0

    def setFont(self, font: str, size: float) -> None:
        self.font, self.size = font, size

    def setCharSpace(self, _: float) -> None:
        """Wide setting is not noted."""

    def textOut(self, text: str) -> None:
        self.text = text


PAPERS = {
    "latex-like": latex_like,
    "title first": title_first,
    "one-line heads": one_line_heads,
    "dates on the left margin": date_rail,
    "labels on the left margin": label_rail,
    "sidebar left": sidebar,
    "sidebar right": sidebar_right,
    "two columns, row by row": two_columns_by_rows,
}
SINGLE_COLUMN = ("latex-like", "title first", "one-line heads", "dates on the left margin", "labels on the left margin")
