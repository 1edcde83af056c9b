"""The salary of a posting from its witnesses: the board's figures, its salary line, the title and the ad's text."""

from __future__ import annotations

import re
from dataclasses import replace

from jobmatch_dagster.postings.phrases import Hits
from jobmatch_dagster.postings.salary.judge import CRYPTO
from jobmatch_dagster.postings.salary.line import Line
from jobmatch_dagster.postings.salary.read import read_salary
from jobmatch_dagster.postings.salary.stated import Salary

_DIGIT = re.compile(r"\d")


def salary_of(
    board: Salary | None,
    line: Line | None,
    description: str,
    hits: Hits,
    country: str | None,
    language: str | None,
    in_title: Salary | None = None,
) -> tuple[Salary | None, list[str]]:
    """The salary of a posting from its three witnesses: the board's own figures, its salary line, the ad's text.

    Args:
        board: the board's structured salary, or None.
        line: the board's salary line, where it shows one.
        description: the ad's plain text.
        hits: phrases found in the description.
        country, language: of the job, where known.
        in_title: the salary that the title states; it stands in for a text that states none.

    Returns:
        The salary to keep (the board's figures first, then its line, then the text) and what disagrees or is missing.
    """
    shown = line.salary(country, language) if line else None
    if line and shown is None and board is None and CRYPTO.search(line.written):
        return None, ["the pay is in a currency that is no legal tender"]
    text = read_salary(description, hits, country, language=language) or in_title
    issues: list[str] = []
    chosen = board or shown or text
    if chosen is None:
        if line and _DIGIT.search(line.written):
            issues.append("the salary line could not be read with certainty")
        return None, issues
    if board:
        witness = shown or text
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
