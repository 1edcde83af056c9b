"""Résumés as real files: the same bytes each time for the same person. What a person is comes from ``people``.

``render`` picks by the person's ``paper``: PDFs with one column, dates on the right, in serif type, two columns, a
sidebar, columns that the content stream crosses, a scan, a locked and an empty one; DOCX plain and all tables; ODT,
Markdown, text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobmatch_dagster.demo.people import Person


def render(person: Person) -> tuple[bytes, str]:
    """The person's résumé as a file.

    Args:
        person: ``paper`` names the kind.

    Returns:
        Content and suffix with its dot.
    """
    from jobmatch_dagster.demo.papers import office, pdf, plain, special

    kinds: dict[str, tuple[Callable[[Person], bytes], str]] = {
        "pdf_one_column": (pdf.one_column, ".pdf"),
        "pdf_right_dates": (pdf.right_dates, ".pdf"),
        "pdf_serif": (pdf.serif, ".pdf"),
        "pdf_two_columns": (pdf.two_columns, ".pdf"),
        "pdf_sidebar": (pdf.sidebar, ".pdf"),
        "pdf_crossed": (pdf.crossed_columns, ".pdf"),
        "pdf_scan": (special.scan, ".pdf"),
        "pdf_encrypted": (special.encrypted, ".pdf"),
        "pdf_empty": (special.empty, ".pdf"),
        "misnamed": (special.misnamed, ".pdf"),
        "docx_plain": (office.docx_plain, ".docx"),
        "docx_tables": (office.docx_tables, ".docx"),
        "odt": (office.odt, ".odt"),
        "markdown": (plain.markdown, ".md"),
        "text": (plain.text, ".txt"),
    }
    write, suffix = kinds[person.paper]
    return write(person), suffix
