"""The salary of a posting from its witnesses: the board's figures, its salary line, the title and the ad's text."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hits, find
from jobmatch_dagster.postings.salary.judge import CRYPTO
from jobmatch_dagster.postings.salary.read import read_salary
from jobmatch_dagster.postings.salary.stated import Salary

_GLUED = re.compile(r"(?<=\d)([kKwW万])(?=(?:RMB|USD|HKD|CNY|EUR)(?![A-Za-z]))")


@lru_cache(maxsize=50_000)
def _phrases_in(salary_text: str) -> Hits:
    return find([salary_text])[0]


@lru_cache(maxsize=50_000)
def read_line(salary_text: str, country: str | None, language: str | None) -> Salary | None:
    """The salary of a board's own salary line, which needs no further reason to be about pay."""
    salary_text = _GLUED.sub(r"\1 ", salary_text)
    line = read_salary(salary_text, _phrases_in(salary_text), country, labelled=True, language=language)
    return replace(line, source="salary_text", start=-1, end=-1) if line else None


def salary_of(
    board: Salary | None,
    salary_text: str,
    description: str,
    hits: Hits,
    country: str | None,
    language: str | None,
    in_title: Salary | None = None,
) -> tuple[Salary | None, list[str]]:
    """The salary of a posting from its three witnesses: the board's own figures, its salary line, the ad's text.

    Args:
        board: the board's structured salary, or None.
        salary_text: the board's salary line, or "".
        description: the ad's plain text.
        hits: phrases found in the description.
        country, language: of the job, where known.
        in_title: the salary that the title states; it stands in for a text that states none.

    Returns:
        The salary to keep (the board's figures first, then its line, then the text) and what disagrees or is missing.
    """
    line = read_line(salary_text, country, language) if salary_text else None
    if salary_text and line is None and board is None and CRYPTO.search(salary_text):
        return None, ["the pay is in a currency that is no legal tender"]
    text = read_salary(description, hits, country, language=language) or in_title
    issues: list[str] = []
    chosen = board or line or text
    if chosen is None:
        if salary_text and re.search(r"\d", salary_text):
            issues.append("the salary line could not be read with certainty")
        return None, issues
    if board:
        witness = line or text
        if witness:
            chosen = replace(
                chosen,
                currency=chosen.currency or witness.currency,
                period=chosen.period or witness.period,
                gross=witness.gross if chosen.gross is None else chosen.gross,
                months=witness.months,
            )
    if text and chosen is not text and not _agree(chosen, text):
        issues.append(f"the text says {text.written}")
    return chosen, [*issues, *chosen.notes]


def _agree(one: Salary, other: Salary) -> bool:
    if one.currency and other.currency and one.currency != other.currency:
        return False
    mine, theirs = [x for x in one.annual if x], [x for x in other.annual if x]
    if not mine or not theirs:
        return True
    return max(mine) >= min(theirs) * 0.97 and min(mine) <= max(theirs) * 1.03
