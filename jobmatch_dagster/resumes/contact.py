"""Who the person is and how to reach them: asks the reader of each detail, and finds the place.

Reads heads of pages, not careers."""

from __future__ import annotations

import re

from jobmatch_dagster.resumes import dates, links, names, places, reach
from jobmatch_dagster.resumes.model import Document, Line
from jobmatch_dagster.resumes.person import Contact, pieces
from jobmatch_dagster.resumes.sections import Section

_PLACE_LABEL = re.compile(
    r"^(?:address|location|adresse|anschrift|wohnort|ort|dirección|lugar|indirizzo|residenza|adres|woonplaats|adres zamieszkania|endereço|morada|localização|ubicación|domicilio|lieu|based in|lives in)\s*:?\s+",  # noqa: E501
    re.I,
)


def read(document: Document, sections: list[Section], language: str | None) -> Contact:
    """Read the person's contact details.

    Args:
        document: for the links behind its text.
        sections: where the details stand: above the headings, under contact and profile headings, else anywhere.
        language: ISO 639-1, which tells the country of a phone number when the place does not.
    """
    contact = Contact()
    near = [line for s in sections if s.kind in ("top", "contact", "profiles") for line in s.lines]
    every = [line for s in sections for line in s.lines]
    reach.email(contact, near, every, document.links)
    _place(contact, near)
    reach.phone(contact, near, every, document.links, language)
    links.links(contact, near, document.links)
    names.name(contact, sections)
    names.headline(contact, sections)
    return contact


def _place(contact: Contact, near: list[Line]) -> None:
    best: tuple[float, Line, int, str, places.Place] | None = None
    for line in near[:40]:
        for at, piece in pieces(line):
            text = _PLACE_LABEL.sub("", piece)
            labelled = text != piece
            if "@" in text or not text[:1].isalnum() or dates.is_only_date(text):
                continue
            place = places.parse(text)
            if place is None and "," in text and len(text) < 60:
                place = (
                    next((p for part in text.split(", ") if (p := places.parse(part)) and p.country), None)
                    if labelled
                    else None
                )
            if place is None or place.remote:
                continue
            score = 1.0 + labelled + (place.region is not None) + ("," in text) + 0.5 * (place.country is not None)
            if best is None or score > best[0]:
                best = (score, line, at + len(piece) - len(text), text, place)
    if best:
        score, line, at, text, place = best
        contact.place = place
        contact.at["basics.location"] = [line.start + at, line.start + at + len(text)]
        contact.confidence["basics.location"] = min(0.5 + 0.15 * score, 0.97)
