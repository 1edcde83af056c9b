"""A board's own salary line: the phrases of many are found together, and each is read once for a country and
language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from jobmatch_dagster.postings.phrases import Hits, find
from jobmatch_dagster.postings.salary.read import read_salary
from jobmatch_dagster.postings.salary.stated import Salary

_GLUED = re.compile(r"(?<=\d)([kKwW万])(?=(?:RMB|USD|HKD|CNY|EUR)(?![A-Za-z]))")


@dataclass
class Line:
    """A salary line.

    Attributes:
        written: as the board shows it.
        text: the same with a blank between a letter that multiplies and a currency ("20kUSD").
        hits: phrases found in ``text``.
    """

    written: str
    text: str
    hits: Hits
    _read: dict[tuple[str | None, str | None], Salary | None] = field(default_factory=dict)

    def salary(self, country: str | None, language: str | None) -> Salary | None:
        """What the line says; it is about pay, so that no further reason to believe so is needed."""
        key = (country, language)
        if key not in self._read:
            found = read_salary(self.text, self.hits, country, labelled=True, language=language)
            self._read[key] = replace(found, source="salary_text", start=-1, end=-1) if found else None
        return self._read[key]


def lines(written: Iterable[str]) -> dict[str, Line]:
    """Each distinct line that is not empty."""
    distinct = list(dict.fromkeys(filter(None, written)))
    texts = [_GLUED.sub(r"\1 ", line) for line in distinct]
    return {line: Line(line, text, hits) for line, text, hits in zip(distinct, texts, find(texts), strict=True)}
