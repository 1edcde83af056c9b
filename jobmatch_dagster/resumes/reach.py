"""E-mail and phone. Numbers are checked and written as E.164 by phonenumbers."""

from __future__ import annotations

import re

from jobmatch_dagster.resumes import dates
from jobmatch_dagster.resumes.model import Line
from jobmatch_dagster.resumes.person import Contact

EMAIL = re.compile(r"[\w.+%'-]+@(?:[\w-]+\.)+[^\W\d_]{2,}", re.UNICODE)
_PHONE = re.compile(r"(?<![\w/.@-])(?:\+|00)?\(?\d[\d\s().\-/–‐‑‒]{5,20}\d(?![\w@])")
_REGIONS = {
    "de": "DE",
    "fr": "FR",
    "es": "ES",
    "it": "IT",
    "nl": "NL",
    "pl": "PL",
    "pt": "PT",
    "sv": "SE",
    "cs": "CZ",
    "ja": "JP",
}


def email(contact: Contact, near: list[Line], every: list[Line], links: list[str]) -> None:
    """The first address near the head, else anywhere, else behind the text."""
    for lines, sure in ((near, 0.99), (every, 0.8)):
        for line in lines:
            if "@" in line.text and (match := EMAIL.search(line.text)):
                contact.email = match.group().strip(".'")
                contact.at["basics.email"] = [line.start + match.start(), line.start + match.end()]
                contact.confidence["basics.email"] = sure
                return
    for link in links:
        if link.lower().startswith("mailto:") and (match := EMAIL.search(link)):
            contact.email = match.group()
            contact.confidence["basics.email"] = 0.9
            return


def phone(contact: Contact, near: list[Line], every: list[Line], links: list[str], language: str | None) -> None:
    """The first number near the head, else on the first lines, else behind the text; its country from the place or the
    language."""
    region = (contact.place.country if contact.place else None) or _REGIONS.get(language or "")
    for lines, sure in ((near, 0.97), (every[:60], 0.7)):
        for line in lines:
            for match in _PHONE.finditer(line.text):
                written = match.group()
                found = dates.find(written)
                if any(d.range for d in found) or (found and not written.lstrip().startswith(("+", "00", "("))):
                    continue
                number = _longest_number(written, region)
                if number:
                    contact.phone, valid = number
                    contact.at["basics.phone"] = [line.start + match.start(), line.start + match.end()]
                    contact.confidence["basics.phone"] = sure if valid else sure - 0.2
                    return
    for link in links:
        if link.lower().startswith("tel:") and (number := _number(link[4:], region)):
            contact.phone, _ = number
            contact.confidence["basics.phone"] = 0.9
            return


def _longest_number(written: str, region: str | None) -> tuple[str, bool] | None:
    """The number in a run of digits; what stands after it (a postcode) is left off, group by group."""
    groups = written.split(" ")
    longest = None
    for k in range(len(groups), 0, -1):
        number = _number(" ".join(groups[:k]), region)
        if number and number[1]:
            return number
        longest = longest or number
    return longest


def _number(written: str, region: str | None) -> tuple[str, bool] | None:
    """A phone number as E.164 where its country is known, else as written; None if it cannot be one."""
    import phonenumbers

    digits = re.sub(r"\D", "", written)
    if not 7 <= len(digits) <= 15:
        return None
    text = "+" + written.strip()[2:] if written.strip().startswith("00") else written.strip()
    north_american = region is None and len(digits) == 10 and re.match(r"\(?\d{3}\)?[\s.-]?\d{3}[\s.-]\d{4}$", text)
    try:
        number = phonenumbers.parse(text, region or ("US" if north_american else None))
    except phonenumbers.NumberParseException:
        return (" ".join(written.split()), False) if len(digits) >= 9 else None
    if phonenumbers.is_possible_number(number):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), phonenumbers.is_valid_number(
            number
        )
    return (" ".join(written.split()), False) if len(digits) >= 9 else None
