"""Résumés as PDF, in the layouts that people use. Drawing is ``sheet``'s business, words come from ``content``."""

from __future__ import annotations

from jobmatch_dagster.demo.papers import content, fonts
from jobmatch_dagster.demo.papers.content import Content
from jobmatch_dagster.demo.papers.sheet import HEIGHT, MARGIN, WIDTH, Column, Paper
from jobmatch_dagster.demo.people import Person

SIDEBAR = 165.0
GUTTER = 24.0


def _head(column: Column, words: Content, *, links: bool = True) -> None:
    column.text(words.name, 20, bold=True)
    column.space(6)
    column.text(words.label, 11)
    column.text(" | ".join(words.contact), 9)
    if links:
        column.text(" | ".join(address for _, address in words.links), 9)


def _summary(column: Column, words: Content) -> None:
    column.heading(words.headings["summary"])
    column.text(words.summary)


def _work(column: Column, words: Content, *, right_dates: bool) -> None:
    """Jobs; several roles at one employer stand under the employer's name."""
    column.heading(words.headings["work"])
    for employer in words.employers:
        several = len(employer.roles) > 1
        if several:
            column.text(f"{employer.name}, {employer.place}", 10, bold=True)
        for role in employer.roles:
            where = "" if several else f"{employer.name}, {employer.place}"
            if right_dates:
                column.pair(role.title, role.dates)
                if where:
                    column.text(where)
            else:
                column.text(role.title, 10, bold=True)
                column.text(f"{where} | {role.dates}" if where else role.dates)
            column.bullets(role.bullets)
            column.space(4)


def _schools(column: Column, words: Content, *, right_dates: bool) -> None:
    column.heading(words.headings["education"])
    for school in words.schools:
        if right_dates:
            column.pair(school.title, school.dates)
            column.text(school.place)
        else:
            column.text(school.title, 10, bold=True)
            column.text(f"{school.place} | {school.dates}")


def _lists(column: Column, words: Content, *, spaced: bool = False, lines: bool = False) -> None:
    """Skills, languages and certificates: as one line each, or an item a line."""
    for name, items in (("skills", words.skills), ("languages", words.languages), ("certificates", words.certificates)):
        if not items:
            continue
        column.heading(words.headings[name], spaced=spaced)
        if lines:
            for item in items:
                column.text(item)
        else:
            column.text(", ".join(items))


def draw_one_column(paper: Paper, words: Content, *, right_dates: bool) -> None:
    """The usual résumé: everything below each other."""
    column = Column(paper)
    _head(column, words)
    _summary(column, words)
    _work(column, words, right_dates=right_dates)
    _schools(column, words, right_dates=right_dates)
    _lists(column, words)


def one_column(person: Person) -> bytes:
    """One column, dates behind the employer."""
    words = content.of(person)
    paper = Paper(words.name)
    draw_one_column(paper, words, right_dates=False)
    return paper.content()


def right_dates(person: Person) -> bytes:
    """One column with dates at the right edge: looks like two columns and is not."""
    words = content.of(person)
    paper = Paper(words.name)
    draw_one_column(paper, words, right_dates=True)
    return paper.content()


def serif(person: Person) -> bytes:
    """Centred head, serif base fonts, dates on the right, as typesetters make it; Western European letters only."""
    words = content.of(person)
    paper = Paper(words.name, faces=fonts.TIMES)
    column = Column(paper)
    column.centred(words.name, 22)
    column.space(6)
    column.centred(" | ".join(words.contact))
    column.centred(" | ".join(address for _, address in words.links))
    _schools(column, words, right_dates=True)
    _work(column, words, right_dates=True)
    _lists(column, words)
    return paper.content()


def _columns(paper: Paper, words: Content, top: float) -> tuple[Column, Column]:
    left = Column(paper, MARGIN, SIDEBAR, top)
    right = Column(paper, MARGIN + SIDEBAR + GUTTER, WIDTH - 2 * MARGIN - SIDEBAR - GUTTER, top)
    return left, right


def _two(paper: Paper, words: Content) -> None:
    head = Column(paper)
    _head(head, words)
    left, right = _columns(paper, words, head.y - 6)
    _lists(left, words, lines=True)
    _schools(left, words, right_dates=False)
    _summary(right, words)
    _work(right, words, right_dates=False)


def two_columns(person: Person) -> bytes:
    """Name above, skills and school on the left, work on the right; the left column comes first in the file."""
    words = content.of(person)
    paper = Paper(words.name)
    _two(paper, words)
    return paper.content()


def crossed_columns(person: Person) -> bytes:
    """The same page written row by row across both columns, as layout programs and table templates do."""
    words = content.of(person)
    paper = Paper(words.name, crossed=True)
    _two(paper, words)
    return paper.content()


def sidebar(person: Person) -> bytes:
    """A sidebar with contact, letter-spaced headings and links that show only a word; the name stands on the right."""
    words = content.of(person)
    paper = Paper(words.name)
    left, right = _columns(paper, words, HEIGHT - MARGIN)
    left.heading(words.headings["contact"], spaced=True, size=10)
    for line in words.contact:
        left.text(line, 8.5)
    for shown, address in words.links:
        left.link(shown, address)
    _lists(left, words, spaced=True, lines=True)
    right.text(words.name, 20, bold=True)
    right.space(6)
    right.text(words.label, 11)
    _summary(right, words)
    _work(right, words, right_dates=True)
    _schools(right, words, right_dates=True)
    return paper.content()
